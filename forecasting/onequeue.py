"""The work on one queue: a pure function of its series that runs in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.backtesting import BacktestResult, predict, rolling_origins, score, skipped
from forecasting.calendars import Calendar
from forecasting.distribution import generator, noise_of, sample_paths
from forecasting.handletime import fit_handle_time
from forecasting.notes import about, midnight
from forecasting.opengrid import Grid, future_grid
from forecasting.remarks import remarks
from forecasting.selection import Choice, choose
from forecasting.series import Series, days_from
from wfm.contracts import QUANTILE_COLUMNS, QUANTILES
from wfm.errors import Findings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work on one queue gives; a queue that can't be forecast has no choice and no frame."""

    scores: pd.DataFrame
    findings: Findings
    choice: Choice | None = None
    frame: pd.DataFrame | None = None


def backtest_queue(
    series: Series, models: Sequence[str], weeks: int, calendar: Calendar, leads: Sequence[int]
) -> Outcome:
    """Scores of every model on one queue."""
    origins, findings = rolling_origins(series, models, weeks, calendar, leads)
    return Outcome(score(series, origins), findings)


def forecast_queue(
    series: Series,
    first: np.datetime64,
    days: int,
    models: Sequence[str],
    weeks: int,
    calendar: Calendar,
    seed: int,
) -> Outcome:
    """Backtest, choose, forecast and draw one queue over `days` days from `first` on."""
    origins, findings = rolling_origins(series, models, weeks, calendar)
    scores = score(series, origins)
    grid = future_grid(series, days_from(series.end, first) + days, calendar)
    findings.extend(remarks(series, grid, first, calendar))
    if findings.of("error"):
        return Outcome(scores, findings)
    predicted, unfit = predict(models, series, grid, calendar)
    findings.extend(skipped(series, unfit))
    choice = choose(series.queue, BacktestResult(scores[scores["model"].isin(list(predicted))]), list(predicted))
    if not choice.origins:
        findings.add(about(series.queue, "fallback", "too little history to compare models", f"{choice.model} is used"))
    calls = predicted[choice.model]
    noise = noise_of(origins, choice.model)
    starts, cells = grid.intervals(first, series.interval_s, series.timezone)
    draws = sample_paths(calls[cells], cells[0], noise, generator(seed, series.queue))
    return Outcome(scores, findings, choice, _frame(series, grid, starts, cells, calls, draws, choice.model))


def _frame(
    series: Series,
    grid: Grid,
    starts: pd.DatetimeIndex,
    cells: tuple[np.ndarray, np.ndarray],
    calls: np.ndarray,
    draws: np.ndarray,
    model: str,
) -> pd.DataFrame:
    handle_time, weekday, slot = fit_handle_time(series), grid.weekdays[cells[0]], cells[1]
    quantiles = np.quantile(draws, QUANTILES, axis=0)
    columns = {
        "queue": series.queue,
        "interval_start": starts,
        "calls": calls[cells].round(4),
        **{name: values.round(2) for name, values in zip(QUANTILE_COLUMNS, quantiles, strict=True)},
        "aht_s": handle_time.week[weekday, slot].round(2),
        "aht_p10_s": handle_time.band(weekday, slot, calls[cells], 0.10).round(2),
        "aht_p90_s": handle_time.band(weekday, slot, calls[cells], 0.90).round(2),
        "model": model,
        "cutoff": midnight(series.end, series.timezone),
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(starts)))
