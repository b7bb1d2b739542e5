"""The two jobs of this room: forecast the horizon, and forecast the past to see how well that goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import pandas as pd

from forecasting.backtesting import NO_SCORES, BacktestResult
from forecasting.calendars import Calendar, public_holidays
from forecasting.fanout import each_queue
from forecasting.models import BASELINE, MODELS
from forecasting.onequeue import Outcome, backtest_queue, forecast_queue
from forecasting.reading import History, read_history
from forecasting.series import DAY
from wfm.contracts import FORECAST
from wfm.errors import Finding, Findings, InputError
from wfm.params import Horizon


@dataclass(frozen=True)
class ForecastResult:
    """A forecast and what it rests on.

    Parameters
    ----------
    frame : DataFrame
        Contract ``forecast``, sorted by queue and interval_start.
    selection : DataFrame
        One row a queue: queue, model, wape, baseline, baseline_wape, ratio, origins, words.
    backtest : BacktestResult
        One week ahead, of the queues in `frame`.
    findings : Findings
        Queues left out (errors), fallbacks and skipped models (warnings), closed holidays (notes).
    """

    frame: pd.DataFrame
    selection: pd.DataFrame
    backtest: BacktestResult
    findings: Findings


def forecast(
    history: pd.DataFrame,
    horizon: Horizon,
    *,
    models: Sequence[str] = (),
    backtest_weeks: int = 6,
    country: str | None = None,
    region: str | None = None,
    seed: int = 1,
    n_jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> ForecastResult:
    """Forecast calls and AHT of every queue over the open intervals of the horizon.

    Each queue gets the model of least interval WAPE over the last `backtest_weeks` weeks, forecast one week
    ahead on an expanding window; the baseline, last week's calls, is always among the candidates.

    Parameters
    ----------
    history : DataFrame
        Contract ``interval_history``; rows of the horizon's first day and later are not looked at.
    horizon : Horizon
    models : sequence of str
        Names in `MODELS`; all when empty.
    backtest_weeks : int
    country, region : str, optional
        Whose public holidays count, such as ``DE`` and ``BY``; without a country none are known.
    seed : int
        Same input and seed, same bytes, whatever `n_jobs` is.
    n_jobs : int
        Processes, one queue at a time each.
    progress : callable, optional
        Told the name of each queue when it is done.

    Returns
    -------
    ForecastResult

    Raises
    ------
    InputError
        If the history breaks its contract, has another interval length or leaves no queue to forecast.
    UsageProblem
        If a model or the country is unknown.
    """
    first = np.datetime64(horizon.first_day, "D")
    past = read_history(history, horizon.timezone, horizon.interval_s, before=first)
    calendar = _calendar(past, country, region, first + horizon.days * DAY)
    work = partial(
        forecast_queue,
        first=first,
        days=horizon.days,
        models=_candidates(models),
        weeks=backtest_weeks,
        calendar=calendar,
        seed=seed,
    )
    outcomes = each_queue(work, past.series, n_jobs, progress)
    findings = _collect(past.findings, country, outcomes)
    choices = [outcome.choice for outcome in outcomes if outcome.choice]
    if not choices:
        raise InputError(findings.of("error"))
    frame = _stacked([o.frame for o in outcomes if o.frame is not None], FORECAST.empty(horizon.timezone))
    scores = _stacked([o.scores for o in outcomes if o.choice], NO_SCORES)
    selection = pd.DataFrame([asdict(choice) for choice in choices])
    return ForecastResult(frame, selection, BacktestResult(scores, findings), findings)


def backtest(
    history: pd.DataFrame,
    *,
    models: Sequence[str] = (),
    weeks: int = 6,
    leads: Sequence[int] = (1,),
    country: str | None = None,
    region: str | None = None,
    seed: int = 1,
    n_jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> BacktestResult:
    """Forecast the last `weeks` weeks of every queue with every model from rolling origins.

    Parameters
    ----------
    history : DataFrame
        Contract ``interval_history``.
    models : sequence of str
        Names in `MODELS`; all when empty. The baseline is always among them.
    weeks : int
        Weeks scored at each lead; the same cut-offs for all models.
    leads : sequence of int
        Weeks ahead.
    country, region : str, optional
        Whose public holidays count.
    seed : int
        Kept for models that draw random numbers; none of the present ones does.
    n_jobs : int
    progress : callable, optional

    Returns
    -------
    BacktestResult

    Raises
    ------
    InputError, UsageProblem
        As `forecast`.
    """
    past = read_history(history)
    end = max(series.end for series in past.series)
    work = partial(
        backtest_queue,
        models=_candidates(models),
        weeks=weeks,
        calendar=_calendar(past, country, region, end),
        leads=tuple(leads),
    )
    outcomes = each_queue(work, past.series, n_jobs, progress)
    scores = _stacked([outcome.scores for outcome in outcomes], NO_SCORES)
    return BacktestResult(scores, _collect(past.findings, country, outcomes))


def _candidates(models: Sequence[str]) -> tuple[str, ...]:
    for name in models:
        MODELS[name]
    return tuple(sorted({BASELINE, *(models or MODELS)}))


def _calendar(past: History, country: str | None, region: str | None, last: np.datetime64) -> Calendar:
    return public_holidays(country, region, min(series.days[0] for series in past.series), last)


def _collect(start: Findings, country: str | None, outcomes: Iterable[Outcome]) -> Findings:
    findings = Findings(start)
    if country is None:
        fix = "public holidays are not known; name the country of the centre"
        findings.add(Finding("forecast", "no-holidays", "no country", fix=fix, severity="note"))
    for outcome in outcomes:
        findings.extend(outcome.findings)
    return findings


def _stacked(frames: Iterable[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty
