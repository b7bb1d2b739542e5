"""What a short history borrows from its sister queues: weekdays, recent weeks, month and year, the shape of the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.calendars import Calendar
from forecasting.dayforecast import parts_of_days, usually_open, whole_days
from forecasting.notes import about
from forecasting.opengrid import Grid, future_grid
from forecasting.profiles import weekday_profile
from forecasting.series import Series, days_from, span
from wfm.errors import Finding

SHORT_WEEKS = 10.0
LENT_PARTS = ("weekday", "recent", "holiday", "month", "year")
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True)
class WithSisters(Series):
    """A short history and the sum of those of its sister queues, known to the same day.

    Parameters
    ----------
    sisters : Series
        Begins no later than the short one.
    """

    sisters: Series

    def before(self, day: np.datetime64) -> WithSisters:
        return _joined(Series.before(self, day), self.sisters.before(day))


def _joined(one: Series, sisters: Series) -> WithSisters:
    cells = one.calls, one.handled, one.handle_s
    return WithSisters(one.queue, one.days, *cells, one.interval_s, one.timezone, sisters)


@dataclass(frozen=True, slots=True)
class Lent:
    """What sister queues know of the days and hours of a queue.

    Parameters
    ----------
    parts : mapping of str to ndarray, shape (days of the history and then of the grid,)
        Logs of weekday, recent weeks and calendar effects.
    shares : ndarray or None, shape (7, slots)
        Their shape of the day; 0 on weekdays on which none of them opens.
    """

    parts: Mapping[str, np.ndarray]
    shares: np.ndarray | None


NOTHING = Lent({}, None)


def with_sisters(series: Sequence[Series], groups: Mapping[str, str]) -> list[Series]:
    """Each history under ten weeks together with the sum of its sisters', the others as they are.

    Sisters are the queues of its group with ten weeks or more, or those of the whole centre where the group has
    none. If some of them open on all of its weekdays, only those lend: a sum over queues of which a few open on
    Saturdays would tell too low a Saturday.

    Parameters
    ----------
    series : sequence of Series
        All up to the same day.
    groups : mapping of str to str
        Group of each queue; those it does not name have none.
    """
    stable = [one for one in series if one.weeks >= SHORT_WEEKS]
    pools = dict[tuple[str, ...], Series]()
    done = list[Series]()
    for one in series:
        found = _sisters(one, stable, groups) if one.weeks < SHORT_WEEKS else []
        if found:
            names = tuple(sister.queue for sister in found)
            pool = pools.setdefault(names, summed(found, ", ".join(names)))
            one = _joined(one, pool)
        done.append(one)
    return done


def _sisters(one: Series, stable: Sequence[Series], groups: Mapping[str, str]) -> Sequence[Series]:
    group = groups.get(one.queue)
    of_group = [sister for sister in stable if group is not None and groups.get(sister.queue) == group]
    closest = of_group or stable
    as_open = [sister for sister in closest if (usually_open(sister) | ~usually_open(one)).all()]
    return as_open or closest


def summed(series: Sequence[Series], name: str) -> Series:
    """The calls of several queues together, from the first row of any of them on.

    A queue that opened later joins on its first day; a cell is unknown where no queue has a row. Handle times are
    left out.
    """
    first, end = min(one.days[0] for one in series), max(one.end for one in series)
    days = span(first, days_from(first, end))
    calls = np.zeros((len(days), series[0].calls.shape[1]))
    known = np.zeros(calls.shape, dtype=bool)
    for one in series:
        rows = slice(days_from(first, one.days[0]), days_from(first, one.end))
        calls[rows] += np.nan_to_num(one.calls)
        known[rows] |= one.present
    calls, nothing = np.where(known, calls, np.nan), np.zeros(calls.shape)
    first_one = series[0]
    return Series(name, days, calls, nothing, nothing, first_one.interval_s, first_one.timezone)


def lend(train: Series, grid: Grid, calendar: Calendar) -> Lent:
    """What the sisters' summed history says of the days of `train` and `grid`; nothing without sisters.

    What the days around a closure do to a centre differs too much from queue to queue to be lent: measured, it did
    harm.
    """
    if not isinstance(train, WithSisters):
        return NOTHING
    sisters = train.sisters
    learned = whole_days(sisters)
    parts = parts_of_days(sisters, grid, calendar, learned, train.days[0])
    shares = weekday_profile(sisters.calls[learned], sisters.weekdays[learned], sisters.age_weeks[learned])
    return Lent({name: part for name, part in parts.items() if name in LENT_PARTS}, shares)


def with_borrowed_hours(grid: Grid, train: Series, calendar: Calendar) -> Grid:
    """The grid with weekdays that a history of a few days has not seen yet open as its sisters are.

    They open in no slot that the queue itself never had.
    """
    if not isinstance(train, WithSisters):
        return grid
    unseen = ~np.isin(grid.weekdays, train.weekdays)
    theirs = future_grid(train.sisters, len(grid.days), calendar).open & train.present.any(axis=0)
    return replace(grid, open=np.where(unseen[:, None], theirs, grid.open))


def borrowing_findings(train: Series, grid: Grid) -> Iterator[Finding]:
    """What was borrowed, for the planner."""
    if not isinstance(train, WithSisters):
        return
    found = f"{train.weeks:.0f} weeks of history" if train.weeks >= 2 else f"{len(train.days)} days of history"
    treatment = f"weekdays, time of the month and shape of the day lean on queue {train.sisters.queue}"
    yield about(train.queue, "sisters", found, treatment, "note")
    opened = set(grid.weekdays[grid.open.any(axis=1)]) - set(train.weekdays)
    if opened:
        named = ", ".join(WEEKDAYS[weekday] for weekday in sorted(opened))
        treatment = f"open at the hours of queue {train.sisters.queue}"
        yield about(train.queue, "borrowed-hours", f"no {named} in {found}", treatment)
