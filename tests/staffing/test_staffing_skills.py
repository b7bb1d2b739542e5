"""Agents of each group: held targets on fresh callers, the exact optimum of small cases, bad input by name."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from staffing_skill_cases import EXPONENTIAL, exact, load_of, specs_of, trial_of

from staffing import performance, required_agents, simulate_skills
from staffing.demand import Demand
from staffing.pooled import fewest_cuts, pooled_cuts
from staffing.simulation import Demand as Callers
from staffing.simulation import Exponential, Group, Lognormal, Skill
from staffing.skillgroups import SkillGroup, groups_of, groups_of_agents
from staffing.skillmaster import Master
from staffing.skillsearch import SkillSearch
from staffing.skillstaffing import skill_requirement
from wfm.errors import InfeasibleError, InputError, UsageProblem
from wfm.params import QueueSpec, ServiceTarget, Shrinkage

TARGET = ServiceTarget(max_occupancy=None)
START = pd.Timestamp("2026-11-30 09:00", tz="Europe/Amsterdam")
A, B, AB = SkillGroup("a", ("a",)), SkillGroup("b", ("b",)), SkillGroup("ab", ("a", "b"), 1.2)


def forecast(**load_erl):
    """One column of erlangs a queue, at a handle time of 180 s."""
    parts = [
        pd.DataFrame(
            {
                "queue": queue,
                "interval_start": pd.date_range(START, periods=np.size(load), freq="30min"),
                "calls": np.atleast_1d(load) * 10.0,
                "aht_s": 180.0,
            }
        )
        for queue, load in load_erl.items()
    ]
    return pd.concat(parts, ignore_index=True)


def specs(*queues, target=TARGET, patience_s=180.0, **options):
    return {q: QueueSpec(q, target, model="erlang_a", patience_s=patience_s, **options) for q in queues}


def staffed(frame, own, groups, **options):
    return skill_requirement(frame, own, groups, interval_s=1800, **options)


def agents(plan):
    return plan.groups.pivot(index="interval_start", columns="group", values="agents")


def test_one_queue_and_one_group_are_the_single_queue():
    """Where Erlang A keeps the target by less than a point, simulation may not be sure of it and ask one agent more."""
    loads = np.array([2.0, 3.0, 7.0, 11.0, 19.0, 26.0])
    plan = staffed(forecast(a=loads), specs("a"), [A], demand=Demand(handle_times=EXPONENTIAL))
    asked = {"calls": loads * 10, "interval_s": 1800, "aht_s": 180, "patience_s": 180}
    alone = required_agents("erlang_a", target=TARGET, **asked).agents
    clear = performance("erlang_a", agents=alone, **asked).service_level > 0.81
    more = agents(plan)["a"].to_numpy() - alone
    assert clear.sum() >= 3
    assert (more[clear] == 0).all()
    assert np.isin(more, (0, 1)).all()
    assert plan.queues["met"].all()
    assert (plan.bounds["bound_agents"] == alone).all()


def test_two_queues_of_ten_erlangs_hold_with_about_the_pooled_need():
    """Without patience the pooled need is 24; 14 flexible agents, who count for both queues, would drown."""
    own = {q: QueueSpec(q, TARGET) for q in "ab"}
    plan = staffed(forecast(a=10, b=10), own, [A, B, AB])
    assert 24 <= int(plan.bounds["agents"].iloc[0]) <= 26
    assert int(plan.bounds["bound_agents"].iloc[0]) == 24
    assert (plan.queues["service_level_low"] > 0.79).all()


@pytest.mark.parametrize(
    ("names", "load_erl", "patience_s", "cost"),
    [
        (("a", "ba"), [1.6, 1.1], [150.0, 90.0], [1.0, 1.15]),
        (("ab", "ba"), [1.9, 0.8], [200.0, 120.0], [1.0, 1.05]),
    ],
)
def test_the_search_finds_the_cheapest_plan_of_an_exact_chain(names, load_erl, patience_s, cost):
    target = ServiceTarget(0.6, 0, max_occupancy=None, max_abandonment=0.12)
    load = load_of(specs_of(2, target, patience_s), load_erl, 200, names)
    groups = [["ab".index(letter) for letter in own] for own in names]
    best = np.inf
    for plan in itertools.product(range(8), repeat=2):
        if np.dot(cost, plan) < best:
            at_once, lost = exact(np.array(load_erl) / 200, 200.0, patience_s, groups, plan)
            if (at_once >= 0.6).all() and (lost <= 0.12).all():
                best = np.dot(cost, plan)
    master = Master(cost, [np.inf, np.inf], [len(own) for own in names])
    master.add_cuts(next(pooled_cuts(load)))
    trial = trial_of(load, names, priority={"a": 1, "b": 2})
    found = SkillSearch(trial, master, next(fewest_cuts(load))).cheapest(master.cheapest())
    assert np.dot(cost, found) == pytest.approx(best)


CASES = {
    "N": ([A, replace(AB, group="ba", skills=("b", "a"), cost=1.1)], {"a": 8.0, "b": 14.0}),
    "W": ([A, B, AB], {"a": 10.0, "b": 6.0}),
    "X": ([replace(AB, cost=1.0), SkillGroup("ba", ("b", "a"))], {"a": 12.0, "b": 5.0}),
    "M": ([A, B, SkillGroup("c", ("c",)), SkillGroup("all", ("a", "b", "c"), 1.2)], {"a": 9.0, "b": 6.0, "c": 4.0}),
}


@pytest.mark.parametrize("design", CASES)
def test_every_queue_holds_its_target_before_callers_it_has_not_seen(design):
    groups, loads = CASES[design]
    plan = staffed(forecast(**loads), specs(*loads), groups)
    staff = agents(plan).iloc[0]
    bound, got = int(plan.bounds["bound_agents"].iloc[0]), int(plan.bounds["agents"].iloc[0])
    assert got <= 1.03 * bound + 1.5
    found = simulate_skills(
        {q: Skill(Callers([load * 20] * 40, Lognormal(180, 1), Exponential(180))) for q, load in loads.items()},
        {g.group: Group(g.skills, [staff[g.group]] * 40) for g in groups},
        interval_s=3600,
        replications=100,
        seed=991,
    )
    for queue in loads:
        calls = found.skills[queue]
        level = calls.answered_within[:, 1:].sum(axis=1) / calls.offered[:, 1:].sum(axis=1)
        assert level.mean() > 0.8 - 2 * level.std() / 10


def test_no_agent_can_be_taken_away():
    groups, loads = CASES["W"]
    load = load_of(specs_of(2, TARGET, 180.0), [10, 6], 180, ["a", "b", "ab"])
    master = Master([1, 1, 1.2], [np.inf] * 3, [1, 1, 2])
    master.add_cuts(next(pooled_cuts(load)))
    trial = trial_of(load, ["a", "b", "ab"])
    plan = SkillSearch(trial, master, next(fewest_cuts(load))).cheapest(master.cheapest())
    assert trial.holds(plan)
    for g in np.flatnonzero(plan):
        fewer = plan.copy()
        fewer[g] -= 1
        assert not trial.holds(fewer)
    assert len(groups) == len(loads) + 1


def test_more_calls_never_cost_less_and_a_seed_is_a_plan():
    frame, groups = forecast(a=[4.0, 7.0, 10.0], b=[6.0, 9.0, 12.0]), [A, B, AB]
    plan = staffed(frame, specs("a", "b"), groups, seed=5)
    assert plan.bounds["cost"].is_monotonic_increasing
    again = staffed(frame, specs("a", "b"), groups, seed=5, jobs=2)
    for table in ("groups", "queues", "bounds"):
        pd.testing.assert_frame_equal(getattr(plan, table), getattr(again, table))


def test_the_frames_say_what_was_asked():
    own = specs("a", "b", shrinkage=Shrinkage("0.3"))
    said = []
    plan = staffed(
        forecast(a=[5.0, 0.0], b=[4.0, 0.0]), own, [A, B, replace(AB, shrinkage=Shrinkage("0.5"))], say=said.append
    )
    rows = plan.groups.set_index(["group", "interval_start"])
    assert rows.loc["a", "staff"].tolist() == [-(-n * 10 // 7) for n in rows.loc["a", "agents"]]
    assert rows.loc["ab", "staff"].tolist() == [2 * n for n in rows.loc["ab", "agents"]]
    assert rows.loc["ab", "skills"].tolist() == ["a|b", "a|b"]
    assert plan.groups["cost"].sum() == pytest.approx(plan.bounds["cost"].sum())
    assert rows.xs(START + pd.Timedelta("30min"), level=1)["agents"].tolist() == [0, 0, 0]
    assert rows["occupancy"].dropna().between(0.4, 1).all()
    quiet = plan.queues[plan.queues["calls"] == 0]
    assert quiet["service_level"].tolist() == [1.0, 1.0]
    assert quiet["met"].all()
    assert len(said) == 2


def test_priority_occupancy_and_the_fewest_agents_are_kept():
    frame = forecast(a=8.0, b=8.0)
    strict = {"a": specs("a", target=ServiceTarget(0.9, 10, max_occupancy=None))["a"], **specs("b")}
    flat, first = (staffed(frame, strict, [replace(AB, cost=1.0)], priority=p) for p in (None, {"a": 1, "b": 2}))
    assert int(first.bounds["agents"].iloc[0]) < int(flat.bounds["agents"].iloc[0])
    calm = staffed(frame, specs("a", "b", target=ServiceTarget(None, max_occupancy=0.7)), [A, B, AB])
    assert (calm.groups["occupancy"].dropna() <= 0.71).all()
    assert int(calm.bounds["agents"].iloc[0]) >= 22
    many = staffed(forecast(a=1.0, b=1.0), specs("a", "b", min_agents=6), [A, B, AB])
    assert int(many.bounds["agents"].iloc[0]) == 6
    assert agents(many)["ab"].tolist() == [6]


def test_limits_on_groups_are_kept_or_named():
    frame = forecast(a=[10.0, 9.0], b=[6.0, 5.0])
    few = [A, replace(B, max_agents=3), AB]
    assert (agents(staffed(frame, specs("a", "b"), few))["b"] <= 3).all()
    with pytest.raises(InfeasibleError) as none:
        staffed(frame, specs("a", "b"), [replace(A, max_agents=7), B, replace(AB, max_agents=2)])
    assert len(none.value.reasons) == 1
    assert none.value.reasons[0].startswith("a: 2026-11-30 09:00 needs 12 agents or more, and 1 more intervals; a, ab")
    with pytest.raises(InfeasibleError, match="queue b: no group has this skill"):
        staffed(frame, specs("a", "b"), [A])


def test_groups_that_only_simulation_finds_too_small_are_named():
    """As many as the pooled queue needs, but no agent can do both."""
    with pytest.raises(InfeasibleError, match=r"2026-11-30 09:00: (a|b|a, b): targets not met in simulation"):
        staffed(
            forecast(a=10.0, b=10.0),
            specs("a", "b"),
            [replace(A, max_agents=11), replace(B, max_agents=11), replace(AB, max_agents=1)],
        )


def test_a_queue_far_below_its_need_is_raised_though_one_agent_shows_no_gain():
    load = load_of(specs_of(2, TARGET, None), [30, 30], 180, ["a", "b", "ab"])
    master = Master([1, 1, 1.2], [np.inf] * 3, [1, 1, 2])
    trial = trial_of(load, ["a", "b", "ab"], most_calls=100_000)
    plan = SkillSearch(trial, master, next(fewest_cuts(load))).raised(np.array([60, 5, 0]))
    assert trial.holds(plan)
    assert plan[1] + plan[2] > 30


def table(**columns):
    return pd.DataFrame({"group": ["x", "y"], "skills": ["a", "a|b"]} | columns)


def test_a_table_of_groups_is_read_with_defaults():
    first, second = groups_of(table(cost=[None, 1.3], max_agents=[4, None], shrinkage=[0.25, None]), ["a", "b"])
    assert first == SkillGroup("x", ("a",), 1.0, 4, Shrinkage("0.25"))
    assert second == SkillGroup("y", ("a", "b"), 1.3)


def test_everything_wrong_with_groups_is_told_at_once():
    bad = table(skills=["a|nope", "b|b"], cost=[-1.0, 0.0])
    with pytest.raises(InputError) as told:
        groups_of(bad.assign(cost=[2.0, 0.0], shrinkage=[1.0, 0.2]), ["a", "b"], "groups.csv")
    text = str(told.value)
    for words in (
        'groups.csv:2:skills: found "nope"',
        "groups.csv:2:shrinkage",
        "groups.csv:3:skills: found b 2 times",
        "groups.csv:3:cost",
    ):
        assert words in text
    for wrong, words in (
        (bad, "cost"),
        (table(group=["x", "x"]), "repeat a key"),
        (table(max_agents=[-1, 2]), "max_agents"),
    ):
        with pytest.raises(InputError, match=words):
            groups_of(wrong, ["a", "b"])
    twice = [A, replace(A, skills=("a", "z"), cost=float("nan")), SkillGroup("none", ())]
    with pytest.raises(InputError) as told:
        staffed(forecast(a=5.0).assign(aht_s=np.nan), specs("a"), twice)
    for words in ("group a 2 times", '"z"', "cost", "no skill", "give --aht"):
        assert words in str(told.value)


def test_agents_make_up_groups_no_larger_than_they_are():
    people = pd.DataFrame(
        {"agent": list("123456789"), "skills": ["a"] * 4 + ["b|a"] * 4 + ["z"], "contract_hours": 40.0}
    )
    groups = groups_of_agents(people, ["a", "b"], specs("a", "b", shrinkage=Shrinkage("0.3")))
    assert [(g.group, g.skills, g.max_agents) for g in groups] == [("a", ("a",), 2), ("b|a", ("b", "a"), 2)]
    with pytest.raises(InputError, match="no agent with a skill"):
        groups_of_agents(people.iloc[-1:], ["a", "b"], specs("a", "b"))


def test_what_groups_cannot_share_is_refused():
    frame, own = forecast(a=5.0), specs("a")
    with pytest.raises(UsageProblem, match="engset"):
        staffed(frame, {"a": QueueSpec("a", model="engset", sources=40)}, [A])
    with pytest.raises(UsageProblem, match="expected"):
        staffed(frame, own, [A], demand=Demand(risk="expected"))
    with pytest.raises(InputError, match="no number of agents"):
        staffed(frame, specs("a", target=ServiceTarget(1.0)), [A])
    with pytest.raises(InputError, match="no group"):
        staffed(frame, own, [])
