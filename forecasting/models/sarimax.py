"""Seasonal ARIMA of log day totals with calendar regressors, in structural form, spread by the day's shape."""

from __future__ import annotations

import warnings

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS, CannotFit
from forecasting.opengrid import Grid
from forecasting.operatingdays import OperatingDays, operating_days, repeats
from forecasting.series import Series

LEVEL_SD = 10.0
WEEKDAY_SD = 1.0
MOST_STEPS = 500


@MODELS.register("sarimax")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """A level and weekdays that wander, the calendar, and errors; closed and half days are unknown, not zero.

    The structural form of the airline model ARIMA(0,1,1)(0,1,1), a season being an operating week. Coefficients of
    the calendar are constant states of the same filter, held towards 0 by their prior. Times exp(s^2 / 2), s^2 the
    variance of the errors, the median of a day's total is its mean. Source: Harvey 1989, Forecasting, Structural
    Time Series Models and the Kalman Filter, sections 2.3 and 3.4.
    """
    days = operating_days(train, grid, calendar)
    logs = np.log1p(days.totals)
    known = logs[np.isfinite(logs)]
    if days.whole.all() and repeats(logs, days.season):
        return days.lay(np.expm1(np.resize(logs[-days.season :], len(days.future))))
    if np.ptp(known) == 0:
        return days.lay(np.full(len(days.future), np.expm1(known[0])))
    return days.lay(np.maximum(np.expm1(_expected(logs, days, calendar)), 0.0))


def _expected(logs: np.ndarray, days: OperatingDays, calendar: Calendar) -> np.ndarray:
    """Log of the expected totals of the future days, shape (m,)."""
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    n, centre = len(logs), float(np.nanmean(logs))
    x, sd = _regressors(days, calendar)
    regression = {"exog": x[:n], "mle_regression": False} if len(sd) else {}
    seasonal = days.season if days.season > 1 else None
    model = UnobservedComponents(logs - centre, level="llevel", seasonal=seasonal, **regression)
    prior = np.concatenate([[LEVEL_SD], np.full(days.season - 1, WEEKDAY_SD), sd])
    model.ssm.initialize_known(np.zeros(len(prior)), np.diag(prior**2))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fitted = model.fit(method="powell", disp=False, maxiter=MOST_STEPS, cov_type="none")
        except ConvergenceWarning:
            raise CannotFit("the level of these day totals can't be told from their noise") from None
    ahead = fitted.get_forecast(len(days.future), **({"exog": x[n:]} if len(sd) else {}))
    return np.asarray(centre + ahead.predicted_mean + fitted.params[0] / 2)


def _regressors(days: OperatingDays, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Calendar effects that a known day had, and the prior standard deviation of each coefficient."""
    effects = days.effects(calendar)
    x = np.column_stack([effect.x for effect in effects]).astype(float)
    sd = np.concatenate([np.full(effect.x.shape[1], effect.sd) for effect in effects])
    had = x[: len(days.known)][days.whole].any(axis=0)
    return x[:, had], sd[had]
