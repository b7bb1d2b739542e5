"""Requirement, agents and rules in; a schedule out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from scheduling.calendar import build_calendar, epoch_s
from scheduling.checking import Judgement, judge_schedule
from scheduling.coverage import coverage, staffed_hours
from scheduling.explain import shadow_prices
from scheduling.facts import Facts, read_facts, without
from scheduling.feasibility import (
    breaks_that_collide,
    contracts_out_of_reach,
    days_without_shift,
    rests_too_long,
    unreachable_hours,
)
from scheduling.inputs import need_by_queue, people_of, read_agents, read_requirement
from scheduling.output import made_up_agents, schedule_frame
from scheduling.premiums import worked_premium_s
from scheduling.problem import Calendar, Team
from scheduling.program import Limits
from scheduling.result import ScheduleResult
from scheduling.roster import Roster
from scheduling.rules import Record, Ruling
from scheduling.rules.force import in_force
from scheduling.search import PATIENCE_S
from scheduling.sharing import share_out
from scheduling.splitting import split_over_queues
from scheduling.strategy import make_rosters
from wfm.contracts import SCHEDULE
from wfm.errors import Finding, Findings, InfeasibleError
from wfm.params import Horizon, ShiftRules

EFFORT_PER_S = 0.8
# How many times slower than an ordinary machine one may be before the clock, not the effort, ends the search.
SLACK = 5
PROVEN_GAP = 1e-7
# Effort spent on all queues together, beside that on each.
TOGETHER = 1.0


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
    history: pd.DataFrame | None = None,
    locked: pd.DataFrame | None = None,
    time_off: pd.DataFrame | None = None,
) -> ScheduleResult:
    """Choose shifts with their breaks, and who works them, so that the requirement is met at least cost.

    Shifts are chosen queue by queue, each agent in one; where agents have several skills, then anew for all queues
    together, their phone time split over the queues. Per queue, the week is relaxed to fractions of people, each
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
    history : DataFrame, optional
        The schedule contract of the weeks before: rest, days in a row and the rules that look back read it.
    locked : DataFrame, optional
        The schedule contract of shifts that stay as they are.
    time_off : DataFrame, optional
        The time_off contract.

    Raises
    ------
    InputError
        If requirement, agents, rules or what is given can't be used; with every finding.
    InfeasibleError
        If the rules contradict each other, or nothing was found in time.
    """
    tell = progress or (lambda message: None)
    wanted = read_requirement(requirement, cover, horizon)
    people = None if agents is None else read_agents(agents)
    rulings = in_force(rules)
    if reasons := breaks_that_collide(rules):
        raise InfeasibleError(reasons)
    calendar = build_calendar(horizon, rules, epoch_s(wanted["interval_start"]))
    facts = read_facts(history, locked, time_off, agents=people, dates=calendar.dates, timezone=calendar.timezone)
    needs = need_by_queue(wanted, cover, calendar, horizon.interval_s)
    if reasons := days_without_shift(calendar, needs):
        raise InfeasibleError(reasons)
    findings = Findings(rests_too_long(rules))
    left = without(needs, facts.cover(calendar))
    teams = _teams(people, left, calendar, rules, rulings, facts, findings)
    limits = Limits(seed, EFFORT_PER_S * time_limit_s, 0.0, time.monotonic() + SLACK * time_limit_s, time_limit_s)
    if reasons := [reason for team in teams if team.people for reason in contracts_out_of_reach(team, limits)]:
        raise InfeasibleError(reasons)
    found = make_rosters(teams, left, people, limits, n_jobs, tell)
    if limits.remaining_s() < PATIENCE_S:
        findings.add(Finding("schedule", "time-limit", f"the search ended at {time_limit_s:g} s", severity="note"))
    rosters = found.rosters
    if people is None:
        rosters = _name_people(rosters)
        people = made_up_agents(rosters)
        findings.add(Finding("agents", "made-up", "no agents", f"{len(people)} made up", severity="note"))
    schedule = _with_locked(schedule_frame(rosters, version, published_at, horizon.timezone), facts, version)
    schedule = _split(schedule, wanted, people, horizon.interval_s, cover, facts)
    findings.extend(finding for team in teams for finding in unreachable_hours(team))
    paid_s = sum(shift.paid_s + worked_premium_s(rules, shift) for shift in facts.locked)
    bound = found.bound + paid_s / 3600 * rules.hourly_cost
    record = Record((), people, rules, facts.before, facts.time_off, calendar.dates[0], calendar.dates[-1])
    judged = judge_schedule(schedule, record, rulings)
    _trust(judged, judge_schedule(_with_locked(SCHEDULE.empty(), facts, version), record, rulings))
    shadow = shadow_prices(wanted, found.prices, calendar, horizon.interval_s, rules)
    return _result(schedule, judged, wanted, cover, horizon, bound, shadow, findings)


def _trust(judged: Judgement, given: Judgement) -> None:
    """The last word is the independent check's: what given shifts do not break alone, nothing else may break."""
    known = {(ruling.name, breach.agent) for ruling, breach in given.breaches if ruling.price is None}
    broken = [(r, b) for r, b in judged.breaches if r.price is None and (r.name, b.agent) not in known]
    if shared := [f"no roster was found that keeps {r.name}: {b}" for r, b in broken if not b.agent]:
        raise InfeasibleError(shared)
    if broken:
        raise AssertionError(
            "the roster made breaks rules that hold: " + "; ".join(f"{r.name}: {b}" for r, b in broken)
        )


def _with_locked(schedule: pd.DataFrame, facts: Facts, version: str) -> pd.DataFrame:
    """Chosen and locked shifts together."""
    if facts.locked_rows.empty:
        return schedule
    rows = facts.locked_rows.assign(version=version)
    if "published_at" in schedule and not schedule.empty:
        rows = rows.assign(published_at=schedule["published_at"].iloc[0])
    together = pd.concat([part for part in (schedule, rows) if not part.empty], ignore_index=True)
    return SCHEDULE.validate(together.sort_values(["agent", "start"], kind="stable", ignore_index=True))


def _split(
    schedule: pd.DataFrame, wanted: pd.DataFrame, people: pd.DataFrame, interval_s: int, cover: str, facts: Facts
) -> pd.DataFrame:
    """Phone time of agents with several skills on the queues that need it; locked shifts stay."""
    if schedule.empty:
        return schedule
    locked = facts.locked_rows
    fixed = frozenset(zip(locked["agent"], epoch_s(locked["start"]).tolist(), strict=True))
    return split_over_queues(schedule, wanted, people, interval_s, cover, fixed)


def _teams(
    agents: pd.DataFrame | None,
    needs: Mapping[str, np.ndarray],
    calendar: Calendar,
    rules: ShiftRules,
    rulings: tuple[Ruling, ...],
    facts: Facts,
    findings: Findings,
) -> list[Team]:
    if agents is None:
        return [Team(queue, need, (), calendar, rules, rulings) for queue, need in needs.items() if need.any()]
    people = people_of(agents, calendar, facts)
    record = Record((), agents, rules, facts.before, facts.time_off, calendar.dates[0], calendar.dates[-1])
    return [
        Team(queue, needs[queue], tuple(people[agent] for agent in members), calendar, rules, rulings, record)
        for queue, members in share_out(agents, needs, findings).items()
        if members
    ]


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


def _result(
    schedule: pd.DataFrame,
    judged: Judgement,
    wanted: pd.DataFrame,
    cover: str,
    horizon: Horizon,
    bound: float,
    shadow: pd.DataFrame,
    findings: Findings,
) -> ScheduleResult:
    rules = judged.record.rules
    covered = coverage(schedule, wanted, horizon.interval_s, cover=cover)
    hours = staffed_hours(schedule, wanted, horizon.interval_s, cover=cover)
    paid = schedule[schedule["paid"]]
    paid_hours = float((paid["end"] - paid["start"]).dt.total_seconds().sum() / 3600)
    premium_hours = sum(worked_premium_s(rules, shift) for shift in judged.record.worked) / 3600
    cost = (paid_hours + premium_hours) * rules.hourly_cost
    cost += hours.understaffed * rules.understaffing_cost_per_hour + judged.price
    gap = max(0.0, cost - bound) / cost if cost else 0.0
    findings.extend(_shortages(schedule, wanted, covered, horizon.interval_s, cover))
    return ScheduleResult(
        schedule=schedule,
        coverage=covered,
        agents=judged.record.agents,
        breaches=judged.frame(),
        shadow_prices=shadow,
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
