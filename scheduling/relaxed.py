"""The whole horizon with fractions of people, every rule that says what it sees of a shift included.

People alike to every rule share their variables: what one may do, times how many they are. Nothing is lost by it, for
the mean of their rosters is a roster for each of them when fractions are allowed. What a person works is told by atoms
(`scheduling.alike`), so that persons and shifts meet in few variables, and cover and breaks are counted once for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.alike import Atom, atoms_of, kinds_of, told
from scheduling.cover import CoverRows, add_cover
from scheduling.crews import Crew, add_week_limits
from scheduling.problem import Team
from scheduling.program import MANY, Limits, Program
from scheduling.rules import Choice
from scheduling.rules.force import concerned_by
from scheduling.rules.rows import Rows

PEOPLE = -1


@dataclass(frozen=True)
class Guide:
    """Optimum of the horizon with fractions of people.

    Parameters
    ----------
    bound : float
        Model units; no roster costs less.
    prices : ndarray, shape (periods,)
        Model units that one agent more required in the period adds.
    atoms : tuple of Atom
    kinds : list of tuple of int
        Positions of people alike.
    work : dict of (kind, atom) to float
        Shifts of the atom that each person of the kind works.
    dear : dict of (kind, atom) to float
        Model units that the cost grows for each person who is made to work a shift of the atom.
    toll : dict of (kind, atom) to float
        Model units that the rows of a person ask for a shift of the atom: what it takes from other days, and fines.
    parts : dict of day to float
        What each day adds to the bound when its shifts pay their tolls; what people add is under `PEOPLE`.
    """

    bound: float
    prices: np.ndarray
    atoms: tuple[Atom, ...]
    kinds: list[tuple[int, ...]]
    work: Mapping[tuple[int, int], float]
    dear: Mapping[tuple[int, int], float]
    toll: Mapping[tuple[int, int], float]
    parts: Mapping[int, float]


@dataclass
class _Model:
    """The program, whose variables and rows belong to people from `first` to `last` and to days for the rest."""

    program: Program
    counts: dict[int, int]
    work: dict[tuple[int, int], int]
    people: tuple[range, range]
    rows: CoverRows
    days_of: dict[int, int]


def relax_people(team: Team, limits: Limits) -> Guide:
    """Solve the horizon of a team with people.

    Raises
    ------
    InfeasibleError
        If no roster exists even with fractions of people, or the limits ran out.
    """
    atoms, kinds = atoms_of(team), kinds_of(team)
    model = _model(team, atoms, kinds)
    solution = model.program.relax(limits)
    parts, reduced, toll = _dual_parts(team, model, solution.duals)
    prices = np.where(team.unreachable > 0, float(team.prices.short), 0.0)
    prices[list(model.rows.needs)] = solution.duals[list(model.rows.needs.values())]
    parts[PEOPLE] += team.prices.short * _left_out(team, model.rows.needs)
    size = {number: len(members) for number, members in enumerate(kinds)}
    return Guide(
        sum(parts.values()),
        prices,
        atoms,
        kinds,
        {cell: float(solution.values[at]) / size[cell[0]] for cell, at in model.work.items()},
        {cell: float(reduced[at]) for cell, at in model.work.items()},
        {cell: float(toll[at]) for cell, at in model.work.items()},
        parts,
    )


def _model(team: Team, atoms: Sequence[Atom], kinds: Sequence[Sequence[int]]) -> _Model:
    program = Program()
    counts = {
        shift.index: program.variable(len(team.people), cost=team.prices.shift(shift))
        for atom in atoms
        for shift in atom.shifts
    }
    work: dict[tuple[int, int], int] = {}
    workers: dict[int, list[int]] = defaultdict(list)
    first = len(program.cost)
    for number, members in enumerate(kinds):
        for one, at in _add_kind(program, team, members, atoms).items():
            work[number, one] = at
            workers[one].append(at)
    people = range(first, len(program.cost)), range(len(program.rows))
    for atom in atoms:
        terms = [(at, 1) for at in workers[atom.number]]
        program.row([*terms, *((counts[shift.index], -1) for shift in atom.shifts)], 0, 0)
    shifts = [shift for shift in team.shifts if shift.index in counts]
    rows = add_cover(program, shifts, counts, team.need, team.calendar, team.prices)
    return _Model(program, counts, work, people, rows, {atom.number: atom.day for atom in atoms})


def _dual_parts(team: Team, model: _Model, duals: np.ndarray) -> tuple[dict[int, float], np.ndarray, np.ndarray]:
    """The dual objective by day and of people, reduced costs, and tolls, by variable.

    Any duals of the right sign prove a bound (weak duality), so that no tolerance of the solver is trusted.
    """
    program = model.program
    ends = [(least, most) for _, least, most in program.rows]
    clean = np.array([_signed(dual, *end) for dual, end in zip(duals.tolist(), ends, strict=True)])
    reduced, toll = np.array(program.cost, dtype=float), np.zeros(len(program.cost))
    for number, (terms, _, _) in enumerate(program.rows):
        if clean[number]:
            at, factors = np.array(terms, dtype=float).T
            np.subtract.at(reduced, at.astype(int), factors * clean[number])
            if number in model.people[1]:
                np.subtract.at(toll, at.astype(int), factors * clean[number])
    low, high = np.array(program.lower, dtype=float), np.array(program.upper, dtype=float)
    by_variable = np.minimum(reduced * low, reduced * high)
    by_row = np.array([dual * (end[0] if dual > 0 else end[1]) for dual, end in zip(clean, ends, strict=True)])
    days = _days(team, model)
    parts: dict[int, float] = dict.fromkeys(sorted({PEOPLE, *team.days}), 0.0)
    for number, value in enumerate(by_variable.tolist()):
        parts[days.get(number, PEOPLE)] += value
    periods = _period_days(team)
    needs = {row: periods[period] for period, row in model.rows.needs.items()}
    for number, value in enumerate(by_row.tolist()):
        parts[needs.get(number, PEOPLE)] += value
    return parts, reduced, toll


def _signed(dual: float, least: int, most: int) -> float:
    """The dual without what the row's open end forbids."""
    if (dual > 0 and least <= -MANY) or (dual < 0 and most >= MANY):
        return 0.0
    return dual


def _period_days(team: Team) -> dict[int, int]:
    """Day whose shifts reach a period; where days are linked, the first one."""
    days: dict[int, int] = {}
    for shift in team.shifts:
        span = team.calendar.span(shift)
        for period in range(span.start, span.stop):
            days.setdefault(period, shift.day)
    return days


def _days(team: Team, model: _Model) -> dict[int, int]:
    """Day of each variable that does not belong to people alone."""
    shifts, periods = team.calendar.shifts, _period_days(team)
    days = {at: shifts[index].day for index, at in model.counts.items()}
    days |= {at: shifts[key[0]].day for key, starts in model.rows.breaks.items() for at in starts.values()}
    days |= {at: periods[period] for period, at in model.rows.missing.items()}
    days |= {at: model.days_of[atom] for (_, atom), at in model.work.items()}
    return days


def _left_out(team: Team, needs: Mapping[int, int]) -> int:
    """Agents required where nobody's shift reaches."""
    reached = np.zeros(len(team.need), dtype=bool)
    reached[list(needs)] = True
    return int(team.need[~reached].sum())


def _add_kind(program: Program, team: Team, members: Sequence[int], atoms: Sequence[Atom]) -> dict[int, int]:
    """Variables and rows of people alike; the variable of each atom that they may work."""
    who, size = members[0], len(members)
    person, part = team.people[who], Program()
    at = {atom.number: part.variable(1) for atom in atoms if atom.shifts[0].index in person.allowed}
    offers = [Choice(who, atom.shifts[0], at[atom.number]) for atom in atoms if atom.number in at]
    offers += [Choice(who, shift, part.variable(1, lower=1)) for shift in person.fixed]
    for ruling, record in told(team):
        if ruling.rule.add and concerned_by(ruling, team, who):
            price = None if ruling.price is None else team.prices.units(ruling.price)
            ruling.rule.add(Rows(part, price, {}, record, below=True), {who: offers}, team, ruling.settings)
    _add_weeks(part, team, who, atoms, at)
    first = len(program.cost)
    for lower, upper, cost in zip(part.lower, part.upper, part.cost, strict=True):
        program.variable(size * upper, size * lower, cost)
    for terms, least, most in part.rows:
        program.row(
            [(first + one, factor) for one, factor in terms],
            least if least <= -MANY else size * least,
            most if most >= MANY else size * most,
        )
    return {atom: first + one for atom, one in at.items()}


def _add_weeks(part: Program, team: Team, who: int, atoms: Sequence[Atom], at: Mapping[int, int]) -> None:
    weeks: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for atom in atoms:
        if atom.number in at:
            weeks[team.calendar.week[atom.day]][atom.paid_s].append(at[atom.number])
    for week, offers in weeks.items():
        add_week_limits(part, team, Crew(1, frozenset(), (who,)), week, offers)
