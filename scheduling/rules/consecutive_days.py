"""At most so many days worked in a row, over the ends of weeks too."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from scheduling.problem import Team
from scheduling.program import Program
from scheduling.rules import RULES, Choices, Rule
from scheduling.worked import Worked, by_agent
from wfm.params import ShiftRules


def add(program: Program, choices: Choices, team: Team) -> None:
    most = team.rules.max_consecutive_days
    for offers in choices.values():
        days: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            days[choice.shift.day].append((choice.at, 1))
        for first in days:
            window = [days[day] for day in range(first, first + most + 1) if day in days]
            if len(window) > most:
                program.row([term for terms in window for term in terms], most=most)


def check(worked: Sequence[Worked], agents: pd.DataFrame, rules: ShiftRules) -> list[str]:
    breaches = []
    for agent, shifts in by_agent(worked).items():
        run, before = 0, dt.date.min
        for day in sorted({shift.day for shift in shifts}):
            run = run + 1 if day - before == dt.timedelta(days=1) else 1
            before = day
            if run == rules.max_consecutive_days + 1:
                breaches.append(f"{agent} {day}: day {run} in a row, at most {run - 1} are allowed")
    return breaches


RULES.add("consecutive_days", Rule("days worked in a row", check, add))
