"""The least agents that meet every target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from staffing.queueing import MODELS, QueueModel, Workload, sound_workload, steady_state
from staffing.targets import REASONS, TARGETS, TOLERANCE, Limits, refuse_unreachable
from wfm.errors import Finding, InputError
from wfm.params import ServiceTarget, Shrinkage

Agents = NDArray[np.int64]

_NOT_FOUND = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class RequiredAgents:
    """Required agents, interval by interval.

    Parameters
    ----------
    agents : int array
        Agents on the phone.
    binding : str array
        What one agent fewer would break: the first broken of ``service_level``, ``asa``, ``occupancy`` and
        ``abandonment``; ``stability`` where the queue would grow without end, ``minimum`` where `min_agents`
        decides, ``none`` where no calls are expected.
    """

    agents: Agents
    binding: NDArray[np.str_]


def required_agents(
    model: str,
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    target: ServiceTarget,
    min_agents: int = 0,
    **traits: ArrayLike | None,
) -> RequiredAgents:
    """Fewest agents per interval that meet every target that is set.

    Parameters
    ----------
    model : str
        Name in `MODELS`.
    calls, aht_s : array_like
        Calls offered and mean handle time [s]; they broadcast.
    interval_s : float
        Interval length [s].
    target : ServiceTarget
        Compared with `service_level`, `asa_s`, `occupancy` and `abandonment` of `Performance`; equal is met.
    min_agents : int
        Fewest agents wherever calls are expected.
    **traits : array_like or None
        As in `performance`.

    Returns
    -------
    RequiredAgents
        0 agents where no calls are expected, 1 (or `min_agents`) where calls take no time.

    Raises
    ------
    InputError
        For senseless parameters, and for a service level of 1 or an abandonment of 0 that no team can reach.
    """
    queue = MODELS[model]
    refuse_senseless(model, min_agents=min_agents)
    work = sound_workload(model, calls, interval_s, aht_s, traits)
    refuse_unreachable(queue, model, target)
    limits = Limits.of(target, work.calls.shape)
    _refuse_unreachable_rows(queue, model, work, limits)
    if queue.search and work.calls.size >= queue.search_from:
        return _quickly(queue, work, limits, min_agents)
    agents = np.asarray(np.maximum(least_agents(queue, work, limits), np.where(work.calls > 0, min_agents, 0)))
    return RequiredAgents(agents, binding_reason(queue, work, limits, agents, min_agents))


def _refuse_unreachable_rows(queue: QueueModel, name: str, work: Workload, limits: Limits) -> None:
    """Raise `InputError` for intervals whose targets all the agents that can ever help do not meet."""
    if queue.most_agents is None:
        return
    limits = replace(limits, occupancy=np.full(limits.occupancy.shape, np.nan))
    found = steady_state(queue, work, queue.most_agents(work), limits.answer_within_s)
    if (beyond := limits.asked() & ~limits.met(found)).any():
        what = f"{work.load_erl[beyond].max():g} erlangs"
        expected = "less for these targets: no number of agents reaches them"
        finding = Finding(name, "unreachable-target", what, expected, "give more lines", count=int(beyond.sum()))
        raise InputError(finding)


def _quickly(queue: QueueModel, work: Workload, limits: Limits, min_agents: int) -> RequiredAgents:
    """`required_agents` by the model's own search; rows without work, or at the minimum, as ever."""
    assert queue.search is not None
    shape, load = work.calls.shape, work.load_erl
    found, why = queue.search(load, work, limits)
    agents, reason = found.reshape(shape), why.reshape(shape)
    binding = np.array(REASONS)[reason]
    fewest = np.where(work.calls > 0, min_agents, 0) if min_agents else np.zeros_like(agents)
    if (other := (reason == 0) | (agents < fewest)).any():
        some, asked = work.at(other), limits.at(other)
        agents[other] = np.maximum(np.where(load[other] > 0, agents[other], some.calls > 0), fewest[other])
        binding[other] = binding_reason(queue, some, asked, agents[other], min_agents)
    return RequiredAgents(agents, binding)


def least_agents(queue: QueueModel, work: Workload, limits: Limits) -> Agents:
    """Fewest agents that keep `limits`, for sound parameters of one shape; 1 where calls take no time."""
    agents = np.array(work.calls > 0, dtype=np.int64)
    busy = work.load_erl > 0
    work, limits = work.at(busy), limits.at(busy)
    load = work.load_erl

    def meets(rows: Agents, candidates: Agents) -> NDArray[np.bool_]:
        asked = limits.at(rows)
        return asked.met(steady_state(queue, work.at(rows), candidates, asked.answer_within_s))

    floor = queue.least_agents(work)
    busiest = np.where(np.isnan(limits.occupancy), 1.0, limits.occupancy)
    guess = np.ceil(load / busiest * (1 - TOLERANCE)).astype(np.int64)
    agents[busy] = least_meeting(meets, floor, guess, np.ceil(np.sqrt(load) / 2).astype(np.int64))
    return agents


def least_meeting(
    meets: Callable[[Agents, Agents], NDArray[np.bool_]], floor: Agents, guess: Agents, step: Agents
) -> Agents:
    """Least whole number per row from which on `meets` holds, bracketed from a guess and then bisected.

    Parameters
    ----------
    meets : callable
        ``meets(rows, candidates)`` for some rows by index; once true, true for every larger candidate.
    floor, guess, step : int arrays, shape (n,)
        Least number allowed, where to begin, and the first step away from there; steps double.
    """
    fails, holds = floor - 1, np.full(floor.shape, _NOT_FOUND)
    trial, step, rows = np.maximum(guess, floor), step.copy(), np.arange(floor.size)
    while rows.size:
        met = meets(rows, trial[rows])
        holds[rows[met]], fails[rows[~met]] = trial[rows[met]], trial[rows[~met]]
        rows = rows[holds[rows] - fails[rows] > 1]
        below, above, stride = fails[rows], holds[rows], step[rows]
        middle = below + (above - below) // 2
        trial[rows] = np.where(above == _NOT_FOUND, below + stride, np.maximum(middle, above - stride))
        step[rows] *= 2
    return holds


def binding_reason(
    queue: QueueModel, work: Workload, limits: Limits, agents: Agents, min_agents: int
) -> NDArray[np.str_]:
    """What one agent fewer would break, in the words of `RequiredAgents`; ``none`` where nothing would."""
    fewer = np.maximum(agents - 1, 0)
    missed = limits.missed(steady_state(queue, work, fewer, limits.answer_within_s))
    unstable = (work.load_erl > 0) & (agents > 1) & (fewer < queue.least_agents(work))
    reasons = {"none": work.calls == 0, "stability": unstable}
    reasons |= {name: missed[name] for name in TARGETS} | {"minimum": agents == min_agents}
    return np.select(list(reasons.values()), list(reasons), "none")


def gross_staff(agents: ArrayLike, shrinkage: Shrinkage) -> Agents:
    """People to schedule so that `agents` are on the phone: agents / (1 - shrinkage), rounded up exactly.

    Parameters
    ----------
    agents : array_like of int
    shrinkage : Shrinkage
        Its rate is a fraction, so that 21 agents at 0.3 are 30 people and not 31.

    Returns
    -------
    int array
        Shape of `agents`.
    """
    away, whole = shrinkage.rate.numerator, shrinkage.rate.denominator
    exact = np.asarray(agents).astype(object)
    return np.asarray(-(-exact * whole // (whole - away)), dtype=np.int64)
