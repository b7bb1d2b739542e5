"""Blended work: agents who take up waiting work while they would be idle, and keep a reserve for calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.blocking import LARGEST_LOG
from staffing.delay import delay_metrics
from staffing.inputs import refuse_senseless
from staffing.queueing import METRICS, Array, Performance, Workload, collect, sound_workload
from staffing.search import Agents, least_meeting
from staffing.targets import Limits
from wfm.errors import UsageProblem
from wfm.params import QueueSpec

MODELS_THAT_BLEND = ("erlang_c", "erlang_a")


@dataclass(frozen=True, slots=True)
class Blended:
    """Calls and waiting work on the same agents; arrays of one shape.

    Parameters
    ----------
    calls : Performance
        What callers experience; `occupancy` holds the other work too.
    work_erl : array
        Agents who on average do other work [erl].
    """

    calls: Performance
    work_erl: Array


def blended(
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    reserve: ArrayLike,
    answer_within_s: ArrayLike = 20.0,
    patience_s: ArrayLike | None = None,
) -> Blended:
    """Threshold policy: an agent takes up other work whenever more than `reserve` agents are idle.

    There is always other work, it takes as long as a call on average, and none is broken off. The number of busy
    agents and waiting callers is then the birth-death chain of Erlang C, or with patience of Erlang A, that never
    falls below n - reserve: with a service ended there, the next piece of work begins (Bhulai and Koole 2003, IEEE
    Transactions on Automatic Control 48:1434; Gans and Zhou 2003).

    Parameters
    ----------
    calls, interval_s, aht_s, agents, answer_within_s, patience_s
        As in `staffing.performance` of ``erlang_c``, or of ``erlang_a`` with `patience_s`.
    reserve : array_like of int
        Idle agents kept for calls; with `agents` of them no other work is done.

    Raises
    ------
    InputError
        One finding per parameter that is negative, not finite or missing.
    """
    model = "erlang_c" if patience_s is None else "erlang_a"
    refuse_senseless("blending", agents=agents, reserve=reserve, answer_within_s=answer_within_s)
    work = sound_workload(model, calls, interval_s, aht_s, {"patience_s": patience_s})
    given = (agents, reserve, answer_within_s)
    parts = np.broadcast_arrays(work.calls, *(np.asarray(value, float) for value in given))
    work = Workload.of(
        *(np.broadcast_to(v, parts[0].shape) for v in (work.calls, work.interval_s, work.aht_s)), **work.traits
    )
    found, erl = _threshold(_flat(work), *(part.ravel() for part in parts[1:]))
    shaped = {name: values.reshape(parts[0].shape) for name, values in found.items()}
    return Blended(collect(shaped), erl.reshape(parts[0].shape))


def spare_work_erl(
    spec: QueueSpec, *, calls: ArrayLike, interval_s: float, aht_s: ArrayLike, agents: ArrayLike
) -> tuple[Array, Agents]:
    """Other work that the agents of a queue of calls can do without missing its targets.

    Parameters
    ----------
    spec : QueueSpec
        Its model is ``erlang_c`` or ``erlang_a``; every target holds with the other work, `max_occupancy` for both
        together.
    calls, aht_s, agents : array_like, shape (rows,)
    interval_s : float

    Returns
    -------
    work_erl : array, shape (rows,)
        Agents who on average do other work [erl]; 0 where the calls miss their targets already.
    reserve : int array, shape (rows,)
        Least idle agents to keep for calls.
    """
    if spec.model not in MODELS_THAT_BLEND:
        expected = " or ".join(MODELS_THAT_BLEND)
        raise UsageProblem(f"queue {spec.queue}: found model {spec.model} in blended work, expected {expected}")
    patience = spec.patience_s if spec.model == "erlang_a" else None
    work = _flat(sound_workload(spec.model, calls, interval_s, aht_s, {"patience_s": patience}))
    staffed = np.broadcast_to(np.asarray(agents, float), work.calls.shape)
    limits = Limits.of(spec.target, work.calls.shape)

    def meets(rows: Agents, reserve: Agents) -> NDArray[np.bool_]:
        asked = limits.at(rows)
        kept = np.minimum(reserve, staffed[rows])
        found, _ = _threshold(work.at(rows), staffed[rows], kept, asked.answer_within_s)
        return asked.met(collect(found))

    every = np.arange(staffed.size)
    able = np.flatnonzero((staffed > 0) & meets(every, staffed.astype(np.int64)))
    floor, reserve = np.zeros(able.size, np.int64), staffed.astype(np.int64)
    if able.size:
        reserve[able] = np.minimum(
            least_meeting(lambda rows, k: meets(able[rows], k), floor, floor, floor + 1), reserve[able]
        )
    _, erl = _threshold(work, staffed, reserve.astype(float), limits.answer_within_s)
    return np.where(np.isin(every, able), erl, 0.0), reserve


def _threshold(work: Workload, agents: Array, reserve: Array, within: Array) -> tuple[dict[str, Array], Array]:
    """Metrics and other work [erl] of rows, by the conventions for a queue without work."""
    load, kept = work.load_erl, np.minimum(reserve, agents)
    idle = load == 0  # nobody calls: all but the reserve do other work
    patience = work.traits.get("patience_s", np.full(load.shape, np.inf))
    before, least, busy = _above(np.where(idle, 1.0, load), agents, kept)
    aht = np.where(work.aht_s > 0, work.aht_s, 1.0)
    found = delay_metrics(
        np.where(idle, 1.0, load), agents, agents > np.where(idle, 0.0, load), before, aht, patience, within
    )
    waits = found["p_wait"]
    at_work = np.where(agents > 0, waits * agents + (1 - waits) * busy, 0.0)
    free = np.where(kept > 0, (1 - waits) * least * (agents - kept), agents - load * (1 - found["abandonment"]))
    erl = np.where(idle, agents - kept, np.maximum(np.where((agents > load) | np.isfinite(patience), free, 0.0), 0.0))
    occupancy = np.divide(at_work, agents, out=np.full(load.shape, np.nan), where=agents > 0)
    found["occupancy"] = np.where(agents > 0, occupancy, found["occupancy"])
    alone = {name: 1.0 if name == "service_level" or name.startswith("sl_") else 0.0 for name in METRICS}
    found = {name: np.where(idle, alone[name], values) for name, values in found.items()}
    at_rest = np.divide(agents - kept, agents, out=np.zeros(load.shape), where=agents > 0)
    return found | {"occupancy": np.where(idle, at_rest, found["occupancy"])}, erl


def _above(load: Array, agents: Array, reserve: Array) -> tuple[Array, Array, Array]:
    """States with n - reserve to n - 1 busy agents.

    Returns
    -------
    weight, least, busy : array, shape (rows,)
        Share of time in them relative to that with all busy and nobody waiting; within them the share of the lowest,
        and the mean of busy agents.
    """
    steps = np.arange(1, int(reserve.max(initial=0)) + 1)
    state = agents[:, None] - steps
    log_weight = np.cumsum(np.log(np.maximum(state + 1, 1.0)) - np.log(load[:, None]), axis=1)
    log_weight[steps > reserve[:, None]] = -np.inf
    top = np.maximum(log_weight.max(axis=1, initial=-np.inf), 0.0)
    weight = np.exp(log_weight - top[:, None])
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore"):
        relative = np.exp(np.minimum(top + np.log(total), LARGEST_LOG))
    share = weight / np.where(total > 0, total, 1.0)[:, None]
    last = np.maximum(reserve.astype(np.int64) - 1, 0)[:, None]
    least = np.take_along_axis(share, last, axis=1)[:, 0] if steps.size else np.zeros(load.shape)
    return relative, least, (share * np.maximum(state, 0.0)).sum(axis=1)


def _flat(work: Workload) -> Workload:
    traits = {name: values.ravel() for name, values in work.traits.items()}
    return Workload(work.calls.ravel(), work.interval_s.ravel(), work.aht_s.ravel(), traits)
