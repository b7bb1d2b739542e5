"""What agents prefer, as they write it: `off sat-sun; start 07:00-09:00 x2; off fri 12:00-18:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wfm.weekhours import Window, parse_week_hours

EXPECTED = "wishes such as off sat-sun; start 07:00-09:00 x2; not start mon 06:00-07:00"
_WISH = re.compile(r"(?P<kind>off|start|not start)\s+(?P<hours>.+?)(?:\s+x\s*(?P<weight>\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish.

    Parameters
    ----------
    kind : str
        ``off``: no shift that meets the windows; ``start``: shifts start within them; ``not start``: outside them.
        A `start` wish says nothing of weekdays that its windows leave out.
    windows : tuple of (weekday, start, end)
        Weekday 0 is Monday; seconds after its midnight.
    weight : float
    text : str
    """

    kind: str
    windows: tuple[Window, ...]
    weight: float
    text: str

    def broken_by(self, weekday: int, start_clock_s: int, length_s: float) -> bool:
        """Whether a shift that starts on a weekday at a time of day goes against the wish."""
        if self.kind == "off":
            return any(
                begin < start_clock_s + length_s + shift and end > start_clock_s + shift
                for day, begin, end in self.windows
                for shift in ((weekday - day) % 7 * 86_400, (weekday - day) % 7 * 86_400 - 604_800)
            )
        today = [(begin, end) for day, begin, end in self.windows if day == weekday]
        within = any(begin <= start_clock_s <= end for begin, end in today)
        return within if self.kind == "not start" else bool(today) and not within


def parse_wishes(text: str) -> tuple[Wish, ...]:
    """Read wishes as people write them.

    Parameters
    ----------
    text : str
        Wishes separated by ``;``, each a kind, weekdays and hours as in availability, and a weight ``x2``.

    Raises
    ------
    ValueError
        If the text is none of these forms.

    Examples
    --------
    >>> [(wish.kind, wish.weight) for wish in parse_wishes("off sat-sun; start 07:00-09:00 x2")]
    [('off', 1.0), ('start', 2.0)]
    """
    wishes = []
    for part in (piece.strip() for piece in text.split(";")):
        match = _WISH.fullmatch(part.lower())
        if not match:
            raise ValueError(f'found "{part}", expected {EXPECTED}')
        try:
            windows = parse_week_hours(match["hours"])
        except ValueError:
            raise ValueError(f'found "{part}", expected {EXPECTED}') from None
        wishes.append(Wish(match["kind"], windows, float(match["weight"] or 1), part))
    return tuple(wishes)
