"""One simulated queue against an event list, hand-made days and the bookkeeping that must hold on every day."""

import heapq
import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.simulation import (
    Constant,
    Demand,
    Empirical,
    Exponential,
    Gamma,
    Infinite,
    Lognormal,
    replay,
    simulate,
)
from staffing.simulation.calls import Calls
from staffing.simulation.serving import serve
from staffing.simulation.staff import staff_steps
from wfm.errors import InputError, UsageProblem

COMES, DONE, HANGS_UP, CALLS = range(4)  # the order of events at one moment


def event_list(arrival, handle, patience, staff, step_s):
    """What becomes of each call: ("answered", start), ("abandoned", time) or ("waiting",), one event at a time."""
    events = [(t, CALLS, j) for j, t in enumerate(arrival)]
    events += [(k * step_s, COMES, b - a) for k, (a, b) in enumerate(itertools.pairwise([0, *staff]))]
    heapq.heapify(events)
    idle, busy, queue, fate = 0, [], [], {}
    while events:
        now, kind, what = heapq.heappop(events)
        if kind == COMES:
            idle += what
            while idle < 0:  # more go than are idle: of those in a call, whoever is free first
                idle += 1
                busy.remove(min(busy))
        elif kind == DONE and (now, what) in busy:
            busy.remove((now, what))
            idle += 1
        elif kind == HANGS_UP and what in queue:
            queue.remove(what)
            fate[what] = ("abandoned", now)
        elif kind == CALLS:
            queue.append(what)
            if patience[what] < np.inf:
                heapq.heappush(events, (now + patience[what], HANGS_UP, what))
        while idle and queue:
            call = queue.pop(0)
            idle -= 1
            fate[call] = ("answered", now)
            busy.append((now + handle[call], call))
            heapq.heappush(events, (now + handle[call], DONE, call))
    return [fate.get(j, ("waiting",)) for j in range(len(arrival))]


def fates(arrival, handle, patience, staff, step_s):
    calls = Calls(np.array([0, len(arrival)]), *(np.asarray(v, float) for v in (arrival, handle, patience)))
    served = serve(calls, staff_steps(staff, step_s))
    found = []
    for t, p, start, group in zip(arrival, patience, served.start_s, served.group, strict=True):
        left = ("abandoned", t + p) if p < start - t else ("waiting",)
        found.append(left if group < 0 else ("answered", start))
    return found, served


@pytest.mark.parametrize("seed", range(6))
def test_every_call_as_in_an_event_list(seed):
    random = np.random.default_rng([seed, 5])
    staff = random.integers(0, 14, 24)
    arrival = np.sort(random.uniform(0, 24 * 600, 1500))
    handle, patience = random.lognormal(4, 1, 1500), random.exponential(100, 1500)
    found, _ = fates(arrival, handle, patience, staff, 600)
    assert found == event_list(arrival.tolist(), handle, patience, staff.tolist(), 600)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 39), st.integers(0, 12), st.sampled_from([0, 1, 2, 3, 7, float("inf")])), max_size=25
    ),
    st.lists(st.integers(0, 3), min_size=1, max_size=8),
)
def test_ties_fall_as_stated(calls, staff):
    """Whole seconds make calls, ends of calls, ends of patience and changes of staff coincide."""
    arrival, handle, patience = zip(*sorted(calls, key=lambda c: c[0]), strict=True) if calls else ((), (), ())
    found, _ = fates(arrival, handle, patience, staff, 5)
    assert found == event_list(arrival, handle, patience, staff, 5)


def test_start_of_a_caller_who_hung_up_is_when_it_would_have_been_served():
    random = np.random.default_rng([1, 9])
    arrival = np.sort(random.uniform(0, 3600, 400))
    handle, patience = random.exponential(60, 400), random.exponential(30, 400)
    staff = [5, 3, 6, 0, 4, 5]
    _, served = fates(arrival, handle, patience, staff, 600)
    gone = np.flatnonzero(served.group < 0)
    assert gone.size > 20
    for j in gone[::5]:
        stays = patience.copy()
        stays[j] = np.inf
        assert fates(arrival, handle, stays, staff, 600)[1].start_s[j] == served.start_s[j]


def brute_counts(arrival, handle, patience, served, staff, step_s, interval_s, intervals, within_s):
    """The counts of one day by plain sums over calls."""
    wait = served.start_s - arrival
    answered, abandoned = served.group >= 0, patience < wait
    spent = np.minimum(wait, patience)
    of = np.minimum((arrival // interval_s).astype(int), intervals - 1)
    masks = {
        "offered": np.ones_like(answered),
        "answered": answered,
        "answered_within": answered & (wait <= within_s),
        "abandoned": abandoned,
        "abandoned_within": abandoned & (patience <= within_s),
        "virtual_within": wait <= within_s,
        "waiting": ~answered & ~abandoned,
        "delayed": wait > 0,
    }
    counts = {name: np.bincount(of[mask], minlength=intervals) for name, mask in masks.items()}
    sums = {"wait_answered_s": answered, "wait_all_s": answered | abandoned, "wait_virtual_s": np.ones_like(answered)}
    counts |= {
        name: np.bincount(of[m], np.where(m, wait if "virt" in name else spent, 0)[m], intervals)
        for name, m in sums.items()
    }
    edges = np.arange(intervals + 1) * interval_s

    def overlap(begin, end):
        return np.maximum(np.minimum(end, edges[1:]) - np.maximum(begin, edges[:-1]), 0)

    counts["busy_s"] = sum(overlap(s, s + h) for s, h in zip(served.start_s[answered], handle[answered], strict=True))
    counts["max_queue"] = [
        max(
            int(((arrival <= t) & (arrival + spent > t)).sum())
            for t in [low, *arrival[(arrival >= low) & (arrival < high)]]
        )
        for low, high in itertools.pairwise(edges)
    ]
    return counts


@pytest.mark.parametrize("patience", [Exponential(45), Infinite(), Constant(60)])
def test_counts_are_plain_sums_over_calls(patience):
    random = np.random.default_rng([3, 3])
    arrival = np.sort(random.uniform(0, 7200, 700))
    handle = random.lognormal(4.2, 0.8, 700)
    staff = [6, 9, 5, 0, 9, 11, 8, 0]
    result = replay(
        arrival[::-1],
        handle[::-1],
        staff,
        patience=patience,
        interval_s=1800,
        intervals=4,
        staff_step_s=900,
        replications=1,
        seed=4,
    )
    drawn = patience.draw(np.random.default_rng(np.random.SeedSequence(4).spawn(2)[1]), 700)
    _, served = fates(arrival, handle, drawn, staff, 900)
    for name, expected in brute_counts(arrival, handle, drawn, served, staff, 900, 1800, 4, 20.0).items():
        part = result.agents if name == "busy_s" else result.calls
        assert getattr(part, name)[0] == pytest.approx(np.array(expected, float), rel=1e-12, abs=1e-9), name


def test_end_of_shift_finishes_the_call():
    """One agent until 100 s: the call in hand is finished at 150 s, the others meet nobody until 200 s."""
    result = replay(
        [50, 90, 120], [100, 10, 10], [1, 0, 1, 0], patience=Constant(115), interval_s=100, intervals=4, replications=1
    )
    assert result.calls.answered[0].tolist() == [2, 1, 0, 0]
    assert result.calls.wait_answered_s[0].tolist() == [110, 90, 0, 0]
    assert result.agents.staffed_s[0].tolist() == [100, 50, 100, 0]


def test_no_agents_everyone_abandons():
    demand = Demand([50, 50], Exponential(100), Exponential(60))
    result = simulate(demand, [0, 0], interval_s=600, replications=20)
    assert (result.calls.abandoned == result.calls.offered).all()
    assert result.calls.offered.sum() > 1500
    found = result.performance()
    assert found.abandonment.tolist() == [1, 1]
    assert np.isnan(found.asa_s).all()
    assert np.isnan(found.occupancy).all()
    assert found.wait_virtual_s.tolist() == [np.inf, np.inf]


def test_no_agents_and_endless_patience_leaves_everyone_waiting():
    result = simulate(Demand([50], Exponential(100), Infinite()), [0], interval_s=600, replications=5)
    assert (result.calls.waiting == result.calls.offered).all()
    assert result.calls.max_queue[:, 0].tolist() == result.calls.offered[:, 0].tolist()
    assert result.summary()["value"].notna().any()


def test_no_calls():
    result = simulate(Demand([0, 0], Exponential(100), Infinite()), [3, 2], interval_s=600, replications=5)
    assert result.performance().service_level.tolist() == [1, 1]
    assert result.performance().occupancy.tolist() == [0, 0]
    assert result.agents.staffed_s.tolist() == [[1800, 1200]] * 5
    assert result.frame()["service_level"].isna().all()


@pytest.mark.parametrize("patience", [Exponential(90), Lognormal(90, 1.5), Infinite(), Empirical([5, 60, np.inf])])
def test_every_call_is_accounted_for(patience):
    demand = Demand([80, 120, 60, 0, 10], Gamma(300, 0.7), patience)
    result = simulate(demand, [12, 14, 16, 2, 0], interval_s=1800, replications=50, seed=8)
    calls = result.calls
    assert (calls.offered == calls.answered + calls.abandoned + calls.waiting).all()
    assert (calls.answered_within <= calls.answered).all()
    assert (calls.virtual_within >= calls.answered_within).all()
    assert (result.agents.busy_s <= result.agents.staffed_s + 1e-6).all()


def same(a, b):
    return all(
        np.array_equal(getattr(x, f), getattr(y, f))
        for x, y in ((a.calls, b.calls), (a.agents, b.agents))
        for f in type(x).__dataclass_fields__
    )


def run(replications=40, seed=3, staff=(20, 24, 18), calls=(110, 140, 100), handle=None):
    demand = Demand(calls, handle or Lognormal(300, 1), Exponential(90))
    return simulate(demand, staff, interval_s=1800, replications=replications, seed=seed)


def test_a_seed_is_a_run():
    assert same(run(), run())
    assert not same(run(), run(seed=4))


def test_days_do_not_depend_on_how_many_there_are():
    """Also across batches: 600 days are more calls than one batch holds."""
    short, long = run(), run(replications=600)
    assert np.array_equal(short.calls.wait_all_s, long.calls.wait_all_s[:40])
    assert np.array_equal(short.agents.busy_s, long.agents.busy_s[:40])


def test_plans_meet_the_same_callers():
    few, many = run(), run(staff=(22, 26, 20))
    assert np.array_equal(few.calls.offered, many.calls.offered)
    assert np.array_equal(few.calls.offered, run(handle=Constant(10)).calls.offered)
    gain = few.each_day("service_level") - many.each_day("service_level")
    assert gain.max() <= 0
    other = run(seed=9, staff=(22, 26, 20))
    assert gain.var() < (few.each_day("service_level") - other.each_day("service_level")).var() / 3


def test_days_of_their_own_rates():
    rates = np.array([[30.0, 0.0], [0.0, 400.0], [5.0, 5.0]])
    result = simulate(Demand(rates, Constant(60), Infinite()), [9, 9], interval_s=900, replications=3)
    assert result.calls.offered[0, 1] == result.calls.offered[1, 0] == 0
    assert result.calls.offered[1, 1] > 300
    with pytest.raises(UsageProblem, match="3 days"):
        simulate(Demand(rates, Constant(60), Infinite()), [9, 9], interval_s=900, replications=4)


def test_arrivals_are_poisson_with_the_given_rates():
    rates = np.array([40.0, 0.0, 7.5, 120.0])
    result = simulate(Demand(rates, Constant(1), Infinite()), [1] * 4, interval_s=900, replications=4000, seed=2)
    offered = result.calls.offered
    assert offered.mean(axis=0) == pytest.approx(rates, abs=4 * np.sqrt(120 / 4000))
    assert offered.var(axis=0) == pytest.approx(rates, rel=0.1)
    correlation = np.corrcoef(offered[:, [0, 2, 3]].T)[np.triu_indices(3, 1)]
    assert np.abs(correlation).max() < 4 / np.sqrt(4000)


@pytest.mark.parametrize(
    ("distribution", "mean", "cv"),
    [
        (Exponential(200), 200, 1),
        (Lognormal(200, 0.6), 200, 0.6),
        (Gamma(200, 1.4), 200, 1.4),
        (Constant(200), 200, 0),
        (Empirical([100, 300]), 200, 0.5),
    ],
)
def test_distributions_have_their_moments(distribution, mean, cv):
    drawn = distribution.draw(np.random.default_rng([1, 1]), 200_000)
    assert drawn.mean() == pytest.approx(mean, rel=0.015)
    assert drawn.std() / drawn.mean() == pytest.approx(cv, abs=0.02)
    assert np.array_equal(distribution.draw(np.random.default_rng([1, 1]), 500), drawn[:500])


def test_replay_draws_only_what_is_unknown():
    known = replay([0, 1, 2], [5, 6, 7], [3], patience=Constant(9), interval_s=60, intervals=1, replications=4)
    assert (known.agents.busy_s == 18).all()
    partly = replay(
        [0, 1, 2], [5, np.nan, 7], [3], patience=Constant(9), handle=Constant(2), interval_s=60, intervals=1
    )
    assert (partly.agents.busy_s == 14).all()


def test_confidence_intervals_cover():
    """95 % intervals of 200 runs of 30 days each hold the truth, the mean of all, about 95 times of 100."""
    runs = [run(replications=30, seed=100 + k).whole_day("service_level") for k in range(200)]
    truth = np.mean([r.value for r in runs])
    covered = np.mean([r.low <= truth <= r.high for r in runs])
    assert 0.90 <= covered <= 0.99


def test_one_day_has_no_confidence_interval():
    found = run(replications=1).whole_day("service_level")
    assert 0 < found.value < 1
    assert np.isnan([found.low, found.high, found.standard_error]).all()


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        (lambda: Demand([1, -2], Constant(1), Infinite()), InputError),
        (lambda: Demand([1, np.nan], Constant(1), Infinite()), InputError),
        (lambda: Demand([], Constant(1), Infinite()), UsageProblem),
        (lambda: Exponential(0), InputError),
        (lambda: Lognormal(60, np.inf), InputError),
        (lambda: Constant(-1), InputError),
        (lambda: Empirical([]), InputError),
        (lambda: Empirical([3, np.nan]), InputError),
        (lambda: run(staff=(1, 2)), UsageProblem),
        (lambda: run(staff=(1, 2.5, 3)), InputError),
        (lambda: run(staff=(1, -2, 3)), InputError),
        (lambda: run(replications=0), UsageProblem),
        (lambda: run(handle=Infinite()), InputError),
        (lambda: replay([70], [1], [1], patience=Infinite(), interval_s=60, intervals=1), InputError),
        (lambda: replay([7], [np.nan], [1], patience=Infinite(), interval_s=60, intervals=1), InputError),
    ],
)
def test_senseless_input_is_refused(problem, error):
    with pytest.raises(error):
        problem()


def test_numba_is_loaded_only_to_simulate():
    code = "import sys, staffing.simulation; assert 'numba' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
