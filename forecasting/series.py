"""One queue's history as matrices on the wall clock: a row a calendar day, a column a slot."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

DAY = np.timedelta64(1, "D")
DAY_S = 86400


def weekday_of(days: np.ndarray | np.datetime64) -> np.ndarray:
    """Weekday of datetime64[D] days, 0 = Monday, same shape."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def days_from(first: np.datetime64, day: np.datetime64) -> int:
    """Whole days from `first` to `day`."""
    return int((day - first).astype("timedelta64[D]").astype(np.int64))


def span(first: np.datetime64, days: int) -> np.ndarray:
    """`days` consecutive days from `first` on, datetime64[D]."""
    return np.asarray(first + DAY * np.arange(days))


@dataclass(frozen=True, slots=True)
class Series:
    """The history of one queue up to midnight after its last day.

    Every calendar day from the first to the last has its row, so that a lag of a week is seven rows. The
    repeated hour of a 25-hour day is averaged into its slots; the skipped hour of a 23-hour day has no value.

    Parameters
    ----------
    queue : str
    days : ndarray of datetime64[D], shape (days,)
        Consecutive local days.
    calls : ndarray, shape (days, slots)
        Calls offered; NaN where the history has no row, which is closed or lost.
    handled : ndarray, shape (days, slots)
        Calls whose handle time is known.
    handle_s : ndarray, shape (days, slots)
        Handle time of those calls [s].
    interval_s : int
        Interval length [s].
    timezone : str
    """

    queue: str
    days: np.ndarray
    calls: np.ndarray
    handled: np.ndarray
    handle_s: np.ndarray
    interval_s: int
    timezone: str

    @property
    def end(self) -> np.datetime64:
        """First day that is not part of the history."""
        return np.datetime64(self.days[-1] + DAY, "D")

    @property
    def weekdays(self) -> np.ndarray:
        return weekday_of(self.days)

    @property
    def present(self) -> np.ndarray:
        """Whether there is a row, shape (days, slots)."""
        return np.asarray(np.isfinite(self.calls))

    @property
    def active(self) -> np.ndarray:
        """Days with any row, shape (days,)."""
        return np.asarray(self.present.any(axis=1))

    @property
    def totals(self) -> np.ndarray:
        """Calls of each day, NaN on days without a row, shape (days,)."""
        return np.where(self.active, np.nansum(self.calls, axis=1), np.nan)

    @property
    def age_weeks(self) -> np.ndarray:
        """Weeks from each day to the end of the history, shape (days,)."""
        return np.arange(len(self.days), 0, -1) / 7

    @property
    def weeks(self) -> float:
        """Length of the history from its first row on [weeks]."""
        return len(self.days) / 7

    def before(self, day: np.datetime64) -> Series:
        """The part of the history that was known at midnight before `day`."""
        n = max(days_from(self.days[0], day), 0)
        return replace(
            self, days=self.days[:n], calls=self.calls[:n], handled=self.handled[:n], handle_s=self.handle_s[:n]
        )
