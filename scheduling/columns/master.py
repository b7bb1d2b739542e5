"""The master problem: one roster for each person out of those known, and cover at a price, as a linear programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.columns.kernels import against, earnings
from scheduling.columns.problem import RosterProblem

KEPT = 500
MOSTLY = 0.5


class UnsolvedError(Exception):
    """The linear programme could not be solved, even from a fresh start."""


@dataclass(frozen=True)
class Relaxed:
    """An optimum of the master.

    Parameters
    ----------
    value : float
        Without the problem's fixed cost.
    dual : array (D, S)
        What one more person wanted on a shift would cost.
    person_dual : array (E,)
    """

    value: float
    dual: np.ndarray
    person_dual: np.ndarray


class Master:
    """Grows by rosters; those against the decisions are dear instead of gone, so that the basis stays feasible.

    Parameters
    ----------
    problem : RosterProblem
    """

    def __init__(self, problem: RosterProblem) -> None:
        self.problem = problem
        self.who = np.zeros(0, np.int64)
        self.rosters = np.zeros((0, problem.days), np.int16)
        self.costs = np.zeros(0)
        self._known: set[bytes] = set()
        self._barred = np.zeros(0, bool)
        prices = np.maximum(problem.under_price, problem.over_price).max(axis=1).sum()
        wishes = np.abs(problem.wish_cost).max(axis=2, initial=0).sum(axis=1).max(initial=0)
        self._out = 10.0 + 2 * float(prices + wishes)
        self._begin()

    def _begin(self) -> None:
        from ortools.linear_solver import pywraplp  # type: ignore[attr-defined]

        self._solver = solver = pywraplp.Solver.CreateSolver("GLOP")
        # Preprocessing would lose the basis of the solve before.
        solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        self._goal = solver.Objective()
        self._goal.SetMinimization()
        self._endless = solver.infinity()
        self._people = [solver.Constraint(1.0, 1.0) for _ in range(self.problem.people)]
        self._cover = [solver.Constraint(float(need), float(need)) for need in self.problem.need.ravel()]
        under, over = self.problem.under_price.ravel().tolist(), self.problem.over_price.ravel().tolist()
        for row, short, spare in zip(self._cover, under, over, strict=True):
            row.SetCoefficient(self._variable(short), 1.0)
            row.SetCoefficient(self._variable(spare), -1.0)
        for row in self._people:
            row.SetCoefficient(self._variable(self._out), 1.0)
        self._variables: list[Any] = []

    def _variable(self, cost: float) -> Any:
        variable = self._solver.NumVar(0.0, self._endless, "")
        self._goal.SetCoefficient(variable, cost)
        return variable

    def add(self, who: np.ndarray, rosters: np.ndarray) -> int:
        """Add those rosters (K, D) of persons (K,) that are not known yet, none against the decisions; how many."""
        fresh = []
        for k in range(len(who)):
            key = _key(int(who[k]), rosters[k])
            if key not in self._known:
                self._known.add(key)
                fresh.append(k)
        if not fresh:
            return 0
        who, rosters = who[fresh], rosters[fresh]
        costs = self.reduced(who, rosters, np.zeros(self.problem.need.shape))
        self._enter(who, rosters, costs)
        self.who = np.concatenate([self.who, who])
        self.rosters = np.concatenate([self.rosters, rosters])
        self.costs = np.concatenate([self.costs, costs])
        self._barred = np.concatenate([self._barred, np.zeros(len(who), bool)])
        return len(who)

    def _enter(self, who: np.ndarray, rosters: np.ndarray, costs: np.ndarray) -> None:
        shifts = self.problem.shifts
        for person, roster, cost in zip(who.tolist(), rosters.tolist(), costs.tolist(), strict=True):
            variable = self._variable(cost)
            self._people[person].SetCoefficient(variable, 1.0)
            for day, shift in enumerate(roster):
                if shift >= 0:
                    self._cover[day * shifts + shift].SetCoefficient(variable, 1.0)
            self._variables.append(variable)

    def reduced(self, who: np.ndarray, rosters: np.ndarray, dual: np.ndarray) -> np.ndarray:
        """Cost of rosters (K, D) of persons (K,) less the duals (D, S) of what they cover."""
        out = np.empty(len(who))
        earnings(rosters, self.problem.wish_cost, who, dual, out)
        return out

    def keep_to(self, open_: np.ndarray) -> None:
        """Put decisions in force: what is open (E, D, 1 + S) to each person on each day, rest first."""
        barred = np.empty(len(self.who), bool)
        against(self.rosters, self.who, open_, barred)
        if barred.sum() > max(KEPT, MOSTLY * len(barred)):
            self._drop(barred)
            return
        for k in np.flatnonzero(barred != self._barred).tolist():
            self._goal.SetCoefficient(self._variables[k], self._price(k, barred))
        self._barred = barred

    def _drop(self, barred: np.ndarray) -> None:
        """Forget rosters that only slow the programme down, and begin it afresh."""
        kept = np.flatnonzero(~barred)
        self.who, self.rosters, self.costs = self.who[kept], self.rosters[kept], self.costs[kept]
        self._known = {_key(person, roster) for person, roster in zip(self.who.tolist(), self.rosters, strict=True)}
        self._barred = np.zeros(len(kept), bool)
        self._begin()
        self._enter(self.who, self.rosters, self.costs)

    def _price(self, k: int, barred: np.ndarray) -> float:
        return float(self.costs[k]) + (self._out if barred[k] else 0.0)

    def _optimise(self, within_s: float) -> int:
        self._solver.SetTimeLimit(max(1, int(1000 * min(within_s, 1e6))))
        return int(self._solver.Solve())

    def solve(self, within_s: float) -> Relaxed:
        """Optimum over the rosters known.

        Raises
        ------
        UnsolvedError
        """
        if self._optimise(within_s) != self._solver.OPTIMAL:
            self._begin()
            self._enter(self.who, self.rosters, np.where(self._barred, self.costs + self._out, self.costs))
            if self._optimise(within_s) != self._solver.OPTIMAL:
                raise UnsolvedError
        dual = np.array([row.dual_value() for row in self._cover]).reshape(self.problem.need.shape)
        return Relaxed(
            self._goal.Value(),
            np.clip(dual, -self.problem.over_price, self.problem.under_price),
            np.array([row.dual_value() for row in self._people]),
        )

    def shares(self) -> np.ndarray | None:
        """How much of each known roster (K,) the last optimum uses; None if it uses any against the decisions."""
        share = np.array([variable.solution_value() for variable in self._variables])
        return share if share[~self._barred].sum() > self.problem.people - 1e-6 else None


def _key(person: int, roster: np.ndarray) -> bytes:
    return person.to_bytes(4) + roster.tobytes()
