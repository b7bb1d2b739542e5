"""Poisson gradient boosting by LightGBM on the same slot of earlier weeks and the calendar; optional."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.effects import around_closures
from forecasting.models import MODELS, CannotFit
from forecasting.opengrid import Grid
from forecasting.operatingdays import operating_days
from forecasting.optional import needed
from forecasting.series import Series, weekday_of

LAG_WEEKS = (1, 2, 3, 4)
LEAST_ROWS = 200
ROUNDS = 300
BOOSTING = {
    "objective": "poisson",
    "learning_rate": 0.05,
    "num_leaves": 63,
    "min_data_in_leaf": 10,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@MODELS.register("lightgbm_poisson")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Calls of one to four weeks ago, the day before, slot, weekday, position in the month, holidays and closures.

    Weeks further ahead use the forecasts of the earlier ones in place of calls.
    """
    library = needed("lightgbm")
    operating_days(train, grid, calendar)
    n = len(train.days)
    calls = np.vstack([train.calls, np.full(grid.open.shape, np.nan)])
    of_day = _features_of_days(train, grid, calendar)
    x = np.concatenate([_features(calls, of_day, day) for day in range(n)])
    y = train.calls.ravel()
    seen = np.isfinite(y)
    if seen.sum() < LEAST_ROWS:
        raise CannotFit(f"{seen.sum()} intervals, fewer than {LEAST_ROWS}")
    if np.ptp(y[seen]) == 0:
        return np.where(grid.open, y[seen][0], 0.0)
    model = library.train(BOOSTING, library.Dataset(x[seen], y[seen]), ROUNDS)
    for day in range(n, len(calls)):
        is_open = grid.open[day - n]
        if is_open.any():
            calls[day, is_open] = model.predict(_features(calls, of_day, day)[is_open])
    return np.nan_to_num(calls[n:])


def _features_of_days(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Weekday, day of the month, days left in it, holiday, days around a closure; shape (days, 7)."""
    days = np.concatenate([train.days, grid.days])
    is_open = np.concatenate([train.active, grid.open.any(axis=1)])
    occurrences = np.bincount(train.weekdays, minlength=7)
    usual = np.bincount(train.weekdays[train.active], minlength=7) >= np.maximum(occurrences / 4, 1)
    month = days.astype("datetime64[M]")
    day_of_month = (days - month.astype("datetime64[D]")).astype(int)
    days_left = ((month + 1).astype("datetime64[D]") - days).astype(int)
    closures = around_closures(is_open, usual[weekday_of(days)])
    return np.column_stack([weekday_of(days), day_of_month, days_left, calendar.is_holiday(days), closures])


def _features(calls: np.ndarray, of_day: np.ndarray, day: int) -> np.ndarray:
    """One row a slot; NaN, which LightGBM takes as missing, where the past has no row."""
    slots = calls.shape[1]
    unknown = np.full(slots, np.nan)
    lags = np.stack([calls[day - back] if day >= back else unknown for back in (*(7 * k for k in LAG_WEEKS), 1)])
    known = np.isfinite(lags[:-1])
    mean = np.where(known.any(axis=0), np.nansum(lags[:-1], axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    return np.column_stack([*lags, mean, np.arange(slots), np.tile(of_day[day], (slots, 1))])
