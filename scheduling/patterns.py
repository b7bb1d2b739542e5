"""From fractions to whole people: on which days everybody works, and how long at most."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from scheduling.alike import told
from scheduling.problem import Team
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.relaxed import Guide
from scheduling.rules import Choice
from scheduling.rules.force import add_rules

EFFORT = 5.0
SPARE = 0.5
ROUND = 0.3
LENGTH_SHARE = 2
NEW_SHARE = 10
TINY = 1e-6

Cell = tuple[int, int]
Pattern = Mapping[tuple[int, int], int]


def patterns(team: Team, guide: Guide, limits: Limits) -> Pattern:
    """Longest shift of each person on each day of work, such that every rule that tells what it sees is kept.

    Every day wants as many people as the relaxed horizon gives it and a little to spare, every length of shift about
    as many as there. What a person may do is what the relaxed horizon does with him, and of each day and length what
    would cost least.

    Parameters
    ----------
    team : Team
    guide : Guide
    limits : Limits

    Returns
    -------
    dict of (person, day) to paid time [s]
        Empty where nothing was found: every day is then free to choose.
    """
    program, choices = Program(), dict[int, list[Choice]]()
    targets, takers = defaultdict[Cell, float](float), defaultdict[Cell, list[int]](list)
    for kind, members in enumerate(guide.kinds):
        cells = _cells(guide, kind)
        wanted = [(atom, guide.work[kind, atom]) for atoms in cells.values() for atom in atoms]
        for atom, share in wanted:
            targets[guide.atoms[atom].day, guide.atoms[atom].paid_s] += share * len(members)
        offered = [(atom, share) for atom, share in wanted if share > TINY or _least_dear(guide, kind, atom, cells)]
        for who in members:
            choices[who] = [Choice(who, shift, program.variable(1, lower=1)) for shift in team.people[who].fixed]
            for atom, share in offered:
                at = program.variable(1, cost=0 if share > TINY else team.prices.paid // NEW_SHARE)
                takers[guide.atoms[atom].day, guide.atoms[atom].paid_s].append(at)
                choices[who].append(Choice(who, guide.atoms[atom].shifts[0], at))
    add_rules(program, choices, replace(team, rulings=tuple(ruling for ruling, _ in told(team))))
    _want(program, targets, takers, team.prices.short)
    try:
        solution = program.solve(replace(limits, effort=min(limits.effort, EFFORT), gap=0.01))
    except OutOfTimeError:
        solution = None
    if solution is None:
        return {}
    return {
        (who, one.shift.day): one.shift.paid_s
        for who, offers in choices.items()
        for one in offers
        if one.shift.index >= 0 and solution.values[one.at]
    }


def _cells(guide: Guide, kind: int) -> dict[Cell, list[int]]:
    """Atoms that people of a kind may work, by day and paid time."""
    cells = defaultdict[Cell, list[int]](list)
    for atom in guide.atoms:
        if (kind, atom.number) in guide.work:
            cells[atom.day, atom.paid_s].append(atom.number)
    return cells


def _least_dear(guide: Guide, kind: int, atom: int, cells: Mapping[Cell, list[int]]) -> bool:
    cell = cells[guide.atoms[atom].day, guide.atoms[atom].paid_s]
    return atom == min(cell, key=lambda one: (guide.dear[kind, one], one))


def _want(program: Program, targets: Mapping[Cell, float], takers: Mapping[Cell, list[int]], price: int) -> None:
    days = defaultdict[int, list[Cell]](list)
    for cell in takers:
        days[cell[0]].append(cell)
        _pay_below(program, takers[cell], math.floor(targets[cell] + ROUND), price // LENGTH_SHARE)
    for cells in days.values():
        everybody = [at for cell in cells for at in takers[cell]]
        _pay_below(program, everybody, math.ceil(sum(targets[cell] for cell in cells) + SPARE), price)


def _pay_below(program: Program, variables: list[int], least: int, price: int) -> None:
    if least > 0:
        short = program.variable(least, cost=price)
        program.row([*((at, 1) for at in variables), (short, 1)], least=least)
