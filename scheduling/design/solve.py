"""One queue's design: the relaxed horizon as a bound, days in whole people, windows of days where nights tie them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scheduling.cover import DayPlan
from scheduling.design.kinds import choose_kinds, improve_kinds
from scheduling.design.model import build_model
from scheduling.design.problem import DesignProblem
from scheduling.program import Limits, OutOfTimeError

Tell = Callable[[str], None]
Plans = dict[int, DayPlan]
DAY_SHARE = 0.5
LEAST_EFFORT = 0.25
SMALL = 1e-6
WINDOW_EFFORT = 0.5


@dataclass
class DesignAnswer:
    """Plans by day, their cost and a proven bound of it [model units]."""

    plans: Plans
    cost: int
    bound: float
    spent: float = 0.0

    @property
    def gap(self) -> float:
        return max(0.0, self.cost - self.bound) / self.cost if self.cost > 0 else 0.0


@dataclass(frozen=True)
class Solved:
    """Plans of some days, a bound of their cost [model units] and the effort spent."""

    plans: Plans
    bound: float
    effort: float


@dataclass(frozen=True)
class Relaxed:
    """The horizon with fractions of people: a bound [model units], and who is on the phone by day of the start."""

    bound: int
    phone: Mapping[int, np.ndarray]
    usage: Mapping[int, float]


def solve_design(problem: DesignProblem, limits: Limits, jobs: int, tell: Tell) -> DesignAnswer:
    """Design one queue.

    The shifts that the relaxed horizon uses are nearly always enough for the best plan in whole people, and so
    few that each day is a small problem; the others come back where the gap stays too wide.

    Parameters
    ----------
    problem : DesignProblem
    limits : Limits
        `effort` for the whole queue; `gap` at which it stops.
    jobs : int
        Threads; the answer does not depend on it.
    tell : callable
    """
    relaxed = relax(problem, limits)
    bound = relaxed.bound + problem.prices.short * int(problem.unreachable.sum()) - problem.prices.needed
    tell(f"queue {problem.queue}: bound {_money(problem, bound)}")
    offered = problem
    if problem.options.counts_shifts:
        offered = problem.with_kinds(choose_kinds(problem, relaxed.usage, limits))
        relaxed = relax(offered, limits)
    few = offered.with_shifts(index for index, people in relaxed.usage.items() if people > SMALL)
    plans = _first_days(few, relaxed, limits, jobs)
    answer = DesignAnswer(plans, problem.cost(plans), bound)
    tell(f"queue {problem.queue}: cost {_money(problem, answer.cost)}, gap {answer.gap:.2%}")
    if problem.linked:
        _improve_windows(answer, few, limits, jobs, tell)
    if problem.options.counts_shifts:
        improve_kinds(answer, problem, limits, tell)
    elif answer.gap > limits.gap:
        _improve_days(answer, problem, limits, jobs, tell)
    return answer


def _money(problem: DesignProblem, units: float) -> str:
    return f"{float(units * problem.prices.money):,.0f}"


def relax(problem: DesignProblem, limits: Limits) -> Relaxed:
    """Solve all days together with fractions of people."""
    days = list(problem.by_day)
    if not days:
        return Relaxed(0, {}, {})
    model = build_model(problem, days, problem.need)
    solution = model.program.relax(limits)
    phone = {day: _phone(problem, model.rows.counts, model.rows.breaks, solution.values, day) for day in days}
    usage = {index: float(solution.values[at]) for index, at in model.rows.counts.items()}
    return Relaxed(math.ceil(solution.bound - 1e-4), phone, usage)


def _phone(
    problem: DesignProblem,
    counts: Mapping[int, int],
    breaks: Mapping[tuple[int, int], Mapping[int, int]],
    values: np.ndarray,
    day: int,
) -> np.ndarray:
    """People on the phone from shifts that start on a day, fractions kept, shape (periods,)."""
    phone = np.zeros(len(problem.need))
    for shift in problem.by_day[day]:
        if values[counts[shift.index]] <= 0:
            continue
        phone[list(problem.cells(shift))] += values[counts[shift.index]]
        for number, rule in enumerate(shift.template.breaks):
            for start_s, at in breaks[shift.index, number].items():
                phone[list(problem.calendar.cells(shift.start + start_s, rule.length_s))] -= values[at]
    return phone


def _first_days(problem: DesignProblem, relaxed: Relaxed, limits: Limits, jobs: int) -> Plans:
    """Days side by side, or one after the other where nights tie them.

    A tied day leaves to the days that are not planned yet what the relaxed horizon gives to them.
    """
    days = list(problem.by_day)
    share = replace(limits, effort=max(LEAST_EFFORT, DAY_SHARE * limits.effort / max(1, len(days))), gap=limits.gap / 2)
    if not problem.linked:
        found = _side_by_side(jobs, [(problem, [day], problem.need, share, {}) for day in days])
        return {day: plan for solved in found for day, plan in solved.plans.items()}
    plans: Plans = {}
    for position, day in enumerate(days):
        later = sum((relaxed.phone[one] for one in days[position + 1 :]), start=np.zeros(len(problem.need)))
        done = sum((problem.cover(plan) for plan in plans.values()), start=np.zeros_like(problem.need))
        need = problem.need - done - np.floor(later + 1e-6).astype(np.int64)
        plans |= solve_days(problem, [day], need, share, {}).plans
    return plans


def _side_by_side(jobs: int, tasks: Sequence[tuple[Any, ...]]) -> list[Solved]:
    from joblib import Parallel, delayed

    return list(Parallel(n_jobs=jobs, prefer="threads")(delayed(solve_days)(*task) for task in tasks))


def solve_days(
    problem: DesignProblem, days: Sequence[int], need: np.ndarray, limits: Limits, start: Mapping[int, DayPlan]
) -> Solved:
    """Best plans of days against a need; the different shifts of the problem count as paid for.

    A shortage that the allowed gap would let pass is tried to be covered all the same.
    """
    model = build_model(problem, days, need, set(problem.kind_of.values()))
    hint = model.hint(problem, start, np.maximum(need, 0)) if start else None
    solution = model.program.solve(limits, hint)
    if solution is None:
        raise AssertionError("days on which anybody may be missing always have a plan")
    effort = solution.effort
    missing = list(model.rows.missing.values())
    if solution.values[missing].any():
        for at in missing:
            model.program.upper[at] = 0
        try:
            covered = model.program.solve(limits)
        except OutOfTimeError:
            covered = None
        if covered is not None:
            effort += covered.effort
            if covered.objective <= solution.objective * (1 + limits.gap):
                solution = replace(covered, bound=solution.bound)
    return Solved(model.plans(solution.values), solution.bound, effort)


def _improve_days(answer: DesignAnswer, problem: DesignProblem, limits: Limits, jobs: int, tell: Tell) -> None:
    """Plan days anew with every shift on offer; where no night ties them, their bounds together bound the whole."""
    days = list(problem.by_day)
    effort = max(LEAST_EFFORT, (limits.effort - answer.spent) / max(1, len(days)))
    share = replace(limits, effort=effort, gap=limits.gap / 2)
    tasks = []
    for day in days:
        others = (problem.cover(plan) for one, plan in answer.plans.items() if one != day)
        need = problem.need - sum(others, start=np.zeros_like(problem.need)) if problem.linked else problem.need
        tasks.append((problem, [day], need, share, {day: answer.plans[day]} if day in answer.plans else {}))
    if problem.linked:
        for at in range(len(tasks)):
            _take(answer, problem, _side_by_side(1, tasks[at : at + 1]))
    else:
        found = _side_by_side(jobs, tasks)
        _take(answer, problem, found)
        fixed = problem.prices.short * int(problem.unreachable.sum()) - problem.prices.needed
        answer.bound = max(answer.bound, math.ceil(sum(solved.bound for solved in found) - 1e-6) + fixed)
    tell(f"queue {problem.queue}: cost {_money(problem, answer.cost)}, gap {answer.gap:.2%}")


def _take(answer: DesignAnswer, problem: DesignProblem, found: Sequence[Solved]) -> None:
    """Keep what makes the whole cheaper."""
    for solved in found:
        answer.spent += solved.effort
        trial = answer.plans | solved.plans
        if (cost := problem.cost(trial)) < answer.cost:
            answer.plans, answer.cost = trial, cost


def _improve_windows(answer: DesignAnswer, problem: DesignProblem, limits: Limits, jobs: int, tell: Tell) -> None:
    """Plan neighbouring days anew, the others held; windows that don't touch are solved side by side."""
    days = list(problem.by_day)
    size, stale, first = min(2, len(days)), 0, 0
    share = replace(limits, effort=WINDOW_EFFORT, gap=limits.gap / 4)
    while answer.gap > limits.gap and answer.spent < DAY_SHARE * limits.effort and limits.remaining_s() > 0:
        before = answer.cost
        windows = _windows(days, first, size, problem.options.cyclic)
        _take(answer, problem, _side_by_side(jobs, [_window(problem, answer.plans, one, share) for one in windows]))
        first = (first + 1) % len(days)
        stale = 0 if answer.cost < before else stale + 1
        if answer.cost < before:
            tell(f"queue {problem.queue}: cost {_money(problem, answer.cost)}, gap {answer.gap:.2%}")
        if stale >= len(days):
            if size >= len(days):
                break
            size, stale = size + 1, 0


def _windows(days: Sequence[int], first: int, size: int, cyclic: bool) -> list[list[int]]:
    """Windows of `size` days with a day between them, from the `first` on; the circle is cut there."""
    turned = [*days[first:], *days[:first]] if cyclic else [*days[first % (size + 1) :]]
    parts = [turned[at : at + size] for at in range(0, len(turned), size + 1)]
    if cyclic and len(parts) > 1 and len(turned) % (size + 1):
        parts.pop()
    return [part for part in parts if part]


def _window(
    problem: DesignProblem, plans: Mapping[int, DayPlan], window: Sequence[int], limits: Limits
) -> tuple[Any, ...]:
    """Arguments of `solve_days` for a window with the other days held."""
    others = (problem.cover(plan) for day, plan in plans.items() if day not in window)
    need = problem.need - sum(others, start=np.zeros_like(problem.need))
    return problem, window, need, limits, {day: plans[day] for day in window}
