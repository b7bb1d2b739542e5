"""Handle time per answered call: a ratio of sums, shrunk by volume, never a mean of ratios."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from forecasting.series import Series

SHAPE_HALF_LIFE_WEEKS = 8.0
SPREAD_HALF_LIFE_WEEKS = 4.0
LEVEL_HALF_LIFE_WEEKS = 1.0
PRIOR_CALLS = 200.0
LEAST_SD = 0.01


@dataclass(frozen=True, slots=True)
class HandleTime:
    """Expected AHT of each weekday and slot, and how an interval's AHT strays from it.

    Parameters
    ----------
    week : ndarray, shape (7, slots)
        Expected AHT [s]; NaN everywhere when no handle time is known.
    day_sd : float
        Relative standard deviation of a day's AHT beyond that of its calls.
    call_sd : float
        Relative standard deviation of one call's handle time.
    """

    week: np.ndarray
    day_sd: float
    call_sd: float

    def band(self, weekday: np.ndarray, slot: np.ndarray, calls: np.ndarray, q: float) -> np.ndarray:
        """Quantile `q` of the AHT of intervals with `calls` expected calls [s], shape (n,), log-normal."""
        variance = np.log1p(self.day_sd**2 + self.call_sd**2 / np.maximum(calls, 1.0))
        return np.asarray(self.week[weekday, slot] * np.exp(NormalDist().inv_cdf(q) * np.sqrt(variance) - variance / 2))


def fit_handle_time(train: Series) -> HandleTime:
    """AHT by weekday and slot, each cell held towards its slot and that towards the queue, times the recent level.

    A cell's AHT is (handle seconds + k x AHT of the slot) / (calls + k) with k = 200 calls, so that a cell speaks
    for itself only as far as it has calls. The level is the ratio of the handle seconds of the last weeks to those
    that the cells expect of the same calls, held towards 1 by k calls.
    """
    by_weekday = (train.weekdays == np.arange(7)[:, None]) * _decay(train, SHAPE_HALF_LIFE_WEEKS)
    calls, seconds = by_weekday @ train.handled, by_weekday @ train.handle_s
    if not seconds.any():
        return HandleTime(np.full_like(calls, np.nan), 0.0, 0.0)
    queue = seconds.sum() / calls.sum()
    slot = (seconds.sum(axis=0) + PRIOR_CALLS * queue) / (calls.sum(axis=0) + PRIOR_CALLS)
    shape = (seconds + PRIOR_CALLS * slot) / (calls + PRIOR_CALLS)
    recent = _decay(train, LEVEL_HALF_LIFE_WEEKS)
    expected = (train.handled * shape[train.weekdays]).sum(axis=1)
    prior_s = PRIOR_CALLS * queue
    week = shape * (recent @ train.handle_s.sum(axis=1) + prior_s) / (recent @ expected + prior_s)
    weights = _decay(train, SPREAD_HALF_LIFE_WEEKS)
    return HandleTime(week, *_spread(train.handled, train.handle_s, week[train.weekdays], weights))


def _decay(train: Series, half_life_weeks: float) -> np.ndarray:
    return np.asarray(0.5 ** (train.age_weeks / half_life_weeks))


def _spread(calls: np.ndarray, seconds: np.ndarray, expected: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Relative standard deviations of a day's level and of one call, by the method of moments.

    Within a day the mean of n calls strays by call_sd / sqrt(n) from the day's level; the day's own ratio
    strays by sqrt(day_sd^2 + call_sd^2 / calls of the day).
    """
    known = calls > 0
    busy = known.any(axis=1)
    day_calls, day_expected = calls.sum(axis=1)[busy], (calls * expected).sum(axis=1)[busy]
    day_ratio = seconds.sum(axis=1)[busy] / day_expected
    ratio = np.where(known, seconds / np.where(known, calls * expected, 1.0), 0.0)[busy]
    within = (calls[busy] * (ratio - day_ratio[:, None]) ** 2).sum(axis=1)
    freedom = known[busy].sum(axis=1) - 1
    call_variance = weights[busy] @ within / max(weights[busy] @ freedom, 1e-12)
    day_variance = np.average((day_ratio - 1) ** 2 - call_variance / day_calls, weights=weights[busy])
    return max(float(np.sqrt(max(day_variance, 0.0))), LEAST_SD), float(np.sqrt(call_variance))
