"""How long callers wait before they hang up, from a call log in which most are answered first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wfm.callfacts import is_offered
from wfm.contracts import CALLS
from wfm.errors import Finding, Findings

FEW_ABANDONED = 30
LEVEL = 0.90
WAITING_ENDS = ("answered", "abandoned")


@dataclass(frozen=True, slots=True)
class Survival:
    """Kaplan-Meier estimate of the share of callers who would still wait.

    Parameters
    ----------
    time_s : ndarray, shape (steps,)
        Waits at which somebody hung up, increasing [s].
    share : ndarray, shape (steps,)
        Share still waiting just after each.
    variance : ndarray, shape (steps,)
        Greenwood's variance of the share.
    longest_s : float
        Longest wait seen; beyond it nothing is known.
    """

    time_s: NDArray[np.float64]
    share: NDArray[np.float64]
    variance: NDArray[np.float64]
    longest_s: float

    def at(self, times_s: ArrayLike) -> NDArray[np.float64]:
        """Share still waiting after each of `times_s`; NaN beyond the longest wait."""
        times = np.asarray(times_s, float)
        steps = np.searchsorted(self.time_s, times, side="right")
        return np.where(times <= self.longest_s, np.concatenate([[1.0], self.share])[steps], np.nan)

    @property
    def median_s(self) -> float:
        """Wait by which half of the callers would have hung up; NaN where fewer did."""
        below = np.flatnonzero(self.share <= 0.5)
        return float(self.time_s[below[0]]) if len(below) else np.nan


def kaplan_meier(wait_s: ArrayLike, abandoned: ArrayLike) -> Survival:
    """Patience by Kaplan and Meier (1958, JASA 53:457): an answered call says only that its caller waited so long.

    Parameters
    ----------
    wait_s : array_like, shape (calls,)
    abandoned : array_like of bool, shape (calls,)
    """
    wait, gave_up = np.asarray(wait_s, float), np.asarray(abandoned, bool)
    times, counts = np.unique(wait[gave_up], return_counts=True)
    at_risk = len(wait) - np.searchsorted(np.sort(wait), times, side="left")
    share = np.asarray(np.cumprod(1 - counts / at_risk), float)
    left = at_risk - counts
    greenwood = np.cumsum(np.divide(counts, at_risk * left, out=np.zeros(len(times)), where=left > 0))
    return Survival(times, share, share**2 * greenwood, float(wait.max(initial=0.0)))


def estimate_patience(calls: pd.DataFrame, at_s: Sequence[float] = (60.0, 180.0)) -> tuple[pd.DataFrame, Findings]:
    """Mean patience of each queue as Erlang A wants it, with its interval, and the Kaplan-Meier curve beside it.

    The mean is the wait of all callers, answered or not, over the number who hung up: the likelihood estimate of
    exponential patience, and the figure that makes Erlang A meet the abandonment that was seen where patience is not
    exponential (Mandelbaum and Zeltyn 2013, Operations Research 61:1184). Never the mean wait of those who hung up.

    Parameters
    ----------
    calls : DataFrame
        Contract ``calls``; inbound calls answered or abandoned after a known wait count.
    at_s : sequence of float
        Waits at which the Kaplan-Meier share is told [s].

    Returns
    -------
    DataFrame
        queue, offered, abandoned, waited_s, patience_s, low_s, high_s (90 % interval), median_s (Kaplan-Meier) and
        waiting_60s, waiting_180s for each of `at_s`. Null where nobody hung up; high_s is then infinite.
    Findings
        Queues with fewer than 30 abandoned calls, and calls left out for want of a wait.

    Raises
    ------
    InputError
        If the calls break their contract.
    """
    frame, findings = CALLS.validate(calls.reset_index(drop=True)), Findings()
    asked = frame[is_offered(frame) & frame["outcome"].isin(WAITING_ENDS)]
    wait = pd.to_numeric(asked["wait_s"] if "wait_s" in asked else pd.Series(np.nan, asked.index))
    if unknown := int(wait.isna().sum()):
        fix = "they tell nothing about patience and are left out"
        findings.add(Finding("calls", "no-wait", "calls without a wait", fix=fix, severity="note", count=unknown))
    known = asked.assign(wait_s=wait)[wait.notna()]
    rows = []
    for queue, group in known.groupby("queue", sort=True):
        gave_up = (group["outcome"] == "abandoned").to_numpy()
        rows.append({"queue": queue} | _estimate(group["wait_s"].to_numpy(float), gave_up, at_s))
        if gave_up.sum() < FEW_ABANDONED:
            found, high = f"{gave_up.sum()} abandoned calls", rows[-1]["high_s"]
            band = f"patience of {rows[-1]['low_s']:.0f} s to {high:.0f} s fits them" if np.isfinite(high) else ""
            findings.add(Finding(f"queue {queue}", "few-abandoned", found, "30 or more", band, severity="warning"))
    columns = ["queue", "offered", "abandoned", "waited_s", "patience_s", "low_s", "high_s", "median_s"]
    return pd.DataFrame(rows, columns=[*columns, *(f"waiting_{at:g}s" for at in at_s)]), findings


def _estimate(wait_s: NDArray[np.float64], abandoned: NDArray[np.bool_], at_s: Sequence[float]) -> dict[str, float]:
    """The interval is that of a Poisson count of abandonments over the time waited."""
    from scipy.stats import chi2

    count, waited = int(abandoned.sum()), float(wait_s.sum())
    survival = kaplan_meier(wait_s, abandoned)
    tail = (1 - LEVEL) / 2
    return {
        "offered": len(wait_s),
        "abandoned": count,
        "waited_s": waited,
        "patience_s": waited / count if count else np.nan,
        "low_s": 2 * waited / float(chi2.ppf(1 - tail, 2 * count + 2)),
        "high_s": 2 * waited / float(chi2.ppf(tail, 2 * count)) if count else np.inf,
        "median_s": survival.median_s,
    } | {f"waiting_{at:g}s": float(survival.at(at)) for at in at_s}
