"""How many people start within a window of the day: at most as many as there are desks, at least as many as open up."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import DAY_S, Window, date_of, inside, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from wfm.settings import read_clock_window, read_weekdays, read_whole


@dataclass(frozen=True)
class Starts:
    """Days on which nobody whom the rule concerns can start are not judged.

    Parameters
    ----------
    within : (int, int)
        Seconds after midnight, both ends included.
    least, most : int
        People who start in it on each day.
    weekdays : tuple of int
        0 is Monday.
    """

    within: Window = setting(read_clock_window)
    least: int = setting(read_whole, 0)
    most: int = setting(read_whole, 100_000)
    weekdays: tuple[int, ...] = setting(read_weekdays, (0, 1, 2, 3, 4, 5, 6))

    def counts(self, day: dt.date, clock_s: int) -> bool:
        return day.weekday() in self.weekdays and inside(clock_s, self.within)


def add(rows: Rows, choices: Choices, team: Team, settings: Starts) -> None:
    def counts(shift: Shift) -> bool:
        return shift.day >= 0 and settings.counts(date_of(shift, team.calendar), start_clock_s(shift, team.calendar))

    days: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for choice in (one for offers in choices.values() for one in offers if counts(one.shift)):
        days[choice.shift.day].append((choice.at, 1))
    there: dict[int, int] = defaultdict(int)
    for who, tour in rows.others.items():
        for shift in (one for one in (*tour, *team.people[who].fixed) if counts(one)):
            there[shift.day] += 1
    for day, terms in days.items():
        rows.row(terms, max(0, settings.least - there[day]), max(0, settings.most - there[day]))


def check(record: Record, settings: Starts) -> list[Breach]:
    offered = (
        start_s
        for one in record.rules.templates
        for start_s in range(one.earliest_start_s, one.latest_start_s + 1, one.start_step_s)
    )
    if not any(inside(start_s, settings.within) for start_s in offered):
        return []
    days: dict[dt.date, int] = dict.fromkeys(sorted({shift.day for shift in record.worked}), 0)
    for shift in record.worked:
        days[shift.day] += settings.counts(shift.day, worked_clock_s(shift))
    first, last = settings.within
    hours = f"{first // 3600:02d}:{first // 60 % 60:02d}-{last % DAY_S // 3600:02d}:{last // 60 % 60:02d}"
    breaches = []
    for day, count in days.items():
        if day.weekday() in settings.weekdays and not settings.least <= count <= settings.most:
            words = f"{day}: {count} people start {hours}, the rule allows {settings.least} to {settings.most}"
            breaches.append(Breach("", day, max(settings.least - count, count - settings.most), words))
    return breaches


RULES.add("starts", Rule("people who start within a window", check, add, Starts, unit="person", shared=True))
