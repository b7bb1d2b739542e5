"""How many people start within a window of the day: at most as many as there are desks, at least as many as open up."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import DAY_S, Window, inside, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from wfm.params import ShiftRules
from wfm.settings import read_clock_window, read_weekdays, read_whole


@dataclass(frozen=True)
class Starts:
    """Days on which nobody works, or no shift may start within the window, are not judged.

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


def _offered(rules: ShiftRules, settings: Starts, weekday: int) -> bool:
    """Whether any shift may start within the window on a weekday."""
    return any(
        inside(start_s, settings.within)
        for one in rules.templates
        if weekday in one.weekdays
        for start_s in range(one.earliest_start_s, one.latest_start_s + 1, one.start_step_s)
    )


def add(rows: Rows, choices: Choices, team: Team, settings: Starts) -> None:
    """A helper variable per day says whether anybody works on it at all: only then the least is asked for."""
    judged = {
        day
        for day, date in enumerate(team.calendar.dates)
        if date.weekday() in settings.weekdays and _offered(team.rules, settings, date.weekday())
    }
    mine: dict[int, list[tuple[int, int]]] = defaultdict(list)
    by_person: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for choice in (one for offers in choices.values() for one in offers if one.shift.day in judged):
        by_person[choice.person, choice.shift.day].append((choice.at, 1))
        if inside(start_clock_s(choice.shift, team.calendar), settings.within):
            mine[choice.shift.day].append((choice.at, 1))
    there, working = Counter[int](), set[int]()
    for who, tour in rows.others.items():
        for shift in (one for one in (*tour, *team.people[who].fixed) if one.day in judged):
            working.add(shift.day)
            there[shift.day] += inside(start_clock_s(shift, team.calendar), settings.within)
    for day in sorted({day for _, day in by_person}):
        rows.row(mine[day], most=max(0, settings.most - there[day]))
        if settings.least > there[day]:
            anybody = rows.variable(1, lower=int(day in working))
            for (_, on), terms in by_person.items():
                if on == day:
                    rows.program.row([*terms, (anybody, -1)], most=0)
            rows.row([*mine[day], (anybody, -settings.least)], least=-there[day])


def check(record: Record, settings: Starts) -> list[Breach]:
    days: dict[dt.date, int] = dict.fromkeys(sorted({shift.day for shift in record.worked}), 0)
    for shift in record.worked:
        days[shift.day] += inside(worked_clock_s(shift), settings.within)
    first, last = settings.within
    hours = f"{first // 3600:02d}:{first // 60 % 60:02d}-{last % DAY_S // 3600:02d}:{last // 60 % 60:02d}"
    breaches = []
    for day, count in days.items():
        judged = day.weekday() in settings.weekdays and _offered(record.rules, settings, day.weekday())
        if judged and not settings.least <= count <= settings.most:
            words = f"{day}: {count} people start {hours}, the rule allows {settings.least} to {settings.most}"
            breaches.append(Breach("", day, max(settings.least - count, count - settings.most), words))
    return breaches


RULES.add("starts", Rule("people who start within a window", check, add, Starts, unit="person", shared=True))
