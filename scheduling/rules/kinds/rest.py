"""Rest between the end of a shift and the start of the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choice, Choices, Record, Rule
from scheduling.rules.rows import Rows
from scheduling.worked import by_agent


def add(rows: Rows, choices: Choices, team: Team, _settings: None) -> None:
    """One row per possible end: who ends that late or later starts nothing before the rest is over.

    Shifts of a day exclude each other, so the row is a clique. Without any rest demanded two shifts still
    never touch, or they would be one.
    """
    rest_s = max(team.rules.min_rest_s, team.calendar.step_s)
    for offers in choices.values():
        days: dict[int, list[Choice]] = {}
        for choice in offers:
            days.setdefault(choice.shift.day, []).append(choice)
        for day, today in days.items():
            for later in (day + 1, day + 2):
                _add_pair(rows, today, days.get(later, []), rest_s)


def _add_pair(rows: Rows, today: Sequence[Choice], later: Sequence[Choice], rest_s: int) -> None:
    blocked_before = 0
    for end in sorted({choice.shift.end for choice in today}):
        blocked = [choice for choice in later if choice.shift.start < end + rest_s]
        if len(blocked) > blocked_before:
            blocked_before = len(blocked)
            ends = [choice for choice in today if choice.shift.end >= end]
            rows.row([(choice.at, 1) for choice in (*ends, *blocked)], most=1)


def check(record: Record, _settings: None) -> list[Breach]:
    least_s = record.rules.min_rest_s
    return [
        Breach(
            after.agent,
            after.day,
            (least_s - rest_s) / 3600,
            f"{after}: starts {rest_s / 3600:g} h after the last shift ended, the rest is {least_s / 3600:g} h",
        )
        for shifts in by_agent([*record.before, *record.worked]).values()
        for before, after in pairwise(shifts)
        if (rest_s := (after.start - before.end).total_seconds()) < least_s and record.judges(after)
    ]


RULES.add("rest", Rule("rest between two shifts of an agent", check, add, unit="hour too short"))
