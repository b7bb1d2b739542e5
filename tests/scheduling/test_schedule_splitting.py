"""Time split over queues: no more short than the best assignment of every moment, and nothing else changed."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schedule_cases import ZONE

from scheduling.coverage import staffed_hours
from scheduling.splitting import split_over_queues

START = pd.Timestamp("2026-11-23 08:00", tz=ZONE)
QUARTER = pd.Timedelta("15min")
QUEUES = ("a", "b", "c")
SKILLS = ("a", "a|b", "b|a", "a|b|c", "c|b", "c")


def phone(agent: str, queue: str, first: int, last: int) -> dict[str, object]:
    return {
        "version": "v",
        "agent": agent,
        "start": START + first * QUARTER,
        "end": START + last * QUARTER,
        "activity": "phone",
        "queue": queue,
        "paid": True,
        "productive": True,
    }


def wanted(needs: dict[str, list[int]]) -> pd.DataFrame:
    rows = [
        {"queue": queue, "interval_start": START + 2 * place * QUARTER, "staff": count}
        for queue, counts in needs.items()
        for place, count in enumerate(counts)
    ]
    return pd.DataFrame(rows)


def least_short_h(schedule: pd.DataFrame, requirement: pd.DataFrame, skills: dict[str, str]) -> float:
    """Every assignment of everybody on the phone, quarter by quarter, whoever it changes."""
    short = 0.0
    for start, rows in requirement.groupby("interval_start"):
        need = rows.set_index("queue")["staff"].to_dict()
        for quarter in (start, start + QUARTER):
            there = schedule[(schedule["start"] <= quarter) & (schedule["end"] > quarter)]["agent"]
            options = [skills[agent].split("|") for agent in there]
            best = min(
                sum(max(0, count - chosen.count(queue)) for queue, count in need.items())
                for chosen in itertools.product(*options)
            )
            short += best * 0.25
    return short


@given(
    skills=st.lists(st.sampled_from(SKILLS), min_size=1, max_size=5),
    spans=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=5, max_size=5),
    needs=st.fixed_dictionaries({q: st.lists(st.integers(0, 3), min_size=4, max_size=4) for q in QUEUES}),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_interval_is_shorter_than_the_best_assignment_makes_it(skills, spans, needs):
    names = [f"p{number}" for number in range(len(skills))]
    known = dict(zip(names, skills, strict=True))
    rows = [
        phone(name, known[name].split("|")[0], 2 * first, min(8, 2 * (first + length)))
        for name, (first, length) in zip(names, spans, strict=False)
    ]
    schedule = pd.DataFrame(rows)
    agents = pd.DataFrame({"agent": names, "skills": skills, "contract_hours": 8.0})
    asked = wanted(needs)
    made = split_over_queues(schedule, asked, agents, 1800, "staff")
    assert staffed_hours(made, asked, 1800).understaffed == pytest.approx(least_short_h(schedule, asked, known))
    served = {(row.agent, skill) for row in made.itertuples() for skill in [row.queue]}
    assert all(queue in known[agent].split("|") for agent, queue in served)
    for agent, part in schedule.groupby("agent"):
        mine = made[made["agent"] == agent]
        assert (mine["end"] - mine["start"]).sum() == (part["end"] - part["start"]).sum()
        assert (mine["start"].min(), mine["end"].max()) == (part["start"].min(), part["end"].max())


def test_nobody_changes_queue_without_filling_a_gap():
    schedule = pd.DataFrame([phone("p0", "a", 0, 8), phone("p1", "b", 0, 8)])
    agents = pd.DataFrame({"agent": ["p0", "p1"], "skills": ["b|a", "a|b"], "contract_hours": 8.0})
    same = split_over_queues(schedule, wanted({"a": [1] * 4, "b": [1] * 4}), agents, 1800, "staff")
    assert same[["agent", "queue"]].to_numpy().tolist() == [["p0", "a"], ["p1", "b"]]
    agents = agents.assign(skills=["a", "a|b"])
    moved = split_over_queues(schedule, wanted({"a": [1, 2, 1, 1], "b": [1, 0, 0, 1]}), agents, 1800, "staff")
    mine = moved[moved["agent"] == "p1"]
    assert mine["queue"].tolist() == ["b", "a", "b"]
    assert np.array_equal(mine["start"].dt.hour * 60 + mine["start"].dt.minute, [480, 510, 570])


def test_fixed_stretches_and_single_skills_stay():
    schedule = pd.DataFrame([phone("p0", "a", 0, 8), phone("p1", "a", 0, 8)])
    agents = pd.DataFrame({"agent": ["p0", "p1"], "skills": ["a|b", "a"], "contract_hours": 8.0})
    asked = wanted({"a": [0] * 4, "b": [1] * 4})
    kept = frozenset({("p0", int(START.timestamp()))})
    assert set(split_over_queues(schedule, asked, agents, 1800, "staff", kept)["queue"]) == {"a"}
    assert set(split_over_queues(schedule, asked, agents, 1800, "staff")["queue"]) == {"a", "b"}
