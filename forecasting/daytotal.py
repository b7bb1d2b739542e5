"""Day totals: a log-linear calendar regression whose coefficients are held back by prior observations at zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.series import DAY, weekday_of

PENALTY_WEEKDAY = 0.05
PENALTY_CALENDAR = 0.3
PENALTY_MONTH = 3.0
LEAST_SPREAD = 0.02


@dataclass(frozen=True, slots=True)
class Design:
    """Regressors of consecutive days and how strongly each is held to zero.

    Parameters
    ----------
    x : ndarray, shape (days, effects)
    penalty : ndarray, shape (effects,)
        Weight of the prior observation at zero, in days.
    """

    x: np.ndarray
    penalty: np.ndarray


def calendar_design(days: np.ndarray, is_open: np.ndarray, operating: np.ndarray, holiday: np.ndarray) -> Design:
    """Level, weekday, open holiday, days around a closure, position in the month.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
    is_open, operating, holiday : ndarray of bool, shape (days,)
        Open that day; open on that weekday as a rule; a public holiday.
    """
    weekday = weekday_of(days)[:, None] == np.arange(7)
    around = np.column_stack([holiday & is_open, *_around_closures(is_open, operating)])
    month = _month_position(days)
    blocks = [np.ones((len(days), 1)), weekday, around, month]
    penalties = [0.0, PENALTY_WEEKDAY, PENALTY_CALENDAR, PENALTY_MONTH]
    penalty = np.concatenate([np.full(block.shape[1], p) for block, p in zip(blocks, penalties, strict=True)])
    return Design(np.column_stack(blocks).astype(float), penalty)


def _around_closures(is_open: np.ndarray, operating: np.ndarray) -> list[np.ndarray]:
    """First and second operating day after a closure, and the day before one."""
    position = np.flatnonzero(operating | is_open)
    closed = ~is_open[position]
    first_after = np.zeros(len(is_open), dtype=bool)
    second_after, before = first_after.copy(), first_after.copy()
    first_after[position[1:]] = closed[:-1] & ~closed[1:]
    second_after[position[2:]] = closed[:-2] & ~closed[1:-1] & ~closed[2:]
    before[position[:-1]] = closed[1:] & ~closed[:-1]
    return [first_after, second_after, before]


def _month_position(days: np.ndarray) -> np.ndarray:
    month = days.astype("datetime64[M]")
    first, following = month.astype("datetime64[D]"), (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    length = ((following - first) / DAY).astype(float)
    position = ((days - first) / DAY).astype(float)
    angle = 2 * np.pi * (position + 0.5) / length
    waves = [wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)]
    edges = [position == 0, position == 1, position == length - 2, position == length - 1]
    return np.column_stack([*waves, *edges]).astype(float)


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients, and the residuals that the level and the mean are corrected by.

    Parameters
    ----------
    coefficients : ndarray, shape (effects,)
    residuals : ndarray, shape (observations,)
        Log residuals, clipped at three robust standard deviations.
    weights : ndarray, shape (observations,)
    """

    coefficients: np.ndarray
    residuals: np.ndarray
    weights: np.ndarray


def robust_ridge(y: np.ndarray, x: np.ndarray, weights: np.ndarray, penalty: np.ndarray) -> Fit:
    """Weighted ridge regression in two passes, the second with Huber weights min(1, 3 s / |r|), s = 1.4826 MAD
    and at least 2 %.

    Parameters
    ----------
    y, weights : ndarray, shape (observations,)
    x : ndarray, shape (observations, effects)
    penalty : ndarray, shape (effects,)
    """
    residuals = y - x @ _ridge(y, x, weights, penalty)
    bound = 3 * max(1.4826 * float(np.median(np.abs(residuals))), LEAST_SPREAD)
    weights = weights * np.minimum(1.0, bound / np.maximum(np.abs(residuals), bound))
    coefficients = _ridge(y, x, weights, penalty)
    return Fit(coefficients, np.clip(y - x @ coefficients, -bound, bound), weights)


def _ridge(y: np.ndarray, x: np.ndarray, weights: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """Coefficients of weighted least squares with one more observation an effect, of weight `penalty`: it is 0.

    The days enter by their cross products, factored into a square system of the same least squares solution, so
    that a fit takes a millisecond however long the history is and however many threads linear algebra is given.
    """
    from statsmodels.regression.linear_model import OLS

    weighted = x * weights[:, None]
    root = np.linalg.cholesky(np.einsum("di,dj->ij", weighted, x) + np.diag(penalty))
    return np.asarray(OLS(np.linalg.solve(root, np.einsum("di,d->i", weighted, y)), root.T).fit().params)
