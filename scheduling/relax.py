"""The week with fractions of people: a bound of the cost, and a guide for whole people."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.cover import add_cover
from scheduling.crews import Crew, add_day_limits, add_week_limits
from scheduling.problem import Shift, Team
from scheduling.program import Limits, Program

Cell = tuple[int, int, int]


@dataclass(frozen=True)
class Relaxation:
    """Optimum of the week with fractions of people.

    Parameters
    ----------
    bound : int
        Model units; no roster costs less.
    heads : dict of (crew, day, paid time [s]) to float
        People of the crew who work shifts of that paid time; every legal cell is there.
    phone : dict of day to ndarray, shape (periods,)
        People on the phone from shifts that start on the day.
    prices : ndarray, shape (periods,)
        Model units that one agent more required in the period adds.
    """

    bound: int
    heads: Mapping[Cell, float]
    phone: Mapping[int, np.ndarray]
    prices: np.ndarray


def relax_week(team: Team, crews: Sequence[Crew], days: Sequence[int], limits: Limits) -> Relaxation:
    """Solve days together with fractions of people, weekly limits in total per crew.

    Parameters
    ----------
    team : Team
    crews : sequence of Crew
    days : sequence of int
    limits : Limits

    Raises
    ------
    OutOfTimeError
        If the limits ran out.
    """
    program = Program()
    shifts = [shift for day in days for shift in team.on_day(day)]
    counts, cells = add_counts(program, team, crews, shifts)
    by_day: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    by_week: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (number, day, paid_s), variables in cells.items():
        by_day[number][day] += variables
        by_week[number, team.calendar.week[day]][paid_s] += variables
    for number, offers_by_day in by_day.items():
        add_day_limits(program, team, crews[number], offers_by_day)
    for (number, week), offers in by_week.items():
        if crews[number].members:
            add_week_limits(program, team, crews[number], week, offers)
    rows = add_cover(program, shifts, counts, team.need, team.calendar, team.prices)
    solution = program.relax(limits)
    heads = {cell: float(sum(solution.values[at] for at in variables)) for cell, variables in cells.items()}
    phone = {day: rows.phone(solution.values, team.on_day(day), team.calendar) for day in days}
    prices = np.zeros(team.calendar.periods)
    prices[list(rows.needs)] = solution.duals[list(rows.needs.values())]
    return Relaxation(math.ceil(solution.bound - 1e-4), heads, phone, prices)


def add_counts(
    program: Program, team: Team, crews: Sequence[Crew], shifts: Sequence[Shift]
) -> tuple[dict[int, int], dict[Cell, list[int]]]:
    """Variables for the people on each shift, in total and by crew, with the price of the shift.

    Returns
    -------
    dict of shift index to variable, dict of (crew, day, paid time [s]) to variables
    """
    counts: dict[int, int] = {}
    cells: dict[Cell, list[int]] = defaultdict(list)
    for shift in shifts:
        price = team.prices.shift(shift)
        able = [number for number, crew in enumerate(crews) if shift.index in crew.allowed]
        parts = [program.variable(crews[number].size, cost=price) for number in able]
        for number, at in zip(able, parts, strict=True):
            cells[number, shift.day, shift.paid_s].append(at)
        if len(parts) == 1:
            counts[shift.index] = parts[0]
            continue
        counts[shift.index] = program.variable(sum(crews[number].size for number in able))
        program.row([*((at, 1) for at in parts), (counts[shift.index], -1)], 0, 0)
    return counts, cells
