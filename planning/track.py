"""The weekly track: what was locked for a week against what happened in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning.runs import (
    Run,
    hash_inputs,
    latest_run,
    list_runs,
    next_run,
    publish,
    refuse_changed_inputs,
    workspace_lock,
)
from planning.tables import read_tables, write_tables
from planning.views import load_plan_view, run_facts, spec_of_record, spec_record, track_view
from planning.workspace import Workspace
from wfm.errors import Finding, Findings, InputError, UsageProblem
from wfm.timeaxis import days_grid, week_label

if TYPE_CHECKING:
    from adherence import AdherenceResult

Say = Callable[[str], None]

KPI_OF_TARGET = {
    "service_level": "service_level",
    "asa_s": "asa",
    "max_occupancy": "occupancy",
    "max_abandonment": "abandonment_rate",
}


def locked_plan(runs: Path, week: str | None, findings: Findings, now: pd.Timestamp) -> Run:
    """The plan that was in force when the week began: the last version published before its Monday.

    Parameters
    ----------
    runs : Path
    week : str or None
        ISO week; when None, the last planned week that has begun and is not tracked yet, else the last that has begun.
    now : Timestamp
        Decides which weeks have begun.
    findings : Findings
        Gets a warning where every version was published after the week began; then the first one counts.

    Raises
    ------
    UsageProblem
        If no plan of the week was published.
    """
    week = week or _week_to_track(runs, now)
    versions = list_runs(runs, "plan", week) if week else []
    if not versions:
        planned = ", ".join(sorted({run.week for run in list_runs(runs, "plan")})) or "none"
        raise UsageProblem(f"no published plan of {week or 'any week'} in {runs.name}/ (planned: {planned})")
    start = pd.Timestamp(versions[0].manifest["first_day"]).tz_localize(versions[0].manifest["timezone"])
    in_time = [run for run in versions if pd.Timestamp(run.manifest["published_at"]) <= start]
    if in_time:
        return in_time[-1]
    first = versions[0]
    findings.add(
        Finding(
            f"runs/{first.path.name}",
            "published-late",
            f"published {first.manifest['published_at']}, after the week began",
            f"a plan published before {start.isoformat()}",
            "the first version counts as locked",
            severity="warning",
        )
    )
    return first


def _week_to_track(runs: Path, now: pd.Timestamp) -> str | None:
    begun = {run.week for run in list_runs(runs, "plan") if run.week <= week_label(now)}
    tracked = {run.week for run in list_runs(runs, "track")}
    return max(begun - tracked or begun, default=None)


def _as_locked(workspace: Workspace, manifest: Mapping[str, Any]) -> Workspace:
    """The workspace under the settings that the plan was locked with: a later edit of them does not count."""
    config, locked = workspace.config, manifest["specs"]
    now = [spec_record(config.queue(record["queue"])) for record in locked]
    if (config.interval_s, config.timezone, now) == (manifest["interval_s"], manifest["timezone"], locked):
        return workspace
    specs = {record["queue"]: spec_of_record(record) for record in locked}
    config = replace(workspace.config, interval_s=manifest["interval_s"], timezone=manifest["timezone"], queues=specs)
    return replace(workspace, config=config)


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
        workspace = _as_locked(workspace, locked.manifest)
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
    plan = _until(plan, actual["interval_start"].max() + pd.Timedelta(seconds=config.interval_s), findings)
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


def _until(plan: Mapping[str, pd.DataFrame], end: pd.Timestamp, findings: Findings) -> dict[str, pd.DataFrame]:
    """The plan up to the end of the exports: what has not happened yet is neither a miss nor an absence."""
    if not (plan["forecast"]["interval_start"] >= end).any():
        return dict(plan)
    what, wanted = f"calls until {end:%Y-%m-%d %H:%M} only", "the whole week"
    fix = "tracked until then; track again with the whole export"
    findings.add(Finding("history", "week-not-over", what, wanted, fix, severity="warning"))
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
