"""Solves a benchmark file: read, searched by column generation, and recounted by the judge."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd

from scheduling.columns import NoLegalRosterError, RosterAnswer, solve
from scheduling.problems import Answer, Effort
from scheduling.shiftrostering.adapter import to_problem, to_roster
from scheduling.shiftrostering.evaluate import COLUMNS, evaluate
from scheduling.shiftrostering.reading import read_instance
from wfm.errors import InfeasibleError

NO_ROSTER = "no roster keeps to this employee's own limits of minutes, runs of shifts and days off, weekends and types"


def solve_file(path: Path, effort: Effort) -> Answer:
    """The best roster found within the effort, as rows of employee, day and shift.

    Raises
    ------
    InputError
        With every fault of the file.
    InfeasibleError
        If an employee has no legal roster, or no roster was found in time.
    """
    begun = time.monotonic()
    instance = read_instance(path)
    try:
        answer = solve(
            to_problem(instance),
            time_limit_s=effort.time_limit_s,
            gap=effort.gap,
            seed=effort.seed,
            jobs=effort.n_jobs,
            progress=lambda found: effort.progress(_told(found)),
        )
    except NoLegalRosterError as problem:
        names = list(instance.employees)
        raise InfeasibleError([f"{names[who]}: {NO_ROSTER}" for who in problem.people]) from None
    if answer.roster is None or answer.objective is None:
        raise InfeasibleError(f"no roster was found in {answer.elapsed_s:.1f} s, and none proven impossible")
    cells = to_roster(instance, answer.roster)
    verdict = evaluate(instance, cells)
    rows = [(employee, day, shift) for (employee, day), shift in cells.items()]
    parts = {
        "requests to work": verdict.on_requests,
        "requests not to work": verdict.off_requests,
        "under": verdict.under,
        "over": verdict.over,
    }
    table = pd.DataFrame(rows, columns=COLUMNS)
    return Answer(table, answer.objective, answer.bound, time.monotonic() - begun, parts)


def _told(found: RosterAnswer) -> str:
    if found.objective is None or found.gap is None:
        return f"{found.elapsed_s:.1f} s: bound {found.bound:,.0f}"
    return f"{found.elapsed_s:.1f} s: objective {found.objective:,.0f}, bound {found.bound:,.0f}, gap {found.gap:.2%}"
