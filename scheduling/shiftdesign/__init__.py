"""Minimum shift design: few different shifts whose workers follow the demand of a cyclic week closely."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd

from scheduling.problems import Answer, Effort
from scheduling.shiftdesign.evaluate import COLUMNS, evaluate
from scheduling.shiftdesign.instance import Instance
from scheduling.shiftdesign.model import Plan
from scheduling.shiftdesign.reading import read_instance
from scheduling.shiftdesign.search import search

__all__ = ["Instance", "evaluate", "read_instance", "solve"]


def solve(path: Path, effort: Effort) -> Answer:
    """Solve an instance file; the objective is the judge's, counted from the rows."""
    begun = time.monotonic()
    instance = read_instance(path)
    best = search(
        instance,
        deadline=begun + effort.time_limit_s,
        seed=effort.seed,
        n_jobs=effort.n_jobs,
        tell=effort.progress,
    )
    table = to_table(instance, best.plan)
    verdict = evaluate(instance, table)
    if verdict.broken or abs(verdict.objective - best.objective) > 1e-6:
        raise AssertionError(f"search and judge disagree: {best.objective} and {verdict}")
    parts = {
        "under_min": float(verdict.under_min),
        "over_min": float(verdict.over_min),
        "shifts": float(verdict.shifts),
    }
    if verdict.duties_a_week is not None:
        parts["duties_a_week"] = verdict.duties_a_week
    return Answer(table, verdict.objective, best.bound, time.monotonic() - begun, parts)


def to_table(instance: Instance, plan: Plan) -> pd.DataFrame:
    """Rows of day (from 0), start and length [slots], workers, and the clock times of both ends."""
    rows = [
        (day, *shift, workers, _clock(instance, shift[0]), _clock(instance, sum(shift)))
        for (shift, day), workers in sorted(plan.items(), key=lambda item: (item[0][1], item[0][0]))
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, "from", "until"])


def _clock(instance: Instance, slot: int) -> str:
    minutes = slot % instance.slots_a_day * instance.interval_min
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
