"""Calls of a typical week, shape (7, slots), from the last same weekdays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasting.calendars import Calendar
from forecasting.series import Series


def last_week(train: Series, calendar: Calendar) -> np.ndarray:
    """Latest value of each weekday and slot; a holiday counts only where no ordinary day has one.

    Returns
    -------
    ndarray, shape (7, slots)
        Calls; NaN where a weekday never had the slot.
    """
    holiday = calendar.is_holiday(train.days)
    week = np.full((7, train.calls.shape[1]), np.nan)
    for trusted in (holiday, ~holiday):
        for weekday, day in zip(train.weekdays[trusted], train.calls[trusted], strict=True):
            week[weekday] = np.where(np.isfinite(day), day, week[weekday])
    return week


def average_week(train: Series, calendar: Calendar, weekdays_back: int) -> np.ndarray:
    """Mean of each weekday and slot over its last `weekdays_back` ordinary open days.

    Returns
    -------
    ndarray, shape (7, slots)
        Calls; the latest value where none of those days had the slot, NaN where no day ever had it.
    """
    return _centre_of_week(train, calendar, weekdays_back, np.nanmean)


def median_week(train: Series, calendar: Calendar, weekdays_back: int) -> np.ndarray:
    """Median of each weekday and slot over its last `weekdays_back` ordinary open days, shape (7, slots)."""
    return _centre_of_week(train, calendar, weekdays_back, np.nanmedian)


def _centre_of_week(
    train: Series, calendar: Calendar, weekdays_back: int, centre: Callable[..., np.ndarray]
) -> np.ndarray:
    week = last_week(train, calendar)
    ordinary = train.active & ~calendar.is_holiday(train.days)
    for weekday in range(7):
        rows = train.calls[ordinary & (train.weekdays == weekday)][-weekdays_back:]
        seen = np.isfinite(rows).any(axis=0)
        if seen.any():
            week[weekday, seen] = centre(rows[:, seen], axis=0)
    return week
