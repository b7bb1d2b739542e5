"""The integer phase: dives over everybody, and neighbourhoods of a few people with the others fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.columns.dive import descend, dive
from scheduling.columns.generation import Deadline, Generator, OutOfTimeError
from scheduling.columns.master import UnsolvedError
from scheduling.columns.network import Networks
from scheduling.columns.pool import Pool
from scheduling.columns.problem import RosterProblem

FEED_ALL = 25
FEED_SOME = 40
FAILURES_ALL = 30
FAILURES_SOME = 6
FEWEST = 3
GROW = 0.3
EPS = 1e-6
JUMP = 0.003


@dataclass(frozen=True)
class Ground:
    """What every task starts from; tasks read it and never change it.

    Parameters
    ----------
    problem : RosterProblem
    networks : Networks
    pool : Pool
    dual : array (D, S)
        Duals of the best bound.
    deadline : Deadline
    bound : float
        The best bound.
    """

    problem: RosterProblem
    networks: Networks
    pool: Pool
    dual: np.ndarray
    deadline: Deadline
    bound: float = 0.0

    @property
    def jump(self) -> float:
        """A rise of the bound that is large for one step of a dive."""
        return JUMP * max(abs(self.bound), 1.0)

    @property
    def step(self) -> float:
        """Least amount by which a better roster is cheaper."""
        return 1.0 if self.problem.whole else EPS


@dataclass(frozen=True)
class Outcome:
    """A better roster (E, D) if one was found, the rosters met on the way, and the size to go on with."""

    roster: np.ndarray | None
    who: np.ndarray
    rosters: np.ndarray
    size: float = 0.0


class Descent:
    """A dive over everybody, a few nodes at a time.

    Parameters
    ----------
    ground : Ground
    seed : int
    """

    def __init__(self, ground: Ground, seed: int) -> None:
        problem, random = ground.problem, np.random.default_rng(seed)
        everybody = np.arange(problem.people)
        self.over = False
        self._cutoff = np.inf
        self._generator = Generator(problem, ground.networks.part(everybody), ground.deadline, ground.dual)
        ground.pool.feed(self._generator.master, everybody, ground.dual, FEED_ALL)
        jump = ground.jump * 4 ** random.uniform(-1, 1)
        self._nodes = descend(self._generator, lambda: self._cutoff, random, FAILURES_ALL, jump)

    def go_on(self, cutoff: float, nodes: int) -> Outcome:
        """A few nodes more, for a roster within the cutoff, which leaves out the fixed cost."""
        self._cutoff, found = cutoff, None
        try:
            for _ in range(nodes):
                found = next(self._nodes)
                if found is not None:
                    break
        except (UnsolvedError, OutOfTimeError):
            self.over = True
        master = self._generator.master
        if found is None:
            return Outcome(None, master.who[:0], master.rosters[:0])
        self.over = True
        return Outcome(found.roster, master.who, master.rosters)


def improve_some(ground: Ground, roster: np.ndarray, size: float, effort: int, seed: int) -> Outcome:
    """Choose a few people's rosters anew, again and again.

    Parameters
    ----------
    ground : Ground
    roster : array (E, D)
    size : float
        People chosen anew at once; grows where the relaxation alone shows that nothing is to be gained, shrinks
        where the search was given up.
    effort : int
        Relaxations times people to spend.
    seed : int
    """
    problem, random = ground.problem, np.random.default_rng(seed)
    better, spent = None, 0
    who, rosters = [np.zeros(0, np.int64)], [np.zeros((0, problem.days), np.int16)]
    while spent < effort:
        many = min(problem.people, max(FEWEST, int(size)))
        people = _choose(ground, roster, many, random)
        rest = roster.copy()
        rest[people] = -1
        part = problem.part(people, problem.cover(rest))
        generator = Generator(part, ground.networks.part(people), ground.deadline, ground.dual)
        generator.master.add(np.arange(many), roster[people])
        ground.pool.feed(generator.master, people, ground.dual, FEED_SOME)
        spent += many
        try:
            found = dive(generator, part.cost(roster[people]) - ground.step + EPS / 2, random, FAILURES_SOME)
        except UnsolvedError:
            continue
        except OutOfTimeError:
            break
        spent += found.nodes * many
        who.append(people[generator.master.who])
        rosters.append(generator.master.rosters)
        if found.roster is not None:
            better = roster = roster.copy()
            roster[people] = found.roster
        elif found.nodes == 1:
            size = min(size + GROW, problem.people)
        else:
            size = max(size - GROW, FEWEST)
    return Outcome(better, np.concatenate(who), np.concatenate(rosters), size)


def _choose(ground: Ground, roster: np.ndarray, many: int, random: np.random.Generator) -> np.ndarray:
    """People to choose anew: at random, or rather those whose rosters are dear under the duals."""
    weight = np.ones(len(roster))
    if random.random() < 0.5:
        regret = ground.pool.regret(roster, ground.dual)
        weight = regret + 0.3 * regret.mean() + EPS
    return np.sort(random.choice(len(roster), many, replace=False, p=weight / weight.sum()))
