"""A week's plan reads the published weeks before it."""

import datetime as dt

import pandas as pd

import scheduling
from planning.earlier import earlier_schedule
from planning.tables import read_tables
from planning.workspace import Workspace


def test_rules_hold_over_the_edge_of_two_published_weeks(demo_centre):
    workspace = Workspace.open(demo_centre.folder)
    earlier = read_tables(demo_centre.plan)["schedule"]
    tables = read_tables(demo_centre.following)
    given = {"history": earlier, "time_off": workspace.read_time_off()}
    assert scheduling.check(tables["schedule"], tables["agents"], workspace.config.shift_rules, **given) == []


def test_earlier_weeks_are_those_published_and_end_where_the_next_begins(demo_centre):
    workspace = Workspace.open(demo_centre.folder)
    monday = dt.date.fromisoformat(demo_centre.following.manifest["first_day"])
    first = pd.Timestamp(monday).tz_localize(workspace.config.timezone)
    earlier = earlier_schedule(workspace, monday)
    assert (earlier["start"] < first).all()
    assert set(earlier["version"]) == {demo_centre.plan.version}
    assert earlier_schedule(workspace, monday - dt.timedelta(weeks=1)) is None
