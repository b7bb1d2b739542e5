"""Night work: how many night shifts in a row, in a week and over several weeks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import Window, overlap_s, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import Worked, by_agent
from wfm.settings import read_clock_window, read_positive, read_whole, read_whole_duration

HOUR_S = 3600


@dataclass(frozen=True)
class Nights:
    """A night shift has at least so much of its time in the night.

    Parameters
    ----------
    night : (int, int)
        Seconds after midnight; 23:00-06:00 unless said (Directive 2003/88/EC, article 2, asks for at least seven
        hours that hold midnight to five).
    least_s : int
        Time in the night that makes a shift a night shift [s]; three hours as in that article.
    most : int
        Most night shifts ...
    weeks : int
        ... in any so many weeks.
    in_a_row : int or None
        Most nights in a row.
    """

    most: int | None = setting(read_whole, None)
    weeks: int = setting(read_positive, 1)
    in_a_row: int | None = setting(read_positive, None)
    night: Window = setting(read_clock_window, (23 * HOUR_S, 30 * HOUR_S))
    least_s: int = setting(read_whole_duration, 3 * HOUR_S, key="least")

    def __post_init__(self) -> None:
        if self.most is None and self.in_a_row is None:
            raise ValueError("most: found neither most nor in_a_row, expected at least one of them")

    def is_night(self, start_clock_s: int, length_s: float) -> bool:
        return overlap_s(start_clock_s, length_s, self.night) >= self.least_s


def add(rows: Rows, choices: Choices, team: Team, settings: Nights) -> None:
    for offers in choices.values():
        days: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            shift = choice.shift
            if settings.is_night(start_clock_s(shift, team.calendar), shift.end - shift.start):
                days[shift.day].append((choice.at, 1))
        for first in days:
            if settings.in_a_row is not None:
                window = range(first, first + settings.in_a_row + 1)
                if all(day in days for day in window):
                    rows.row([term for day in window for term in days[day]], most=settings.in_a_row)
        weeks = {team.calendar.week_of(day) for day in days}
        for last in weeks if settings.most is not None else ():
            mine = [d for d in days if last - settings.weeks < team.calendar.week_of(d) <= last]
            rows.row([term for day in mine for term in days[day]], most=settings.most or 0)


def _alike(shift: Shift, team: Team, settings: Nights, _record: Record | None) -> Hashable:
    return settings.is_night(start_clock_s(shift, team.calendar), shift.end - shift.start)


def check(record: Record, settings: Nights) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        nights = [shift for shift in shifts if settings.is_night(worked_clock_s(shift), shift.length_s)]
        judged = [shift for shift in nights if record.judges(shift)]
        breaches += _in_a_row(agent, nights, {shift.day for shift in judged}, settings.in_a_row)
        if settings.most is not None and judged:
            breaches += _in_weeks(agent, nights, record, settings.most, settings.weeks)
    return breaches


def _in_weeks(agent: str, nights: list[Worked], record: Record, most: int, weeks: int) -> list[Breach]:
    found = []
    for last in record.mondays:
        window = [shift for shift in nights if last - dt.timedelta(weeks=weeks - 1) <= shift.monday <= last]
        excess = record.excess(window, most)
        if excess > 0:
            words = f"{agent} {weeks} weeks to {last}: {len(window)} night shifts, at most {most}"
            found.append(Breach(agent, last, excess, words))
    return found


def _in_a_row(agent: str, nights: list[Worked], judged: set[dt.date], most: int | None) -> list[Breach]:
    days = {shift.day for shift in nights}
    found = []
    for day in sorted(judged) if most is not None else ():
        run = 1
        while day - dt.timedelta(days=run) in days:
            run += 1
        if run > (most or 0):
            found.append(Breach(agent, day, 1, f"{agent} {day}: night {run} in a row, at most {most}"))
    return found


RULES.add(
    "nights", Rule("night shifts in a row, in a week, over weeks", check, add, Nights, unit="night", alike=_alike)
)
