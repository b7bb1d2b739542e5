"""Small benchmark instances, drawn at random, and slow obvious answers to them."""

from __future__ import annotations

from itertools import product

import numpy as np

from scheduling.columns import RosterProblem
from scheduling.shiftrostering.adapter import to_problem
from scheduling.shiftrostering.evaluate import Roster, evaluate
from scheduling.shiftrostering.instance import Cover, Employee, Instance, Request, ShiftType

TINY = """\
# A fortnight is too long for brute force
SECTION_HORIZON
7

SECTION_SHIFTS
E,480,
L,600,E

SECTION_STAFF
# ID, MaxShifts, MaxTotalMinutes, MinTotalMinutes, ...
Ann,E=7|L=1,2400,1000,3,2,2,1
Bob,E=0|L=7,2400,1000,4,1,1,1

SECTION_DAYS_OFF
Ann,2

SECTION_SHIFT_ON_REQUESTS
Ann,0,E,3
Bob,5,L,2

SECTION_SHIFT_OFF_REQUESTS
Bob,0,L,4

SECTION_COVER
0,E,1,100,1
0,L,1,10,1
3,E,2,100,1
6,L,1,50,2
"""


def random_instance(seed: int, people: int = 2, days: int = 7) -> Instance:
    """An instance whose rules often bind and now and then contradict each other."""
    random = np.random.default_rng(seed)
    names = ["E", "D", "L"][: random.integers(1, 4)]
    shifts = {
        name: ShiftType(name, int(random.choice([240, 480, 600])), frozenset(names[:number]))
        for number, name in enumerate(names)
    }
    employees = {}
    for name in [f"P{number}" for number in range(people)]:
        most, least = int(random.integers(2, 6)), int(random.integers(1, 3))
        limits = {shift: int(random.choice([0, 2, days // 2, days], p=[0.15, 0.25, 0.3, 0.3])) for shift in names}
        top = 480 * (days // 2 + int(random.integers(2)))
        bottom = max(0, top - 480 * int(random.integers(1, 4))) if random.random() < 0.6 else 0
        rest, weekends = int(random.integers(1, 3)), int(random.integers(1 + days // 7))
        employees[name] = Employee(name, limits, top, bottom, most, least, rest, weekends)
    requests = [
        Request(f"P{random.integers(people)}", int(random.integers(days)), str(random.choice(names)), int(weight))
        for weight in random.integers(1, 4, 2 * people)
    ]
    cover = [
        Cover(day, shift, int(random.integers(people + 1)), int(random.choice([3, 100])), int(random.integers(3)))
        for day, shift in product(range(days), names)
        if random.random() < 0.8
    ]
    off = frozenset((f"P{random.integers(people)}", int(random.integers(days))) for _ in range(people))
    half = len(requests) // 2
    return Instance(days, shifts, employees, off, tuple(requests[:half]), tuple(requests[half:]), tuple(cover))


def legal_rosters(instance: Instance, name: str) -> list[dict[int, str]]:
    """All rosters of one employee that the judge finds nothing against, by trying every one."""
    alone = Instance(instance.days, instance.shifts, {name: instance.employees[name]}, instance.days_off, (), (), ())
    choices = ["", *instance.shifts]
    rosters = [
        {day: shift for day, shift in enumerate(days) if shift} for days in product(choices, repeat=instance.days)
    ]
    return [one for one in rosters if not evaluate(alone, {(name, day): shift for day, shift in one.items()}).broken]


def least_objective(instance: Instance) -> int | None:
    """Optimum by trying every combination of legal rosters; None if somebody has none."""
    each = [
        [{(name, day): shift for day, shift in one.items()} for one in legal_rosters(instance, name)]
        for name in instance.employees
    ]
    if not all(each):
        return None
    return min(evaluate(instance, _joined(combination)).objective for combination in product(*each))


def _joined(rosters: tuple[Roster, ...]) -> Roster:
    return {cell: shift for roster in rosters for cell, shift in roster.items()}


def random_problem(seed: int, people: int = 2, days: int = 7) -> RosterProblem:
    return to_problem(random_instance(seed, people, days))
