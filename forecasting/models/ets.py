"""Exponential smoothing of day totals with a damped trend and a weekly season, spread by the day's shape."""

from __future__ import annotations

import warnings

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS, CannotFit
from forecasting.opengrid import Grid
from forecasting.operatingdays import filled, operating_days, repeats
from forecasting.series import Series


@MODELS.register("ets")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """ETS(A,Ad,A) on log day totals of the operating days; closed and half days are filled from their neighbours.

    The exponential of a log forecast is a median; times exp(s^2 / 2), s^2 the variance of the one-day errors, it
    is the mean. Source: Hyndman, Koehler, Ord and Snyder 2008, Forecasting with Exponential Smoothing, chapter 2.
    """
    days = operating_days(train, grid, calendar)
    logs = filled(np.log1p(days.totals), days.season)
    median, variance = damped_ets(logs, days.season, len(days.future))
    return days.lay(np.maximum(np.expm1(median + variance / 2), 0.0))


def damped_ets(values: np.ndarray, season: int, steps: int) -> tuple[np.ndarray, float]:
    """Forecast by ETS(A,Ad,A), or ETS(A,Ad,N) for a season of 1, and the variance of its errors one step ahead.

    Parameters
    ----------
    values : ndarray, shape (n,)
    season, steps : int

    Returns
    -------
    ndarray, shape (steps,)
    float

    Raises
    ------
    CannotFit
        If the estimation does not converge.
    """
    if repeats(values, season):
        return np.resize(values[-season:], steps), 0.0
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    seasonal = {"seasonal": "add", "seasonal_periods": season} if season > 1 else {}
    model = ExponentialSmoothing(values, trend="add", damped_trend=True, initialization_method="heuristic", **seasonal)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fitted = model.fit()
        except ConvergenceWarning:
            raise CannotFit("exponential smoothing finds no settled level in these day totals") from None
    return np.asarray(fitted.forecast(steps)), float(fitted.sse / len(values))
