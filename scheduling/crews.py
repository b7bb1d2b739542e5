"""People who are interchangeable, counted instead of named, and what a week of theirs can hold."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement

from scheduling.problem import Team
from scheduling.program import Program
from wfm.params import ShiftRules

DAY_S = 86_400
MANY_WEEKS = 20_000


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


def crews_of(team: Team) -> tuple[Crew, ...]:
    """Group the people of a team; without people, one open pool large enough for any cover."""
    useful = frozenset(shift.index for shift in team.shifts)
    if not team.people:
        in_turn = 1 + DAY_S // min(template.length_s for template in team.rules.templates)
        return (Crew(int(team.need.max()) * in_turn, useful, ()),)
    groups: dict[tuple, list[int]] = defaultdict(list)
    weeks = sorted(set(team.calendar.week))
    for position, person in enumerate(team.people):
        given = tuple(person.fixed_in(team.calendar, week) for week in weeks)
        groups[person.contract_s, person.allowed & useful, person.employed, given].append(position)
    return tuple(Crew(len(members), key[1], tuple(members)) for key, members in groups.items())


def reachable_s(rules: ShiftRules, most_s: int, days: int | None = None) -> int:
    """Largest paid time within `most_s` that the whole shifts of some days, a full week's if not given, make [s]."""
    sums = {0}
    for _ in range(rules.max_days_per_week if days is None else days):
        sums |= {total + length for total in sums for length in _lengths(rules) if total + length <= most_s}
    return max(sums)


def _lengths(rules: ShiftRules) -> tuple[int, ...]:
    return tuple(sorted({template.paid_s for template in rules.templates}, reverse=True))


@cache
def full_weeks(lengths: tuple[int, ...], days: int, most_s: int) -> tuple[Counter[int], ...] | None:
    """Every way to fill a week to the brim.

    Parameters
    ----------
    lengths : tuple of int
        Paid time of the shifts on offer, longest first [s].
    days : int
        Most days worked.
    most_s : int
        Most paid time [s].

    Returns
    -------
    tuple of Counter, or None
        Shifts by paid time, such that no shift can be added or made longer. Every legal week fits into one of
        them, shift by shift. None where there are too many to list.
    """
    if math.comb(len(lengths) + days, days) > MANY_WEEKS:
        return None
    longer = dict(zip(lengths[1:], lengths, strict=False))
    weeks = []
    for count in range(days + 1):
        for week in combinations_with_replacement(lengths, count):
            room = most_s - sum(week)
            can_add = count < days and room >= lengths[-1]
            if room >= 0 and not can_add and not any(longer.get(length, math.inf) - length <= room for length in week):
                weeks.append(Counter(week))
    return tuple(weeks)


def add_week_limits(program: Program, team: Team, crew: Crew, week: int, offers: Mapping[int, Sequence[int]]) -> None:
    """Rows that keep a crew's week within what its members' contracts and working days can hold together.

    Parameters
    ----------
    program : Program
    team : Team
    crew : Crew
    week : int
    offers : dict of paid time [s] to variables
        Each counts members of the crew who work a shift of that paid time.
    """
    person, unit = team.people[crew.members[0]], team.prices.paid_unit_s
    given_s, given_days = person.fixed_in(team.calendar, week)
    left_s, left_days = max(0, person.contract_s - given_s), max(0, team.rules.max_days_per_week - given_days)
    paid = [(at, length // unit) for length, variables in offers.items() for at in variables]
    most = reachable_s(team.rules, left_s, left_days) // unit
    least = min(-(-(team.least_paid_s(person, week) - given_s) // unit), most)
    program.row(paid, crew.size * max(0, least), crew.size * most)
    program.row([(at, 1) for at, _ in paid], most=crew.size * left_days)
    weeks = full_weeks(_lengths(team.rules), left_days, left_s)
    if weeks is None:
        return
    ways = [(program.variable(crew.size), way) for way in weeks]
    program.row([(at, 1) for at, _ in ways], most=crew.size)
    for length in offers:
        worked = [(at, 1) for other, variables in offers.items() if other >= length for at in variables]
        room = [(at, -sum(count for other, count in way.items() if other >= length)) for at, way in ways]
        program.row(worked + room, most=0)


def add_day_limits(program: Program, team: Team, crew: Crew, days: Mapping[int, Sequence[int]]) -> None:
    """Rows for a crew's heads by day, and for its days in a row in total.

    Parameters
    ----------
    program : Program
    team : Team
    crew : Crew
    days : dict of day to variables
        Each counts members of the crew who work that day.
    """
    for variables in days.values():
        program.row([(at, 1) for at in variables], most=crew.size)
    most = team.rules.max_consecutive_days
    for first in days if crew.members else ():
        window = [days[day] for day in range(first, first + most + 1) if day in days]
        if len(window) > most:
            program.row([(at, 1) for variables in window for at in variables], most=crew.size * most)
