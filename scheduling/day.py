"""One day in whole people: shifts and breaks chosen together by CP-SAT."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.cover import DayPlan, add_cover
from scheduling.crews import Crew
from scheduling.problem import Team
from scheduling.program import Limits, Program
from scheduling.relax import add_counts


@dataclass(frozen=True, slots=True)
class Supply:
    """What a crew gives to one day.

    Parameters
    ----------
    crew : Crew
    heads : dict of paid time [s] to int, or None
        People with a shift of that paid time in their week; each may work a shorter one or stay away.
        None leaves the whole crew to the day.
    exact : bool
        Nobody stays away and nobody works less.
    """

    crew: Crew
    heads: Mapping[int, int] | None = None
    exact: bool = False


@dataclass(frozen=True)
class DayAnswer:
    """A day's plan and a proven bound of its cost [model units]."""

    plan: DayPlan
    bound: float


def solve_day(team: Team, day: int, supplies: Sequence[Supply], need: np.ndarray, limits: Limits) -> DayAnswer:
    """Choose one day's shifts and breaks.

    Parameters
    ----------
    team : Team
    day : int
    supplies : sequence of Supply
    need : ndarray of int, shape (periods,)
        What the shifts of this day are to meet.
    limits : Limits

    Raises
    ------
    OutOfTimeError
        If the limits ran out before any plan was found.
    """
    program, shifts = Program(), team.on_day(day)
    merged = merge_supplies(supplies, frozenset(shift.index for shift in shifts))
    counts, cells = add_counts(program, team, [supply.crew for supply in merged], shifts)
    for number, supply in enumerate(merged):
        add_supply(program, supply, {paid_s: cell for (owner, _, paid_s), cell in cells.items() if owner == number})
    rows = add_cover(program, shifts, counts, need, team.calendar, team.prices)
    solution = program.solve(limits)
    if solution is None:
        raise AssertionError("a day on which anybody may be missing always has a plan")
    return DayAnswer(rows.plan(solution.values, shifts), solution.bound)


def merge_supplies(supplies: Sequence[Supply], offered: frozenset[int]) -> list[Supply]:
    """Crews that differ on other days only are one today."""
    groups: dict[tuple[frozenset[int], bool], list[Supply]] = defaultdict(list)
    for supply in supplies:
        groups[supply.crew.allowed & offered, supply.heads is None].append(supply)
    merged = []
    for (allowed, free), group in groups.items():
        crew = Crew(sum(supply.crew.size for supply in group), allowed, ())
        heads: Counter[int] = Counter()
        for supply in group:
            heads.update(supply.heads or {})
        merged.append(Supply(crew, None if free else heads, group[0].exact))
    return merged


def add_supply(program: Program, supply: Supply, offers: Mapping[int, Sequence[int]]) -> None:
    if supply.heads is None:
        program.row([(at, 1) for variables in offers.values() for at in variables], most=supply.crew.size)
        return
    for paid_s, variables in offers.items():
        if supply.exact:
            heads = supply.heads[paid_s]
            program.row([(at, 1) for at in variables], heads, heads)
            continue
        as_long = [at for length, others in offers.items() if length >= paid_s for at in others]
        program.row([(at, 1) for at in as_long], most=sum(n for length, n in supply.heads.items() if length >= paid_s))
