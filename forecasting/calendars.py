"""What is known in advance about days: public holidays of the centre's country, their eves, the planner's events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from forecasting.events import Event
from forecasting.series import DAY
from wfm.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known in advance about days.

    Parameters
    ----------
    holidays : mapping of datetime64[D] to str
        Public holidays and their names; empty where no country was given.
    events : tuple of Event
        The planner's events, past and future.
    """

    holidays: Mapping[np.datetime64, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def is_holiday(self, days: np.ndarray) -> np.ndarray:
        """Whether each of `days` (datetime64[D], shape (n,)) is a public holiday."""
        return np.isin(days, np.array(list(self.holidays), dtype="datetime64[D]"))

    def is_eve(self, days: np.ndarray) -> np.ndarray:
        """Whether each of `days` (datetime64[D], shape (n,)) is followed by a public holiday and none itself."""
        return np.asarray(self.is_holiday(days + DAY) & ~self.is_holiday(days))

    def known_before(self, cutoff: np.datetime64) -> Calendar:
        """The calendar without the events that were registered on `cutoff` or later."""
        known = tuple(e for e in self.events if e.registered_on is None or e.registered_on < cutoff)
        return replace(self, events=known)


NO_CALENDAR = Calendar()


def public_holidays(country: str | None, region: str | None, first: np.datetime64, last: np.datetime64) -> Calendar:
    """Public holidays of a country, and of one region of it, over the years from `first` to the day after `last`.

    Parameters
    ----------
    country : str or None
        ISO 3166 code such as ``NL``; None gives an empty calendar.
    region : str or None
        Subdivision code as the `holidays` library spells it, such as ``BY``.
    first, last : datetime64[D]

    Raises
    ------
    UsageProblem
        If the library does not know the country or the region.
    """
    if country is None:
        return Calendar()
    import holidays

    years = range(first.astype("datetime64[Y]").item().year, (last + DAY).astype("datetime64[Y]").item().year + 1)
    try:
        known = holidays.country_holidays(country.upper(), subdiv=region, years=years)
    except NotImplementedError as problem:
        where = f"country {country!r}" + (f", region {region!r}" if region else "")
        raise UsageProblem(f"no public holidays known for {where}: {problem}") from None
    return Calendar({np.datetime64(day, "D"): name for day, name in sorted(known.items())})
