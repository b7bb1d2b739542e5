"""Unpopular shifts go round: who had more of them lately is spared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import Window, date_of, overlap_s, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import by_agent
from wfm.settings import read_clock_window, read_positive, read_weekdays


def _read_hours(value: Any) -> Window | None:
    return None if value in ("none", "off") else read_clock_window(value)


@dataclass(frozen=True)
class Fairness:
    """An unpopular shift meets the hours, or starts on one of the weekdays.

    The k-th one of a person in the horizon weighs as much as it makes the person's count exceed the mean of all in the
    weeks before, and nothing below it: the dearer, the more uneven.

    Parameters
    ----------
    hours : (int, int) or None
        Seconds after midnight.
    weekdays : tuple of int
        0 is Monday.
    weeks : int
        Weeks before the horizon that count.
    """

    hours: Window | None = setting(_read_hours, None)
    weekdays: tuple[int, ...] = setting(read_weekdays, ())
    weeks: int = setting(read_positive, 8)

    def __post_init__(self) -> None:
        if self.hours is None and not self.weekdays:
            raise ValueError("hours: found neither hours nor weekdays, expected what makes a shift unpopular")

    def unpopular(self, day: dt.date, start_clock_s: int, length_s: float) -> bool:
        meets = self.hours is not None and overlap_s(start_clock_s, length_s, self.hours) > 0
        return meets or day.weekday() in self.weekdays

    def surplus(self, record: Record) -> dict[str, int]:
        """Unpopular shifts of each agent before the horizon beyond the mean of all, rounded down."""
        if self not in record.known:
            record.known[self] = self._surplus(record)
        return record.known[self]

    def _surplus(self, record: Record) -> dict[str, int]:
        past: dict[str, int] = dict.fromkeys(map(str, record.agents["agent"]), 0)
        for shift in record.past:
            recent = record.first_day is None or shift.day >= record.first_day - dt.timedelta(weeks=self.weeks)
            if shift.agent in past and recent:
                past[shift.agent] += self.unpopular(shift.day, worked_clock_s(shift), shift.length_s)
        mean = sum(past.values()) / max(1, len(past))
        return {agent: int((count - mean) // 1) for agent, count in past.items()}


def add(rows: Rows, choices: Choices, team: Team, settings: Fairness) -> None:
    surplus = settings.surplus(rows.record) if rows.record else {}
    for who, offers in choices.items():
        terms = []
        for choice in (one for one in offers if one.shift.day >= 0):
            shift = choice.shift
            moment = (date_of(shift, team.calendar), start_clock_s(shift, team.calendar), shift.end - shift.start)
            if settings.unpopular(*moment):
                terms.append((choice.at, 1))
        ahead = surplus.get(team.people[who].agent, 0)
        if terms and ahead > 0:
            rows.row(terms, most=0, amount=ahead)
        for free in range(max(1, 1 - ahead), len(team.calendar.dates)):
            rows.row(terms, most=free)


def _alike(shift: Shift, team: Team, settings: Fairness, _record: Record | None) -> Hashable:
    moment = (date_of(shift, team.calendar), start_clock_s(shift, team.calendar), shift.end - shift.start)
    return settings.unpopular(*moment)


def check(record: Record, settings: Fairness) -> list[Breach]:
    surplus = settings.surplus(record)
    breaches = []
    for agent, shifts in by_agent(record.worked).items():
        unpopular = [s for s in shifts if settings.unpopular(s.day, worked_clock_s(s), s.length_s)]
        for number, shift in enumerate(unpopular):
            weight = surplus.get(agent, 0) + number
            if weight > 0:
                words = f"{shift}: {weight} more of its kind than the mean of the last {settings.weeks} weeks"
                breaches.append(Breach(agent, shift.day, weight, words))
    return breaches


RULES.add(
    "fairness", Rule("unpopular shifts go round", check, add, Fairness, unit="shift beyond the mean", alike=_alike)
)
