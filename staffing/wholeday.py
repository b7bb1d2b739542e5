"""Least agent-hours with which a whole day, not every interval of it, meets the service level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from staffing.inputs import refuse_senseless
from staffing.queueing import MODELS, Array, QueueModel, Workload, sound_workload, steady_state
from staffing.search import Agents, least_agents
from staffing.targets import TOLERANCE, Limits, refuse_unreachable
from wfm.errors import UsageProblem
from wfm.params import ServiceTarget

_LITTLE = 0.01  # the service level below which no interval is planned


def required_agents_over_day(
    model: str,
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    target: ServiceTarget,
    day: ArrayLike,
    min_agents: int = 0,
    **traits: ArrayLike | None,
) -> Agents:
    """Agents of each interval such that every day answers its share of calls in time with the least agent-hours.

    The day's service level is the calls answered in time of all its intervals over the calls offered. Every agent
    goes where it answers most calls more in time: with gains that fall from agent to agent, no other plan of as
    many agent-intervals is better (Fox 1966, Management Science 13:210). Service levels rise in such falling steps
    only from some agents on, below which an interval would rather be left alone than served: each interval has at
    least those, and whatever its occupancy, ASA and abandonment targets ask.

    Parameters
    ----------
    model, calls, interval_s, aht_s, target, min_agents, **traits
        As in `required_agents`, arrays of shape (n,); `target` names a service level.
    day : array_like, shape (n,)
        Label of the day to which each interval belongs.

    Returns
    -------
    int array, shape (n,)

    Raises
    ------
    InputError
        As `required_agents`.
    UsageProblem
        For a target without a service level.
    """
    if target.service_level is None:
        raise UsageProblem("whole-day staffing: found no service level, expected one such as 0.8")
    queue = MODELS[model]
    refuse_senseless(model, min_agents=min_agents)
    refuse_unreachable(queue, model, target)
    work = sound_workload(model, np.atleast_1d(calls), interval_s, aht_s, traits)
    floor = least_over_day(queue, work, target, min_agents)
    agents = floor.copy()
    labels = np.asarray(day)
    for label in np.unique(labels):
        rows = np.flatnonzero((labels == label) & (work.load_erl > 0))
        agents[rows] = _of_day(queue, work.at(rows), floor[rows], target)
    return agents


def least_over_day(queue: QueueModel, work: Workload, target: ServiceTarget, min_agents: int) -> Agents:
    """Agents that the other targets ask, or from which on one agent more gains less than the one before."""
    limits = Limits.of(target, work.calls.shape)
    little = replace(limits, service_level=np.where(np.isnan(limits.service_level), np.nan, _LITTLE))
    least = np.maximum(least_agents(queue, work, little), np.where(work.calls > 0, min_agents, 0))
    busy = np.flatnonzero(work.load_erl > 0)
    if busy.size:
        width = int(4 * np.sqrt(work.load_erl.max())) + 4
        gains = np.diff(_levels(queue, work.at(busy), least[busy], width, target.answer_within_s), axis=1)
        least[busy] += np.argmax(gains, axis=1)
    return least


def _levels(queue: QueueModel, work: Workload, floor: Agents, width: int, within_s: float) -> Array:
    """Service level with floor, floor + 1, ... agents, shape (rows, width)."""
    table = Workload(
        work.calls[:, None],
        work.interval_s[:, None],
        work.aht_s[:, None],
        {name: values[:, None] for name, values in work.traits.items()},
    )
    return steady_state(queue, table, floor[:, None] + np.arange(width), within_s).service_level


def _of_day(queue: QueueModel, work: Workload, floor: Agents, target: ServiceTarget) -> Agents:
    if not floor.size:
        return floor
    assert target.service_level is not None
    wanted, width = (target.service_level - TOLERANCE) * work.calls.sum(), 16
    while True:
        answered = work.calls[:, None] * _levels(queue, work, floor, width, target.answer_within_s)
        gains = np.minimum.accumulate(np.diff(answered, axis=1), axis=1)
        order = np.argsort(-gains, axis=None, kind="stable")
        total = answered[:, 0].sum() + np.concatenate([[0.0], np.cumsum(gains.ravel()[order])])
        given = int(np.searchsorted(total, wanted))
        more = np.bincount(order[:given] // (width - 1), minlength=floor.size)
        if given < total.size and more.max() < width - 1:
            return floor + more
        width *= 2
