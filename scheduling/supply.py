"""From the relaxed week to whole people: how many heads and hours each crew gives to each day."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from scheduling.crews import Crew, Relaxation, Supply, reachable_s
from scheduling.problem import Team
from scheduling.program import Limits, Program

LOOSE = 0.03

Cell = tuple[int, int]


def supply_days(
    team: Team, crews: Sequence[Crew], days: Sequence[int], relaxed: Relaxation, limits: Limits
) -> dict[int, list[Supply]]:
    """Split each crew's week over its days.

    A crew that the relaxed week leaves room to spare is not limited by day at all; the others give what the
    relaxed week takes, rounded so that crews and days keep their totals (controlled rounding, Cox 1987).

    Parameters
    ----------
    team : Team
    crews : sequence of Crew
    days : sequence of int
    relaxed : Relaxation
    limits : Limits

    Returns
    -------
    dict of day to list of Supply
    """
    weeks: dict[int, list[int]] = defaultdict(list)
    for day in days:
        weeks[team.calendar.week[day]].append(day)
    supplies: dict[int, list[Supply]] = {day: [] for day in days}
    for part in weeks.values():
        tight = [number for number, crew in enumerate(crews) if not _has_room(team, crew, number, part, relaxed)]
        heads = _round(team, crews, tight, part, relaxed.heads, limits)
        for day in part:
            for number, crew in enumerate(crews):
                if number in tight:
                    supplies[day].append(_share(team, number, day, heads[number, day], relaxed))
                else:
                    supplies[day].append(Supply(number, crew.size, math.inf))
    return supplies


def _has_room(team: Team, crew: Crew, number: int, days: Sequence[int], relaxed: Relaxation) -> bool:
    if not crew.members:
        return True
    if team.rules.min_contract_share > 0:
        return False
    most_s = reachable_s(team.rules, team.people[crew.members[0]].contract_s)
    given_s = sum(relaxed.paid_s[number, day] for day in days)
    worked = sum(relaxed.heads[number, day] for day in days)
    full_s, full_days = crew.size * most_s, crew.size * team.rules.max_days_per_week
    longest_s = max(template.paid_s for template in team.rules.templates)
    return given_s <= full_s - max(LOOSE * full_s, longest_s) and worked <= full_days - max(LOOSE * full_days, 1)


def _round(
    team: Team,
    crews: Sequence[Crew],
    tight: Sequence[int],
    days: Sequence[int],
    heads: Mapping[Cell, float],
    limits: Limits,
) -> dict[Cell, int]:
    program = Program()
    cells: dict[Cell, int] = {}
    for number in tight:
        for day in days:
            low, high = _around(heads[number, day])
            price = -round(100 * (heads[number, day] - low))
            cells[number, day] = program.variable(min(high, crews[number].size), low, price)
    for number in tight:
        low, high = _around(sum(heads[number, day] for day in days))
        most = min(high, crews[number].size * team.rules.max_days_per_week)
        program.row([(cells[number, day], 1) for day in days], low, most)
    for day in days:
        program.row([(cells[number, day], 1) for number in tight], *_around(sum(heads[n, day] for n in tight)))
    solution = program.solve(limits)
    if solution is None:
        raise AssertionError("a table of fractions can always be rounded within its totals")
    return {cell: int(solution.values[at]) for cell, at in cells.items()}


def _around(value: float) -> tuple[int, int]:
    return math.floor(value + 1e-6), math.ceil(value - 1e-6)


def _share(team: Team, number: int, day: int, heads: int, relaxed: Relaxation) -> Supply:
    """Hours follow heads at the relaxed day's mean length, with half a short shift to spare."""
    fraction = relaxed.heads[number, day]
    mean_s = relaxed.paid_s[number, day] / fraction if heads else 0.0
    spare_s = min(template.paid_s for template in team.rules.templates) / 2
    return Supply(number, heads, heads * mean_s + spare_s, exact=team.rules.min_contract_share > 0)
