"""A design written as frames: who starts when with which breaks, and what that covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from scheduling.calendar import epoch_s
from scheduling.cover import DayPlan
from scheduling.design.problem import DesignProblem
from scheduling.problem import Shift
from wfm.contracts import COVERAGE

COLUMNS = ("queue", "day", "shift", "start", "end", "agents", "breaks", "paid_hours", "cost")


def shifts_frame(designs: Sequence[tuple[DesignProblem, Mapping[int, DayPlan]]], timezone: str) -> pd.DataFrame:
    """One row a shift and way of taking its breaks.

    Returns
    -------
    DataFrame
        `queue`; `day` on which it starts; `shift`, the template; `start` and `end`; `agents` who work it so;
        `breaks` in words with their clock times; `paid_hours` and `cost` of all of them together.
    """
    rows = [row for problem, plans in designs for row in _rows(problem, plans)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["day"] = pd.to_datetime(frame["day"]).astype("datetime64[us]")
    for name in ("start", "end"):
        instants = pd.to_datetime(frame[name].astype("int64"), unit="s", utc=True)
        frame[name] = pd.DatetimeIndex(instants).tz_convert(timezone).as_unit("us")
    return frame.sort_values(["queue", "start", "end", "breaks"], kind="stable", ignore_index=True)


def _rows(problem: DesignProblem, plans: Mapping[int, DayPlan]) -> list[tuple]:
    rows: list[tuple] = []
    for day, plan in plans.items():
        for index, count in plan.counts.items():
            shift = problem.calendar.shifts[index]
            for dealt, agents in sorted(Counter(deal_breaks(plan, shift, count)).items()):
                hours = agents * shift.paid_s / 3600
                rows.append(
                    (
                        problem.queue,
                        problem.calendar.dates[day],
                        shift.template.name,
                        shift.start,
                        shift.end,
                        agents,
                        _in_words(problem, shift, dealt),
                        hours,
                        hours * problem.rules.hourly_cost,
                    )
                )
    return rows


def deal_breaks(plan: DayPlan, shift: Shift, count: int) -> list[tuple[tuple[int, int], ...]]:
    """Number and start of each person's breaks, from the start of the shift [s].

    The first person takes the earliest start of every break, the next the next: so no two breaks overlap.
    Breaks that the plan does not place are left out.
    """
    columns = {
        number: [start_s for start_s, people in sorted(plan.breaks[shift.index, number].items()) for _ in range(people)]
        for number in range(len(shift.template.breaks))
        if plan.breaks[shift.index, number]
    }
    return [tuple((number, column[person]) for number, column in columns.items()) for person in range(count)]


def _in_words(problem: DesignProblem, shift: Shift, dealt: Sequence[tuple[int, int]]) -> str:
    parts = []
    for number, start_s in dealt:
        rule = shift.template.breaks[number]
        ends = (shift.start + start_s, shift.start + start_s + rule.length_s)
        first, last = (_clock(problem, instant) for instant in ends)
        parts.append(f"{rule.name} {first}-{last}")
    return "; ".join(parts)


def _clock(problem: DesignProblem, instant: int) -> str:
    return f"{pd.Timestamp(instant, unit='s', tz=problem.calendar.timezone):%H:%M}"


def coverage_frame(
    problem: DesignProblem, phone: np.ndarray, wanted: pd.DataFrame, cover: str, interval_s: int
) -> pd.DataFrame:
    """The coverage contract of one queue, `scheduled` weighted by time."""
    width = interval_s // problem.calendar.step_s
    first = (epoch_s(wanted["interval_start"]) - problem.calendar.origin) // problem.calendar.step_s
    on_phone = phone[first[:, None] + np.arange(width)].mean(axis=1)
    required = wanted[cover].to_numpy(dtype=float)
    return COVERAGE.validate(
        pd.DataFrame(
            {
                "queue": wanted["queue"].to_numpy(),
                "interval_start": pd.DatetimeIndex(wanted["interval_start"]),
                "required": required,
                "scheduled": on_phone,
                "gap": on_phone - required,
            }
        )
    )
