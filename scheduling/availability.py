"""When a person can work: `mon-fri 07:00-19:00; sat 08:00-14:00` read into stretches of time."""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXPECTED = "weekdays and hours such as mon-fri 07:00-19:00; sat 08:00-14:00"
DAY_S = 86_400

Window = tuple[int, int, int]

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS = rf"{_DAY}(?:\s*-\s*{_DAY})?"
_HOURS = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
_CLAUSE = re.compile(rf"(?P<days>{_DAYS}(?:\s*,\s*{_DAYS})*)?\s*(?P<hours>{_HOURS}(?:\s*,\s*{_HOURS})*)?")
_NEW_CLAUSE = re.compile(r"(?<=\d)\s*,\s*(?=[a-z])")


def parse_availability(text: str) -> tuple[Window, ...]:
    """Read availability as people write it.

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
    >>> parse_availability("mon,wed 22:00-06:00")
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


def free_stretches(
    windows: tuple[Window, ...], first_day: dt.date, days: int, timezone: str
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Windows of the days around a horizon as instants, merged where they touch.

    The day before and the two after are included, so that a night shift at either end finds its window.
    """
    spans = []
    for offset in range(-1, days + 2):
        day = pd.Timestamp(first_day) + pd.Timedelta(days=offset)
        spans += [
            (_instant(day, start, timezone), _instant(day, end, timezone))
            for weekday, start, end in windows
            if weekday == day.weekday()
        ]
    merged: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _instant(day: pd.Timestamp, seconds: int, timezone: str) -> pd.Timestamp:
    wall = day + pd.Timedelta(seconds=seconds)
    return wall.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
