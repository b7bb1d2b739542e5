"""Forecast models, one file each; a model sees one queue's past, the future open grid and the calendar."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from forecasting.calendars import Calendar
from forecasting.opengrid import Grid
from forecasting.series import Series
from wfm.registry import Registry

BASELINE = "seasonal_naive"


class CannotFit(Exception):
    """The history of this queue can't carry the model; the message says why, in the planner's words."""


class FitPredict(Protocol):
    """A forecast model: a pure function of its arguments."""

    def __call__(self, train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
        """Expected calls per open cell of `grid`, shape of `grid.open`; 0 where it is closed.

        Raises
        ------
        CannotFit
        """


MODELS: Registry[FitPredict] = Registry("forecast model", "forecasting.models")
