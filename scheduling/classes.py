"""One day of many people: those with the same shifts open to them are counted, and dealt their shifts afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from scheduling.cover import add_cover
from scheduling.patterns import Pattern
from scheduling.problem import Shift
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.roster import Roster
from scheduling.search import add_floor


def fill_by_class(
    roster: Roster, day: int, offers: Mapping[int, frozenset[int]], pattern: Pattern, limits: Limits
) -> None:
    """Choose a day's shifts, breaks and people, each day of a person rested from those around it.

    Parameters
    ----------
    roster : Roster
        Holds what people work on the other days; receives the day, which stays empty if no time was left.
    day : int
    offers : mapping of person to shift indexes
    pattern : dict of (person, day) to longest paid time [s]
        Where contracts have a least share, people work it in full.
    limits : Limits
    """
    team, program = roster.team, Program()
    exact = team.rules.min_contract_share > 0
    classes = _classes(roster, day, offers, pattern if exact else {})
    shifts = [shift for shift in team.on_day(day) if any(shift.index in legal for legal in classes)]
    counts = {s.index: program.variable(len(offers), cost=team.prices.shift(s)) for s in shifts}
    takers: dict[int, list[tuple[frozenset[int], int]]] = defaultdict(list)
    for legal, members in classes.items():
        mine = {index: program.variable(len(members)) for index in sorted(legal)}
        program.row([(at, 1) for at in mine.values()], len(members) if exact else 0, len(members))
        for index, at in mine.items():
            takers[index].append((legal, at))
    for index, at in counts.items():
        program.row([*((one, 1) for _, one in takers[index]), (at, -1)], 0, 0)
    rows = add_cover(program, shifts, counts, team.need, team.calendar, team.prices)
    add_floor(program, roster, day, counts, rows)
    try:
        solution = program.solve(limits)
    except OutOfTimeError:
        return
    if solution is None:
        raise AssertionError("a day on which anybody may be missing always has a plan")
    left = {legal: list(members) for legal, members in classes.items()}
    for index, those in takers.items():
        for legal, at in those:
            for _ in range(int(solution.values[at])):
                roster.worked[left[legal].pop(), day] = index
    roster.plans[day] = rows.plan(solution.values, shifts)


def _classes(
    roster: Roster, day: int, offers: Mapping[int, frozenset[int]], exact: Pattern
) -> dict[frozenset[int], list[int]]:
    """People by the shifts that are open to them between those before and after."""
    team, tours = roster.team, roster.tours()
    rest_s = max(team.rules.min_rest_s, team.calendar.step_s)
    classes: dict[frozenset[int], list[int]] = defaultdict(list)
    for who, mine in sorted(offers.items()):
        others = [*tours[who], *team.people[who].fixed]
        since = max((one.end + rest_s for one in others if one.day < day), default=0)
        until = min((one.start - rest_s for one in others if one.day > day), default=10**12)

        def fits(shift: Shift, since: int = since, until: int = until, who: int = who) -> bool:
            return since <= shift.start and shift.end <= until and shift.paid_s == exact.get((who, day), shift.paid_s)

        if legal := frozenset(index for index in mine if fits(team.calendar.shifts[index])):
            classes[legal].append(who)
    return dict(classes)
