"""A forecast staffed by simulation, day by day, and the proof of a plan that a formula made."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.random import SeedSequence

from staffing.demand import EXPECTED, Demand
from staffing.demandrisk import agents_for_expected, calls_at_risk
from staffing.handletimes import HandleTimes
from staffing.proof import day_spread, expected_day, places
from staffing.queueing import MODELS, Array, sound_workload
from staffing.search import Agents, gross_staff, required_agents
from staffing.targets import TARGETS
from staffing.wholeday import least_over_day, required_agents_over_day
from wfm.errors import Finding, Findings, UsageProblem
from wfm.params import SIMULATION, QueueSpec, ServiceTarget
from wfm.timeaxis import local_day

if TYPE_CHECKING:
    from staffing.promise import Figures
    from staffing.repair import Repaired

SIMULATED_MODELS = ("erlang_c", "erlang_a", SIMULATION)
"""Models whose callers the simulator knows: those who wait, or hang up and are gone."""
REPAIRED, VERIFIED = 1, 2
NOTHING = {"service_level": 1.0, "asa_s": 0.0, "occupancy": 0.0, "abandonment": 0.0}


@dataclass(frozen=True, slots=True)
class Trials:
    """How plans are simulated.

    Parameters
    ----------
    days : int, optional
        Fresh days that prove a plan, a quarter of them searched; as many as some million calls make when None.
    seed : int
    threads : int
        The plan is the same for any number.
    say : callable
        Takes one line of narration a queue and day.
    findings : Findings
        Gets a warning for each interval that no plan found brings to its target, and a note for queues without
        patience.
    """

    days: int | None = None
    seed: int = 1
    threads: int = 2
    say: Callable[[str], None] = lambda _message: None
    findings: Findings = field(default_factory=Findings)


def stand_in(spec: QueueSpec) -> QueueSpec:
    """The specification by the steady-state model that is nearest: a queue staffed by simulation starts from it."""
    if spec.model != SIMULATION:
        return spec
    return replace(spec, model="erlang_a" if spec.patience_s else "erlang_c")


def requirement_by_simulation(
    part: pd.DataFrame, spec: QueueSpec, interval_s: int, demand: Demand, over: str, trials: Trials
) -> pd.DataFrame:
    """Rows of a requirement for one queue: each local day repaired until it holds on fresh simulated days.

    Under the risk ``expected`` the simulated days stray as the forecast's bands say, and the targets hold on
    average; for a probability the days bring the calls that are not exceeded with it. Performance is simulated on
    days that the search has not seen, of the mean calls or of those that stray. Days begin empty.

    Parameters
    ----------
    part : DataFrame
        The queue's rows of a forecast, in the order of time.
    spec : QueueSpec
        Without a patience callers wait until they are answered.
    interval_s : int
    demand : Demand
        Its risk and shape of handle times; calls in hand are counted as they are simulated.
    over : {"interval", "day"}
    trials : Trials
    """
    queue = str(part["queue"].iloc[0])
    if spec.patience_s is None:
        fix = "callers are taken to wait until they are answered"
        trials.findings.add(Finding(f"queue {queue}", "no-patience", "no patience", "", fix, severity="note"))
    part = part.assign(spread=demand.spread(part))
    days = local_day(pd.DatetimeIndex(part["interval_start"]))
    rows = [_of_day(own, spec, interval_s, demand, over, trials) for _, own in part.groupby(np.asarray(days))]
    return pd.concat(rows)


def _of_day(
    part: pd.DataFrame, spec: QueueSpec, interval_s: int, demand: Demand, over: str, trials: Trials
) -> pd.DataFrame:
    from staffing.promise import figures
    from staffing.repair import repair, run_days

    queue, first = str(part["queue"].iloc[0]), part["interval_start"].iloc[0]
    handle_times = demand.by_queue.get(queue, demand.handle_times)
    calls, place = part["calls"].to_numpy(float), places(part, interval_s)
    load = np.zeros(len(part))
    agents, binding = np.zeros(len(part), np.int64), np.full(len(part), "none", dtype="<U13")
    found = {name: np.full(len(part), value) for name, value in NOTHING.items()}
    if calls.sum() > 0:
        trials.say(f"{queue}  {first:%a %Y-%m-%d}: moving agents until simulated days hold")
        borne = part if demand.risk in (None, EXPECTED) else part.assign(calls=_sure(part, demand))
        load, start, least = _start(borne, spec, interval_s, _expected(demand), handle_times, over)
        day = expected_day(borne, spec, interval_s, handle_times)
        grid = np.zeros((2, place[-1] + 1), dtype=np.int64)
        grid[:, place] = start, least
        seed = SeedSequence((trials.seed, zlib.crc32(queue.encode()), first.date().toordinal(), REPAIRED))
        spread = day_spread(part) if demand.risk == EXPECTED else 0.0
        result = repair(
            day, grid[0], spec.target, interval_s=interval_s, over=over, least=grid[1], day_cv=spread,
            days=trials.days, seed=seed, threads=trials.threads,
        )  # fmt: skip
        _warn(result, part, place, spec.target, trials)
        agents, binding = result.agents[place], result.binding[place]
        seen = result.proof
        if borne is not part:
            usual = expected_day(part, spec, interval_s, handle_times)
            within = spec.target.answer_within_s
            last = seed.spawn(1)[0]
            fresh = run_days(usual, result.agents, interval_s, within, result.days, last, threads=trials.threads)
            seen = figures(fresh, weighted=True)
        found = _performance(seen, place, calls)
    return part[["queue", "interval_start", "calls", "aht_s"]].assign(
        load_erl=np.where(calls > 0, load, 0.0),
        agents=agents,
        staff=gross_staff(agents, spec.shrinkage),
        **found,
        binding=binding.tolist(),
        model=SIMULATION,
    )


def _expected(demand: Demand) -> str | None:
    return EXPECTED if demand.risk == EXPECTED else None


def _sure(part: pd.DataFrame, demand: Demand) -> Array:
    return calls_at_risk(part["calls"], part["spread"], float(demand.risk or 0))


def _start(
    part: pd.DataFrame, spec: QueueSpec, interval_s: int, risk: str | None, handle_times: HandleTimes, over: str
) -> tuple[Array, Agents, Agents]:
    """Load [erl], agents to start from and fewest agents, by the nearest steady-state model and calls in hand."""
    near = stand_in(spec)
    calls, _, aht_s, spread = Demand("mol", risk, handle_times).of_queue(part, interval_s)
    asked: dict[str, Any] = {
        "calls": calls,
        "interval_s": interval_s,
        "aht_s": aht_s,
        "target": spec.target,
    } | near.traits
    asked["min_agents"] = spec.min_agents
    work = sound_workload(near.model, calls, interval_s, aht_s, near.traits)
    least = np.full(len(part), spec.min_agents)
    if over == "day":
        agents = required_agents_over_day(near.model, day=np.zeros(len(part)), **asked)
        least = least_over_day(MODELS[near.model], work, spec.target, spec.min_agents)
    elif risk is None:
        agents = required_agents(near.model, **asked).agents
    else:
        agents = agents_for_expected(near.model, cv=spread, **asked)
    expected = part["calls"].to_numpy(float) > 0
    return work.load_erl, np.where(expected, agents, 0), np.where(expected, least, 0)


def _performance(seen: Figures, place: np.ndarray, calls: Array) -> dict[str, Array]:
    """The columns of a requirement; where no call is expected, or none came, nobody waits."""
    found = {}
    for name, nothing in NOTHING.items():
        values = getattr(seen, name)[place]
        idle = (calls <= 0) | (np.isnan(values) & np.isnan(seen.service_level[place]))
        found[name] = np.where(idle, nothing, values)
    return found


def _warn(result: Repaired, part: pd.DataFrame, place: np.ndarray, target: ServiceTarget, trials: Trials) -> None:
    for row in np.flatnonzero(result.short[place]):
        missed = TARGETS[int(np.argmin(result.slack[:, place[row]]))]
        source = f"queue {part['queue'].iloc[row]}"
        what = f"{missed} missed {part['interval_start'].iloc[row]:%a %Y-%m-%d %H:%M} after {result.rounds} rounds"
        trials.findings.add(Finding(source, "not-reached", what, _asked(missed, target), severity="warning"))


def _asked(name: str, target: ServiceTarget) -> str:
    within = f"{target.service_level:.0%} in {target.answer_within_s:g} s" if target.service_level is not None else ""
    return {
        "service_level": within,
        "asa": f"{target.asa_s} s",
        "occupancy": f"{target.max_occupancy}",
        "abandonment": f"{target.max_abandonment}",
    }[name]


def verify(
    forecast: pd.DataFrame,
    requirement: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    *,
    interval_s: int,
    demand: Demand,
    over: str = "interval",
    trials: Trials | None = None,
) -> pd.DataFrame:
    """What a requirement delivers on simulated days, and what falls short of the targets.

    Parameters
    ----------
    forecast, requirement : DataFrame
        Contract frames of the same intervals.
    specs : mapping of str to QueueSpec
    interval_s : int
    demand : Demand
        Its shape of handle times; days stray by the forecast's bands under any risk.
    over : {"interval", "day"}
    trials : Trials, optional

    Returns
    -------
    DataFrame
        A row an interval with calls: queue, interval_start, agents; service_level, asa_s, occupancy and abandonment
        as simulated; missed (name in `TARGETS` of what is missed by most, ``none`` within half a point) and slack, by
        how much the worst target is kept, in shares of calls or time (`Promise.slack`). The service level over a day
        is missed in all of its intervals.

    Raises
    ------
    UsageProblem
        If the callers of no queue can be simulated: who call again, find limited lines, chat or write. Some such queues
        among others are left out, with a note.
    """
    trials = trials or Trials()
    strange = {queue: spec.model for queue, spec in specs.items() if spec.model not in SIMULATED_MODELS}
    if strange and len(strange) == len(specs):
        known = ", ".join(SIMULATED_MODELS)
        raise UsageProblem(f"model {', '.join(sorted(set(strange.values())))}: only plans of {known} can be proved")
    for queue, model in strange.items():
        fix = f"only plans of {', '.join(SIMULATED_MODELS)} can be proved"
        trials.findings.add(Finding(f"queue {queue}", "not-proved", f"model {model}", "", fix, severity="note"))
    forecast = forecast[~forecast["queue"].isin(list(strange))]
    both = forecast.assign(spread=demand.spread(forecast)).merge(
        requirement[["queue", "interval_start", "agents"]], on=["queue", "interval_start"]
    )
    both = both.sort_values(["queue", "interval_start"], ignore_index=True)
    days = np.asarray(local_day(pd.DatetimeIndex(both["interval_start"])))
    rows = [
        _proved(part, specs[str(queue)], interval_s, demand, over, trials)
        for (queue, _), part in both.groupby(["queue", days], observed=True)
        if part["calls"].sum() > 0
    ]
    columns = ["queue", "interval_start", "agents", *NOTHING, "missed", "slack"]
    return pd.concat(rows, ignore_index=True)[columns] if rows else pd.DataFrame(columns=columns)


def _proved(
    part: pd.DataFrame, spec: QueueSpec, interval_s: int, demand: Demand, over: str, trials: Trials
) -> pd.DataFrame:
    from staffing.promise import Promise, figures
    from staffing.repair import TOLERANCE, how_many_days, run_days

    queue, first = str(part["queue"].iloc[0]), part["interval_start"].iloc[0]
    trials.say(f"{queue}  {first:%a %Y-%m-%d}: simulating")
    place, calls = places(part, interval_s), part["calls"].to_numpy(float)
    day = expected_day(part, spec, interval_s, demand.by_queue.get(queue, demand.handle_times))
    plan = np.zeros(place[-1] + 1, dtype=np.int64)
    plan[place] = part["agents"]
    seed = SeedSequence((trials.seed, zlib.crc32(queue.encode()), first.date().toordinal(), VERIFIED))
    seen = run_days(
        day, plan, interval_s, spec.target.answer_within_s, how_many_days(calls.sum(), trials.days)[1], seed,
        day_cv=day_spread(part), threads=trials.threads,
    )  # fmt: skip
    slack = Promise(spec.target, over).slack(seen)[:, place]
    worst = slack.min(axis=0)
    missed = np.where(worst < -TOLERANCE, np.array(TARGETS)[np.argmin(slack, axis=0)], "none")
    columns = _performance(figures(seen, weighted=True), place, calls) | {"missed": missed, "slack": worst}
    return part[["queue", "interval_start", "agents"]].assign(**columns)[calls > 0]
