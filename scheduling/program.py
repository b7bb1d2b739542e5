"""A linear program in whole numbers, written once and solved with fractions (GLOP) or exactly (CP-SAT)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wfm.errors import InfeasibleError

Term = tuple[int, int]
MANY = 1_000_000


class OutOfTimeError(InfeasibleError):
    """A search ended at its limits without any solution."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a search stops.

    Parameters
    ----------
    seed : int
    effort : float
        CP-SAT's deterministic time: the same on every machine.
    gap : float
        Relative gap that is good enough.
    deadline : float
        `time.monotonic()` that the search must not pass; a backstop, far away in normal use.
    time_limit_s : float
        What the deadline was made from, for the message.
    """

    seed: int
    effort: float
    gap: float
    deadline: float
    time_limit_s: float

    def remaining_s(self) -> float:
        return max(0.0, self.deadline - time.monotonic())

    def out_of_time(self) -> OutOfTimeError:
        return OutOfTimeError(f"no schedule found within {self.time_limit_s:g} s; raise time_limit")


@dataclass(frozen=True, slots=True)
class Solution:
    """Values by variable, the objective and a proven bound below it, in the program's units.

    `duals`, by row, is by how much the objective grows for each unit that the row's bound is raised; empty where the
    solution is whole.
    """

    values: np.ndarray
    objective: float
    bound: float
    effort: float = 0.0
    duals: np.ndarray = field(default_factory=lambda: np.zeros(0))


@dataclass(slots=True)
class Program:
    """Minimise cost over bounded whole variables under two-sided linear rows."""

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    cost: list[int] = field(default_factory=list)
    rows: list[tuple[list[Term], int, int]] = field(default_factory=list)

    def variable(self, upper: int, lower: int = 0, cost: int = 0) -> int:
        """Index of a new variable in [lower, upper]."""
        self.lower.append(lower)
        self.upper.append(upper)
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(self, terms: Iterable[Term], least: int = -MANY, most: int = MANY) -> None:
        """Require least <= sum of coefficient x variable <= most."""
        self.rows.append((list(terms), least, most))

    def relax(self, limits: Limits) -> Solution:
        """Solve with fractions allowed; the objective is a lower bound of every whole solution.

        Raises
        ------
        InfeasibleError
            If no solution exists, or none was found in time.
        """
        from ortools.linear_solver.python import model_builder as builder

        model = builder.Model()
        variables = [model.new_num_var(low, high, "") for low, high in zip(self.lower, self.upper, strict=True)]
        rows = []
        for terms, least, most in self.rows:
            factors = [float(factor) for _, factor in terms]
            total = builder.LinearExpr.weighted_sum([variables[index] for index, _ in terms], factors)
            rows.append(model.add_linear_constraint(total, least, most))
        model.minimize(builder.LinearExpr.weighted_sum(variables, [float(price) for price in self.cost]))
        solver = builder.Solver("glop")
        solver.set_time_limit_in_seconds(limits.remaining_s())
        status = solver.solve(model)
        if status == builder.SolveStatus.INFEASIBLE:
            raise InfeasibleError("no roster keeps all rules, even with fractions of people")
        if status != builder.SolveStatus.OPTIMAL:
            raise limits.out_of_time()
        values = np.array([solver.value(variable) for variable in variables])
        duals = np.array([solver.dual_value(row) for row in rows])
        return Solution(values, solver.objective_value, solver.objective_value, duals=duals)

    def solve(self, limits: Limits, hint: Mapping[int, int] | None = None) -> Solution | None:
        """Solve in whole numbers with CP-SAT, one worker; None if no solution exists.

        Parameters
        ----------
        limits : Limits
        hint : mapping of variable to value, optional
            What to try first.

        Raises
        ------
        OutOfTimeError
            If the limits ran out before any solution was found.
        """
        from ortools.sat.python import cp_model

        model, variables = self._model(cp_model)
        for index, value in (hint or {}).items():
            model.add_hint(variables[index], value)
        solver = cp_model.CpSolver()
        settings = solver.parameters
        settings.num_workers = 1
        settings.random_seed = limits.seed % 2**31
        settings.linearization_level = 2
        settings.cp_model_probing_level = 0
        settings.max_presolve_iterations = 1
        settings.max_deterministic_time = limits.effort
        settings.relative_gap_limit = limits.gap
        settings.max_time_in_seconds = limits.remaining_s()
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise limits.out_of_time()
        reply = solver.response_proto
        values = np.array(reply.solution, dtype=np.int64)
        return Solution(values, solver.objective_value, solver.best_objective_bound, reply.deterministic_time)

    def _model(self, cp_model: Any) -> tuple[Any, list[Any]]:
        model = cp_model.CpModel()
        variables = [model.new_int_var(low, high, "") for low, high in zip(self.lower, self.upper, strict=True)]
        for terms, least, most in self.rows:
            chosen = [variables[index] for index, _ in terms]
            total = cp_model.LinearExpr.weighted_sum(chosen, [factor for _, factor in terms])
            model.add_linear_constraint(total, least, most)
        model.minimize(cp_model.LinearExpr.weighted_sum(variables, self.cost))
        return model, variables
