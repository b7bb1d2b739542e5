"""The distribution of future calls: sample paths with week and day factors, busy intervals and counts."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.rehearsal import Rehearsal
from forecasting.series import DAY, days_from, span, weekday_of

PATHS = 500
LEADS = 4
MEMORY_WEEKS = 6.0
PRIOR_SD = 0.10
PRIOR_DAYS = 3
UNKNOWN_SD = 0.20
LEAST_SD = 0.02
OPTIMISM = 1.15
USUAL_GROWTH = np.array([0.85, 0.95, 1.05, 1.15])
GROWTH_PER_WEEK = 0.05
MOST_SD = 0.5
FARTHEST = 5.0
TAIL_DEGREES = 4
WEEK_SHARE = 0.5
MOST_OVERDISPERSION = 2.0
MOST_EXCESS = 25.0
PRIOR_WEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Noise:
    """How far the calls stray from their mean.

    Parameters
    ----------
    day_sd : ndarray, shape (4,)
        Standard deviation of the log of a day's total by weeks ahead, beyond Poisson noise.
    weekday_scale : ndarray, shape (7,)
        What it is multiplied by on each weekday.
    overdispersion : float
        Squared coefficient of variation of an interval's rate, the day's total given.
    """

    day_sd: np.ndarray
    weekday_scale: np.ndarray
    overdispersion: float

    def sd_of(self, days: np.ndarray) -> np.ndarray:
        """Standard deviation of consecutive days (datetime64[D]), the first of which follows the history.

        It grows by 5 % a week beyond the fourth, to 0.5 at most: beyond that a factor tells nothing.
        """
        week = np.arange(len(days)) // 7
        known = self.day_sd[np.minimum(week, LEADS - 1)]
        grown = known * (1 + GROWTH_PER_WEEK * np.maximum(week - LEADS + 1, 0))
        return np.minimum(grown * self.weekday_scale[weekday_of(days)], MOST_SD)


def noise_of(rehearsals: Sequence[Rehearsal]) -> Noise:
    """Measure how far past forecasts strayed, leaning on a prior of 10 % while there are few days; 20 % without any.

    The standard deviation of a lead is the average of the plain one and 1.4826 MAD of the logs of actual over
    forecast day totals, recent weeks counting more (half-life six weeks), less the Poisson noise; it never falls
    with the lead and is averaged with the usual growth over four weeks. A weekday that strays more or less than
    the others has its own scale, held towards 1. The overdispersion is sum((y - m)^2 - m) / sum(m^2), where m is
    the forecast scaled to the day's true total.
    """
    errors = _day_errors(rehearsals)
    scale = _weekday_scale(errors)
    errors = replace(errors, log=errors.log / scale[errors.weekday])
    by_lead = np.maximum.accumulate([_day_sd(errors.where(errors.lead == lead)) for lead in range(1, LEADS + 1)])
    usual = np.sqrt(np.mean(by_lead[:3] ** 2)) * USUAL_GROWTH
    return Noise(np.sqrt((by_lead**2 + usual**2) / 2), scale, _overdispersion(rehearsals))


@dataclass(frozen=True, slots=True)
class _Errors:
    """Past days, each array of shape (days,): weeks ahead, weekday, weight, log(actual / forecast), 1 / forecast."""

    lead: np.ndarray
    weekday: np.ndarray
    weight: np.ndarray
    log: np.ndarray
    poisson: np.ndarray

    def where(self, rows: np.ndarray) -> _Errors:
        return _Errors(self.lead[rows], self.weekday[rows], self.weight[rows], self.log[rows], self.poisson[rows])


def _day_errors(rehearsals: Sequence[Rehearsal]) -> _Errors:
    newest = max((week.first_day for week in rehearsals), default=np.datetime64(0, "D"))
    rows = [np.empty((0, 5))]
    for week in rehearsals:
        scored = np.isfinite(week.actual)
        total = np.where(scored, week.actual, 0.0).sum(axis=1)
        expected = np.where(scored, week.predicted, 0.0).sum(axis=1)
        known = (total > 0) & (expected > 0)
        weekday = weekday_of(week.first_day + np.arange(7) * DAY)[known]
        weight = 0.5 ** (days_from(week.first_day, newest) / 7 / MEMORY_WEEKS)
        same = np.full((len(weekday), 2), (week.lead_weeks, weight))
        rows.append(np.column_stack([same, weekday, np.log(total[known] / expected[known]), 1 / expected[known]]))
    lead, weight, weekday, log, poisson = np.concatenate(rows).T
    return _Errors(lead, weekday.astype(int), weight, log, poisson)


def _weekday_scale(errors: _Errors) -> np.ndarray:
    """Root mean square of each weekday over that of all, robust and held towards 1, shape (7,)."""
    if not len(errors.log):
        return np.ones(7)
    typical = max(1.4826 * _weighted_median(np.abs(errors.log), errors.weight), LEAST_SD)
    excess = np.minimum((errors.log / typical) ** 2, MOST_EXCESS)
    seen = np.bincount(errors.weekday, errors.weight, minlength=7)
    squares = (np.bincount(errors.weekday, errors.weight * excess, minlength=7) + PRIOR_WEIGHT) / (seen + PRIOR_WEIGHT)
    return np.asarray(np.sqrt(squares / max(np.median(squares[seen > 0]), 1e-12)))


def _day_sd(errors: _Errors) -> float:
    """Standard deviation of the errors of one lead."""
    if not len(errors.log):
        return UNKNOWN_SD
    plain = np.sqrt(np.average(errors.log**2, weights=errors.weight))
    robust = 1.4826 * _weighted_median(np.abs(errors.log), errors.weight)
    measured = ((plain + robust) / 2) ** 2 - np.average(errors.poisson, weights=errors.weight)
    pooled = (len(errors.log) * max(measured, 0.0) + PRIOR_DAYS * PRIOR_SD**2) / (len(errors.log) + PRIOR_DAYS)
    return max(float(np.sqrt(pooled)) * OPTIMISM, LEAST_SD)


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _overdispersion(rehearsals: Sequence[Rehearsal]) -> float:
    excess = squares = 0.0
    for week in rehearsals:
        scored = np.isfinite(week.actual)
        actual, forecast = np.where(scored, week.actual, 0.0), np.where(scored, week.predicted, 0.0)
        expected = forecast.sum(axis=1)
        known = expected > 0
        mean = forecast[known] * (actual.sum(axis=1)[known] / expected[known])[:, None]
        excess += ((actual[known] - mean) ** 2 - mean).sum()
        squares += (mean**2).sum()
    return float(np.clip(excess / squares, 0.0, MOST_OVERDISPERSION)) if squares > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Distribution:
    """Whole futures of one queue, drawn again, the same, whenever they are asked for.

    Parameters
    ----------
    mean : ndarray, shape (intervals,)
        Expected calls.
    day : ndarray of int, shape (intervals,)
        Day of each interval, 0 for the first day after the history.
    end : datetime64[D]
        The first day after the history.
    noise : Noise
    seed : tuple of int
    """

    mean: np.ndarray
    day: np.ndarray
    end: np.datetime64
    noise: Noise
    seed: tuple[int, ...]

    def paths(self, count: int = PATHS) -> np.ndarray:
        """Draw `count` futures.

        A path multiplies the mean by one log-t factor a week and one a day, each with half of the variance, four
        degrees of freedom and mean 1 over the paths, and by gamma noise an interval; its counts are Poisson.
        Interval, day and week quantiles that are read from the same paths agree with each other.

        Returns
        -------
        ndarray, shape (count, intervals)
            Calls.
        """
        rng = np.random.default_rng(np.random.SeedSequence(self.seed))
        day_sd = self.noise.sd_of(span(self.end, int(self.day.max(initial=0)) + 1))
        rates = self.mean * _day_factors(day_sd, rng, count)[:, self.day]
        if self.noise.overdispersion > 0:
            shape = 1 / self.noise.overdispersion
            rates = rates * rng.gamma(shape, self.noise.overdispersion, size=rates.shape)
        return np.asarray(rng.poisson(rates), dtype=float)


def _day_factors(day_sd: np.ndarray, rng: np.random.Generator, paths: int) -> np.ndarray:
    """Factor of each day, shape (paths, days); its mean over the paths is 1."""
    week = np.arange(len(day_sd)) // 7
    of_week = _standard_t(rng, (paths, int(week.max()) + 1))[:, week]
    of_day = _standard_t(rng, (paths, len(day_sd)))
    factors = np.exp(day_sd * (np.sqrt(WEEK_SHARE) * of_week + np.sqrt(1 - WEEK_SHARE) * of_day))
    return np.asarray(factors / factors.mean(axis=0))


def _standard_t(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Draws of Student's t with variance 1, no farther out than five standard deviations."""
    draws = rng.standard_t(TAIL_DEGREES, size) / np.sqrt(TAIL_DEGREES / (TAIL_DEGREES - 2))
    return np.clip(draws, -FARTHEST, FARTHEST)


def seed_of(seed: int, queue: str) -> tuple[int, ...]:
    """Seed that depends on the run's seed and the queue's name only, not on the order of the queues."""
    return seed, zlib.crc32(queue.encode())
