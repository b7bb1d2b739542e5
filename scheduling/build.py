"""Requirement, agents and rules in; a schedule out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from scheduling.calendar import build_calendar, epoch_s
from scheduling.coverage import coverage, staffed_hours
from scheduling.engine import TeamAnswer, schedule_team
from scheduling.feasibility import (
    breaks_that_collide,
    contracts_out_of_reach,
    days_without_shift,
    rests_too_long,
    unreachable_hours,
)
from scheduling.inputs import need_by_queue, people_of, read_agents, read_requirement
from scheduling.output import made_up_agents, schedule_frame
from scheduling.problem import Calendar, Team
from scheduling.program import Limits
from scheduling.result import ScheduleResult
from scheduling.roster import Roster
from scheduling.search import PATIENCE_S
from scheduling.sharing import share_out
from wfm.errors import Finding, Findings, InfeasibleError
from wfm.params import Horizon, ShiftRules

EFFORT_PER_S = 0.1
# How many times slower than an ordinary machine one may be before the clock, not the effort, ends the search.
SLACK = 5
PROVEN_GAP = 1e-7


def build_schedule(
    requirement: pd.DataFrame,
    agents: pd.DataFrame | None,
    rules: ShiftRules,
    *,
    horizon: Horizon,
    version: str,
    published_at: pd.Timestamp | None = None,
    cover: str = "staff",
    seed: int = 1,
    time_limit_s: float = 60.0,
    n_jobs: int = 1,
    progress: Callable[[str], None] | None = None,
) -> ScheduleResult:
    """Choose shifts with their breaks, and who works them, so that the requirement is met at least cost.

    Each agent serves one queue for the horizon. Per queue, the week is relaxed to fractions of people, each
    day is solved in whole people with breaks placed together with the shifts, days are dealt out as legal
    weeks, and the roster is improved piece by piece. Every rule holds in what is returned; what could not be
    covered is in `coverage` and `findings`. Weeks are ISO weeks; rest and days in a row run on across them.

    Parameters
    ----------
    requirement : DataFrame
        The requirement contract; `queue`, `interval_start` and the column `cover` are read. What is not
        there is closed and needs nobody.
    agents : DataFrame or None
        The agents contract. None makes up as many full-time agents as the cover needs.
    rules : ShiftRules
    horizon : Horizon
        Its days hold every interval; a shift belongs to the local day on which it starts.
    version : str
        Written to every row.
    published_at : Timestamp, optional
    cover : str
        ``staff`` or ``agents``.
    seed : int
    time_limit_s : float
        How hard to search: about the time an ordinary machine may take, counted in the solver's own measure of
        effort so that the answer is the same on every machine. One that needs five times as long is stopped,
        and that is noted.
    n_jobs : int
        Threads; the answer does not depend on it.
    progress : callable, optional
        Told in words what is being done.

    Raises
    ------
    InputError
        If requirement or agents can't be used; with every finding.
    InfeasibleError
        If the rules contradict each other, or nothing was found in time.
    """
    tell = progress or (lambda message: None)
    wanted = read_requirement(requirement, cover, horizon)
    people = None if agents is None else read_agents(agents)
    if reasons := breaks_that_collide(rules):
        raise InfeasibleError(reasons)
    calendar = build_calendar(horizon, rules, epoch_s(wanted["interval_start"]))
    needs = need_by_queue(wanted, cover, calendar, horizon.interval_s)
    if reasons := days_without_shift(calendar, needs):
        raise InfeasibleError(reasons)
    findings = Findings(rests_too_long(rules))
    teams = _teams(people, needs, calendar, rules, findings)
    limits = Limits(seed, EFFORT_PER_S * time_limit_s, 0.0, time.monotonic() + SLACK * time_limit_s, time_limit_s)
    if reasons := [reason for team in teams if team.people for reason in contracts_out_of_reach(team, limits)]:
        raise InfeasibleError(reasons)
    answers = _solve(teams, limits, n_jobs, tell)
    if limits.remaining_s() < PATIENCE_S:
        findings.add(Finding("schedule", "time-limit", f"the search ended at {time_limit_s:g} s", severity="note"))
    rosters = {team.queue: answer.roster for team, answer in zip(teams, answers, strict=True)}
    if people is None:
        rosters = _name_people(rosters)
        people = made_up_agents(rosters)
        findings.add(Finding("agents", "made-up", "no agents", f"{len(people)} made up", severity="note"))
    schedule = schedule_frame(rosters, version, published_at, horizon.timezone)
    findings.extend(finding for team in teams for finding in unreachable_hours(team))
    unserved = {queue: need for queue, need in needs.items() if queue not in rosters}
    bound = sum(answer.bound for answer in answers) + _price_of(unserved, calendar, rules)
    return _result(schedule, people, wanted, cover, rules, horizon, bound, findings)


def _teams(
    agents: pd.DataFrame | None,
    needs: Mapping[str, np.ndarray],
    calendar: Calendar,
    rules: ShiftRules,
    findings: Findings,
) -> list[Team]:
    if agents is None:
        return [Team(queue, need, (), calendar, rules) for queue, need in needs.items() if need.any()]
    people = people_of(agents, calendar)
    return [
        Team(queue, needs[queue], tuple(people[agent] for agent in members), calendar, rules)
        for queue, members in share_out(agents, needs, findings).items()
        if members
    ]


def _solve(teams: list[Team], limits: Limits, n_jobs: int, tell: Callable[[str], None]) -> list[TeamAnswer]:
    from joblib import Parallel, delayed, effective_n_jobs

    jobs = effective_n_jobs(n_jobs)
    outer = max(1, min(jobs, len(teams)))
    share = replace(limits, effort=limits.effort / max(1, len(teams)))
    tasks = (delayed(schedule_team)(team, share, jobs // outer, tell) for team in teams)
    return list(Parallel(n_jobs=outer, prefer="threads")(tasks))


def _name_people(rosters: Mapping[str, Roster]) -> dict[str, Roster]:
    """Number made-up people over all queues."""
    total = sum(len(roster.team.people) for roster in rosters.values())
    width, number, named = max(3, len(str(total))), 0, {}
    for queue, roster in rosters.items():
        people = []
        for person in roster.team.people:
            number += 1
            people.append(replace(person, agent=f"agent-{number:0{width}d}"))
        named[queue] = replace(roster, team=replace(roster.team, people=tuple(people)))
    return named


def _price_of(needs: Mapping[str, np.ndarray], calendar: Calendar, rules: ShiftRules) -> float:
    hours = sum(int(need.sum()) for need in needs.values()) * calendar.step_s / 3600
    return hours * rules.understaffing_cost_per_hour


def _result(
    schedule: pd.DataFrame,
    agents: pd.DataFrame,
    wanted: pd.DataFrame,
    cover: str,
    rules: ShiftRules,
    horizon: Horizon,
    bound: float,
    findings: Findings,
) -> ScheduleResult:
    covered = coverage(schedule, wanted, horizon.interval_s, cover=cover)
    hours = staffed_hours(schedule, wanted, horizon.interval_s, cover=cover)
    paid = schedule[schedule["paid"]]
    paid_hours = float((paid["end"] - paid["start"]).dt.total_seconds().sum() / 3600)
    cost = paid_hours * rules.hourly_cost + hours.understaffed * rules.understaffing_cost_per_hour
    gap = max(0.0, cost - bound) / cost if cost else 0.0
    findings.extend(_shortages(schedule, wanted, covered, horizon.interval_s, cover))
    return ScheduleResult(
        schedule=schedule,
        coverage=covered,
        agents=agents,
        paid_hours=paid_hours,
        cost=cost,
        bound=min(bound, cost),
        gap=gap,
        status="optimal" if gap < PROVEN_GAP else "feasible",
        understaffed_hours=hours.understaffed,
        overstaffed_hours=hours.overstaffed,
        findings=findings,
    )


def _shortages(
    schedule: pd.DataFrame, wanted: pd.DataFrame, covered: pd.DataFrame, interval_s: int, cover: str
) -> list[Finding]:
    found = []
    for queue, rows in covered.groupby("queue", sort=True):
        hours = staffed_hours(schedule, wanted[wanted["queue"] == queue], interval_s, cover=cover).understaffed
        if hours > 0:
            worst = rows.loc[rows["gap"].idxmin()]
            found.append(
                Finding(
                    "schedule",
                    "understaffed",
                    f"queue {queue} short {hours:.1f} agent-hours, worst {worst['interval_start']:%A %Y-%m-%d %H:%M} "
                    f"by {-worst['gap']:.3g}",
                    "staff required in every interval",
                    fix="more agents or hours, or shifts at other times",
                    severity="warning",
                )
            )
    return found
