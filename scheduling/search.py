"""Improve a roster piece by piece: some people over a week, or everybody on a day, chosen anew with the rest fixed.

A piece is an exact model of people, days and shifts with every rule's own rows; the breaks of the days it
touches are placed anew. When the piece is the whole roster, its answer is the optimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.conflict import conflict
from scheduling.cover import CoverRows, add_cover
from scheduling.problem import Shift
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.roster import Roster
from scheduling.rules import Choice
from scheduling.rules.force import add_rules
from wfm.errors import InfeasibleError

PIECE = 700
MENDED = 4
WHOLE = 1000
STEP_EFFORT = 0.3
WHOLE_EFFORT = 1.0
PIECE_GAP = 1e-4
LEAST_SPENT = 0.01
IDLE = 8
GOOD_GAP = 0.005
PATIENCE_S = 1.0


@dataclass(frozen=True)
class Piece:
    """People and days that are chosen anew."""

    people: tuple[int, ...]
    days: tuple[int, ...]


@dataclass
class _Model:
    program: Program
    choices: dict[int, list[Choice]]
    shifts: list[Shift]
    rows: CoverRows


def improve_week(roster: Roster, week: int, bound: float, limits: Limits) -> None:
    """Mend and improve one week of a roster in place.

    Parameters
    ----------
    roster : Roster
    week : int
    bound : float
        Proven lower bound of the whole roster's cost [model units]; the search stops near it.
    limits : Limits
        `effort` is what all steps may spend together.

    Raises
    ------
    InfeasibleError
        If somebody can't be given the least share of the contract.
    """
    days = tuple(day for day in roster.team.days if roster.team.calendar.week[day] == week)
    _mend(roster, week, days, limits)
    left, idle = limits.effort, 0
    tried: set[tuple[Piece, int]] = set()
    for piece in _pieces(roster, days, limits.seed):
        cost = roster.cost()
        if left <= 0 or cost - bound <= GOOD_GAP * cost or idle > IDLE or limits.remaining_s() < PATIENCE_S:
            return
        if (piece, cost) not in tried:
            tried.add((piece, cost))
            _, spent = _try(roster, piece, replace(limits, effort=min(left, STEP_EFFORT), gap=PIECE_GAP))
            left -= max(spent, LEAST_SPENT)
        idle = 0 if roster.cost() < cost else idle + 1


def prove(roster: Roster, bound: float, limits: Limits) -> float:
    """Solve a small roster whole, to the optimum if time allows; its lower bound [model units]."""
    team = roster.team
    everything = Piece(tuple(range(len(team.people))), team.days)
    if roster.cost() <= bound or _offers(roster, everything.people, team.days) > WHOLE:
        return bound
    proven, _ = _try(roster, everything, replace(limits, effort=WHOLE_EFFORT, gap=0.0))
    return max(bound, proven + team.prices.short * int(team.unreachable.sum()))


def _mend(roster: Roster, week: int, days: Sequence[int], limits: Limits) -> None:
    """Give everybody the least hours and a legal week, and every day breaks for the shifts really worked."""
    wrong = sorted({*roster.below_contract(week), *roster.judge.offenders(roster)})
    for first in range(0, len(wrong), MENDED):
        people = tuple(wrong[first : first + MENDED])
        if not _choose(roster, Piece(people, tuple(days)), replace(limits, effort=MENDED * STEP_EFFORT), must=True):
            names = ", ".join(roster.team.people[who].agent for who in people)
            reason = f"{names}: no legal week gives the least share of the contract hours"
            raise InfeasibleError([reason, *(line for who in people for line in conflict(roster.team, who, limits))])
    for day in roster.unsettled():
        _choose(roster, Piece((), (day,)), replace(limits, effort=STEP_EFFORT), must=True)


def _pieces(roster: Roster, days: Sequence[int], seed: int) -> Iterator[Piece]:
    """Everybody on the days most short of people, and groups of people over all days, in turn."""
    random = np.random.default_rng(np.random.SeedSequence([seed, *days]))
    team = roster.team
    while True:
        missing = np.maximum(team.need - roster.cover(), 0)
        gaps = {day: sum(int(missing[team.calendar.span(s)].sum()) for s in team.on_day(day)) for day in days}
        order = [int(who) for who in random.permutation(len(team.people))]
        groups = list(_groups(roster, order, days))
        worst = sorted(days, key=lambda day: (-gaps[day], day))
        for turn in range(max(len(groups), len(worst))):
            if turn < len(worst) and gaps[worst[turn]]:
                yield next(_groups(roster, order, (worst[turn],)))
            if turn < len(groups):
                yield groups[turn]


def _groups(roster: Roster, order: Sequence[int], days: Sequence[int]) -> Iterator[Piece]:
    group: list[int] = []
    for who in order:
        group.append(who)
        if _offers(roster, group, days) >= PIECE:
            yield Piece(tuple(sorted(group)), tuple(days))
            group = []
    if group:
        yield Piece(tuple(sorted(group)), tuple(days))


def _offers(roster: Roster, people: Sequence[int], days: Sequence[int]) -> int:
    wanted = [shift.index for day in days for shift in roster.team.on_day(day)]
    return sum(len(roster.team.people[who].allowed.intersection(wanted)) for who in people)


def _try(roster: Roster, piece: Piece, limits: Limits) -> tuple[float, float]:
    """Choose a piece anew, keep what is cheaper; the piece's bound and the effort spent."""
    try:
        found = _choose(roster, piece, limits)
    except OutOfTimeError:
        return -np.inf, limits.effort
    return found or (-np.inf, 0.0)


def _choose(roster: Roster, piece: Piece, limits: Limits, must: bool = False) -> tuple[float, float] | None:
    """Solve a piece and put its answer into the roster if it costs less, or in any case if it `must`."""
    model = _model(roster, piece)
    solution = model.program.solve(limits, _hint(roster, model))
    if solution is None:
        return None
    before = roster.cost(), dict(roster.worked), dict(roster.plans)
    roster.take(model.choices, solution.values)
    for day in piece.days:
        roster.plans[day] = model.rows.plan(solution.values, [s for s in model.shifts if s.day == day])
    if not must and roster.cost() >= before[0]:
        roster.worked, roster.plans = before[1], before[2]
    return solution.bound, solution.effort


def _model(roster: Roster, piece: Piece) -> _Model:
    team, program = roster.team, Program()
    shifts = [shift for day in piece.days for shift in team.on_day(day)]
    choices = {who: roster.choices(program, who, shifts, piece.days, priced=True) for who in piece.people}
    terms: dict[int, list[tuple[int, int]]] = {shift.index: [] for shift in shifts}
    for offers in choices.values():
        for choice in offers:
            if choice.shift.index in terms:
                terms[choice.shift.index].append((choice.at, 1))
    counts, inside = {}, set(piece.people)
    others = [index for (who, day), index in roster.worked.items() if who not in inside and day in piece.days]
    for shift in shifts:
        fixed = others.count(shift.index)
        counts[shift.index] = program.variable(fixed + len(terms[shift.index]), lower=fixed)
        program.row([*terms[shift.index], (counts[shift.index], -1)], -fixed, -fixed)
    need = team.need - sum(
        (plan.cover(team.calendar) for day, plan in roster.plans.items() if day not in piece.days),
        start=np.zeros_like(team.need),
    )
    rows = add_cover(program, shifts, counts, np.maximum(need, 0), team.calendar, team.prices)
    shared = any(ruling.rule.shared for ruling in team.rulings)
    rest = {who: roster.tour(who) for who in range(len(team.people)) if who not in inside} if shared else {}
    add_rules(program, choices, team, others=rest)
    return _Model(program, choices, shifts, rows)


def _hint(roster: Roster, model: _Model) -> dict[int, int]:
    worked = {shift.day: roster.counts(shift.day) for shift in model.shifts}
    hint = roster.hint(model.choices)
    for shift in model.shifts:
        plan = roster.plans.get(shift.day)
        hint[model.rows.counts[shift.index]] = worked[shift.day][shift.index]
        for number in range(len(shift.template.breaks)):
            starts = plan.breaks.get((shift.index, number), {}) if plan else {}
            for start_s, at in model.rows.breaks[shift.index, number].items():
                hint[at] = starts.get(start_s, 0)
    short = np.maximum(roster.team.need - roster.cover(), 0)
    return hint | {at: int(short[period]) for period, at in model.rows.missing.items()}
