"""Why nobody can work so: the smallest set of rules that contradict each other for a person, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.rules import Choice, Ruling
from scheduling.rules.rows import Rows

AVAILABILITY = "availability"


@dataclass(frozen=True)
class _Group:
    """One thing that could be given up: a rule, or the limits of availability."""

    words: str
    ruling: Ruling | None = None


def conflict(team: Team, who: int, limits: Limits) -> list[str]:
    """The smallest conflicting set of rules for one person, and what giving up each alone would do.

    A deletion filter: each rule is left out in turn, and stays out if the rest still contradicts itself; what is left
    is minimal, every rule of it being needed for the contradiction (Chinneck 2008, Feasibility and Infeasibility in
    Optimization, 6.1).

    Parameters
    ----------
    team : Team
    who : int
        Position in `Team.people`.
    limits : Limits

    Returns
    -------
    list of str
        One line; none where the person has a legal roster, or none was shown impossible in time.
    """
    groups = [_Group("availability, employment and leave")]
    person = team.people[who]
    for ruling in team.rulings:
        held = ruling.rule.add and ruling.price is None and not ruling.rule.shared
        if held and ruling.concerns(person.agent, person.team, person.site):
            groups.append(_Group(_words(ruling), ruling))
    if _possible(team, who, groups, limits):
        return []
    kept = list(groups)
    for group in groups:
        fewer = [one for one in kept if one is not group]
        if not _possible(team, who, fewer, limits):
            kept = fewer
    enough = [
        group.words for group in kept if _possible(team, who, [one for one in groups if one is not group], limits)
    ]
    line = f"agent {person.agent}: these can't hold together: {', '.join(group.words for group in kept)}"
    return [line + (f"; a legal roster exists without {', or without '.join(enough)}" if enough else "")]


def _words(ruling: Ruling) -> str:
    values = ruling.setting.values if ruling.setting else {}
    told = ", ".join(f"{key} {value}" for key, value in values.items())
    return f"{ruling.name} ({told or ruling.rule.doc})"


def _possible(team: Team, who: int, groups: Sequence[_Group], limits: Limits) -> bool:
    """Whether the person has a roster that keeps some rules; True where the time did not suffice to tell."""
    program, person = Program(), team.people[who]
    bound = any(group.ruling is None for group in groups)
    offered = [shift for shift in team.shifts if not bound or shift.index in person.allowed]
    offers = [Choice(who, shift, program.variable(1)) for shift in offered]
    offers += [Choice(who, shift, program.variable(1, lower=1)) for shift in person.fixed]
    given = {team.calendar.week_of(choice.shift.day) for choice in offers}
    for group in groups:
        if group.ruling and group.ruling.rule.add:
            record = team.records[team.rulings.index(group.ruling)]
            group.ruling.rule.add(Rows(program, None, {}, record), {who: offers}, team, group.ruling.settings)
            lacking = any(team.least_paid_s(person, week) > 0 for week in set(team.calendar.week) - given)
            if group.ruling.name == "contract_hours" and lacking:
                return False
    try:
        return program.solve(limits) is not None
    except OutOfTimeError:
        return True
