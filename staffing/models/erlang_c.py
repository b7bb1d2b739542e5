"""Erlang C: every caller waits until answered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.blocking import inverse_blocking
from staffing.queueing import MODELS, Array, Performance, QueueModel, Workload, collect
from staffing.targets import TOLERANCE, Limits


def performance(
    load_erl: ArrayLike, agents: ArrayLike, *, aht_s: ArrayLike, answer_within_s: ArrayLike, **_: Any
) -> Performance:
    """Delay system M/M/n (Erlang 1917).

    P(wait) = 1 / (rho + (1 - rho) / B) has no cancellation near n = A; the wait of those who wait is exponential
    with mean AHT / (n - A). With no more agents than erlangs the queue grows without end: everyone waits for ever.
    """
    load, agents, aht, within = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (load_erl, agents, aht_s, answer_within_s))
    )
    stable = agents > load
    spare = np.where(stable, agents - load, 1.0)
    occupancy = np.divide(load, agents, out=np.ones(load.shape), where=stable)
    inverse = inverse_blocking(load, np.where(stable, agents, np.floor(load) + 1))
    p_wait = np.where(stable, 1 / (occupancy + (1 - occupancy) * inverse), 1.0)
    level = np.where(stable, 1 - p_wait * np.exp(-spare * within / aht), 0.0)
    wait = np.where(stable, p_wait * aht / spare, np.inf)
    shared_levels = dict.fromkeys(
        ("service_level", "sl_excl_short_abn", "sl_answered", "sl_incl_short_abn", "sl_virtual"), level
    )
    return collect(
        shared_levels
        | dict.fromkeys(("asa_s", "wait_all_s", "wait_virtual_s"), wait)
        | {"p_wait": p_wait, "occupancy": occupancy, "abandonment": 0.0, "blocking": 0.0}
        | {"queue_len": load / aht * wait}
    )


def least_agents(work: Workload) -> NDArray[np.int64]:
    return np.floor(work.load_erl).astype(np.int64) + 1


def search(load_erl: Array, work: Workload, limits: Limits) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    from staffing.kernels import search_erlang_c

    asked = (limits.answer_within_s, limits.service_level, limits.asa_s, limits.occupancy)
    arrays = [np.ascontiguousarray(v).ravel() for v in (load_erl, work.aht_s, *asked)]
    return search_erlang_c(*arrays, TOLERANCE)  # type: ignore[call-arg]


MODELS.add(
    "erlang_c",
    QueueModel(
        "Erlang C: every caller waits until answered",
        performance,
        least_agents,
        loses_calls=False,
        continuous=True,
        search=search,
        search_from=50_000,
    ),
)
