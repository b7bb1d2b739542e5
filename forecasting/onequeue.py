"""The work on one queue: a pure function of its series that runs in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from forecasting.calendars import Calendar
from forecasting.cleaning import cleaning_findings
from forecasting.distribution import Distribution, noise_of, seed_of
from forecasting.eventeffects import effect_findings
from forecasting.explanation import NO_EXPLANATION, explain
from forecasting.futures import Futures
from forecasting.handletime import HandleTime, fit_handle_time
from forecasting.models import PREFERRED
from forecasting.notes import about, midnight
from forecasting.opengrid import Grid, future_grid
from forecasting.origins import rehearsals_of, rolling_origins, skipped
from forecasting.predicting import predict
from forecasting.remarks import absurd_handle_times, remarks
from forecasting.scores import score
from forecasting.selection import Choice, choose
from forecasting.series import Series, days_from
from forecasting.sisters import borrowing_findings, with_borrowed_hours
from wfm.contracts import QUANTILE_COLUMNS, QUANTILES
from wfm.errors import Findings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work on one queue gives; a queue that can't be forecast has no choice, frame and futures."""

    scores: pd.DataFrame
    findings: Findings
    choice: Choice | None = None
    frame: pd.DataFrame | None = None
    explanation: pd.DataFrame = field(default_factory=NO_EXPLANATION.copy)
    futures: Futures | None = None


def backtest_queue(
    series: Series, models: Sequence[str], weeks: int, calendar: Calendar, leads: Sequence[int], seed: int
) -> Outcome:
    """Scores of every model on one queue, its distribution included."""
    origins, findings = rolling_origins(series, models, weeks, calendar, leads, bands_seed=seed)
    scores = score(series, origins)
    return Outcome(scores, findings, choose(series.queue, scores, models))


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
    grid = with_borrowed_hours(grid, series, calendar)
    borrowed = list(borrowing_findings(series, grid))
    said = remarks(series, grid, first, calendar)
    findings.extend(finding for finding in said if not (borrowed and finding.rule == "short-history"))
    findings.extend(borrowed)
    if findings.of("error"):
        return Outcome(scores, findings)
    made = predict(models, series, grid, calendar)
    findings.extend(skipped(series, made.unfit))
    findings.extend(cleaning_findings(series.queue, made.past.trail))
    findings.extend(effect_findings(series.queue, made.past.effects))
    choice = choose(series.queue, scores[scores["model"].isin(list(made.calls))], list(made.calls))
    if not choice.origins and borrowed and PREFERRED in made.calls:
        words = "history too short to compare models: the queue's own level and what it shares with its sisters"
        choice = replace(choice, model=PREFERRED, words=words)
    elif not choice.origins:
        findings.add(about(series.queue, "fallback", "too little history to compare models", f"{choice.model} is used"))
    calls = made.calls[choice.model]
    noise = noise_of(rehearsals_of(made.ordinary[choice.model], choice.model, origins, series.end))
    starts, cells = grid.intervals(first, series.interval_s, series.timezone)
    distribution = Distribution(calls[cells], cells[0], series.end, noise, seed_of(seed, series.queue))
    handle_time = fit_handle_time(series)
    findings.extend(absurd_handle_times(series, handle_time))
    frame = _frame(series, grid, starts, cells, distribution, handle_time, choice.model)
    explanation = explain(series, grid, made, choice.model, calendar, first)
    futures = Futures(distribution, handle_time, grid.weekdays[cells[0]], cells[1])
    return Outcome(scores, findings, choice, frame, explanation, futures)


def _frame(
    series: Series,
    grid: Grid,
    starts: pd.DatetimeIndex,
    cells: tuple[np.ndarray, np.ndarray],
    distribution: Distribution,
    handle_time: HandleTime,
    model: str,
) -> pd.DataFrame:
    weekday, slot, week = grid.weekdays[cells[0]], cells[1], cells[0] // 7
    quantiles = np.quantile(distribution.paths(), QUANTILES, axis=0)
    columns = {
        "queue": series.queue,
        "interval_start": starts,
        "calls": distribution.mean.round(4),
        **{name: values.round(2) for name, values in zip(QUANTILE_COLUMNS, quantiles, strict=True)},
        "aht_s": handle_time.week[weekday, slot].round(2),
        "aht_p10_s": handle_time.band(weekday, slot, distribution.mean, 0.10, week).round(2),
        "aht_p90_s": handle_time.band(weekday, slot, distribution.mean, 0.90, week).round(2),
        "model": model,
        "cutoff": midnight(series.end, series.timezone),
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(starts)))
