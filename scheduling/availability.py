"""When a person can work, as stretches of time."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from wfm.weekhours import Window


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
