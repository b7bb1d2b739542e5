"""Groups that share queues put to the test: every day of a forecast simulated many times, all queues together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffing.demandrisk import load_spread, missing_bands
from staffing.handletimes import HandleTimes
from staffing.simulation import Demand, Exponential, Group, Infinite, Skill, SkillsResult, simulate_skills
from wfm.contracts import FORECAST, GROUP_REQUIREMENT, skills_of
from wfm.errors import Finding, InputError
from wfm.params import QueueSpec
from wfm.timeaxis import local_day

MEASURES = ("service_level", "asa_s", "abandonment")


@dataclass(frozen=True, slots=True)
class SkillProof:
    """What simulated days give.

    Parameters
    ----------
    intervals : DataFrame
        queue, interval_start, calls (forecast), service_level (answered within the threshold / offered) with its 95 %
        interval, asa_s, abandonment, target (service level), met.
    days : DataFrame
        queue, day, calls, service_level, asa_s, abandonment over the day, and days_met, the share of simulated days
        whose service level reached the target.
    groups : DataFrame
        group, day, agent_hours, occupancy.
    """

    intervals: pd.DataFrame
    days: pd.DataFrame
    groups: pd.DataFrame


def simulate_groups(
    forecast: pd.DataFrame,
    plan: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    *,
    interval_s: int,
    replications: int = 200,
    uncertain: bool = False,
    handle_times: Mapping[str, HandleTimes] | None = None,
    priority: Mapping[str, int] | None = None,
    seed: int = 1,
) -> SkillProof:
    """Simulate each local day of a forecast with the agents of groups, queues waiting over from interval to interval.

    Calls, handle times and patience as in `simulate_plan`; who takes which call as in `simulate_skills`. A day begins
    empty; an agent whose time ends finishes the call in hand.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``.
    plan : DataFrame
        Contract ``group_requirement``; `agents` are on the phone.
    specs : mapping of str to QueueSpec
    interval_s : int
    replications : int
        Simulated days of each date.
    uncertain : bool
        Let the rate of each simulated day and queue stray as the quantiles of the forecast say, by one factor a day.
    handle_times : mapping of str to HandleTimes, optional
        Shape by queue; lognormal with a coefficient of variation of 1 where not given.
    priority : mapping of str to int, optional
        As in `skill_requirement`.
    seed : int
        The same seed brings the same callers, whatever the agents.

    Raises
    ------
    InputError
        If an interval of the forecast is not planned, a call has no handle time, a group has an unknown queue, or an
        uncertain demand has no quantiles.
    """
    forecast = FORECAST.validate(forecast.reset_index(drop=True)).assign(spread=load_spread)
    if uncertain and (findings := missing_bands(forecast)):
        raise InputError(findings)
    plan = GROUP_REQUIREMENT.validate(plan.reset_index(drop=True))
    _refuse(forecast, plan)
    days = local_day(pd.DatetimeIndex(forecast["interval_start"]))
    planned = local_day(pd.DatetimeIndex(plan["interval_start"]))
    shapes, first = handle_times or {}, priority or {}
    intervals, totals, groups = [], [], []
    for day, part in forecast.groupby(days, sort=True):
        ends = part["interval_start"].min(), part["interval_start"].max()
        grid = pd.date_range(*ends, freq=pd.Timedelta(seconds=interval_s))
        key = (seed, day.toordinal())
        skills = {
            str(queue): Skill(
                _demand(own, grid, specs[str(queue)], shapes.get(str(queue)), uncertain * replications, (*key, at)),
                first.get(str(queue), 1),
                specs[str(queue)].target.answer_within_s,
            )
            for at, (queue, own) in enumerate(part.groupby("queue", sort=True, observed=True))
        }
        serving = _serving(plan[planned == day], grid, skills)
        random = int(np.random.SeedSequence(key).generate_state(1)[0])
        found = simulate_skills(skills, serving, interval_s=interval_s, replications=replications, seed=random)
        intervals += list(_intervals(found, part, grid, specs))
        totals += [{"queue": queue, "day": day} | total for queue, total in _days(found, part, specs)]
        for name, group in serving.items():
            hours = float(np.sum(group.staff)) * interval_s / 3600
            groups.append({"group": name, "day": day, "agent_hours": hours} | _busy(found, name))
    columns = ["queue", "interval_start", "calls", "service_level", "service_level_low", "service_level_high"]
    every = pd.concat(intervals, ignore_index=True)[[*columns, "asa_s", "abandonment", "target", "met"]]
    return SkillProof(every, pd.DataFrame(totals), pd.DataFrame(groups))


def _busy(found: SkillsResult, group: str) -> dict[str, float]:
    return {"occupancy": float(found.occupancy(group).value)}


def _serving(plan: pd.DataFrame, grid: pd.DatetimeIndex, skills: Mapping[str, Skill]) -> dict[str, Group]:
    """The groups of a day that have any of its queues, in the order of the plan."""
    groups = {}
    for name, own in plan.groupby("group", sort=False, observed=True):
        chosen = [skill for skill in skills_of(own["skills"].iloc[0]) if skill in skills]
        if chosen:
            agents = own.set_index("interval_start")["agents"].reindex(grid).fillna(0)
            groups[str(name)] = Group(chosen, agents.to_numpy(int))
    return groups


def _refuse(forecast: pd.DataFrame, plan: pd.DataFrame) -> None:
    findings = []
    queues = set(forecast["queue"])
    for row, group in plan.drop_duplicates("group").iterrows():
        for skill in (s for s in skills_of(group["skills"]) if s not in queues):
            expected = f"a queue of the forecast ({', '.join(sorted(queues))})"
            at = int(str(row)) + 2
            findings.append(
                Finding("group_requirement", "unknown-queue", f'"{skill}"', expected, row=at, column="skills")
            )
    if apart := int((~forecast["interval_start"].isin(plan["interval_start"])).sum()):
        found = f"nothing for {apart} intervals of the forecast"
        findings.append(Finding("group_requirement", "other-intervals", found, "the groups of this forecast"))
    if unknown := int((forecast["aht_s"].isna() & (forecast["calls"] > 0)).sum()):
        findings.append(Finding("forecast", "missing-aht", f"nothing in {unknown} intervals", "seconds", "give --aht"))
    if forecast.empty:
        findings.append(Finding("forecast", "no-rows", "no interval", "at least one open interval"))
    if findings:
        raise InputError(findings)


def _demand(
    part: pd.DataFrame,
    grid: pd.DatetimeIndex,
    spec: QueueSpec,
    shape: HandleTimes | None,
    uncertain_days: int,
    key: tuple[int, ...],
) -> Demand:
    calls = part.set_index("interval_start")["calls"].reindex(grid).fillna(0.0).to_numpy(float)
    weights = part["calls"].to_numpy(float) if part["calls"].sum() > 0 else None
    aht_s = float(np.average(part["aht_s"].fillna(0.0), weights=weights))
    cv = float(np.average(part["spread"], weights=weights)) if uncertain_days else 0.0
    if cv > 0:
        random = np.random.default_rng(np.random.SeedSequence(key))
        calls = calls * (random.standard_gamma(1 / cv**2, uncertain_days) * cv**2)[:, None]
    patience = Exponential(spec.patience_s) if spec.patience_s else Infinite()
    return Demand(calls, (shape or HandleTimes()).sampler(max(aht_s, 1e-3)), patience)


def _intervals(
    found: SkillsResult, part: pd.DataFrame, grid: pd.DatetimeIndex, specs: Mapping[str, QueueSpec]
) -> Iterator[pd.DataFrame]:
    for queue, own in part.groupby("queue", sort=True, observed=True):
        result, target = found.of(str(queue)), specs[str(queue)].target.service_level
        seen, level, place = (
            result.performance(),
            result.by_interval("service_level"),
            grid.get_indexer(own["interval_start"]),
        )
        columns = {name: getattr(seen, name)[place] for name in MEASURES}
        columns |= {"service_level_low": level.low[place], "service_level_high": level.high[place]}
        columns |= {"target": np.nan if target is None else target}
        columns |= {"met": True if target is None else columns["service_level"] >= target}
        yield own[["queue", "interval_start", "calls"]].assign(**columns)


def _days(
    found: SkillsResult, part: pd.DataFrame, specs: Mapping[str, QueueSpec]
) -> Iterator[tuple[str, dict[str, float]]]:
    for queue, calls in part.groupby("queue", sort=True, observed=True)["calls"].sum().items():
        result, target = found.of(str(queue)), specs[str(queue)].target.service_level
        each = result.each_day("service_level")
        reached = np.nan if target is None else float(np.mean(each[np.isfinite(each)] >= target))
        total = {measure: float(result.whole_day(measure).value) for measure in MEASURES}
        yield str(queue), {"calls": float(calls)} | total | {"days_met": reached}
