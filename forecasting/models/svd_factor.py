"""A few shapes of the day found by singular value decomposition, their scores forecast from the calendar."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.opengrid import Grid
from forecasting.operatingdays import OperatingDays, operating_days
from forecasting.series import Series, weekday_of

MOST_FACTORS = 5
POISSON_ROOT_SD = 0.5
HALF_LIFE_WEEKS = 12.0
LEVEL_HALF_LIFE_WEEKS = 1.5
LEVEL_DAMPING_PER_WEEK = 0.8
WEEKDAY_PENALTY = 0.05
DAY_SD = 0.1


@MODELS.register("svd_factor")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Square roots of the counts of whole days as scores x shapes; scores by weighted ridge on weekday and calendar.

    Square roots of Poisson counts have a standard deviation of 1/2 whatever the rate. Shapes whose singular value
    could come from it are left out, so that a sparse queue keeps one. The mean of a square is the square of the mean
    plus the variance of the errors, taken by slot. Sources: Shen and Huang 2008, M&SOM 10:391, section 3; Gavish and
    Donoho 2014, IEEE Transactions on Information Theory 60:5040, equation 11, for the threshold at known noise.
    """
    days = operating_days(train, grid, calendar)
    rows = days.known[days.whole]
    roots = np.sqrt(np.nan_to_num(train.calls[rows]))
    slots = np.flatnonzero(roots.any(axis=0))
    if not len(slots):
        return np.zeros(grid.open.shape)
    scores, shapes = _factors(roots[:, slots])
    weights = 0.5 ** (train.age_weeks[rows] / HALF_LIFE_WEEKS)
    fitted, ahead = _forecast_scores(scores, weights, days, calendar)
    errors = np.where(train.present[rows][:, slots], roots[:, slots] - fitted @ shapes, 0.0)
    variance = weights @ errors**2 / np.maximum(weights @ train.present[rows][:, slots], 1e-9)
    calls = np.zeros(grid.open.shape)
    calls[np.ix_(days.future, slots)] = np.maximum(ahead @ shapes, 0.0) ** 2 + variance
    return np.where(grid.open, calls, 0.0)


def _factors(roots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores, shape (days, factors), and shapes of the day, shape (factors, slots), above the threshold for noise."""
    left, values, right = np.linalg.svd(roots, full_matrices=False)
    narrow, wide = sorted(roots.shape)
    ratio = narrow / wide
    threshold = np.sqrt(2 * (ratio + 1) + 8 * ratio / (ratio + 1 + np.sqrt(ratio**2 + 14 * ratio + 1)))
    count = int(np.clip((values > threshold * POISSON_ROOT_SD * np.sqrt(wide)).sum(), 1, MOST_FACTORS))
    return left[:, :count] * values[:count], right[:count]


def _forecast_scores(
    scores: np.ndarray, weights: np.ndarray, days: OperatingDays, calendar: Calendar
) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the learned days as fitted, and of the future days with what is left of the last weeks, damped."""
    n = len(days.known)
    x, penalty = _design(days, calendar)
    known = x[:n][days.whole]
    weighted = known * weights[:, None]
    coefficients = np.linalg.solve(weighted.T @ known + np.diag(penalty), weighted.T @ scores)
    recent = 0.5 ** (days.train.age_weeks[days.known[days.whole]] / LEVEL_HALF_LIFE_WEEKS)
    level = recent @ (scores - known @ coefficients) / (recent.sum() + days.season)
    carried = LEVEL_DAMPING_PER_WEEK ** (days.future[:, None] // 7) * level
    return known @ coefficients, x[n:] @ coefficients + carried


def _design(days: OperatingDays, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Level, weekdays and calendar effects of the known and future days, and the weight that holds each to 0 [days].

    A coefficient with a prior standard deviation s among days that vary by r has the weight (r / s)^2.
    """
    weekday = weekday_of(np.concatenate([days.train.days[days.known], days.grid.days[days.future]]))
    weekdays = weekday[:, None] == np.flatnonzero(days.usually_open)
    effects = days.effects(calendar)
    x = np.column_stack([np.ones(len(weekday)), weekdays, *(effect.x for effect in effects)]).astype(float)
    penalties = [np.full(effect.x.shape[1], (DAY_SD / effect.sd) ** 2) for effect in effects]
    return x, np.concatenate([[0.0], np.full(weekdays.shape[1], WEEKDAY_PENALTY), *penalties])
