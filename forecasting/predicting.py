"""Models put to work on one history: the same past, the same grid and the same events for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecasting.calendars import Calendar
from forecasting.eventeffects import with_events
from forecasting.learnable import Learnable, learnable
from forecasting.models import MODELS, CannotFit, Prediction
from forecasting.opengrid import Grid
from forecasting.series import Series


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the models make of one history.

    Parameters
    ----------
    ordinary : dict of str to Prediction
        Of the models that can be fitted: the calls of the grid without events.
    calls : dict of str to ndarray
        The calls of the grid with its events.
    unfit : dict of str to str
        Why the others can't.
    past : Learnable
    """

    ordinary: dict[str, Prediction]
    calls: dict[str, np.ndarray]
    unfit: dict[str, str]
    past: Learnable


def predict(models: Sequence[str], train: Series, grid: Grid, calendar: Calendar) -> Predicted:
    """Forecast the grid with every model.

    Parameters
    ----------
    models : sequence of str
    train : Series
        As it came; models see it without events and damage.
    grid : Grid
    calendar : Calendar
    """
    past = learnable(train, calendar)
    ordinary, unfit = dict[str, Prediction](), dict[str, str]()
    for model in models:
        try:
            made = MODELS[model](past.series, grid, calendar)
        except CannotFit as problem:
            unfit[model] = str(problem)
            continue
        prediction = made if isinstance(made, Prediction) else Prediction(made)
        if np.isfinite(prediction.calls).all():
            ordinary[model] = replace(prediction, calls=np.where(grid.open, np.maximum(prediction.calls, 0.0), 0.0))
        else:
            unfit[model] = "a forecast that is not finite"
    calls = {model: with_events(prediction.calls, grid, past.effects) for model, prediction in ordinary.items()}
    return Predicted(ordinary, calls, unfit, past)
