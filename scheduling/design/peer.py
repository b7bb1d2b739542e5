"""Shift counts as pyworkforce's solvers choose them, brought back as plans so that a planner can compare.

What they don't know: breaks (nobody takes any here, though the hours stay those of the templates), different
shifts, prices of over- and understaffing, and days that touch: a shift past midnight wraps into the beginning of
its own day, and is counted there. `num_search_workers` is set on an attribute that the solver does not read, so
that it searches with as many threads as it likes. A model without a solution comes back as a row of day -1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from scheduling.calendar import epoch_s
from scheduling.cover import DayPlan
from scheduling.design.problem import DesignProblem
from scheduling.design.solve import DesignAnswer
from scheduling.problem import Shift
from wfm.errors import InfeasibleError, UsageProblem

DAY_S = 86_400
PEERS = ("pyworkforce", "pyworkforce-difference")


def solve_peer(problem: DesignProblem, engine: str, time_limit_s: float) -> DesignAnswer:
    """Solve one queue with pyworkforce.

    Parameters
    ----------
    problem : DesignProblem
    engine : {"pyworkforce", "pyworkforce-difference"}
        `MinRequiredResources`, weighted by paid time, or `MinAbsDifference`.
    time_limit_s : float

    Returns
    -------
    DesignAnswer
        Plans without breaks; nothing is proven, so the bound is 0.

    Raises
    ------
    UsageProblem
        If options are set that it does not know, or days differ in the shifts that may start.
    InfeasibleError
        If it finds no solution.
    """
    _refuse_unknown(problem)
    counts: dict[int, int] = {}
    days = [day for day in problem.by_day if _need_of(problem, day).any()]
    for group in _alike(problem, days):
        counts |= _solve(problem, group, engine, time_limit_s * len(group) / len(days))
    plans = {
        day: _plan({s.index: counts[s.index] for s in problem.by_day[day] if counts.get(s.index)}, problem)
        for day in days
    }
    return DesignAnswer(plans, problem.cost(plans), 0.0)


def _refuse_unknown(problem: DesignProblem) -> None:
    options = problem.options
    asked = {
        "a limit on different shifts": options.max_shifts is not None,
        "a price of different shifts": options.cost_per_shift > 0,
        "a least staff": options.min_staff > 1,
        "a price of overstaffing": options.overstaffing_cost_per_hour > 0,
    }
    if unknown := [name for name, wanted in asked.items() if wanted]:
        raise UsageProblem(f"queue {problem.queue}: pyworkforce knows no {', no '.join(w[2:] for w in unknown)}")
    dates = pd.DatetimeIndex([*problem.calendar.dates, problem.calendar.dates[-1] + dt.timedelta(days=1)])
    midnights = epoch_s(dates.tz_localize(problem.calendar.timezone, ambiguous=True, nonexistent="shift_forward"))
    if len(changed := np.flatnonzero(np.diff(midnights) != DAY_S)):
        day = problem.calendar.dates[int(changed[0])]
        raise UsageProblem(f"pyworkforce knows days of 24 h only, but the clock changes on {day}")


def _need_of(problem: DesignProblem, day: int) -> np.ndarray:
    """Requirement from a day's midnight to the next, shape (periods a day,)."""
    first = problem.calendar.period(problem.calendar.midnights[day])
    return problem.need[first : first + DAY_S // problem.calendar.step_s]


def _alike(problem: DesignProblem, days: list[int]) -> list[list[int]]:
    """Days on which the same shifts may start; one model holds for all of them."""
    groups: dict[frozenset, list[int]] = {}
    for day in days:
        offered = frozenset(problem.kind_of[shift.index] for shift in problem.by_day[day])
        groups.setdefault(offered, []).append(day)
    return list(groups.values())


def _solve(problem: DesignProblem, days: list[int], engine: str, time_limit_s: float) -> dict[int, int]:
    """People by shift index on days that are alike."""
    from pyworkforce.scheduling import MinAbsDifference, MinRequiredResources

    periods = DAY_S // problem.calendar.step_s
    names = {shift.index: _name(problem, shift) for day in days for shift in problem.by_day[day]}
    first = problem.by_day[days[0]]
    midnight = problem.calendar.midnights[days[0]]
    on_duty = {
        names[shift.index]: _on_duty(problem, shift.start - midnight, shift.template.length_s) for shift in first
    }
    most = 1 + sum(int(_need_of(problem, day).max()) for day in days) * len(first)
    given: dict[str, Any] = {
        "num_days": len(days),
        "periods": periods,
        "shifts_coverage": on_duty,
        "required_resources": [_need_of(problem, day).tolist() for day in days],
        "max_period_concurrency": most,
        "max_shift_concurrency": problem.options.max_staff or most,
        "max_search_time": float(time_limit_s),
    }
    solver: Callable[..., Any] = MinAbsDifference
    if engine == "pyworkforce":
        solver = MinRequiredResources
        given["cost_dict"] = {names[shift.index]: problem.prices.shift[shift.template.name] for shift in first}
    found = solver(**given).solve()
    if found["status"] not in ("OPTIMAL", "FEASIBLE"):
        raise InfeasibleError(
            f"queue {problem.queue}: pyworkforce ends with {found['status']} on {problem.calendar.dates[days[0]]}"
            f"{' and the days like it' if len(days) > 1 else ''}"
        )
    people = {(days[row["day"]], row["shift"]): int(row["resources"]) for row in found["resources_shifts"]}
    return {shift.index: people[day, names[shift.index]] for day in days for shift in problem.by_day[day]}


def _name(problem: DesignProblem, shift: Shift) -> str:
    name, start_s = problem.kind_of[shift.index]
    return f"{name} {start_s}"


def _on_duty(problem: DesignProblem, start_s: int, length_s: int) -> list[int]:
    """1 in each period of the day that the shift is on duty, wrapped at midnight as pyworkforce has it."""
    step_s = problem.calendar.step_s
    on_duty = [0] * (DAY_S // step_s)
    for second in range(start_s, start_s + length_s, step_s):
        on_duty[second // step_s % len(on_duty)] = 1
    return on_duty


def _plan(counts: dict[int, int], problem: DesignProblem) -> DayPlan:
    numbers = {index: range(len(problem.calendar.shifts[index].template.breaks)) for index in counts}
    return DayPlan(counts, {(index, number): {} for index, those in numbers.items() for number in those})
