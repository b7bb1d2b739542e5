"""`wfm demo`: a year of a simulated centre, the last week planned and tracked, the next week planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planning.plan import run_plan
from planning.runs import Run
from planning.track import run_track
from planning.workspace import Workspace
from wfm.config import CONFIG_NAME
from wfm.errors import UsageProblem
from wfm.timeaxis import week_label

if TYPE_CHECKING:
    from demo import DemoSpec, DemoTables


def run_demo(
    folder: Path, spec: DemoSpec, *, n_jobs: int = 2, say: Callable[[str], None] = lambda _message: None
) -> tuple[Run, Run, Run]:
    """Make a demo workspace and run its planner's week: plan, live through it, track it, plan the next.

    Parameters
    ----------
    folder : Path
        New or empty folder.
    spec : DemoSpec
    n_jobs : int
        Processes; the files are the same for any number.
    say : callable
        Takes one line of narration a step.

    Returns
    -------
    tuple of Run
        The plan and the track of the live week, and the plan of the week after it.

    Raises
    ------
    UsageProblem
        If the folder holds something already.
    """
    import demo

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblem(f"{folder} is not empty; name a new folder: wfm demo FOLDER")
    monday = spec.live_week
    say("simulating a year of calls")
    _write_workspace(folder, spec)
    _write(folder, "history", demo.history(spec, progress=say))
    workspace = Workspace.open(folder)
    say(f"planning {week_label(monday)}")
    plan = run_plan(workspace, week=monday, now=_eve(monday, spec), n_jobs=n_jobs, say=say)

    say(f"living through {week_label(monday)}")
    schedule = _published_schedule(workspace, plan)
    _write(folder, week_label(monday), demo.live_week(spec, schedule, progress=say))
    next_monday = monday + dt.timedelta(days=7)
    say(f"tracking {week_label(monday)}")
    track = run_track(workspace, week=plan.week, now=_eve(next_monday, spec), say=say)
    say(f"planning {week_label(next_monday)}")
    following = run_plan(workspace, week=next_monday, now=_eve(next_monday, spec), n_jobs=n_jobs, say=say)
    return plan, track, following


def _write_workspace(folder: Path, spec: DemoSpec) -> None:
    import demo
    import reporting

    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / CONFIG_NAME).write_text(demo.workspace_toml(spec), encoding="utf-8")
    reporting.write_frame(demo.agents(spec), folder / "data" / "agents.csv")
    reporting.write_frame(demo.state_map(spec), folder / "data" / "state_map.csv")


def _write(folder: Path, part: str, tables: DemoTables) -> None:
    import reporting

    for name in ("calls", "agent_states", "schedule", "surveys", "sales", "cases", "costs"):
        reporting.write_frame(getattr(tables, name), folder / "data" / f"{name}-{part}.parquet")


def _published_schedule(workspace: Workspace, plan: Run) -> pd.DataFrame:
    import ingest

    return ingest.read_frame(plan.path / "schedule.csv", "schedule", timezone=workspace.config.timezone)


def _eve(monday: dt.date, spec: DemoSpec) -> pd.Timestamp:
    return pd.Timestamp(monday).tz_localize(spec.timezone) - pd.Timedelta(hours=1)
