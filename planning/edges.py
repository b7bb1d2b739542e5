"""Rest and days in a row across the edge of two published weeks, which each schedule alone can't see."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from planning.runs import latest_run
from planning.tables import read_tables
from planning.workspace import Workspace
from wfm.errors import Finding
from wfm.timeaxis import week_label


def breaches_at_the_edge(
    workspace: Workspace, schedule: pd.DataFrame, agents: pd.DataFrame, first_day: dt.date
) -> list[Finding]:
    """A warning for each rule that holds in both weeks and is broken where they meet.

    Parameters
    ----------
    workspace : Workspace
        Its last published plan of the week before is looked at; its rules are in force.
    schedule, agents : DataFrame
        Contract frames of the new week.
    first_day : date
        Its Monday.
    """
    import scheduling

    rules = workspace.config.shift_rules
    before = latest_run(workspace.runs, "plan", week_label(first_day - dt.timedelta(days=7)))
    if before is None or rules is None:
        return []
    earlier = read_tables(before).get("schedule")
    if earlier is None:
        return []
    known = earlier[earlier["agent"].isin(agents["agent"])]
    joined = pd.concat([known, schedule], ignore_index=True)
    alone = {*scheduling.check(known, agents, rules), *scheduling.check(schedule, agents, rules)}
    wanted = "the rules also across the edge of two weeks"
    return [
        Finding(f"runs/{before.path.name}", "edge-of-weeks", breach, wanted, "swap the shift", severity="warning")
        for breach in scheduling.check(joined, agents, rules)
        if breach not in alone
    ]
