"""Rosters by column generation: a proven bound, then dives and neighbourhoods until the gap or the time is met."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from scheduling.columns.compact import solve_compact
from scheduling.columns.generation import ROOT_WEIGHTS, Deadline, Generator, OutOfTimeError
from scheduling.columns.master import UnsolvedError
from scheduling.columns.network import Networks, NetworkTooLargeError
from scheduling.columns.pool import Pool
from scheduling.columns.problem import NoLegalRosterError, RosterAnswer, RosterProblem
from scheduling.columns.search import EPS, Descent, Ground, Outcome, improve_some
from scheduling.columns.sweeps import anneal_roster, ascend

Progress = Callable[[RosterAnswer], None]

ROOT_ROUNDS = 10_000
ROOT_SHARE = 0.4
EFFORT = 6
DIVE_NODES = 6
FIRST_SIZE = 8.0
SMALL = 1500
COMPACT_S = 1.0
LARGE = 60_000_000
HOT = 0.1
COLD = 0.01
LONG_SWEEPS = 60
FIRST_SWEEPS = 3
SEEDS = 1_000_003


def solve(
    problem: RosterProblem,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 1,
    jobs: int = 2,
    progress: Progress = lambda answer: None,
) -> RosterAnswer:
    """Find a cheap roster and a bound of how cheap any could be.

    Parameters
    ----------
    problem : RosterProblem
    time_limit_s : float
        Stops with the best found so far.
    gap : float
        Stops where the roster costs at most this share more than the bound.
    seed : int
        Two runs with one seed and the same number of jobs search in the same way until the time ends them.
    jobs : int
        Threads.
    progress : callable
        Told of every better roster and bound.

    Raises
    ------
    NoLegalRosterError
        If somebody's own rules allow no roster at all.
    """
    run = _Run(problem, time_limit_s, gap, seed, jobs, progress)
    try:
        run.prove_and_search()
    except OutOfTimeError:
        pass
    return run.answer()


class _Run:
    def __init__(
        self, problem: RosterProblem, time_limit_s: float, gap: float, seed: int, jobs: int, progress: Progress
    ) -> None:
        self.begun = time.monotonic()
        self.deadline = Deadline(self.begun + time_limit_s)
        self.problem, self.gap, self.seed, self.jobs, self.progress = problem, gap, seed, jobs, progress
        self.roster: np.ndarray | None = None
        self.cost = np.inf
        self.bound = -np.inf
        self.descent: Descent | None = None
        self.sweeps_left = FIRST_SWEEPS
        self.size, self.tasks, self.compact_s = FIRST_SIZE, 0, COMPACT_S

    def answer(self) -> RosterAnswer:
        cost = None if self.roster is None else self.cost
        return RosterAnswer(cost, self.bound, self.roster, time.monotonic() - self.begun)

    def prove_and_search(self) -> None:
        ground = self._begin()
        with ThreadPoolExecutor(self.jobs) as threads:
            if ground.networks.arcs > LARGE or ground.networks.kind == "narrow":
                self._sweep(ground, threads)
                return
            ground = self._relax(ground)
            while not self._done():
                self.deadline.check()
                kinds = self._next_kinds()
                tasks = [threads.submit(self._task(kind, ground)) for kind in kinds]
                for kind, outcome in zip(kinds, [task.result() for task in tasks], strict=True):
                    self._take(kind, outcome, ground.pool)

    def _done(self) -> bool:
        reached = self.answer().gap
        return reached is not None and (reached <= self.gap or self.cost - self.bound < EPS)

    def _offer(self, roster: np.ndarray) -> bool:
        cost = self.problem.cost(roster)
        if cost >= self.cost - EPS:
            return False
        self.roster, self.cost = roster.astype(np.int64), cost
        self.progress(self.answer())
        return True

    def _prove(self, bound: float) -> None:
        if self.problem.whole and np.isfinite(bound):
            bound = float(np.ceil(bound - 1e-5))
        if bound > self.bound:
            self.bound = min(bound, self.cost)
            self.progress(self.answer())

    def _begin(self) -> Ground:
        """A first bound and a first roster."""
        problem, networks = self.problem, self._networks()
        generator = Generator(problem, networks, self.deadline, np.zeros(problem.need.shape))
        rosters, values = generator.price(generator.centre)
        if not np.isfinite(values).all() and networks.kind != "narrow":
            raise NoLegalRosterError(tuple(np.flatnonzero(~np.isfinite(values)).tolist()))
        if not generator.legal.all():
            raise OutOfTimeError
        self._prove(generator.bound(generator.centre, values) + problem.fixed_cost)
        self._offer(rosters)
        return Ground(problem, networks, Pool(problem), generator.centre, self.deadline)

    def _relax(self, ground: Ground) -> Ground:
        """The relaxation, as far as its share of the time goes."""
        problem = self.problem
        self._offer(anneal_roster(ground, self._now(), self.seed))
        generator = Generator(problem, ground.networks, self.deadline, ground.dual)
        generator.master.add(np.arange(problem.people), self._now())
        try:
            node = generator.converge(ROOT_ROUNDS, np.inf, ROOT_WEIGHTS, ROOT_SHARE * self.deadline.left_s)
            self._prove(node.bound + problem.fixed_cost)
        except UnsolvedError:
            pass
        ground.pool.add(generator.master.who, generator.master.rosters)
        return replace(ground, dual=generator.centre, bound=self.bound)

    def _sweep(self, ground: Ground, threads: ThreadPoolExecutor) -> None:
        """Where the relaxation is out of reach: annealing, again and again from the best, beside a bound."""
        proof = threads.submit(self._ascend, ground)
        hot, turn = HOT, 0
        while not self._done() and self.deadline.left_s > 0:
            free = self.jobs if proof.done() else max(1, self.jobs - 1)
            starts = [self.seed * SEEDS + turn + thread for thread in range(free)]
            tasks = [threads.submit(anneal_roster, ground, self._now(), start, hot) for start in starts]
            for task in tasks:
                self._offer(task.result())
            hot, turn = max(hot / 2, COLD), turn + free
        self._prove(proof.result() + self.problem.fixed_cost)

    def _ascend(self, ground: Ground) -> float:
        networks = ground.networks if ground.networks.kind == "whole" else Networks(self.problem, "relaxed")
        generator = Generator(self.problem, networks, self.deadline, ground.dual)
        upper = self.cost - self.problem.fixed_cost
        return ascend(generator, upper, Deadline(self.begun + ROOT_SHARE * (self.deadline.at - self.begun)))

    def _now(self) -> np.ndarray:
        assert self.roster is not None
        return self.roster.astype(np.int16)

    def _networks(self) -> Networks:
        """Networks of all legal rosters, or where those are too large, narrow ones and a bound from relaxed ones."""
        try:
            return Networks(self.problem)
        except NetworkTooLargeError:
            return Networks(self.problem, "narrow")

    def _next_kinds(self) -> list[str]:
        """What each thread does next: one descends, the others sweep at first and then improve some people."""
        small = self.problem.allowed.sum() <= SMALL
        kinds = []
        for thread in range(self.jobs):
            self.tasks += 1
            if small and self.tasks % 4 == 3:
                kinds.append("compact")
            elif thread == 0 and (self.jobs > 1 or self.tasks % 2):
                kinds.append("dive")
            else:
                kinds.append("sweep" if self.sweeps_left > 0 else "some")
                self.sweeps_left -= 1
        return kinds

    def _task(self, kind: str, ground: Ground) -> Callable[[], Outcome]:
        seed, roster = self.seed * SEEDS + self.tasks, self._now()
        if kind == "compact":
            return lambda: self._compact(ground, roster, seed)
        if kind == "some":
            effort = EFFORT * self.problem.people
            return lambda: improve_some(ground, roster, self.size, effort, seed)
        if kind == "sweep":
            none = ground.pool.who[:0], ground.pool.rosters[:0]
            return lambda: Outcome(anneal_roster(ground, roster, seed, HOT / 2, LONG_SWEEPS), *none)
        if self.descent is None:
            self.descent = Descent(ground, seed)
        cutoff = self.cost - ground.step - self.problem.fixed_cost + EPS / 2
        descent = self.descent
        return lambda: descent.go_on(cutoff, DIVE_NODES)

    def _compact(self, ground: Ground, roster: np.ndarray, seed: int) -> Outcome:
        limit_s = min(self.compact_s, max(0.01, self.deadline.left_s))
        found = solve_compact(self.problem, roster, time_limit_s=limit_s, seed=seed)
        self.compact_s *= 2
        return Outcome(found.roster, np.zeros(0, np.int64), np.zeros((0, self.problem.days), np.int16), found.bound)

    def _take(self, kind: str, outcome: Outcome, pool: Pool) -> None:
        if outcome.roster is not None:
            self._offer(outcome.roster)
        pool.add(outcome.who, outcome.rosters)
        if kind == "some":
            self.size = outcome.size
        elif kind == "compact":
            self._prove(outcome.size)
        elif self.descent is not None and self.descent.over:
            self.descent = None
