"""The model of a queue and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.bootstrap import paired_ratio
from forecasting.models import BASELINE, NAIVE, PREFERRED

BOOTSTRAP_SEED = 1
TIE_DECIMALS = 9
LEAST_WEEKS = 4
CALLS_AN_INTERVAL = 5.0
CALLS_A_DAY = 20.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the selection table.

    Parameters
    ----------
    queue, model, baseline : str
    level : str
        What models were compared at: interval, day or week.
    wape, baseline_wape, ratio : float
        WAPE of the chosen model and of the baseline at that level over all origins, and their ratio; NaN if unknown.
    ratio_low, ratio_high : float
        90 % interval of the ratio from a paired bootstrap of weeks; NaN below four weeks.
    origins : int
    words : str
    """

    queue: str
    model: str
    level: str
    wape: float
    baseline: str
    baseline_wape: float
    ratio: float
    ratio_low: float
    ratio_high: float
    origins: int
    words: str


def choose(queue: str, scores: pd.DataFrame, models: Sequence[str]) -> Choice:
    """The preferred model, unless another one's errors were convincingly smaller over the same weeks.

    A few weeks tell two good models apart only by luck, and the luckier one disappoints afterwards. So the model
    that won on many series is kept while the 90 % interval of the ratio of errors includes 1. Intervals are compared
    from five calls on; below, where forecasting nothing would have the least error, days are, and below twenty calls
    a day weeks. Where the preferred
    model is not among `models`, or not fitted, the least interval WAPE wins. Without a scored origin the choice
    falls back to the average of the same weekdays, or to last week's calls where that is not among `models`.

    Parameters
    ----------
    queue : str
    scores : DataFrame
        Of this queue and of models that can be fitted, as `BacktestResult.scores`.
    models : sequence of str
        Models that can be fitted.
    """
    if scores.empty:
        model = BASELINE if BASELINE in models else NAIVE
        words = "history too short to compare models: " + _PLAIN_WORDS[model]
        return Choice(queue, model, *_UNKNOWN, 0, words)
    level = _level(scores)
    errors, actual = weekly_errors(scores, level)
    sums = {name: round(of_model.sum(), TIE_DECIMALS) for name, of_model in errors.items()}
    model = best = min(sums, key=lambda name: (sums[name], name != BASELINE, name))
    if sums.get(PREFERRED, 0.0) > sums[best]:
        _, _, high = _ratio(errors[best], errors[PREFERRED])
        model = best if high < 1 else PREFERRED
    unknown = (np.nan, np.nan, np.nan)
    ratio, low, high = _ratio(errors[model], errors[BASELINE]) if BASELINE in errors else unknown
    wape, baseline = (
        errors[name].sum() / actual if actual > 0 and name in errors else np.nan for name in (model, BASELINE)
    )
    words = _words(model, ratio, low, high, baseline, len(errors[model])) + _BY[level]
    origins = scores["cutoff"].nunique()
    return Choice(queue, model, level, float(wape), BASELINE, float(baseline), ratio, low, high, origins, words)


def _level(scores: pd.DataFrame) -> str:
    sums = scores.groupby("level")[["actual_calls", "n"]].sum()
    mean = sums["actual_calls"] / sums["n"]
    if mean["interval"] >= CALLS_AN_INTERVAL:
        return "interval"
    return "day" if mean["day"] >= CALLS_A_DAY else "week"


def weekly_errors(scores: pd.DataFrame, level: str) -> tuple[dict[str, np.ndarray], float]:
    """Sums of absolute errors at a level by forecast week for each model [calls], and the calls of all weeks."""
    rows = scores[scores["level"] == level]
    week = rows["cutoff"] + pd.to_timedelta(7 * (rows["lead_weeks"] - 1), "D")
    sums: dict[str, dict[pd.Timestamp, float]] = {}
    for model, start, error in zip(rows["model"], week, rows["abs_error_calls"], strict=True):
        of_model = sums.setdefault(model, {})
        of_model[start] = of_model.get(start, 0.0) + error
    models = max(len(sums), 1)
    return {model: np.array(list(weeks.values())) for model, weeks in sums.items()}, rows["actual_calls"].sum() / models


def _ratio(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Ratio of summed errors with its 90 % interval; without an interval where the weeks are too few."""
    if theirs.sum() <= 0:
        return np.nan, np.nan, np.nan
    if len(ours) < LEAST_WEEKS:
        return float(ours.sum() / theirs.sum()), np.nan, np.nan
    return paired_ratio(ours, theirs, seed=BOOTSTRAP_SEED)


_BY = {"interval": "", "day": ", by day totals", "week": ", by week totals"}
_UNKNOWN = ("interval", np.nan, BASELINE, np.nan, np.nan, np.nan, np.nan)
_PLAIN_WORDS = {BASELINE: "the average of the last six same weekdays", NAIVE: "last week's calls"}


def _words(model: str, ratio: float, low: float, high: float, baseline: float, weeks: int) -> str:
    period = f"over the last {weeks} weeks" if weeks > 1 else "over the last week"
    if np.isnan(baseline):
        return f"{_PLAIN_WORDS.get(model, model)}: no call came in {period}"
    if model == BASELINE:
        return f"{_PLAIN_WORDS[BASELINE]}, which no model beats {period}"
    if np.isnan(ratio):
        return f"as exact as {_PLAIN_WORDS[BASELINE]} {period}"
    interval = ""
    if round(100 * ratio) == 100:
        return f"as exact as {_PLAIN_WORDS[BASELINE]} {period}"
    verb, share = ("beats", 1 - ratio) if ratio <= 1 else ("is behind", ratio - 1)
    if not np.isnan(low):
        gains = sorted((1 - low, 1 - high)) if ratio <= 1 else sorted((low - 1, high - 1))
        interval = f", 90 % interval {round(100 * gains[0])} to {round(100 * gains[1])}"
    return f"{verb} {_PLAIN_WORDS[BASELINE]} by {100 * share:.0f} %{interval}, {period}"
