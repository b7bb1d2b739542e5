"""Plans proved by simulation against Erlang plans: ten days of 28 half-hours, hours, intervals that fail, seconds.

80 % of offered calls within 20 s in every half-hour, lognormal handle times (coefficient of variation 1), exponential
patience. Every plan is judged on the same 4,000 days that none of them has seen; where days differ by a common random
factor, the factors are spread evenly over the days. `no plan below` are the hours under which the search sees no plan
that holds: what the cheapest plan would take if one agent more or fewer did everywhere what it does beside the
verified plan. Plans are made and judged by one kernel, which the tests hold against the simulator, on other seeds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence

from staffing.demandrisk import agents_for_expected
from staffing.handletimes import HandleTimes
from staffing.offeredload import offered_load
from staffing.promise import figures
from staffing.repair import Repaired, drawn_days, repair
from staffing.search import required_agents
from staffing.simulation import Demand, Exponential, Lognormal
from staffing.simulation.windows import run_fresh
from wfm.params import ServiceTarget

INTERVAL_S, INTERVALS = 1800.0, 28
TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)
JUDGED_DAYS, JUDGE = 4000, SeedSequence([2026, 7])


def humps() -> np.ndarray:
    """A smooth day: a high morning, a lower afternoon."""
    x = (np.arange(INTERVALS) + 0.5) / INTERVALS
    shape = 0.35 + 0.65 * np.exp(-(((x - 0.3) / 0.14) ** 2)) + 0.45 * np.exp(-(((x - 0.72) / 0.14) ** 2))
    return np.asarray(shape / shape.max())


def steep() -> np.ndarray:
    """Full within an hour and a half of the opening, an hour half as busy again around noon, and a quick end."""
    shape = np.full(INTERVALS, 0.65)
    shape[:3] = (0.15, 0.40, 0.60)
    shape[9:11] = 1.0
    shape[-3:] = (0.50, 0.30, 0.15)
    return shape


@dataclass(frozen=True)
class Scenario:
    name: str
    peak_erl: float = 50.0
    aht_s: float = 240.0
    patience_s: float = 120.0
    shape: tuple[float, ...] = tuple(humps())
    day_cv: float = 0.0

    @property
    def calls(self) -> np.ndarray:
        return np.array(self.shape) * self.peak_erl * INTERVAL_S / self.aht_s

    @property
    def demand(self) -> Demand:
        return Demand(self.calls, Lognormal(self.aht_s, 1.0), Exponential(self.patience_s))


SCENARIOS = (
    Scenario("peak 10", 10.0),
    Scenario("peak 50"),
    Scenario("peak 300", 300.0),
    Scenario("50, steep and spike", shape=tuple(steep())),
    Scenario("50, AHT 20 min", aht_s=1200.0),
    Scenario("50, AHT 20 min, steep", aht_s=1200.0, shape=tuple(steep())),
    Scenario("50, patience 45 s", patience_s=45.0),
    Scenario("50, patience 600 s", patience_s=600.0),
    Scenario("50, day CV 10 %", day_cv=0.1),
    Scenario("50, day CV 20 %", day_cv=0.2),
)


def erlang(scenario: Scenario, model: str, method: str) -> np.ndarray:
    calls = scenario.calls
    if method == "mol":
        starts = np.arange(INTERVALS) * INTERVAL_S
        aht = np.full(INTERVALS, scenario.aht_s)
        load = offered_load(calls, aht, starts, INTERVAL_S, handle_times=HandleTimes(cv=1.0))
        calls = load * INTERVAL_S / scenario.aht_s
    settings = {"calls": calls, "interval_s": INTERVAL_S, "aht_s": scenario.aht_s, "target": TARGET}
    patience = {"patience_s": scenario.patience_s} if model != "erlang_c" else {}
    return required_agents(model, **settings, **patience).agents


def at_risk(scenario: Scenario) -> np.ndarray:
    """MOL with Erlang A, its service level expected over the days' factors."""
    starts = np.arange(INTERVALS) * INTERVAL_S
    load = offered_load(scenario.calls, np.full(INTERVALS, scenario.aht_s), starts, INTERVAL_S)
    return agents_for_expected(
        "erlang_a",
        calls=load * INTERVAL_S / scenario.aht_s,
        cv=scenario.day_cv,
        interval_s=INTERVAL_S,
        aht_s=scenario.aht_s,
        target=TARGET,
        patience_s=scenario.patience_s,
    )


def judged(scenario: Scenario, plan: np.ndarray) -> np.ndarray:
    demand = drawn_days(scenario.demand, scenario.day_cv, JUDGED_DAYS, JUDGE)
    return figures(run_fresh(demand, plan, INTERVAL_S, TARGET.answer_within_s, JUDGED_DAYS, JUDGE)).service_level


def show(name: str, plan: np.ndarray, verified: Repaired, level: np.ndarray) -> str:
    more = plan.sum() / verified.agents.sum() - 1
    return f"{name:14s} {plan.sum() / 2:8.1f} h {more:+7.1%}  [{int((level < 0.79).sum()):2d}] {level.min():.3f}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", type=int, nargs="*", help="numbers of scenarios, from 1")
    chosen = parser.parse_args().only or range(1, len(SCENARIOS) + 1)
    repair(SCENARIOS[0].demand, [12] * INTERVALS, TARGET, interval_s=INTERVAL_S, days=40)
    for number in chosen:
        scenario = SCENARIOS[number - 1]
        plans = {"Erlang C": erlang(scenario, "erlang_c", "sipp"), "Erlang A": erlang(scenario, "erlang_a", "sipp")}
        plans["MOL, Erlang A"] = start = erlang(scenario, "erlang_a", "mol")
        if scenario.day_cv:
            plans["MOL, expected"] = start = at_risk(scenario)
        wall, cpu = time.perf_counter(), time.process_time()
        found = repair(scenario.demand, start, TARGET, interval_s=INTERVAL_S, day_cv=scenario.day_cv)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        plans["verified"] = found.agents
        proofs = f"{found.rounds} proofs of {found.days} days, no plan below {found.fewest / 2} h"
        print(f"{number}. {scenario.name}: {cpu:.1f} s CPU, {wall:.1f} s wall, {proofs}")
        for name, plan in plans.items():
            print("  ", show(name, plan, found, judged(scenario, plan)))


if __name__ == "__main__":
    main()
