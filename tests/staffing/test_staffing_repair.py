"""Repaired plans: they hold on days that the search has not seen, and no agent of them is idle luxury."""

from __future__ import annotations

import numpy as np
import pytest

from staffing import required_agents
from staffing.offeredload import offered_load
from staffing.repair import repair
from staffing.simulation import Demand, Exponential, Lognormal, simulate
from wfm.params import ServiceTarget

TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)
HALF_HOUR = 1800.0


def steep_day(aht_s: float, peak_erl: float) -> np.ndarray:
    """Half-hours that rise to a peak and fall, calls an interval."""
    shape = np.array([0.15, 0.5, 0.9, 1.0, 0.95, 0.8, 0.7, 0.65, 0.5, 0.25])
    return shape * peak_erl * HALF_HOUR / aht_s


def modified_load_plan(calls: np.ndarray, aht_s: float, patience_s: float) -> np.ndarray:
    load = offered_load(calls, aht_s, HALF_HOUR * np.arange(len(calls)), HALF_HOUR)
    return required_agents(
        "erlang_a", calls=load * HALF_HOUR / aht_s, interval_s=HALF_HOUR, aht_s=aht_s, target=TARGET,
        patience_s=patience_s,
    ).agents  # fmt: skip


@pytest.mark.parametrize(("aht_s", "patience_s"), [(240.0, 120.0), (1200.0, 120.0)])
def test_every_interval_holds_on_fresh_days_for_hardly_more_hours(aht_s: float, patience_s: float) -> None:
    calls = steep_day(aht_s, 20.0)
    demand = Demand(calls, Lognormal(aht_s, 1.0), Exponential(patience_s))
    start = modified_load_plan(calls, aht_s, patience_s)
    found = repair(demand, start, TARGET, interval_s=HALF_HOUR, replications=800)
    fresh = simulate(demand, found.agents, interval_s=HALF_HOUR, replications=2000, seed=77)
    assert (fresh.performance().service_level > 0.79).all()
    assert found.agents.sum() <= 1.06 * start.sum()
    assert (found.proof.performance().service_level > 0.785).all()
    assert not found.short[found.proof.performance().service_level >= 0.8].any()


def test_one_agent_fewer_anywhere_would_break_it_on_the_days_searched() -> None:
    calls = steep_day(300.0, 8.0)
    demand = Demand(calls, Lognormal(300.0, 1.0), Exponential(120.0))
    found = repair(demand, modified_load_plan(calls, 300.0, 120.0) + 2, TARGET, interval_s=HALF_HOUR, replications=200)
    for place in range(len(calls)):
        fewer = found.agents.copy()
        fewer[place] -= 1
        level = simulate(demand, fewer, interval_s=HALF_HOUR, replications=200, seed=1).performance().service_level
        assert (level < 0.805).any()


def test_other_targets_are_repaired_too() -> None:
    calls = steep_day(240.0, 12.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(60.0))
    target = ServiceTarget(0.6, 30.0, max_occupancy=None, max_abandonment=0.03)
    found = repair(demand, np.ones(len(calls), int), target, interval_s=HALF_HOUR, replications=200)
    assert (found.proof.performance().abandonment < 0.038).all()


def test_the_same_seed_gives_the_same_plan() -> None:
    calls = steep_day(240.0, 6.0)
    demand = Demand(calls, Lognormal(240.0, 1.0), Exponential(120.0))
    start = modified_load_plan(calls, 240.0, 120.0)
    plans = [repair(demand, start, TARGET, interval_s=HALF_HOUR, replications=100).agents for _ in range(2)]
    assert plans[0].tolist() == plans[1].tolist()
