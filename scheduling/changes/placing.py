"""Meetings, training and breaks placed into shifts, or moved, at least loss of service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from scheduling.changes.situation import Situation
from scheduling.problem import break_starts
from scheduling.program import Limits, Program
from scheduling.worked import Worked
from wfm.contracts import ACTIVITIES, SCHEDULE
from wfm.errors import Finding, Findings, InfeasibleError, InputError
from wfm.params import BreakRule

STEP_S = 900
SHORT, MOVED = 100, 1
COLUMNS = ["name", "agent", "start", "end"]


@dataclass(frozen=True)
class Placed:
    """A schedule with activities in it.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract.
    places : DataFrame
        name, agent, start and end of every activity placed.
    moved : int
        Breaks that start at another time than before.
    short_h_before, short_h : float
        Agent-hours below the requirement before and after.
    """

    schedule: pd.DataFrame
    places: pd.DataFrame
    moved: int
    short_h_before: float
    short_h: float


@dataclass
class _Desk:
    """One agent's shift and what may happen in each of its quarters of an hour."""

    shift: Worked
    used: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    breaks: list[tuple[BreakRule, str, dict[int, int]]] = field(default_factory=list)
    activities: list[tuple[str, str, int, dict[int, int]]] = field(default_factory=list)

    def queue_at(self, moment: int) -> str:
        """Queue that is served at a moment, or was last before it, were there no break."""
        phone = [(int(s.start.timestamp()), s.queue) for s in self.shift.stretches if s.queue]
        before = [queue for start, queue in phone if start <= moment]
        return str(before[-1] if before else phone[0][1])

    def occupy(self, at: int, start: int, length_s: int) -> None:
        for moment in range(start, start + length_s, STEP_S):
            self.used[moment].append(at)


def place(
    situation: Situation,
    activities: pd.DataFrame | None = None,
    *,
    after: pd.Timestamp | None = None,
    seed: int = 1,
    time_limit_s: float = 20.0,
) -> Placed:
    """Place activities into the shifts of those who take part, and breaks anew around them.

    Shifts, their lengths and who works them stay. Activities lie within one shift of each agent, on quarters of an
    hour, never over a break; breaks move within the windows of their shift's template, only where that saves service.
    What is minimised is agent-hours below the requirement, then breaks moved.

    Parameters
    ----------
    situation : Situation
    activities : DataFrame, optional
        Contract ``activities``; none: only breaks are moved.
    after : Timestamp, optional
        Nothing before it moves or is placed, for a day that is under way.
    seed : int
    time_limit_s : float
        As in `build_schedule`.

    Raises
    ------
    InputError
        For activities of agents nobody knows, or of lengths that are no quarters of an hour.
    InfeasibleError
        For activities that no shift has room for, each named.
    """
    wanted = ACTIVITIES.empty() if activities is None else ACTIVITIES.validate(activities, "activities")
    zone = situation.schedule["start"].dt.tz
    wanted = wanted.assign(**{name: wanted[name].dt.tz_convert(zone) for name in ("earliest", "latest")})
    _refuse_unknown(wanted, situation)
    program = Program()
    desks = [desk for shift in situation.worked if (desk := _desk(shift))]
    movable = {id(desk): desk for desk in desks if after is None or desk.shift.end > after}
    from_s = 0 if after is None else int(after.timestamp())
    _add_activities(program, wanted, list(movable.values()), from_s)
    for desk in movable.values():
        if activities is None or desk.activities:
            _add_breaks(program, desk, situation, from_s)
    _add_service(program, list(movable.values()), situation)
    effort = 0.1 * time_limit_s
    solution = program.solve(Limits(seed, effort, 0.0, _deadline(time_limit_s), time_limit_s))
    if solution is None:
        raise InfeasibleError(["no time suits all activities together: lengthen a window, or place some first"])
    return _read(situation, list(movable.values()), solution.values)


def _deadline(time_limit_s: float) -> float:
    import time

    return time.monotonic() + 5 * time_limit_s


def _refuse_unknown(wanted: pd.DataFrame, situation: Situation) -> None:
    findings, known = Findings(), set(situation.agents["agent"])
    for row, (names, length_s) in enumerate(zip(wanted["agents"], wanted["length_s"], strict=True), 2):
        if strangers := [name for name in _names(names) if name not in known]:
            found = ", ".join(strangers)
            findings.add(Finding("activities", "unknown-agent", found, "agents of the agents frame", row=row))
        if not length_s > 0 or length_s % STEP_S:
            expected = "quarters of an hour"
            findings.add(Finding("activities", "bad-length", f"{length_s:g} s", expected, row=row, column="length_s"))
    if findings.of("error"):
        raise InputError(list(findings))


def _names(text: str) -> list[str]:
    return [part.strip() for part in str(text).split("|") if part.strip()]


def _desk(shift: Worked) -> _Desk | None:
    return _Desk(shift) if any(stretch.queue for stretch in shift.stretches) else None


def _add_activities(program: Program, wanted: pd.DataFrame, desks: Sequence[_Desk], from_s: int) -> None:
    reasons = []
    for row in wanted.itertuples():
        window = max(from_s, int(row.earliest.timestamp())), int(row.latest.timestamp())
        offers: dict[str, dict[int, int]] = {}
        for agent in _names(row.agents):
            mine = [desk for desk in desks if desk.shift.agent == agent]
            offers[agent] = {}
            for desk in mine:
                starts = _starts(desk.shift, window, int(row.length_s))
                variables = {start: program.variable(1) for start in starts}
                for start, at in variables.items():
                    desk.occupy(at, start, int(row.length_s))
                if variables:
                    desk.activities.append((row.name, row.activity, int(row.length_s), variables))
                offers[agent] |= variables
            if not offers[agent]:
                when = f"{row.earliest:%a %Y-%m-%d %H:%M} to {row.latest:%a %Y-%m-%d %H:%M}"
                reasons.append(f"{row.name}: {agent} has no shift with room for {row.length_s / 60:g} min from {when}")
            else:
                program.row([(at, 1) for at in offers[agent].values()], 1, 1)
        if getattr(row, "together", False) is True or str(getattr(row, "together", "")) == "True":
            _hold_together(program, offers)
    if reasons:
        raise InfeasibleError(reasons)


def _starts(shift: Worked, window: tuple[int, int], length_s: int) -> list[int]:
    first, last = int(shift.start.timestamp()), int(shift.end.timestamp())
    return [
        start
        for start in range(first, last - length_s + 1, STEP_S)
        if window[0] <= start and start + length_s <= window[1]
    ]


def _hold_together(program: Program, offers: dict[str, dict[int, int]]) -> None:
    first, *rest = offers.values()
    for other in rest:
        for start in sorted({*first, *other}):
            terms = [(first[start], 1)] if start in first else []
            terms += [(other[start], -1)] if start in other else []
            program.row(terms, 0, 0)


def _add_breaks(program: Program, desk: _Desk, situation: Situation, from_s: int) -> None:
    """Each break of a shift at one of the starts of its rule; what lies before `from_s` stays."""
    begin = int(desk.shift.start.timestamp())
    pauses = [stretch for stretch in desk.shift.stretches if stretch.is_break]
    rules = next(
        (
            template.breaks
            for template in situation.rules.templates
            if template.length_s == desk.shift.length_s
            and [(rule.name, rule.length_s, rule.paid) for rule in template.breaks]
            == [(pause.activity, pause.length_s, pause.paid) for pause in pauses]
        ),
        tuple(
            BreakRule(p.activity, int(p.length_s), s, s, p.paid)
            for p in pauses
            for s in [int((p.start - desk.shift.start).total_seconds())]
        ),
    )
    ends: list[tuple[int, int]] = []
    for pause, rule in zip(pauses, rules, strict=True):
        now = int(pause.start.timestamp())
        starts = [begin + start for start in break_starts(rule) if begin + start >= from_s]
        starts = [now] if now < from_s or not starts else sorted({now, *starts})
        variables = {start: program.variable(1, cost=0 if start == now else MOVED) for start in starts}
        program.row([(at, 1) for at in variables.values()], 1, 1)
        for start, at in variables.items():
            desk.occupy(at, start, rule.length_s)
        if ends:
            program.row([*((at, start // 60) for start, at in variables.items()), *((a, -e // 60) for a, e in ends)], 0)
        ends = [(at, start + rule.length_s) for start, at in variables.items()]
        desk.breaks.append((rule, pause.activity, variables))


def _add_service(program: Program, desks: Sequence[_Desk], situation: Situation) -> None:
    """Too few on the phone cost; nobody is in two places at once."""
    away: dict[tuple[str, int], list[int]] = defaultdict(list)
    base: dict[tuple[str, int], int] = defaultdict(int)
    chosen = {id(desk.shift): desk for desk in desks if desk.breaks or desk.activities}
    for desk in desks:
        if id(desk.shift) in chosen:
            for moment, variables in desk.used.items():
                away[desk.queue_at(moment), moment] += variables
                if len(variables) > 1:
                    program.row([(at, 1) for at in variables], most=1)
    for shift in situation.worked:
        desk_there = chosen.get(id(shift))
        for stretch in shift.stretches:
            for moment in range(int(stretch.start.timestamp()), int(stretch.end.timestamp()), STEP_S):
                open_to = desk_there.queue_at(moment) if desk_there else stretch.queue
                if open_to is not None:
                    base[open_to, moment] += 1
    rows = situation.requirement
    starts = pd.DatetimeIndex(rows["interval_start"]).as_unit("s").asi8
    for queue, start, need in zip(rows["queue"], starts, rows[situation.cover], strict=True):
        for moment in range(int(start), int(start) + situation.interval_s, STEP_S):
            spare = base[queue, moment] - int(np.ceil(need - 1e-9))
            variables = away.get((queue, moment), [])
            if len(variables) > spare and variables:
                short = program.variable(len(variables), cost=SHORT)
                program.row([*((at, 1) for at in variables), (short, -1)], most=max(spare, 0))


def _read(situation: Situation, desks: Sequence[_Desk], values: np.ndarray) -> Placed:
    zone = situation.schedule["start"].dt.tz
    rows, places, moved, anew = [], [], 0, []
    for desk in (one for one in desks if one.breaks or one.activities):
        pauses = []
        was = [int(stretch.start.timestamp()) for stretch in desk.shift.stretches if stretch.is_break]
        for (rule, activity, variables), before in zip(desk.breaks, was, strict=False):
            start = next(start for start, at in variables.items() if values[at])
            moved += start != before
            pauses.append((start, start + rule.length_s, activity, rule.paid))
        for name, activity, length_s, variables in desk.activities:
            for start in (start for start, at in variables.items() if values[at]):
                pauses.append((start, start + length_s, activity, True))
                places.append((name, desk.shift.agent, start, start + length_s))
        anew.append(desk.shift)
        rows += _stretches(desk, sorted(pauses))
    made = situation.without(anew)
    if rows:
        frame = pd.DataFrame(rows, columns=["agent", "start", "end", "activity", "queue", "paid", "productive"])
        times = {name: _times(frame[name], zone) for name in ("start", "end")}
        frame = frame.assign(version=str(situation.schedule["version"].iloc[0]), **times)
        if "published_at" in made:
            frame["published_at"] = situation.schedule["published_at"].iloc[0]
        made = pd.concat([part for part in (made, frame) if not part.empty], ignore_index=True)
    made = SCHEDULE.validate(made.sort_values(["agent", "start"], kind="stable", ignore_index=True))
    table = pd.DataFrame(sorted(places), columns=COLUMNS)
    table = table.assign(**{name: _times(table[name], zone) for name in ("start", "end")})
    return Placed(made, table, moved, situation.short_h, situation.short_hours(made))


def _times(seconds: pd.Series, zone: object) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(seconds.astype("int64"), unit="s", utc=True)).tz_convert(zone).as_unit("us")


def _stretches(desk: _Desk, pauses: Sequence[tuple[int, int, str, bool]]) -> list[tuple]:
    """Phone time between pauses, one after the other, on the queues served before."""
    agent, now = desk.shift.agent, int(desk.shift.start.timestamp())
    rows: list[tuple] = []
    last = int(desk.shift.end.timestamp())
    for start, end, activity, paid in (*pauses, (last, last, "", True)):
        changes = [int(s.start.timestamp()) for s in desk.shift.stretches if s.queue]
        cuts = [now, *(at for at in changes if now < at < start and desk.queue_at(at) != desk.queue_at(at - 1))]
        for begin, stop in zip(cuts, [*cuts[1:], start], strict=True):
            if begin < stop:
                rows.append((agent, begin, stop, "phone", desk.queue_at(begin), True, True))
        if activity:
            rows.append((agent, start, end, activity, None, paid, False))
        now = end
    return rows
