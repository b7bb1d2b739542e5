"""Handle time per answered call: a ratio of sums, shrunk by what it was measured on, never a mean of ratios."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from forecasting.handlelevel import by_week, level_sd, recent_level
from forecasting.series import Series

SHAPE_HALF_LIFE_WEEKS = 8.0
SHAPE_PASSES = 2
PRIOR_CALLS = 20.0
LEAST_SD = 0.01
SEEN_IN_SAMPLE = 1.1
ABSURD_SPREADS = 20.0
LEAST_SPREAD = 0.25
LEAST_EXCESS = 4.0
NEIGHBOUR_DAYS = 7


@dataclass(frozen=True, slots=True)
class HandleTime:
    """Expected AHT of each weekday and slot, and how an interval's AHT strays from it.

    Parameters
    ----------
    week : ndarray, shape (7, slots)
        Expected AHT [s]; NaN everywhere when no handle time is known.
    level_sd : ndarray, shape (weeks ahead,)
        Standard deviation of the log of the queue's level, 1, 2, … weeks ahead; later weeks keep the last one.
    day_sd : float
        Standard deviation of the log of a day's AHT beyond that of its level and of its calls.
    call_sd : float
        Relative standard deviation of one call's handle time.
    damped_s : ndarray, shape (days, slots)
        Handle seconds of the history that were left out because no mean of so many calls is that long.
    """

    week: np.ndarray
    level_sd: np.ndarray
    day_sd: float
    call_sd: float
    damped_s: np.ndarray

    def band(
        self, weekday: np.ndarray, slot: np.ndarray, calls: np.ndarray, q: float, weeks_ahead: np.ndarray | int = 0
    ) -> np.ndarray:
        """Quantile `q` of the AHT of intervals with `calls` expected calls [s], shape (n,), log-normal.

        The mean of n calls is taken as log-normal with the variance call_sd^2 / n (Fenton and Wilkinson).
        `weeks_ahead` counts from 0, the week that follows the history.
        """
        variance = self._level_sd(weeks_ahead) ** 2 + self.day_sd**2 + self._call_variance(calls)
        return np.asarray(self.week[weekday, slot] * np.exp(NormalDist().inv_cdf(q) * np.sqrt(variance) - variance / 2))

    def sample(
        self, weekday: np.ndarray, slot: np.ndarray, day: np.ndarray, calls: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """AHT of each path and interval, of the same distribution as `band`.

        A path has one level, a factor a day that its intervals share, and the chance of the calls themselves; all
        three have mean 1. An interval without calls is drawn as if it had one.

        Parameters
        ----------
        weekday, slot, day : ndarray of int, shape (intervals,)
            `day` counts from 0, the first day after the history.
        calls : ndarray, shape (paths, intervals)
            Drawn calls.
        rng : Generator

        Returns
        -------
        ndarray, shape (paths, intervals)
            Seconds.
        """
        days, of_day = np.unique(day, return_inverse=True)
        level_sd, call_variance = self._level_sd(day // 7), self._call_variance(calls)
        level = level_sd * rng.standard_normal((len(calls), 1)) - level_sd**2 / 2
        by_day = self.day_sd * rng.standard_normal((len(calls), len(days))) - self.day_sd**2 / 2
        chance = np.sqrt(call_variance) * rng.standard_normal(calls.shape) - call_variance / 2
        return np.asarray(self.week[weekday, slot] * np.exp(level + by_day[:, of_day] + chance))

    def _level_sd(self, weeks_ahead: np.ndarray | int) -> np.ndarray:
        return np.asarray(self.level_sd[np.minimum(weeks_ahead, len(self.level_sd) - 1)])

    def _call_variance(self, calls: np.ndarray) -> np.ndarray:
        return np.log1p(self.call_sd**2 / np.maximum(calls, 1.0))


def fit_handle_time(train: Series) -> HandleTime:
    """AHT by weekday and slot, each cell held towards its slot and that towards the queue, times the recent level.

    How strongly is measured: by the variance between slots, weekdays and cells against that of their calls. A
    cell that was never seen has the AHT of its weekday and slot, a slot never seen that of the weekday, a weekday
    never seen that of the slot, and where neither was seen it is the queue's. The level is smoothed at several
    speeds, each counted by how well it foretold the weeks of the past. The spreads of level and day are widened by a
    tenth, since the shape has seen the days that they are measured on.
    """
    calls, damped_s = train.handled, _absurd_seconds(train)
    seconds = train.handle_s - damped_s
    if not seconds.any():
        week = np.full((7, calls.shape[1]), np.nan)
        return HandleTime(week, np.zeros(1), 0.0, 0.0, damped_s)
    weights = 0.5 ** (train.age_weeks / SHAPE_HALF_LIFE_WEEKS)
    aht_s = float(weights @ seconds.sum(axis=1) / (weights @ calls.sum(axis=1)))
    expected = calls * aht_s
    for _ in range(SHAPE_PASSES):
        shape = aht_s * _shape(train, seconds / aht_s, weights, *_spread(calls, seconds, expected, weights))
        expected = calls * shape[train.weekdays]
    call_sd, day_sd = (max(float(np.sqrt(v)), LEAST_SD) for v in _spread(calls, seconds, expected, weights))
    of_days = seconds.sum(axis=1), expected.sum(axis=1)
    level = recent_level(*of_days, PRIOR_CALLS * aht_s)
    spread = SEEN_IN_SAMPLE * level_sd(level, *of_days, calls.sum(axis=1), call_sd, day_sd)
    return HandleTime(shape * np.exp(level[0]), spread, SEEN_IN_SAMPLE * day_sd, call_sd, damped_s)


def _absurd_seconds(train: Series) -> np.ndarray:
    """Handle seconds of each interval beyond both 20 spreads of a mean of so many calls and five times the usual.

    The centre is the median interval of the fortnight around, the spread of one call 1.4826 MAD of the deviations
    times the root of their calls. The bound lies so far out that of the heavy tail of real handle times it takes
    less than a thousandth, and a lasting change moves the centre with it.
    """
    known = train.handled > 0
    if not known.any():
        return np.zeros(train.handled.shape)
    aht_s = np.where(known, train.handle_s / np.where(known, train.handled, 1.0), np.nan)
    by_day = np.pad(_row_medians(aht_s), NEIGHBOUR_DAYS, constant_values=np.nan)
    around = _row_medians(np.lib.stride_tricks.sliding_window_view(by_day, 2 * NEIGHBOUR_DAYS + 1))
    centre = np.maximum(np.nan_to_num(around), np.median(aht_s[known]))[:, None]
    root = np.sqrt(np.maximum(train.handled, 1.0))
    deviation = np.abs((aht_s / np.where(centre > 0, centre, 1.0) - 1) * root)[known]
    spread = max(1.4826 * float(np.median(deviation)), LEAST_SPREAD)
    bound_s = train.handled * centre * (1 + np.maximum(ABSURD_SPREADS * spread / root, LEAST_EXCESS))
    return np.where(centre > 0, np.maximum(train.handle_s - bound_s, 0.0), 0.0)


def _row_medians(values: np.ndarray) -> np.ndarray:
    """Upper median of each row's known values, NaN where there is none: np.nanmedian, forty times as fast."""
    count = np.isfinite(values).sum(axis=1)
    return np.asarray(
        np.take_along_axis(np.sort(values, axis=1), (count // 2)[:, None] * (count > 0)[:, None], 1)[:, 0]
    )


def _shape(
    train: Series, seconds: np.ndarray, weights: np.ndarray, call_variance: float, day_variance: float
) -> np.ndarray:
    """AHT of each weekday and slot relative to the queue's, shape (7, slots): slot x weekday x cell.

    Each factor is (seconds + k x expected) / (expected + k x expected per call), an empirical-Bayes mean whose k is
    the variance of its measurement over the variance between its likes.
    """
    by_weekday = (train.weekdays == np.arange(7)[:, None]) * weights
    calls, seconds = by_weekday @ train.handled, by_weekday @ seconds
    noise = call_variance * ((by_weekday * weights) @ train.handled)
    of_days = day_variance * ((by_weekday * weights) @ train.handled.sum(axis=1) ** 2)
    shape = np.broadcast_to(_held(seconds.sum(axis=0), calls.sum(axis=0), noise.sum(axis=0)), calls.shape)
    expected = calls * shape
    shape = shape * _held(seconds.sum(axis=1), expected.sum(axis=1), noise.sum(axis=1) + of_days)[:, None]
    return np.asarray(shape * _held(seconds, calls * shape, noise))


def _held(seconds: np.ndarray, expected: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Ratios seconds / expected, each held towards 1 by the noise of its seconds (a variance); 1 where unseen.

    The variance between them is a moment estimate: sum p (r - 1)^2 = count + variance x sum p, with p the precision.
    """
    seen = expected > 0
    safe = np.where(seen, expected, 1.0)
    precision = np.where(seen, safe**2 / np.maximum(noise, 1e-12 * safe**2), 0.0)
    deviation = _ratio(seconds, expected, 1.0) - 1
    between = max(float((precision * deviation**2).sum() - seen.sum()), 0.0) / precision.sum()
    return np.asarray(1 + deviation * between * precision / (1 + between * precision))


def _spread(calls: np.ndarray, seconds: np.ndarray, expected: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Relative variances of one call's handle time and of a day's level within its week, by analysis of variance.

    Within a day the means of n calls stray from the day's ratio with variance call / n; within a week the ratios of
    its days stray from the week's with variance day + call / calls of the day.
    """
    within, freedom, _ = _scatter(calls, _ratio(seconds, expected, 0.0))
    call_variance = float(weights @ within / max(weights @ freedom, 1e-12))
    ratio = _ratio(seconds.sum(axis=1), expected.sum(axis=1), 0.0)
    within, freedom, size = _scatter(by_week(calls.sum(axis=1)), by_week(ratio))
    weights = by_week(weights).max(axis=1)
    day_variance = weights @ (within - call_variance * freedom) / max(weights @ size, 1e-12)
    return call_variance, max(float(day_variance), 0.0)


def _scatter(calls: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per row: sum of squares about the row's mean weighted by calls, degrees of freedom, size n - sum n_i^2 / n.

    The sum of squares is expected to be size x variance between the columns + freedom x variance of one call.
    """
    total = np.maximum(calls.sum(axis=1), 1e-12)
    centre = (calls * ratio).sum(axis=1) / total
    squares = (calls * (ratio - centre[:, None]) ** 2).sum(axis=1)
    freedom = np.maximum((calls > 0).sum(axis=1) - 1, 0)
    return squares, freedom, total - (calls**2).sum(axis=1) / total


def _ratio(above: np.ndarray, below: np.ndarray, otherwise: float) -> np.ndarray:
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), otherwise)
