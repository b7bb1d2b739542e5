"""The planner's spreadsheet: the average of the last six same weekdays."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import BASELINE, MODELS
from forecasting.opengrid import Grid
from forecasting.series import Series
from forecasting.weekpattern import average_week


@MODELS.register(BASELINE)
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Mean of the last six same weekdays by slot, closed days and holidays left out."""
    return grid.lay(average_week(train, calendar, weekdays_back=6))
