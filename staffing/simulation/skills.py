"""Simulate several skills and groups of agents who share them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np
import pandas as pd
from numpy.random import SeedSequence
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from staffing.simulation.behaviour import Callbacks, Redials, Tasks
from staffing.simulation.calls import Calls, Demand, DrawnDays, batches
from staffing.simulation.days import refuse_no_days, steps_of_day
from staffing.simulation.outcomes import CallbackCounts, CallerCounts, TaskCounts
from staffing.simulation.result import AgentTime, CallCounts, Estimate, SimulationResult, ratio_estimate
from staffing.simulation.serving import Served
from staffing.simulation.staff import StaffSteps
from staffing.simulation.tally import Tally, Timesheet
from wfm.errors import UsageProblem

Choice = Literal["longest_waiting", "preferred"]


@dataclass(frozen=True, slots=True)
class Skill:
    """One kind of call.

    Parameters
    ----------
    demand : Demand
    priority : int
        Waiting calls of a smaller number are taken first.
    answer_within_s : float
        Service-level threshold [s].
    redials : Redials, optional
    callbacks : Callbacks, optional
    """

    demand: Demand
    priority: int = 1
    answer_within_s: float = 20.0
    redials: Redials | None = None
    callbacks: Callbacks | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Agents alike.

    Parameters
    ----------
    skills : sequence of str
        What they handle, what they prefer first.
    staff : array_like of int, shape (steps,)
        How many are on the phone per step.
    """

    skills: Sequence[str]
    staff: ArrayLike


@dataclass(frozen=True, slots=True)
class SkillsResult:
    """Simulated days of several skills.

    Parameters
    ----------
    skills : mapping of str to CallCounts
    groups : mapping of str to AgentTime
    interval_s : float
    answer_within_s : mapping of str to float
        Threshold per skill [s].
    callers : mapping of str to CallerCounts
        Of every skill with redials or callbacks.
    callbacks : mapping of str to CallbackCounts
        Of every skill with callbacks.
    tasks : mapping of str to TaskCounts
    """

    skills: Mapping[str, CallCounts]
    groups: Mapping[str, AgentTime]
    interval_s: float
    answer_within_s: Mapping[str, float]
    callers: Mapping[str, CallerCounts] = field(default_factory=dict)
    callbacks: Mapping[str, CallbackCounts] = field(default_factory=dict)
    tasks: Mapping[str, TaskCounts] = field(default_factory=dict)

    def of(self, skill: str) -> SimulationResult:
        """One skill as a queue of its own; agents serve many, so that its occupancy is unknown (nan)."""
        calls = self.skills[skill]
        unknown = np.full(calls.offered.shape, np.nan)
        return SimulationResult(
            calls,
            AgentTime(unknown, unknown),
            self.interval_s,
            self.answer_within_s[skill],
            self.callers.get(skill),
            self.callbacks.get(skill),
        )

    def occupancy(self, group: str, confidence: float = 0.95) -> Estimate:
        """Share of a group's time on the phone spent in calls, over the whole day."""
        time = self.groups[group]
        return ratio_estimate(time.busy_s.sum(axis=1), time.staffed_s.sum(axis=1), confidence)

    def frame(self, confidence: float = 0.95) -> pd.DataFrame:
        """`SimulationResult.frame` of every skill below each other, with the skill as first column."""
        return _below({name: self.of(name).frame(confidence) for name in self.skills})

    def summary(self, confidence: float = 0.95) -> pd.DataFrame:
        """`SimulationResult.summary` of every skill below each other, with the skill as first column."""
        return _below({name: self.of(name).summary(confidence) for name in self.skills})

    def task_summary(self, confidence: float = 0.95) -> pd.DataFrame:
        """The measures of every kind of tasks over the whole day, in the columns of `summary`, with task first."""
        rows = []
        for task, counts in self.tasks.items():
            for measure, parts in counts.ratios(self.interval_s).items():
                found = ratio_estimate(parts[0].sum(axis=1), parts[1].sum(axis=1), confidence)
                rows.append((task, measure, found.value, found.low, found.high, found.standard_error))
        columns = ["task", "measure", *(f.name for f in fields(Estimate))]
        return pd.DataFrame(rows, columns=columns)


def simulate_skills(
    skills: Mapping[str, Skill],
    groups: Mapping[str, Group],
    *,
    interval_s: float,
    tasks: Mapping[str, Tasks] | None = None,
    agents_take: Choice = "longest_waiting",
    staff_step_s: float | None = None,
    replications: int = 100,
    seed: int = 0,
) -> SkillsResult:
    """Run the staff of several groups against many drawn days of several skills.

    A call goes to an idle agent of the group that has its skill furthest to the front of its list; of groups equal
    in that, to the agent idle longest. An agent who becomes free takes the waiting call of the smallest priority
    number; of equal priority by `agents_take`; within a skill first come, first served. Shifts end, days end and
    events of one moment fall as in `simulate`; calls arriving at one moment in the order of `skills`. Redials,
    callbacks and tasks follow the rules told with `Redials`, `Callbacks` and `Tasks`; a reserve is of each group.

    Parameters
    ----------
    skills : mapping of str to Skill
        Of one number of intervals.
    groups : mapping of str to Group
        Their lists name skills and kinds of tasks.
    tasks : mapping of str to Tasks, optional
        Work that fills idle time.
    interval_s, staff_step_s, replications, seed
        As in `simulate`. Every skill has callers of its own, which do not depend on the others or on staff.
    agents_take : {"longest_waiting", "preferred"}
        Of calls of equal priority: the one that waits longest, or that of the skill the agent prefers.

    Returns
    -------
    SkillsResult

    Raises
    ------
    InputError
        For parameters that are negative or not finite.
    UsageProblem
        For a group of unknown or repeated skills, days of different length, or no replication.
    """
    refuse_senseless("simulation", interval_s=interval_s, answer_within_s=[s.answer_within_s for s in skills.values()])
    refuse_no_days(replications)
    tasks = {} if tasks is None else tasks
    _refuse_unknown({**skills, **tasks}, groups, agents_take)
    intervals = _common_length({**skills, **tasks})
    step_s = interval_s if staff_step_s is None else staff_step_s
    steps = merge_steps([steps_of_day(group.staff, step_s, intervals * interval_s) for group in groups.values()])
    routing = Routing.of({**skills, **tasks}, groups, agents_take)
    if tasks or any(skill.redials or skill.callbacks for skill in skills.values()):
        from staffing.simulation.floor_result import run_floor

        return run_floor(skills, tasks, list(groups), steps, routing, (replications, intervals, interval_s), seed)
    seeds = SeedSequence(seed).spawn(len(skills))
    streams = [
        DrawnDays(s.demand, interval_s, replications, own) for s, own in zip(skills.values(), seeds, strict=True)
    ]

    thresholds = [skill.answer_within_s for skill in skills.values()]
    tally = Tally(replications, intervals, interval_s, thresholds)
    time = Timesheet(replications, len(groups), intervals, interval_s)
    for part in batches(np.sum([stream.calls_per_day for stream in streams], axis=0)):
        calls = [stream.draw(part) for stream in streams]
        served = serve_skills(calls, steps, routing)
        for k, (own, own_served) in enumerate(zip(calls, served, strict=True)):
            tally.add(part, k, own, own_served)
            time.add_calls(part, own, own_served)
        time.add_staff(part, served[0], steps)
    return SkillsResult(
        {name: tally.of(k) for k, name in enumerate(skills)},
        {name: time.of(g) for g, name in enumerate(groups)},
        interval_s,
        dict(zip(skills, thresholds, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class Routing:
    """Who takes what, as tables for the kernel; described there."""

    wants: NDArray[np.int64]
    priority: NDArray[np.int64]
    by_age: bool
    routes: NDArray[np.int64]
    rank: NDArray[np.int64]

    @classmethod
    def of(cls, skills: Mapping[str, Skill | Tasks], groups: Mapping[str, Group], agents_take: Choice) -> Routing:
        number = {name: k for k, name in enumerate(skills)}
        lists = [[number[name] for name in group.skills] for group in groups.values()]
        priority = [skill.priority for skill in skills.values()]
        ranked = [sorted((own.index(k), g) for g, own in enumerate(lists) if k in own) for k in number.values()]
        return cls(
            _table([sorted(own, key=lambda k: priority[k]) for own in lists]),
            np.array(priority, dtype=np.int64),
            agents_take == "longest_waiting",
            _table([[g for _, g in row] for row in ranked]),
            _table([[r for r, _ in row] for row in ranked]),
        )


def serve_skills(calls: Sequence[Calls], steps: StaffSteps, routing: Routing) -> list[Served]:
    """What became of the calls of every skill; `effective_s` is that of all groups in each."""
    from staffing.simulation import skill_kernels

    offset = np.cumsum([0, *(own.arrival_s.size for own in calls)])
    first = np.stack([own.first + start for own, start in zip(calls, offset[:-1], strict=True)])
    arrival, handle, patience = (
        np.concatenate([getattr(own, name) for own in calls]) for name in ("arrival_s", "handle_s", "patience_s")
    )
    order, skill_of = np.empty(arrival.size, np.int64), np.empty(arrival.size, np.int64)
    skill_kernels.merge_arrivals(first, arrival, order, skill_of)
    day_first = np.sum([own.first for own in calls], axis=0)
    start, server = np.empty(arrival.size), np.empty(arrival.size, np.int16)
    effective = np.empty((day_first.size - 1, steps.by.size))
    skill_kernels.serve_skills(
        day_first,
        order,
        skill_of,
        arrival,
        handle,
        patience,
        steps.at_s,
        steps.by,
        steps.group,
        routing.wants,
        routing.priority,
        routing.by_age,
        routing.routes,
        routing.rank,
        start,
        server,
        effective,
    )
    return [Served(start[a:b], server[a:b], effective) for a, b in itertools.pairwise(offset)]


def _table(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    table = np.full((len(rows), max(map(len, rows), default=0)), -1, dtype=np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return table


def merge_steps(steps: Sequence[StaffSteps]) -> StaffSteps:
    """The steps of several groups in order of time."""
    at, by = (np.concatenate([getattr(own, name) for own in steps]) for name in ("at_s", "by"))
    group = np.repeat(np.arange(len(steps)), [own.by.size for own in steps])
    order = np.argsort(at, kind="stable")
    return StaffSteps(at[order], by[order], group[order])


def _refuse_unknown(skills: Mapping[str, Skill | Tasks], groups: Mapping[str, Group], agents_take: str) -> None:
    problems = [] if skills and groups else ["expected at least one skill and one group"]
    if agents_take not in ("longest_waiting", "preferred"):
        problems.append(f'agents_take: found "{agents_take}", expected longest_waiting or preferred')
    for name, group in groups.items():
        if isinstance(group.skills, str):
            problems.append(f'group {name}: found "{group.skills}", expected a list of skills')
            continue
        problems += [
            f"group {name}: unknown skill {s}, expected {', '.join(skills)}" for s in group.skills if s not in skills
        ]
        if len(set(group.skills)) < len(group.skills):
            problems.append(f"group {name}: found a skill twice in {', '.join(group.skills)}")
    if problems:
        raise UsageProblem("; ".join(problems))


def _common_length(skills: Mapping[str, Skill | Tasks]) -> int:
    lengths = {skill.demand.intervals for skill in skills.values()}
    if len(lengths) > 1:
        raise UsageProblem(f"skills: found days of {sorted(lengths)} intervals, expected one length")
    return lengths.pop()


def _below(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    named = [frame.assign(skill=name)[["skill", *frame.columns]] for name, frame in frames.items()]
    return pd.concat(named, ignore_index=True)
