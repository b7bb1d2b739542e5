"""Last week's calls: what a planner copies when there is no time."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS, NAIVE
from forecasting.opengrid import Grid
from forecasting.series import Series
from forecasting.weekpattern import last_week


@MODELS.register(NAIVE)
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Same weekday and slot of the last week; an earlier one where that day was closed or a holiday."""
    return grid.lay(last_week(train, calendar))
