"""Erlang B: a caller who finds every agent busy is turned away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from staffing.blocking import inverse_blocking
from staffing.queueing import MODELS, Array, Performance, QueueModel, Workload, collect


def performance(load_erl: ArrayLike, agents: ArrayLike, **_: Any) -> Performance:
    """Loss system M/G/n/n (Erlang 1917); calls turned away count as lost at once, as in Erlang A without patience."""
    load, agents = np.asarray(load_erl, float), np.asarray(agents, float)
    return loss_performance(load, agents, 1 / inverse_blocking(load, agents))


def loss_performance(load: Array, agents: Array, blocked: Array) -> Performance:
    """What callers and agents experience where a share of calls is turned away and nobody waits."""
    answered = 1 - blocked
    return collect(
        {
            "p_wait": 0.0,
            "service_level": answered,
            "sl_excl_short_abn": np.where(agents > 0, 1.0, np.nan),
            "sl_answered": np.where(agents > 0, 1.0, np.nan),
            "sl_incl_short_abn": np.ones_like(blocked),
            "sl_virtual": answered,
            "asa_s": np.where(agents > 0, 0.0, np.nan),
            "wait_all_s": 0.0,
            "wait_virtual_s": 0.0,
            "occupancy": np.divide(load * answered, agents, out=np.full_like(blocked, np.nan), where=agents > 0),
            "abandonment": blocked,
            "queue_len": 0.0,
            "blocking": blocked,
        }
    )


def least_agents(work: Workload) -> Any:
    return np.ones(work.calls.shape, np.int64)


MODELS.add(
    "erlang_b",
    QueueModel(
        "Erlang B: callers who find all agents busy are turned away",
        performance,
        least_agents,
        loses_calls=True,
        continuous=True,
    ),
)
