"""The published schedules before a week: rest, days in a row, weekends and fairness look back on them."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from planning.runs import latest_run
from planning.tables import read_tables
from planning.workspace import Workspace
from wfm.timeaxis import week_label

LOOK_BACK_WEEKS = 8


def earlier_schedule(workspace: Workspace, first_day: dt.date) -> pd.DataFrame | None:
    """Schedules of the weeks before `first_day`, each by its last published plan; None where there is none.

    Parameters
    ----------
    workspace : Workspace
    first_day : date
        Monday of the week that is planned.
    """
    first = pd.Timestamp(first_day).tz_localize(workspace.config.timezone)
    parts = []
    for weeks in range(LOOK_BACK_WEEKS, 0, -1):
        monday = first_day - dt.timedelta(weeks=weeks)
        run = latest_run(workspace.runs, "plan", week_label(monday))
        schedule = None if run is None else read_tables(run).get("schedule")
        if schedule is not None:
            # A plan of several weeks holds days that a later one plans anew.
            starts = pd.Timestamp(monday).tz_localize(workspace.config.timezone)
            until = min(starts + pd.DateOffset(weeks=1), first)
            parts.append(schedule[(schedule["start"] >= starts) & (schedule["start"] < until)])
    return pd.concat(parts, ignore_index=True) if parts else None
