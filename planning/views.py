"""What the report shows, gathered from the frames and facts of published runs."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning.runs import Run, latest_run, list_runs
from planning.tables import read_tables
from planning.workspace import Workspace
from wfm import __version__
from wfm.errors import Finding, InputError
from wfm.params import TRAITS, QueueSpec, ServiceTarget, Shrinkage

if TYPE_CHECKING:
    from reporting import PlanView, TrackView

RECENT_WEEKS = 6
_LIBRARIES = ("duckdb", "numpy", "ortools", "pandas", "scipy", "statsmodels")


def run_facts(workspace: Workspace, now: pd.Timestamp, inputs: Mapping[str, str]) -> dict[str, Any]:
    """What every manifest says: moment, settings, versions and the hash of each input."""
    config = workspace.config
    return {
        "title": config.name,
        "published_at": now.tz_convert(config.timezone).isoformat(),
        "timezone": config.timezone,
        "interval_s": config.interval_s,
        "currency": config.currency,
        "seed": config.seed,
        "versions": {"shiftcast": __version__, "python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "inputs": dict(inputs),
    }


def plan_view(facts: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> PlanView:
    """The page of a plan from its manifest and its frames."""
    from reporting import PlanView

    timezone = facts["timezone"]
    return PlanView(
        title=facts["title"],
        week=facts["run_id"].rpartition(".")[0],
        timezone=timezone,
        interval_s=facts["interval_s"],
        currency=facts["currency"],
        run_id=facts["run_id"],
        cutoff=pd.Timestamp(facts["cutoff"]).tz_convert(timezone),
        forecast=tables["forecast"],
        recent_history=tables["interval_history"],
        selection=tables["selection"],
        backtest_summary=tables["backtest"],
        requirement=tables["requirement"],
        specs=facts["specs"],
        coverage=tables.get("coverage"),
        schedule=tables.get("schedule"),
        schedule_facts=facts["schedule_facts"] or None,
        findings=[Finding(**record) for record in facts["warnings"]],
        explanation=tables.get("explanation"),
        agents=tables.get("agents"),
        changes=tables.get("schedule_changes"),
        coverage_changes=tables.get("coverage_changes"),
        change_facts=facts.get("change_facts"),
        staffed_for=facts.get("staffed_for"),
    )


def track_view(facts: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> TrackView:
    """The page of a tracked week from its manifest and its frames."""
    from reporting import TrackView

    measured = ("staffing", "adherence", "exceptions", "scorecard", "schedule", "agent_states")
    return TrackView(
        title=facts["title"],
        week=facts["run_id"].rpartition(".")[0],
        timezone=facts["timezone"],
        interval_s=facts["interval_s"],
        currency=facts["currency"],
        run_id=facts["run_id"],
        plan_version=facts["plan_version"],
        forecast=tables["forecast"],
        actual=tables["interval_history"],
        accuracy=tables["accuracy"],
        findings=[Finding(**record) for record in facts["warnings"]],
        specs=facts["specs"],
        **{name: tables.get(name) for name in measured},
    )


def load_plan_view(run: Run) -> PlanView:
    """The page of a published plan."""
    return plan_view(run.manifest, read_tables(run))


def load_track_view(run: Run) -> TrackView:
    """The page of a published track."""
    return track_view(run.manifest, read_tables(run))


def latest_track_view(runs: Path, *, before: str) -> TrackView | None:
    """The page of the last tracked week that is earlier than week `before`, or None.

    A damaged track is passed over: it must not stop the plan of another week, and `wfm track` names it.
    """
    for run in reversed([run for run in list_runs(runs, "track") if run.week < before]):
        try:
            return load_track_view(run)
        except InputError:
            continue
    return None


def report_views(runs: Path, week: str | None) -> tuple[PlanView | None, TrackView | None]:
    """The plan of a week (the last planned one when None) and its own track, or else the track before it."""
    plan = latest_run(runs, "plan", week)
    own_track = latest_run(runs, "track", week or (plan.week if plan else None))
    if plan is None:
        return None, load_track_view(own_track) if own_track else None
    if own_track is None:
        return load_plan_view(plan), latest_track_view(runs, before=plan.week)
    track = load_track_view(own_track)
    locked = [run for run in list_runs(runs, "plan", plan.week) if run.version == track.plan_version]
    return load_plan_view(locked[0] if locked else plan), track


def spec_record(spec: QueueSpec) -> dict[str, Any]:
    """One queue's staffing specification, ready for JSON."""
    return (
        {"queue": spec.queue}
        | asdict(spec.target)
        | {"model": spec.model, "shrinkage": float(spec.shrinkage.rate), "min_agents": spec.min_agents}
        | {"patience_from": spec.patience_from}
        | {name: list(value) if isinstance(value, tuple) else value for name, value in spec.traits.items()}
        | {"channel": spec.channel, "agent_hours": spec.agent_hours, "promise_runs": spec.promise_runs}
        | {"blend_with": list(spec.blend_with)}
    )


def spec_of_record(record: Mapping[str, Any]) -> QueueSpec:
    """The specification that `spec_record` made the record of."""
    names = [field.name for field in fields(ServiceTarget)]
    return QueueSpec(
        record["queue"],
        ServiceTarget(**{name: record[name] for name in names}),
        Shrinkage(record["shrinkage"]),
        record["model"],
        min_agents=record.get("min_agents", 0),
        patience_from=record.get("patience_from", "given"),
        **{name: record.get(name) for name in TRAITS},
        channel=record.get("channel", "phone"),
        agent_hours=record.get("agent_hours"),
        promise_runs=record.get("promise_runs", "always"),
        blend_with=tuple(record.get("blend_with", ())),
    )
