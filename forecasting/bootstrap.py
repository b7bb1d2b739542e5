"""Whether one forecast is really better than another: a paired bootstrap over whole weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

DRAWS = 2000
LEVEL = 0.90


class Ratio(NamedTuple):
    """Ratio of absolute errors and its bootstrap interval; NaN where nothing can be compared."""

    ratio: float
    low: float
    high: float


def paired_ratio(
    errors_a: ArrayLike, errors_b: ArrayLike, seed: int, draws: int = DRAWS, level: float = LEVEL
) -> Ratio:
    """sum |a| / sum |b| with the percentile interval of a paired bootstrap that resamples whole weeks.

    Errors within a week hang together through the level of the week, so that weeks are the blocks; both models keep
    their errors of the same week, so that what makes a week hard for both cancels (Efron and Tibshirani 1993, An
    Introduction to the Bootstrap, sections 8.6 and 13.3).

    Parameters
    ----------
    errors_a, errors_b : array_like, shape (weeks, ...)
        Forecast errors of the same cells; a cell that is NaN in either counts in neither.
    seed : int
    draws : int
    level : float
        Probability of the interval.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    return pooled_ratio([(errors_a, errors_b)], seed, draws, level)


def pooled_ratio(
    pairs: Sequence[tuple[ArrayLike, ArrayLike]], seed: int, draws: int = DRAWS, level: float = LEVEL
) -> Ratio:
    """Geometric mean over several series of sum |a| / sum |b|, with the interval of jointly resampled weeks.

    Parameters
    ----------
    pairs : sequence of (errors_a, errors_b)
        A pair a series, each as in `paired_ratio`. Row i is the same week in all of them, or only the i-th one, as
        long as the numbers of weeks agree; a week that a series lacks is NaN.
    seed, draws, level
        As in `paired_ratio`. A draw without an error of a series is made from the others.

    Raises
    ------
    ValueError
        If the shapes of a pair or the numbers of weeks differ.
    """
    sums = [_week_sums(*pair) for pair in pairs]
    weeks = {len(a) for a, _ in sums}
    if len(weeks) > 1:
        raise ValueError(f"found series of {sorted(weeks)} weeks, expected one number")
    number = weeks.pop() if weeks else 0
    if not number:
        return Ratio(np.nan, np.nan, np.nan)
    times = np.random.default_rng(seed).multinomial(number, np.full(number, 1 / number), size=draws)
    tail = (1 - level) / 2
    drawn = _geometric_mean(sums, times)
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf") if len(drawn) else (np.nan, np.nan)
    return Ratio(float(_geometric_mean(sums, np.ones((1, number)))[0]), float(low), float(high))


def _week_sums(errors_a: ArrayLike, errors_b: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.abs(np.asarray(errors_a, dtype=float)), np.abs(np.asarray(errors_b, dtype=float))
    if a.shape != b.shape:
        raise ValueError(f"found errors of shapes {a.shape} and {b.shape}, expected one")
    known = ~np.isnan(a) & ~np.isnan(b)
    cells = tuple(range(1, a.ndim))
    return np.where(known, a, 0.0).sum(axis=cells), np.where(known, b, 0.0).sum(axis=cells)


def _geometric_mean(sums: Sequence[tuple[np.ndarray, np.ndarray]], times: np.ndarray) -> np.ndarray:
    """Of each draw, shape (draws,); NaN where no series has an error."""
    above, below = (np.stack([times @ of_week for of_week in side]) for side in zip(*sums, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(above) - np.log(below)
    known = ~np.isnan(logs)
    mean = np.where(known, logs, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known.any(axis=0), np.exp(mean), np.nan)
