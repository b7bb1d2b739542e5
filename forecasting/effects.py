"""What the calendar does to a day: features in named groups, each with the size that its effects may have."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.calendars import Calendar
from forecasting.series import DAY

HOLIDAY_SD = 0.3
CLOSURE_SD = 0.2
MONTH_SD = 0.05
YEAR_SD = 0.1
YEAR_WAVES = 3
YEAR_NEEDS_WEEKS = 56


@dataclass(frozen=True, slots=True)
class Effect:
    """Features of days whose coefficients share one prior.

    Parameters
    ----------
    name : str
        As a planner would say it: holiday, closure, month, year.
    x : ndarray, shape (days, features)
    sd : float
        Prior standard deviation of a coefficient, on the log scale.
    """

    name: str
    x: np.ndarray
    sd: float

    def of(self, rows: np.ndarray) -> Effect:
        """The same effect over some of the days."""
        return replace(self, x=self.x[rows])


def calendar_effects(
    days: np.ndarray, is_open: np.ndarray, usually_open: np.ndarray, calendar: Calendar
) -> tuple[Effect, ...]:
    """Open public holidays, the days around a closure, the position in the month and, from 56 weeks on, in the year.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
        Consecutive.
    is_open, usually_open : ndarray of bool, shape (days,)
        Open that day; open on that weekday as a rule.
    calendar : Calendar
    """
    holiday = (calendar.is_holiday(days) & is_open)[:, None].astype(float)
    effects = [
        Effect("holiday", holiday, HOLIDAY_SD),
        Effect("closure", around_closures(is_open, usually_open), CLOSURE_SD),
        Effect("month", month_position(days), MONTH_SD),
    ]
    if len(days) >= 7 * YEAR_NEEDS_WEEKS:
        effects.append(Effect("year", year_position(days), YEAR_SD))
    return tuple(effects)


def around_closures(is_open: np.ndarray, usually_open: np.ndarray) -> np.ndarray:
    """First and second operating day after a closure, and the day before one, shape (days, 3)."""
    position = np.flatnonzero(usually_open | is_open)
    closed = ~is_open[position]
    around = np.zeros((len(is_open), 3))
    around[position[1:], 0] = closed[:-1] & ~closed[1:]
    around[position[2:], 1] = closed[:-2] & ~closed[1:-1] & ~closed[2:]
    around[position[:-1], 2] = closed[1:] & ~closed[:-1]
    return around


def month_position(days: np.ndarray) -> np.ndarray:
    """Two waves over the month, its first two and its last two days, shape (days, 8)."""
    month = days.astype("datetime64[M]")
    first, following = month.astype("datetime64[D]"), (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    length = ((following - first) / DAY).astype(float)
    position = ((days - first) / DAY).astype(float)
    edges = [position == 0, position == 1, position == length - 2, position == length - 1]
    return np.column_stack([_waves((position + 0.5) / length, 2), *edges]).astype(float)


def year_position(days: np.ndarray) -> np.ndarray:
    """Three waves over the year, shape (days, 6)."""
    year = days.astype("datetime64[Y]")
    first, following = year.astype("datetime64[D]"), (year + np.timedelta64(1, "Y")).astype("datetime64[D]")
    return _waves(((days - first) / DAY + 0.5) / ((following - first) / DAY), YEAR_WAVES)


def _waves(turn: np.ndarray, count: int) -> np.ndarray:
    angle = 2 * np.pi * turn
    return np.column_stack([wave(k * angle) for k in range(1, count + 1) for wave in (np.sin, np.cos)])
