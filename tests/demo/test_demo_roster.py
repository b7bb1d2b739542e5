"""The centre's own roster: what every planner's eye would catch."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

import demo
from demo.centre import queues_of
from demo.people import crew_of
from demo.roster import published_roster
from demo.sizing import needed_on_phone, volumes, weekly_hours

WINDOWS = {
    # hours at work: activity, least and most minutes after the start of the shift
    8.5: {"lunch": (210, 300), "break": (90, 420)},
    6.0: {"break": (90, 270)},
}


@pytest.fixture(scope="module")
def roster(centre):
    return published_roster(centre, crew_of(centre))


@pytest.fixture(scope="module")
def shifts(roster):
    day = roster["start"].dt.tz_localize(None).dt.normalize().rename("day")
    frame = roster.groupby(["agent", day]).agg(start=("start", "min"), end=("end", "max"), version=("version", "first"))
    frame = frame.reset_index()
    frame["hours"] = (frame["end"] - frame["start"]) / pd.Timedelta(hours=1)
    return frame


def test_the_stretches_of_a_shift_follow_each_other(roster):
    same = (roster["agent"] == roster["agent"].shift()) & (roster["start"].dt.date == roster["start"].shift().dt.date)
    assert (roster["start"][same] == roster["end"].shift()[same]).all()
    assert (roster["start"] < roster["end"]).all()


def test_breaks_and_lunch_lie_in_their_windows(roster, shifts):
    day = roster["start"].dt.tz_localize(None).dt.normalize().rename("day")
    rows = roster.assign(day=day).merge(shifts, on=["agent", "day"], suffixes=("", "_of_shift"))
    after = (rows["start"] - rows["start_of_shift"]) / pd.Timedelta(minutes=1)
    for hours, windows in WINDOWS.items():
        for activity, (least, most) in windows.items():
            assert after[(rows["hours"] == hours) & (rows["activity"] == activity)].between(least, most).all()
    counts = rows.groupby(["agent", "day", "hours"])["activity"].value_counts().unstack(fill_value=0).reset_index()
    assert set(counts["hours"]) == set(WINDOWS)
    assert (counts["break"] == 2).all()
    assert (counts["lunch"] == (counts["hours"] == 8.5)).all()
    assert (rows.loc[rows["activity"] == "lunch", "paid"] == False).all()  # noqa: E712
    assert rows.loc[rows["activity"] != "lunch", "paid"].all()


def test_contract_hours_days_off_and_rest_are_kept(roster, shifts, centre):
    people = demo.agents(centre).set_index("agent")
    paid = roster[roster["paid"]].assign(h=lambda rows: (rows["end"] - rows["start"]) / pd.Timedelta(hours=1))
    hours = paid.groupby(["version", "agent"])["h"].sum()
    assert (hours <= people["contract_hours"].loc[hours.index.get_level_values("agent")].to_numpy()).all()
    assert shifts.groupby(["version", "agent"]).size().max() == 5
    for _, own in shifts.groupby("agent"):
        rest = own["start"].iloc[1:].to_numpy() - own["end"].iloc[:-1].to_numpy()
        assert rest.min() >= pd.Timedelta(hours=11)
        days = own["day"].map(pd.Timestamp.toordinal).to_numpy()
        runs = np.split(days, np.flatnonzero(np.diff(days) != 1) + 1)
        assert max(len(run) for run in runs) <= 6


def test_people_work_when_they_can_and_their_queue_is_open(shifts, centre):
    crew = crew_of(centre)
    kinds = {queue.index: queue.kind for queue in queues_of(centre)}
    number = {name: index for index, name in enumerate(crew.names)}
    for row in shifts.itertuples():
        kind = kinds[crew.queue[number[row.agent]]]
        assert crew.days[number[row.agent], row.day.day_of_week]
        assert row.start.hour + row.start.minute / 60 >= kind.opens_h
        assert row.end.hour + row.end.minute / 60 <= kind.closes_h


def test_early_and_late_weeks_take_turns(shifts):
    full = shifts[shifts["hours"] == 8.5]
    hour = (full["start"].dt.hour + full["start"].dt.minute / 60).groupby([full["agent"], full["version"]]).mean()
    turns = hour.unstack().diff(axis=1).iloc[:, 1:]
    swings = (np.sign(turns) * np.sign(turns.shift(-1, axis=1))).to_numpy().ravel()
    assert (swings[~np.isnan(swings)] < 0).mean() > 0.9


def test_each_week_is_a_version_published_two_weeks_ahead(roster):
    monday = roster["start"].dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    expected = monday.map(lambda day: f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02d}.1")
    assert (roster["version"] == expected).all()
    notice = monday - roster["published_at"].dt.tz_localize(None)
    assert set(notice) == {pd.Timedelta(days=13, hours=12)}


def test_a_tenth_or_so_is_on_leave(shifts, centre):
    present = shifts.groupby("version")["agent"].nunique() / centre.agents
    assert 0.70 <= present.min() <= present.mean() <= 0.99


class TestSizing:
    def test_square_root_rule_by_hand(self):
        calls = np.zeros(48)
        calls[20], calls[21] = 30, 1
        found = needed_on_phone(calls, np.full(48, 600.0))
        assert found[20] == pytest.approx((10 + 0.9 * math.sqrt(10)) / 0.93)
        assert found[21] == pytest.approx(2 / 0.93)
        assert found[19] == 0

    def test_the_calls_are_as_many_as_the_people_can_serve(self, centre):
        crew = crew_of(centre)
        for queue, volume in zip(queues_of(centre), volumes(centre, crew), strict=True):
            rostered = crew.phone_h[crew.queue == queue.index].sum()
            assert 0.65 < weekly_hours(queue, volume) / rostered < 1.0

    def test_twice_the_people_serve_more_than_twice_the_calls(self):
        one, two = (demo.DemoSpec(queues=1, agents=n) for n in (20, 40))
        per_hour = [volumes(spec, crew_of(spec))[0] / crew_of(spec).phone_h.sum() for spec in (one, two)]
        assert per_hour[1] > per_hour[0]


def test_a_longer_history_is_not_another_centre(centre):
    longer = dataclasses.replace(centre, weeks=centre.weeks + 2)
    first = dt.timedelta(weeks=2)
    assert longer.first_day == centre.first_day - first
    pd.testing.assert_series_equal(demo.agents(longer)["skills"], demo.agents(centre)["skills"])
