"""At most so many weekends worked in any so many weeks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import by_agent
from wfm.settings import read_positive, read_whole

SATURDAY = 5


@dataclass(frozen=True)
class Weekends:
    """Weekends worked: a shift that starts on Saturday or Sunday.

    Parameters
    ----------
    most : int
        Most weekends worked ...
    weeks : int
        ... in any so many weeks in a row.
    """

    most: int = setting(read_whole)
    weeks: int = setting(read_positive, 4)


def add(rows: Rows, choices: Choices, team: Team, settings: Weekends) -> None:
    """A helper variable per person and weekend is at least every shift of it."""
    for offers in choices.values():
        weekends: dict[int, list[int]] = defaultdict(list)
        for choice in offers:
            if (team.calendar.dates[0] + dt.timedelta(days=choice.shift.day)).weekday() >= SATURDAY:
                weekends[team.calendar.week_of(choice.shift.day)].append(choice.at)
        worked = {}
        for week, shifts in weekends.items():
            worked[week] = rows.variable(1, lower=max(rows.program.lower[at] for at in shifts))
            for at in shifts:
                rows.program.row([(at, 1), (worked[week], -1)], most=0)
        for last in sorted(set(team.calendar.week)):
            window = [(at, 1) for week, at in worked.items() if last - settings.weeks < week <= last]
            rows.row(window, most=settings.most)


def check(record: Record, settings: Weekends) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        weekends = {shift.monday: shift for shift in shifts if shift.day.weekday() >= SATURDAY}
        for shift in (one for one in shifts if one.day.weekday() >= SATURDAY and not record.judges(one)):
            weekends[shift.monday] = shift
        for last in record.mondays:
            first = last - dt.timedelta(weeks=settings.weeks - 1)
            window = [shift for monday, shift in weekends.items() if first <= monday <= last]
            excess = record.excess(window, settings.most)
            if excess > 0:
                count = f"{len(window)} weekends in {settings.weeks} weeks"
                breaches.append(
                    Breach(agent, last, excess, f"{agent} week of {last}: {count}, at most {settings.most}")
                )
    return breaches


RULES.add("weekends", Rule("weekends worked in so many weeks", check, add, Weekends, unit="weekend", alike=by_day))
