"""A schedule by whatever name a planner gives it: a file, a week grid, a run folder, or the last published plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planning.runs import MANIFEST, RUN_NAME, Run, latest_run
from planning.tables import read_tables
from wfm.errors import Finding, InputError, UsageProblem


@dataclass(frozen=True)
class NamedSchedule:
    """A schedule with what is known beside it.

    Parameters
    ----------
    name : str
        File, or version of the run.
    schedule : DataFrame
        Contract frame.
    timezone : str
        IANA name, or the offset that all times of a file have.
    title : str
        Name of the centre.
    run : Run or None
    agents, requirement : DataFrame or None
        Contract frames of the run.
    interval_s : int or None
    """

    name: str
    schedule: pd.DataFrame
    timezone: str
    title: str = "Schedule"
    run: Run | None = None
    agents: pd.DataFrame | None = None
    requirement: pd.DataFrame | None = None
    interval_s: int | None = None


def load_schedule(target: str | Path, *, timezone: str | None = None) -> NamedSchedule:
    """Read the schedule in a file, a week grid or the folder of a run.

    Parameters
    ----------
    target : str or Path
        ``-`` for CSV on standard input.
    timezone : str, optional
        IANA zone of a file's times.

    Raises
    ------
    InputError
        If it can't be read, or the run's files are not what was published.
    UsageProblem
        If a folder is no published plan.
    """
    import ingest

    path = Path(target)
    if path.is_dir():
        return schedule_of_run(_run_at(path))
    frame = ingest.read_schedule(path, timezone=timezone)
    return NamedSchedule(str(target), frame, timezone or str(frame["start"].dt.tz))


def schedule_of_run(run: Run) -> NamedSchedule:
    """The schedule of a published plan; raises UsageProblem where it has none."""
    tables, facts = read_tables(run), run.manifest
    if "schedule" not in tables:
        raise UsageProblem(f"{run.path.name} holds no schedule: its workspace named no shifts")
    return NamedSchedule(
        run.version,
        tables["schedule"],
        facts["timezone"],
        facts["title"],
        run,
        tables.get("agents"),
        tables.get("requirement"),
        facts["interval_s"],
    )


def last_schedule(runs: Path) -> NamedSchedule:
    """The schedule of the last published plan; raises UsageProblem where there is none."""
    run = latest_run(runs, "plan")
    if run is None:
        raise UsageProblem("no plan is published yet; name a schedule file, or run `wfm plan`")
    return schedule_of_run(run)


def _run_at(folder: Path) -> Run:
    match = RUN_NAME.fullmatch(folder.resolve().name)
    if match is None or match[2] is not None:
        raise UsageProblem(f'"{folder}" is no published plan, expected a folder such as runs/2026-W48')
    if not (folder / MANIFEST).is_file():
        raise InputError(Finding(str(folder), "damaged-run", f"no {MANIFEST}", "a whole run"))
    return Run(folder, match[1], "plan", int(match[3] or 1))
