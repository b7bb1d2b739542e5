"""Errors of rolling origins as a table: sums that add up over origins, leads and queues."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.accuracy import bias, poisson_abs_error, wape
from forecasting.notes import midnight
from forecasting.origins import SCORED_QUANTILES, Bands, Origin
from forecasting.series import Series
from wfm.contracts import QUANTILES

LEVELS = ("interval", "day", "week")
SCORE_TYPES = {
    "queue": "str",
    "model": "str",
    "cutoff": "datetime64[us, UTC]",
    "lead_weeks": "int64",
    "level": "str",
    "wape": "float64",
    "bias": "float64",
    "actual_calls": "float64",
    "abs_error_calls": "float64",
    "error_calls": "float64",
    "n": "int64",
    "poisson_abs_error_calls": "float64",
    "lag_week_abs_error_calls": "float64",
    "quantile_loss_calls": "float64",
    "banded_n": "float64",
    "within_80": "float64",
    "within_95": "float64",
}
NO_SCORES = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in SCORE_TYPES.items()})
PLACES = [SCORED_QUANTILES.index(q) for q in QUANTILES]
OUTER = {"within_80": (0.10, 0.90), "within_95": (0.025, 0.975)}


def score(series: Series, origins: Sequence[Origin]) -> pd.DataFrame:
    """One row a model, origin, lead and level, of the models that forecast every origin.

    Returns
    -------
    DataFrame
        The columns of `SCORE_TYPES`; calls are sums over the origin's scored intervals. Columns that a level does
        not have, and those of the distribution where none was drawn, are null.
    """
    everywhere = set.intersection(*(set(origin.predicted) for origin in origins)) if origins else set()
    records = [
        {"queue": series.queue, "model": model, "cutoff": midnight(origin.cutoff, series.timezone)}
        | {"lead_weeks": origin.lead_weeks, "level": level}
        | errors
        for origin in sorted(origins, key=lambda one: (one.cutoff, one.lead_weeks))
        for model in sorted(everywhere)
        for level, errors in _errors(origin, model).items()
    ]
    return pd.DataFrame.from_records(records).reindex(columns=list(SCORE_TYPES)) if records else NO_SCORES


def _errors(origin: Origin, model: str) -> dict[str, dict[str, float]]:
    """Errors of one forecast week at each level."""
    scored = np.isfinite(origin.actual)
    days = scored.any(axis=1)
    forecast, actual = np.where(scored, origin.predicted[model], 0.0), np.where(scored, origin.actual, 0.0)
    pairs = {
        "interval": (forecast[scored], actual[scored]),
        "day": (forecast.sum(axis=1)[days], actual.sum(axis=1)[days]),
        "week": (forecast.sum(keepdims=True), actual.sum(keepdims=True)),
    }
    errors = {level: _sums(*pair) for level, pair in pairs.items()}
    errors["interval"]["poisson_abs_error_calls"] = poisson_abs_error(forecast)
    errors["interval"]["lag_week_abs_error_calls"] = origin.lag_week_error * scored.sum()
    if model in origin.bands:
        for level, figures in _of_bands(origin.bands[model], scored, days, pairs).items():
            errors[level] |= figures
    return errors


def _sums(forecast: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    error = forecast - actual
    return {
        "wape": wape(forecast, actual),
        "bias": bias(forecast, actual),
        "actual_calls": actual.sum(),
        "abs_error_calls": np.abs(error).sum(),
        "error_calls": error.sum(),
        "n": error.size,
    }


def _of_bands(
    bands: Bands, scored: np.ndarray, days: np.ndarray, pairs: dict[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, dict[str, float]]:
    """Quantile loss and hits; a day or a week counts only where all of its forecast intervals have a row."""
    open_cells = bands.interval[-1] > 0
    whole = days & ~(open_cells & ~scored).any(axis=1)
    levels = {"interval": (bands.interval[:, scored], pairs["interval"][1])}
    day_totals = np.zeros(7)
    day_totals[days] = pairs["day"][1]
    levels["day"] = (bands.day[:, whole], day_totals[whole])
    if (whole | ~(open_cells.any(axis=1) | days)).all():
        levels["week"] = (bands.week, pairs["week"][1])
    return {level: _quantile_figures(*pair) for level, pair in levels.items()}


def _quantile_figures(quantiles: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    levels = np.asarray(QUANTILES)[:, None]
    error = actual - quantiles[PLACES]
    loss = 2 * np.maximum(levels * error, (levels - 1) * error).mean(axis=0).sum()
    hits = {}
    for name, ends in OUTER.items():
        low, high = (quantiles[SCORED_QUANTILES.index(q)] for q in ends)
        hits[name] = float(((actual >= low) & (actual <= high)).sum())
    return {"quantile_loss_calls": loss, "banded_n": float(actual.size), **hits}
