"""AutoARIMA of log day totals by statsforecast, spread by the last eight same weekdays; optional."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.opengrid import Grid
from forecasting.operatingdays import filled, operating_days, repeats
from forecasting.optional import needed
from forecasting.series import Series
from forecasting.weekpattern import average_week


@MODELS.register("statsforecast_arima")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """AutoARIMA with a season of an operating week x the share of the last eight same weekdays.

    Times exp(s^2 / 2), s^2 the variance of the errors, the median of a day's total is its mean.
    """
    library = needed("statsforecast.models")
    days = operating_days(train, grid, calendar)
    logs = filled(np.log1p(days.totals), days.season)
    expected = np.resize(logs[-days.season :], len(days.future))
    if not repeats(logs, days.season):
        model = library.AutoARIMA(season_length=days.season).fit(logs)
        expected = model.predict(h=len(days.future))["mean"] + model.model_["sigma2"] / 2
    week = np.where(days.pattern, np.nan_to_num(average_week(train, calendar, weekdays_back=8)), 0.0)
    of_day = week.sum(axis=1, keepdims=True)
    totals = np.zeros(len(grid.days))
    totals[days.future] = np.maximum(np.expm1(expected), 0.0)
    return np.asarray(totals[:, None] * grid.lay(week / np.where(of_day > 0, of_day, 1.0)))
