"""A bound that knows whole shifts: each day alone, its paid time a whole number of steps.

Lagrange's relaxation of the rows that tie days together, at the prices of the relaxed horizon: days fall apart
(Geoffrion 1974, Lagrangean relaxation for integer programming). The paid time of whole shifts is a multiple of their
common step, so that the day costs no less than the cheaper of two relaxed days: one paid at most the last multiple
below what the day takes in fractions, one paid at least the next (a split disjunction on one sum).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.alike import Atom
from scheduling.cover import add_cover
from scheduling.problem import Team
from scheduling.program import Limits, Program, Term
from scheduling.relaxed import PEOPLE, Guide
from wfm.errors import InfeasibleError

SAFE = 1e-6
WHOLE = 1e-6


@dataclass(frozen=True)
class DayBounds:
    """Bounds of days [model units].

    Parameters
    ----------
    parts : dict of day to float
        What each day, and people, add at least to the cost when tolls are paid.
    alone : dict of day to float
        What each day's paid time and missing people cost at least, whatever happens on other days.
    """

    parts: dict[int, float]
    alone: dict[int, float]

    def total(self, team: Team) -> float:
        """The better one for the whole roster, people missing where no shift can be included."""
        unreachable = team.prices.short * int(team.unreachable.sum())
        return max(sum(self.parts.values()), sum(self.alone.values()) + unreachable)


def sharpen(team: Team, guide: Guide, limits: Limits, jobs: int) -> DayBounds:
    """Bounds of every day; where night shifts link days, those of the relaxed horizon.

    Parameters
    ----------
    team : Team
    guide : Guide
    limits : Limits
    jobs : int
        Threads; the answer does not depend on it.
    """
    from joblib import Parallel, delayed

    if team.linked:
        return DayBounds(dict(guide.parts), {})
    days = [day for day in guide.parts if day != PEOPLE]
    tasks = [delayed(_day)(team, guide.atoms, guide.kinds, day, guide.toll, limits) for day in days]
    bounds = Parallel(n_jobs=jobs, prefer="threads")(tasks)
    parts = {day: max(guide.parts[day], bound) for day, bound in zip(days, bounds, strict=True)}
    return DayBounds({PEOPLE: guide.parts[PEOPLE], **parts}, alone(team, guide.atoms, guide.kinds, limits, jobs))


def alone(
    team: Team, atoms: Sequence[Atom], kinds: Sequence[Sequence[int]], limits: Limits, jobs: int
) -> dict[int, float]:
    """What each day's paid time and missing people cost at least, whatever happens on other days [model units]."""
    from joblib import Parallel, delayed

    tasks = [delayed(_day)(team, atoms, kinds, day, None, limits) for day in team.days]
    bounds = Parallel(n_jobs=jobs, prefer="threads")(tasks)
    return {day: _rounded(team, day, bound) for day, bound in zip(team.days, bounds, strict=True)}


def _day(
    team: Team,
    atoms: Sequence[Atom],
    kinds: Sequence[Sequence[int]],
    day: int,
    toll: Mapping[tuple[int, int], float] | None,
    limits: Limits,
) -> float:
    program, paid, step = _program(team, [atom for atom in atoms if atom.day == day], kinds, toll)
    if not paid:
        return 0.0
    whole = program.relax(limits)
    steps = sum(factor * float(whole.values[at]) for at, factor in paid)
    if abs(steps - round(steps)) < WHOLE or step == 1:
        return _safe(whole.bound)
    sides = []
    for ends in ({"most": math.floor(steps)}, {"least": math.ceil(steps)}):
        program.row(paid, **ends)
        try:
            sides.append(program.relax(limits).bound)
        except InfeasibleError:
            if limits.remaining_s() <= 0:
                raise
        program.rows.pop()
    return _safe(min(sides, default=whole.bound))


def _rounded(team: Team, day: int, bound: float) -> float:
    """Up to the next sum of whole shifts and missing people."""
    step = math.gcd(team.prices.short, *(team.prices.shift(shift) for shift in team.on_day(day)))
    return step * math.ceil(bound / step - WHOLE)


def _safe(bound: float) -> float:
    """Less what the solver's tolerance may have added."""
    return bound - SAFE * abs(bound)


def _program(
    team: Team, atoms: Sequence[Atom], kinds: Sequence[Sequence[int]], toll: Mapping[tuple[int, int], float] | None
) -> tuple[Program, list[Term], int]:
    """A day in fractions, the steps of paid time in it as a sum, and the price of a step."""
    program = Program()
    prices = {shift.index: team.prices.shift(shift) for atom in atoms for shift in atom.shifts}
    counts = {index: program.variable(len(team.people), cost=price) for index, price in prices.items()}
    workers: dict[int, list[int]] = {atom.number: [] for atom in atoms}
    for offers, size in _classes(team, atoms, kinds, toll).items():
        variables = {one: program.variable(size, cost=toll) for one, toll in offers}
        for one, at in variables.items():
            workers[one].append(at)
        program.row([(at, 1) for at in variables.values()], most=size)
    for atom in atoms:
        terms = [(at, 1) for at in workers[atom.number]]
        program.row([*terms, *((counts[shift.index], -1) for shift in atom.shifts)], 0, 0)
    shifts = sorted((shift for atom in atoms for shift in atom.shifts), key=lambda shift: shift.index)
    add_cover(program, shifts, counts, team.need, team.calendar, team.prices)
    step = math.gcd(*prices.values()) or 1
    return program, [(counts[index], price // step) for index, price in prices.items()], step


def _classes(
    team: Team, atoms: Sequence[Atom], kinds: Sequence[Sequence[int]], toll: Mapping[tuple[int, int], float] | None
) -> dict[tuple[tuple[int, int], ...], int]:
    """How many people have the same atoms, at the same tolls rounded down."""
    sizes: dict[tuple[tuple[int, int], ...], int] = defaultdict(int)
    for kind, members in enumerate(kinds):
        allowed = team.people[members[0]].allowed
        mine = [atom.number for atom in atoms if atom.shifts[0].index in allowed]
        if mine:
            offers = tuple((one, 0 if toll is None else math.floor(toll[kind, one])) for one in mine)
            sizes[offers] += len(members)
    return sizes
