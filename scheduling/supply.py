"""From fractions to whole people: how many of each crew, with which hours, each day gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scheduling.crews import Crew, add_day_limits, add_week_limits, reachable_s
from scheduling.day import Supply
from scheduling.problem import Team
from scheduling.program import Limits, Program
from scheduling.relax import Cell, Relaxation

LOOSE = 0.03
SCALE = 100
EFFORT = 0.3
TIERS = ((0.0, 20), (1.5, 1))
CREW_PRICE = 5


def supply_days(
    team: Team, crews: Sequence[Crew], days: Sequence[int], relaxed: Relaxation, limits: Limits
) -> dict[int, list[Supply]]:
    """Split each crew's week over its days.

    A crew that the relaxed week leaves room to spare is not limited by day at all. The others are rounded to
    whole people whose weeks fit their contracts, close to what the relaxed week takes.

    Parameters
    ----------
    team : Team
    crews : sequence of Crew
    days : sequence of int
    relaxed : Relaxation
    limits : Limits

    Returns
    -------
    dict of day to list of Supply, one per crew
    """
    weeks: dict[int, list[int]] = defaultdict(list)
    for day in days:
        weeks[team.calendar.week[day]].append(day)
    exact = team.rules.min_contract_share > 0
    supplies: dict[int, list[Supply]] = {day: [] for day in days}
    for week, part in weeks.items():
        cells = {cell: value for cell, value in relaxed.heads.items() if cell[1] in part}
        tight = {number for number, crew in enumerate(crews) if not _has_room(team, crew, number, cells)}
        heads = _round(team, crews, week, {cell: n for cell, n in cells.items() if cell[0] in tight}, limits)
        for day in part:
            for number, crew in enumerate(crews):
                mine = {paid_s: n for (owner, on, paid_s), n in heads.items() if owner == number and on == day}
                supplies[day].append(Supply(crew, mine, exact) if number in tight else Supply(crew))
    return supplies


def _has_room(team: Team, crew: Crew, number: int, cells: Mapping[Cell, float]) -> bool:
    if not crew.members:
        return True
    rules = team.rules
    if rules.min_contract_share > 0:
        return False
    mine = {cell: heads for cell, heads in cells.items() if cell[0] == number}
    person = team.people[crew.members[0]]
    if person.fixed:
        return False
    full_s = crew.size * reachable_s(rules, person.contract_s)
    full_days = crew.size * rules.max_days_per_week
    longest_s = max(template.paid_s for template in rules.templates)
    spare_s = full_s - sum(paid_s * heads for (_, _, paid_s), heads in mine.items())
    return spare_s >= max(LOOSE * full_s, longest_s) and full_days - sum(mine.values()) >= max(LOOSE * full_days, 1)


def _round(
    team: Team, crews: Sequence[Crew], week: int, cells: Mapping[Cell, float], limits: Limits
) -> dict[Cell, int]:
    """Whole heads per cell; each day and length wants what the relaxed week takes, then a little to spare."""
    program = Program()
    heads = {cell: program.variable(crews[cell[0]].size) for cell in cells}
    by_day: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    by_length: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    wanted: dict[tuple[int, int], list[Cell]] = defaultdict(list)
    for cell in cells:
        number, day, paid_s = cell
        by_day[number][day].append(heads[cell])
        by_length[number][paid_s].append(heads[cell])
        wanted[day, paid_s].append(cell)
        _want(program, [heads[cell]], cells[cell], CREW_PRICE * paid_s // team.prices.paid_unit_s)
    for number, offers in by_length.items():
        add_day_limits(program, team, crews[number], by_day[number])
        add_week_limits(program, team, crews[number], week, offers)
    for (_, paid_s), group in wanted.items():
        total, unit = sum(cells[cell] for cell in group), paid_s // team.prices.paid_unit_s
        for spare, price in TIERS:
            _want(program, [heads[cell] for cell in group], total + spare, price * unit)
    solution = program.solve(replace(limits, effort=EFFORT, gap=0.01))
    if solution is None:
        raise AssertionError("weeks that are legal alone are legal side by side")
    return {cell: int(solution.values[at]) for cell, at in heads.items()}


def _want(program: Program, variables: Sequence[int], amount: float, price: int) -> None:
    """Pay for every hundredth of a head below an amount."""
    target = round(SCALE * amount)
    short = program.variable(target, cost=price)
    program.row([*((at, SCALE) for at in variables), (short, 1)], least=target)
