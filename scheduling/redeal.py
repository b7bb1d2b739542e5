"""The shifts of a week dealt out once more, exactly, where dealing day by day left some open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.roster import Roster
from scheduling.rules.force import add_rules

OFFERS = 5000


def redeal_week(roster: Roster, week: int, shifts_of: Mapping[int, Sequence[int]], limits: Limits) -> int:
    """Take back the shifts of those who can still work more, and of some others, and deal them with the open ones.

    Parameters
    ----------
    roster : Roster
        Changed where more paid time finds an owner.
    week : int
    shifts_of : dict of day to shift indexes, with repetition
        What the week is to hold.
    limits : Limits

    Returns
    -------
    int
        Shifts that stay open.
    """
    team = roster.team
    days = [day for day in team.days if team.calendar.week[day] == week]
    before = _open(roster, days, shifts_of)
    people = _dealt_again(roster, week, days, shifts_of, limits.seed)
    taken_back = Counter(index for (who, day), index in roster.worked.items() if who in people and day in days)
    pool = before + taken_back
    program = Program()
    offered = [team.calendar.shifts[index] for index in sorted(pool)]
    choices = {who: roster.choices(program, who, offered, days) for who in people}
    for shift in offered:
        takers = [c.at for offers in choices.values() for c in offers if c.shift == shift]
        left = program.variable(pool[shift.index], cost=team.prices.shift(shift))
        program.row([*((at, 1) for at in takers), (left, 1)], pool[shift.index], pool[shift.index])
    add_rules(program, choices, team)
    try:
        solution = program.solve(limits, roster.hint(choices))
    except OutOfTimeError:
        solution = None
    if solution is not None:
        roster.take(choices, solution.values)
    return _open(roster, days, shifts_of).total()


def _open(roster: Roster, days: Sequence[int], shifts_of: Mapping[int, Sequence[int]]) -> Counter[int]:
    wanted = Counter(index for day in days for index in shifts_of.get(day, ()))
    return wanted - Counter(index for (_, day), index in roster.worked.items() if day in days)


def _dealt_again(
    roster: Roster, week: int, days: Sequence[int], shifts_of: Mapping[int, Sequence[int]], seed: int
) -> list[int]:
    """Those with hours left first, then others drawn at random, while the model stays small."""
    random = np.random.default_rng(np.random.SeedSequence([seed, week]))
    people = [int(who) for who in random.permutation(len(roster.team.people))]
    left = {who: roster.team.people[who].contract_s - roster.paid_s(who, week) for who in people}
    kinds = {index for day in days for index in shifts_of.get(day, ())}
    chosen: list[int] = []
    offers = 0
    for who in sorted(people, key=lambda who: left[who] <= 0):
        offers += len(roster.team.people[who].allowed & kinds)
        if offers > OFFERS and chosen:
            break
        chosen.append(who)
    return sorted(chosen)
