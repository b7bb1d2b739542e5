"""The simulated queue against queues that are solved exactly: Erlang A, Erlang C, the queue with one agent."""

import numpy as np
import pytest

from staffing import performance
from staffing.queueing import METRICS
from staffing.simulation import Constant, Demand, Exponential, Gamma, Infinite, Lognormal, simulate
from staffing.simulation.result import ratio_estimate

# Erlang A: load [erl], agents, AHT [s], patience [s], threshold [s]; from two agents to hundreds, idle to overloaded.
CASES_A = [
    (load, max(1, round(load + beta * load**0.5)), aht, patience, within)
    for load, aht, within in ((1.5, 180, 20), (8, 300, 10), (25, 240, 20), (60, 600, 60), (250, 200, 30))
    for patience in (45, 240)
    for beta in (-1.5, -0.3, 0.4, 1.2)
]
CASES_C = [(0.6, 1, 120, 30), (3, 4, 200, 20), (12, 15, 240, 20), (40, 44, 180, 20), (90, 100, 300, 60)]


def z_scores(demand_of, load, agents, aht_s, within_s, expected, seed, calls=150_000, days=40):
    """How many standard errors each measure lies from its exact value, after a warm-up of ten handle times."""
    warm_s, length_s = 10 * aht_s, calls / days * aht_s / load
    intervals = int(np.ceil((warm_s + length_s) / warm_s)) + 2
    demand = demand_of(np.r_[np.full(intervals - 1, load * 10), 0.0])
    result = simulate(
        demand,
        np.full(intervals, agents),
        interval_s=warm_s,
        answer_within_s=within_s,
        replications=days,
        seed=seed,
    )
    scores = {}
    for name in METRICS:
        numerator, denominator = (part[:, 1:-2].sum(axis=1) for part in result.ratio(name))
        found = ratio_estimate(numerator, denominator, 0.95)
        exact = float(getattr(expected, name))
        if found.standard_error > 0:
            scores[name] = float((found.value - exact) / found.standard_error)
        else:
            assert float(found.value) == pytest.approx(exact, abs=1e-5), name
    return scores


def scores_a(load, agents, aht_s, patience_s, within_s, seed, calls=150_000):
    exact = performance(
        "erlang_a",
        calls=load,
        interval_s=aht_s,
        aht_s=aht_s,
        agents=agents,
        patience_s=patience_s,
        answer_within_s=within_s,
    )
    return z_scores(
        lambda calls: Demand(calls, Exponential(aht_s), Exponential(patience_s)),
        load, agents, aht_s, within_s, exact, seed, calls,
    )  # fmt: skip


def assert_plausible(scores):
    """No score beyond 3 standard errors; of hundreds of true ones a few in a thousand would be, so seeds are fixed."""
    assert {name: round(z, 2) for name, z in scores.items() if abs(z) > 3} == {}


@pytest.mark.parametrize("case", [3, 9, 18, 28, 38])
def test_erlang_a(case):
    assert_plausible(scores_a(*CASES_A[case], seed=case))


@pytest.mark.slow
def test_erlang_a_on_forty_cases():
    """Service level, the measure that plans stand on, within 3 standard errors in all; the rest as normal as luck."""
    scores = [scores_a(*case, seed=1000 + k, calls=600_000) for k, case in enumerate(CASES_A)]
    assert len(scores) == 40
    assert_plausible({f"{case}": s["service_level"] for case, s in zip(CASES_A, scores, strict=True)})
    everything = np.array([z for s in scores for z in s.values()])
    assert (np.abs(everything) > 3).mean() < 0.015
    assert 0.8 < everything.std() < 1.3


@pytest.mark.parametrize("case", range(len(CASES_C)))
def test_erlang_c(case):
    load, agents, aht_s, within_s = CASES_C[case]
    exact = performance("erlang_c", calls=load, interval_s=aht_s, aht_s=aht_s, agents=agents, answer_within_s=within_s)
    assert_plausible(
        z_scores(
            lambda calls: Demand(calls, Exponential(aht_s), Infinite()), load, agents, aht_s, within_s, exact, case
        )
    )


@pytest.mark.parametrize(
    ("handle", "variance"),
    [(Exponential(100), 1), (Constant(100), 0), (Gamma(100, 0.5), 0.25), (Lognormal(100, 1.3), 1.69)],
)
def test_one_agent_waits_as_pollaczek_and_khinchine_say(handle, variance):
    """Mean wait of M/G/1: rho / (1 - rho) x (1 + cv^2) / 2 x AHT."""
    load = 0.7
    demand = Demand(np.full(300, load * 20), handle, Infinite())
    days = simulate(demand, np.ones(300), interval_s=2000, replications=60, seed=77)
    waits, calls = (part[:, 20:-5].sum(axis=1) for part in days.ratio("asa_s"))
    found = ratio_estimate(waits, calls, 0.95)
    expected = load / (1 - load) * (1 + variance) / 2 * 100
    assert abs(found.value - expected) < 3 * found.standard_error
    assert found.standard_error < 0.05 * expected


def test_constant_patience_as_the_loss_of_a_queue_with_one_agent():
    """M/M/1 whose callers wait at most tau: the workload density is solved by hand (Barrer 1957).

    P(0) = 1 / (1 + rho (1 - e^-a tau) / (1 - rho) + rho e^-a tau), a = (1 - rho) / AHT: a caller abandons when the
    workload exceeds tau, with probability rho e^-a tau P(0).
    """
    rho, aht_s, tau = 0.8, 100.0, 150.0
    fall = np.exp(-(1 - rho) * tau / aht_s)
    empty = 1 / (1 + rho * (1 - fall) / (1 - rho) + rho * fall)
    demand = Demand(np.full(300, rho * 20), Exponential(aht_s), Constant(tau))
    days = simulate(demand, np.ones(300), interval_s=2000, replications=60, seed=5)
    gone, offered = (part[:, 5:-5].sum(axis=1) for part in days.ratio("abandonment"))
    found = ratio_estimate(gone, offered, 0.95)
    assert abs(found.value - rho * fall * empty) < 3 * found.standard_error
    assert found.standard_error < 0.002


def test_an_interval_of_confidence_ends_where_a_share_does() -> None:
    in_time, offered = np.array([[9, 0], [10, 0], [10, 1], [10, 0]]), np.full((4, 2), 10)
    found = ratio_estimate(in_time, offered, 0.95, most=1.0)
    free = ratio_estimate(in_time, offered, 0.95)
    assert found.high.tolist() == [1.0, free.high[1]]
    assert free.high[0] > 1
    assert found.low.tolist() == [free.low[0], 0.0]
    assert 0 < found.low[0] < found.value[0]
