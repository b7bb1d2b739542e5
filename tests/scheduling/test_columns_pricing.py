"""The networks hold exactly the legal rosters, and pricing finds the cheapest of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rostering_cases import legal_rosters, random_instance

from scheduling.columns.generation import Deadline, Generator, everything_open
from scheduling.columns.network import Networks, NetworkTooLargeError
from scheduling.shiftrostering.adapter import to_problem


@pytest.mark.parametrize("seed", range(12))
def test_the_cheapest_roster_is_that_of_trying_them_all(seed: int) -> None:
    instance = random_instance(seed, people=2, days=6)
    problem, random = to_problem(instance), np.random.default_rng(seed)
    generator = Generator(problem, Networks(problem), Deadline(np.inf), np.zeros(problem.need.shape))
    shifts = list(instance.shifts)
    legal = [legal_rosters(instance, name) for name in instance.employees]
    for _ in range(5):
        dual = random.normal(0, 5, problem.need.shape)
        rosters, values = generator.price(dual)
        for who, mine in enumerate(legal):
            price = problem.wish_cost[who] - dual
            costs = [sum(price[day, shifts.index(shift)] for day, shift in one.items()) for one in mine]
            assert values[who] == pytest.approx(min(costs, default=np.inf))
            if mine:
                assert {day: shifts[s] for day, s in enumerate(rosters[who]) if s >= 0} in mine


def test_a_network_holds_every_legal_roster_once() -> None:
    """Days off are priced, not left out, so that people of one contract share a network."""
    for seed in range(8):
        instance = replace(random_instance(seed, people=1, days=6), days_off=frozenset())
        problem = to_problem(instance)
        networks = Networks(problem)
        everything = np.full((1, problem.days), -1, np.int16)
        for shift in range(problem.shifts):
            everything[:] = shift
            networks.track(networks.overruns(everything, np.zeros(1)))
        nets = networks.nets
        paths = np.zeros(nets.states[-1] + 1)
        if nets.states[-1]:
            paths[0] = 1
        members = np.bincount(nets.group_of[0][nets.group_of[0] >= 0], minlength=1)
        for state in range(nets.states[-1]):
            for arc in range(nets.first[state], nets.first[state + 1]):
                paths[nets.to[arc]] += paths[state] * (1 if nets.group[arc] < 0 else members[nets.group[arc]])
        last = nets.layer[0]
        assert paths[last[-2] : last[-1]].sum() == len(legal_rosters(instance, "P0"))


def test_days_that_must_be_worked_are_worked() -> None:
    instance = random_instance(3, people=1, days=7)
    problem = to_problem(instance)
    generator = Generator(problem, Networks(problem), Deadline(np.inf), np.zeros(problem.need.shape))
    shifts, legal = list(instance.shifts), legal_rosters(instance, "P0")
    for day in range(problem.days):
        open_ = everything_open(problem)
        open_[0, day, 0] = False
        generator.decide(open_)
        _, values = generator.price(np.zeros(problem.need.shape))
        mine = [one for one in legal if day in one]
        costs = [sum(problem.wish_cost[0, d, shifts.index(s)] for d, s in one.items()) for one in mine]
        assert values[0] == pytest.approx(min(costs, default=np.inf))


@pytest.mark.parametrize("seed", range(6))
def test_relaxed_networks_bound_and_narrow_ones_stay_legal(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = random_instance(seed, people=2, days=7)
    problem = to_problem(instance)
    exact = Generator(problem, Networks(problem), Deadline(np.inf), np.zeros(problem.need.shape))
    dual = np.random.default_rng(seed).random(problem.need.shape)
    _, least = exact.price(dual)
    least = least.copy()
    for most in (2000, 40, 12):
        monkeypatch.setattr("scheduling.columns.network.ALL_STATES", most)
        for kind in ("relaxed", "narrow"):
            try:
                networks = Networks(problem, kind)
            except NetworkTooLargeError:
                continue
            generator = Generator(problem, networks, Deadline(np.inf), np.zeros(problem.need.shape))
            rosters, values = generator.price(dual)
            if kind == "relaxed":
                assert (values <= least + 1e-9).all()
                assert generator.bound(dual, values) <= exact.bound(dual, least) + 1e-9
            else:
                assert not np.isfinite(generator.bound(dual, values))
                legal = [legal_rosters(instance, name) for name in instance.employees]
                shifts = list(instance.shifts)
                for who in np.flatnonzero(generator.legal):
                    assert {day: shifts[s] for day, s in enumerate(rosters[who]) if s >= 0} in legal[who]
