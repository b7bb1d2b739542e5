"""One long rest in every ISO week, such as 35 hours (Directive 2003/88/EC, article 5: a day and 11 h)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choice, Choices, Record, Rule
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import Worked, by_agent
from wfm.settings import read_whole_duration

HOUR_S, DAY_S = 3600, 86_400
NEIGHBOURS = ((1, 1), (2, 1), (1, 2))


@dataclass(frozen=True)
class WeeklyRest:
    """A rest counts for a week if a day on which no shift starts lies in both; what is not known is rest.

    Parameters
    ----------
    rest_s : int
        From a day to two days [s].
    """

    rest_s: int = setting(read_whole_duration, 35 * HOUR_S, key="rest")

    def __post_init__(self) -> None:
        if not DAY_S <= self.rest_s <= 2 * DAY_S:
            raise ValueError(f"rest: found {self.rest_s / HOUR_S:g} h, expected 24 h to 48 h")


def add(rows: Rows, choices: Choices, team: Team, settings: WeeklyRest) -> None:
    """A helper variable per day says that none starts on it and the rest around it is long enough; one a week must be.

    Shifts that do not touch the neighbouring days leave two days of rest, so that three pairs of days are enough.
    """
    weeks: dict[int, list[int]] = defaultdict(list)
    for day, week in enumerate(team.calendar.week):
        weeks[week].append(day)
    for offers in choices.values():
        days: dict[int, list[Choice]] = defaultdict(list)
        for choice in offers:
            days[choice.shift.day].append(choice)
        for whole in (part for part in weeks.values() if len(part) == 7):
            rests = []
            for day in whole:
                rest = rows.variable(1)
                rows.program.row([(rest, 7), *((choice.at, 1) for choice in days.get(day, ()))], most=7)
                for back, ahead in NEIGHBOURS:
                    _add_pair(rows, rest, days.get(day - back, []), days.get(day + ahead, []), settings.rest_s)
                rests.append((rest, 1))
            rows.row(rests, least=1)


def _add_pair(rows: Rows, rest: int, before: list[Choice], after: list[Choice], rest_s: int) -> None:
    blocked = 0
    for end in sorted({choice.shift.end for choice in before}):
        soon = [choice for choice in after if choice.shift.start < end + rest_s]
        if len(soon) > blocked:
            blocked = len(soon)
            late = [choice for choice in before if choice.shift.end >= end]
            rows.program.row([(rest, 1), *((choice.at, 1) for choice in (*late, *soon))], most=2)


def check(record: Record, settings: WeeklyRest) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        for monday in sorted({shift.monday for shift in shifts if record.judges(shift)}):
            sunday = monday + dt.timedelta(days=6)
            if (record.first_day or monday) > monday or (record.last_day or sunday) < sunday:
                continue
            if not any(_free(shifts, monday + dt.timedelta(days=n), settings.rest_s) for n in range(7)):
                words = f"{agent} week of {monday}: no rest of {settings.rest_s / HOUR_S:g} h"
                breaches.append(Breach(agent, monday, 1, words))
    return breaches


def _free(shifts: list[Worked], day: dt.date, rest_s: int) -> bool:
    if any(shift.day == day for shift in shifts):
        return False
    ends = [shift.end for shift in shifts if shift.day < day]
    starts = [shift.start for shift in shifts if shift.day > day]
    return not ends or not starts or (min(starts) - max(ends)).total_seconds() >= rest_s


RULES.add("weekly_rest", Rule("one long rest every week", check, add, WeeklyRest, unit="week"))
