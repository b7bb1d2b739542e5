"""Several skills and groups against an event list, hand-made days, and the single queue as a special case."""

import heapq
import itertools
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import performance
from staffing.simulation import (
    Constant,
    Demand,
    Exponential,
    Gamma,
    Group,
    Infinite,
    Lognormal,
    Skill,
    simulate,
    simulate_skills,
)
from staffing.simulation.calls import Calls
from staffing.simulation.skills import Routing, merge_steps, serve_skills
from staffing.simulation.staff import staff_steps
from wfm.errors import UsageProblem

COMES, DONE, HANGS_UP, CALLS = range(4)  # the order of events at one moment
NONE = Demand([0], Constant(1), Infinite())


def event_list(calls, groups, priority, agents_take, step_s):
    """Fate of each call of each skill, one event at a time.

    `calls`: skill -> list of (arrival, handle, patience); `groups`: list of (skills in order, staff per step).
    """
    events = [(c[0], CALLS, place, (skill, j)) for place, skill in enumerate(calls) for j, c in enumerate(calls[skill])]
    for g, (_, staff) in enumerate(groups):
        changes = [(k, b - a) for k, (a, b) in enumerate(itertools.pairwise([0, *staff]))]
        events += [(k * step_s, COMES, g, by) for k, by in changes if by]
    heapq.heapify(events)
    idle, busy, queue, fate = [[] for _ in groups], [[] for _ in groups], [], {}

    def start(g, call, now):
        fate[call] = ("answered", now, g)
        heapq.heappush(events, (now + calls[call[0]][call[1]][1], DONE, g, call))
        busy[g].append((now + calls[call[0]][call[1]][1], call))

    def free(g, now):
        skills = groups[g][0]
        mine = [call for call in queue if call[0] in skills]
        if not mine:
            idle[g].append(now)
            return

        def urgency(call):
            age, liking = calls[call[0]][call[1]][0], skills.index(call[0])
            return (priority[call[0]], *((age, liking) if agents_take == "longest_waiting" else (liking, age)), call[1])

        call = min(mine, key=urgency)
        queue.remove(call)
        start(g, call, now)

    while events:
        now, kind, g, what = heapq.heappop(events)
        if kind == COMES:
            for _ in range(what):
                free(g, now)
            for _ in range(-what):
                if idle[g]:
                    idle[g].pop(0)
                else:
                    busy[g].remove(min(busy[g], key=lambda b: b[0]))
        elif kind == DONE and (now, what) in busy[g]:
            busy[g].remove((now, what))
            free(g, now)
        elif kind == HANGS_UP and what in queue:
            queue.remove(what)
            fate[what] = ("abandoned", now)
        elif kind == CALLS:
            skill, patience = what[0], calls[what[0]][what[1]][2]
            able = [g for g, (own, _) in enumerate(groups) if skill in own and idle[g]]
            if able:
                g = min(able, key=lambda g: (groups[g][0].index(skill), idle[g][0], g))
                idle[g].pop(0)
                start(g, what, now)
            else:
                queue.append(what)
                if patience < np.inf:
                    heapq.heappush(events, (now + patience, HANGS_UP, g, what))
    return {skill: [fate.get((skill, j), ("waiting",)) for j in range(len(calls[skill]))] for skill in calls}


def fates(calls, groups, priority, agents_take, step_s):
    arrays = [np.array(own, float).reshape(-1, 3).T for own in calls.values()]
    days = [Calls(np.array([0, a.shape[1]]), *(np.ascontiguousarray(row) for row in a)) for a in arrays]
    steps = merge_steps([staff_steps(staff, step_s) for _, staff in groups])
    routing = Routing.of(
        {name: Skill(NONE, priority[name]) for name in calls},
        {str(g): Group(own, staff) for g, (own, staff) in enumerate(groups)},
        agents_take,
    )
    found = {}
    for name, own, served in zip(calls, days, serve_skills(days, steps, routing), strict=True):
        rows = zip(own.arrival_s, own.patience_s, served.start_s, served.group, strict=True)
        found[name] = [
            ("answered", s, g) if g >= 0 else ("abandoned", t + p) if p < s - t else ("waiting",) for t, p, s, g in rows
        ]
    return found


@pytest.mark.parametrize("agents_take", ["longest_waiting", "preferred"])
@pytest.mark.parametrize("seed", range(5))
def test_every_call_as_in_an_event_list(seed, agents_take):
    random = np.random.default_rng([seed, 8])
    names = ["a", "b", "c", "d"]
    calls = {
        name: np.c_[
            np.sort(random.uniform(0, 20 * 300, 350)), random.lognormal(4, 1, 350), random.exponential(60, 350)
        ].tolist()
        for name in names
    }
    groups = [
        (random.permutation(names)[: random.integers(1, 5)].tolist(), random.integers(0, 7, 20).tolist())
        for _ in range(6)
    ]
    priority = dict(zip(names, random.integers(1, 3, 4).tolist(), strict=True))
    expected = event_list(calls, groups, priority, agents_take, 300)
    assert fates(calls, groups, priority, agents_take, 300) == expected
    assert sum(fate[0] == "abandoned" for own in expected.values() for fate in own) > 20


TIED = st.lists(st.tuples(st.integers(0, 19), st.integers(1, 9), st.sampled_from([1, 2, 5, float("inf")])), max_size=9)


@settings(max_examples=200, deadline=None)
@given(
    TIED, TIED, TIED,
    st.lists(st.tuples(st.permutations("abc"), st.integers(1, 3), st.lists(st.integers(0, 2), min_size=4, max_size=4)),
             min_size=1, max_size=4),
    st.tuples(*[st.integers(1, 2)] * 3),
)  # fmt: skip
def test_no_call_is_answered_late_while_an_agent_idles(a, b, c, groups, priority):
    """Whole seconds make events coincide, and luck chooses groups; but nobody waits while one who can idles."""
    calls = {name: sorted(own, key=lambda call: call[0]) for name, own in zip("abc", (a, b, c), strict=True)}
    groups = [(list(order[:size]), staff) for order, size, staff in groups]
    priority = dict(zip("abc", priority, strict=True))
    found = fates(calls, groups, priority, "preferred", 5)
    for name, own in found.items():
        for (t, _, patience), fate in zip(calls[name], own, strict=True):
            assert fate[0] != "answered" or t <= fate[1] <= t + patience
    busy = [
        (fate[1], fate[1] + call[1], fate[2])
        for name, own in found.items()
        for call, fate in zip(calls[name], own, strict=True)
        if fate[0] == "answered"
    ]
    waits = [
        (call[0], fate[1] if fate[0] != "waiting" else np.inf, name)
        for name, own in found.items()
        for call, fate in zip(calls[name], own, strict=True)
    ]
    for moment in np.arange(0, 20) + 0.5:
        for name in "abc":
            if any(t <= moment < left and skill == name for t, left, skill in waits):
                for g, (own, staff) in enumerate(groups):
                    in_calls = sum(s <= moment < e for s, e, who in busy if who == g)
                    assert name not in own or in_calls >= staff[int(moment // 5)]


def same(a, b):
    return all(np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


@pytest.mark.parametrize("patience", [Exponential(90), Infinite(), Constant(45)])
def test_one_skill_and_one_group_are_the_single_queue(patience):
    demand, staff = Demand([110, 140, 100, 0, 30] * 4, Lognormal(300, 1), patience), [20, 24, 16, 3, 9] * 4
    one = simulate(demand, staff, interval_s=1800, replications=30, seed=6)
    many = simulate_skills({"a": Skill(demand)}, {"g": Group(["a"], staff)}, interval_s=1800, replications=30, seed=6)
    assert same(one.calls, many.skills["a"])
    assert same(one.agents, many.groups["g"])


def test_equal_skills_for_everyone_are_one_pooled_queue():
    """Two streams served alike by two groups are M/M/n+M of the sum."""
    demand = Demand([200.0] * 40, Exponential(200), Exponential(100))
    found = simulate_skills(
        {"a": Skill(demand), "b": Skill(demand)},
        {"x": Group(["a", "b"], [10] * 40), "y": Group(["b", "a"], [13] * 40)},
        interval_s=1800,
        replications=150,
        seed=2,
    )
    exact = performance("erlang_a", calls=400, interval_s=1800, aht_s=200, agents=23, patience_s=100)
    for measure in ("service_level", "abandonment", "asa_s", "sl_virtual"):
        parts = np.sum([[p[:, 1:].sum(axis=1) for p in found.of(s).ratio(measure)] for s in "ab"], axis=0)
        each = parts[0] / parts[1]
        assert abs(each.mean() - getattr(exact, measure)) < 3.5 * each.std() / np.sqrt(150)


def run(agents_take="longest_waiting", priority=(1, 1), **change):
    skills = {
        "sales": Skill(Demand([80, 100], Gamma(240, 0.8), Exponential(120)), priority[0]),
        "help": Skill(Demand([60, 60], Gamma(300, 0.8), Exponential(120)), priority[1], answer_within_s=60),
    }
    groups = {"first": Group(["sales"], [8, 10]), "both": Group(["help", "sales"], [11, 12])}
    return simulate_skills(
        skills, groups, interval_s=1800, agents_take=agents_take, **({"replications": 60, "seed": 1} | change)
    )


def level(found, skill):
    return float(found.of(skill).whole_day("service_level").value)


def test_priority_helps_its_skill_and_costs_the_other():
    fair, first = run(), run(priority=(1, 2))
    assert level(first, "sales") > level(fair, "sales")
    assert level(first, "help") < level(fair, "help")


def test_agents_may_take_what_they_prefer():
    fair, liking = run(), run("preferred")
    assert level(liking, "help") > level(fair, "help")
    assert level(liking, "sales") < level(fair, "sales")


def test_every_call_and_every_second_is_accounted_for():
    found = run()
    for calls in found.skills.values():
        assert (calls.offered == calls.answered + calls.abandoned + calls.waiting).all()
        assert (calls.waiting == 0).all()
    for time in found.groups.values():
        assert (time.busy_s <= time.staffed_s + 1e-6).all()
    assert 0.5 < float(found.occupancy("both").value) < 1
    assert np.isnan(found.of("help").whole_day("occupancy").value)
    assert found.frame().groupby("skill").size().to_dict() == {"sales": 2, "help": 2}
    assert set(found.summary()["skill"]) == {"sales", "help"}


def test_staff_does_not_change_the_callers_and_a_seed_is_a_run():
    few, again, longer = run(), run(), run(replications=600)
    for skill in ("sales", "help"):
        assert same(few.skills[skill], again.skills[skill])
        assert np.array_equal(few.skills[skill].wait_all_s, longer.skills[skill].wait_all_s[:60])
    assert not same(few.skills["help"], run(seed=2).skills["help"])


def test_a_skill_nobody_has_is_lost():
    demand = Demand([50], Exponential(60), Exponential(30))
    found = simulate_skills(
        {"a": Skill(demand), "b": Skill(demand)}, {"g": Group(["a"], [5])}, interval_s=900, replications=10
    )
    assert (found.skills["b"].abandoned == found.skills["b"].offered).all()
    assert (found.skills["a"].answered > 0).all()


@pytest.mark.parametrize(
    ("skills", "groups", "words"),
    [
        ({"a": Skill(NONE)}, {"g": Group(["b"], [1])}, "unknown skill b"),
        ({"a": Skill(NONE)}, {"g": Group(["a", "a"], [1])}, "twice"),
        ({"a": Skill(NONE)}, {"g": Group("a", [1])}, "a list of skills"),
        ({"a": Skill(NONE)}, {}, "at least one"),
        ({"a": Skill(NONE)}, {"g": Group(["a"], [1, 2])}, "staff"),
        (
            {"a": Skill(NONE), "b": Skill(Demand([1, 2], Constant(1), Infinite()))},
            {"g": Group(["a"], [1])},
            "one length",
        ),
    ],
)
def test_senseless_plans_are_refused(skills, groups, words):
    with pytest.raises(UsageProblem, match=words):
        simulate_skills(skills, groups, interval_s=900, replications=2)
