"""What a day of the history would usually have brought, judged by the same weekdays around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.series import Series

WEEKS_AROUND = 4
LEAST_DAYS = 3
BUSY_CALLS = 5.0
TYPICAL_OVERDISPERSION = 0.05
LEAST_OVERDISPERSION = 0.01
LEAST_DAY_SD = 0.08
MOST_DAY_FACTOR = 2.0
NEAR_CLOSURE_DAYS = 2
OPERATING_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual calls of each cell and how far cells and days stray from them.

    Parameters
    ----------
    rates : ndarray, shape (days, slots)
        Usual calls; NaN where fewer than three same weekdays around had the slot.
    holiday, protected : ndarray of bool, shape (days,)
        Public holidays; they and the two operating days on either side of a closure.
    overdispersion : float
        Squared coefficient of variation of an interval's rate, the day's level given.
    day_sd : float
        Robust standard deviation of the log of a day's total beyond Poisson noise.
    """

    rates: np.ndarray
    holiday: np.ndarray
    protected: np.ndarray
    overdispersion: float
    day_sd: float

    def totals(self, calls: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Calls and usual calls of each day over its cells that can be judged, shape (days,) each."""
        return _totals(calls, self.rates)

    def of_day(self, calls: np.ndarray) -> np.ndarray:
        """Usual calls of each cell on a day as busy as this one, shape (days, slots)."""
        return _of_day(calls, self.rates)

    def sd(self, expected: np.ndarray) -> np.ndarray:
        """Standard deviation of counts, never below that of one call."""
        return np.asarray(np.sqrt(expected + 1 + self.overdispersion * expected**2))


def usual_calls(train: Series, holiday: np.ndarray) -> Usual:
    """Midmean of each weekday and slot over four weeks on either side, holidays left out."""
    rates = _midmean(np.where(holiday[:, None], np.nan, train.calls))
    protected = _near_closure(train, holiday)
    expected = _of_day(train.calls, rates)
    came, due = _totals(train.calls, rates)
    ordinary = (came > 0) & (due > 0) & ~protected
    off = np.log(came[ordinary] / due[ordinary])
    return Usual(rates, holiday, protected, _overdispersion(train.calls, expected), _day_sd(off, due[ordinary]))


def runs(mask: np.ndarray) -> np.ndarray:
    """Numbers that tell stretches of True along the last axis apart, from 1 on; 0 where False. Shape of `mask`."""
    begins = mask.copy()
    begins[..., 1:] &= ~mask[..., :-1]
    return np.asarray(np.where(mask, np.cumsum(begins).reshape(mask.shape), 0))


def _midmean(calls: np.ndarray) -> np.ndarray:
    """Mean of the middle half of the same weekdays around each cell, itself among them."""
    days, weeks = len(calls), -(-len(calls) // 7)
    ever_open = np.isfinite(calls).any(axis=0)
    padded = np.full((7 * (weeks + 2 * WEEKS_AROUND), ever_open.sum()), np.nan)
    padded[7 * WEEKS_AROUND : 7 * WEEKS_AROUND + days] = calls[:, ever_open]
    by_week = padded.reshape(weeks + 2 * WEEKS_AROUND, -1)
    around = np.sort([by_week[back : back + weeks] for back in range(2 * WEEKS_AROUND + 1)], axis=0)
    known = np.isfinite(around).sum(axis=0)
    cut = np.maximum(known // 4, 1)
    place = np.arange(2 * WEEKS_AROUND + 1)[:, None, None]
    middle = np.where((place >= cut) & (place < known - cut), around, 0.0).sum(axis=0)
    mean = np.where(known >= LEAST_DAYS, middle / np.maximum(known - 2 * cut, 1), np.nan)
    result = np.full(calls.shape, np.nan)
    result[:, ever_open] = mean.reshape(7 * weeks, -1)[:days]
    return result


def _near_closure(train: Series, holiday: np.ndarray) -> np.ndarray:
    """Holidays and the two operating days before and after a closure."""
    active = train.active
    occurrences = np.bincount(train.weekdays, minlength=7)
    operating = np.bincount(train.weekdays[active], minlength=7) >= np.maximum(OPERATING_SHARE * occurrences, 1)
    position = np.flatnonzero(operating[train.weekdays] | active)
    closed = (~active | holiday)[position]
    near = np.convolve(closed, np.ones(2 * NEAR_CLOSURE_DAYS + 1), mode="same") > 0 if len(closed) else closed
    protected = holiday.copy()
    protected[position] |= near[: len(position)]
    return protected


def _totals(calls: np.ndarray, rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    judged = np.isfinite(calls) & np.isfinite(rates)
    return np.where(judged, calls, 0.0).sum(axis=1), np.where(judged, rates, 0.0).sum(axis=1)


def _of_day(calls: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Rates times the day's level, which no cell moves by more than twice its usual calls."""
    came, due = _totals(np.minimum(calls, MOST_DAY_FACTOR * rates), rates)
    return np.asarray(rates * (came / np.where(due > 0, due, 1.0))[:, None])


def _overdispersion(calls: np.ndarray, expected: np.ndarray) -> float:
    busy = (expected >= BUSY_CALLS) & np.isfinite(calls)
    if not busy.any():
        return TYPICAL_OVERDISPERSION
    scaled = (calls[busy] - expected[busy]) / np.sqrt(expected[busy])
    variance = (1.4826 * float(np.median(np.abs(scaled)))) ** 2
    return max((variance - 1) / float(np.median(expected[busy])), LEAST_OVERDISPERSION)


def _day_sd(off: np.ndarray, due: np.ndarray) -> float:
    if not len(off):
        return LEAST_DAY_SD
    variance = (1.4826 * float(np.median(np.abs(off - np.median(off))))) ** 2 - float(np.median(1 / due))
    return max(float(np.sqrt(max(variance, 0.0))), LEAST_DAY_SD)
