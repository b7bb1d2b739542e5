"""The model of a queue and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.backtesting import BacktestResult
from forecasting.models import BASELINE

FALLBACK = "moving_average"


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of the selection table.

    Parameters
    ----------
    queue, model, baseline : str
    wape, baseline_wape, ratio : float
        Interval WAPE of the chosen model and of the baseline over all origins, and their ratio; NaN if unknown.
    origins : int
    words : str
    """

    queue: str
    model: str
    wape: float
    baseline: str
    baseline_wape: float
    ratio: float
    origins: int
    words: str


def choose(queue: str, result: BacktestResult, models: Sequence[str]) -> Choice:
    """Least interval WAPE over the origins, so never worse than the baseline there.

    Without a scored origin the choice falls back to the average of the same weekdays, or to the baseline
    where that model is not among `models`.
    """
    origins = result.scores["cutoff"].nunique()
    if not origins:
        model = FALLBACK if FALLBACK in models else BASELINE
        words = "history too short to compare models: " + _PLAIN_WORDS[model]
        return Choice(queue, model, np.nan, BASELINE, np.nan, np.nan, 0, words)
    table = result.summary().set_index("model")
    model = result.best()[queue]
    wape, naive, ratio = (
        float(table.loc[name, column])
        for name, column in ((model, "wape_interval"), (BASELINE, "wape_interval"), (model, "ratio_to_naive"))
    )
    return Choice(queue, model, wape, BASELINE, naive, ratio, origins, _words(model, ratio, naive, origins))


_PLAIN_WORDS = {FALLBACK: "the average of the same weekdays", BASELINE: "last week's calls"}


def _words(model: str, ratio: float, naive: float, origins: int) -> str:
    period = f"over the last {origins} weeks" if origins > 1 else "over the last week"
    if np.isnan(naive):
        return f"last week's calls: no call came in {period}"
    if model == BASELINE:
        return f"last week's calls, which no model beats {period}"
    return f"beats last week's calls by {1 - ratio:.0%} {period}".replace("%", " %")
