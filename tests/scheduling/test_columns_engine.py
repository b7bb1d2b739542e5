"""The roster engine against brute force, against CP-SAT, and against the independent judge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rostering_cases import least_objective, random_instance, random_problem

from scheduling.columns import NoLegalRosterError, RosterAnswer, solve, solve_compact
from scheduling.columns.generation import ROOT_WEIGHTS, Deadline, Generator
from scheduling.columns.network import Networks
from scheduling.shiftrostering.adapter import to_problem, to_roster
from scheduling.shiftrostering.evaluate import evaluate
from scheduling.shiftrostering.reading import read_instance


@pytest.mark.parametrize("seed", range(10))
def test_the_optimum_is_that_of_trying_every_combination(seed: int) -> None:
    instance = random_instance(seed, people=2, days=5)
    expected = least_objective(instance)
    if expected is None:
        with pytest.raises(NoLegalRosterError):
            solve(to_problem(instance), time_limit_s=20)
        return
    answer = solve(to_problem(instance), time_limit_s=20)
    assert answer.objective == answer.bound == expected
    assert answer.gap == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_returned_breaks_a_rule(seed: int) -> None:
    instance = random_instance(seed, people=5, days=10)
    problem = to_problem(instance)
    proof = solve_compact(problem, time_limit_s=20)
    try:
        answer = solve(problem, time_limit_s=5, gap=0.02, seed=seed)
    except NoLegalRosterError:
        assert proof.impossible
        return
    assert answer.roster is not None
    assert answer.objective is not None
    verdict = evaluate(instance, to_roster(instance, answer.roster))
    assert not verdict.broken
    assert verdict.objective == answer.objective
    assert proof.bound - 1e-6 <= answer.objective
    assert proof.roster is not None
    assert answer.bound <= problem.cost(proof.roster) + 1e-6


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_every_dual_gives_a_lower_bound(seed: int, draw: int) -> None:
    problem = random_problem(seed, people=2, days=5)
    expected = least_objective(random_instance(seed, people=2, days=5))
    generator = Generator(problem, Networks(problem), Deadline(np.inf), np.zeros(problem.need.shape))
    share = np.random.default_rng(draw).random(problem.need.shape)
    dual = share * (problem.under_price + problem.over_price) - problem.over_price
    _, values = generator.price(dual)
    bound = generator.bound(dual, values) + problem.fixed_cost
    assert bound == np.inf if expected is None else bound <= expected + 1e-9


def test_the_relaxation_s_bound_reaches_its_value() -> None:
    problem = random_problem(4, people=4, days=14)
    generator = Generator(problem, Networks(problem), Deadline(np.inf), np.zeros(problem.need.shape))
    rosters, values = generator.price(generator.centre)
    assert np.isfinite(values).all()
    generator.master.add(np.arange(problem.people), rosters)
    node = generator.converge(500, np.inf, ROOT_WEIGHTS)
    assert node.relaxed is not None
    assert node.bound == pytest.approx(node.relaxed.value, abs=0.11)
    assert node.bound <= node.relaxed.value + 1e-6


def test_problems_too_large_for_a_relaxation_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = random_instance(4, people=4, days=14)
    monkeypatch.setattr("scheduling.columns.engine.LARGE", 0)
    answer = solve(to_problem(instance), time_limit_s=2)
    assert answer.roster is not None
    verdict = evaluate(instance, to_roster(instance, answer.roster))
    assert (verdict.objective, verdict.broken) == (answer.objective, ())
    optimum = solve_compact(to_problem(instance), time_limit_s=20)
    assert answer.bound <= optimum.bound + 1e-6 <= verdict.objective + 2e-6


def test_one_seed_gives_one_answer() -> None:
    problem = random_problem(10, people=6, days=14)
    first, second = (solve(problem, time_limit_s=30, gap=0.01, seed=4) for _ in range(2))
    assert first.roster is not None
    assert second.roster is not None
    assert (first.roster == second.roster).all()
    assert first.bound == second.bound


def test_better_answers_are_told_and_the_last_is_returned() -> None:
    told: list[RosterAnswer] = []
    answer = solve(random_problem(4, people=4, days=14), time_limit_s=20, progress=told.append)
    assert told[-1].objective == answer.objective
    assert told[-1].bound == answer.bound
    costs = [one.objective for one in told if one.objective is not None]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "best"), [(1, 607), (2, 828), (3, 1001), (4, 1716)])
def test_published_optima_are_reached_and_proven(shared_data: Path, number: int, best: int) -> None:
    instance = read_instance(shared_data / "curtois" / f"Instance{number}.txt")
    answer = solve(to_problem(instance), time_limit_s=60)
    assert answer.roster is not None
    assert answer.objective == answer.bound == best
    verdict = evaluate(instance, to_roster(instance, answer.roster))
    assert (verdict.objective, verdict.broken) == (best, ())
