"""Days simulated again only where a plan changed are the days simulated whole, and those of the simulator."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import SeedSequence

from staffing.simulation import Constant, Demand, Empirical, Exponential, Gamma, Infinite, Lognormal
from staffing.simulation.calls import Calls, DrawnDays
from staffing.simulation.serving import serve
from staffing.simulation.staff import staff_steps
from staffing.simulation.tally import Tally, Timesheet
from staffing.simulation.windows import PARTS, KeptDays, Outcome, Sample, calibrated_weights, mean_of, run_fresh

INTERVAL_S, WITHIN_S = 300.0, 20.0
COUNTS = ("offered", "within", "abandoned", "answered")
PATIENCE = (Exponential(60.0), Infinite(), Constant(20.0), Empirical([5.0, 40.0, np.inf]))
HANDLE = (Lognormal(180.0, 1.0), Exponential(60.0), Constant(0.0), Gamma(900.0, 0.5))


def same(one: Outcome, other: Outcome) -> None:
    """Counts to the call, sums to rounding."""
    for field in fields(Outcome):
        values, expected = getattr(one, field.name), getattr(other, field.name)
        if field.name in COUNTS:
            np.testing.assert_array_equal(values, expected)
        else:
            np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-6)


@st.composite
def cases(draw):
    intervals = draw(st.integers(1, 7))
    calls = draw(st.lists(st.sampled_from([0.0, 0.5, 4.0, 12.0]), min_size=intervals, max_size=intervals))
    plans = st.lists(st.integers(0, 9), min_size=intervals, max_size=intervals)
    demand = Demand(calls, draw(st.sampled_from(HANDLE)), draw(st.sampled_from(PATIENCE)))
    return demand, draw(st.lists(st.tuples(plans, st.booleans()), min_size=2, max_size=6)), draw(st.integers(0, 99))


@given(cases())
@settings(max_examples=60, deadline=None)
def test_any_row_of_plans_is_what_each_plan_alone_is(case) -> None:
    demand, plans, seed = case
    kept = Sample(demand, INTERVAL_S, WITHIN_S, 12, SeedSequence(seed), threads=1)
    for plan, keep in plans:
        plan = np.array(plan)
        alone = Sample(demand, INTERVAL_S, WITHIN_S, 12, SeedSequence(seed), threads=1)
        same(kept.run(plan, keep=keep).outcome, alone.run(plan).outcome)


@given(cases(), st.integers(0, 6), st.integers(-3, 3))
@settings(max_examples=50, deadline=None)
def test_one_agent_more_or_fewer_is_what_the_changed_plan_alone_is(case, place: int, by: int) -> None:
    demand, plans, seed = case
    plan = np.array(plans[0][0])
    other = plan.copy()
    other[place % plan.size] = max(other[place % plan.size] + by, 0)
    kept = Sample(demand, INTERVAL_S, WITHIN_S, 10, SeedSequence(seed), threads=1)
    kept.run(plan, keep=True)
    alone = Sample(demand, INTERVAL_S, WITHIN_S, 10, SeedSequence(seed), threads=1)
    same(kept.run(other).outcome, alone.run(other).outcome)
    same(kept.run(plan).outcome, Sample(demand, INTERVAL_S, WITHIN_S, 10, SeedSequence(seed)).run(plan).outcome)


@given(cases())
@settings(max_examples=50, deadline=None)
def test_days_are_those_of_the_simulator(case) -> None:
    demand, plans, seed = case
    plan = np.array(plans[0][0])
    days = 6
    drawn = DrawnDays(demand, INTERVAL_S, days, SeedSequence(seed)).draw(slice(0, days))
    short = (v.astype(np.float32).astype(float) for v in (drawn.arrival_s, drawn.handle_s, drawn.patience_s))
    calls, steps = Calls(drawn.first, *short), staff_steps(plan, INTERVAL_S)
    served = serve(calls, steps)
    tally, time = Tally(days, plan.size, INTERVAL_S, [WITHIN_S]), Timesheet(days, 1, plan.size, INTERVAL_S)
    tally.add(slice(0, days), 0, calls, served)
    time.add_calls(slice(0, days), calls, served)
    time.add_staff(slice(0, days), served, steps)
    counts, agents = tally.of(0), time.of(0)
    expected = Outcome(
        counts.offered, counts.answered_within, counts.abandoned, counts.answered, counts.wait_answered_s,
        agents.busy_s, agents.staffed_s,
    )  # fmt: skip
    own = KeptDays(drawn, np.broadcast_to(np.asarray(demand.calls), (days, plan.size)), INTERVAL_S, WITHIN_S)
    same(Outcome.of(own.totals.offered, own.run(plan, keep=True), plan, INTERVAL_S), expected)


def test_threads_and_parts_do_not_matter() -> None:
    demand = Demand([20.0] * 6, Lognormal(200.0, 1.0), Exponential(60.0))
    plan = np.array([5, 14, 14, 13, 14, 12])
    one, two = (Sample(demand, INTERVAL_S, WITHIN_S, 40, SeedSequence(5), threads=t).run(plan) for t in (1, 2))
    np.testing.assert_array_equal(one.outcome.busy_s, two.outcome.busy_s)
    np.testing.assert_array_equal(one.weights, two.weights)
    some = Sample(demand, INTERVAL_S, WITHIN_S, 40, SeedSequence(5)).run(plan, parts=2)
    np.testing.assert_array_equal(some.outcome.within, one.outcome.within[: 40 * 2 // PARTS])
    fresh = [run_fresh(demand, plan, INTERVAL_S, WITHIN_S, 30, SeedSequence(6), threads=t) for t in (1, 2)]
    np.testing.assert_array_equal(fresh[0].outcome.staffed_s, fresh[1].outcome.staffed_s)
    assert fresh[0].outcome.offered.shape == (30, 6)


def test_weighted_days_bring_the_calls_and_the_work_that_are_expected() -> None:
    demand = Demand([30.0, 60.0, 90.0, 20.0], Lognormal(200.0, 1.0), Exponential(60.0))
    seen = Sample(demand, INTERVAL_S, WITHIN_S, 400, SeedSequence(1)).run(np.array([25, 45, 60, 25]))
    np.testing.assert_allclose(seen.weights.sum(axis=0), 1.0)
    np.testing.assert_allclose((seen.weights * seen.outcome.offered).sum(axis=0), [30, 60, 90, 20])


def test_weighted_days_tell_a_mean_more_exactly_and_without_bias() -> None:
    demand = Demand([60.0] * 4, Lognormal(240.0, 1.0), Exponential(60.0))
    plan = np.array([40, 46, 46, 46])
    long = run_fresh(demand, plan, INTERVAL_S, WITHIN_S, 20_000, SeedSequence(99)).outcome
    truth = (long.within.sum(axis=0) / long.offered.sum(axis=0))[3]
    plain, weighted = [], []
    for seed in range(60):
        seen = run_fresh(demand, plan, INTERVAL_S, WITHIN_S, 600, SeedSequence(seed))
        within, offered = seen.outcome.within[:, 3], seen.outcome.offered[:, 3]
        plain.append(within.sum() / offered.sum())
        weighted.append((seen.weights[:, 3] @ within) / (seen.weights[:, 3] @ offered))
    assert np.std(weighted) < 0.8 * np.std(plain)
    assert np.mean(weighted) == pytest.approx(truth, abs=4 * np.std(weighted) / np.sqrt(60) + 0.002)


def test_few_days_count_alike() -> None:
    x = np.random.default_rng(1).normal(size=(15, 3))
    np.testing.assert_array_equal(calibrated_weights([x], 1), np.full((15, 3), 1 / 15))


def test_no_day_counts_below_nothing() -> None:
    """A control that is hardly ever off its mean would weigh the days on which it is by anything."""
    rare = np.full((400, 1), -0.002)
    rare[7] = 0.998
    weights = calibrated_weights([rare], 0)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1.0)


def test_means_of_distributions() -> None:
    told = [mean_of(d) for d in (Lognormal(9.0, 2.0), Gamma(8.0, 0.5), Exponential(7.0), Constant(6.0))]
    assert told == [9.0, 8.0, 7.0, 6.0]
    assert mean_of(Empirical([1.0, 3.0])) == 2.0
