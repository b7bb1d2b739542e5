"""What the backtest found: every model over the same cut-offs, summed up and compared."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from forecasting.models import BASELINE, NAIVE
from forecasting.scores import LEVELS
from wfm.errors import Findings

SUMMARY_COLUMNS = [
    "queue",
    "model",
    "wape_interval",
    "wape_day",
    "wape_week",
    "bias",
    "ratio_to_average",
    "ratio_to_naive",
    "poisson_floor",
    "mase",
    "wql",
    "coverage80_interval",
    "coverage80_day",
    "coverage95_day",
]
SUMS = [
    "actual_calls",
    "abs_error_calls",
    "error_calls",
    "poisson_abs_error_calls",
    "lag_week_abs_error_calls",
    "quantile_loss_calls",
    "banded_n",
    "within_80",
    "within_95",
]


@dataclass(frozen=True)
class BacktestResult:
    """How well each model forecast the past weeks.

    Parameters
    ----------
    scores : DataFrame
        One row a queue, model, cutoff, lead_weeks and level (interval, day, week): wape, bias, actual_calls,
        abs_error_calls, error_calls, n; at interval level poisson_abs_error_calls, the error that would be left if
        the model's rates were the true ones, and lag_week_abs_error_calls, the error of repeating the week before
        in the history that was known; where distributions were drawn quantile_loss_calls, banded_n, within_80 and
        within_95. Only intervals that were forecast open and have a row in the history are scored.
    selection : DataFrame
        Contract ``selection``: the model that each queue would get, and why.
    findings : Findings
        Origins left out, models that could not be fitted.
    """

    scores: pd.DataFrame
    selection: pd.DataFrame
    findings: Findings = field(default_factory=Findings)

    def summary(self, by_lead: bool = False) -> pd.DataFrame:
        """Each model over all origins and leads, sum over sum; per queue the baselines first, then by WAPE.

        Parameters
        ----------
        by_lead : bool
            One row a lead as well, in a column lead_weeks.

        Returns
        -------
        DataFrame
            queue, model, wape_interval, wape_day, wape_week, bias, ratio_to_average and ratio_to_naive (of interval
            WAPE), poisson_floor (WAPE left if the best model's rates were the true ones; equal for all models of a
            queue), mase, wql (mean over seven quantiles), coverage80_interval, coverage80_day, coverage95_day.
        """
        group = ["queue", "lead_weeks"] if by_lead else ["queue"]
        sums = {level: self._sums(level, [*group, "model"]) for level in LEVELS}
        interval = sums["interval"]
        actual = interval["actual_calls"].where(interval["actual_calls"] > 0)
        table = pd.DataFrame({f"wape_{level}": sums[level]["abs_error_calls"] / actual for level in LEVELS})
        table["bias"] = interval["error_calls"] / actual
        table["poisson_floor"] = interval["poisson_abs_error_calls"] / actual
        scale = interval["lag_week_abs_error_calls"]
        table["mase"] = interval["abs_error_calls"] / scale.where(scale > 0)
        table["wql"] = interval["quantile_loss_calls"] / actual
        for level, share in (("interval", 80), ("day", 80), ("day", 95)):
            banded = sums[level]["banded_n"]
            table[f"coverage{share}_{level}"] = sums[level][f"within_{share}"] / banded.where(banded > 0)
        table = table.reset_index().sort_values([*group, "wape_interval", "model"], ignore_index=True)
        keys = pd.MultiIndex.from_frame(table[group])
        for name, reference in (("ratio_to_average", BASELINE), ("ratio_to_naive", NAIVE)):
            wape = table[table["model"] == reference].set_index(group)["wape_interval"]
            table[name] = table["wape_interval"] / wape.where(wape > 0).reindex(keys).to_numpy()
        table["poisson_floor"] = table.groupby(group)["poisson_floor"].transform("first")
        place = table["model"].map({NAIVE: 0, BASELINE: 1}).fillna(2)
        order = table.assign(place=place).sort_values([*group, "place"], kind="stable").index
        return table.loc[order, [*group[1:], *SUMMARY_COLUMNS]].reset_index(drop=True)

    def _sums(self, level: str, group: list[str]) -> pd.DataFrame:
        return self.scores[self.scores["level"] == level].groupby(group)[SUMS].sum(min_count=1)
