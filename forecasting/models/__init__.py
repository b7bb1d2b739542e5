"""Forecast models, one file each; a model sees one queue's past, the future open grid and the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from forecasting.calendars import Calendar
from forecasting.opengrid import Grid
from forecasting.rehearsal import Rehearsal
from forecasting.series import Series
from wfm.registry import Registry

NAIVE = "seasonal_naive"
BASELINE = "moving_average"
PREFERRED = "top_down"
DEFAULT = (NAIVE, BASELINE, PREFERRED)


class CannotFit(Exception):
    """The history of this queue can't carry the model; the message says why, in the planner's words."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model that knows more than its expected calls hands over.

    Parameters
    ----------
    calls : ndarray, shape of `grid.open`
        Expected calls.
    rehearsals : tuple of Rehearsal
        Past weeks as the model would have forecast them, from its own tuning.
    parts : mapping of str to ndarray, shape (days,)
        Logs that add up to the log of each day's total of an ordinary day + 0.5, by cause.
    """

    calls: np.ndarray
    rehearsals: tuple[Rehearsal, ...] = ()
    parts: Mapping[str, np.ndarray] = field(default_factory=dict)


class FitPredict(Protocol):
    """A forecast model: a pure function of its arguments."""

    def __call__(self, train: Series, grid: Grid, calendar: Calendar) -> np.ndarray | Prediction:
        """Expected calls per open cell of `grid`, shape of `grid.open`; 0 where it is closed.

        Raises
        ------
        CannotFit
        """


MODELS: Registry[FitPredict] = Registry("forecast model", "forecasting.models")
