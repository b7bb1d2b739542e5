"""People who are interchangeable, counted instead of named; the week's relaxation and each day's exact model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.cover import CoverRows, DayPlan, add_cover
from scheduling.problem import Shift, Team
from scheduling.program import Limits, Program, Solution
from wfm.params import ShiftRules

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Crew:
    """People with the same contract and the same legal shifts.

    Parameters
    ----------
    size : int
    allowed : frozenset of int
    members : tuple of int
        Positions in `Team.people`; empty for an open pool, whose weeks are not limited.
    """

    size: int
    allowed: frozenset[int]
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Supply:
    """What a crew gives to one day: heads and paid time [s]; `exact` when no head may stay away."""

    crew: int
    heads: int
    paid_s: float
    exact: bool = False


@dataclass(frozen=True)
class Relaxation:
    """Optimum of the week with fractions of people.

    Parameters
    ----------
    bound : float
        Model units; no roster costs less.
    heads, paid_s : dict of (crew, day) to float
    phone : dict of day to ndarray, shape (periods,)
        People on the phone from shifts that start on the day.
    """

    bound: float
    heads: Mapping[tuple[int, int], float]
    paid_s: Mapping[tuple[int, int], float]
    phone: Mapping[int, np.ndarray]


@dataclass(frozen=True)
class DayAnswer:
    """A day in whole people: the plan, who of which crew works what, and a proven bound [model units]."""

    plan: DayPlan
    worked: Mapping[tuple[int, int], int]
    bound: float


def crews_of(team: Team) -> tuple[Crew, ...]:
    """Group the people of a team; without people, one open pool."""
    useful = frozenset(shift.index for shift in team.shifts)
    if not team.people:
        in_turn = 1 + DAY_S // min(template.length_s for template in team.rules.templates)
        return (Crew(int(team.need.max()) * in_turn, useful, ()),)
    groups: dict[tuple, list[int]] = defaultdict(list)
    for position, person in enumerate(team.people):
        groups[person.contract_s, person.allowed & useful, person.employed].append(position)
    return tuple(Crew(len(members), allowed, tuple(members)) for (_, allowed, _), members in groups.items())


def reachable_s(rules: ShiftRules, most_s: int) -> int:
    """Largest paid time of a week within `most_s` that whole shifts can make [s]."""
    lengths = {template.paid_s for template in rules.templates}
    sums = {0}
    for _ in range(rules.max_days_per_week):
        sums |= {total + length for total in sums for length in lengths if total + length <= most_s}
    return max(sums)


def relax_week(team: Team, crews: Sequence[Crew], days: Sequence[int], need: np.ndarray, limits: Limits) -> Relaxation:
    """Solve days together with fractions of people, weekly limits in total per crew.

    Parameters
    ----------
    team : Team
    crews : sequence of Crew
    days : sequence of int
    need : ndarray of int, shape (periods,)
    limits : Limits
    """
    program = Program()
    shifts = [shift for shift in team.shifts if shift.day in set(days)]
    counts, by_crew = _add_counts(program, team, crews, shifts)
    for (number, _), mine in _by_day(team, by_crew).items():
        program.row([(at, 1) for at, _ in mine], most=crews[number].size)
    _add_week_limits(program, team, crews, by_crew)
    rows = add_cover(program, shifts, counts, need, team.calendar, team.prices, _most(crews))
    solution = program.relax(limits)
    heads: dict[tuple[int, int], float] = defaultdict(float)
    paid_s: dict[tuple[int, int], float] = defaultdict(float)
    for (number, index), at in by_crew.items():
        heads[number, _day(team, index)] += solution.values[at]
        paid_s[number, _day(team, index)] += solution.values[at] * team.calendar.shifts[index].paid_s
    phone = {day: rows.phone(solution.values, [s for s in shifts if s.day == day], team.calendar) for day in days}
    return Relaxation(math.ceil(solution.bound - 1e-4), heads, paid_s, phone)


def solve_day(
    team: Team, crews: Sequence[Crew], day: int, supplies: Sequence[Supply], need: np.ndarray, limits: Limits
) -> DayAnswer:
    """Choose one day's shifts and breaks in whole people.

    Parameters
    ----------
    team : Team
    crews : sequence of Crew
    day : int
    supplies : sequence of Supply
    need : ndarray of int, shape (periods,)
        What the shifts of this day are to meet.
    limits : Limits
    """
    program, shifts = Program(), team.on_day(day)
    counts, by_crew = _add_counts(program, team, crews, shifts)
    mine = _by_day(team, by_crew)
    for supply in supplies:
        if offers := mine.get((supply.crew, day)):
            _add_supply(program, team, supply, offers)
    rows = add_cover(program, shifts, counts, need, team.calendar, team.prices, _most(crews))
    solution = program.solve(limits)
    if solution is None:
        raise AssertionError("a day on which nobody has to work always has a plan")
    return _answer(solution, rows, by_crew, shifts)


def _answer(
    solution: Solution, rows: CoverRows, by_crew: Mapping[tuple[int, int], int], shifts: list[Shift]
) -> DayAnswer:
    worked = {key: int(solution.values[at]) for key, at in by_crew.items() if solution.values[at] > 0}
    return DayAnswer(rows.plan(solution.values, shifts), worked, solution.bound)


def _add_counts(
    program: Program, team: Team, crews: Sequence[Crew], shifts: Sequence[Shift]
) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    counts, by_crew = {}, {}
    for shift in shifts:
        price = team.prices.shift(shift)
        able = [number for number, crew in enumerate(crews) if shift.index in crew.allowed]
        for number in able:
            by_crew[number, shift.index] = program.variable(crews[number].size, cost=price)
        if len(able) == 1:
            counts[shift.index] = by_crew[able[0], shift.index]
            continue
        counts[shift.index] = program.variable(sum(crews[number].size for number in able))
        parts = [(by_crew[number, shift.index], 1) for number in able]
        program.row([*parts, (counts[shift.index], -1)], 0, 0)
    return counts, by_crew


def _add_supply(program: Program, team: Team, supply: Supply, offers: Sequence[tuple[int, int]]) -> None:
    program.row([(at, 1) for at, _ in offers], supply.heads if supply.exact else 0, supply.heads)
    if math.isfinite(supply.paid_s):
        unit = team.prices.paid_unit_s
        program.row([(at, paid_s // unit) for at, paid_s in offers], most=int(supply.paid_s // unit))


def _add_week_limits(
    program: Program, team: Team, crews: Sequence[Crew], by_crew: Mapping[tuple[int, int], int]
) -> None:
    unit = team.prices.paid_unit_s
    weeks: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (number, day), offers in _by_day(team, by_crew).items():
        weeks[number, team.calendar.week[day]] += offers
    for (number, week), offers in weeks.items():
        crew = crews[number]
        if not crew.members:
            continue
        person = team.people[crew.members[0]]
        program.row([(at, 1) for at, _ in offers], most=crew.size * team.rules.max_days_per_week)
        least = -(-team.least_paid_s(person, week) // unit)
        most = reachable_s(team.rules, person.contract_s) // unit
        program.row([(at, paid_s // unit) for at, paid_s in offers], crew.size * least, crew.size * most)


def _by_day(team: Team, by_crew: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Variables and paid time [s] by crew and day."""
    grouped: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (number, index), at in by_crew.items():
        shift = team.calendar.shifts[index]
        grouped[number, shift.day].append((at, shift.paid_s))
    return grouped


def _day(team: Team, index: int) -> int:
    return team.calendar.shifts[index].day


def _most(crews: Sequence[Crew]) -> int:
    return sum(crew.size for crew in crews)
