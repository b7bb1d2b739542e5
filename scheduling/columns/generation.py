"""Column generation: the master's duals price new rosters until none is worth its cost; every pricing is a bound."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from scheduling.columns.kernels import price, usage
from scheduling.columns.master import Master, Relaxed
from scheduling.columns.network import Networks
from scheduling.columns.problem import RosterProblem

ROOT_WEIGHTS = (0.8, 0.5, 0.2, 0.0)
NODE_WEIGHTS = (0.5, 0.0)
TINY = 1e-6


class OutOfTimeError(Exception):
    """The deadline has passed."""


@dataclass
class Deadline:
    """When to stop, on the monotonic clock [s]."""

    at: float

    def check(self) -> None:
        if time.monotonic() > self.at:
            raise OutOfTimeError

    @property
    def left_s(self) -> float:
        return self.at - time.monotonic()


@dataclass(frozen=True)
class Node:
    """A relaxation under decisions.

    Parameters
    ----------
    relaxed : Relaxed or None
        None if somebody has no legal roster left, or if the bound is beyond the cutoff.
    bound : float
        Lagrangian lower bound, without the problem's fixed cost.
    """

    relaxed: Relaxed | None
    bound: float


@dataclass
class Generator:
    """Solves relaxations of a problem under decisions, with rosters that it keeps from one to the next.

    Parameters
    ----------
    problem : RosterProblem
    networks : Networks
    deadline : Deadline
    centre : array (D, S)
        Duals of the best bound; new duals are drawn towards it.
    legal : array (E,) of bool
        For whom the last pricing found a legal roster.
    """

    problem: RosterProblem
    networks: Networks
    deadline: Deadline
    centre: np.ndarray
    master: Master = field(init=False)
    open: np.ndarray = field(init=False)
    legal: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.master = Master(self.problem)
        self._rosters = np.full((self.problem.people, self.problem.days), -1, np.int16)
        self._values = np.zeros(self.problem.people)
        self._people = np.arange(self.problem.people)
        self.decide(everything_open(self.problem))

    def decide(self, open_: np.ndarray) -> None:
        """Put decisions in force: what is open (E, D, 1 + S) to each person on each day, rest first."""
        self.open = open_
        self._wish = np.where(open_[:, :, 1:], self.problem.wish_cost, np.inf)
        self._rest = np.where(open_[:, :, 0], 0.0, np.inf)
        self.master.keep_to(open_)

    def price(self, dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Everybody's cheapest roster (E, D) under the duals and its value (E,), inf where there is none.

        Where a limited shift type can't be counted, the value is a lower bound and the roster legal but not cheapest.
        """
        rosters, values = self._rosters, self._values
        while True:
            self.deadline.check()
            price(self.networks.nets, self._people, self._wish, self._rest, dual, rosters, values)
            self.legal = np.isfinite(values)
            overruns = self.networks.overruns(rosters, values)
            if not overruns:
                return rosters, values
            if not self.networks.track(overruns):
                return self._restrained(dual, overruns)

    def _restrained(self, dual: np.ndarray, overruns: dict[int, list[int]]) -> tuple[np.ndarray, np.ndarray]:
        """Legal rosters where the cheapest have too many of some shift types: kept to as many of their days."""
        rosters, values, wish = self._rosters, self._values.copy(), self._wish.copy()
        legal = np.isfinite(values)
        while overruns:
            for place, shifts in overruns.items():
                for shift in shifts:
                    days = np.flatnonzero(rosters[place] == shift)
                    gain = (wish[place] - dual)[days, shift]
                    kept = days[np.argsort(gain, kind="stable")[: self.problem.max_shifts[place, shift]]]
                    barred = np.setdiff1d(np.arange(self.problem.days), kept)
                    wish[place, barred, shift] = np.inf
            again = np.array(sorted(overruns), np.int64)
            price(self.networks.nets, again, wish, self._rest, dual, rosters, self._values)
            legal[again] = np.isfinite(self._values[again])
            overruns = self.networks.overruns(rosters, self._values, again)
        self.legal = legal
        return rosters, values

    def bound(self, dual: np.ndarray, values: np.ndarray) -> float:
        """Lagrangian bound, without the fixed cost, from everybody's cheapest values under duals within the prices.

        Nothing is proven by networks that leave legal rosters out.
        """
        if self.networks.kind == "narrow":
            return -np.inf if np.isfinite(values).all() else np.inf
        return float((dual * self.problem.need).sum() + values.sum())

    def converge(
        self, rounds: int, cutoff: float, weights: Iterable[float] = NODE_WEIGHTS, within_s: float = np.inf
    ) -> Node:
        """Generate rosters until none pays, the bound passes the cutoff, or the rounds or the time are over."""
        best, centre, added = -np.inf, self.centre, 0
        until = time.monotonic() + within_s
        for _ in range(rounds):
            relaxed = self._solve()
            added = 0
            for weight in weights:
                dual = weight * centre + (1 - weight) * relaxed.dual
                rosters, values = self.price(dual)
                bound = self.bound(dual, values)
                if bound > best:
                    best, centre = bound, dual
                if best > cutoff:
                    return Node(None, best)
                reduced = self.master.reduced(self._people, rosters, relaxed.dual) - relaxed.person_dual
                pays = (reduced < -TINY) & self.legal
                added += self.master.add(self._people[pays], rosters[pays].copy())
            if not added or self._settled(best, relaxed.value) or time.monotonic() > until:
                break
        self.centre = centre
        return Node(self._solve() if added else relaxed, best)

    def _settled(self, bound: float, value: float) -> bool:
        """Whether the bound can't be rounded further, or is as good as reached."""
        if self.problem.whole and np.ceil(bound - TINY) >= np.ceil(value - TINY) and value - bound < 0.1:
            return True
        return value - bound < TINY * max(1.0, abs(value))

    def _solve(self) -> Relaxed:
        self.deadline.check()
        return self.master.solve(self.deadline.left_s)

    def usage(self) -> np.ndarray | None:
        """How much each person does of each thing on each day, (E, D, 1 + S), rest first, in the last relaxation.

        None if that takes something against the decisions in force.
        """
        share = self.master.shares()
        if share is None:
            return None
        out = np.zeros(self.open.shape)
        usage(self.master.rosters, self.master.who, share, out)
        return out


def everything_open(problem: RosterProblem) -> np.ndarray:
    """What the problem itself allows, (E, D, 1 + S), rest first."""
    return np.concatenate(
        [~problem.must_work[:, :, None], problem.allowed & (problem.max_shifts > 0)[:, None, :]], axis=2
    )
