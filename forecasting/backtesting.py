"""Rolling origins: every model forecasts the same past weeks, knowing only what was known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecasting.accuracy import bias, poisson_abs_error, wape
from forecasting.calendars import Calendar
from forecasting.models import BASELINE, MODELS, CannotFit
from forecasting.notes import about, midnight
from forecasting.opengrid import Grid, future_grid
from forecasting.series import DAY, Series
from wfm.errors import Findings

LEVELS = ("interval", "day", "week")
MIN_TRAINING_WEEKS = 2
TIE_DECIMALS = 9
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
}
SUMMARY_COLUMNS = [
    "queue",
    "model",
    "wape_interval",
    "wape_day",
    "wape_week",
    "bias",
    "ratio_to_naive",
    "poisson_floor",
]
NO_SCORES = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in SCORE_TYPES.items()})


@dataclass(frozen=True, slots=True)
class Origin:
    """One week forecast from one cut-off.

    Parameters
    ----------
    cutoff : datetime64[D]
        First day that was not known.
    lead_weeks : int
        1 for the week that follows the cut-off.
    actual : ndarray, shape (7, slots)
        NaN in cells that are not scored: closed in the forecast, or without a row in the history.
    predicted : mapping of str to ndarray, shape (7, slots)
        By model.
    """

    cutoff: np.datetime64
    lead_weeks: int
    actual: np.ndarray
    predicted: Mapping[str, np.ndarray]


def predict(
    models: Sequence[str], train: Series, grid: Grid, calendar: Calendar
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Expected calls of every model that can be fitted, shape of `grid.open`; of the others, why not."""
    predicted, unfit = {}, {}
    for model in models:
        try:
            calls = MODELS[model](train, grid, calendar)
        except CannotFit as problem:
            unfit[model] = str(problem)
            continue
        if np.isfinite(calls).all():
            predicted[model] = np.where(grid.open, np.maximum(calls, 0.0), 0.0)
        else:
            unfit[model] = "a forecast that is not finite"
    return predicted, unfit


def rolling_origins(
    series: Series, models: Sequence[str], weeks: int, calendar: Calendar, leads: Sequence[int] = (1,)
) -> tuple[list[Origin], Findings]:
    """Forecast the last `weeks` weeks of one queue at each lead with every model, on an expanding window.

    Parameters
    ----------
    series : Series
    models : sequence of str
    weeks : int
        Weeks scored at each lead.
    calendar : Calendar
        Public holidays are known in advance.
    leads : sequence of int
        Weeks ahead.

    Returns
    -------
    list of Origin
        Newest first.
    Findings
        Origins left out and models that could not be fitted.
    """
    origins, unfit, too_short = list[Origin](), dict[str, str](), 0
    for back in range(1, weeks + max(leads)):
        train = series.before(series.end - 7 * back * DAY)
        if train.weeks < MIN_TRAINING_WEEKS:
            too_short += 1
            continue
        grid = future_grid(train, 7 * max(leads), calendar)
        predicted, failed = predict(models, train, grid, calendar)
        unfit |= {model: f"{why} before {train.end}" for model, why in failed.items()}
        due = [lead for lead in leads if lead <= back < weeks + lead]
        origins += [_one_week(series, train, grid, predicted, lead) for lead in due]
    findings = skipped(series, unfit)
    if too_short:
        found = f"{too_short} backtest origins with under two weeks of history before them"
        findings.add(about(series.queue, "short-history", found, "they are left out"))
    return [origin for origin in origins if np.isfinite(origin.actual).any()], findings


def skipped(series: Series, unfit: Mapping[str, str]) -> Findings:
    """One warning a model that could not be fitted."""
    return Findings(about(series.queue, "model-skipped", why, f"{model} is left out") for model, why in unfit.items())


def _one_week(series: Series, train: Series, grid: Grid, predicted: Mapping[str, np.ndarray], lead: int) -> Origin:
    week = slice(7 * (lead - 1), 7 * lead)
    first = len(train.days) + week.start
    actual = np.where(grid.open[week], series.calls[first : first + 7], np.nan)
    return Origin(train.end, lead, actual, {model: calls[week] for model, calls in predicted.items()})


def score(series: Series, origins: Sequence[Origin]) -> pd.DataFrame:
    """One row a model, origin, lead and level, of the models that forecast every origin.

    Returns
    -------
    DataFrame
        The columns of `SCORE_TYPES`; calls are sums over the origin's scored intervals.
    """
    everywhere = set.intersection(*(set(origin.predicted) for origin in origins)) if origins else set()
    records = [
        {"queue": series.queue, "model": model, "cutoff": midnight(origin.cutoff, series.timezone)}
        | {"lead_weeks": origin.lead_weeks, "level": level}
        | errors
        for origin in sorted(origins, key=lambda one: (one.cutoff, one.lead_weeks))
        for model in sorted(everywhere)
        for level, errors in _errors(origin.predicted[model], origin.actual).items()
    ]
    return pd.DataFrame.from_records(records, columns=list(SCORE_TYPES)) if records else NO_SCORES


def _errors(predicted: np.ndarray, actual: np.ndarray) -> dict[str, dict[str, float]]:
    """Errors of one forecast week at each level."""
    scored = np.isfinite(actual)
    days = scored.any(axis=1)
    forecast, actual = np.where(scored, predicted, 0.0), np.where(scored, actual, 0.0)
    pairs = {
        "interval": (forecast[scored], actual[scored]),
        "day": (forecast.sum(axis=1)[days], actual.sum(axis=1)[days]),
        "week": (forecast.sum(keepdims=True), actual.sum(keepdims=True)),
    }
    errors = {level: _sums(*pair) for level, pair in pairs.items()}
    errors["interval"]["poisson_abs_error_calls"] = poisson_abs_error(forecast)
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


@dataclass(frozen=True)
class BacktestResult:
    """How well each model forecast the past weeks.

    Parameters
    ----------
    scores : DataFrame
        One row a queue, model, cutoff, lead_weeks and level (interval, day, week): wape, bias, actual_calls,
        abs_error_calls, error_calls, n, and at interval level poisson_abs_error_calls, the error that would be
        left if the model's rates were the true ones. Only intervals that were forecast open and have a row in
        the history are scored.
    findings : Findings
        Origins left out, models that could not be fitted.
    """

    scores: pd.DataFrame
    findings: Findings = field(default_factory=Findings)

    def summary(self) -> pd.DataFrame:
        """Each model over all origins and leads, sum over sum; per queue the baseline first, then by WAPE.

        Returns
        -------
        DataFrame
            queue, model, wape_interval, wape_day, wape_week, bias, ratio_to_naive (of interval WAPE),
            poisson_floor (WAPE left if the best model's rates were the true ones; equal for all models of a queue).
        """
        sums = {level: self._sums(level) for level in LEVELS}
        table = pd.DataFrame({f"wape_{level}": sums[level]["abs_error_calls"] for level in LEVELS})
        table["bias"] = sums["interval"]["error_calls"]
        table["poisson_floor"] = sums["interval"]["poisson_abs_error_calls"]
        actual = sums["interval"]["actual_calls"]
        table = table.div(actual.where(actual > 0), axis=0)
        table = table.reset_index().sort_values(["queue", "wape_interval", "model"], ignore_index=True)
        naive = table[table["model"] == BASELINE].set_index("queue")["wape_interval"]
        table["ratio_to_naive"] = table["wape_interval"] / table["queue"].map(naive.where(naive > 0))
        table["poisson_floor"] = table.groupby("queue")["poisson_floor"].transform("first")
        naive_first = (table["model"] != BASELINE).groupby(table["queue"]).rank(method="first")
        order = table.assign(place=naive_first).sort_values(["queue", "place"]).index
        return table.loc[order, SUMMARY_COLUMNS].reset_index(drop=True)

    def _sums(self, level: str) -> pd.DataFrame:
        errors = ["actual_calls", "abs_error_calls", "error_calls", "poisson_abs_error_calls"]
        return self.scores[self.scores["level"] == level].groupby(["queue", "model"])[errors].sum()

    def best(self) -> pd.Series:
        """Model of least interval WAPE per queue; ties go to the baseline, and it decides where WAPE is null.

        Returns
        -------
        Series of str
            Indexed by queue.
        """
        table = self.summary()
        wape_or_worst = table["wape_interval"].fillna(np.inf).round(TIE_DECIMALS)
        table = table.assign(wape_interval=wape_or_worst).sort_values("wape_interval", kind="stable")
        return table.drop_duplicates("queue").set_index("queue")["model"].sort_index()
