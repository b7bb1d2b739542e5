"""Counts of days on which callers call again or are called back and idle agents do tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import ArrayLike, NDArray

from staffing.queueing import Array
from staffing.simulation.behaviour import Callbacks, Redials, Tasks
from staffing.simulation.calls import Demand, DrawnDays, batches
from staffing.simulation.floor import CALLED_BACK, PROMISED, STAYED, UNREACHED, FloorRun, Outcome, Stream
from staffing.simulation.outcomes import CallbackCounts, CallerCounts, TaskCounts
from staffing.simulation.result import SimulationResult
from staffing.simulation.skills import Group, Routing, Skill, SkillsResult, simulate_skills
from staffing.simulation.staff import StaffSteps
from staffing.simulation.tally import Tally, Timesheet

Numbers = TypeVar("Numbers", CallerCounts, CallbackCounts, TaskCounts)


def run_single(
    demand: Demand,
    staff: ArrayLike,
    rules: tuple[Redials | None, Callbacks | None, Tasks | None],
    interval_s: float,
    answer_within_s: float,
    staff_step_s: float | None,
    replications: int,
    seed: int,
) -> SimulationResult:
    """One queue and one group, as `simulate` tells."""
    redials, callbacks, tasks = rules
    found = simulate_skills(
        {"calls": Skill(demand, 1, answer_within_s, redials, callbacks)},
        {"agents": Group(["calls", *(["tasks"] if tasks else [])], staff)},
        interval_s=interval_s,
        tasks={"tasks": tasks} if tasks else None,
        staff_step_s=staff_step_s,
        replications=replications,
        seed=seed,
    )
    return replace(found.of("calls"), agents=found.groups["agents"], tasks=found.tasks.get("tasks"))


def run_floor(
    skills: Mapping[str, Skill],
    tasks: Mapping[str, Tasks],
    groups: Sequence[str],
    steps: StaffSteps,
    routing: Routing,
    size: tuple[int, int, float],
    seed: int,
) -> SkillsResult:
    """Several skills and groups, as `simulate_skills` tells; `size` is replications, intervals, interval [s]."""
    replications, intervals, interval_s = size
    streams = _streams(skills, tasks, interval_s, replications, SeedSequence(seed))
    run = FloorRun(streams, steps, routing, intervals, interval_s)
    thresholds = [skill.answer_within_s for skill in skills.values()]
    tally = Tally(replications, intervals, interval_s, thresholds)
    time = Timesheet(replications, len(groups), intervals, interval_s)
    more = _MoreCounts(streams, replications, intervals, interval_s)
    for part in batches(np.sum([stream.days.calls_per_day for stream in streams], axis=0)):
        outcome = run.run(part)
        for k in range(len(streams)):
            own = outcome.of(k)
            time.add_calls(part, own.calls(), own.served())
            if k < len(skills):
                stayed = own.part(own.items["fate"] == STAYED)
                tally.add(part, k, stayed.calls(), stayed.served())
            more.add(part, k, own)
        time.add_staff(part, outcome.served(), steps)
        time.add_seconds(part, outcome.rung_s)
    return SkillsResult(
        {name: tally.of(k) for k, name in enumerate(skills)},
        {name: time.of(g) for g, name in enumerate(groups)},
        interval_s,
        dict(zip(skills, thresholds, strict=True)),
        {name: more.callers[k] for k, name in enumerate(skills) if skills[name].redials or skills[name].callbacks},
        {name: more.callbacks[k] for k, name in enumerate(skills) if skills[name].callbacks},
        {name: more.tasks_of(k) for k, name in enumerate(tasks, start=len(skills))},
    )


class _MoreCounts:
    """Callers, callbacks and tasks of every stream."""

    def __init__(self, streams: Sequence[Stream], replications: int, intervals: int, interval_s: float) -> None:
        self._streams, self._shape, self._interval_s = streams, (replications, intervals), interval_s
        self.callers = [_zeros(CallerCounts, self._shape) for _ in streams]
        self.callbacks = [_zeros(CallbackCounts, self._shape) for _ in streams]
        self._tasks = [_zeros(TaskCounts, self._shape) for _ in streams]
        self._in_tasks = Timesheet(replications, len(streams), intervals, interval_s)

    def add(self, days: slice, k: int, own: Outcome) -> None:
        """Count what became of one stream on some days."""
        stream, where = self._streams[k], _Place(own, days, self._shape[1], self._interval_s)
        if stream.tasks is not None:
            served = own.served()
            as_group = np.where(served.group < 0, -1, k).astype(np.int16)
            self._in_tasks.add_calls(days, own.calls(), replace(served, group=as_group))
            _count_tasks(self._tasks[k], own, where, stream.tasks)
        elif stream.redials or stream.callbacks:
            _count_callers(self.callers[k], own, where)
        if stream.callbacks is not None:
            _count_callbacks(self.callbacks[k], own, where, stream.callbacks)

    def tasks_of(self, k: int) -> TaskCounts:
        return replace(self._tasks[k], busy_s=self._in_tasks.of(k).busy_s)


def _streams(
    skills: Mapping[str, Skill], tasks: Mapping[str, Tasks], interval_s: float, replications: int, seed: SeedSequence
) -> list[Stream]:
    seeds = seed.spawn(len(skills) + len(tasks))

    def days(demand: Demand, own: SeedSequence) -> DrawnDays:
        return DrawnDays(demand, interval_s, replications, own)

    return [
        *(
            Stream(s.demand, days(s.demand, own), own, s.priority, s.redials, s.callbacks)
            for s, own in zip(skills.values(), seeds, strict=False)
        ),
        *(
            Stream(t.demand, days(t.demand, own), own, t.priority, tasks=t)
            for t, own in zip(tasks.values(), seeds[len(skills) :], strict=True)
        ),
    ]


def _zeros(kind: type[Numbers], shape: tuple[int, int]) -> Numbers:
    return kind(*(np.zeros(shape, float if f.name.endswith("_s") else np.int64) for f in fields(kind)))


class _Place:
    """Adds up by replication and interval."""

    def __init__(self, own: Outcome, days: slice, intervals: int, interval_s: float) -> None:
        self._days, self._intervals, self._interval_s = days, intervals, interval_s
        self.day = np.repeat(np.arange(own.first.size - 1), np.diff(own.first))
        self.arrival = self._key(own.items["arrival"])

    def _key(self, when_s: Array) -> NDArray[np.int64]:
        """Day and interval of a moment as one number; what lies beyond the day falls in its last interval."""
        interval = np.minimum(when_s // self._interval_s, self._intervals - 1).astype(np.int64)
        return np.asarray(self.day * self._intervals + interval)

    def add(
        self, to: NDArray, mask: NDArray[np.bool_], weight: Array | None = None, when_s: Array | None = None
    ) -> None:
        """Count what the mask holds, or sum its weights, by arrival or by another moment."""
        key = self.arrival if when_s is None else self._key(np.where(mask, when_s, 0.0))
        size = (self._days.stop - self._days.start) * self._intervals
        sums = np.bincount(key[mask], None if weight is None else weight[mask], size)
        to[self._days] += sums.astype(to.dtype).reshape(-1, self._intervals)


def _count_callers(to: CallerCounts, own: Outcome, where: _Place) -> None:
    """Redials by their own interval; what became of a caller, at the last attempt, by the interval of the first."""
    items, first = own.items, own.place == own.caller
    stayed = items["fate"] == STAYED
    answered, back = stayed & (items["server"] >= 0), items["fate"] == CALLED_BACK
    hung_up = stayed & ~answered & (items["patience"] < items["start"] - items["arrival"])
    where.add(to.callers, first)
    where.add(to.redials, ~first)
    where.add(to.redials_answered, ~first & answered)
    where.add(to.redials_abandoned, ~first & hung_up)
    last = own.last_attempt()
    where.add(to.answered, first & answered[last])
    where.add(to.called_back, first & back[last])
    where.add(to.lost, first & (hung_up | (items["fate"] == UNREACHED))[last])


def _count_callbacks(to: CallbackCounts, own: Outcome, where: _Place, rule: Callbacks) -> None:
    items = own.items
    accepted, wait = items["fate"] != STAYED, items["tried"] - items["arrival"]
    tried = accepted & (wait < np.inf)
    where.add(to.offered, items["offered"] > 0)
    where.add(to.accepted, accepted)
    where.add(to.completed, items["fate"] == CALLED_BACK)
    where.add(to.unreached, items["fate"] == UNREACHED)
    where.add(to.open, items["fate"] == PROMISED)
    where.add(to.late, accepted & (wait > rule.promised_s()))
    where.add(to.tried, tried)
    where.add(to.wait_s, tried, wait)


def _count_tasks(to: TaskCounts, own: Outcome, where: _Place, rule: Tasks) -> None:
    items = own.items
    done, wait = items["server"] >= 0, items["start"] - items["arrival"]
    where.add(to.arrived, np.ones(done.size, bool))
    where.add(to.done, done)
    where.add(to.done_in_time, done & (wait + items["handle"] <= rule.promised_s()))
    where.add(to.wait_s, done, wait)
    where.add(to.begun, done, when_s=items["start"])
