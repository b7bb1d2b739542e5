"""Repaired plans: they hold on days that the search has not seen, and no agent of them is idle luxury."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import SeedSequence

from staffing import required_agents
from staffing.offeredload import offered_load
from staffing.promise import ASA_POINTS, Promise
from staffing.repair import TOLERANCE, how_many_days, repair, run_days
from staffing.repair_moves import Moves, Point, Slopes
from staffing.repair_search import Search
from staffing.simulation import Demand, Exponential, Infinite, Lognormal, simulate
from staffing.simulation.windows import Sample
from wfm.errors import InputError
from wfm.params import ServiceTarget

TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)
HALF_HOUR = 1800.0
SHAPE = np.array([0.15, 0.5, 0.9, 1.0, 0.95, 0.8, 0.7, 0.65, 0.5, 0.25])


def steep_day(aht_s: float, peak_erl: float) -> np.ndarray:
    """Half-hours that rise to a peak and fall, calls an interval."""
    return SHAPE * peak_erl * HALF_HOUR / aht_s


def modified_load_plan(calls: np.ndarray, aht_s: float, patience_s: float, target=TARGET) -> np.ndarray:
    load = offered_load(calls, np.full(len(calls), aht_s), HALF_HOUR * np.arange(len(calls)), HALF_HOUR)
    return required_agents(
        "erlang_a", calls=load * HALF_HOUR / aht_s, interval_s=HALF_HOUR, aht_s=aht_s, target=target,
        patience_s=patience_s,
    ).agents  # fmt: skip


@pytest.mark.parametrize(("aht_s", "patience_s"), [(240.0, 120.0), (1200.0, 120.0), (240.0, 600.0)])
def test_every_interval_holds_on_fresh_days_and_no_agent_can_be_spared(aht_s: float, patience_s: float) -> None:
    calls = steep_day(aht_s, 20.0)
    demand = Demand(calls, Lognormal(aht_s, 1.0), Exponential(patience_s))
    start = modified_load_plan(calls, aht_s, patience_s)
    found = repair(demand, start, TARGET, interval_s=HALF_HOUR, days=3000)
    fresh = simulate(demand, found.agents, interval_s=HALF_HOUR, replications=3000, seed=77)
    assert (fresh.performance().service_level > 0.79).all()
    assert not found.short.any()
    assert found.fewest <= found.agents.sum() <= min(1.05 * start.sum(), found.fewest + 3)
    promise = Promise(TARGET)
    for place in range(len(calls)):
        fewer = found.agents.copy()
        fewer[place] -= 1
        seen = run_days(demand, fewer, HALF_HOUR, 20.0, 3000, SeedSequence(78))
        assert promise.slack(seen).min() < TOLERANCE


def test_the_plan_of_least_hours_of_all_is_found() -> None:
    """Against every plan of a small day, on the same days."""
    calls = np.array([6.0, 14.0, 10.0, 3.0])
    demand = Demand(calls, Lognormal(600.0, 1.0), Exponential(120.0))
    sample = Sample(demand, HALF_HOUR, 20.0, 400, SeedSequence(3))
    promise, floor = Promise(TARGET), np.ones(4, dtype=np.int64)
    plan = Search(sample, promise, floor, 40).settle(np.array([4, 7, 7, 4]))
    assert promise.slack(sample.run(plan)).min() >= 0
    near = [np.array(p) for p in itertools.product(*(range(max(n - 2, 1), n + 3) for n in plan)) if sum(p) < plan.sum()]
    sample.run(plan, keep=True)
    assert all(promise.slack(sample.run(other)).min() < 0 for other in near)


@pytest.mark.parametrize("start", [1, 3, 40])
def test_any_start_ends_at_about_the_same_hours(start: int) -> None:
    calls = steep_day(300.0, 8.0)
    demand = Demand(calls, Lognormal(300.0, 1.0), Exponential(120.0))
    near = repair(demand, modified_load_plan(calls, 300.0, 120.0), TARGET, interval_s=HALF_HOUR, days=800)
    far = repair(demand, np.full(10, start), TARGET, interval_s=HALF_HOUR, days=800)
    assert abs(int(far.agents.sum()) - int(near.agents.sum())) <= 1
    assert not far.short.any()


def test_every_target_is_repaired() -> None:
    calls = steep_day(240.0, 12.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(60.0))
    target = ServiceTarget(0.6, 30.0, asa_s=12.0, max_occupancy=0.72, max_abandonment=0.05)
    found = repair(demand, np.ones(len(calls), int), target, interval_s=HALF_HOUR, days=2000)
    fresh = simulate(demand, found.agents, interval_s=HALF_HOUR, answer_within_s=30.0, replications=2000, seed=5)
    seen = fresh.performance()
    assert (seen.service_level > 0.59).all()
    assert (seen.asa_s < 12.6).all()
    assert (seen.occupancy < 0.73).all()
    assert (seen.abandonment < 0.057).all()
    assert set(found.binding) <= {"service_level", "asa", "occupancy", "abandonment", "minimum"}
    assert len(set(found.binding)) > 1


def test_a_target_next_to_certainty_ends_in_a_plan() -> None:
    """A few days more or less of chance can't be mended by any number of agents."""
    demand = Demand([30.0, 60.0, 80.0, 40.0], Lognormal(400.0, 1.0), Exponential(120.0))
    target = ServiceTarget(0.999, 5.0, max_occupancy=None)
    found = repair(demand, [15, 28, 36, 26], target, interval_s=HALF_HOUR, days=400)
    assert (found.proof.service_level > 0.995).all()
    assert found.agents.max() < 60


def test_patient_callers_are_staffed_too() -> None:
    calls = steep_day(240.0, 10.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Infinite())
    found = repair(demand, np.ceil(calls * 240 / HALF_HOUR), TARGET, interval_s=HALF_HOUR, days=1500)
    fresh = simulate(demand, found.agents, interval_s=HALF_HOUR, replications=1500, seed=9)
    assert (fresh.performance().service_level > 0.78).all()
    assert (found.proof.abandonment == 0).all()


def test_a_day_meets_its_level_with_fewer_hours_than_every_interval() -> None:
    calls = steep_day(240.0, 15.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(120.0))
    start = modified_load_plan(calls, 240.0, 120.0)
    found = repair(demand, start, TARGET, interval_s=HALF_HOUR, over="day", days=2000)
    every = repair(demand, start, TARGET, interval_s=HALF_HOUR, days=2000)
    fresh = simulate(demand, found.agents, interval_s=HALF_HOUR, replications=2000, seed=4)
    assert float(fresh.whole_day("service_level").value) == pytest.approx(0.8, abs=0.015)
    assert found.agents.sum() < every.agents.sum()
    for place in range(10):
        fewer = found.agents.copy()
        fewer[place] -= 1
        seen = run_days(demand, fewer, HALF_HOUR, 20.0, 2000, SeedSequence(78))
        assert Promise(TARGET, "day").slack(seen)[0].min() < TOLERANCE


def test_days_that_stray_are_staffed_for_what_callers_get_on_average() -> None:
    calls = steep_day(240.0, 20.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(120.0))
    start = modified_load_plan(calls, 240.0, 120.0)
    found = repair(demand, start, TARGET, interval_s=HALF_HOUR, day_cv=0.2, days=2000)
    factors = np.random.default_rng(1).gamma(25.0, 1 / 25.0, 4000)
    straying = Demand(calls * factors[:, None], demand.handle, demand.patience)
    fresh = simulate(straying, found.agents, interval_s=HALF_HOUR, replications=4000, seed=3)
    assert (fresh.performance().service_level > 0.785).all()
    assert found.agents.sum() > start.sum()
    rows = Demand(calls * np.array([[0.7], [1.0], [1.3]]), demand.handle, demand.patience)
    assert repair(rows, start, TARGET, interval_s=HALF_HOUR, days=300).agents.sum() > start.sum()


def test_hours_without_calls_have_nobody_and_a_quiet_day_costs_nothing() -> None:
    calls = np.array([0.0, 20.0, 20.0, 0.0, 0.0, 15.0, 0.0])
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(120.0))
    found = repair(demand, np.full(7, 5), TARGET, interval_s=HALF_HOUR, days=400)
    assert (found.agents[calls == 0] == 0).all()
    assert (found.agents[calls > 0] > 0).all()
    assert (found.binding[calls == 0] == "none").all()
    none = repair(Demand([0.0, 0.0], demand.handle, demand.patience), [3, 3], TARGET, interval_s=HALF_HOUR, days=40)
    assert none.agents.tolist() == [0, 0]
    assert not none.short.any()


def test_fewest_agents_are_kept() -> None:
    demand = Demand([10.0, 1.0, 1.0], Lognormal(240.0, 1.0), Exponential(120.0))
    found = repair(demand, [1, 1, 1], TARGET, interval_s=HALF_HOUR, least=[2, 4, 4], days=300)
    assert found.agents[1:].tolist() == [4, 4]
    assert found.binding[1:].tolist() == ["minimum", "minimum"]


def test_the_same_seed_gives_the_same_plan_for_any_number_of_threads() -> None:
    calls = steep_day(240.0, 6.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(120.0))
    start = modified_load_plan(calls, 240.0, 120.0)
    one, two = (repair(demand, start, TARGET, interval_s=HALF_HOUR, days=400, threads=t) for t in (1, 2))
    np.testing.assert_array_equal(one.agents, two.agents)
    np.testing.assert_array_equal(one.proof.service_level, two.proof.service_level)
    other = repair(demand, start, TARGET, interval_s=HALF_HOUR, days=400, seed=2)
    assert not np.array_equal(one.proof.service_level, other.proof.service_level)


def test_days_are_as_many_as_memory_and_time_allow() -> None:
    assert how_many_days(7000.0, None) == (857, 4285)
    assert how_many_days(20.0, None) == (2000, 8000)
    assert how_many_days(1e6, None) == (40, 500)
    assert how_many_days(1e6, 1000) == (40, 1000)
    assert how_many_days(10.0, 8) == (8, 8)
    with pytest.raises(InputError, match="erlang_a"):
        how_many_days(1e7, 100)


def test_nobody_answered_is_a_target_missed_and_no_call_is_none() -> None:
    demand = Demand([5.0, 0.0], Lognormal(240.0, 1.0), Exponential(120.0))
    target = ServiceTarget(None, 20.0, asa_s=20.0, max_occupancy=0.9)
    slack = Promise(target).slack(run_days(demand, np.array([0, 0]), HALF_HOUR, 20.0, 50, SeedSequence(1)))
    assert np.isinf(slack[:, 1]).all()
    assert slack[1, 0] == slack[2, 0] == -ASA_POINTS


@given(st.integers(0, 10_000), st.integers(2, 5), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_moves_chosen_are_the_cheapest_of_all(seed: int, intervals: int, lead: bool) -> None:
    random = np.random.default_rng(seed)
    more, fewer = np.zeros((4, intervals, intervals)), np.zeros((4, intervals, intervals))
    for i in range(intervals):
        for k in range(max(i - 2, 0), min(i + 1 + lead, intervals)):
            more[0, i, k] = random.uniform(0.01, 0.05) * (1.0 if i == k else 0.4)
            fewer[0, i, k] = -more[0, i, k] * random.uniform(1.0, 1.5)
    slack = np.full((4, intervals), np.inf)
    slack[0] = random.uniform(-0.06, 0.06, intervals)
    plan = random.integers(3, 6, intervals)
    moves = Moves([Point(plan, slack)], Slopes(more, fewer), plan - 2, plan + 2)
    found = moves.cheapest(0.0)
    near = [np.array(p) for p in itertools.product(*(range(n - 2, n + 3) for n in plan))]
    holding = [p.sum() for p in near if moves.predicted(p).min() >= -1e-12]
    if holding:
        assert moves.predicted(found).min() >= -1e-6
        assert found.sum() == min(holding)


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_moves_for_a_whole_day_are_the_cheapest_to_one_agent(seed: int, intervals: int) -> None:
    random = np.random.default_rng(seed)
    more, fewer = np.zeros((4, intervals, intervals)), np.zeros((4, intervals, intervals))
    gain = random.uniform(0.002, 0.03, intervals)
    more[0], fewer[0] = gain, -gain * random.uniform(1.0, 1.6, intervals)
    slack = np.full((4, intervals), np.inf)
    slack[0] = random.uniform(-0.08, 0.08)
    plan = random.integers(3, 6, intervals)
    moves = Moves([Point(plan, slack)], Slopes(more, fewer), plan - 2, plan + 2, by_day=True)
    found = moves.cheapest(0.0)
    near = [np.array(p) for p in itertools.product(*(range(n - 2, n + 3) for n in plan))]
    holding = [p.sum() for p in near if moves.predicted(p)[0, 0] >= -1e-12]
    if holding:
        assert moves.predicted(found)[0, 0] >= -1e-9
        assert found.sum() <= min(holding) + 1
    fewer_agents = moves.fewer(-0.003)
    assert fewer_agents is None or fewer_agents.sum() < plan.sum()
