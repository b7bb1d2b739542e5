"""What can be seen before solving: rules that contradict each other, and hours that no shift reaches."""

from __future__ import annotations

import numpy as np

from scheduling.conflict import conflict
from scheduling.crews import crews_of, reachable_s
from scheduling.problem import Calendar, Team, break_starts
from scheduling.program import Limits, Program
from scheduling.rules import Choice
from scheduling.rules.force import add_rules
from wfm.errors import Finding
from wfm.params import ShiftRules, ShiftTemplate


def breaks_that_collide(rules: ShiftRules) -> list[str]:
    """Templates whose breaks can't be placed one after the other, in words."""
    return [reason for template in rules.templates if (reason := _collision(template))]


def _collision(template: ShiftTemplate) -> str:
    free_s = 0
    for number, rule in enumerate(template.breaks, 1):
        starts = [start for start in break_starts(rule) if start >= free_s]
        if not starts:
            return (
                f"shift {template.name}: break {number} ({rule.name}) can't start in its window, "
                f"{rule.earliest_s / 60:g} to {rule.latest_s / 60:g} min after the shift starts, "
                f"because the breaks before it end {free_s / 60:g} min after the shift starts at the earliest"
            )
        free_s = starts[0] + rule.length_s
    return ""


def days_without_shift(calendar: Calendar, needs: dict[str, np.ndarray]) -> list[str]:
    """Days with a requirement that no shift meets, in words."""
    reach = np.zeros(calendar.periods, dtype=bool)
    for shift in calendar.shifts:
        reach[calendar.span(shift)] = True
    need = sum(needs.values(), start=np.zeros(calendar.periods, dtype=np.int64)) > 0
    day = calendar.day_of_period()
    missed = sorted(set(day[need].tolist()) - set(day[need & reach].tolist()))
    return [
        f"{calendar.dates[number]:%A %Y-%m-%d}: staff is required, but no shift starts in time to cover any of it"
        for number in missed
    ]


def contracts_out_of_reach(team: Team, limits: Limits) -> list[str]:
    """People whose least contract hours no legal week gives, in words; solved exactly, one person per crew."""
    if not team.rules.min_contract_share:
        return []
    reasons = []
    for crew in crews_of(team):
        person = team.people[crew.members[0]]
        weeks = sorted({team.calendar.week[day] for day in team.days})
        least_s = max(team.least_paid_s(person, week) for week in weeks)
        if _has_legal_weeks(team, crew.members[0], limits):
            continue
        most_s = reachable_s(team.rules, person.contract_s)
        why = (
            f"at most {team.rules.max_days_per_week} shifts a week make at most {most_s / 3600:g} h"
            if most_s < least_s
            else "no week within availability, rest and days in a row gives them"
        )
        others = f" and {crew.size - 1} more" if crew.size > 1 else ""
        reasons.append(
            f"agent {person.agent}{others}: the contract of {person.contract_s / 3600:g} h asks for at least "
            f"{least_s / 3600:g} paid hours a week, but {why}"
        )
        if len(reasons) == 1:
            reasons = ["; ".join([*reasons, *conflict(team, crew.members[0], limits)])]
    return reasons


def _has_legal_weeks(team: Team, position: int, limits: Limits) -> bool:
    program, person = Program(), team.people[position]
    offers = [Choice(position, s, program.variable(1)) for s in team.shifts if s.index in person.allowed]
    given = {team.calendar.week[choice.shift.day] for choice in offers}
    if any(team.least_paid_s(person, week) > 0 for week in set(team.calendar.week) - given):
        return False
    add_rules(program, {position: offers}, team, alone=True)
    return program.solve(limits) is not None


def unreachable_hours(team: Team) -> list[Finding]:
    """Required time of a team that no shift covers, as one warning."""
    missed = np.flatnonzero(team.unreachable)
    if not len(missed):
        return []
    hours = team.unreachable.sum() * team.calendar.step_s / 3600
    first = team.calendar.at(int(missed[0]))
    return [
        Finding(
            "schedule.shifts",
            "no-shift-covers",
            f"queue {team.queue}: no shift covers {hours:g} agent-hours, from {first:%A %Y-%m-%d %H:%M} on",
            "shifts over all opening hours",
            severity="warning",
        )
    ]


def rests_too_long(rules: ShiftRules) -> list[Finding]:
    """Templates that nobody can work at the same hour on two days running, as warnings."""
    return [
        Finding(
            "schedule.min_rest",
            "long-rest",
            f"{rules.min_rest_s / 3600:g} h of rest after shift {template.name} of {template.length_s / 3600:g} h",
            "at most 24 h together, or the same agent can't start at that hour on the next day",
            severity="warning",
        )
        for template in rules.templates
        if template.length_s + rules.min_rest_s > 86_400
    ]
