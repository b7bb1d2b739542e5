"""When the queue will be open: opening hours per weekday and holidays, learned from the history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.calendars import Calendar
from forecasting.series import Series, days_from, span, weekday_of
from wfm.timeaxis import days_grid, slot_of, wall_clock

RECENT_WEEKS = 8
OPEN_WEEKDAY_SHARE = 0.25
OPEN_SLOT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Grid:
    """The open cells of consecutive future days.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
        From the day after the history on.
    open : ndarray of bool, shape (days, slots)
    """

    days: np.ndarray
    open: np.ndarray

    @property
    def weekdays(self) -> np.ndarray:
        return weekday_of(self.days)

    def lay(self, week: np.ndarray) -> np.ndarray:
        """Repeat a weekly pattern of calls, shape (7, slots), over the open cells; closed cells hold 0."""
        return np.where(self.open, np.nan_to_num(week)[self.weekdays], 0.0)

    def intervals(
        self, first: np.datetime64, interval_s: int, timezone: str
    ) -> tuple[pd.DatetimeIndex, tuple[np.ndarray, np.ndarray]]:
        """Starts of the open intervals from day `first` on, and the cell (day, slot) of each.

        The repeated hour of a 25-hour day gives two intervals of one cell, the skipped hour of a 23-hour day none.
        """
        starts = days_grid(self.days[0].item(), len(self.days), interval_s, timezone)
        day = (wall_clock(starts).to_numpy().astype("datetime64[D]") - self.days[0]).astype(np.int64)
        slot = slot_of(starts, interval_s).to_numpy()
        wanted = self.open[day, slot] & (day >= days_from(self.days[0], first))
        return starts[wanted], (day[wanted], slot[wanted])


def weekly_pattern(days: np.ndarray, present: np.ndarray, ordinary: np.ndarray) -> np.ndarray:
    """Opening hours per weekday over the last eight weeks.

    A weekday is open when it had rows in at least a quarter of its occurrences, so that a single extra
    Saturday does not open all of them; a slot is open when at least half of that weekday's active days had it.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
    present : ndarray of bool, shape (days, slots)
        Whether the history has a row.
    ordinary : ndarray of bool, shape (days,)
        Days to learn from; a weekday without any is learned from all of its days.

    Returns
    -------
    ndarray of bool, shape (7, slots)
    """
    recent = slice(-7 * RECENT_WEEKS, None)
    weekdays, present, ordinary = weekday_of(days[recent]), present[recent], ordinary[recent]
    pattern = np.zeros((7, present.shape[1]), dtype=bool)
    for weekday in range(7):
        of_weekday = weekdays == weekday
        chosen = of_weekday & ordinary if (of_weekday & ordinary).any() else of_weekday
        rows = present[chosen]
        active = rows[rows.any(axis=1)]
        if len(active) and len(active) >= OPEN_WEEKDAY_SHARE * len(rows):
            pattern[weekday] = active.mean(axis=0) >= OPEN_SLOT_SHARE
    return pattern


def closed_on_holidays(train: Series, calendar: Calendar, pattern: np.ndarray) -> bool | None:
    """Whether the queue was closed on most past public holidays on its open weekdays; None if it met none.

    A holiday counts with the usual calls of its weekday, so that a quiet Saturday does not outvote a Monday.
    """
    met = calendar.is_holiday(train.days) & pattern[train.weekdays].any(axis=1)
    if not met.any():
        return None
    days_seen = np.bincount(train.weekdays[train.active], minlength=7)
    usual = np.bincount(train.weekdays, np.nan_to_num(train.totals), minlength=7) / np.maximum(days_seen, 1)
    weight = 1e-9 + usual[train.weekdays[met]]
    return bool(weight @ ~train.active[met] > weight.sum() / 2)


def future_grid(train: Series, days: int, calendar: Calendar) -> Grid:
    """The open cells of the `days` calendar days that follow the history.

    Parameters
    ----------
    train : Series
        The only source of opening hours: nothing later is looked at.
    days : int
    calendar : Calendar
        Public holidays have no open cell when the queue was closed on most of them so far.
    """
    future = span(train.end, days)
    pattern = weekly_pattern(train.days, train.present, ~calendar.is_holiday(train.days))
    is_open = pattern[weekday_of(future)]
    if closed_on_holidays(train, calendar, pattern):
        is_open[calendar.is_holiday(future)] = False
    return Grid(future, is_open)
