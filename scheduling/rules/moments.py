"""Days and times of the clock, of shifts in the model and of shifts worked alike."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from scheduling.problem import Calendar, Shift
from scheduling.worked import Worked

DAY_S = 86_400
Window = tuple[int, int]


def date_of(shift: Shift, calendar: Calendar) -> dt.date:
    """Local day on which a shift of the model starts."""
    return calendar.dates[0] + dt.timedelta(days=shift.day)


def start_clock_s(shift: Shift, calendar: Calendar) -> int:
    """Local time of day at which a shift of the model starts [s]."""
    return _clock_s(shift.start, calendar.timezone)


@cache
def _clock_s(instant: int, timezone: str) -> int:
    local = dt.datetime.fromtimestamp(instant, ZoneInfo(timezone))
    return local.hour * 3600 + local.minute * 60 + local.second


def worked_clock_s(shift: Worked) -> int:
    """Local time of day at which a shift worked starts [s]."""
    return shift.start.hour * 3600 + shift.start.minute * 60 + shift.start.second


def overlap_s(start_clock_s: int, length_s: float, window: Window) -> float:
    """Time of a shift inside a daily window, which may run past midnight [s]."""
    return sum(
        max(0.0, min(start_clock_s + length_s, window[1] + shift) - max(start_clock_s, window[0] + shift))
        for shift in (-DAY_S, 0, DAY_S)
    )


def inside(clock_s: int, window: Window) -> bool:
    """Whether a time of day lies in a daily window, its end included."""
    return window[0] <= clock_s <= window[1] or window[0] <= clock_s + DAY_S <= window[1]
