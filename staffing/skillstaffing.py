"""Forecast to agents of each group, where groups share the queues: pooled bound, then repair by simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from staffing.demand import EXPECTED, Demand
from staffing.pooled import (
    ALL_SUBSETS_UP_TO,
    Cuts,
    SkillLoad,
    add_violated,
    fewest_cuts,
    group_occupancy,
    pooled_cuts,
)
from staffing.queueing import MODELS, Array, Workload
from staffing.requirement import forecast_findings
from staffing.search import Agents
from staffing.simulation.result import ratio_estimate
from staffing.simulation.skills import Choice
from staffing.skillgroups import SkillGroup, refuse_groups
from staffing.skillmaster import Master
from staffing.skillsearch import SkillSearch
from staffing.skilltrial import COUNTS, OfferedSkill, Trial
from staffing.targets import refuse_unreachable
from wfm.contracts import FORECAST, GROUP_REQUIREMENT, SKILL_SERVICE
from wfm.errors import Finding, InfeasibleError, InputError, UsageProblem
from wfm.params import SIMULATION, QueueSpec

MOST_PROOFS = 4
QUEUE_MODELS = ("erlang_c", "erlang_a", SIMULATION)


@dataclass(frozen=True, slots=True)
class SkillPlan:
    """Agents of each group, and what they give.

    Parameters
    ----------
    groups : DataFrame
        Contract `GROUP_REQUIREMENT`.
    queues : DataFrame
        Contract `SKILL_SERVICE`, simulated on callers that the search has not seen.
    bounds : DataFrame
        interval_start, agents and cost of the plan, bound_agents and bound_cost of the cheapest groups under the
        pooled cuts.
    """

    groups: pd.DataFrame
    queues: pd.DataFrame
    bounds: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """One interval."""

    load: SkillLoad
    groups: tuple[SkillGroup, ...]
    offered: Mapping[str, OfferedSkill]
    cuts: Cuts
    take: Choice
    seed: tuple[int, ...]
    most_calls: int


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    agents: Agents
    bound: Agents
    counts: Array
    met: np.ndarray


def skill_requirement(
    forecast: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    groups: Sequence[SkillGroup],
    *,
    interval_s: int,
    demand: Demand | None = None,
    priority: Mapping[str, int] | None = None,
    agents_take: Choice = "longest_waiting",
    seed: int = 1,
    most_calls: int = 600_000,
    jobs: int = 1,
    say: Callable[[str], None] | None = None,
) -> SkillPlan:
    """Agents of each group with which every queue meets its own targets in every interval, at least cost.

    The cheapest groups under the pooled cuts (`pooled_requirement`) are where the search begins. They are simulated
    in steady state with the routing of `simulate_skills`; what a queue lacks and the gain of one agent of each group
    make further cuts, and when every target is surely kept, agents are removed and exchanged as long as that saves
    cost and all targets stay kept. The plan is proved on fresh callers and raised where they find it short.

    Parameters
    ----------
    forecast : DataFrame
        Contract `FORECAST`; `calls` and `aht_s` are read.
    specs : mapping of str to QueueSpec
        One a queue; callers give up after an exponential patience where it is given, else never. An occupancy
        limits every group that has the queue.
    groups : sequence of SkillGroup
    interval_s : int
    demand : Demand, optional
        Calls in hand from earlier intervals, the certainty wanted, and the shape of handle times.
    priority : mapping of str to int, optional
        Waiting calls of queues of a smaller number are taken first; 1 where not given.
    agents_take : {"longest_waiting", "preferred"}
        As in `simulate_skills`.
    seed : int
    most_calls : int
        Simulated calls of one plan and interval at most; a target that is not sure to be met by then counts as missed.
    jobs : int
        Processes.
    say : callable, optional
        Told of every interval that is done.

    Raises
    ------
    InputError
        For what is wrong with forecast, specifications or groups, all at once.
    InfeasibleError
        For queues that no group has, and for those whose groups together are too small, with their intervals.
    UsageProblem
        For a queue whose model is neither Erlang C nor Erlang A, and the risk ``expected``.
    """
    chosen = demand or Demand()
    forecast = FORECAST.validate(forecast, "forecast").sort_values(list(FORECAST.key), ignore_index=True)
    queues = [str(queue) for queue in forecast["queue"].unique()]
    _refuse(forecast, queues, specs, groups, chosen)
    starts, load, given = _load(forecast, queues, specs, groups, interval_s, chosen)
    problems = _problems(load, queues, groups, starts, chosen, priority or {}, (agents_take, seed, most_calls))
    solved = _solve_all(problems, starts, jobs, say)
    return _plan(solved, problems, starts, given, specs, interval_s)


def _refuse(
    forecast: pd.DataFrame,
    queues: Sequence[str],
    specs: Mapping[str, QueueSpec],
    groups: Sequence[SkillGroup],
    demand: Demand,
) -> None:
    if demand.risk == EXPECTED:
        raise UsageProblem("groups of agents are staffed for the mean calls or for a probability as risk, not expected")
    findings = forecast_findings(forecast, specs, demand)
    for check in [lambda: refuse_groups(groups, queues)] + [
        lambda spec=specs[queue]: refuse_unreachable(
            MODELS["erlang_a" if spec.patience_s else "erlang_c"], f"queue {spec.queue}", spec.target
        )
        for queue in queues
        if queue in specs
    ]:
        try:
            check()
        except InputError as problem:
            findings += problem.findings
    if not queues:
        findings.append(Finding("forecast", "no-rows", "no interval", "at least one open interval"))
    if findings:
        raise InputError(findings)
    if other := [q for q in queues if specs[q].model not in QUEUE_MODELS]:
        named = ", ".join(f"{queue} ({specs[queue].model})" for queue in other)
        raise UsageProblem(f"groups of agents share queues of calls, erlang_c or erlang_a: found {named}")
    called = forecast.loc[forecast["calls"] > 0, "queue"].unique()
    if nobody := [q for q in queues if q in called and not any(q in group.skills for group in groups)]:
        raise InfeasibleError([f"queue {queue}: no group has this skill" for queue in nobody])


def _load(
    forecast: pd.DataFrame,
    queues: Sequence[str],
    specs: Mapping[str, QueueSpec],
    groups: Sequence[SkillGroup],
    interval_s: int,
    demand: Demand,
) -> tuple[pd.DatetimeIndex, SkillLoad, pd.DataFrame]:
    """Intervals, what to staff for in them, and the forecast with the load of its rows."""
    parts = []
    for _, part in forecast.groupby("queue", sort=False, observed=True):
        _, sure, aht_s, _ = demand.of_queue(part, interval_s)
        parts.append(part.assign(sure=sure, handle_s=aht_s, load_erl=Workload.of(sure, interval_s, aht_s).load_erl))
    given = pd.concat(parts, ignore_index=True)
    calls, handle = (
        given.pivot(index="interval_start", columns="queue", values=name)[queues].fillna(0.0)
        for name in ("sure", "handle_s")
    )
    has = np.array([[queue in group.skills for queue in queues] for group in groups])
    chosen = [specs[queue] for queue in queues]
    return pd.DatetimeIndex(calls.index), SkillLoad(chosen, calls.to_numpy(), handle.to_numpy(), interval_s, has), given


def _problems(
    load: SkillLoad,
    queues: Sequence[str],
    groups: Sequence[SkillGroup],
    starts: pd.DatetimeIndex,
    demand: Demand,
    priority: Mapping[str, int],
    settings: tuple[Choice, int, int],
) -> list[_Problem]:
    """Every interval with its pooled cuts, or an `InfeasibleError` with all that the groups are too small for."""
    take, seed, most_calls = settings
    problems = []
    for at, cuts in enumerate(pooled_cuts(load)):
        row = load.at(at)
        if len(queues) > ALL_SUBSETS_UP_TO:
            cuts = add_violated(row, cuts, lambda c: _master(groups, c).cheapest())
        offered = {
            queue: OfferedSkill(
                load.specs[k],
                float(row.calls[0, k]) / load.interval_s,
                float(row.aht_s[0, k]),
                demand.by_queue.get(queue, demand.handle_times),
                priority.get(queue, 1),
            )
            for k, queue in enumerate(queues)
            if row.calls[0, k] > 0
        }
        problems.append(_Problem(row, tuple(groups), offered, cuts, take, (seed, at), most_calls))
    if reasons := _too_small(problems, queues, starts):
        raise InfeasibleError(reasons)
    return problems


def _master(groups: Sequence[SkillGroup], cuts: Cuts) -> Master:
    most = [np.inf if group.max_agents is None else group.max_agents for group in groups]
    master = Master([group.cost for group in groups], most, [len(group.skills) for group in groups])
    master.add_cuts(cuts)
    return master


def _too_small(problems: Sequence[_Problem], queues: Sequence[str], starts: pd.DatetimeIndex) -> list[str]:
    """Sets of queues whose groups are not enough, with the interval that lacks most; the smallest sets of each."""
    worst: dict[tuple[bool, ...], tuple[int, int, list[int]]] = {}
    for at, problem in enumerate(problems):
        most = np.array([np.inf if g.max_agents is None else g.max_agents for g in problem.groups])
        for row, need in zip(problem.cuts.groups, problem.cuts.need, strict=True):
            if row.any() and (have := most[row].sum()) < need:
                lack, first, all_at = worst.get(tuple(row), (0, 0, []))
                new = (int(need - have), at) if need - have > lack else (lack, first)
                worst[tuple(row)] = (*new, [*all_at, at])
    reasons = []
    for row in sorted(worst, key=sum):
        lack, first, where = worst[row]
        groups = [g for g, has in zip(problems[first].groups, row, strict=True) if has]
        named = ", ".join(q for k, q in enumerate(queues) if _only_in(problems[first].load.has[:, k], np.array(row)))
        have = sum(g.max_agents or 0 for g in groups)
        more = f", and {len(where) - 1} more intervals" if len(where) > 1 else ""
        reasons.append(
            f"{named}: {starts[first]:%Y-%m-%d %H:%M} needs {have + lack} agents or more{more}; "
            f"{', '.join(g.group for g in groups)} can put {have} on the phone"
        )
    return reasons


def _only_in(having: np.ndarray, row: np.ndarray) -> bool:
    return bool(having.any() and (row | ~having).all())


def _solve_all(
    problems: Sequence[_Problem], starts: pd.DatetimeIndex, jobs: int, say: Callable[[str], None] | None
) -> list[_Solved]:
    if jobs > 1 and len(problems) > 1:
        from joblib import Parallel, delayed

        stream = Parallel(n_jobs=jobs, return_as="generator")(delayed(_solve)(problem) for problem in problems)
    else:
        stream = (_solve(problem) for problem in problems)
    solved, reasons = [], []
    for start, found in zip(starts, stream, strict=True):
        if isinstance(found, str):
            reasons.append(f"{start:%Y-%m-%d %H:%M}: {found}")
        else:
            solved.append(found)
        if say:
            say(f"{start:%a %Y-%m-%d %H:%M}")
    if reasons:
        raise InfeasibleError(reasons)
    return solved


def _solve(problem: _Problem) -> _Solved | str:
    """The cheapest groups of one interval; why there are none, as text, so that other intervals are judged too."""
    if not problem.offered:
        nobody = np.zeros(len(problem.groups), np.int64)
        return _Solved(nobody, nobody, np.zeros((1, 2 * nobody.size)), np.zeros(0, bool))
    master = _master(problem.groups, problem.cuts)
    bound = master.cheapest()
    assert bound is not None
    fewest = next(fewest_cuts(problem.load))
    try:
        plan = SkillSearch(_trial(problem, 0), master, fewest).cheapest(bound)
        for attempt in range(1, MOST_PROOFS + 1):
            proof = _trial(problem, attempt)
            kept = proof.slack(plan, proof.most_blocks)[0] >= 0
            if kept.all() or attempt == MOST_PROOFS:
                met = np.asarray((kept[:, None] | ~proof.promises.concerns).all(axis=0))
                return _Solved(plan, bound, proof.counts(plan, proof.most_blocks), met)
            plan = SkillSearch(proof, master, fewest).raised(plan)
    except InfeasibleError as why:
        return str(why)
    raise AssertionError


def _trial(problem: _Problem, attempt: int) -> Trial:
    return Trial(
        problem.offered,
        {group.group: group.skills for group in problem.groups},
        group_occupancy(problem.load.specs, problem.load.has),
        agents_take=problem.take,
        seed=(*problem.seed, attempt),
        most_calls=problem.most_calls,
    )


def _plan(
    solved: Sequence[_Solved],
    problems: Sequence[_Problem],
    starts: pd.DatetimeIndex,
    given: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    interval_s: int,
) -> SkillPlan:
    groups, hours = problems[0].groups, interval_s / 3600
    cost = np.array([group.cost for group in groups])
    agents, bound = (np.array([getattr(one, name) for one in solved]) for name in ("agents", "bound"))
    frames = []
    for g, group in enumerate(groups):
        columns: dict[str, Any] = {
            "group": group.group,
            "interval_start": starts,
            "skills": "|".join(group.skills),
            "agents": agents[:, g],
            "staff": group.staff(agents[:, g], specs),
            "cost": agents[:, g] * cost[g] * hours,
            "occupancy": [_occupancy(one.counts, problem, g) for one, problem in zip(solved, problems, strict=True)],
        }
        frames.append(pd.DataFrame(columns))
    bounds: dict[str, Any] = {
        "interval_start": starts,
        "agents": agents.sum(axis=1),
        "cost": agents @ cost * hours,
        "bound_agents": bound.sum(axis=1),
        "bound_cost": bound @ cost * hours,
    }
    return SkillPlan(
        GROUP_REQUIREMENT.validate(pd.concat(frames, ignore_index=True)),
        _service(solved, problems, starts, given),
        pd.DataFrame(bounds),
    )


def _service(
    solved: Sequence[_Solved], problems: Sequence[_Problem], starts: pd.DatetimeIndex, given: pd.DataFrame
) -> pd.DataFrame:
    served = [
        (start, *row)
        for start, one, problem in zip(starts, solved, problems, strict=True)
        for row in _served(problem, one)
    ]
    found = pd.DataFrame(served, columns=["interval_start", "queue", *SKILL_SERVICE.names[5:]])
    rows = given.merge(found, on=["queue", "interval_start"], how="left")
    rows.loc[rows["met"].isna(), ["service_level", "asa_s", "abandonment"]] = [1.0, 0.0, 0.0]
    rows["met"] = rows["met"].astype("boolean").fillna(True)
    return SKILL_SERVICE.validate(rows[SKILL_SERVICE.names])


def _occupancy(counts: Array, problem: _Problem, group: int) -> float:
    busy, staffed = counts[:, len(COUNTS) * len(problem.offered) + 2 * group :][:, :2].sum(axis=0)
    return min(float(busy / staffed), 1.0) if staffed > 0 else np.nan


def _served(problem: _Problem, solved: _Solved) -> Iterator[tuple[Any, ...]]:
    """Of each queue with calls its name and what it gets, in the order of `SKILL_SERVICE`."""
    for k, queue in enumerate(problem.offered):
        count = {name: solved.counts[:, len(COUNTS) * k + at] for at, name in enumerate(COUNTS)}
        level = ratio_estimate(count["answered_within"], count["offered"], 0.95, most=1.0)
        asa, lost = (
            ratio_estimate(count[above], count[below], 0.95).value
            for above, below in (("wait_answered_s", "answered"), ("abandoned", "offered"))
        )
        served = (float(v) for v in (level.value, level.low, level.high, asa, lost))
        yield queue, *served, bool(solved.met[k])
