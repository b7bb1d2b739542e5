"""The planner's spreadsheet, deaf to single odd days: the median of the last eight same weekdays."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.opengrid import Grid
from forecasting.series import Series
from forecasting.weekpattern import median_week


@MODELS.register("median_week")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Median of the last eight same weekdays by slot, closed days and holidays left out."""
    return grid.lay(median_week(train, calendar, weekdays_back=8))
