"""The weekly track: what was locked for a week against what happened in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning.locked import as_locked, locked_plan
from planning.runs import (
    Run,
    hash_inputs,
    latest_run,
    next_run,
    publish,
    refuse_changed_inputs,
    workspace_lock,
)
from planning.tables import read_tables, write_tables
from planning.views import load_plan_view, run_facts, track_view
from planning.workspace import Workspace
from wfm.errors import Finding, Findings, InputError
from wfm.timeaxis import days_grid, floor_to_interval

if TYPE_CHECKING:
    from adherence import AdherenceResult
    from ingest import Reading

Say = Callable[[str], None]

# A week whose last open hours had no call is over all the same.
QUIET_END = pd.Timedelta(hours=2)

KPI_OF_TARGET = {
    "service_level": "service_level",
    "asa_s": "asa",
    "max_occupancy": "occupancy",
    "max_abandonment": "abandonment_rate",
}


def run_track(
    workspace: Workspace,
    *,
    week: str | None = None,
    now: pd.Timestamp,
    force: bool = False,
    say: Say = lambda _message: None,
) -> Run:
    """Hold the locked plan of a week against its calls and agent states, and publish the comparison.

    Parameters
    ----------
    workspace : Workspace
    week : str, optional
        ISO week, such as ``2026-W47``; the last one that has begun and is not tracked yet when left out.
    now : Timestamp
        Moment of publication, tz-aware.
    force : bool
        Publish again although nothing that the track reads has changed.
    say : callable
        Takes one line of narration a step.

    Returns
    -------
    Run
        The new track, or the last one where its inputs are the same and `force` is not given.
    """
    findings = Findings()
    with workspace_lock(workspace.runs):
        locked = locked_plan(workspace.runs, week, findings, now)
        workspace = as_locked(workspace, locked.manifest)
        inputs = hash_inputs(workspace.folder, [*workspace.input_files(), *_state_files(workspace)])
        facts = run_facts(workspace, now, inputs) | {"plan_version": locked.version}
        done = latest_run(workspace.runs, "track", locked.week)
        if done and not force and _same_inputs(done.manifest, facts):
            say(f"runs/{done.path.name} has tracked these files already; --force tracks them again")
            return done
        say(f"reading the plan {locked.version}")
        plan = read_tables(locked)
        tables = track_tables(workspace, locked.manifest, plan, findings, say)
        refuse_changed_inputs(workspace.folder, inputs)
        run = next_run(workspace.runs, "track", locked.week)
        facts |= {"run_id": run.version, "specs": locked.manifest["specs"], "warnings": findings.to_records()}
        return publish(run, lambda folder: _fill(locked, facts, tables, folder))


def track_tables(
    workspace: Workspace,
    manifest: Mapping[str, Any],
    plan: Mapping[str, pd.DataFrame],
    findings: Findings,
    say: Say = lambda _message: None,
) -> dict[str, pd.DataFrame]:
    """The frames of a tracked week by contract name.

    Parameters
    ----------
    workspace : Workspace
    manifest : mapping
        Manifest of the locked plan.
    plan : mapping
        Frames of the locked plan.
    findings : Findings
        Gets the warnings of all steps.

    Raises
    ------
    InputError
        If the workspace's exports hold no interval of the week.
    """
    import forecasting

    config = workspace.config
    grid = days_grid(pd.Timestamp(manifest["first_day"]), manifest["days"], config.interval_s, config.timezone)
    say("reading the week's calls")
    reading = workspace.read_history()
    findings.extend(reading.findings)
    actual = _within(reading.frame, "interval_start", grid)
    if actual.empty:
        raise InputError(
            Finding(
                "history", "no-history", "no interval of the week", f"calls from {grid[0].date()} on", "add the export"
            )
        )
    until = _end_of_exports(reading, config.interval_s)
    if plan["forecast"]["interval_start"].max() >= until + QUIET_END:
        plan, actual = _cut(plan, until), actual[actual["interval_start"] < until]
        what, wanted = f"calls until {until:%Y-%m-%d %H:%M} only", "the whole week"
        fix = "tracked until then; track again with the whole export"
        findings.add(Finding("history", "week-not-over", what, wanted, fix, severity="warning"))
    tables = {
        "forecast": plan["forecast"],
        "interval_history": actual,
        "accuracy": forecasting.evaluate(plan["forecast"], actual),
    }
    present = _track_people(workspace, plan, grid, actual, tables, findings, say)
    tables["staffing"] = _staffing(plan, present, actual, config.timezone)
    say("computing the scorecard")
    measured: dict[str, pd.DataFrame] = {
        name: tables[name] for name in ("interval_history", "adherence") if name in tables
    }
    if reading.calls is not None:
        measured["calls"] = _within(reading.calls, "offered_at", grid)
    if present is not None:
        measured["presence"] = present
    tables["scorecard"] = _scorecard(workspace, measured)
    return tables


def _end_of_exports(reading: Reading, interval_s: int) -> pd.Timestamp:
    """End of the interval of the last call: zeros behind it are not known to be real."""
    last = reading.frame["interval_start"].max() if reading.calls is None else reading.calls["offered_at"].max()
    return floor_to_interval(pd.DatetimeIndex([last]), interval_s)[0] + pd.Timedelta(seconds=interval_s)


def _cut(plan: Mapping[str, pd.DataFrame], end: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """The plan up to `end`: what has not happened yet is neither a miss nor an absence."""
    cut = {
        name: frame[frame["interval_start"] < end].reset_index(drop=True)
        for name, frame in plan.items()
        if name in ("forecast", "requirement", "coverage")
    }
    if "schedule" in plan:
        begun = plan["schedule"][plan["schedule"]["start"] < end].reset_index(drop=True)
        cut["schedule"] = begun.assign(end=begun["end"].clip(upper=end))
    return dict(plan) | cut


def _track_people(
    workspace: Workspace,
    plan: Mapping[str, pd.DataFrame],
    grid: pd.DatetimeIndex,
    actual: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    findings: Findings,
    say: Say,
) -> pd.DataFrame | None:
    states = workspace.read_states()
    if states is None or "schedule" not in plan:
        missing = "agent states" if states is None else "schedule"
        findings.add(
            Finding(
                "wfm.toml",
                "not-tracked",
                f"no {missing}",
                "both for adherence and present agents",
                column="data.agent_states" if states is None else "schedule",
                severity="note",
            )
        )
        return None
    import adherence

    say("measuring adherence")
    interval = pd.Timedelta(seconds=workspace.config.interval_s)
    schedule, state_map, timezone = plan["schedule"], workspace.read_state_map(), workspace.config.timezone
    week = _during(states, min(grid[0], schedule["start"].min()), max(grid[-1] + interval, schedule["end"].max()))
    until = actual["interval_start"].max() + interval
    result: AdherenceResult = adherence.adherence(schedule, week, state_map, timezone=timezone, until=until)
    findings.extend(result.findings)
    tables |= {
        "adherence": result.frame,
        "exceptions": result.exceptions,
        "schedule": schedule,
        "agent_states": week,
    }
    return adherence.presence(schedule, week, workspace.config.interval_s, timezone=timezone, state_map=state_map)


def _staffing(
    plan: Mapping[str, pd.DataFrame], present: pd.DataFrame | None, actual: pd.DataFrame, timezone: str
) -> pd.DataFrame:
    key = ["queue", "interval_start"]
    staffing = plan["requirement"][[*key, "agents", "staff"]]
    staffing = staffing.rename(columns={"agents": "required_agents", "staff": "required_staff"})
    if "coverage" in plan:
        staffing = staffing.merge(plan["coverage"][[*key, "scheduled"]], on=key, how="outer")
    if present is not None:
        served = present.dropna(subset=["queue"])
        staffing = staffing.merge(served[[*key, "present", "occupancy"]], on=key, how="outer")
    staffing = staffing.reindex(
        columns=[*key, "required_agents", "required_staff", "scheduled", "present", "occupancy"]
    )
    return staffing.sort_values(key, ignore_index=True)


def _scorecard(workspace: Workspace, measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import kpis

    specs = workspace.specs(sorted(measured["interval_history"]["queue"].unique()))
    targets = {
        queue: {
            kpi: value for field, kpi in KPI_OF_TARGET.items() if (value := getattr(spec.target, field)) is not None
        }
        for queue, spec in specs.items()
    }
    return kpis.scorecard(
        measured,
        period="week",
        targets=targets,
        answer_within_s={queue: spec.target.answer_within_s for queue, spec in specs.items()},
        timezone=workspace.config.timezone,
    )


def _fill(locked: Run, facts: dict[str, Any], tables: dict[str, pd.DataFrame], folder: Path) -> dict[str, Any]:
    import reporting

    view = track_view(facts, write_tables(tables, folder))
    reporting.render_report(load_plan_view(locked), view).write(folder / "report.html")
    reporting.write_track_workbook(view, folder / "track.xlsx")
    return facts


def _state_files(workspace: Workspace) -> list[Path]:
    data = workspace.config.data
    maps = (data.state_map,) if data.state_map else ()
    return workspace.files(data.agent_states, "data.agent_states") + workspace.files(maps, "data.state_map")


def _same_inputs(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return all(earlier[key] == now[key] for key in ("inputs", "plan_version", "versions"))


def _during(states: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """States that touch [start, end); one that still lasts touches whatever comes after its start."""
    return states[(states["start"] < end) & ~(states["end"] <= start)].reset_index(drop=True)


def _within(frame: pd.DataFrame, column: str, grid: pd.DatetimeIndex) -> pd.DataFrame:
    end = grid[-1] + (grid[1] - grid[0])
    return frame[(frame[column] >= grid[0]) & (frame[column] < end)].reset_index(drop=True)
