"""Days at work, and days off, come in runs of at least so many."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import by_agent
from wfm.settings import read_positive

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class RunsOfDays:
    """Runs that reach over the end of the horizon may still become long enough.

    Parameters
    ----------
    least_work : int
        Fewest days worked in a row.
    least_off : int
        Fewest days off between two days worked.
    most_work : int or None
        Most days worked in a row, where that is less than for everybody.
    """

    least_work: int = setting(read_positive, 1)
    least_off: int = setting(read_positive, 1)
    most_work: int | None = setting(read_positive, None)


def add(rows: Rows, choices: Choices, team: Team, settings: RunsOfDays) -> None:
    """A run of k days x, with y before and z behind: k days y + z cannot be the other way round."""
    last = len(team.calendar.dates) - 1
    for offers in choices.values():
        days: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            days[choice.shift.day].append((choice.at, 1))
        earliest = min(days, default=0)
        for first in range(min(0, earliest) - 1, last + 1):
            for length in range(1, settings.least_work):
                if first + length + 1 <= last and first >= earliest - 1:
                    _no_short_work(rows, days, first, length, settings.least_work - length)
            for length in range(1, settings.least_off):
                if first + length + 1 <= last and first >= earliest:
                    _no_short_break(rows, days, first, length, settings.least_off - length)
            if settings.most_work:
                window = [days[day] for day in range(first, first + settings.most_work + 1) if day in days]
                if len(window) > settings.most_work:
                    rows.row([term for terms in window for term in terms], most=settings.most_work)


def _no_short_work(rows: Rows, days: dict[int, list[tuple[int, int]]], first: int, length: int, missing: int) -> None:
    """Off, `length` days of work, off: sum of work - sum of the ends <= length - 1; as bad as days are missing."""
    inside = [term for day in range(first + 1, first + length + 1) for term in days.get(day, ())]
    ends = [(at, -1) for day in (first, first + length + 1) for at, _ in days.get(day, ())]
    if all(day in days for day in range(first + 1, first + length + 1)):
        rows.row(inside + ends, most=length - 1, amount=missing)


def _no_short_break(rows: Rows, days: dict[int, list[tuple[int, int]]], first: int, length: int, missing: int) -> None:
    """Work, `length` days off, work: sum of the ends - sum of work between <= 1."""
    if first in days and first + length + 1 in days:
        between = [(at, -1) for day in range(first + 1, first + length + 1) for at, _ in days.get(day, ())]
        rows.row([*days[first], *days[first + length + 1], *between], most=1, amount=missing)


def check(record: Record, settings: RunsOfDays) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        judged = {shift.day for shift in shifts if record.judges(shift)}
        runs = _runs(sorted({shift.day for shift in shifts}))
        for run in runs:
            breaches += _judge_run(agent, run, judged, record, settings)
        for before, after in pairwise(runs):
            off = (after[0] - before[-1]).days - 1
            if off < settings.least_off and after[0] in judged:
                words = f"{agent} from {before[-1] + DAY}: {off} days off in a row, at least {settings.least_off}"
                breaches.append(Breach(agent, before[-1] + DAY, settings.least_off - off, words))
    return breaches


def _judge_run(
    agent: str, run: list[dt.date], judged: set[dt.date], record: Record, settings: RunsOfDays
) -> list[Breach]:
    """A run that ends within the horizon was ended by it, wherever it began; one at its end may go on."""
    found = []
    excess = [day for day in run[settings.most_work or len(run) :] if day in judged]
    if excess:
        words = f"{agent} from {run[0]}: {len(run)} days in a row, at most {settings.most_work}"
        found.append(Breach(agent, run[-1], len(excess), words))
    ended = (record.first_day or run[0]) <= run[-1] + DAY and run[-1] < (record.last_day or dt.date.max)
    if len(run) < settings.least_work and ended:
        words = f"{agent} from {run[0]}: {len(run)} days at work in a row, at least {settings.least_work}"
        found.append(Breach(agent, run[0], settings.least_work - len(run), words))
    return found


def _runs(days: list[dt.date]) -> list[list[dt.date]]:
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


RULES.add("runs_of_days", Rule("days at work and days off in runs", check, add, RunsOfDays, unit="day", alike=by_day))
