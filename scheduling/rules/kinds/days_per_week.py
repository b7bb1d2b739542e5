"""One shift a day, and at most so many days in an ISO week."""

from __future__ import annotations

from collections import Counter, defaultdict

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.rows import Rows


def add(rows: Rows, choices: Choices, team: Team, _settings: None) -> None:
    for offers in choices.values():
        days: dict[int, list[tuple[int, int]]] = defaultdict(list)
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            days[choice.shift.day].append((choice.at, 1))
            weeks[team.calendar.week_of(choice.shift.day)].append((choice.at, 1))
        for terms in days.values():
            rows.row(terms, most=1)
        for terms in weeks.values():
            rows.row(terms, most=team.rules.max_days_per_week)


def check(record: Record, _settings: None) -> list[Breach]:
    most = record.rules.max_days_per_week
    shifts = Counter((shift.agent, shift.day) for shift in record.worked)
    weeks = Counter((shift.agent, shift.monday) for shift in (*record.before, *record.worked))
    judged = {(shift.agent, shift.monday) for shift in record.worked}
    twice = [
        Breach(agent, day, count - 1, f"{agent} {day}: {count} shifts on one day")
        for (agent, day), count in sorted(shifts.items())
        if count > 1
    ]
    return twice + [
        Breach(agent, monday, count - most, f"{agent} week of {monday}: {count} days, at most {most} are allowed")
        for (agent, monday), count in sorted(weeks.items())
        if count > most and (agent, monday) in judged
    ]


RULES.add("days_per_week", Rule("one shift a day, at most so many days a week", check, add, unit="day", alike=by_day))
