"""Start times of a person stay within a span over each week."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import DAY_S, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import by_agent
from wfm.settings import read_whole_duration


@dataclass(frozen=True)
class StartTimes:
    """Latest less earliest start of an ISO week, on the clock.

    Parameters
    ----------
    span_s : int
        [s]
    """

    span_s: int = setting(read_whole_duration, key="span")


def add(rows: Rows, choices: Choices, team: Team, settings: StartTimes) -> None:
    """Helper variables hold the earliest and the latest start of a week, in steps of the grid."""
    step_s = team.calendar.step_s
    span, most = settings.span_s // step_s, DAY_S // step_s
    for offers in choices.values():
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            start = start_clock_s(choice.shift, team.calendar) // step_s
            weeks[team.calendar.week_of(choice.shift.day)].append((choice.at, start))
        for terms in weeks.values():
            starts = [start for _, start in terms]
            given = all(rows.program.lower[at] for at, _ in terms)
            if given or max(starts) - min(starts) <= span:
                continue
            earliest, latest = rows.variable(most), rows.variable(most)
            for at, start in terms:
                rows.program.row([(latest, 1), (at, -start)], least=0)
                rows.program.row([(earliest, 1), (at, most - start)], most=most)
            rows.row([(latest, 1), (earliest, -1)], most=span, amount=step_s / 3600)


def check(record: Record, settings: StartTimes) -> list[Breach]:
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        starts: dict = defaultdict(list)
        judged = {shift.monday for shift in shifts if record.judges(shift)}
        for shift in shifts:
            starts[shift.monday].append(worked_clock_s(shift))
        for monday in sorted(judged):
            span_s = max(starts[monday]) - min(starts[monday])
            if span_s > settings.span_s:
                words = (
                    f"{agent} week of {monday}: starts {span_s / 3600:g} h apart, at most {settings.span_s / 3600:g} h"
                )
                breaches.append(Breach(agent, monday, (span_s - settings.span_s) / 3600, words))
    return breaches


RULES.add("start_times", Rule("start times within a span over a week", check, add, StartTimes, unit="hour"))
