"""Shifts of some people are no shorter and no longer than so much."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from wfm.settings import read_whole_duration


@dataclass(frozen=True)
class ShiftLength:
    """From first to last minute, breaks included.

    Parameters
    ----------
    least_s, most_s : int
        [s]
    """

    least_s: int = setting(read_whole_duration, 0, key="least")
    most_s: int = setting(read_whole_duration, 86_400, key="most")

    def __post_init__(self) -> None:
        if self.least_s > self.most_s:
            raise ValueError(f"least: found {self.least_s / 3600:g} h, expected no more than most")

    def holds(self, length_s: float) -> bool:
        return self.least_s <= length_s <= self.most_s


def add(rows: Rows, choices: Choices, team: Team, settings: ShiftLength) -> None:
    for choice in (choice for offers in choices.values() for choice in offers):
        if not settings.holds(choice.shift.end - choice.shift.start):
            rows.row([(choice.at, 1)], most=0)


def _alike(shift: Shift, _team: Team, settings: ShiftLength, _record: Record | None) -> Hashable:
    return settings.holds(shift.end - shift.start)


def check(record: Record, settings: ShiftLength) -> list[Breach]:
    wanted = f"{settings.least_s / 3600:g} to {settings.most_s / 3600:g} h"
    return [
        Breach(shift.agent, shift.day, 1, f"{shift}: {shift.length_s / 3600:g} h long, the rule allows {wanted}")
        for shift in record.worked
        if not settings.holds(shift.length_s)
    ]


RULES.add("shift_length", Rule("least and most length of a shift", check, add, ShiftLength, unit="shift", alike=_alike))
