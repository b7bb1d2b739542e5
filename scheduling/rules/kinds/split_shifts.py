"""Split shifts, with hours of unpaid time between two parts: how many a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import Worked, by_agent
from wfm.params import ShiftTemplate
from wfm.settings import read_whole, read_whole_duration


@dataclass(frozen=True)
class SplitShifts:
    """A shift is split by an unpaid stretch of at least so long.

    Parameters
    ----------
    most : int
        Most split shifts in an ISO week.
    gap_s : int
        [s]
    """

    most: int = setting(read_whole)
    gap_s: int = setting(read_whole_duration, 5400, key="gap")

    def splits(self, template: ShiftTemplate) -> bool:
        return any(not rule.paid and rule.length_s >= self.gap_s for rule in template.breaks)

    def split(self, shift: Worked) -> bool:
        return any(not stretch.paid and stretch.length_s >= self.gap_s for stretch in shift.stretches)


def add(rows: Rows, choices: Choices, team: Team, settings: SplitShifts) -> None:
    for offers in choices.values():
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            if settings.splits(choice.shift.template):
                weeks[team.calendar.week_of(choice.shift.day)].append((choice.at, 1))
        for terms in weeks.values():
            rows.row(terms, most=settings.most)


def _alike(shift: Shift, _team: Team, settings: SplitShifts, _record: Record | None) -> Hashable:
    return settings.splits(shift.template)


def check(record: Record, settings: SplitShifts) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        for monday in record.mondays:
            split = [shift for shift in shifts if shift.monday == monday and settings.split(shift)]
            excess = record.excess(split, settings.most)
            if excess > 0:
                words = f"{agent} week of {monday}: {len(split)} split shifts, at most {settings.most}"
                breaches.append(Breach(agent, monday, excess, words))
    return breaches


RULES.add("split_shifts", Rule("split shifts in a week", check, add, SplitShifts, unit="shift", alike=_alike))
