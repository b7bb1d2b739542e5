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
from forecasting.handletime import fit_handle_time
from forecasting.hierarchy import DayTotals
from forecasting.learnable import learnable
from forecasting.models import PREFERRED
from forecasting.notes import about, midnight
from forecasting.opengrid import future_grid, ordinary_week
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
    days: DayTotals | None = None


def backtest_queue(
    series: Series, models: Sequence[str], weeks: int, calendar: Calendar, leads: Sequence[int], seed: int
) -> Outcome:
    """Scores of every model on one queue, its distribution included."""
    origins, findings = rolling_origins(series, models, weeks, calendar, leads, bands_seed=seed)
    past = learnable(series, calendar)
    findings.extend(cleaning_findings(series.queue, past.trail))
    findings.extend(effect_findings(series.queue, past.effects))
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
    if not made.past.series.present.any():
        found = "every interval of the history lost to outages"
        findings.add(about(series.queue, "nothing-to-learn", found, "the queue is left out", "error"))
        return Outcome(scores, findings)
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
    futures = Futures(distribution, handle_time, grid.weekdays[cells[0]], cells[1])
    frame = _frame(series, starts, futures, choice.model)
    counted = np.bincount(cells[0], distribution.mean, minlength=len(grid.days))
    explanation = explain(series, grid, made, choice.model, calendar, first, counted)
    as_usual = np.all(grid.open == ordinary_week(series, calendar)[grid.weekdays], axis=1)
    totals = made.ordinary[choice.model].calls.sum(axis=1)
    days_made = DayTotals(grid.days, totals, np.any(grid.open, axis=1), as_usual, noise)
    return Outcome(scores, findings, choice, frame, explanation, futures, days_made)


def _frame(series: Series, starts: pd.DatetimeIndex, futures: Futures, model: str) -> pd.DataFrame:
    columns = {
        "queue": series.queue,
        "interval_start": starts,
        **calls_and_handle_times(futures),
        "model": model,
        "cutoff": midnight(series.end, series.timezone),
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(starts)))


def calls_and_handle_times(futures: Futures) -> dict[str, np.ndarray]:
    """Columns of contract ``forecast`` from `calls` to `aht_p90_s`."""
    calls, handle_time = futures.calls, futures.handle_time
    quantiles = np.quantile(calls.paths(), QUANTILES, axis=0)
    cells = futures.weekday, futures.slot
    return {
        "calls": calls.mean.round(4),
        **{name: values.round(2) for name, values in zip(QUANTILE_COLUMNS, quantiles, strict=True)},
        "aht_s": handle_time.week[cells].round(2),
        "aht_p10_s": handle_time.band(*cells, calls.mean, 0.10, calls.day // 7).round(2),
        "aht_p90_s": handle_time.band(*cells, calls.mean, 0.90, calls.day // 7).round(2),
    }
