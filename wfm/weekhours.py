"""Hours of the week as people write them: `mon-fri 07:00-19:00; sat 08:00-14:00`."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXPECTED = "weekdays and hours such as mon-fri 07:00-19:00; sat 08:00-14:00"
DAY_S = 86_400

Window = tuple[int, int, int]

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS = rf"{_DAY}(?:\s*-\s*{_DAY})?"
_HOURS = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
_CLAUSE = re.compile(rf"(?P<days>{_DAYS}(?:\s*,\s*{_DAYS})*)?\s*(?P<hours>{_HOURS}(?:\s*,\s*{_HOURS})*)?")
_NEW_CLAUSE = re.compile(r"(?<=\d)\s*,\s*(?=[a-z])")


def parse_week_hours(text: str) -> tuple[Window, ...]:
    """Read hours of the week as people write them.

    Parameters
    ----------
    text : str
        Clauses separated by ``;``: weekdays, hours or both. Hours that end before they start run past
        midnight; a clause without weekdays holds every day, one without hours the whole day.

    Returns
    -------
    tuple of (weekday, start, end)
        Weekday 0 is Monday; seconds after that day's midnight on the wall clock, end up to 48 h.

    Raises
    ------
    ValueError
        If the text is none of these forms.

    Examples
    --------
    >>> parse_week_hours("mon,wed 22:00-06:00")
    ((0, 79200, 108000), (2, 79200, 108000))
    """
    cleaned = _NEW_CLAUSE.sub(";", text.strip().lower().replace("–", "-"))
    windows: set[Window] = set()
    for clause in cleaned.split(";"):
        match = _CLAUSE.fullmatch(clause.strip())
        if not match or not clause.strip():
            raise ValueError(f'found "{text}", expected {EXPECTED}')
        for start, end in _hours(match["hours"], text):
            windows.update((weekday, start, end) for weekday in _days(match["days"]))
    return tuple(sorted(windows))


def _days(text: str | None) -> set[int]:
    if text is None:
        return set(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = (word.strip()[:3] for word in part.partition("-"))
        start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.update((start + step) % 7 for step in range((stop - start) % 7 + 1))
    return days


def _hours(text: str | None, whole: str) -> list[tuple[int, int]]:
    if text is None:
        return [(0, DAY_S)]
    found = []
    for part in text.split(","):
        start, end = (_clock(word.strip(), whole) for word in part.split("-"))
        found.append((start, end if end > start else end + DAY_S))
    return found


def _clock(text: str, whole: str) -> int:
    hours, minutes = (int(word) for word in text.split(":"))
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        raise ValueError(f'found "{whole}", expected {EXPECTED}')
    return hours * 3600 + minutes * 60


def within_week_hours(starts: pd.DatetimeIndex | pd.Series, windows: tuple[Window, ...]) -> NDArray[np.bool_]:
    """Which instants lie in hours of the week, on their own wall clock.

    Parameters
    ----------
    starts : tz-aware instants, shape (n,)
    windows : tuple of (weekday, start, end)
        As `parse_week_hours` gives them.

    Returns
    -------
    bool array, shape (n,)
    """
    wall = pd.DatetimeIndex(starts).tz_localize(None)
    second = np.asarray((wall.hour * 60 + wall.minute) * 60 + wall.second)
    weekday, inside = np.asarray(wall.day_of_week), np.zeros(len(wall), bool)
    for day, start, end in windows:
        for offset in (0, 1):
            since = second + offset * DAY_S
            inside |= ((weekday - offset) % 7 == day) & (start <= since) & (since < end)
    return inside
