"""The distribution of future calls: sample paths with week and day factors, busy intervals and counts."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.backtesting import Origin

PATHS = 500
PRIOR_SD = 0.10
PRIOR_DAYS = 3
LEAST_SD = 0.02
SMALL_SAMPLE = 1.05
GROWTH_PER_WEEK = 0.05
MOST_OVERDISPERSION = 2.0


@dataclass(frozen=True, slots=True)
class Noise:
    """How far the calls stray from their mean.

    Parameters
    ----------
    day_sd : float
        Standard deviation of the log of a day's total, one week ahead, beyond Poisson noise.
    overdispersion : float
        Squared coefficient of variation of an interval's rate, the day's total given.
    """

    day_sd: float
    overdispersion: float


def noise_of(origins: Sequence[Origin], model: str) -> Noise:
    """Measure both from the backtest of a model, leaning on a prior of 10 % while there are few days.

    The standard deviation of the day is the average of the plain one and 1.4826 MAD; the overdispersion is
    sum((y - m)^2 - m) / sum(m^2), where m is the forecast scaled to the day's true total.
    """
    weeks = [(np.where(np.isfinite(o.actual), o.predicted[model], 0.0), np.nan_to_num(o.actual)) for o in origins]
    forecast = np.concatenate([f for f, _ in weeks]) if weeks else np.zeros((0, 1))
    actual = np.concatenate([a for _, a in weeks]) if weeks else np.zeros((0, 1))
    total, expected = actual.sum(axis=1), forecast.sum(axis=1)
    known = (expected > 0) & (total > 0)
    forecast, actual, total, expected = forecast[known], actual[known], total[known], expected[known]
    if not known.any():
        return Noise(PRIOR_SD, 0.0)
    return Noise(_day_sd(total, expected), _overdispersion(actual, forecast * (total / expected)[:, None]))


def _day_sd(total: np.ndarray, expected: np.ndarray) -> float:
    errors = np.log(total / expected)
    plain = np.sqrt(np.mean(errors**2))
    robust = 1.4826 * np.median(np.abs(errors))
    measured = ((plain + robust) / 2) ** 2 - np.mean(1 / expected)
    pooled = (len(errors) * max(measured, 0.0) + PRIOR_DAYS * PRIOR_SD**2) / (len(errors) + PRIOR_DAYS)
    return max(float(np.sqrt(pooled)) * SMALL_SAMPLE, LEAST_SD)


def _overdispersion(actual: np.ndarray, mean: np.ndarray) -> float:
    excess = ((actual - mean) ** 2 - mean).sum() / (mean**2).sum()
    return float(np.clip(excess, 0.0, MOST_OVERDISPERSION))


def sample_paths(
    mean: np.ndarray, day: np.ndarray, noise: Noise, rng: np.random.Generator, paths: int = PATHS
) -> np.ndarray:
    """Draw whole futures of one queue.

    A path multiplies the mean by one log-normal factor a week and one a day, each with half of the variance
    and mean 1, and by gamma noise an interval; its counts are Poisson. Interval, day and week quantiles that
    are read from the same paths agree with each other.

    Parameters
    ----------
    mean : ndarray, shape (intervals,)
        Expected calls.
    day : ndarray of int, shape (intervals,)
        Day of each interval, 0 for the first day after the history.
    noise : Noise
    rng : Generator
    paths : int

    Returns
    -------
    ndarray, shape (paths, intervals)
        Calls.
    """
    factors = np.exp(_day_factors(int(day.max(initial=0)) + 1, noise, rng, paths))[:, day]
    rates = mean * factors
    if noise.overdispersion > 0:
        rates = rates * rng.gamma(1 / noise.overdispersion, noise.overdispersion, size=rates.shape)
    return np.asarray(rng.poisson(rates), dtype=float)


def _day_factors(days: int, noise: Noise, rng: np.random.Generator, paths: int) -> np.ndarray:
    """Logs of the factor of each day, shape (paths, days); wider with every week ahead."""
    week = np.arange(days) // 7
    sd = noise.day_sd * (1 + GROWTH_PER_WEEK * week) / np.sqrt(2)
    of_week = rng.standard_normal((paths, int(week.max()) + 1))[:, week]
    of_day = rng.standard_normal((paths, days))
    return np.asarray(sd * (of_week + of_day) - sd**2)


def generator(seed: int, queue: str) -> np.random.Generator:
    """Random numbers that depend on the seed and the queue's name only, not on the order of the queues."""
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(queue.encode())]))
