"""Day total x profile: a log-linear calendar model of day totals, spread by a smoothed weekday profile."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.daytotal import calendar_design, robust_ridge
from forecasting.models import MODELS, CannotFit
from forecasting.opengrid import Grid
from forecasting.profiles import weekday_profile
from forecasting.series import Series, weekday_of

HALF_LIFE_WEEKS = 12.0
LEVEL_HALF_LIFE_WEEKS = 0.75
LEVEL_DAMPING_PER_WEEK = 0.9
WHOLE_DAY_SHARE = 0.75
MIN_WHOLE_DAYS = 10


@MODELS.register("top_down")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Weighted ridge of log day totals on the calendar, corrected by the recent level, times the day's shape."""
    whole = _whole_days(train)
    if whole.sum() < MIN_WHOLE_DAYS:
        raise CannotFit(f"{whole.sum()} whole days, fewer than {MIN_WHOLE_DAYS}")
    totals = _day_totals(train, grid, calendar, whole)
    shares = grid.lay(weekday_profile(train.calls[whole], train.weekdays[whole], train.age_weeks[whole]))
    covered = shares.sum(axis=1, keepdims=True)
    return np.asarray(totals[:, None] * shares / np.where(covered > 0, covered, 1.0))


def _whole_days(train: Series) -> np.ndarray:
    """Days that were open for at least three quarters of their weekday's usual slots."""
    slots = train.present.sum(axis=1)
    usual = np.zeros(7)
    for weekday in range(7):
        same = train.active & (train.weekdays == weekday)
        usual[weekday] = np.median(slots[same]) if same.any() else 0
    return np.asarray(train.active & (slots >= WHOLE_DAY_SHARE * usual[train.weekdays]))


def _day_totals(train: Series, grid: Grid, calendar: Calendar, whole: np.ndarray) -> np.ndarray:
    """Expected calls of each day of the grid (the mean, by Duan's smearing), shape (days,)."""
    n = len(train.days)
    days = np.concatenate([train.days, grid.days])
    operating = _operating_weekdays(train)
    design = calendar_design(
        days,
        np.concatenate([train.active, grid.open.any(axis=1)]),
        operating[weekday_of(days)],
        calendar.is_holiday(days),
    )
    age = train.age_weeks[whole]
    known = design.x[:n][whole]
    fit = robust_ridge(np.log1p(train.totals[whole]), known, 0.5 ** (age / HALF_LIFE_WEEKS), design.penalty)
    volume = np.exp(known @ fit.coefficients)
    smearing = np.average(np.exp(fit.residuals), weights=fit.weights * volume)
    weeks_ahead = np.arange(len(grid.days)) // 7
    level = _recent_level(fit.residuals, volume, age) * LEVEL_DAMPING_PER_WEEK**weeks_ahead
    return np.asarray(np.maximum(np.exp(design.x[n:] @ fit.coefficients + level) * smearing - 1, 0))


def _operating_weekdays(train: Series) -> np.ndarray:
    """Weekdays that were open on at least a quarter of their occurrences, shape (7,)."""
    occurrences = np.bincount(train.weekdays, minlength=7)
    return np.asarray(np.bincount(train.weekdays[train.active], minlength=7) >= np.maximum(occurrences / 4, 1))


def _recent_level(residuals: np.ndarray, volume: np.ndarray, age_weeks: np.ndarray) -> float:
    """Exponentially weighted mean of the residuals by volume, held towards 0 by half a week's weight."""
    weights = volume * 0.5 ** (age_weeks / LEVEL_HALF_LIFE_WEEKS)
    last_week = weights[age_weeks <= age_weeks.min() + 1].sum()
    return float(weights @ residuals / (weights.sum() + last_week / 2))
