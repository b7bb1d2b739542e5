"""One shift a day, and at most so many days in an ISO week."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import pandas as pd

from scheduling.problem import Team
from scheduling.program import Program
from scheduling.rules import RULES, Choices, Rule
from scheduling.worked import Worked
from wfm.params import ShiftRules


def add(program: Program, choices: Choices, team: Team) -> None:
    for offers in choices.values():
        days: dict[int, list[tuple[int, int]]] = defaultdict(list)
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            days[choice.shift.day].append((choice.at, 1))
            weeks[team.calendar.week[choice.shift.day]].append((choice.at, 1))
        for terms in days.values():
            program.row(terms, most=1)
        for terms in weeks.values():
            program.row(terms, most=team.rules.max_days_per_week)


def check(worked: Sequence[Worked], agents: pd.DataFrame, rules: ShiftRules) -> list[str]:
    shifts = Counter((shift.agent, shift.day) for shift in worked)
    weeks = Counter((shift.agent, shift.monday) for shift in worked)
    twice = [f"{agent} {day}: {count} shifts on one day" for (agent, day), count in sorted(shifts.items()) if count > 1]
    return twice + [
        f"{agent} week of {monday}: {count} days, at most {rules.max_days_per_week} are allowed"
        for (agent, monday), count in sorted(weeks.items())
        if count > rules.max_days_per_week
    ]


RULES.add("days_per_week", Rule("one shift a day, at most so many days a week", check, add))
