"""The live week: people follow the published schedule, and the callers do not know it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

import demo
from demo.arrivals import arrivals_of
from demo.conduct import sick_days
from demo.people import crew_of
from demo.spec import Span
from wfm.contracts import SCHEDULE
from wfm.errors import InputError

ARRIVAL = ["call_id", "queue", "offered_at", "customer"]


def whole_seconds(times):
    return ((times - pd.Timestamp("1970-01-01", tz="UTC")) // pd.Timedelta(seconds=1)).tolist()


def minute_by_minute(plan, states, rules):
    """Minutes of each agent and day by rule, looked at in the middle of every minute."""
    logs = {agent: iter(()) for agent in plan["agent"]}
    for agent, log in states.groupby("agent"):
        logs[agent] = iter(list(zip(whole_seconds(log["start"]), whole_seconds(log["end"]), log["state"], strict=True)))
    now = dict.fromkeys(logs, (0, 0, ""))
    found = {}
    plan = plan.sort_values(["agent", "start"])
    stretches = zip(
        plan["agent"],
        plan["start"].dt.date,
        plan["activity"],
        whole_seconds(plan["start"]),
        whole_seconds(plan["end"]),
        strict=True,
    )
    for agent, day, activity, start, end in stretches:
        count = found.setdefault((agent, day), {"scheduled": 0, "neutral": 0, "in": 0, "out": 0, "present": 0})
        for middle in range(start + 30, end, 60):
            while now[agent][1] <= middle and (following := next(logs[agent], None)):
                now[agent] = following
            inside = now[agent][0] <= middle < now[agent][1]
            count["scheduled"] += 1
            count["present"] += inside
            count[rules[now[agent][2] if inside else "logged_off", activity]] += 1
    return pd.DataFrame.from_dict(found, orient="index")


@pytest.fixture(scope="module")
def minutes(centre, plan, lived):
    rules = demo.state_map(centre).set_index(["state", "activity"])["rule"].to_dict()
    return minute_by_minute(plan, lived.agent_states, rules)


def test_adherence_is_that_of_an_ordinary_week(minutes):
    adherence = minutes["in"].sum() / (minutes["scheduled"] - minutes["neutral"]).sum()
    assert 0.88 <= adherence <= 0.94


def test_exactly_the_sick_are_absent(minutes, centre):
    sick = sick_days(centre, Span(centre.live_week, 7, centre.timezone))
    names = crew_of(centre).names
    absent = minutes.index[minutes["present"] == 0]
    expected = [(agent, day) for agent, day in minutes.index if sick[(day - centre.live_week).days, names.index(agent)]]
    assert absent.tolist() == expected
    assert 0.005 < len(absent) / len(minutes) < 0.09


def test_people_come_late_leave_early_and_stretch_breaks(plan, lived):
    shifts = plan.groupby(["agent", plan["start"].dt.date]).agg(start=("start", "min"), end=("end", "max"))
    states = lived.agent_states
    seen = states.groupby(["agent", states["start"].dt.date]).agg(on=("start", "min"), off=("end", "max"))
    both = shifts.join(seen, how="inner")
    late = (both["on"] - both["start"]).dt.total_seconds()
    assert 0.02 < (late > 120).mean() < 0.09
    assert late.min() >= -90
    assert 0.005 < ((both["end"] - both["off"]).dt.total_seconds() > 120).mean() < 0.08
    breaks = states[states["state"] == "break"]
    assert 0.1 < ((breaks["end"] - breaks["start"]) > pd.Timedelta(minutes=16)).mean() < 0.35
    pauses = states[states["state"] == "not_ready"]
    assert 1.0 < len(pauses) / len(both) < 2.0
    assert set(pauses["reason"]) == {"back office", "system problem", "personal"}


def test_another_schedule_changes_no_arrival(centre, plan, lived):
    half = demo.live_week(centre, plan[plan["agent"] < "A0040"].reset_index(drop=True))
    before, after = (
        tables.calls.loc[tables.calls["outcome"] != "blocked", ARRIVAL].set_index("call_id") for tables in (lived, half)
    )
    common = before.index.intersection(after.index)
    pd.testing.assert_frame_equal(before.loc[common], after.loc[common])
    assert lived.calls[ARRIVAL[:3]].equals(half.calls[ARRIVAL[:3]])
    assert (half.calls["outcome"] == "abandoned").mean() > 2 * (lived.calls["outcome"] == "abandoned").mean()


def test_the_live_week_is_the_week_that_the_history_would_have_drawn_next(centre):
    crew = crew_of(centre)
    week = arrivals_of(centre, crew, centre.live_week, 7)
    longer = arrivals_of(centre, crew, centre.live_week - dt.timedelta(weeks=2), 21)
    tail = longer.take(np.flatnonzero(longer.day >= 14))
    for field in dataclasses.fields(week):
        shift = 14 if field.name == "day" else 0
        np.testing.assert_array_equal(getattr(week, field.name), getattr(tail, field.name) - shift)


def test_ids_go_on_where_the_history_ended(past, lived):
    ids = pd.concat([past.calls["call_id"], lived.calls["call_id"]])
    assert ids.is_unique
    assert ids.is_monotonic_increasing
    assert past.calls["offered_at"].max() < lived.calls["offered_at"].min()


def test_a_second_run_is_the_same(centre, plan, lived):
    again = demo.live_week(centre, plan.sample(frac=1, random_state=1))
    for table in ("calls", "agent_states", "surveys", "sales", "cases"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(lived, table))


def stretch(agent, day, start, end, activity="phone", queue=None):
    return {
        "version": "2026-W24.1",
        "agent": agent,
        "start": pd.Timestamp(f"2026-06-{day:02d} {start}", tz="Europe/Amsterdam"),
        "end": pd.Timestamp(f"2026-06-{day:02d} {end}", tz="Europe/Amsterdam"),
        "activity": activity,
        "queue": queue,
        "paid": True,
        "productive": activity == "phone",
    }


def schedule_of(*rows):
    frame = pd.DataFrame(rows)
    return frame.astype({"queue": "str", "paid": "boolean", "productive": "boolean"})


def agent_with_two_skills(spec):
    people = demo.agents(spec)
    row = people[people["skills"].str.contains("|", regex=False)].iloc[0]
    return row["agent"], row["skills"].split("|")


class TestSkills:
    def test_a_stretch_with_a_queue_serves_that_queue_alone(self, centre):
        agent, (first, second) = agent_with_two_skills(centre)
        days = range(8, 13)
        week = demo.live_week(
            centre,
            schedule_of(
                *(stretch(agent, day, "09:00", "12:00", queue=second) for day in days),
                *(stretch(agent, day, "12:00", "15:00", queue=first) for day in days),
            ),
        )
        told = week.calls.dropna(subset="agent")
        morning = told["answered_at"].dt.hour < 12
        assert set(told.loc[morning, "queue"]) == {second}
        assert set(told.loc[told["answered_at"].dt.hour >= 13, "queue"]) == {first}

    def test_a_stretch_without_a_queue_serves_the_first_skill_as_long_as_anybody_waits_there(self, centre):
        agent, (first, second) = agent_with_two_skills(centre)
        rows = [stretch(agent, day, "09:00", "15:00") for day in range(8, 13)]
        rows += [
            stretch(name, day, "08:00", "18:00", queue=first)
            for name in demo.agents(centre).query("skills == @first")["agent"].iloc[:14]
            for day in range(8, 13)
        ]
        calls = demo.live_week(centre, schedule_of(*rows)).calls
        left = calls["offered_at"] + pd.to_timedelta(calls["wait_s"], unit="s")
        told = calls[calls["agent"] == agent]
        assert set(told["queue"]) == {first, second}
        for at in told.loc[told["queue"] == second, "answered_at"]:
            assert not ((calls["queue"] == first) & (calls["offered_at"] < at) & (left > at)).any()


class TestOddSchedules:
    def test_without_anybody_every_caller_hangs_up_or_hears_the_busy_tone(self, centre):
        week = demo.live_week(centre, SCHEDULE.empty(centre.timezone))
        assert set(week.calls["outcome"]) <= {"abandoned", "blocked"}
        assert len(week.agent_states) == 0
        assert len(week.sales) == len(week.surveys) == len(week.cases) == 0

    def test_time_off_is_not_worked(self, centre):
        week = demo.live_week(centre, schedule_of(stretch("A0001", 8, "09:00", "17:00", "time_off")))
        assert len(week.agent_states) == 0

    def test_meetings_and_training_are_states_of_their_own(self, centre):
        agent = demo.agents(centre).query("skills == 'service'")["agent"].iloc[1]
        rows = [
            stretch(agent, 9, "09:00", "10:00", "meeting"),
            stretch(agent, 9, "10:00", "11:00", "training"),
            stretch(agent, 9, "11:00", "11:30", "lunch"),
            stretch(agent, 9, "11:30", "13:00", queue="service"),
        ]
        states = demo.live_week(centre, schedule_of(*rows)).agent_states
        planned = states[states["state"].isin(["meeting", "training", "lunch"])]
        assert planned["state"].tolist() == ["meeting", "training", "lunch"]
        assert not set(states.loc[states["start"] < planned["end"].iloc[-1], "state"]) & {"on_call", "acw"}
        assert {"ready", "on_call"} & set(states["state"])

    def test_strangers_are_refused_all_at_once(self, centre):
        rows = [
            stretch("Z9", 8, "09:00", "10:00"),
            stretch("A0001", 8, "09:00", "10:00", queue="fishing"),
            stretch("A0002", 8, "09:00", "10:00", "gardening"),
            stretch("A0003", 20, "09:00", "10:00"),
        ]
        with pytest.raises(InputError) as refused:
            demo.live_week(centre, schedule_of(*rows))
        assert [finding.column for finding in refused.value.findings] == ["agent", "queue", "activity", "start"]
        assert '"Z9"' in str(refused.value)
