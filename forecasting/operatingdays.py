"""One queue's operating days without a hole, as library models want them, and the way back to the grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.calendars import Calendar
from forecasting.dayforecast import whole_days
from forecasting.effects import Effect, calendar_effects
from forecasting.models import CannotFit
from forecasting.opengrid import Grid, ordinary_week
from forecasting.profiles import weekday_profile
from forecasting.series import Series, weekday_of

LEAST_WEEKS = 4
FILLED_FROM = 4
WINDOW_WEEKS = 104


@dataclass(frozen=True, slots=True)
class OperatingDays:
    """Every day that falls on an operating weekday, past and future.

    Parameters
    ----------
    train : Series
    grid : Grid
    pattern : ndarray of bool, shape (7, slots)
        Usual opening hours.
    known : ndarray of int, shape (n,)
        Rows of `train` on operating weekdays, at most the last two years; whole weeks, so that the season is
        `season` days long throughout.
    whole : ndarray of bool, shape (n,)
        Days to learn from; the others are closed, half open or lost.
    future : ndarray of int, shape (m,)
        Rows of `grid` on operating weekdays.
    """

    train: Series
    grid: Grid
    pattern: np.ndarray
    known: np.ndarray
    whole: np.ndarray
    future: np.ndarray

    @property
    def season(self) -> int:
        """Operating days a week."""
        return int(self.usually_open.sum())

    @property
    def usually_open(self) -> np.ndarray:
        """Whether each weekday is open as a rule, shape (7,)."""
        return np.asarray(self.pattern.any(axis=1))

    @property
    def totals(self) -> np.ndarray:
        """Calls of each known day, NaN where it is not whole, shape (n,)."""
        return np.where(self.whole, self.train.totals[self.known], np.nan)

    def effects(self, calendar: Calendar) -> tuple[Effect, ...]:
        """Calendar effects of the known and then the future days; each has n + m rows."""
        days = np.concatenate([self.train.days, self.grid.days])
        is_open = np.concatenate([self.train.active, self.grid.open.any(axis=1)])
        usually_open = self.usually_open[weekday_of(days)]
        rows = np.concatenate([self.known, len(self.train.days) + self.future])
        return tuple(effect.of(rows) for effect in calendar_effects(days, is_open, usually_open, calendar))

    @property
    def hours(self) -> np.ndarray:
        """Usual opening hours of the operating days of a week, in the order of `known`, shape (season, slots)."""
        return self.pattern[self.train.weekdays[self.known[: self.season]]]

    def open_cells(self) -> np.ndarray:
        """Calls of the usual opening hours without a hole, one week a row, shape (weeks, cells)."""
        calls = np.where(self.whole[:, None], self.train.calls[self.known], np.nan)
        return filled(calls.reshape(-1, *self.hours.shape)[:, self.hours], 1)

    def future_cells(self) -> np.ndarray:
        """Usual opening hours of the future days, shape (m, slots)."""
        return self.hours[np.arange(len(self.future)) % self.season]

    def lay_cells(self, values: np.ndarray) -> np.ndarray:
        """Calls of the usual opening hours of the future days, one after the other, put on the grid."""
        block, calls = np.zeros((len(self.future), self.grid.open.shape[1])), np.zeros(self.grid.open.shape)
        block[self.future_cells()] = values
        calls[self.future] = block
        return np.where(self.grid.open, calls, 0.0)

    def lay(self, totals: np.ndarray) -> np.ndarray:
        """Totals of the future operating days spread over the grid by the weekday's recent shape.

        A day that opens for part of its weekday's usual hours gets the share of those hours.
        """
        rows = self.known[self.whole]
        shares = weekday_profile(self.train.calls[rows], self.train.weekdays[rows], self.train.age_weeks[rows])
        usual = np.where(self.pattern, shares, 0.0).sum(axis=1, keepdims=True)
        of_grid = np.zeros(len(self.grid.days))
        of_grid[self.future] = totals
        return np.asarray(of_grid[:, None] * self.grid.lay(shares / np.where(usual > 0, usual, 1.0)))


def operating_days(train: Series, grid: Grid, calendar: Calendar) -> OperatingDays:
    """Line up the operating days of a queue.

    Raises
    ------
    CannotFit
        If fewer than four weeks have a whole day, or the queue has no usual opening hours.
    """
    pattern = ordinary_week(train, calendar)
    operating = np.asarray(pattern.any(axis=1))
    whole = whole_days(train) & operating[train.weekdays]
    if not whole.any():
        raise CannotFit("no whole day on the weekdays that are usually open")
    weeks = _weeks(train, int(np.argmax(whole)))
    if len(weeks) < 7 * LEAST_WEEKS or len(np.unique((len(train.days) - np.flatnonzero(whole) - 1) // 7)) < LEAST_WEEKS:
        raise CannotFit(f"fewer than {LEAST_WEEKS} whole weeks of history")
    known = weeks[operating[train.weekdays[weeks]]]
    return OperatingDays(train, grid, pattern, known, whole[known], np.flatnonzero(operating[grid.weekdays]))


def _weeks(train: Series, first: int) -> np.ndarray:
    """Rows of the whole weeks that lie between the first whole day and the end of the history."""
    weeks = min((len(train.days) - first) // 7, WINDOW_WEEKS)
    return np.arange(len(train.days) - 7 * weeks, len(train.days))


def filled(values: np.ndarray, season: int) -> np.ndarray:
    """Holes filled with the median of the last four values a season apart, at the start with that of the next four.

    Parameters
    ----------
    values : ndarray, shape (n,) or (n, k)
        NaN where unknown.
    season : int
        Rows of one season.

    Raises
    ------
    CannotFit
        If a place in the season has no value at all.
    """
    columns = values.reshape(len(values), -1).astype(float)
    for first in range(season):
        of_season = columns[first::season]
        for column in np.flatnonzero(~np.isfinite(of_season).all(axis=0)):
            of_season[:, column] = _without_holes(of_season[:, column])
    return columns.reshape(values.shape)


def _without_holes(values: np.ndarray) -> np.ndarray:
    known, whole = np.flatnonzero(np.isfinite(values)), values.copy()
    if not len(known):
        raise CannotFit("a weekday that never had a whole day")
    for hole in np.flatnonzero(~np.isfinite(values)):
        earlier = known[known < hole][-FILLED_FROM:]
        whole[hole] = np.median(values[earlier if len(earlier) else known[:FILLED_FROM]])
    return whole


def repeats(values: np.ndarray, season: int) -> bool:
    """Whether every season is the one before it: nothing to smooth, and no error to estimate a model from."""
    return bool(np.allclose(values[season:], values[:-season], rtol=1e-9, atol=1e-12))
