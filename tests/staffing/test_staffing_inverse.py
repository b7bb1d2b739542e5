"""The inverse questions: published numbers, and each answer put back into the model."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import staffing
from staffing import (
    MODELS,
    call_capacity,
    fractional_agents,
    performance,
    required_agents,
    required_agents_over_day,
    required_lines,
    wait_quantile_s,
)
from staffing.roots import last_holding, root
from wfm.errors import InputError, UsageProblem
from wfm.params import ServiceTarget

ALONE = {"max_occupancy": None}
CONTINUOUS = [name for name, model in MODELS.items() if model.continuous]


@pytest.mark.parametrize(("level", "agents"), [(0.9, 104.679), (0.95, 107.502)])
def test_published_fractional_agents(level, agents):
    """Abstract Micro Systems, ErlcNsrvFromFractionOk5(1800, 936, 180, 10, level)."""
    target = ServiceTarget(level, 10, **ALONE)
    found = fractional_agents("erlang_c", calls=936, interval_s=1800, aht_s=180, target=target)
    assert found == pytest.approx(agents, abs=6e-4)


@pytest.mark.parametrize(
    ("model", "agents", "aht_s", "target", "erlangs", "tolerance"),
    [
        ("erlang_c", 25, 180, ServiceTarget(0.9, 10, **ALONE), 19.0565, 6e-5),
        ("erlang_c", 25, 180, ServiceTarget(0.95, 10, **ALONE), 17.7949, 6e-5),
        ("erlang_c", 20, 300, ServiceTarget(None, asa_s=5, **ALONE), 14.089485, 1e-6),
        ("erlang_c", 20, 300, ServiceTarget(None, asa_s=60, **ALONE), 17.600246, 1e-6),
        ("erlang_b", 15, 1, ServiceTarget(None, max_abandonment=0.01, **ALONE), 8.108, 6e-4),
        ("extended_b", 200, 1, ServiceTarget(None, max_abandonment=0.03, **ALONE), 186.877, 6e-4),
    ],
    ids=["TrafFromFractionOk 90", "TrafFromFractionOk 95", "TrafFromWait 5", "TrafFromWait 60", "Westbay", "ExtErlB"],
)
def test_published_traffic(model, agents, aht_s, target, erlangs, tolerance):
    """Abstract Micro Systems' Erlang library and the Westbay calculators: erlangs that agents or lines can bear."""
    found = call_capacity(
        model, agents=agents, interval_s=aht_s, aht_s=aht_s, target=target, fractional=True, redial=0.7
    )
    assert found == pytest.approx(erlangs, abs=tolerance)


def test_published_extended_b_lines():
    """Westbay, ExtErlBLines(100, 0.025, 50): 113 lines."""
    target = ServiceTarget(None, max_abandonment=0.025, **ALONE)
    assert required_agents("extended_b", calls=100, interval_s=1, aht_s=1, target=target, redial=0.5).agents == 113


@pytest.mark.parametrize(("model", "wait_s"), [("erlang_c", 58.1), ("erlang_a", 12.5)])
def test_published_90th_percentile(model, wait_s):
    """Gans, Koole and Mandelbaum 2003: 48 calls a minute of a minute, 50 agents, patience 2 minutes."""
    queue = {"calls": 48, "interval_s": 60, "aht_s": 60, "agents": 50, "patience_s": 120}
    assert wait_quantile_s(model, 0.9, definition="sl_incl_short_abn", **queue) == pytest.approx(wait_s, abs=0.06)


def test_published_wait_of_those_who_wait():
    """Erlang for Excel, QueueTime(8, 100, 180): 60 s."""
    found = performance("erlang_c", calls=100, interval_s=3600, aht_s=180, agents=[8, 5000])
    assert found.wait_of_waiting_s == pytest.approx([60, 180 / 4995])
    assert np.isnan(performance("erlang_c", calls=0, interval_s=3600, aht_s=180, agents=8).wait_of_waiting_s)


queues = st.fixed_dictionaries(
    {
        "calls": st.floats(0.1, 2000),
        "aht_s": st.floats(10, 1500),
        "patience_s": st.floats(5, 2000),
        "redial": st.floats(0, 0.9),
    }
)
levels = st.builds(
    ServiceTarget,
    st.floats(0.1, 0.98),
    st.sampled_from([0.0, 20.0, 300.0]),
    max_occupancy=st.none() | st.floats(0.5, 1),
)


@pytest.mark.parametrize("model", CONTINUOUS)
@settings(max_examples=6, deadline=None)
@given(queue=queues, target=levels)
def test_parts_of_agents_lie_below_the_whole_and_are_the_least(model, queue, target):
    queue |= {"interval_s": 1800}
    parts = float(fractional_agents(model, target=target, **queue))
    whole = int(required_agents(model, target=target, **queue).agents)
    assert whole - 1 <= parts <= whole
    fewer = parts * (1 - 1e-9)
    assert int(np.ceil(parts)) == whole or whole - parts == pytest.approx(1, abs=1e-9)
    # A little less work needs no more parts, a little more work no fewer.
    less, more = (
        float(fractional_agents(model, target=target, **(queue | {"calls": queue["calls"] * factor})))
        for factor in (0.99, 1.01)
    )
    assert less <= parts * (1 + 1e-9)
    assert more >= fewer


@pytest.mark.parametrize("model", list(MODELS))
@settings(max_examples=6, deadline=None)
@given(agents=st.integers(1, 300), queue=queues, target=levels)
def test_capacity_is_the_most_calls_that_need_no_more_agents(model, agents, queue, target):
    traits = {name: queue[name] for name in ("patience_s", "redial")} | {
        "lines": agents + 30,
        "sources": 3 * agents + 9,
        "concurrency": (1.0, 1.3, 1.65),
    }
    common = {"interval_s": 1800, "aht_s": queue["aht_s"], "target": target} | traits
    calls = float(call_capacity(model, agents=agents, **common))
    parts = float(call_capacity(model, agents=agents, fractional=True, **common))
    assert math.floor(parts * (1 + 1e-12)) == calls or calls == math.floor(parts)
    most = traits["sources"] * 1800 / queue["aht_s"] if model == "engset" else math.inf
    if calls > 0:
        assert required_agents(model, calls=calls, **common).agents <= agents
    if calls + 1 < most and model != "limited_lines":
        assert required_agents(model, calls=calls + 1, **common).agents > agents


def test_capacity_without_a_limit_and_without_agents():
    target = ServiceTarget(0.8, 20, **ALONE)
    found = call_capacity("erlang_c", agents=[0, 5, 5], interval_s=1800, aht_s=[180, 0, 180], target=target)
    assert found[0] == 0
    assert math.isinf(found[1])
    assert (
        required_agents("erlang_c", calls=found[2] + [0, 1], interval_s=1800, aht_s=180, target=target).agents[0] == 5
    )
    fast = ServiceTarget(None, asa_s=1, **ALONE)
    assert math.isinf(call_capacity("erlang_b", agents=3, interval_s=1800, aht_s=180, target=fast))


@pytest.mark.parametrize("definition", ["sl_virtual", "sl_answered", "service_level"])
@pytest.mark.parametrize("model", ["erlang_c", "erlang_a", "limited_lines", "erlang_x", "chat"])
def test_a_quantile_put_back_gives_its_share(model, definition):
    queue = {"calls": 95, "interval_s": 1800, "aht_s": 180, "agents": np.array([10, 11, 14])}
    queue |= {"patience_s": None if model == "limited_lines" else 100, "lines": 30, "redial": 0.4}
    if model == "chat":
        queue |= {"calls": 170, "concurrency": (1.0, 1.3, 1.65)}
    for share in (0.3, 0.6, 0.8):
        waits = wait_quantile_s(model, share, definition=definition, **queue)
        found = getattr(performance(model, answer_within_s=np.where(np.isinf(waits), 1e7, waits), **queue), definition)
        assert (found[waits == 0] >= share).all()
        assert found[(waits > 0) & np.isfinite(waits)] == pytest.approx(share, abs=1e-11)
        assert (found[np.isinf(waits)] < share).all()


def test_erlang_c_quantile_is_the_closed_form():
    found = performance("erlang_c", calls=100, interval_s=1800, aht_s=180, agents=12)
    share = np.array([0.1, 0.6, 0.9, 0.999])
    expected = np.maximum(np.log(found.p_wait / (1 - share)) * 180 / 2, 0)
    waits = wait_quantile_s("erlang_c", share, calls=100, interval_s=1800, aht_s=180, agents=12)
    assert waits == pytest.approx(expected, rel=1e-10)


def test_waits_without_end_and_nobody_answered():
    queue = {"interval_s": 1800, "aht_s": 180, "patience_s": 60}
    assert math.isinf(wait_quantile_s("erlang_c", 0.5, calls=100, agents=10, **queue))
    assert math.isinf(wait_quantile_s("erlang_a", 0.5, calls=100, agents=0, **queue))
    assert math.isnan(wait_quantile_s("erlang_a", 0.5, calls=100, agents=0, definition="sl_answered", **queue))
    assert wait_quantile_s("erlang_a", 0.5, calls=0, agents=0, **queue) == 0


@pytest.mark.parametrize("patience_s", [None, 120])
def test_lines_are_the_least_that_block_no_more(patience_s):
    calls, agents = np.array([5.0, 60.0, 100.0, 1000.0]), np.array([2, 9, 12, 110])
    queue = {"calls": calls, "interval_s": 1800, "aht_s": 180, "patience_s": patience_s, "agents": agents}
    lines = required_lines(max_blocking=0.01, **queue)
    enough = performance("limited_lines", lines=lines, **queue).blocking
    fewer = performance("limited_lines", lines=lines - 1, **queue).blocking
    assert (enough <= 0.01).all()
    assert ((fewer > 0.01) | (lines == agents)).all()


def test_lines_for_more_work_than_agents_can_do_are_refused():
    with pytest.raises(InputError, match="no number of lines"):
        required_lines(calls=200, interval_s=1800, aht_s=180, agents=15, max_blocking=0.01)


def test_what_a_model_cannot_answer_is_said():
    target = ServiceTarget(0.8, 20)
    with pytest.raises(UsageProblem, match="no fractional agents, expected one of erlang_a"):
        fractional_agents("engset", calls=5, interval_s=1800, aht_s=180, target=target, sources=90)
    with pytest.raises(UsageProblem, match="sl_virtual"):
        wait_quantile_s("erlang_c", 0.5, calls=5, interval_s=1800, aht_s=180, agents=2, definition="sl")
    with pytest.raises(TypeError, match="patience"):
        performance("erlang_a", calls=5, interval_s=1800, aht_s=180, agents=2, patience=90)


def cheapest_day(model, queue, calls, target, floor):
    """Every plan of a few intervals, by number of agents."""
    choices = [np.arange(n, n + 9) for n in floor]
    levels = [
        performance(model, calls=c, agents=n, answer_within_s=target.answer_within_s, **queue).service_level * c
        for c, n in zip(calls, choices, strict=True)
    ]
    plans = itertools.product(*[zip(n, level, strict=True) for n, level in zip(choices, levels, strict=True)])
    wanted = target.service_level * sum(calls)
    return min(sum(n for n, _ in plan) for plan in plans if sum(level for _, level in plan) >= wanted)


@pytest.mark.parametrize("model", ["erlang_c", "erlang_a", "erlang_x"])
@settings(max_examples=12, deadline=None)
@given(
    calls=st.lists(st.floats(0.5, 150), min_size=4, max_size=4),
    aht_s=st.floats(60, 400),
    patience_s=st.floats(30, 600),
    level=st.floats(0.6, 0.9),
)
def test_no_plan_of_a_day_is_cheaper(model, calls, aht_s, patience_s, level):
    queue = {"interval_s": 1800, "aht_s": aht_s, "patience_s": patience_s, "redial": 0.4}
    target = ServiceTarget(level, 20, **ALONE)
    found = required_agents_over_day(model, calls=calls, target=target, day=np.zeros(4), **queue)
    ladder = performance(model, calls=np.array(calls)[:, None], agents=np.arange(1, 120), **queue).service_level
    steepest = 1 + np.argmax(np.where(ladder[:, :-1] >= 0.01, np.diff(ladder, axis=1), -1), axis=1)
    assert (found >= steepest).all()
    floor = np.maximum(found - 4, steepest)
    answered = performance(model, calls=calls, agents=found, **queue).service_level @ calls
    assert answered >= level * sum(calls) - 1e-9
    assert found.sum() <= cheapest_day(model, queue, calls, target, floor)


def test_days_are_planned_apart_and_cost_no_more_than_intervals():
    calls = np.tile([0.0, 20, 90, 160, 120, 30], 2) * np.repeat([1.0, 1.6], 6)
    queue = {"interval_s": 1800, "aht_s": 240, "patience_s": 150}
    target = ServiceTarget(0.8, 20)
    found = required_agents_over_day("erlang_a", calls=calls, target=target, day=np.repeat(["a", "b"], 6), **queue)
    alone = required_agents_over_day("erlang_a", calls=calls[:6], target=target, day=np.zeros(6), **queue)
    assert found[:6].tolist() == alone.tolist()
    each = required_agents("erlang_a", calls=calls, target=target, **queue).agents
    assert found.sum() < each.sum()
    assert found[0] == found[6] == 0
    busy = performance("erlang_a", calls=calls, agents=found, **queue)
    assert (busy.occupancy <= 0.88 + 1e-12).all()
    for part in (slice(0, 6), slice(6, 12)):
        assert busy.service_level[part] @ calls[part] >= 0.8 * calls[part].sum()


def test_a_day_needs_a_service_level():
    with pytest.raises(UsageProblem, match="no service level"):
        required_agents_over_day(
            "erlang_c", calls=[1], interval_s=1800, aht_s=60, target=ServiceTarget(None, asa_s=9), day=[0]
        )


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(2, 9)), min_size=1, max_size=8))
def test_roots_of_increasing_functions(rows):
    zero, steep = np.array(rows).T
    found = root(lambda at, x: np.sinh((x - zero[at]) / steep[at]), np.full(zero.size, -6.0), np.full(zero.size, 6.0))
    assert found == pytest.approx(zero, abs=1e-12)


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=8))
def test_halving_ends_next_to_the_last_that_holds(edges):
    edge = np.array(edges)
    low, high = last_holding(lambda at, x: x <= edge[at], np.zeros(edge.size), np.full(edge.size, 2e6))
    assert (low <= edge).all()
    assert (edge < high).all()
    assert (high - low <= np.maximum(2e-14 * high, 2e6 * 1e-18)).all()


def test_everything_is_exported():
    assert set(staffing.__all__) <= set(dir(staffing))
