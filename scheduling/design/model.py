"""Rows of a design: days of shifts with implicit breaks, and what ties them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.cover import CoverRows, DayPlan, add_cover
from scheduling.design.problem import DesignProblem, Kind
from scheduling.problem import Shift
from scheduling.program import Program


@dataclass(frozen=True)
class DesignModel:
    """A program over some days, and its variables.

    Parameters
    ----------
    program : Program
    shifts : tuple of Shift
    rows : CoverRows
    on_day : dict of shift index to variable
        1 where a shift is used on its day; only with a least staff.
    kinds : dict of Kind to variable
        1 where a different shift is used; only where their number matters.
    """

    program: Program
    shifts: tuple[Shift, ...]
    rows: CoverRows
    on_day: Mapping[int, int]
    kinds: Mapping[Kind, int]

    def plans(self, values: np.ndarray) -> dict[int, DayPlan]:
        """Whole days of a solution."""
        by_day: dict[int, list[Shift]] = defaultdict(list)
        for shift in self.shifts:
            by_day[shift.day].append(shift)
        plan = self.rows.plan(values, list(self.shifts))
        return {
            day: DayPlan(
                {shift.index: plan.counts[shift.index] for shift in shifts if shift.index in plan.counts},
                {
                    (shift.index, number): plan.breaks[shift.index, number]
                    for shift in shifts
                    if shift.index in plan.counts
                    for number in range(len(shift.template.breaks))
                },
            )
            for day, shifts in by_day.items()
        }

    def hint(self, problem: DesignProblem, plans: Mapping[int, DayPlan], need: np.ndarray) -> dict[int, int]:
        """Values of every variable for plans of these days."""
        counts = {index: count for plan in plans.values() for index, count in plan.counts.items()}
        breaks = {key: starts for plan in plans.values() for key, starts in plan.breaks.items()}
        values = {at: counts.get(index, 0) for index, at in self.rows.counts.items()}
        for key, starts in self.rows.breaks.items():
            values |= {at: breaks.get(key, {}).get(start_s, 0) for start_s, at in starts.items()}
        phone = sum((problem.cover(plan) for plan in plans.values()), start=np.zeros_like(need))
        values |= {at: max(0, int(need[period] - phone[period])) for period, at in self.rows.missing.items()}
        values |= {at: int(index in counts) for index, at in self.on_day.items()}
        used = {problem.kind_of[index] for index in counts}
        return values | {at: int(kind in used) for kind, at in self.kinds.items()}


def build_model(
    problem: DesignProblem, days: Sequence[int], need: np.ndarray, elsewhere: Collection[Kind] = ()
) -> DesignModel:
    """Rows of days.

    Parameters
    ----------
    problem : DesignProblem
    days : sequence of int
    need : ndarray of int, shape (periods,)
        What these days are to meet.
    elsewhere : collection of Kind
        Different shifts that other days use and pay for.
    """
    program, options = Program(), problem.options
    shifts = tuple(shift for day in days for shift in problem.by_day.get(day, ()))
    prices, most = problem.prices, problem.most
    counts = {
        shift.index: program.variable(most[shift.index], cost=prices.shift[shift.template.name]) for shift in shifts
    }
    on_day: dict[int, int] = {}
    if options.min_staff > 1:
        for index, at in counts.items():
            used = on_day[index] = program.variable(1)
            program.row([(at, 1), (used, -options.min_staff)], least=0)
            program.row([(at, 1), (used, -most[index])], most=0)
    kinds: dict[Kind, int] = {}
    if options.counts_shifts:
        kinds = _add_kinds(program, problem, counts, frozenset(elsewhere))
    rows = add_cover(program, list(shifts), counts, np.maximum(need, 0), problem.calendar, problem.cover_prices)
    return DesignModel(program, shifts, rows, on_day, kinds)


def _add_kinds(
    program: Program, problem: DesignProblem, counts: Mapping[int, int], elsewhere: frozenset[Kind]
) -> dict[Kind, int]:
    kinds: dict[Kind, int] = {}
    for index, at in counts.items():
        kind = problem.kind_of[index]
        if kind in elsewhere:
            continue
        if kind not in kinds:
            kinds[kind] = program.variable(1, cost=problem.prices.kind)
        program.row([(at, 1), (kinds[kind], -problem.most[index])], most=0)
    if problem.options.max_shifts is not None:
        left = max(0, problem.options.max_shifts - len(elsewhere))
        program.row([(used, 1) for used in kinds.values()], most=left)
    return kinds
