"""When the queue will be open: hours per weekday, on holidays and on their eves, learned from the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.calendars import Calendar
from forecasting.series import Series, days_from, span, weekday_of
from forecasting.specialdays import special_days
from wfm.timeaxis import days_grid, slot_of, wall_clock

RECENT_WEEKS = 8
OPEN_WEEKDAY_SHARE = 0.25
OPEN_SLOT_SHARE = 0.5
NEW_HOURS_WEEKS = 3
LEAST_EARLIER_DAYS = 2
FORMER_SHARE = 0.75


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
    """Opening hours per weekday: those of most days of the last eight weeks, or new ones that have held for three.

    A weekday is open when it had rows in at least a quarter of its occurrences, so that a single extra
    Saturday does not open all of them; a slot is open when at least half of that weekday's active days had it.
    Hours that changed count from their third week on, see `changed_hours`.

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
    pattern = np.zeros((7, present.shape[1]), dtype=bool)
    for weekday, _, rows in _recent_weekdays(days, present, ordinary):
        active = rows[rows.any(axis=1)]
        if len(active) and len(active) >= OPEN_WEEKDAY_SHARE * len(rows):
            pattern[weekday] = active.mean(axis=0) >= OPEN_SLOT_SHARE
    opened, closed = changed_hours(days, present, ordinary)
    return np.asarray((pattern | opened) & ~closed)


def changed_hours(days: np.ndarray, present: np.ndarray, ordinary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells of the week that were opened and that were closed within the last eight weeks.

    A slot has changed when the weekday's last three active days agree and at least three quarters of the earlier
    ones were otherwise; so has a weekday that was active or inactive three times running, in weeks in which the queue
    was active on other days.

    Parameters
    ----------
    days, present, ordinary
        As of `weekly_pattern`.

    Returns
    -------
    opened, closed : ndarray of bool, shape (7, slots)
    """
    opened = np.zeros((7, present.shape[1]), dtype=bool)
    closed = opened.copy()
    alive = np.convolve(present.any(axis=1), np.ones(7), mode="full")[3 : 3 + len(days)] > 0
    for weekday, place, rows in _recent_weekdays(days, present, ordinary):
        counted = rows[alive[place]]
        active = counted[counted.any(axis=1)]
        arrived, gone = _change(counted.any(axis=1, keepdims=True))
        appeared, disappeared = _change(active)
        opened[weekday] = appeared | (arrived & counted[-NEW_HOURS_WEEKS:].all(axis=0))
        closed[weekday] = disappeared | gone
    return opened, closed


def _change(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether each column has become all True, or all False, in the last rows, shape (columns,) each."""
    before, since = rows[:-NEW_HOURS_WEEKS], rows[-NEW_HOURS_WEEKS:]
    if len(before) < LEAST_EARLIER_DAYS:
        return np.zeros(rows.shape[1], dtype=bool), np.zeros(rows.shape[1], dtype=bool)
    was = before.mean(axis=0)
    return since.all(axis=0) & (was <= 1 - FORMER_SHARE), ~since.any(axis=0) & (was >= FORMER_SHARE)


def _recent_weekdays(
    days: np.ndarray, present: np.ndarray, ordinary: np.ndarray
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Each weekday, the places of its days to learn from, and their rows."""
    weekdays, recent = weekday_of(days), np.arange(len(days)) >= len(days) - 7 * RECENT_WEEKS
    for weekday in range(7):
        of_weekday = recent & (weekdays == weekday)
        place = np.flatnonzero(of_weekday & ordinary if (of_weekday & ordinary).any() else of_weekday)
        yield weekday, place, present[place]


def future_grid(train: Series, days: int, calendar: Calendar) -> Grid:
    """The open cells of the `days` calendar days that follow the history.

    Parameters
    ----------
    train : Series
        The only source of opening hours: nothing later is looked at.
    days : int
    calendar : Calendar
        Public holidays and their eves have the hours that were kept on past ones, see `special_days`.
    """
    future = span(train.end, days)
    pattern = ordinary_week(train, calendar)
    is_open = pattern[weekday_of(future)]
    for special in special_days(train, calendar, pattern, future):
        if special.hours is not None:
            is_open[days_from(train.end, special.day)] = special.hours
    return Grid(future, is_open)


def ordinary_week(train: Series, calendar: Calendar) -> np.ndarray:
    """Opening hours of the days that are neither a public holiday nor an eve, shape (7, slots)."""
    special = calendar.is_holiday(train.days) | calendar.is_eve(train.days)
    return weekly_pattern(train.days, train.present, ~special)
