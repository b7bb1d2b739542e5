"""Several models averaged, each by how well it did in the weeks before."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS, CannotFit, Prediction
from forecasting.opengrid import Grid
from forecasting.series import Series, span

MEMBERS = ("median_week", "negbin_glm", "svd_factor", "top_down")
COMPARED_WEEKS = 4
LEAST_WEEKS = 8
SHARPNESS = 4.0


@MODELS.register("ensemble_weighted")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Mean of the members, weighted by (least error / error)^4 over the last four weeks, each forecast one week ahead.

    Below eight weeks of history all weights are the same.
    """
    made = members_of(train, grid, calendar)
    errors = dict.fromkeys(made, 0.0)
    for back in range(1, COMPARED_WEEKS + 1) if train.weeks >= LEAST_WEEKS else ():
        cutoff = len(train.days) - 7 * back
        week = train.calls[cutoff : cutoff + 7]
        known = Grid(span(train.days[cutoff], 7), np.isfinite(week))
        past = members_of(train.before(train.days[cutoff]), known, calendar)
        for name in list(errors):
            if name in past:
                errors[name] += float(np.abs(past[name] - np.nan_to_num(week)).sum())
            else:
                del errors[name]
    least = min(errors.values(), default=0.0)
    if least <= 0:
        return np.asarray(np.mean(list(made.values()), axis=0))
    weights = {name: (least / error) ** SHARPNESS for name, error in errors.items()}
    return np.asarray(sum(w * made[name] for name, w in weights.items()) / sum(weights.values()))


def members_of(train: Series, grid: Grid, calendar: Calendar) -> dict[str, np.ndarray]:
    """Calls of every member that can be fitted, shape of `grid.open`.

    Raises
    ------
    CannotFit
        If there is none.
    """
    made = {}
    for name in MEMBERS:
        try:
            prediction = MODELS[name](train, grid, calendar)
        except CannotFit:
            continue
        calls = prediction.calls if isinstance(prediction, Prediction) else prediction
        made[name] = np.where(grid.open, np.maximum(calls, 0.0), 0.0)
    if not made:
        raise CannotFit(f"none of {', '.join(MEMBERS)} can be fitted")
    return made
