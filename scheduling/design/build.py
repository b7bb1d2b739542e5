"""Requirement and rules in; the least-cost shifts with their breaks out, in counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

from scheduling.calendar import build_calendar, epoch_s
from scheduling.design.options import DesignOptions
from scheduling.design.output import coverage_frame, shifts_frame
from scheduling.design.peer import PEERS, solve_peer
from scheduling.design.problem import DesignProblem, round_calendar
from scheduling.design.solve import DesignAnswer, solve_design
from scheduling.feasibility import breaks_that_collide
from scheduling.inputs import need_by_queue, read_requirement
from scheduling.program import Limits
from wfm.errors import Finding, Findings, InfeasibleError, UsageProblem
from wfm.params import Horizon, ShiftRules

EFFORT_PER_S = 0.3
# How many times slower than an ordinary machine one may be before the clock, not the effort, ends the search.
SLACK = 5
PROVEN_GAP = 1e-7
GOOD_GAP = 0.001
ENGINES = ("shiftcast", *PEERS)


@dataclass(frozen=True)
class ShiftDesign:
    """Shifts in counts, with their price and how far that is from the least possible.

    Parameters
    ----------
    shifts : DataFrame
        One row a queue, day, shift and way of taking its breaks; see `scheduling.design.output.shifts_frame`.
    coverage : DataFrame
        The coverage contract; `scheduled` is people on the phone, weighted by time.
    paid_hours : float
    cost : float
        Paid hours, understaffed and overstaffed hours, and different shifts, each at its price [currency].
    bound : float or None
        No design under these rules costs less; None where the engine proves none.
    gap : float or None
        (cost - bound) / cost.
    status : {"optimal", "feasible"}
    different_shifts : int
        Templates at start times, summed over queues.
    understaffed_hours, overstaffed_hours : float
        Agent-hours below and above the requirement, a part of an agent needed counted as a whole one.
    findings : Findings
    """

    shifts: pd.DataFrame
    coverage: pd.DataFrame
    paid_hours: float
    cost: float
    bound: float | None
    gap: float | None
    status: str
    different_shifts: int
    understaffed_hours: float
    overstaffed_hours: float
    findings: Findings


def design_shifts(
    requirement: pd.DataFrame,
    rules: ShiftRules,
    *,
    horizon: Horizon,
    options: DesignOptions | None = None,
    cover: str = "staff",
    engine: str = "shiftcast",
    gap: float = GOOD_GAP,
    seed: int = 1,
    time_limit_s: float = 60.0,
    n_jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> ShiftDesign:
    """Choose how many people start which shift on which day, breaks included, at least cost; no people yet.

    Shifts and breaks are chosen together: per shift and break a count for every start in its window (Aykin
    1996, doi:10.1287/mnsc.42.4.591). The relaxed horizon gives the bound. Of `rules`, the templates and the
    prices count; rest, working days and contracts concern people and are left to `build_schedule`.

    Parameters
    ----------
    requirement : DataFrame
        The requirement contract; `queue`, `interval_start` and the column `cover` are read. What is not
        there is closed and needs nobody. A part of an agent is rounded up.
    rules : ShiftRules
    horizon : Horizon
        Its days hold every interval; a shift belongs to the local day on which it starts.
    options : DesignOptions, optional
    cover : str
        ``staff`` or ``agents``.
    engine : str
        ``shiftcast``, or one of pyworkforce's solvers as `scheduling.design.peer` tells.
    gap : float
        Relative gap that is good enough.
    seed : int
    time_limit_s : float
        How hard to search: about the time an ordinary machine may take, counted in the solver's own measure of
        effort so that the answer is the same on every machine. One that needs five times as long is stopped.
    n_jobs : int
        Threads; the answer does not depend on it.
    progress : callable, optional

    Raises
    ------
    InputError
        If the requirement can't be used; with every finding.
    InfeasibleError
        If breaks can't be placed, or nothing was found in time.
    UsageProblem
        If the engine is unknown or can't do what is asked.
    """
    options, tell = options or DesignOptions(), progress or (lambda message: None)
    if engine not in ENGINES:
        raise UsageProblem(f"engine: found {engine}, expected one of {', '.join(ENGINES)}")
    wanted = read_requirement(requirement, cover, horizon)
    if reasons := breaks_that_collide(rules):
        raise InfeasibleError(reasons)
    problems = _problems(wanted, rules, horizon, options, cover)
    limits = Limits(
        seed,
        EFFORT_PER_S * time_limit_s / max(1, len(problems)),
        gap,
        time.monotonic() + SLACK * time_limit_s,
        time_limit_s,
    )
    answers = [
        solve_design(problem, limits, n_jobs, tell)
        if engine == "shiftcast"
        else solve_peer(problem, engine, time_limit_s / len(problems))
        for problem in problems
    ]
    design = _result(problems, answers, wanted, cover, horizon, proven=engine == "shiftcast")
    if engine != "shiftcast" and any(template.breaks for template in rules.templates):
        design.findings.add(Finding("schedule", "no-breaks", f"engine {engine} places no breaks", severity="warning"))
    return design


def _problems(
    wanted: pd.DataFrame, rules: ShiftRules, horizon: Horizon, options: DesignOptions, cover: str
) -> list[DesignProblem]:
    calendar = build_calendar(horizon, rules, epoch_s(wanted["interval_start"]))
    needs: Mapping[str, np.ndarray] = need_by_queue(wanted, cover, calendar, horizon.interval_s)
    if options.cyclic:
        calendar = round_calendar(calendar, horizon)
        needs = {queue: need[: calendar.periods] for queue, need in needs.items()}
    return [DesignProblem(queue, need, calendar, rules, options) for queue, need in needs.items()]


def _result(
    problems: list[DesignProblem],
    answers: list[DesignAnswer],
    wanted: pd.DataFrame,
    cover: str,
    horizon: Horizon,
    proven: bool,
) -> ShiftDesign:
    shifts = shifts_frame(
        [(problem, answer.plans) for problem, answer in zip(problems, answers, strict=True)], horizon.timezone
    )
    parts, findings, short_h, over_h = [], Findings(), 0.0, 0.0
    for problem, answer in zip(problems, answers, strict=True):
        phone = sum((problem.cover(plan) for plan in answer.plans.values()), start=np.zeros_like(problem.need))
        rows = wanted[wanted["queue"] == problem.queue]
        parts.append(coverage_frame(problem, phone, rows, cover, horizon.interval_s))
        step_h = problem.calendar.step_s / 3600
        short_h += float(np.maximum(problem.need - phone, 0).sum()) * step_h
        over_h += float(np.maximum(phone - problem.need, 0).sum()) * step_h
        findings.extend(_not_covered(problem, phone))
    cost = float(sum(a.cost * p.prices.money for p, a in zip(problems, answers, strict=True)))
    bound = float(sum(a.bound * p.prices.money for p, a in zip(problems, answers, strict=True))) if proven else None
    gap = None if bound is None else max(0.0, cost - bound) / cost if cost else 0.0
    kinds = {(p.queue, p.kind_of[i]) for p, a in zip(problems, answers, strict=True) for i in _used(a)}
    return ShiftDesign(
        shifts=shifts,
        coverage=pd.concat(parts, ignore_index=True),
        paid_hours=float(shifts["paid_hours"].sum()),
        cost=cost,
        bound=None if bound is None else min(bound, cost),
        gap=gap,
        status="optimal" if gap is not None and gap < PROVEN_GAP else "feasible",
        different_shifts=len(kinds),
        understaffed_hours=short_h,
        overstaffed_hours=over_h,
        findings=findings,
    )


def _used(answer: DesignAnswer) -> set[int]:
    return {index for plan in answer.plans.values() for index in plan.counts}


def _not_covered(problem: DesignProblem, phone: np.ndarray) -> list[Finding]:
    """Every stretch of periods that stays short, with its price; what no shift reaches is told apart."""
    short = np.maximum(problem.need - phone, 0)
    unreachable = problem.unreachable > 0
    hour = problem.calendar.step_s / 3600
    found = []
    for (beyond, _), group in groupby(
        enumerate(np.flatnonzero(short).tolist()), key=lambda item: (bool(unreachable[item[1]]), item[1] - item[0])
    ):
        periods = [period for _, period in group]
        hours = float(short[periods].sum()) * hour
        first, last = problem.calendar.at(periods[0]), problem.calendar.at(periods[-1] + 1)
        price = hours * problem.rules.understaffing_cost_per_hour
        why = "no shift covers it" if beyond else "left open"
        found.append(
            Finding(
                "requirement",
                "no-shift-covers" if beyond else "understaffed",
                f"queue {problem.queue}, {first:%A %Y-%m-%d %H:%M} to {last:%H:%M}: {hours:g} agent-hours short at a "
                f"cost of {price:,.0f}, {why}",
                "shifts over all opening hours" if beyond else "",
                severity="warning",
            )
        )
    return found
