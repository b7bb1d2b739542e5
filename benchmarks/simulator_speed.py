"""Calls simulated per second: ours against simpy and ciw on one queue whose callers hang up, and ours with skills,
redials, callbacks, tasks and chats.

simpy and ciw are used if installed (``pip install simpy ciw``); CPU seconds of one process. Every simulator's service
level is printed beside the exact one of Erlang A, so that nobody is fast by being wrong.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np

import staffing
from staffing.simulation import (
    Callbacks,
    Demand,
    Exponential,
    Group,
    Lognormal,
    Redials,
    Skill,
    Tasks,
    simulate,
    simulate_chat,
    simulate_skills,
)

AGENTS, AHT_S, PATIENCE_S, WITHIN_S, INTERVAL_S = 50, 240.0, 120.0, 20.0, 1800.0
RATE = 50 / AHT_S
DAY_S = 28 * INTERVAL_S


def ours(days: int = 400) -> tuple[int, float]:
    demand = Demand([RATE * INTERVAL_S] * 28, Exponential(AHT_S), Exponential(PATIENCE_S))
    found = simulate(demand, [AGENTS] * 28, interval_s=INTERVAL_S, answer_within_s=WITHIN_S, replications=days)
    return int(found.calls.offered.sum()), float(found.whole_day("service_level").value)


def with_simpy(days: int = 8) -> tuple[int, float]:
    import simpy

    random = np.random.default_rng([1, 2])
    waits: list[float] = []

    def call(env, agents):
        arrived = env.now
        with agents.request() as request:
            found = yield request | env.timeout(random.exponential(PATIENCE_S))
            answered = request in found
            waits.append(env.now - arrived if answered else np.inf)
            if answered:
                yield env.timeout(random.exponential(AHT_S))

    def arrivals(env, agents):
        while True:
            yield env.timeout(random.exponential(1 / RATE))
            env.process(call(env, agents))

    for _ in range(days):
        env = simpy.Environment()
        env.process(arrivals(env, simpy.Resource(env, capacity=AGENTS)))
        env.run(until=DAY_S)
    return len(waits), float(np.mean(np.array(waits) <= WITHIN_S))


def with_ciw(days: int = 4) -> tuple[int, float]:
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1 / AHT_S)],
        number_of_servers=[AGENTS],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / PATIENCE_S)],
    )
    calls = answered = 0
    for seed in range(days):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(DAY_S)
        records = simulation.get_all_records()
        calls += len(records)
        answered += sum(r.record_type == "service" and r.waiting_time <= WITHIN_S for r in records)
    return calls, answered / calls


def with_skills(days: int = 300) -> tuple[int, float]:
    """Five skills of lognormal handle times, eight groups, two priorities, a load of 66 erlangs on 76 agents."""
    skills = {
        f"skill {k}": Skill(Demand([60.0 + 20 * k] * 28, Lognormal(AHT_S, 1), Exponential(PATIENCE_S)), 1 + k % 2)
        for k in range(5)
    }
    lists = ([0], [1], [2], [3], [4], [0, 1], [2, 3], [4, 0, 1, 2, 3])
    staff = (5, 5, 8, 10, 12, 9, 12, 15)
    groups = {
        f"group {g}": Group([f"skill {k}" for k in own], [n] * 28)
        for g, (own, n) in enumerate(zip(lists, staff, strict=True))
    }
    found = simulate_skills(skills, groups, interval_s=INTERVAL_S, replications=days)
    offered = sum(int(calls.offered.sum()) for calls in found.skills.values())
    return offered, sum(int(calls.answered_within.sum()) for calls in found.skills.values()) / offered


def with_rules(days: int, **rules) -> tuple[int, float]:
    """The queue of `ours` with redials, callbacks or tasks; attempts and tasks count as calls."""
    demand = Demand([RATE * INTERVAL_S] * 28, Exponential(AHT_S), Exponential(PATIENCE_S))
    settings = {"interval_s": INTERVAL_S, "answer_within_s": WITHIN_S, "replications": days}
    found = simulate(demand, [AGENTS] * 28, **settings, **rules)
    handled = found.calls.offered.sum()
    handled += 0 if found.callbacks is None else found.callbacks.accepted.sum()
    handled += 0 if found.tasks is None else found.tasks.arrived.sum()
    return int(handled), float(found.whole_day("service_level").value)


REDIALS = Redials(0.5, Exponential(600))
RULES = {
    "redials": {"redials": REDIALS},
    "callbacks in turn": {"callbacks": Callbacks(0.5, if_wait_s=20)},
    "redials, callbacks, tasks": {
        "redials": REDIALS,
        "callbacks": Callbacks(0.5, if_wait_s=20, keep_place=False, promise_s=3600, urgent_before_s=600, reserve=1),
        "tasks": Tasks([20.0] * 28, Exponential(200), reserve=2),
    },
}


def with_chats(days: int = 400) -> tuple[int, float]:
    """Up to three at once, 13 agents for 100 chats in half an hour."""
    demand = Demand([100.0] * 28, Exponential(400), Exponential(PATIENCE_S))
    found = simulate_chat(demand, [13] * 28, concurrency=(400, 520, 660), interval_s=INTERVAL_S, replications=days)
    return int(found.calls.offered.sum()), float(found.whole_day("service_level").value)


def speed(name: str, run: Callable[..., tuple[int, float]]) -> float:
    """Calls per CPU second, the best of three after a first short run that compiles."""
    run(1)
    best, level = 0.0, float("nan")
    for _ in range(3):
        start = time.process_time()
        calls, level = run()
        best = max(best, calls / (time.process_time() - start))
    print(f"{name:28s} {best:12,.0f} calls/s   service level {level:.4f}")
    return best


def main() -> None:
    exact = staffing.performance(
        "erlang_a",
        calls=RATE * INTERVAL_S,
        interval_s=INTERVAL_S,
        aht_s=AHT_S,
        agents=AGENTS,
        patience_s=PATIENCE_S,
        answer_within_s=WITHIN_S,
    )
    print(f"{'exact, without warm-up':28s} {'':12s}           service level {float(exact.service_level):.4f}")
    own = speed("shiftcast M/M/n+M", ours)
    for name, run in (("simpy", with_simpy), ("ciw", with_ciw)):
        if importlib.util.find_spec(name) is None:
            print(f"{name:28s} not installed, skipped")
        else:
            print(f"{'ratio to ' + name:28s} {own / speed(name, run):12,.0f}")
    speed("shiftcast, 5 skills 8 groups", with_skills)
    for name, rules in RULES.items():
        speed(f"with {name}", lambda days=300, rules=rules: with_rules(days, **rules))
    speed("chat, three at once", with_chats)


if __name__ == "__main__":
    main()
