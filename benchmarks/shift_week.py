"""A realistic week of shifts with breaks, against pyworkforce's two steps, in the same run.

The centre: open 06:00 to 22:00, 15-minute intervals, shifts of 4 to 9 hours that start every half-hour (120 a day),
a lunch and two short breaks in windows. pyworkforce chooses shifts that take no breaks, so they must be chosen for a
requirement made larger before breaks fit. Here an exact program says whether they do: every break in its window and
every interval covered, so that no break stage could do with less. The first factor that works is sought for the week,
as one call of pyworkforce has it, and, most in its favour, for each day by itself. Its shifts are weighted by paid
time; the times are those of the whole search for the factor.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import pandas as pd

import scheduling
from scheduling.calendar import build_calendar, epoch_s
from scheduling.design.model import build_model
from scheduling.design.options import DesignOptions
from scheduling.design.peer import solve_peer
from scheduling.design.problem import DesignProblem
from scheduling.inputs import need_by_queue, read_requirement
from scheduling.program import Limits, OutOfTimeError
from wfm.params import BreakRule, Horizon, ShiftRules, ShiftTemplate

PEAKS = (100, 1000)
FIRST_DAY = dt.date(2026, 11, 23)
HORIZON = Horizon(FIRST_DAY, 7, 900, "Europe/Amsterdam")
OPEN, CLOSE = 6, 22
LENGTHS_H = range(4, 10)
PEER_DAY_S = 20.0
MOST = 200
HOUR, MINUTE = 3600, 60
WEEKDAYS = (1.0, 0.95, 0.92, 0.9, 0.88, 0.6, 0.5)


def breaks(length_h: int) -> tuple[BreakRule, ...]:
    """A lunch around the middle, unpaid; a short break before and one after it: about 40 ways a shift."""
    middle = length_h * 30
    return (
        BreakRule("break", 15 * MINUTE, (middle // 2 - 15) * MINUTE, (middle // 2 + 15) * MINUTE),
        BreakRule("lunch", 30 * MINUTE, (middle - 30) * MINUTE, (middle + 30) * MINUTE, paid=False),
        BreakRule("break", 15 * MINUTE, (middle * 3 // 2 - 15) * MINUTE, (middle * 3 // 2 + 15) * MINUTE),
    )


def rules() -> ShiftRules:
    templates = [ShiftTemplate(f"{h} h", h * HOUR, OPEN * HOUR, (CLOSE - h) * HOUR, 1800, breaks(h)) for h in LENGTHS_H]
    return ShiftRules(tuple(templates))


def requirement(peak: int) -> pd.DataFrame:
    """Two humps and an evening, weekends lower, with noise from interval to interval."""
    grid = pd.date_range(FIRST_DAY, periods=7 * 96, freq="15min", tz=HORIZON.timezone)
    grid = grid[(grid.hour >= OPEN) & (grid.hour < CLOSE)]
    hour = np.asarray(grid.hour + grid.minute / 60)
    humps = ((10.5, 2.2, 1.0), (15.0, 2.5, 0.85), (19.0, 2.0, 0.35))
    load = 0.25 + 0.75 * sum(height * np.exp(-(((hour - at) / width) ** 2)) for at, width, height in humps)
    load = load * np.array(WEEKDAYS)[np.asarray(grid.day_of_week)]
    load *= np.random.default_rng(1).uniform(0.93, 1.07, len(grid))
    staff = np.ceil(peak * load / load.max() - 1e-9).astype(int)
    return pd.DataFrame({"queue": "calls", "interval_start": grid, "staff": staff})


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    method: str
    paid_h: float
    short_h: float
    gap: float | None
    wall_s: float
    cpu_s: float
    note: str = ""


def timed() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def ours(wanted: pd.DataFrame, gap: float) -> Row:
    wall, cpu = timed()
    found = scheduling.design_shifts(wanted, rules(), horizon=HORIZON, gap=gap, time_limit_s=60, n_jobs=2)
    after, cpu_after = timed()
    method = f"joint, stop at {gap:.2%}"
    return Row(method, found.paid_hours, found.understaffed_hours, found.gap, after - wall, cpu_after - cpu)


def one_day(wanted: pd.DataFrame, day: int) -> DesignProblem:
    """The problem of a single day."""
    horizon = replace(HORIZON, first_day=FIRST_DAY + dt.timedelta(days=day), days=1)
    dates = wanted["interval_start"].dt.date
    rows = read_requirement(wanted[dates == horizon.first_day], "staff", horizon)
    calendar = build_calendar(horizon, rules(), epoch_s(rows["interval_start"]))
    need = need_by_queue(rows, "staff", calendar, horizon.interval_s)["calls"]
    return DesignProblem("calls", need, calendar, rules(), DesignOptions())


def breaks_fit(problem: DesignProblem, counts: dict[int, int]) -> bool:
    """Whether these people can take every break in its window with every interval covered."""
    part = problem.with_shifts(counts)
    if part.unreachable.any():
        return False
    model = build_model(part, list(part.by_day), part.need)
    for index, at in model.rows.counts.items():
        model.program.upper[at] = model.program.lower[at] = counts[index]
    for (index, _), starts in model.rows.breaks.items():
        for at in starts.values():
            model.program.upper[at] = counts[index]
    for at in model.rows.missing.values():
        model.program.upper[at] = 0
    try:
        return model.program.solve(Limits(1, 20.0, 0.0, time.monotonic() + 60, 60)) is not None
    except OutOfTimeError:
        return False


class TwoSteps:
    """pyworkforce's shifts for a requirement made larger, then breaks; every trial is made once."""

    def __init__(self, wanted: pd.DataFrame) -> None:
        self.days = [one_day(wanted, day) for day in range(HORIZON.days)]
        self._tried: dict[tuple[int, int], float | None] = {}

    def hours(self, day: int, percent: int) -> float | None:
        """Paid hours of a day whose requirement is larger by so much; None where breaks don't fit."""
        if (day, percent) not in self._tried:
            problem = self.days[day]
            larger = replace(problem, need=-(-problem.need * (100 + percent) // 100))
            counts = dict(solve_peer(larger, "pyworkforce", PEER_DAY_S).plans[0].counts)
            paid_s = sum(n * problem.calendar.shifts[index].paid_s for index, n in counts.items())
            self._tried[day, percent] = paid_s / HOUR if breaks_fit(problem, counts) else None
        return self._tried[day, percent]

    def by_day(self, step: int) -> Row:
        """Each day at its own first factor."""
        wall, cpu = timed()
        first = [next(p for p in range(0, MOST, step) if self.hours(day, p) is not None) for day in range(HORIZON.days)]
        return self._row(f"a factor a day, {step} %", first, wall, cpu)

    def by_week(self, step: int) -> Row:
        """One factor for the week, the first at which every day works."""
        wall, cpu = timed()
        days = range(HORIZON.days)
        first = next(p for p in range(0, MOST, step) if all(self.hours(day, p) is not None for day in days))
        return self._row(f"a factor a week, {step} %", [first] * HORIZON.days, wall, cpu)

    def _row(self, method: str, percents: list[int], wall: float, cpu: float) -> Row:
        after, cpu_after = timed()
        paid = sum(self.hours(day, percent) or 0.0 for day, percent in enumerate(percents))
        each = sorted(set(percents)) if len(set(percents)) == 1 else percents
        note = "larger by " + " ".join(f"{percent}" for percent in each) + " %"
        return Row(method, paid, 0.0, None, after - wall, cpu_after - cpu, note)


def difference(wanted: pd.DataFrame) -> Row:
    """`MinAbsDifference` on the bare requirement; breaks would come off its cover."""
    wall, cpu = timed()
    found = scheduling.design_shifts(
        wanted, rules(), horizon=HORIZON, engine="pyworkforce-difference", time_limit_s=7 * PEER_DAY_S
    )
    after, cpu_after = timed()
    note = "short before any break"
    return Row(
        "MinAbsDifference", found.paid_hours, found.understaffed_hours, None, after - wall, cpu_after - cpu, note
    )


def main() -> None:
    peaks = [int(text) for text in sys.argv[1:]] or PEAKS
    print(f"pyworkforce {version('pyworkforce')}, breaks placed by an exact program")
    for peak in peaks:
        wanted = requirement(peak)
        print(f"peak {peak}: {wanted['staff'].sum() / 4:,.0f} agent-hours on the phone needed")
        rows = [ours(wanted, 0.005), ours(wanted, 0.001)]
        paid = TwoSteps(wanted)
        rows += [paid.by_day(1), paid.by_week(1), paid.by_week(5), difference(wanted)]
        best = rows[1].paid_h
        for row in rows:
            gap = "" if row.gap is None else f"gap {row.gap:.3%}"
            print(
                f"  {row.method:24} {row.paid_h:9,.0f} paid h  joint is {1 - best / row.paid_h:6.1%} below  "
                f"short {row.short_h:6.1f} h  {gap:11} {row.wall_s:6.1f} s  cpu {row.cpu_s:6.1f} s  {row.note}",
                flush=True,
            )


if __name__ == "__main__":
    main()
