"""MSTL of the open intervals with an AutoARIMA trend, by statsforecast; optional."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.models.mstl import season_lengths
from forecasting.opengrid import Grid
from forecasting.operatingdays import operating_days
from forecasting.optional import needed
from forecasting.series import Series


@MODELS.register("statsforecast_mstl")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Seasons of a day and of a week on the counts themselves; the trend by AutoARIMA, negative calls cut to 0."""
    library = needed("statsforecast.models")
    days = operating_days(train, grid, calendar)
    cells = days.open_cells()
    model = library.MSTL(season_length=season_lengths(days.hours), trend_forecaster=library.AutoARIMA())
    ahead = model.forecast(cells.ravel(), h=int(days.future_cells().sum()))["mean"]
    return days.lay_cells(np.maximum(ahead, 0.0))
