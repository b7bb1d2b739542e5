"""What was measured, and its totals: always sum over sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from adherence.stretches import SECOND_US
from wfm.errors import Findings

SECONDS = (
    "scheduled_s",
    "in_adherence_s",
    "neutral_s",
    "late_s",
    "left_early_s",
    "productive_scheduled_s",
    "productive_worked_s",
)
MEASURES = [*SECONDS[:3], "adherence", "conformance", "exceptions", *SECONDS[3:], "why_null"]


@dataclass(frozen=True)
class AdherenceResult:
    """Adherence of a schedule.

    Parameters
    ----------
    frame : DataFrame
        Contract `adherence`, then productive_scheduled_s and productive_worked_s (the two sides of conformance)
        and why_null (the reason where adherence or conformance is null).
    exceptions : DataFrame
        Maximal stretches out of adherence: agent, day, start, end, scheduled, actual, minutes. Where a stretch
        runs through several activities or states, they are listed in order with `|` between them.
    unmapped : DataFrame
        Scheduled time in pairs that the state map does not list, counted as out: state, activity, seconds.
    findings : Findings
        What was treated by a stated rule, left out, or looks wrong.
    """

    frame: pd.DataFrame
    exceptions: pd.DataFrame
    unmapped: pd.DataFrame
    findings: Findings

    def by_agent(self) -> pd.DataFrame:
        """Totals per agent, with the number of days."""
        return self._totals("agent", "days")

    def by_day(self) -> pd.DataFrame:
        """Totals per day on which the shifts start, with the number of agents."""
        return self._totals("day", "agents")

    def total(self) -> dict[str, Any]:
        """Totals over everything: the measures of the frame, with the numbers of agents and days; null is None."""
        counts = {"agents": self.frame["agent"].nunique(), "days": self.frame["day"].nunique()}
        totals = _sum_by(self.frame, pd.Series("", index=self.frame.index))
        row = totals.iloc[0].to_dict() if len(totals) else dict.fromkeys(MEASURES)
        return counts | {name: None if pd.isna(value) else value for name, value in row.items()}

    def _totals(self, key: str, counted: str) -> pd.DataFrame:
        totals = _sum_by(self.frame, self.frame[key])
        totals.insert(0, counted, self.frame.groupby(key).size())
        return totals.rename_axis(key).reset_index()


def _sum_by(frame: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    us = pd.DataFrame({name: (frame[name] * SECOND_US).round().astype("Int64") for name in SECONDS})
    us["exceptions"] = frame["exceptions"]
    return from_sums(us.groupby(key, sort=True).sum(min_count=1))


def from_sums(us: pd.DataFrame) -> pd.DataFrame:
    """Measures out of exact sums.

    adherence = IN / (S - N); conformance = productive time worked, in or out of shift / productive time
    scheduled, which may exceed 1. Each is rounded once, in the division.

    Parameters
    ----------
    us : DataFrame of int
        The columns `SECONDS`, in microseconds, and `exceptions`.

    Returns
    -------
    DataFrame
        The columns `MEASURES`, durations in seconds.
    """
    counted = us["scheduled_s"] - us["neutral_s"]
    productive = us["productive_scheduled_s"]
    reasons = pd.Series("", index=us.index)
    reasons = reasons.mask(counted == 0, "adherence: all scheduled time is neutral")
    reasons = reasons.mask(productive == 0, reasons + "; conformance: no productive time is scheduled")
    reasons = reasons.str.removeprefix("; ")
    measures = (us[list(SECONDS)].astype("float64") / SECOND_US).assign(
        adherence=_ratio(us["in_adherence_s"], counted),
        conformance=_ratio(us["productive_worked_s"], productive),
        exceptions=us["exceptions"].astype("int64"),
        why_null=reasons.where(reasons != ""),
    )
    return measures[MEASURES]


def _ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    return numerator.astype("float64") / denominator.astype("float64").where(denominator > 0)
