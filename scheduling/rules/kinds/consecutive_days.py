"""At most so many days worked in a row, over the ends of weeks too."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.rows import Rows
from scheduling.worked import by_agent


def add(rows: Rows, choices: Choices, team: Team, _settings: None) -> None:
    most = team.rules.max_consecutive_days
    for offers in choices.values():
        days: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            days[choice.shift.day].append((choice.at, 1))
        for first in days:
            window = [days[day] for day in range(first, first + most + 1) if day in days]
            if len(window) > most:
                rows.row([term for terms in window for term in terms], most=most)


def check(record: Record, _settings: None) -> list[Breach]:
    breaches, most = [], record.rules.max_consecutive_days
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        judged = {shift.day for shift in shifts if record.judges(shift)}
        run, before = 0, dt.date.min
        for day in sorted({shift.day for shift in shifts}):
            run = run + 1 if day - before == dt.timedelta(days=1) else 1
            before = day
            if run > most and day in judged:
                breaches.append(Breach(agent, day, 1, f"{agent} {day}: day {run} in a row, at most {most} are allowed"))
    return breaches


RULES.add("consecutive_days", Rule("days worked in a row", check, add, unit="day", alike=by_day))
