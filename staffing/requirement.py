"""Forecast to requirement: agents and staff per queue and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from staffing.backlogplan import backlog_requirements
from staffing.demand import EXPECTED, Demand
from staffing.demandrisk import agents_for_expected, expected_binding, expected_performance, missing_bands
from staffing.fifo import Waiting
from staffing.inputs import LARGEST
from staffing.pyworkforce_engine import pyworkforce_agents, refuse_unknown_targets
from staffing.queueing import MODELS, Array, Workload, performance, sound_workload
from staffing.search import Agents, binding_reason, gross_staff, required_agents
from staffing.targets import Limits
from staffing.verified import Trials, requirement_by_simulation
from staffing.wholeday import required_agents_over_day
from wfm.channels import BACKLOG_CHANNELS
from wfm.contracts import FORECAST, REQUIREMENT
from wfm.errors import Finding, InputError, UsageProblem
from wfm.params import SIMULATION, QueueSpec
from wfm.timeaxis import local_day

ENGINES = ("shiftcast", "pyworkforce")
PERIODS = ("interval", "day")


def requirement(
    forecast: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    *,
    interval_s: int,
    engine: str = "shiftcast",
    demand: Demand | None = None,
    over: str = "interval",
    backlog: Mapping[str, Sequence[Waiting]] | None = None,
    trials: Trials | None = None,
) -> pd.DataFrame:
    """Agents and staff that every interval of a forecast needs, by the channel of each queue.

    Parameters
    ----------
    forecast : DataFrame
        Contract `FORECAST`; `calls` (the mean) and `aht_s` are read.
    specs : mapping of str to QueueSpec
        One a queue of the forecast.
    interval_s : int
        Interval length of the forecast [s].
    engine : {"shiftcast", "pyworkforce"}
        Who computes the agents. pyworkforce knows Erlang C with a service level and an occupancy; the intervals
        that it refuses (no calls, no handle time, a threshold of 0 s) are computed here, and `model` says so.
    demand : Demand, optional
        Calls in hand from earlier intervals, and the certainty wanted; each interval on its own, with its mean calls,
        when None.
    over : {"interval", "day"}
        What meets the service level: every interval, or every local day with the least agent-hours
        (`required_agents_over_day`). Over a day `binding` is ``none`` where an interval alone would need fewer.
    backlog : mapping of str to sequence of Waiting, optional
        What waits in queues of mail or back office when their first interval begins; for others see
        `backlog_requirement`. These queues know no `engine`, `over` and load in hand: their promise spans intervals.
        A probability as risk takes the calls of every interval at once for so high.
    trials : Trials, optional
        How queues of model ``simulation`` are simulated (`requirement_by_simulation`).

    Returns
    -------
    DataFrame
        Contract `REQUIREMENT`, sorted by queue and interval. Performance is that of the agents on the phone, by
        the queue's model. `model` names it, with ``(pyworkforce)`` behind it where that engine gave the agents;
        `binding` is ``none`` where it asks for more than any target needs. `load_erl` is the load that was staffed
        for on average, calls in hand included; under the risk ``expected`` performance is the expected one.

    Raises
    ------
    InfeasibleError
        If no number of agents keeps the promise of a queue whose work waits.
    InputError
        For calls that are negative, missing or infinite, no handle time in an interval with calls, a queue
        without a specification, or a risk without quantiles to read it from; all of them at once.
    UsageProblem
        For an unknown engine or model, or targets that the engine does not know.
    """
    if engine not in ENGINES:
        raise UsageProblem(f'unknown engine "{engine}", expected one of {", ".join(ENGINES)}')
    simulated = [spec.queue for spec in specs.values() if spec.model == SIMULATION]
    if engine == "pyworkforce" and simulated:
        raise UsageProblem(f"pyworkforce simulates nothing: queue {', '.join(simulated)} has the model {SIMULATION}")
    if engine == "pyworkforce" and demand is not None and demand.risk == EXPECTED:
        raise UsageProblem("pyworkforce knows no random demand: leave out the engine, or give a probability as risk")
    if over not in PERIODS:
        raise UsageProblem(f'unknown period "{over}", expected one of {", ".join(PERIODS)}')
    formulas = len(simulated) < len(specs)
    if over == "day" and (engine == "pyworkforce" or (formulas and demand is not None and demand.risk == EXPECTED)):
        raise UsageProblem("a day is staffed by engine shiftcast, for its mean calls or for a probability as risk")
    forecast = FORECAST.validate(forecast, "forecast").sort_values(list(FORECAST.key), ignore_index=True)
    forecast = with_chat_times(forecast, specs)
    demand = demand or Demand()
    waiting = [spec.queue for spec in specs.values() if spec.channel in BACKLOG_CHANNELS]
    if waiting and demand.risk == EXPECTED:
        raise UsageProblem("risk: found expected with a queue of email or backoffice, expected a probability or none")
    if findings := forecast_findings(forecast, specs, demand):
        raise InputError(findings)
    trials, queues = (
        trials or Trials(),
        dict(iter(forecast.groupby("queue", observed=True))),
    )
    waits = {name for name in queues if specs[name].channel in BACKLOG_CHANNELS}
    parts = {
        name: _of_queue(part, specs[name], interval_s, engine, demand, over, trials)
        for name, part in queues.items()
        if name not in waits
    }
    own = {name: part for name, part in queues.items() if name in waits}
    parts |= backlog_requirements(own, specs, interval_s, demand, parts, backlog or {})
    if not parts:
        return REQUIREMENT.empty()
    found = pd.concat(parts.values(), ignore_index=True).sort_values(list(REQUIREMENT.key), ignore_index=True)
    return REQUIREMENT.validate(found, "requirement")


def with_chat_times(forecast: pd.DataFrame, specs: Mapping[str, QueueSpec]) -> pd.DataFrame:
    """The forecast with the handle times [s] of queues of chats that are told them; ratios leave it as it is."""
    told = {name: spec.concurrency[0] for name, spec in specs.items() if spec.concurrency and spec.concurrency[0] != 1}
    own = forecast["queue"].map(told)
    return forecast.assign(aht_s=own.where(own.notna(), forecast["aht_s"])) if told else forecast


def forecast_findings(forecast: pd.DataFrame, specs: Mapping[str, QueueSpec], demand: Demand) -> list[Finding]:
    """What keeps a forecast from being staffed: queues without specification, calls and handle times that are none.

    A risk also needs quantiles to read the spread from: the mean in their place would be no risk at all.
    """
    findings = [] if demand.risk is None else missing_bands(forecast)
    for name, part in forecast.groupby("queue", observed=True):
        if name not in specs:
            expected = f"a queue with targets ({', '.join(sorted(specs)) or 'none'})"
            findings.append(Finding("forecast", "no-spec", f"queue {name}", expected, column="queue"))
        calls, aht_s = part["calls"].to_numpy(float), part["aht_s"].to_numpy(float)
        problems = (
            ("calls", np.isinf(calls), "bad-number", "inf", "a number of calls", ""),
            ("aht_s", np.isinf(aht_s), "bad-number", "inf", "seconds", ""),
            (
                "calls",
                np.isfinite(calls) & (calls > LARGEST),
                "bad-number",
                f"{calls.max():g}",
                f"at most {LARGEST:g}",
                "",
            ),
            ("aht_s", np.isnan(aht_s) & (calls > 0), "missing-aht", "nothing", "seconds", "give --aht 180s"),
        )
        for column, where, rule, what, expected, fix in problems:
            if where.any():
                first = part["interval_start"].iloc[int(np.argmax(where))]
                found = (
                    f"{what} in {where.sum()} of {len(part)} intervals of queue {name}, first {first:%Y-%m-%d %H:%M}"
                )
                findings.append(Finding("forecast", rule, found, expected, fix, column=column))
    return findings


def _of_queue(
    part: pd.DataFrame, spec: QueueSpec, interval_s: int, engine: str, demand: Demand, over: str, trials: Trials
) -> pd.DataFrame:
    if spec.model == SIMULATION:
        return requirement_by_simulation(part, spec, interval_s, demand, over, trials)
    calls, sure, aht_s, spread = demand.of_queue(part, interval_s)
    share = demand.calls_share(part)
    common: dict[str, Any] = {"calls": calls, "interval_s": interval_s, "aht_s": aht_s} | spec.traits
    if over == "day":
        agents, binding, model = _agents_over_day(sure, aht_s, local_day(part["interval_start"]), spec, interval_s)
    else:
        agents, binding, model = _agents(sure, aht_s, spec, interval_s, engine)
    if demand.risk == EXPECTED:
        expected = agents_for_expected(
            spec.model, cv=spread, calls_share=share, target=spec.target, min_agents=spec.min_agents, **common
        )
        agents = expected
        binding = expected_binding(
            spec.model,
            cv=spread,
            calls_share=share,
            agents=agents,
            target=spec.target,
            min_agents=spec.min_agents,
            **common,
        )
    common |= {"agents": agents, "answer_within_s": spec.target.answer_within_s}
    if demand.risk == EXPECTED:
        found = expected_performance(spec.model, cv=spread, calls_share=share, **common)
    else:
        found = performance(spec.model, **common)
    return part[["queue", "interval_start", "calls", "aht_s"]].assign(
        load_erl=Workload.of(calls, interval_s, aht_s).load_erl,
        agents=agents,
        staff=gross_staff(agents, spec.shrinkage),
        service_level=found.service_level,
        asa_s=found.asa_s,
        occupancy=found.occupancy,
        abandonment=found.abandonment,
        binding=binding.tolist(),
        model=model.tolist(),
    )


def _agents_over_day(
    calls: Array, aht_s: Array, day: ArrayLike, spec: QueueSpec, interval_s: int
) -> tuple[Agents, np.ndarray, np.ndarray]:
    agents = required_agents_over_day(
        spec.model,
        calls=calls,
        interval_s=interval_s,
        aht_s=aht_s,
        target=spec.target,
        day=day,
        min_agents=spec.min_agents,
        **spec.traits,
    )
    work = sound_workload(spec.model, calls, interval_s, aht_s, spec.traits)
    limits = Limits.of(spec.target, calls.shape)
    binding = binding_reason(MODELS[spec.model], work, limits, agents, spec.min_agents)
    return agents, binding, np.full(calls.shape, spec.model)


def _agents(
    calls: Array, aht_s: Array, spec: QueueSpec, interval_s: int, engine: str
) -> tuple[Agents, np.ndarray, np.ndarray]:
    own = required_agents(
        spec.model,
        calls=calls,
        interval_s=interval_s,
        aht_s=aht_s,
        target=spec.target,
        min_agents=spec.min_agents,
        **spec.traits,
    )
    if engine == "shiftcast":
        return own.agents, own.binding, np.full(calls.shape, spec.model)
    refuse_unknown_targets(spec)
    theirs, answered = pyworkforce_agents(calls, aht_s, interval_s, spec)
    agents = np.where(answered, np.maximum(theirs, spec.min_agents), own.agents)
    work = sound_workload(spec.model, calls, interval_s, aht_s, spec.traits)
    limits = Limits.of(spec.target, calls.shape)
    binding = binding_reason(MODELS[spec.model], work, limits, agents, spec.min_agents)
    return agents, binding, np.where(answered, f"{spec.model} (pyworkforce)", spec.model)
