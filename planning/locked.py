"""Which plan of a week counts, and the settings it was locked with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from planning.runs import Run, list_runs
from planning.views import spec_of_record, spec_record
from planning.workspace import Workspace
from wfm.errors import Finding, Findings, UsageProblem
from wfm.timeaxis import week_label


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


def as_locked(workspace: Workspace, manifest: Mapping[str, Any]) -> Workspace:
    """The workspace under the settings that the plan was locked with: a later edit of them does not count."""
    config, locked = workspace.config, manifest["specs"]
    now = [spec_record(config.queue(record["queue"])) for record in locked]
    if (config.interval_s, config.timezone, now) == (manifest["interval_s"], manifest["timezone"], locked):
        return workspace
    specs = {record["queue"]: spec_of_record(record) for record in locked}
    config = replace(workspace.config, interval_s=manifest["interval_s"], timezone=manifest["timezone"], queues=specs)
    return replace(workspace, config=config)
