"""A team starts together: everybody at work on a day starts within a span."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import DAY_S, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from wfm.settings import read_whole_duration


@dataclass(frozen=True)
class TeamTogether:
    """Teams are those of the column `team` of the agents.

    Parameters
    ----------
    span_s : int
        Latest less earliest start of a team on a day [s].
    """

    span_s: int = setting(read_whole_duration, 0, key="span")


def add(rows: Rows, choices: Choices, team: Team, settings: TeamTogether) -> None:
    """Helper variables hold the earliest and the latest start of each team and day, in steps of the grid."""
    step_s = team.calendar.step_s
    most = DAY_S // step_s
    groups: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for who, offers in choices.items():
        for choice in (one for one in offers if one.shift.day >= 0 and team.people[who].team):
            start = start_clock_s(choice.shift, team.calendar) // step_s
            groups[str(team.people[who].team), choice.shift.day].append((choice.at, start))
    others: dict[tuple[str, int], list[int]] = defaultdict(list)
    for who, tour in rows.others.items():
        for shift in (*tour, *(one for one in team.people[who].fixed if one.day >= 0)):
            others[str(team.people[who].team), shift.day].append(start_clock_s(shift, team.calendar) // step_s)
    for group, terms in groups.items():
        there = others[group]
        starts = [start for _, start in terms] + there
        if max(starts) - min(starts) <= settings.span_s // step_s:
            continue
        earliest = rows.program.variable(min(there, default=most))
        latest = rows.program.variable(most, lower=max(there, default=0))
        for at, start in terms:
            rows.program.row([(latest, 1), (at, -start)], least=0)
            rows.program.row([(earliest, 1), (at, most - start)], most=most)
        rows.row([(latest, 1), (earliest, -1)], most=settings.span_s // step_s, amount=step_s / 3600)


def check(record: Record, settings: TeamTogether) -> list[Breach]:
    teams = dict(zip(record.agents["agent"], record.agents["team"], strict=True)) if "team" in record.agents else {}
    groups: dict[tuple[dt.date, str], list] = defaultdict(list)
    for shift in record.worked:
        name = teams.get(shift.agent)
        if isinstance(name, str) and name:
            groups[shift.day, name].append(shift)
    breaches = []
    for (day, name), shifts in sorted(groups.items()):
        starts = [worked_clock_s(shift) for shift in shifts]
        excess_s = max(starts) - min(starts) - settings.span_s
        if excess_s > 0:
            last = max(shifts, key=worked_clock_s)
            words = f"team {name} {day}: starts {(max(starts) - min(starts)) / 3600:g} h apart, {last.agent} last"
            breaches.append(Breach(last.agent, day, excess_s / 3600, words))
    return breaches


RULES.add("team_together", Rule("a team starts together", check, add, TeamTogether, unit="hour", shared=True))
