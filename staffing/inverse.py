"""The other questions to a queue model: parts of agents, most calls, longest waits, lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from staffing.queueing import MODELS, Array, Workload, sound_workload, steady_state
from staffing.roots import last_holding
from staffing.search import Agents, least_agents, least_meeting
from staffing.targets import TOLERANCE, Limits, refuse_unreachable
from wfm.errors import Finding, InputError, UsageProblem
from wfm.params import ServiceTarget

LEVELS = ("service_level", "sl_excl_short_abn", "sl_answered", "sl_incl_short_abn", "sl_virtual")
MOST_ERLANGS_PER_AGENT = 1e6
LONGEST_WAIT_S = 1e9


def fractional_agents(
    model: str,
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    target: ServiceTarget,
    **traits: ArrayLike | None,
) -> Array:
    """Fewest agents, parts of agents included, that meet every target; for budgets and capacity plans.

    Parameters
    ----------
    As in `required_agents`; the model must be continuous in agents.

    Returns
    -------
    array
        To a relative 1e-14, at most the whole number of `required_agents` and more than one below it. 0 where no
        calls are expected, 1 where they take no time.

    Raises
    ------
    InputError
        As `required_agents`.
    UsageProblem
        For a model that means nothing between whole numbers of agents.
    """
    queue = MODELS[model]
    if not queue.continuous:
        known = ", ".join(name for name, member in MODELS.items() if member.continuous)
        raise UsageProblem(f"model {model} has no fractional agents, expected one of {known}")
    refuse_unreachable(queue, model, target)
    work = sound_workload(model, calls, interval_s, aht_s, traits)
    shape, work = work.calls.shape, _flat(work)
    limits = Limits.of(target, work.calls.shape)
    agents = least_agents(queue, work, limits).astype(float)
    busy = work.load_erl > 0
    work, limits = work.at(busy), limits.at(busy)

    def misses(rows: Agents, candidates: Array) -> NDArray[np.bool_]:
        asked = limits.at(rows)
        return ~asked.met(steady_state(queue, work.at(rows), candidates, asked.answer_within_s))

    agents[busy] = last_holding(misses, agents[busy] - 1, agents[busy])[1]
    return agents.reshape(shape)


def call_capacity(
    model: str,
    *,
    agents: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    target: ServiceTarget,
    fractional: bool = False,
    **traits: ArrayLike | None,
) -> Array:
    """Most calls in an interval with which so many agents meet every target.

    Parameters
    ----------
    agents, interval_s, aht_s, target, **traits
        As in `performance` and `required_agents`.
    fractional : bool
        Parts of calls too.

    Returns
    -------
    array
        Calls; inf where no number of them breaks a target, as when they take no time.

    Raises
    ------
    InputError
        As `required_agents`.
    """
    queue = MODELS[model]
    refuse_senseless(model, agents=agents)
    refuse_unreachable(queue, model, target)
    staffed, aht = np.broadcast_arrays(np.asarray(agents, float), np.asarray(aht_s, float))
    work = sound_workload(model, np.zeros(staffed.shape), interval_s, aht, traits)
    staffed, shape = np.broadcast_to(staffed, work.calls.shape).ravel(), work.calls.shape
    work = _flat(work)
    limits = Limits.of(target, work.calls.shape)

    def meets(rows: Agents, calls: Array) -> NDArray[np.bool_]:
        offered, asked = replace(work.at(rows), calls=calls), limits.at(rows)
        possible = offered.load_erl < offered.traits.get("sources", np.inf)
        met = np.zeros(calls.shape, bool)
        some, asked = offered.at(possible), asked.at(possible)
        met[possible] = asked.met(steady_state(queue, some, staffed[rows][possible], asked.answer_within_s))
        return met

    per_erlang = work.interval_s / np.where(work.aht_s > 0, work.aht_s, 1.0)
    low, high = np.zeros(staffed.shape), (staffed + 1) * per_erlang
    rows = np.flatnonzero(work.aht_s > 0)
    while (rows := rows[meets(rows, high[rows])]).size:
        low[rows], high[rows] = high[rows], 2 * high[rows]
        rows = rows[high[rows] <= MOST_ERLANGS_PER_AGENT * (staffed[rows] + 1) * per_erlang[rows]]
    endless = np.where(work.aht_s > 0, high > MOST_ERLANGS_PER_AGENT * (staffed + 1) * per_erlang, staffed > 0)
    low, _ = last_holding(meets, low, np.where(endless, low, high))
    if not fractional:
        more = np.floor(low) + 1
        low = np.where(meets(np.arange(low.size), more), more, np.floor(low))
    return np.where(endless, np.inf, low).reshape(shape)


def wait_quantile_s(
    model: str,
    share: ArrayLike,
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    definition: str = "sl_virtual",
    **traits: ArrayLike | None,
) -> Array:
    """Threshold within which so large a share of calls is answered: the inverse of a service level.

    Parameters
    ----------
    model, calls, interval_s, aht_s, agents, **traits
        As in `performance`.
    share : array_like
        In [0, 1).
    definition : str
        Field of `Performance` to invert: ``sl_virtual`` gives quantiles of the wait of a caller who never gives up,
        ``sl_answered`` of answered callers, ``service_level`` the threshold for a target.

    Returns
    -------
    array
        Seconds; inf where the share is never reached, nan where nobody is answered and the definition is of those.
    """
    if definition not in LEVELS:
        raise UsageProblem(f'unknown service level "{definition}", expected one of {", ".join(LEVELS)}')
    refuse_senseless(model, share=share, agents=agents)
    work = sound_workload(model, calls, interval_s, aht_s, traits)
    shape = np.broadcast_shapes(work.calls.shape, np.shape(share), np.shape(agents))
    wanted, staffed = (np.broadcast_to(np.asarray(v, float), shape).ravel() for v in (share, agents))
    work = _flat(work, shape)

    def level(rows: Agents, within_s: Array) -> Array:
        found: Array = getattr(steady_state(MODELS[model], work.at(rows), staffed[rows], within_s), definition)
        return found

    every = np.arange(wanted.size)
    low, high = np.zeros(wanted.size), np.where(work.aht_s > 0, work.aht_s, 1.0)
    at_once = level(every, low)
    rows = every[at_once < wanted]
    while (rows := rows[level(rows, high[rows]) < wanted[rows]]).size:
        low[rows], high[rows] = high[rows], 2 * high[rows]
        rows = rows[high[rows] <= LONGEST_WAIT_S]
    waiting = (at_once < wanted) & (high <= LONGEST_WAIT_S)
    _, found = last_holding(lambda rows, t: level(rows, t) < wanted[rows], low, np.where(waiting, high, low))
    answer = np.where(waiting, found, np.where(at_once < wanted, np.inf, 0.0))
    return np.where(np.isnan(at_once), np.nan, answer).reshape(shape)


def required_lines(
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    max_blocking: float,
    agents: ArrayLike,
    patience_s: ArrayLike | None = None,
) -> Agents:
    """Fewest lines, for calls in service and in queue, that turn away at most so large a share of calls.

    Without a queue, lines are the agents of ``erlang_b`` or ``extended_b``: `required_agents` with `max_abandonment`.

    Parameters
    ----------
    calls, interval_s, aht_s, agents, patience_s
        As in `performance` of ``limited_lines``.
    max_blocking : float
        In (0, 1).

    Returns
    -------
    int array
        At least `agents` and at least 1.

    Raises
    ------
    InputError
        As `performance`, and where callers who never give up bring more work than the agents can do.
    """
    model = "limited_lines"
    refuse_senseless(model, agents=agents, max_blocking=max_blocking)
    work = sound_workload(model, calls, interval_s, aht_s, {"lines": 1, "patience_s": patience_s})
    shape = np.broadcast_shapes(work.calls.shape, np.shape(agents))
    work, staffed = _flat(work, shape), np.broadcast_to(np.asarray(agents, float), shape).ravel()
    over = np.isinf(work.traits["patience_s"]) & (work.load_erl * (1 - max_blocking) >= staffed) & (work.calls > 0)
    if over.any():
        found = f"{work.load_erl[over].max():g} erlangs on {staffed[over].min():g} agents"
        expected = "less: no number of lines reaches the blocking"
        raise InputError(Finding(model, "unreachable-target", found, expected, "give more agents or a patience"))

    def meets(rows: Agents, lines: Agents) -> NDArray[np.bool_]:
        at = work.at(rows)
        at = replace(at, traits=dict(at.traits) | {"lines": lines.astype(float)})
        return steady_state(MODELS[model], at, staffed[rows], 0.0).blocking <= max_blocking + TOLERANCE

    floor = np.maximum(staffed, 1).astype(np.int64)
    step = np.ceil(np.sqrt(work.load_erl) + 1).astype(np.int64)
    return least_meeting(meets, floor, floor + step, step).reshape(shape)


def _flat(work: Workload, shape: tuple[int, ...] | None = None) -> Workload:
    def flat(values: Array) -> Array:
        return np.broadcast_to(values, values.shape if shape is None else shape).ravel()

    traits = {name: flat(values) for name, values in work.traits.items()}
    return Workload(flat(work.calls), flat(work.interval_s), flat(work.aht_s), traits)
