"""Redials against Erlang X, and tasks under a reserve against the stationary law of their Markov chain."""

import numpy as np
import pytest

from staffing import performance
from staffing.blending import blended
from staffing.simulation import Callbacks, Constant, Demand, Exponential, Infinite, Lognormal, Redials, Tasks, simulate
from staffing.simulation.result import ratio_estimate

# load of first calls [erl], agents, patience [s], threshold [s], share that calls again; AHT 200 s
CASES_X = [
    (5, 6, 120, 20, 0.5),
    (10, 8, 60, 20, 0.8),
    (10, 11, 300, 20, 0.6),
    (20, 18, 120, 20, 0.8),
    (20, 22, 120, 30, 0.4),
    (30, 24, 90, 10, 0.7),
    (50, 48, 120, 20, 0.0),
    (50, 48, 120, 20, 0.6),
    (50, 48, 120, 20, 0.8),
    (50, 55, 60, 20, 0.5),
    (80, 75, 200, 60, 0.8),
    (120, 118, 120, 20, 0.6),
]
AHT_S = 200.0


def z_score(result, name, exact, keep):
    """Standard errors from the exact value, of the intervals that are steady."""
    numerator, denominator = (part[:, keep].sum(axis=1) for part in result.ratio(name))
    found = ratio_estimate(numerator, denominator, 0.95)
    if found.standard_error < 1e-12:
        assert found.value == pytest.approx(exact, abs=1e-9)
        return 0.0
    return float((found.value - exact) / found.standard_error)


def scores_x(case, calls, seed):
    """Delays of 100 handle times; the steady last third of days of 60 delays."""
    load, agents, patience_s, within_s, again = case
    intervals, interval_s = 60, 20_000.0
    days = max(8, round(calls * AHT_S / (load * intervals * interval_s)))
    exact = performance(
        "erlang_x", calls=load, interval_s=AHT_S, aht_s=AHT_S, agents=agents, patience_s=patience_s, redial=again,
        answer_within_s=within_s,
    )  # fmt: skip
    found = simulate(
        Demand(np.full(intervals, load * interval_s / AHT_S), Exponential(AHT_S), Exponential(patience_s)),
        np.full(intervals, agents),
        interval_s=interval_s,
        answer_within_s=within_s,
        redials=Redials(again, Lognormal(20_000, 0.5)),
        replications=days,
        seed=seed,
    )
    keep = slice(40, 59)  # the share of redials settles within some dozen delays
    names = ("service_level", "abandonment", "asa_s", "occupancy", "queue_len", "sl_virtual", "p_wait")
    scores = {name: round(z_score(found, name, float(getattr(exact, name)), keep), 2) for name in names}
    lost = exact.abandonment * (1 - again) / (1 - again * exact.abandonment)
    scores["attempts_per_caller"] = round(
        z_score(found, "attempts_per_caller", float(1 / (1 - again * exact.abandonment)), keep), 2
    ) if again else 0.0  # fmt: skip
    early = slice(40, 45)  # whose redials all fall into the day
    scores["lost_callers"] = round(z_score(found, "lost_callers", float(lost), early), 2)
    return scores


@pytest.mark.parametrize("case", [1, 4, 5])
def test_redials_long_after_are_erlang_x(case):
    scores = scores_x(CASES_X[case], 500_000, seed=case)
    assert {name: z for name, z in scores.items() if abs(z) > 3} == {}


@pytest.mark.slow
def test_redials_long_after_are_erlang_x_on_twelve_cases():
    scores = [scores_x(case, 1_500_000, seed=50 + k) for k, case in enumerate(CASES_X)]
    assert {k: s["service_level"] for k, s in enumerate(scores) if abs(s["service_level"]) > 3} == {}
    everything = np.array([z for s in scores for z in s.values()])
    assert (np.abs(everything) > 3).mean() < 0.02
    assert 0.4 < everything.std() < 1.4  # measures of a case go together


def stationary(rates):
    """Stationary law of a Markov chain given as {state: [(rate, state), ...]}, by a dense solve."""
    number = {state: k for k, state in enumerate(rates)}
    q = np.zeros((len(rates), len(rates)))
    for state, moves in rates.items():
        for rate, to in moves:
            if rate and to in number:
                q[number[state], number[to]] += rate
                q[number[state], number[state]] -= rate
    equations = np.vstack([q.T, np.ones(len(rates))])
    law = np.linalg.lstsq(equations, np.r_[np.zeros(len(rates)), 1.0], rcond=None)[0]
    return dict(zip(rates, law, strict=True))


def blended_chain(rate, aht_s, task_s, patience_s, agents, reserve, longest=60):
    """Calls in service, tasks in service, callers waiting, with tasks that never run out."""
    mu, nu, theta = 1 / aht_s, 1 / task_s, 0.0 if np.isinf(patience_s) else 1 / patience_s

    def fill(i, j):
        """Idle agents beyond the reserve begin tasks."""
        return i, j + max(agents - i - j - reserve, 0), 0

    rates = {}
    for i in range(agents + 1):
        for j in range(agents - i + 1):
            for q in range(longest + 1):
                idle = agents - i - j
                if idle > reserve or (q and idle):
                    continue
                if q:
                    ends = [(i * mu, (i, j, q - 1)), (j * nu, (i + 1, j - 1, q - 1)), (q * theta, (i, j, q - 1))]
                else:
                    ends = [(i * mu, fill(i - 1, j)), (j * nu, fill(i, j - 1))]
                rates[i, j, q] = [(rate, (i + 1, j, 0) if idle else (i, j, q + 1)), *ends]
    return stationary(rates)


@pytest.mark.parametrize(
    ("rate_h", "aht_s", "task_s", "patience_s", "agents", "reserve"),
    [
        (40, 180, 180, np.inf, 4, 1),
        (40, 180, 180, np.inf, 4, 0),
        (60, 200, 400, 120, 5, 1),
        (60, 200, 90, 300, 6, 2),
        (90, 160, 300, 100, 6, 3),
    ],
)
def test_tasks_without_end_under_a_reserve(rate_h, aht_s, task_s, patience_s, agents, reserve):
    """Throughput of tasks, P(wait), waits and abandonment of calls as the chain of calls and tasks has them."""
    law = blended_chain(rate_h / 3600, aht_s, task_s, patience_s, agents, reserve)
    assert sum(p for (_, _, q), p in law.items() if q > 55) < 1e-6
    exact = {
        "tasks_per_hour": 3600 * sum(p * j / task_s for (_, j, _), p in law.items()),
        "p_wait": sum(p for (i, j, _), p in law.items() if i + j == agents),
        "queue_len": sum(p * q for (_, _, q), p in law.items()),
        "occupancy": sum(p * (i + j) / agents for (i, j, _), p in law.items()),
        "abandonment": sum(p * q for (_, _, q), p in law.items()) / (patience_s * rate_h / 3600),
    }
    intervals, interval_s = 40, 7200.0
    found = simulate(
        Demand(
            np.full(intervals, rate_h * 2.0),
            Exponential(aht_s),
            Infinite() if np.isinf(patience_s) else Exponential(patience_s),
        ),
        np.full(intervals, agents),
        interval_s=interval_s,
        tasks=Tasks(np.zeros(intervals), Exponential(task_s), 20_000 if task_s < 100 else 8_000, reserve=reserve),
        replications=60,
        seed=agents,
    )
    assert (found.tasks.done.sum(axis=1) < found.tasks.arrived.sum(axis=1)).all()
    keep = slice(3, 38)
    scores = {name: round(z_score(found, name, value, keep), 2) for name, value in exact.items() if value > 0}
    assert {name: z for name, z in scores.items() if abs(z) > 3} == {}


@pytest.mark.parametrize(("agents", "reserve"), [(20, 0), (20, 3), (20, 8)])
def test_equal_handle_times_are_a_birth_death_chain_cut_off_below(agents, reserve):
    """Of tasks without end never less than n - k are at work: M/M/n restricted to those states (Bhulai and Koole 2003).

    pi(x) ~ A^x / x! up to n, geometric beyond; tasks leave at the rate that calls do not.
    """
    load, aht_s, within_s = 14.0, 150.0, 20.0
    states = np.arange(agents - reserve, agents + 1200)
    steps = np.log(load) - np.log(np.minimum(states[1:], agents))
    weight = np.exp(np.concatenate([[0.0], steps.cumsum()]))
    law = weight / weight.sum()
    p_wait = law[states >= agents].sum()
    exact = {
        "p_wait": p_wait,
        "service_level": 1 - p_wait * np.exp(-(agents - load) * within_s / aht_s),
        "tasks_per_hour": 3600 / aht_s * ((law * np.minimum(states, agents)).sum() - load),
    }
    intervals, interval_s = 30, 6000.0
    found = simulate(
        Demand(np.full(intervals, load * interval_s / aht_s), Exponential(aht_s), Infinite()),
        np.full(intervals, agents),
        interval_s=interval_s,
        answer_within_s=within_s,
        tasks=Tasks(np.zeros(intervals), Exponential(aht_s), backlog=12_000, reserve=reserve),
        replications=60,
        seed=reserve,
    )
    scores = {name: round(z_score(found, name, value, slice(2, 28)), 2) for name, value in exact.items()}
    assert {name: z for name, z in scores.items() if abs(z) > 3} == {}


def test_redials_shortly_after_make_it_worse_than_erlang_x():
    """Who calls again at once finds the queue that drove the caller away."""
    soon, late = (
        simulate(
            Demand(np.full(20, 180.0), Exponential(AHT_S), Exponential(120)),
            np.full(20, 19),
            interval_s=1800,
            redials=Redials(0.8, delay),
            replications=300,
            seed=1,
        )
        for delay in (Constant(5), Exponential(5000))
    )
    assert soon.whole_day("abandonment").low > late.whole_day("abandonment").high


@pytest.mark.parametrize(("agents", "reserve", "patience_s"), [(16, 2, 90), (30, 0, 200), (30, 5, 60)])
def test_blended_work_is_what_the_formula_says(agents, reserve, patience_s):
    """The closed form of `staffing.blending` and the simulation know nothing of each other."""
    aht_s, interval_s, intervals = 180.0, 5400.0, 24
    rate = 0.75 * agents * interval_s / aht_s
    exact = blended(
        calls=rate, interval_s=interval_s, aht_s=aht_s, agents=agents, reserve=reserve, patience_s=patience_s
    )
    found = simulate(
        Demand(np.full(intervals, rate), Exponential(aht_s), Exponential(patience_s)),
        np.full(intervals, agents),
        interval_s=interval_s,
        tasks=Tasks(np.zeros(intervals), Exponential(aht_s), backlog=600 * agents, reserve=reserve),
        replications=60,
        seed=3,
    )
    keep = slice(2, 22)
    names = ("service_level", "abandonment", "asa_s", "occupancy", "sl_virtual")
    scores = {name: round(z_score(found, name, float(getattr(exact.calls, name)), keep), 2) for name in names}
    tasks_per_hour = float(exact.work_erl) * 3600 / aht_s
    scores["tasks_per_hour"] = round(z_score(found, "tasks_per_hour", tasks_per_hour, keep), 2)
    assert {name: z for name, z in scores.items() if abs(z) > 3} == {}


def test_kept_places_for_all_are_endless_patience():
    """If all who wait keep their place and answer, each is rung when a caller of endless patience would be answered."""
    size = {"interval_s": 1800, "replications": 40, "seed": 4}
    rates, staff, handle = [110, 140, 100, 20, 30], [19, 23, 16, 3, 9], Lognormal(300, 1)
    plain = simulate(Demand(rates, handle, Infinite()), staff, **size)
    found = simulate(Demand(rates, handle, Exponential(20)), staff, callbacks=Callbacks(1.0, if_wait_s=0), **size)
    assert np.array_equal(found.callbacks.completed, plain.calls.delayed)
    assert found.callbacks.wait_s == pytest.approx(plain.calls.wait_answered_s)
    assert found.agents.busy_s == pytest.approx(plain.agents.busy_s)
    assert found.calls.answered_within.sum() == (plain.calls.offered - plain.calls.delayed).sum()


@pytest.mark.parametrize(("load", "agents", "reserve"), [(6.0, 10, 0), (6.0, 10, 2), (14.0, 20, 3)])
def test_callbacks_in_idle_time_are_a_markov_chain(load, agents, reserve):
    """All who find nobody free are called back when more than the reserve idle: busy agents, and callbacks owed."""
    aht_s, longest = 150.0, 120
    rates = {}
    for busy in range(agents + 1):
        for owed in range(longest + 1 if agents - busy <= reserve else 1):
            begins = owed and agents - busy + 1 > reserve
            ends = (busy, owed - 1) if begins else (busy - 1, owed)
            comes = (busy + 1, owed) if busy < agents else (busy, owed + 1)
            rates[busy, owed] = [(load / aht_s, comes), (busy / aht_s, ends)]
    law = stationary(rates)
    assert sum(p for (_, owed), p in law.items() if owed > longest - 5) < 1e-6
    accepted = sum(p for (busy, _), p in law.items() if busy == agents)
    exact = {"time_to_callback_s": sum(p * owed for (_, owed), p in law.items()) * aht_s / (load * accepted)}
    intervals, interval_s = 40, 6000.0
    found = simulate(
        Demand(np.full(intervals, load * interval_s / aht_s), Exponential(aht_s), Exponential(60)),
        np.full(intervals, agents),
        interval_s=interval_s,
        callbacks=Callbacks(1.0, if_wait_s=0, keep_place=False, reserve=reserve),
        replications=120,
        seed=reserve,
    )
    keep = slice(3, 35)
    scores = {name: z_score(found, name, value, keep) for name, value in exact.items()}
    taken, stayed = (n[:, keep].sum(axis=1).astype(float) for n in (found.callbacks.accepted, found.calls.offered))
    share = ratio_estimate(taken, taken + stayed, 0.95)
    scores["accepted"] = float((share.value - accepted) / share.standard_error)
    assert {name: round(z, 2) for name, z in scores.items() if abs(z) > 3} == {}
    assert found.callbacks.completed.sum() == found.callbacks.accepted.sum()
