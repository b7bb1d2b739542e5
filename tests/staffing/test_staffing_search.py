"""The least agents: least, enough, and for the reason it says."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import MODELS, gross_staff, performance, required_agents
from staffing.search import least_meeting
from staffing.targets import TOLERANCE
from wfm.errors import InputError, UsageProblem
from wfm.params import ServiceTarget, Shrinkage

LEVEL_ONLY = ServiceTarget(0.8, 20, max_occupancy=None)
NO_LEVEL = {"service_level": None, "max_occupancy": None}

queues = st.fixed_dictionaries(
    {
        "calls": st.floats(0.01, 3000),
        "aht_s": st.floats(5, 3000),
        "patience_s": st.floats(1, 5000),
    }
)
targets = st.builds(
    ServiceTarget,
    service_level=st.floats(0.05, 0.999),
    answer_within_s=st.sampled_from([0.0, 10.0, 20.0, 120.0, 3600.0]),
    asa_s=st.none() | st.floats(0.5, 300),
    max_occupancy=st.none() | st.floats(0.3, 1),
    max_abandonment=st.none() | st.floats(0.002, 0.4),
)


def meets(found, target):
    """Every target that is set, one by one."""
    return (
        found.service_level >= target.service_level - TOLERANCE
        and (target.asa_s is None or found.asa_s <= target.asa_s * (1 + TOLERANCE))
        and (target.max_occupancy is None or found.occupancy <= target.max_occupancy * (1 + TOLERANCE))
        and (target.max_abandonment is None or found.abandonment <= target.max_abandonment + TOLERANCE)
    )


def room_for(queue):
    """Chats, and lines and sources that leave every target of `targets` within reach, up to twice the calls."""
    load = queue["calls"] * queue["aht_s"] / 1800
    room = {"lines": math.ceil(2.4 * load) + 40, "sources": math.ceil(3 * load) + 10, "redial": 0.4}
    return room | {"concurrency": (1.0, 1.3, 1.65)}


@pytest.mark.parametrize("model", list(MODELS))
@settings(max_examples=30, deadline=None)
@given(queue=queues, target=targets)
def test_the_answer_meets_every_target_and_one_fewer_does_not(model, queue, target):
    queue |= {"interval_s": 1800} | room_for(queue)
    agents = int(required_agents(model, target=target, **queue).agents)
    within_s = target.answer_within_s
    assert meets(performance(model, agents=agents, answer_within_s=within_s, **queue), target)
    assert not meets(performance(model, agents=agents - 1, answer_within_s=within_s, **queue), target)


@pytest.mark.parametrize("model", list(MODELS))
@settings(max_examples=30, deadline=None)
@given(queue=queues)
def test_more_agents_serve_better_and_more_calls_need_more(model, queue):
    load = queue["calls"] * queue["aht_s"] / 1800
    queue |= room_for(queue)
    agents = np.unique(np.linspace(1, 2 * load + 20, 60).astype(int))
    found = performance(model, agents=agents, interval_s=1800, **queue)
    for name, sign in (("service_level", 1), ("sl_virtual", 1), ("asa_s", -1), ("wait_all_s", -1), ("occupancy", -1)):
        values = sign * getattr(found, name)
        steps = np.diff(values[np.isfinite(values)])
        assert (steps >= -1e-9 * np.maximum(1, np.abs(values[np.isfinite(values)][1:]))).all(), name
    busier = queue | {"calls": queue["calls"] * np.array([0.3, 0.9, 1.0, 1.1, 2.0])}
    needed = required_agents(model, interval_s=1800, target=LEVEL_ONLY, **busier).agents
    assert (np.diff(needed) >= 0).all()


@given(
    rows=st.lists(
        st.tuples(st.integers(1, 50), st.integers(1, 10_000), st.integers(0, 9000), st.integers(1, 300)), max_size=20
    )
)
def test_bisection_finds_every_threshold(rows):
    floor, wanted, guess, step = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    found = least_meeting(lambda some, candidates: candidates >= wanted[some], floor, guess, step)
    assert found.tolist() == np.maximum(wanted, floor).tolist()


@given(
    agents=st.integers(0, 100_000),
    rate=st.fractions(0, Fraction(99, 100)) | st.decimals(0, "0.99", places=3).map(lambda d: Fraction(str(d))),
)
def test_staff_is_the_least_that_leaves_enough_agents(agents, rate):
    staff = int(gross_staff(agents, Shrinkage(rate)))
    assert staff * (1 - rate) >= agents
    assert staff == 0 or (staff - 1) * (1 - rate) < agents


def test_staff_falls_into_no_float_trap():
    agents = np.arange(1, 2001)
    for percent in range(60):
        exact = [math.ceil(Fraction(100 * int(n), 100 - percent)) for n in agents]
        assert gross_staff(agents, Shrinkage(percent / 100)).tolist() == exact
    assert math.ceil(21 / (1 - 0.3)) == 31
    assert gross_staff(21, Shrinkage(0.3)) == 30


@pytest.mark.parametrize(
    ("load", "most", "agents"), [(28.5, 0.95, 30), (39.9, 0.57, 70), (10, 0.5, 20), (9.9, 0.9, 11)]
)
def test_occupancy_falls_into_no_float_trap(load, most, agents):
    target = ServiceTarget(None, max_occupancy=most)
    found = required_agents("erlang_c", calls=load, interval_s=1800, aht_s=1800, target=target)
    assert (found.agents, found.binding) == (agents, "occupancy")


def test_a_load_that_is_whole_in_decimals_needs_one_agent_more():
    tenths = np.arange(1, 4000)
    # With half a day to answer, Erlang C needs no more than bears the load.
    target = ServiceTarget(0.01, 43_200, max_occupancy=None)
    for aht_s, interval_s in (("0.7", 300), ("187.3", 900), ("18", 1800), ("333.3", 3600)):
        exact = [math.floor(Fraction(int(k), 10) * Fraction(aht_s) / interval_s) + 1 for k in tenths]
        found = required_agents("erlang_c", calls=tenths / 10, interval_s=interval_s, aht_s=float(aht_s), target=target)
        assert found.agents.tolist() == exact


def test_erlang_a_needs_fewer_agents_than_erlangs_where_callers_give_up():
    found = required_agents(
        "erlang_a", calls=[1000, 2000], interval_s=1800, aht_s=180, patience_s=120, target=LEVEL_ONLY
    )
    assert found.agents.tolist() == [96, 187]


def ask(target=LEVEL_ONLY, model="erlang_c", calls=100.0, aht_s=180.0, **options):
    return required_agents(model, calls=calls, interval_s=1800, aht_s=aht_s, target=target, patience_s=90, **options)


@pytest.mark.parametrize(
    ("question", "agents", "binding"),
    [
        ({}, 14, "service_level"),
        ({"target": ServiceTarget(0.8, 20, max_occupancy=0.6)}, 17, "occupancy"),
        ({"target": ServiceTarget(0.8, 20, asa_s=1, max_occupancy=None)}, 17, "asa"),
        ({"target": ServiceTarget(0.8, 1800, max_occupancy=None)}, 11, "stability"),
        ({"min_agents": 20}, 20, "minimum"),
        ({"min_agents": 14}, 14, "service_level"),
        ({"calls": 0.0, "min_agents": 3}, 0, "none"),
        ({"aht_s": 0.0}, 1, "service_level"),
        ({"calls": 0.001}, 1, "service_level"),
        ({"model": "erlang_a", "target": ServiceTarget(max_abandonment=0.01, **NO_LEVEL)}, 16, "abandonment"),
    ],
)
def test_what_decides_is_named(question, agents, binding):
    found = ask(**question)
    assert (int(found.agents), str(found.binding)) == (agents, binding)


def test_abandonment_example_is_the_least():
    one_percent = performance("erlang_a", calls=100, interval_s=1800, aht_s=180, agents=[15, 16], patience_s=90)
    assert one_percent.abandonment[0] > 0.01 >= one_percent.abandonment[1]


@pytest.mark.parametrize(
    ("model", "target", "column"),
    [
        ("erlang_c", ServiceTarget(1.0), "service_level"),
        ("erlang_a", ServiceTarget(1.0), "service_level"),
        ("erlang_a", ServiceTarget(max_abandonment=0.0), "max_abandonment"),
        ("erlang_b", ServiceTarget(max_abandonment=0.0), "max_abandonment"),
    ],
)
def test_targets_out_of_reach_are_refused(model, target, column):
    with pytest.raises(InputError, match="no number of agents reaches it") as problem:
        ask(target, model)
    assert [finding.column for finding in problem.value.findings] == [column]


def test_nobody_abandons_in_erlang_c():
    assert ask(ServiceTarget(0.8, 20, max_occupancy=None, max_abandonment=0.0)).agents == 14


def test_senseless_parameters_are_named_together():
    with pytest.raises(InputError) as problem:
        ask(calls=[5, -1, math.nan, -2], aht_s=math.inf)
    assert [(f.column, f.found, f.count) for f in problem.value.findings] == [("calls", "-1", 3), ("aht_s", "inf", 1)]


@pytest.mark.parametrize("patience_s", [None, 0.0, math.nan, math.inf, -3.0])
def test_erlang_a_asks_for_patience(patience_s):
    with pytest.raises(InputError, match="patience_s"):
        required_agents("erlang_a", calls=1, interval_s=1800, aht_s=180, target=LEVEL_ONLY, patience_s=patience_s)


def test_an_unknown_model_is_a_usage_problem():
    with pytest.raises(UsageProblem, match="erlang_c"):
        ask(model="erlang_cc")
