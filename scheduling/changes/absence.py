"""People fall ill: the rest of the roster mended with few changes."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scheduling.calendar import build_calendar, epoch_s
from scheduling.changes.situation import Situation
from scheduling.checking import judge_schedule
from scheduling.cover import DayPlan
from scheduling.facts import Facts, read_facts, without
from scheduling.inputs import need_by_queue, people_of, read_requirement
from scheduling.output import schedule_frame
from scheduling.problem import Calendar, Shift, Team, break_starts
from scheduling.program import Limits
from scheduling.roster import Roster
from scheduling.rules import Record, Ruling
from scheduling.rules.force import in_force
from scheduling.search import improve_week
from scheduling.splitting import split_over_queues
from scheduling.worked import Stretch, Worked, skills_of, worked_shifts
from wfm.contracts import SCHEDULE, TIME_OFF
from wfm.params import BreakRule, Horizon, RuleSetting

EFFORT_PER_S = 0.1
COLUMNS = ["agent", "day", "was", "now"]


@dataclass(frozen=True)
class Mended:
    """A roster without the absent.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract.
    changes : DataFrame
        agent, day, was and now (shifts as text, null for none), those of the absent aside.
    published_short_h, unmended_short_h, short_h : float
        Agent-hours below the requirement: as published, with nothing done, and mended.
    broken : tuple of str
        Rules newly broken, in words; empty unless the absence itself breaks one.
    """

    schedule: pd.DataFrame
    changes: pd.DataFrame
    published_short_h: float
    unmended_short_h: float
    short_h: float
    broken: tuple[str, ...]


def mend_absence(
    situation: Situation,
    absences: pd.DataFrame,
    *,
    change_price: float = 20.0,
    seed: int = 1,
    time_limit_s: float = 20.0,
) -> Mended:
    """Take the shifts of absent agents out and fill what falls short on those days, changing as little as pays.

    Only the days on which an absent agent was to work are touched; all others are facts. On those days shifts may move
    and people on a day off may be called in, where the cover gained is worth more than `change_price` a moved shift and
    twice that a call-in. Every rule holds; breaks of the touched days are placed anew.

    Parameters
    ----------
    situation : Situation
    absences : DataFrame
        agent, start, end; tz-aware.
    change_price : float
        What one change of somebody else's shift costs [currency].
    seed : int
    time_limit_s : float
        As in `build_schedule`.

    Raises
    ------
    InputError
        For absences that break their contract.
    """
    zone = str(situation.schedule["start"].dt.tz)
    away = TIME_OFF.validate(absences.assign(kind="approved"), "absences")
    away = away.assign(**{name: away[name].dt.tz_convert(zone) for name in ("start", "end")})
    gone = [w for w in situation.worked if _is_away(w, away)]
    left = situation.without(gone)
    touched = {w.day for w in gone}
    problem = _Problem.of(situation, away, [w for w in situation.worked if w not in gone], touched, change_price)
    limits = Limits(seed, EFFORT_PER_S * time_limit_s, 0.0, time.monotonic() + 5 * time_limit_s, time_limit_s)
    rosters = {}
    for queue, roster in problem.rosters.items():
        for week in sorted({problem.calendar.week[(day - problem.calendar.dates[0]).days] for day in touched}):
            improve_week(roster, week, 0.0, replace(limits, effort=limits.effort / len(problem.rosters)))
        rosters[queue] = roster
    version = str(situation.schedule["version"].iloc[0])
    chosen = schedule_frame(rosters, version, None, zone)
    rows = [part for part in (chosen, problem.facts.locked_rows) if not part.empty]
    made = pd.concat(rows, ignore_index=True).sort_values(["agent", "start"], kind="stable", ignore_index=True)
    stays = problem.facts.locked_rows
    fixed = frozenset(zip(stays["agent"], epoch_s(stays["start"]).tolist(), strict=True))
    made = SCHEDULE.validate(made.assign(version=version))
    made = split_over_queues(
        made, situation.requirement, situation.agents, situation.interval_s, situation.cover, fixed
    )
    broken = judge_schedule(made, replace(situation.record, time_off=problem.facts.time_off), problem.held).broken
    return Mended(
        made,
        _changes(situation.schedule, made, {w.agent for w in gone}, touched),
        situation.short_h,
        situation.short_hours(left),
        situation.short_hours(made),
        tuple(line for line in broken if line not in situation.broken),
    )


def _is_away(shift: Worked, away: pd.DataFrame) -> bool:
    return bool(((away["agent"] == shift.agent) & (away["start"] < shift.end) & (away["end"] > shift.start)).any())


@dataclass(frozen=True)
class _Problem:
    """The touched days as rosters to improve, everything else as facts."""

    calendar: Calendar
    facts: Facts
    held: tuple[Ruling, ...]
    rosters: Mapping[str, Roster]

    @classmethod
    def of(
        cls, situation: Situation, away: pd.DataFrame, kept: Sequence[Worked], touched: set, change_price: float
    ) -> _Problem:
        zone = str(situation.schedule["start"].dt.tz)
        days = [w.day for w in situation.worked]
        horizon = Horizon(min(days), (max(days) - min(days)).days + 1, situation.interval_s, zone)
        rules = replace(situation.rules, min_contract_share=0.0)
        priced = replace(rules, rules=(*rules.rules, RuleSetting("as_published", {}, change_price)))
        start = pd.DatetimeIndex(situation.requirement["interval_start"])
        inside = (start >= pd.Timestamp(min(days)).tz_localize(zone)) & (
            start < pd.Timestamp(max(days)).tz_localize(zone) + pd.DateOffset(days=1)
        )
        wanted = read_requirement(situation.requirement[inside], situation.cover, horizon)
        calendar = build_calendar(horizon, priced, epoch_s(wanted["interval_start"]))
        matched = {id(w): shift for w in kept if w.day in touched and (shift := _match(w, calendar))}
        fixed = [w for w in kept if id(w) not in matched]
        given = {"agents": situation.agents, "dates": calendar.dates, "timezone": zone}
        leave = away if situation.time_off is None else pd.concat([situation.time_off, away], ignore_index=True)
        facts = read_facts(situation.history, _rows_of(situation, fixed), leave, **given)
        needs = without(need_by_queue(wanted, situation.cover, calendar, horizon.interval_s), facts.cover(calendar))
        people = people_of(situation.agents, calendar, facts)
        rulings = in_force(priced)
        published = {(w.agent, w.day): (int(w.start.timestamp()), int(w.end.timestamp())) for w in kept}
        record = Record(
            (), situation.agents, priced, facts.before, facts.time_off, min(days), max(days), published=published
        )
        rosters = {}
        for queue, members in _queues(situation, needs).items():
            team = Team(queue, needs[queue], tuple(people[a] for a in members), calendar, priced, rulings, record)
            rosters[queue] = _roster(team, [w for w in kept if id(w) in matched and w.agent in members], matched)
        return cls(calendar, facts, in_force(rules), rosters)


def _queues(situation: Situation, needs: Mapping[str, np.ndarray]) -> dict[str, list[str]]:
    """Agents by the queue that they serve in the schedule, else the first of their skills that is needed."""
    served = situation.schedule.dropna(subset="queue").drop_duplicates("agent").set_index("agent")["queue"].to_dict()
    members: dict[str, list[str]] = defaultdict(list)
    for agent, skills in zip(situation.agents["agent"], situation.agents["skills"], strict=True):
        queue = served.get(agent) or next((skill for skill in skills_of(skills) if skill in needs), None)
        if queue in needs:
            members[str(queue)].append(agent)
    return members


def _rows_of(situation: Situation, shifts: Sequence[Worked]) -> pd.DataFrame:
    gone = [w for w in situation.worked if not any(w is kept for kept in shifts)]
    return situation.without(gone)


def _match(worked: Worked, calendar: Calendar) -> Shift | None:
    """The shift on offer that was worked, breaks and all; None for one that no template gives."""
    start, end = int(worked.start.timestamp()), int(worked.end.timestamp())
    pauses = [s for s in worked.stretches if s.activity != "phone"]
    for shift in calendar.shifts:
        rules = shift.template.breaks
        alike = (shift.start, shift.end) == (start, end) and len(rules) == len(pauses)
        if alike and all(_fits(pause, worked, rule) for pause, rule in zip(pauses, rules, strict=True)):
            return shift
    return None


def _fits(pause: Stretch, worked: Worked, rule: BreakRule) -> bool:
    after_s = (pause.start - worked.start).total_seconds()
    return after_s in break_starts(rule) and pause.length_s == rule.length_s and pause.paid == rule.paid


def _roster(team: Team, worked: Sequence[Worked], matched: Mapping[int, Shift]) -> Roster:
    """The published roster of a team, breaks as they were placed."""
    names = {person.agent: who for who, person in enumerate(team.people)}
    roster = Roster(team)
    breaks: dict[int, dict[tuple[int, int], Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for one in worked:
        shift = matched[id(one)]
        roster.worked[names[one.agent], shift.day] = shift.index
        for number, pause in enumerate(s for s in one.stretches if s.activity != "phone"):
            breaks[shift.day][shift.index, number][int((pause.start - one.start).total_seconds())] += 1
    for day in team.days:
        roster.plans[day] = DayPlan(dict(roster.counts(day)), breaks[day])
    return roster


def _changes(before: pd.DataFrame, after: pd.DataFrame, absent: set[str], touched: set) -> pd.DataFrame:
    was, now = _spans(before, touched), _spans(after, touched)
    rows = [
        (agent, day, was.get((agent, day)), now.get((agent, day)))
        for agent, day in sorted({*was, *now})
        if was.get((agent, day)) != now.get((agent, day)) and not (agent in absent and (agent, day) not in now)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _spans(schedule: pd.DataFrame, touched: set) -> dict[tuple, str]:
    return {(w.agent, w.day): f"{w.start:%H:%M}–{w.end:%H:%M}" for w in worked_shifts(schedule) if w.day in touched}
