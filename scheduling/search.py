"""Improve a roster piece by piece: some people over a week, or everybody on a day, chosen anew with the rest fixed.

A piece is an exact model of people, days and shifts with every rule's own rows; the breaks of the days it
touches are placed anew. When the piece is the whole roster, its answer is the optimum.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.conflict import conflict
from scheduling.cover import CoverRows, add_cover
from scheduling.problem import Shift, Team
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.roster import Roster
from scheduling.rules import Choice
from scheduling.rules.force import add_rules
from wfm.errors import InfeasibleError

PIECE = 700
DAY_PIECE = 2500
MENDED = 4
WHOLE = 1000
STEP_EFFORT = 0.5
WHOLE_EFFORT = 1.0
PIECE_GAP = 1e-4
LEAST_SPENT = 0.01
IDLE = 8
GOOD_GAP = 0.005
PATIENCE_S = 1.0
FAR = 10**15


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
    _improve(roster, _pieces(roster, days, limits.seed), bound, limits)


def improve(roster: Roster, bound: float, limits: Limits) -> None:
    """Mend every week of a roster and improve all of them together, in place.

    Parameters
    ----------
    roster, bound, limits
        As for `improve_week`.

    Raises
    ------
    InfeasibleError
        If somebody can't be given the least share of the contract.
    """
    weeks = roster.team.calendar.week
    for week in sorted({weeks[day] for day in roster.team.days}):
        _mend(roster, week, tuple(day for day in roster.team.days if weeks[day] == week), limits)
    _mend_together(roster, limits)
    _improve(roster, _rounds(roster, limits.seed), bound, limits)


def _improve(roster: Roster, pieces: Iterator[Piece | None], bound: float, limits: Limits) -> None:
    """Try pieces while effort is left; None ends a round, and a round without any gain ends the search."""
    left, cost = limits.effort, roster.cost()
    tried: set[tuple[Piece, int]] = set()
    idle = 0
    for piece in pieces:
        if left <= 0 or cost - bound <= GOOD_GAP * cost or limits.remaining_s() < PATIENCE_S:
            return
        idle = idle + 1 if piece is None else idle
        if idle > IDLE:
            return
        if piece is None or (piece, cost) in tried:
            continue
        tried.add((piece, cost))
        _, spent = _try(roster, piece, replace(limits, effort=min(left, STEP_EFFORT), gap=PIECE_GAP))
        left -= max(spent, LEAST_SPENT)
        if (now := roster.cost()) < cost:
            cost, idle = now, 0


def _rounds(roster: Roster, seed: int) -> Iterator[Piece | None]:
    """Everybody on each day, those most short of people first, then groups of people over each week."""
    random = np.random.default_rng(np.random.SeedSequence([seed, *roster.team.days]))
    team, weeks = roster.team, roster.team.calendar.week
    while True:
        order = [int(who) for who in random.permutation(len(team.people))]
        missing = _missing(roster, team.days)
        for day in sorted(team.days, key=lambda one: (-missing[one], one)):
            yield from _groups(roster, order, (day,), DAY_PIECE)
        yield None
        for week in sorted({weeks[day] for day in team.days}):
            days = tuple(day for day in team.days if weeks[day] == week)
            yield from _groups(roster, order, days, PIECE)
        yield None


def _missing(roster: Roster, days: Sequence[int]) -> dict[int, int]:
    """People missing over the periods of each day's shifts."""
    team = roster.team
    missing = np.maximum(team.need - roster.cover(), 0)
    found = {}
    for day in days:
        reach = np.zeros(len(missing), dtype=bool)
        for shift in team.on_day(day):
            reach[team.calendar.span(shift)] = True
        found[day] = int(missing[reach].sum())
    return found


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
        mending = replace(limits, effort=MENDED * STEP_EFFORT)
        if not choose(roster, Piece(people, tuple(days)), mending, must=True) and not _all_anew(roster, mending):
            names = ", ".join(roster.team.people[who].agent for who in people)
            reason = f"{names}: no legal week gives the least share of the contract hours"
            raise InfeasibleError([reason, *(line for who in people for line in conflict(roster.team, who, limits))])
    for day in roster.unsettled():
        choose(roster, Piece((), (day,)), replace(limits, effort=STEP_EFFORT), must=True)


def _all_anew(roster: Roster, limits: Limits) -> bool:
    """Where some people have no legal week beside those of the others: everybody anew on all days, if that is few."""
    everything = Piece(tuple(range(len(roster.team.people))), roster.team.days)
    if _offers(roster, everything.people, everything.days) > WHOLE:
        return False
    return choose(roster, everything, replace(limits, effort=4 * limits.effort), must=True) is not None


def _mend_together(roster: Roster, limits: Limits) -> None:
    """Where a held rule is broken by nobody alone: everybody anew, by day, by week, then at all times.

    Raises
    ------
    InfeasibleError
        If that does not help.
    """
    team, weeks = roster.team, roster.team.calendar.week
    scopes: list[tuple[int, ...]] = [(day,) for day in team.days]
    scopes += [tuple(day for day in team.days if weeks[day] == week) for week in sorted(set(weeks))]
    for days in (*scopes, team.days):
        if not roster.judge.unowned(roster):
            return
        try:
            everybody = tuple(range(len(team.people)))
            choose(roster, Piece(everybody, days), replace(limits, effort=MENDED * STEP_EFFORT), must=True)
        except OutOfTimeError:
            continue
    if words := roster.judge.unowned(roster):
        raise InfeasibleError([f"no roster was found that keeps {one}" for one in words])


def _pieces(roster: Roster, days: Sequence[int], seed: int) -> Iterator[Piece | None]:
    """Everybody on the days most short of people, and groups of people over all days, in turn."""
    random = np.random.default_rng(np.random.SeedSequence([seed, *days]))
    while True:
        gaps = _missing(roster, days)
        order = [int(who) for who in random.permutation(len(roster.team.people))]
        groups = list(_groups(roster, order, days, PIECE))
        worst = sorted(days, key=lambda day: (-gaps[day], day))
        for turn in range(max(len(groups), len(worst))):
            if turn < len(worst) and gaps[worst[turn]]:
                yield next(_groups(roster, order, (worst[turn],), PIECE))
            if turn < len(groups):
                yield groups[turn]
            yield None


def _groups(roster: Roster, order: Sequence[int], days: Sequence[int], size: int) -> Iterator[Piece]:
    wanted = frozenset(shift.index for day in days for shift in roster.team.on_day(day))
    group: list[int] = []
    offers = 0
    for who in order:
        mine = len(roster.team.people[who].allowed & wanted)
        if mine:
            group.append(who)
            offers += mine
        if offers >= size:
            yield Piece(tuple(sorted(group)), tuple(days))
            group, offers = [], 0
    if group:
        yield Piece(tuple(sorted(group)), tuple(days))


def _offers(roster: Roster, people: Sequence[int], days: Sequence[int]) -> int:
    wanted = [shift.index for day in days for shift in roster.team.on_day(day)]
    return sum(len(roster.team.people[who].allowed.intersection(wanted)) for who in people)


def _try(roster: Roster, piece: Piece, limits: Limits) -> tuple[float, float]:
    """Choose a piece anew, keep what is cheaper; the piece's bound and the effort spent."""
    try:
        found = choose(roster, piece, limits)
    except OutOfTimeError:
        return -np.inf, limits.effort
    return found or (-np.inf, 0.0)


def choose(
    roster: Roster,
    piece: Piece,
    limits: Limits,
    must: bool = False,
    offers: Mapping[int, frozenset[int]] | None = None,
    afresh: bool = False,
) -> tuple[float, float] | None:
    """Solve a piece and put its answer into the roster if it costs less, or in any case if it `must`.

    Parameters
    ----------
    roster : Roster
    piece : Piece
    limits : Limits
    must : bool
    offers : mapping of person to shift indexes, optional
        The only shifts that are tried, where those are fewer than a person may work.
    afresh : bool
        Whether what is there now is no good start, such as an empty day.

    Returns
    -------
    (float, float) or None
        Bound of the piece [model units] and effort; None if the rules leave no way.
    """
    model = _model(roster, piece, offers)
    solution = model.program.solve(limits, None if afresh else _hint(roster, model))
    if solution is None:
        return None
    before = roster.cost(), dict(roster.worked), dict(roster.plans)
    roster.take(model.choices, solution.values)
    for day in piece.days:
        roster.plans[day] = model.rows.plan(solution.values, [s for s in model.shifts if s.day == day])
    if not must and roster.cost() >= before[0]:
        roster.worked, roster.plans = before[1], before[2]
    return solution.bound, solution.effort


def _model(roster: Roster, piece: Piece, offers: Mapping[int, frozenset[int]] | None = None) -> _Model:
    team, program = roster.team, Program()
    shifts = [shift for day in piece.days for shift in team.on_day(day)]
    choices = {
        who: roster.choices(
            program,
            who,
            shifts if offers is None else [shift for shift in shifts if shift.index in offers[who]],
            piece.days,
            priced=True,
        )
        for who in piece.people
    }
    terms: dict[int, list[tuple[int, int]]] = {shift.index: [] for shift in shifts}
    for mine in choices.values():
        for choice in mine:
            if choice.shift.index in terms:
                terms[choice.shift.index].append((choice.at, 1))
    counts, inside = {}, set(piece.people)
    others = Counter(index for (who, day), index in roster.worked.items() if who not in inside and day in piece.days)
    for shift in shifts:
        fixed = others[shift.index]
        counts[shift.index] = program.variable(fixed + len(terms[shift.index]), lower=fixed)
        program.row([*terms[shift.index], (counts[shift.index], -1)], -fixed, -fixed)
    need = team.need - sum(
        (plan.cover(team.calendar) for day, plan in roster.plans.items() if day not in piece.days),
        start=np.zeros_like(team.need),
    )
    rows = add_cover(program, shifts, counts, np.maximum(need, 0), team.calendar, team.prices)
    for day in piece.days:
        add_floor(program, roster, day, counts, rows)
    shared = any(ruling.rule.shared for ruling in team.rulings)
    tours = roster.tours() if shared else []
    rest = {who: tour for who, tour in enumerate(tours) if who not in inside}
    add_rules(program, choices, team, others=rest)
    return _Model(program, choices, shifts, rows)


def add_floor(program: Program, roster: Roster, day: int, counts: Mapping[int, int], rows: CoverRows) -> None:
    """What is known of a day alone, so that an answer that costs no more is seen to be the best."""
    if (least := math.floor(roster.floors.get(day, 0.0))) > 0:
        team, reach = roster.team, set[int]()
        shifts = [shift for shift in team.on_day(day) if shift.index in counts]
        for shift in shifts:
            reach.update(_periods(team, shift))
        if any(period not in reach and team.need[period] for s in team.on_day(day) for period in _periods(team, s)):
            return
        paid = [(counts[shift.index], team.prices.shift(shift)) for shift in shifts]
        missing = [(at, team.prices.short) for period, at in rows.missing.items() if period in reach]
        program.row([*paid, *missing], least, FAR)


def _periods(team: Team, shift: Shift) -> range:
    span = team.calendar.span(shift)
    return range(span.start, span.stop)


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
