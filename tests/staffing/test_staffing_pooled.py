"""The pooled bound against the single queue, an exact chain, and every set of skills."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staffing_skill_cases import exact, load_of, specs_of, trial_of

from staffing import pooled, required_agents
from staffing.pooled import add_violated, pooled_cuts, pooled_requirement
from staffing.skillmaster import Master
from wfm.params import ServiceTarget

TARGET = ServiceTarget(max_occupancy=None)


def cheapest(load, cost, most=None, skills=None):
    size = len(load.has)
    master = Master(cost, most or [np.inf] * size, skills or load.has.sum(axis=1))
    master.add_cuts(next(pooled_cuts(load)))
    return master.cheapest()


@pytest.mark.parametrize("patience_s", [None, 45.0, 180.0])
@pytest.mark.parametrize("target", [TARGET, ServiceTarget(0.9, 10), ServiceTarget(None, asa_s=15, max_occupancy=0.85)])
def test_one_skill_is_the_single_queue(patience_s, target):
    for load_erl in (0.3, 5, 42.5, 200):
        load = load_of(specs_of(1, target, patience_s), [load_erl], 240, ["a"])
        model, traits = ("erlang_a", {"patience_s": patience_s}) if patience_s else ("erlang_c", {})
        alone = required_agents(model, calls=load.calls[0, 0], interval_s=1800, aht_s=240, target=target, **traits)
        assert pooled_requirement(load, np.array([[True]]))[0, 0] == alone.agents
        assert cheapest(load, [1.0]) == alone.agents


def test_two_skills_of_ten_erlangs_need_24_agents_and_not_14():
    """A flexible agent who counts for both skills at once would make 14 agents bear 20 erlangs."""
    load = load_of(specs_of(2, TARGET, None), [10, 10], 180, ["a", "b", "ab"])
    assert pooled_requirement(load, np.eye(2, dtype=bool)).tolist() == [[14, 14]]
    plan = cheapest(load, [1, 1, 1.2])
    assert plan.sum() == 24
    assert plan[2] == 4


def test_calls_alike_are_one_queue_of_them_all():
    load = load_of(specs_of(3, TARGET, 90.0), [4, 7, 12], 200, ["abc"])
    alone = required_agents("erlang_a", calls=23 / 200 * 1800, interval_s=1800, aht_s=200, target=TARGET, patience_s=90)
    assert cheapest(load, [1.0]) == alone.agents


@pytest.mark.parametrize("groups", [([0], [1, 0]), ([0, 1], [1, 0]), ([0], [1])])
@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_never_above_the_cheapest_plan_of_an_exact_chain(groups, seed):
    """Every plan of up to five agents a group, by its balance equations: answered at once, and abandoned."""
    random = np.random.default_rng([seed, len(groups[0]), len(groups[1])])
    aht, patience = 200.0, random.uniform(60, 400, 2).tolist()
    load_erl = random.uniform(0.3, 1.8, 2)
    target = ServiceTarget(float(random.uniform(0.4, 0.75)), 0, max_occupancy=None, max_abandonment=0.15)
    names = ["".join("ab"[k] for k in own) for own in groups]
    cost = np.array([1.0, random.uniform(1.0, 1.4)])
    load = load_of(specs_of(2, target, patience), load_erl, aht, names)
    best = np.inf
    for agents in itertools.product(range(6), repeat=2):
        if cost @ agents < best:
            at_once, lost = exact(load_erl / aht, aht, patience, groups, agents)
            if (at_once >= target.service_level).all() and (lost <= target.max_abandonment).all():
                best = float(cost @ agents)
    assert np.isfinite(best)
    assert cost @ cheapest(load, cost) <= best + 1e-9


def test_the_trial_measures_what_the_exact_chain_says():
    groups, agents, aht, patience = ([0], [1, 0]), np.array([2, 3]), 200.0, [150.0, 90.0]
    target = ServiceTarget(0.5, 0, max_occupancy=None, max_abandonment=0.1)
    load = load_of(specs_of(2, target, patience), [1.5, 1.2], aht, ["a", "ba"])
    trial = trial_of(load, ["a", "ba"], priority={"a": 1, "b": 2}, most_calls=400_000)
    slack, error = trial.slack(agents, trial.most_blocks)
    at_once, lost = exact(np.array([1.5, 1.2]) / aht, aht, patience, groups, agents)
    expected = np.array([at_once[0] - 0.5, 0.1 - lost[0], at_once[1] - 0.5, 0.1 - lost[1]])
    assert (np.abs(slack - expected) < 1.5 * error).all()
    assert (error < 0.01).all()


LOADS = st.lists(st.floats(0.1, 60), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(LOADS, st.lists(st.floats(1.0, 1.5), min_size=3, max_size=3), st.sampled_from([None, 60.0, 200.0]))
def test_more_calls_never_need_fewer_agents(load_erl, growth, patience_s):
    groups = ["a", "ab", "bc", "abc"]
    sets = np.array(list(itertools.product((False, True), repeat=3))[1:])
    specs = specs_of(3, TARGET, patience_s)
    less, more = (load_of(specs, n, 240, groups) for n in (load_erl, np.multiply(load_erl, growth)))
    assert (pooled_requirement(less, sets) <= pooled_requirement(more, sets)).all()
    cost = np.array([1, 1.1, 1.1, 1.25])
    assert cost @ cheapest(less, cost) <= cost @ cheapest(more, cost) + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_greedy_separation_finds_the_cuts_that_matter(data):
    """With single skills and the whole to begin with, against all sets of skills."""
    skills = data.draw(st.integers(2, 6))
    letters = "abcdef"[:skills]
    extra = data.draw(st.lists(st.sets(st.sampled_from(letters), min_size=1), min_size=1, max_size=4))
    groups = [*letters, *("".join(sorted(own)) for own in extra)]
    load = load_of(
        specs_of(skills, TARGET, 120.0),
        data.draw(st.lists(st.floats(0.5, 30), min_size=skills, max_size=skills)),
        240,
        groups,
    )
    cost = [1 + 0.1 * (len(own) - 1) for own in groups]

    def plan(cuts):
        master = Master(cost, [np.inf] * len(groups), [len(own) for own in groups])
        master.add_cuts(cuts)
        return master.cheapest()

    all_sets = plan(next(pooled_cuts(load)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooled, "ALL_SUBSETS_UP_TO", 0)
        few = next(pooled_cuts(load))
    greedy = plan(add_violated(load, few, plan))
    assert np.dot(cost, greedy) <= np.dot(cost, all_sets) + 1e-6
    assert np.dot(cost, greedy) >= 0.97 * np.dot(cost, all_sets)


def test_queues_without_calls_and_without_a_common_target_ask_nothing():
    mixed = [ServiceTarget(max_occupancy=None), ServiceTarget(None, max_occupancy=None, max_abandonment=0.05)]
    load = load_of(specs_of(2, mixed, 90.0), [10, 8], 200, ["a", "b"])
    need = pooled_requirement(load, np.array([[True, False], [False, True], [True, True]]))[0]
    assert need[0] > 8
    assert need[1] > 5
    assert need[2] <= need[:2].min()
    quiet = load_of(specs_of(2, TARGET, 90.0), [10, 0], 200, ["a", "b"])
    assert pooled_requirement(quiet, np.array([[False, True], [True, True]]))[0].tolist() == [0, need[0]]


def test_occupancy_limits_each_group_by_its_strictest_queue():
    targets = [ServiceTarget(None, max_occupancy=0.8), ServiceTarget(None, max_occupancy=0.9)]
    load = load_of(specs_of(2, targets, None), [8, 18], 200, ["a", "b", "ab"])
    assert pooled.group_occupancy(load.specs, load.has).tolist() == [0.8, 0.9, 0.8]
    need = pooled_requirement(load, np.array([[True, False], [False, True], [True, True]]))[0]
    assert need.tolist() == [10, 20, 29]
