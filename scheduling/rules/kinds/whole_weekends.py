"""Saturday and Sunday are both worked or both off."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.moments import date_of
from scheduling.rules.rows import Rows
from scheduling.worked import by_agent

SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class WholeWeekends:
    """Nothing to set."""


def add(rows: Rows, choices: Choices, team: Team, _settings: WholeWeekends) -> None:
    dates = set(team.calendar.dates)
    for offers in choices.values():
        weekends: dict[dt.date, dict[int, list[int]]] = defaultdict(lambda: {SATURDAY: [], SUNDAY: []})
        for choice in offers:
            day = date_of(choice.shift, team.calendar)
            if day.weekday() >= SATURDAY:
                weekends[day - dt.timedelta(days=day.weekday())][day.weekday()].append(choice.at)
        for monday, days in weekends.items():
            if monday + dt.timedelta(days=SATURDAY) in dates and monday + dt.timedelta(days=SUNDAY) in dates:
                terms = [(at, 1) for at in days[SATURDAY]] + [(at, -1) for at in days[SUNDAY]]
                rows.row(terms, least=0, most=0)


def check(record: Record, _settings: WholeWeekends) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent(record.worked).items():
        worked: dict[dt.date, set[int]] = defaultdict(set)
        for shift in shifts:
            if shift.day.weekday() >= SATURDAY:
                worked[shift.monday].add(shift.day.weekday())
        for monday, days in sorted(worked.items()):
            saturday, sunday = (monday + dt.timedelta(days=number) for number in (SATURDAY, SUNDAY))
            within = (record.first_day or saturday) <= saturday and sunday <= (record.last_day or sunday)
            if len(days) == 1 and within:
                words = f"{agent} {saturday}: works one day of the weekend, both or none are allowed"
                breaches.append(Breach(agent, saturday, 1, words))
    return breaches


RULES.add(
    "whole_weekends",
    Rule("both days of a weekend or none", check, add, WholeWeekends, unit="weekend", alike=by_day),
)
