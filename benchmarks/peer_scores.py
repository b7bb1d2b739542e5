"""Errors of forecasts over the same cells, sum over sum, and the ratios that are asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from peer_models import DAY_QUANTILES, QUANTILES, Forecast
from peer_series import Origin

BASELINE = "sma6"


def pooled(origins: list[Origin], forecasts: list[Forecast]) -> dict[str, float]:
    """Measures of one model on one record over all origins; NaN what it doesn't forecast.

    WAPE = sum |y - f| / sum y. wQL = mean over the seven quantiles of 2 sum pinball / sum y. Coverage is the share of
    scored intervals within p10 to p90, and of scored days whose total lies within the day band.
    """
    actual = np.stack([origin.actual for origin in origins])
    scored = np.isfinite(actual)
    calls = np.stack([forecast.calls for forecast in forecasts])
    y, error = actual[scored], calls[scored] - actual[scored]
    measures = {"wape": np.abs(error).sum() / y.sum(), "bias": error.sum() / y.sum(), "calls": y.mean()}
    day = _by_day(actual), _by_day(np.where(scored, calls, np.nan))
    known = np.isfinite(day[0])
    measures["wape_day"] = np.abs(day[0] - day[1])[known].sum() / y.sum()
    if all(forecast.quantiles is not None for forecast in forecasts):
        quantiles = np.stack([forecast.quantiles for forecast in forecasts], axis=1)[:, scored]
        measures |= {"wql": _wql(quantiles, y), "cover80": _inside(quantiles[1], y, quantiles[5])}
    if all(forecast.day_quantiles is not None for forecast in forecasts):
        bands = {q: np.stack([forecast.day_quantiles[q] for forecast in forecasts])[known] for q in DAY_QUANTILES}
        total = day[0][known]
        measures["day_cover80"] = _inside(bands[0.10], total, bands[0.90])
        measures["day_cover95"] = _inside(bands[0.025], total, bands[0.975])
    return measures


def _by_day(cells: np.ndarray) -> np.ndarray:
    """Day totals of the scored cells, NaN for a day without any."""
    return np.where(np.isfinite(cells).any(axis=-1), np.nansum(cells, axis=-1), np.nan)


def _wql(quantiles: np.ndarray, y: np.ndarray) -> float:
    level = np.array(QUANTILES)[:, None]
    pinball = np.maximum(level * (y - quantiles), (level - 1) * (y - quantiles))
    return float(np.mean(2 * pinball.sum(axis=1) / y.sum()))


def _inside(low: np.ndarray, y: np.ndarray, high: np.ndarray) -> float:
    return float(np.mean((low <= y) & (y <= high)))


def geometric_mean(ratios: pd.Series) -> float:
    """NaN when a record is missing: a mean over fewer records is another figure."""
    return float(np.exp(np.log(ratios).mean(skipna=False)))


def table(scores: pd.DataFrame, measure: str, against: str) -> pd.DataFrame:
    """One row a model, one column a record, in per cent; then the geometric mean of the ratio to `against`."""
    wide = scores.pivot(index="model", columns="record", values=measure)
    ratio = wide / wide.loc[against]
    wide = 100 * wide
    wide[f"ratio to {against}"] = ratio.apply(geometric_mean, axis=1)
    wide["worst"] = ratio.max(axis=1, skipna=False)
    return wide.sort_values(f"ratio to {against}").dropna(how="all")


def ratios(scores: pd.DataFrame, ours: list[str], library: list[str], ensemble: str, glm: str) -> pd.DataFrame:
    """Ours against each yardstick: geometric means of ratios over the records, and the worst record against SMA6."""
    wape = scores.pivot(index="model", columns="record", values="wape")
    wql = scores.pivot(index="model", columns="record", values="wql")
    relative = (wape / wape.loc[BASELINE]).apply(geometric_mean, axis=1)
    best = str(relative[library].idxmin())
    rows = {
        model: {
            "vs sma6": relative[model],
            "worst vs sma6": (wape.loc[model] / wape.loc[BASELINE]).max(skipna=False),
            f"vs best library peer ({best})": relative[model] / relative[best],
            f"vs {ensemble}": relative[model] / relative[ensemble],
            f"wQL vs {glm}": geometric_mean(wql.loc[model] / wql.loc[glm]),
        }
        for model in ours
    }
    return pd.DataFrame.from_dict(rows, orient="index")
