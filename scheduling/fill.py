"""Days filled one after the other: who works which shift with which breaks, within the pattern of everybody's week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from scheduling.classes import fill_by_class
from scheduling.cover import DayPlan
from scheduling.patterns import Pattern
from scheduling.problem import Shift, Team
from scheduling.program import Limits, OutOfTimeError
from scheduling.relaxed import Guide
from scheduling.roster import Roster
from scheduling.search import Piece, choose

MANY_OFFERS = 3000
MANY_PEOPLE = 100
FEW = 0.1
TINY = 1e-6
LEVELS = (0.0, 1.0, 5.0, 25.0)  # of dearness [currency]
Offers = Mapping[int, frozenset[int]]


def fill(team: Team, guide: Guide, pattern: Pattern, floors: Mapping[int, float], limits: Limits) -> Roster:
    """A roster in which every day is chosen as a whole.

    Days on which most of the people who can come are needed go first. While a day is filled, everybody is thought to
    work the days that are still open as the pattern says, so that no rule that looks at several days is surprised.

    Parameters
    ----------
    team : Team
    guide : Guide
    pattern : dict of (person, day) to longest paid time [s]
        Empty leaves everybody free on every day.
    floors : dict of day to float
        What each day costs at least [model units].
    limits : Limits
        `effort` is for each day.
    """
    roster = _fill(team, guide, pattern, floors, limits, by_class=True)
    if len(team.people) > MANY_PEOPLE or len(roster.judge.offenders(roster)) <= FEW * len(team.people):
        return roster
    return _fill(team, guide, pattern, floors, limits, by_class=False)


def _fill(
    team: Team, guide: Guide, pattern: Pattern, floors: Mapping[int, float], limits: Limits, *, by_class: bool
) -> Roster:
    """Days filled by classes of people, which knows rest and patterns only, or person by person with every rule."""
    roster = Roster(team, {}, {day: DayPlan({}, {}) for day in team.days}, floors)
    left = dict(pattern)
    for day in sorted(team.days, key=lambda one: (-_tightness(team, guide, one), one)):
        offers = _offers(team, guide, pattern, day)
        for trial in (team, _at_ease(team)):
            seen = Roster(trial, dict(roster.worked) | _expected(team, left, day), dict(roster.plans), floors)
            if by_class:
                fill_by_class(seen, day, offers, left, limits)
            elif not _fill_day(seen, day, offers, limits):
                continue
            roster.worked |= {cell: index for cell, index in seen.worked.items() if cell[1] == day}
            roster.plans[day] = seen.plans[day]
            break
        left = {cell: paid_s for cell, paid_s in left.items() if cell[1] != day}
    return roster


def _fill_day(roster: Roster, day: int, offers: Offers, limits: Limits) -> bool:
    piece = Piece(tuple(sorted(offers)), (day,))
    for afresh in (True, False):
        try:
            return choose(roster, piece, limits, must=True, offers=offers, afresh=afresh) is not None
        except OutOfTimeError:
            continue
    return False


def _at_ease(team: Team) -> Team:
    """Without the rules of the planner and the least share of contracts, which are mended later."""
    rulings = tuple(ruling for ruling in team.rulings if ruling.setting is None)
    return replace(team, rulings=rulings, rules=replace(team.rules, min_contract_share=0.0))


def _tightness(team: Team, guide: Guide, day: int) -> float:
    """Share of those who can work on a day that the relaxed horizon lets work."""
    work = sum(
        share * len(guide.kinds[kind]) for (kind, atom), share in guide.work.items() if guide.atoms[atom].day == day
    )
    today = {shift.index for shift in team.on_day(day)}
    able = sum(not person.allowed.isdisjoint(today) for person in team.people)
    return round(work / max(1, able), 2)


def _expected(team: Team, left: Pattern, day: int) -> dict[tuple[int, int], int]:
    """The shifts of days not filled yet that leave most room for the day: late ones after it, early ones before."""
    offers: dict[tuple[int, int], list[Shift]] = defaultdict(list)
    for shift in team.shifts:
        offers[shift.day, shift.paid_s].append(shift)
    expected = {}
    for (who, on), paid_s in left.items():
        legal = [shift for shift in offers[on, paid_s] if shift.index in team.people[who].allowed]
        if on != day and legal:
            pick = max if on > day else min
            expected[who, on] = pick(legal, key=lambda shift: shift.start).index
    return expected


def _offers(team: Team, guide: Guide, pattern: Pattern, day: int) -> dict[int, frozenset[int]]:
    """Shifts of those whom the pattern sends to work, the dearest left out where there are too many."""
    unit = team.prices.units(1.0)
    atoms = [atom for atom in guide.atoms if atom.day == day]
    offers: dict[int, frozenset[int]] = {}
    for level in (*LEVELS, float("inf")):
        wider = {}
        for kind, members in enumerate(guide.kinds):
            mine = [a for a in atoms if (kind, a.number) in guide.work]
            liked = [a for a in mine if guide.work[kind, a.number] > TINY or guide.dear[kind, a.number] <= level * unit]
            for who in members:
                most_s = pattern.get((who, day), 0) if pattern else 10**9
                legal = {s.index for a in liked if a.paid_s <= most_s for s in a.shifts}
                if legal := legal or {s.index for a in mine if a.paid_s == most_s for s in a.shifts}:
                    wider[who] = frozenset(legal)
        if offers and sum(map(len, wider.values())) > MANY_OFFERS:
            return offers
        offers = wider
    return offers
