"""The middle of several models: what most of them agree on."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.models.ensemble_weighted import members_of
from forecasting.opengrid import Grid
from forecasting.series import Series


@MODELS.register("ensemble_median")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Median by interval of the members that can be fitted: top-down, SVD factors, GLM and eight-week median."""
    return np.asarray(np.median(list(members_of(train, grid, calendar).values()), axis=0))
