"""Rosters of people with rules of their own: cost, proven gap, time and memory.

python benchmarks/rosters.py            # 100 agents x 4 weeks and 1,000 agents x 1 week
python benchmarks/rosters.py 100x4      # one of them
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import time

import numpy as np
import pandas as pd

import scheduling
from wfm.params import BreakRule, Horizon, RuleSetting, ShiftRules, ShiftTemplate
from wfm.timeaxis import days_grid

ZONE = "Europe/Amsterdam"
MONDAY = dt.date(2026, 11, 30)
HOUR, MINUTE = 3600, 60
CASES = {"100x4": (100, 4, 60.0), "1000x1": (1000, 1, 180.0)}


def rules() -> ShiftRules:
    """Full and part-time shifts with lunch and breaks, and the rules that a centre sets on top."""
    short = BreakRule("break", 15 * MINUTE, 90 * MINUTE, 150 * MINUTE)
    lunch = BreakRule("lunch", 30 * MINUTE, 210 * MINUTE, 300 * MINUTE, paid=False)
    late = BreakRule("break", 15 * MINUTE, 345 * MINUTE, 435 * MINUTE)
    templates = (
        ShiftTemplate("full", 8 * HOUR + 30 * MINUTE, 7 * HOUR, 13 * HOUR + 30 * MINUTE, breaks=(short, lunch, late)),
        ShiftTemplate("six", 6 * HOUR, 7 * HOUR, 16 * HOUR, breaks=(short,)),
        ShiftTemplate("four", 4 * HOUR, 7 * HOUR, 18 * HOUR, breaks=(short,)),
    )
    return ShiftRules(
        templates,
        rules=(
            RuleSetting("preferences", {"seniority": 0.1}, price=4.0),
            RuleSetting("weekends", {"most": 2, "weeks": 4}),
            RuleSetting("weekly_rest", {}),
        ),
    )


def agents(count: int, seed: int = 7) -> pd.DataFrame:
    """Four contracts, some with fixed free days or hours, two skills, a wish each for two in three."""
    random = np.random.default_rng(seed)
    windows = [None, None, None, "mon-fri", "mon,tue,thu,fri,sat", "mon-sun 07:00-17:00", "mon-sun 12:00-22:00"]
    wishes = [None, "off wed", "off sat-sun", "start 07:00-10:00", "start 12:00-18:00", "off fri 12:00-22:00 x2"]
    return pd.DataFrame(
        {
            "agent": [f"a{number:04d}" for number in range(count)],
            "skills": random.choice(["sales", "service", "sales|service"], count, p=[0.3, 0.4, 0.3]),
            "contract_hours": random.choice([40.0, 38.0, 24.0, 16.0], count, p=[0.4, 0.2, 0.25, 0.15]),
            "availability": random.choice(np.array(windows, dtype=object), count),
            "preferences": random.choice(np.array(wishes, dtype=object), count),
            "seniority": random.integers(0, 12, count).astype(float),
        }
    )


def requirement(people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Two queues open 07:00-22:00 whose need fits the contract hours less breaks and edges."""
    parts = []
    for queue, share in (("sales", 0.45), ("service", 0.55)):
        grid = days_grid(MONDAY, 7 * weeks, 1800, ZONE)
        grid = grid[(grid.hour >= 7) & (grid.hour < 22)]
        clock = np.asarray(grid.hour + grid.minute / 60)
        shape = 0.35 + np.exp(-(((clock - 10.5) / 2.2) ** 2)) + 0.7 * np.exp(-(((clock - 15.5) / 2.5) ** 2))
        shape = shape * np.where(grid.day_of_week < 5, 1.0, 0.35)
        hours = 0.72 * share * people["contract_hours"].sum() * weeks
        need = np.rint(shape * hours / (shape.sum() / 2)).astype(int)
        parts.append(pd.DataFrame({"queue": queue, "interval_start": grid, "staff": need}))
    return pd.concat(parts, ignore_index=True)


def run(name: str) -> None:
    count, weeks, limit_s = CASES[name]
    people, set_rules = agents(count), rules()
    wanted = requirement(people, weeks)
    horizon = Horizon(MONDAY, 7 * weeks, 1800, ZONE)
    wall, cpu = time.perf_counter(), time.process_time()
    made = scheduling.build_schedule(
        wanted, people, set_rules, horizon=horizon, version="benchmark", time_limit_s=limit_s, n_jobs=2
    )
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    broken = scheduling.check(made.schedule, people, set_rules)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    fines, wishes = made.breaches["price"].sum(), len(made.breaches)
    print(
        f"{name}: cost {made.cost:,.0f}, bound {made.bound:,.0f}, gap {made.gap:.2%}, "
        f"short {made.understaffed_hours:,.1f} h, over {made.overstaffed_hours:,.1f} h, {wishes} wishes broken "
        f"({fines:,.0f}), {len(broken)} rules broken, "
        f"{wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.2f} GB"
    )


if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        run(case)
