"""What a report shows: the frames and facts of a planned week and of a week that has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import pandas as pd

from reporting.frames import in_zone
from wfm.errors import Finding


@dataclass(frozen=True)
class PlanView:
    """The coming week: forecast, requirement, schedule and coverage.

    Parameters
    ----------
    title : str
        Name of the centre.
    week : str
        ISO week such as ``2026-W48``.
    timezone : str
        IANA zone in which times are shown.
    interval_s : int
        Interval length [s].
    currency : str
        ISO 4217 code of every amount.
    run_id : str
        Names the run that made the figures.
    cutoff : Timestamp
        End of the history that the forecast has seen, tz-aware.
    forecast, requirement : DataFrame
        Contract frames.
    recent_history : DataFrame or None
        interval_history of about the last six weeks.
    selection : DataFrame or None
        Contract frame: the forecast model of each queue and why.
    backtest_summary : DataFrame or None
        Contract frame ``backtest``: errors of every model over the same cut-offs.
    specs : sequence of dict
        One a queue: queue, service_level, answer_within_s, asa_s, max_occupancy, max_abandonment, model,
        patience_s, shrinkage; patience_from ``calls`` where it was estimated.
    coverage, schedule : DataFrame or None
        Contract frames; None where nothing was scheduled.
    schedule_facts : dict or None
        paid_hours [h], cost [currency], bound [currency], gap [1], status, understaffed_hours [h],
        overstaffed_hours [h], agents.
    findings : sequence of Finding
        What was noticed on the way.
    explanation : DataFrame or None
        Contract frame: what makes the calls of each forecast day.
    agents : DataFrame or None
        Contract frame: contract hours, and people without a shift.
    changes, coverage_changes : DataFrame or None
        Contract frames ``schedule_changes`` and ``coverage_changes``: what differs from the version before.
    change_facts : dict or None
        Of that difference, as `planning.compare_schedules` gives them; None for a first version.
    staffed_for : dict or None
        load and risk that were staffed for, as `wfm.toml` names them.
    """

    title: str
    week: str
    timezone: str
    interval_s: int
    currency: str
    run_id: str
    cutoff: pd.Timestamp
    forecast: pd.DataFrame
    recent_history: pd.DataFrame | None
    selection: pd.DataFrame | None
    backtest_summary: pd.DataFrame | None
    requirement: pd.DataFrame
    specs: Sequence[Mapping[str, Any]]
    coverage: pd.DataFrame | None = None
    schedule: pd.DataFrame | None = None
    schedule_facts: Mapping[str, Any] | None = None
    findings: Sequence[Finding] = ()
    explanation: pd.DataFrame | None = None
    agents: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    coverage_changes: pd.DataFrame | None = None
    change_facts: Mapping[str, Any] | None = None
    staffed_for: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TrackView:
    """A week that has happened, held against its locked plan.

    Parameters
    ----------
    title, week, timezone, interval_s, currency, run_id
        As in `PlanView`.
    plan_version : str
        Locked plan that the week is compared with.
    forecast : DataFrame
        The locked forecast.
    actual : DataFrame
        interval_history of the week.
    accuracy : DataFrame
        Contract frame; queue null is all queues.
    staffing : DataFrame or None
        Contract frame: required, scheduled and present agents per interval.
    adherence : DataFrame or None
        Contract frame; None where there are no agent states.
    exceptions : DataFrame or None
        Contract frame: stretches out of adherence.
    scorecard : DataFrame or None
        Contract frame.
    findings : sequence of Finding
    schedule, agent_states : DataFrame or None
        Contract frames; with both, the report draws the day with the most time out of adherence.
    specs : sequence of dict
        As in `PlanView`; names the service level that the scorecard counts.
    """

    title: str
    week: str
    timezone: str
    interval_s: int
    currency: str
    run_id: str
    plan_version: str
    forecast: pd.DataFrame
    actual: pd.DataFrame
    accuracy: pd.DataFrame
    staffing: pd.DataFrame | None = None
    adherence: pd.DataFrame | None = None
    exceptions: pd.DataFrame | None = None
    scorecard: pd.DataFrame | None = None
    findings: Sequence[Finding] = ()
    schedule: pd.DataFrame | None = None
    agent_states: pd.DataFrame | None = None
    specs: Sequence[Mapping[str, Any]] = ()


V = TypeVar("V", bound=PlanView | TrackView)
_ALWAYS_THERE = ("forecast", "requirement", "actual", "accuracy")


def settled(view: V) -> V:
    """The view with every time on its own wall clock, and None for optional frames without rows."""
    frames: dict[str, Any] = {
        field.name: None if value.empty and field.name not in _ALWAYS_THERE else in_zone(value, view.timezone)
        for field in fields(view)
        if isinstance(value := getattr(view, field.name), pd.DataFrame)
    }
    return replace(view, **frames)
