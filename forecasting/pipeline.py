"""The two jobs of this room: forecast the horizon, and forecast the past to see how well that goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from forecasting.agreement import agreed
from forecasting.backtesting import BacktestResult
from forecasting.calendars import Calendar, public_holidays
from forecasting.distribution import PATHS
from forecasting.events import read_events
from forecasting.explanation import NO_EXPLANATION, in_words
from forecasting.fanout import each_queue
from forecasting.futures import Futures
from forecasting.models import BASELINE, DEFAULT, MODELS, NAIVE
from forecasting.onequeue import Outcome, backtest_queue, forecast_queue
from forecasting.optional import is_installed, refuse_missing
from forecasting.reading import History, read_history
from forecasting.scores import NO_SCORES
from forecasting.series import DAY
from forecasting.sisters import with_sisters
from wfm.contracts import FORECAST, QUANTILE_COLUMNS, QUANTILES
from wfm.errors import Finding, Findings, InputError
from wfm.params import Horizon
from wfm.timeaxis import local_day


@dataclass(frozen=True)
class ForecastResult:
    """A forecast and what it rests on.

    Parameters
    ----------
    frame : DataFrame
        Contract ``forecast``, sorted by queue and interval_start.
    selection : DataFrame
        One row a queue: queue, model, wape, baseline, baseline_wape, ratio, ratio_low, ratio_high, origins, words.
    explanation : DataFrame
        Contract ``explanation``: what makes each day's calls, in calls that add up.
    backtest : BacktestResult
        One week ahead, of the queues in `frame`.
    findings : Findings
        Queues left out (errors), fallbacks, damped outages and outliers, skipped models (warnings), events applied,
        closed holidays (notes).
    futures : mapping of str to Futures
        By queue: draws of calls and handle times.
    """

    frame: pd.DataFrame
    selection: pd.DataFrame
    explanation: pd.DataFrame
    backtest: BacktestResult
    findings: Findings
    futures: Mapping[str, Futures] = field(default_factory=dict)

    def draws(self, queue: str, paths: int = PATHS) -> pd.DataFrame:
        """Futures of one queue: calls of each interval (rows, as in `frame`) in each path (columns).

        The same at every call; those of 500 paths are the ones that the quantiles of `frame` were read from.
        Handle times of the same futures come with `futures[queue].draw()`.
        """
        starts = self.frame.loc[self.frame["queue"] == queue, "interval_start"]
        return pd.DataFrame(self.futures[queue].calls.paths(paths).T, index=pd.DatetimeIndex(starts))

    def totals(self, freq: str = "D") -> pd.DataFrame:
        """Day (``D``) or week (``W``) totals of every queue with their quantiles, from the same paths as `frame`.

        Returns
        -------
        DataFrame
            queue, start (local day, or Monday), calls and the quantile columns of contract ``forecast``.
        """
        return _stacked([_totals(queue, self.draws(queue), freq) for queue in self.futures], pd.DataFrame())

    def explain(self, queue: str, day: dt.date) -> str:
        """Why the forecast of one queue and day is what it is, in words and calls.

        Raises
        ------
        UsageProblem
            If the queue or the day is not part of the forecast.
        """
        return in_words(self.explanation, queue, pd.Timestamp(day))


def _totals(queue: str, draws: pd.DataFrame, freq: str) -> pd.DataFrame:
    day = pd.DatetimeIndex(local_day(draws.index))
    start = day if freq == "D" else day - pd.to_timedelta(day.day_of_week, "D")
    sums = draws.groupby(start).sum()
    quantiles = np.quantile(sums.to_numpy(), QUANTILES, axis=1)
    columns = dict(zip(QUANTILE_COLUMNS, quantiles, strict=True))
    return pd.DataFrame({"queue": queue, "start": sums.index, "calls": sums.mean(axis=1).to_numpy(), **columns})


def forecast(
    history: pd.DataFrame,
    horizon: Horizon,
    *,
    models: Sequence[str] = (),
    backtest_weeks: int = 6,
    events: pd.DataFrame | None = None,
    country: str | None = None,
    region: str | None = None,
    groups: Mapping[str, str] | None = None,
    reconcile: bool = False,
    seed: int = 1,
    n_jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> ForecastResult:
    """Forecast calls and AHT of every queue over the open intervals of the horizon.

    Models compete over the last `backtest_weeks` weeks, forecast one week ahead on an expanding window; how a
    queue's model is chosen is told in `forecasting.selection.choose`. Last week's calls and the average of the last
    six same weekdays are always among the candidates.

    Parameters
    ----------
    history : DataFrame
        Contract ``interval_history``; rows of the horizon's first day and later are not looked at.
    horizon : Horizon
    models : sequence of str
        Names in `MODELS`, or ``all``; the default ones when empty.
    backtest_weeks : int
    events : DataFrame, optional
        Contract ``events``: campaigns, mailings, outages. Their effects are estimated from past occurrences.
    country, region : str, optional
        Whose public holidays count, such as ``DE`` and ``BY``; without a country none are known.
    groups : mapping of str to str, optional
        Skill group of each queue. A queue with under ten weeks of history leans on the longer ones of its group, or
        of the centre where it has none there.
    reconcile : bool
        Bring the day totals of queues to agree with forecasts of their groups and of the centre.
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
    calendar = _calendar(past, events, country, region, first + horizon.days * DAY)
    groups = _grouped(past, groups)
    work = partial(
        forecast_queue,
        first=first,
        days=horizon.days,
        models=_candidates(models),
        weeks=backtest_weeks,
        calendar=calendar,
        seed=seed,
    )
    outcomes = each_queue(work, with_sisters(past.series, groups), n_jobs, progress)
    findings = _collect(past.findings, country, outcomes)
    if reconcile:
        outcomes, said = agreed(outcomes, past.series, groups, calendar)
        findings.extend(said)
    choices = [outcome.choice for outcome in outcomes if outcome.choice]
    if not choices:
        raise InputError(findings.of("error"))
    frame = _stacked([o.frame for o in outcomes if o.frame is not None], FORECAST.empty(horizon.timezone))
    scores = _stacked([o.scores for o in outcomes if o.choice], NO_SCORES)
    selection = pd.DataFrame([asdict(choice) for choice in choices])
    explanation = _stacked([outcome.explanation for outcome in outcomes], NO_EXPLANATION)
    drawn = {outcome.choice.queue: outcome.futures for outcome in outcomes if outcome.choice and outcome.futures}
    backtested = BacktestResult(scores, selection, findings)
    return ForecastResult(frame, selection, explanation, backtested, findings, drawn)


def backtest(
    history: pd.DataFrame,
    *,
    models: Sequence[str] = (),
    weeks: int = 6,
    leads: Sequence[int] = (1, 2, 4),
    events: pd.DataFrame | None = None,
    country: str | None = None,
    region: str | None = None,
    groups: Mapping[str, str] | None = None,
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
        Names in `MODELS`, or ``all``; the default ones when empty. The baselines are always among them.
    weeks : int
        Weeks scored at each lead; the same cut-offs for all models.
    leads : sequence of int
        Weeks ahead.
    events : DataFrame, optional
        Contract ``events``; one is known at a cut-off if it was registered before.
    country, region : str, optional
        Whose public holidays count.
    groups : mapping of str to str, optional
        As `forecast`.
    seed : int
        Of the paths that the scored quantiles are read from.
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
    groups = _grouped(past, groups)
    work = partial(
        backtest_queue,
        models=_candidates(models),
        weeks=weeks,
        calendar=_calendar(past, events, country, region, end),
        seed=seed,
        leads=tuple(leads),
    )
    outcomes = each_queue(work, with_sisters(past.series, groups), n_jobs, progress)
    scores = _stacked([outcome.scores for outcome in outcomes], NO_SCORES)
    selection = pd.DataFrame([asdict(outcome.choice) for outcome in outcomes if outcome.choice])
    return BacktestResult(scores, selection, _collect(past.findings, country, outcomes))


def _candidates(models: Sequence[str]) -> tuple[str, ...]:
    for name in models:
        if name != "all":
            MODELS[name]
            refuse_missing(name)
    named = (name for name in MODELS if is_installed(name)) if "all" in models else models or DEFAULT
    return tuple(sorted({NAIVE, BASELINE, *named}))


def _calendar(
    past: History, events: pd.DataFrame | None, country: str | None, region: str | None, last: np.datetime64
) -> Calendar:
    calendar = public_holidays(country, region, min(series.days[0] for series in past.series), last)
    if events is None:
        return calendar
    return replace(calendar, events=read_events(events, {series.queue for series in past.series}, past.findings))


def _collect(start: Findings, country: str | None, outcomes: Iterable[Outcome]) -> Findings:
    findings = Findings(start)
    if country is None:
        fix = "public holidays are not known; name the country of the centre"
        findings.add(Finding("forecast", "no-holidays", "no country", fix=fix, severity="note"))
    for outcome in outcomes:
        findings.extend(outcome.findings)
    return findings


def _grouped(past: History, groups: Mapping[str, str] | None) -> Mapping[str, str]:
    """Groups of the queues; those of unknown ones are noted."""
    if unknown := sorted(set(groups or {}) - {series.queue for series in past.series}):
        found = f"groups of queues without history: {', '.join(unknown)}"
        past.findings.add(Finding("forecast", "unknown-queue", found, fix="not used", severity="note"))
    return groups or {}


def _stacked(frames: Iterable[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty
