"""Rolling origins: every model forecasts the same past weeks, knowing only what was known then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting.calendars import Calendar
from forecasting.distribution import Distribution, noise_of, seed_of
from forecasting.learnable import learnable
from forecasting.models import Prediction
from forecasting.notes import about
from forecasting.opengrid import Grid, future_grid
from forecasting.predicting import Predicted, predict
from forecasting.rehearsal import Rehearsal
from forecasting.series import DAY, Series
from wfm.errors import Findings

MIN_TRAINING_WEEKS = 2
SCORED_QUANTILES = (0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975)
SCORED_PATHS = 300


@dataclass(frozen=True, slots=True)
class Bands:
    """Quantiles of one forecast week, at the levels of `SCORED_QUANTILES`.

    Parameters
    ----------
    interval : ndarray, shape (quantiles, 7, slots)
    day : ndarray, shape (quantiles, 7)
    week : ndarray, shape (quantiles, 1)
    """

    interval: np.ndarray
    day: np.ndarray
    week: np.ndarray


@dataclass(frozen=True, slots=True)
class Origin:
    """One week forecast from one cut-off by every model.

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
    lag_week_error : float
        Mean absolute change from week to week of an interval in the history before the cut-off; scales MASE.
    bands : mapping of str to Bands
        By model; empty where they were not asked for.
    """

    cutoff: np.datetime64
    lead_weeks: int
    actual: np.ndarray
    predicted: Mapping[str, np.ndarray]
    lag_week_error: float
    bands: Mapping[str, Bands] = field(default_factory=dict)

    def rehearsal(self, model: str) -> Rehearsal:
        """This week as one model forecast it."""
        return Rehearsal(self.cutoff, self.lead_weeks, self.actual, self.predicted[model])


def rolling_origins(
    series: Series,
    models: Sequence[str],
    weeks: int,
    calendar: Calendar,
    leads: Sequence[int] = (1,),
    bands_seed: int | None = None,
) -> tuple[list[Origin], Findings]:
    """Forecast the last `weeks` weeks of one queue at each lead with every model, on an expanding window.

    Forecasts are held against the calls that came, outages left out and absurd values damped: no model can be blamed
    for those.

    Parameters
    ----------
    series : Series
    models : sequence of str
    weeks : int
        Weeks scored at each lead.
    calendar : Calendar
        Public holidays are known in advance, events from the day on which they were registered.
    leads : sequence of int
        Weeks ahead.
    bands_seed : int, optional
        Draw the distribution of each forecast as well, from this seed, so that it can be scored.

    Returns
    -------
    list of Origin
        Oldest first.
    Findings
        Origins left out and models that could not be fitted.
    """
    origins, unfit, too_short = list[Origin](), dict[str, str](), 0
    came = learnable(series, calendar).damped(series.calls)
    for back in range(weeks + max(leads) - 1, 0, -1):
        train = series.before(series.end - 7 * back * DAY)
        due = [lead for lead in leads if lead <= back < weeks + lead]
        if train.weeks < MIN_TRAINING_WEEKS:
            too_short += 1
            continue
        known = calendar.known_before(train.end)
        grid = future_grid(train, 7 * max(leads), known)
        made = predict(models, train, grid, known)
        unfit |= {model: f"{why} before {train.end}" for model, why in made.unfit.items()}
        drawn = dict[str, list[Bands]]()
        if bands_seed is not None:
            drawn = {m: list(_draw(train, grid, made, m, origins, bands_seed)) for m in made.calls}
        origins += [_one_week(came, made, train.end, len(train.days), grid, lead, drawn) for lead in due]
    findings = skipped(series, unfit)
    if too_short:
        found = f"{too_short} backtest origins with under two weeks of history before them"
        findings.add(about(series.queue, "short-history", found, "they are left out"))
    return [origin for origin in origins if np.isfinite(origin.actual).any()], findings


def skipped(series: Series, unfit: Mapping[str, str]) -> Findings:
    """One warning a model that could not be fitted."""
    return Findings(about(series.queue, "model-skipped", why, f"{model} is left out") for model, why in unfit.items())


def rehearsals_of(
    prediction: Prediction, model: str, origins: Sequence[Origin], end: np.datetime64
) -> Sequence[Rehearsal]:
    """Past weeks that tell how far a model strays: its own, or else its origins that were over before `end`."""
    over = (o for o in origins if model in o.predicted and o.cutoff + 7 * o.lead_weeks * DAY <= end)
    return prediction.rehearsals or [origin.rehearsal(model) for origin in over]


def _draw(
    train: Series, grid: Grid, made: Predicted, model: str, origins: Sequence[Origin], seed: int
) -> Iterator[Bands]:
    """Bands of each week of the grid."""
    noise = noise_of(rehearsals_of(made.ordinary[model], model, origins, train.end))
    day, slot = np.nonzero(grid.open)
    key = (*seed_of(seed, train.queue), int(train.end.astype(np.int64)))
    paths = np.zeros((SCORED_PATHS, *grid.open.shape))
    mean = made.calls[model][day, slot]
    paths[:, day, slot] = Distribution(mean, day, train.end, noise, key).paths(SCORED_PATHS)
    for week in range(len(grid.days) // 7):
        drawn = paths[:, 7 * week : 7 * week + 7]
        days = drawn.sum(axis=2)
        levels = (drawn, days, days.sum(axis=1, keepdims=True))
        yield Bands(*(np.quantile(level, SCORED_QUANTILES, axis=0) for level in levels))


def _one_week(
    came: np.ndarray,
    made: Predicted,
    cutoff: np.datetime64,
    known: int,
    grid: Grid,
    lead: int,
    drawn: Mapping[str, Sequence[Bands]],
) -> Origin:
    week = slice(7 * (lead - 1), 7 * lead)
    actual = np.where(grid.open[week], came[known + week.start : known + week.stop], np.nan)
    predicted = {model: calls[week] for model, calls in made.calls.items()}
    bands = {model: weeks[lead - 1] for model, weeks in drawn.items()}
    return Origin(cutoff, lead, actual, predicted, _lag_week_error(made.past.series), bands)


def _lag_week_error(train: Series) -> float:
    change = np.abs(train.calls[7:] - train.calls[:-7])
    known = np.isfinite(change)
    return float(change[known].mean()) if known.any() else np.nan
