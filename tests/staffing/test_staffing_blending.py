"""Blended work: the chain summed state by state, calls and tasks simulated, and the reserve that is least."""

import heapq
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import performance, required_agents
from staffing.blending import blended, spare_work_erl
from wfm.errors import InputError, UsageProblem
from wfm.params import QueueSpec, ServiceTarget

METRICS = performance("erlang_c", calls=1, interval_s=1, aht_s=1, agents=1).__dataclass_fields__


def chain(load, agents, reserve, leaving):
    """Share of time with all busy, mean of busy agents, and of those who do tasks, by rates in and out."""
    lowest = agents - reserve
    states = np.arange(lowest, agents + 800)
    rates = np.minimum(states, agents) + np.maximum(states - agents, 0) * leaving
    log_weight = np.concatenate([[0.0], np.cumsum(np.log(load / rates[1:]))])
    share = np.exp(log_weight - log_weight.max())
    share /= share.sum()
    return share[states >= agents].sum(), share @ np.minimum(states, agents), share[0] * lowest


@pytest.mark.parametrize("patience_s", [None, 90.0, 1000.0])
@pytest.mark.parametrize(
    ("load", "agents", "reserve"), [(10, 14, 3), (10, 14, 0), (10, 14, 14), (50, 60, 5), (0.4, 3, 1)]
)
def test_the_threshold_policy_state_by_state(load, agents, reserve, patience_s):
    found = blended(calls=load, interval_s=180, aht_s=180, agents=agents, reserve=reserve, patience_s=patience_s)
    waits, busy, tasks = chain(load, agents, reserve, 0.0 if patience_s is None else 180 / patience_s)
    assert found.calls.p_wait == pytest.approx(waits, rel=1e-10)
    assert found.calls.occupancy * agents == pytest.approx(busy, rel=1e-10)
    assert found.work_erl == pytest.approx(tasks, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("model", "patience_s"), [("erlang_c", None), ("erlang_a", 120.0)])
def test_all_agents_in_reserve_are_the_queue_of_calls_alone(model, patience_s):
    calls, agents = np.array([0.0, 20, 100, 100, 2000]), np.array([3, 4, 12, 0 if patience_s else 12, 210])
    queue = {"calls": calls, "interval_s": 1800, "aht_s": 180, "agents": agents, "patience_s": patience_s}
    alone, kept = performance(model, **queue), blended(reserve=agents, **queue)
    for name in METRICS:
        np.testing.assert_allclose(getattr(kept.calls, name), getattr(alone, name), rtol=1e-9, atol=1e-13, err_msg=name)
    np.testing.assert_allclose(kept.work_erl, 0, atol=1e-12)


def test_without_a_reserve_every_idle_moment_is_used_and_everybody_waits():
    found = blended(calls=10, interval_s=180, aht_s=180, agents=[11, 14, 30], reserve=0)
    np.testing.assert_allclose(found.work_erl, [1, 4, 20], rtol=1e-12)
    np.testing.assert_allclose(found.calls.p_wait, 1, rtol=1e-12)
    quiet = blended(calls=0, interval_s=180, aht_s=180, agents=[5, 5], reserve=[2, 9])
    assert quiet.work_erl.tolist() == [3, 0]
    assert quiet.calls.service_level.tolist() == [1, 1]


def simulate(load, agents, reserve, within, callers, seed):
    """Agents take a task whenever more than the reserve are idle; a unit of time is a service."""
    rng = random.Random(seed)
    ends, queue, in_time, tasks, now, came = [], [], 0, 0, 0.0, 0
    for _ in range(agents - reserve):
        heapq.heappush(ends, rng.expovariate(1))
        tasks += 1
    arrival = rng.expovariate(load)
    while came < callers:
        if arrival < (ends[0] if ends else float("inf")):
            now, came = arrival, came + 1
            arrival += rng.expovariate(load)
            if len(ends) < agents:
                heapq.heappush(ends, now + rng.expovariate(1))
                in_time += 1
            else:
                queue.append(now)
            continue
        now = heapq.heappop(ends)
        if queue:
            in_time += now - queue.pop(0) <= within
            heapq.heappush(ends, now + rng.expovariate(1))
        elif len(ends) < agents - reserve:
            heapq.heappush(ends, now + rng.expovariate(1))
            tasks += 1
    return in_time / callers, tasks / now


def test_calls_and_tasks_simulated():
    level, tasks = simulate(20, 26, 4, 0.1, 120_000, seed=2)
    found = blended(calls=20, interval_s=200, aht_s=200, agents=26, reserve=4, answer_within_s=20)
    assert level == pytest.approx(float(found.calls.service_level), abs=0.01)
    assert tasks == pytest.approx(float(found.work_erl), abs=0.06)


@settings(max_examples=40, deadline=None)
@given(
    calls=st.lists(st.just(0.0) | st.floats(0.01, 800), min_size=1, max_size=6),
    more=st.integers(0, 5),
    patience_s=st.none() | st.floats(30, 900),
    cap=st.none() | st.floats(0.6, 1.0),
    level=st.floats(0.5, 0.95),
)
def test_the_reserve_is_the_least_that_keeps_every_target(calls, more, patience_s, cap, level):
    target, calls = ServiceTarget(level, 20, max_occupancy=cap), np.array(calls)
    spec = QueueSpec("sales", target, model="erlang_a" if patience_s else "erlang_c", patience_s=patience_s)
    queue = {"calls": calls, "interval_s": 1800, "aht_s": 200.0}
    agents = required_agents(spec.model, target=target, patience_s=patience_s, **queue).agents + more * (calls > 0)
    work, reserve = spare_work_erl(spec, agents=agents, **queue)
    for shift in (0, -1):
        kept = reserve + shift
        some = (kept >= 0) & (calls > 0)
        found = blended(reserve=np.maximum(kept, 0), agents=agents, patience_s=patience_s, **queue)
        met = (found.calls.service_level >= level - 1e-11) & ~(found.calls.occupancy > (cap or 1) + 1e-9)
        assert (met[some] if shift == 0 else ~met[some]).all()
        if shift == 0:
            np.testing.assert_allclose(work[some], found.work_erl[some], rtol=1e-9, atol=1e-12)


def test_calls_that_wait_too_long_already_leave_nothing_to_lend():
    spec = QueueSpec("sales", ServiceTarget(0.8, 20, max_occupancy=None))
    work, _ = spare_work_erl(spec, calls=[100, 100, 0], interval_s=1800, aht_s=180, agents=[12, 14, 0])
    assert work.tolist() == [0, pytest.approx(2.1248142, abs=1e-6), 0]


def test_what_makes_no_sense_is_refused():
    with pytest.raises(UsageProblem, match="erlang_b"):
        spare_work_erl(QueueSpec("sales", model="erlang_b"), calls=1, interval_s=1, aht_s=1, agents=1)
    with pytest.raises(InputError, match="reserve"):
        blended(calls=1, interval_s=1, aht_s=1, agents=1, reserve=-1)
