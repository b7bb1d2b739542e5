"""The roster problem as one CP-SAT model of people, days and shifts: proof of small problems, and a cross-check."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from scheduling.columns.problem import OFF, RosterProblem

SCALE = 1000


@dataclass(frozen=True)
class CompactAnswer:
    """Best roster (E, D) found, if any, a lower bound of the cost, and whether no roster at all is legal."""

    roster: np.ndarray | None
    bound: float
    impossible: bool


def solve_compact(
    problem: RosterProblem,
    hint: np.ndarray | None = None,
    *,
    time_limit_s: float = 60.0,
    workers: int = 1,
    seed: int = 1,
) -> CompactAnswer:
    """Solve the whole problem by CP-SAT.

    Parameters
    ----------
    problem : RosterProblem
    hint : array (E, D), optional
        A roster to begin from.
    time_limit_s : float
        Wall clock.
    workers : int
    seed : int
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    works = _people(model, problem)
    model.minimize(_cost(model, problem, works))
    if hint is not None:
        for (who, day, shift), literal in works.items():
            model.add_hint(literal, int(hint[who, day] == shift))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = time_limit_s
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed % 2**31
    status = solver.solve(model)
    scale = 1 if problem.whole else SCALE
    if status == cp_model.INFEASIBLE:
        return CompactAnswer(None, math.inf, True)
    # Each rounded price is off by at most half a unit, once for each thing priced.
    slack = 0.0 if problem.whole else 0.5 * (problem.people * problem.days + float(problem.need.sum())) / scale
    bound = solver.best_objective_bound / scale + problem.fixed_cost - slack
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return CompactAnswer(None, bound, False)
    roster = np.full((problem.people, problem.days), OFF, np.int16)
    for (who, day, shift), literal in works.items():
        if solver.boolean_value(literal):
            roster[who, day] = shift
    return CompactAnswer(roster, bound, False)


def _people(model: Any, problem: RosterProblem) -> dict[tuple[int, int, int], Any]:
    """Variables of who works what when, under everybody's own rules."""
    days = range(problem.days)
    works = {
        (int(who), int(day), int(shift)): model.new_bool_var("")
        for who, day, shift in np.argwhere(problem.allowed & (problem.max_shifts > 0)[:, None, :])
    }
    for who in range(problem.people):
        of_day = [
            {shift: works[who, day, shift] for shift in range(problem.shifts) if (who, day, shift) in works}
            for day in days
        ]
        at_work = [model.new_bool_var("") for _ in days]
        for day in days:
            model.add(sum(of_day[day].values()) == at_work[day])
            if problem.must_work[who, day]:
                model.add(at_work[day] == 1)
        _runs(model, at_work, *(int(a[who]) for a in (problem.max_run, problem.min_run, problem.min_rest)))
        for before, after in pairwise(of_day):
            for shift, literal in before.items():
                for other in (other for name, other in after.items() if not problem.may_follow[shift, name]):
                    model.add_bool_or(~literal, ~other)
        mine = [(shift, literal) for offers in of_day for shift, literal in offers.items()]
        minutes = sum(int(problem.minutes[shift]) * literal for shift, literal in mine)
        model.add_linear_constraint(minutes, int(problem.min_minutes[who]), int(problem.max_minutes[who]))
        for shift in range(problem.shifts):
            model.add(sum(lit for name, lit in mine if name == shift) <= int(problem.max_shifts[who, shift]))
        weekends = []
        for number in np.unique(problem.weekend[problem.weekend >= 0]).tolist():
            weekends.append(model.new_bool_var(""))
            for day in np.flatnonzero(problem.weekend == number).tolist():
                model.add_implication(at_work[day], weekends[-1])
        model.add(sum(weekends) <= int(problem.max_weekends[who]))
    return works


def _runs(model: Any, at_work: list, max_run: int, min_run: int, min_rest: int) -> None:
    """Runs of work and rest; those cut by an edge of the horizon need no least length."""
    days = len(at_work)
    for day in range(days - max_run):
        model.add_bool_or([~literal for literal in at_work[day : day + max_run + 1]])
    for least, sign in ((min_run, 1), (min_rest, -1)):
        state = at_work if sign == 1 else [~literal for literal in at_work]
        for length in range(1, least):
            for day in range(1, days - length):
                inside = [~literal for literal in state[day : day + length]]
                model.add_bool_or([state[day - 1], *inside, state[day + length]])


def _cost(model: Any, problem: RosterProblem, works: dict[tuple[int, int, int], Any]) -> Any:
    scale = 1 if problem.whole else SCALE
    terms = [round(scale * float(problem.wish_cost[key])) * literal for key, literal in works.items()]
    for day in range(problem.days):
        for shift in range(problem.shifts):
            need = int(problem.need[day, shift])
            cover = [works[who, day, shift] for who in range(problem.people) if (who, day, shift) in works]
            under = model.new_int_var(0, max(0, need), "")
            over = model.new_int_var(0, max(0, problem.people - need), "")
            model.add(sum(cover) + under - over == need)
            terms.append(round(scale * float(problem.under_price[day, shift])) * under)
            terms.append(round(scale * float(problem.over_price[day, shift])) * over)
    return sum(terms)
