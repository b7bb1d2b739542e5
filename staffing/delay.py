"""Queues that are those of Erlang C or A once all agents are busy, whatever they do before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffing.models.erlang_a import impatient_queue
from staffing.queueing import METRICS, Array


def delay_metrics(
    load: Array,
    servers: Array,
    stable: NDArray[np.bool_],
    idle_weight: Array,
    aht: Array,
    patience: Array,
    within: Array,
) -> dict[str, Array]:
    """Metrics of such queues, with patience or without.

    Parameters
    ----------
    load, servers, aht, patience, within : array, shape (rows,)
        The queue is served at the rate servers / AHT, which need not be whole; infinite patience: all wait.
    stable : bool array
        Where the queue of those who all wait does not grow without end.
    idle_weight : array
        Share of time in which a caller finds an agent free, relative to that in which all are busy and nobody waits.

    Returns
    -------
    dict of arrays by the names in `METRICS`
        `occupancy` is that of servers who do nothing else; 1 without patience.
    """
    endless = np.isinf(patience)
    found = {name: np.empty(load.shape) for name in METRICS}
    rows = (load, servers, idle_weight, aht, patience, within)
    for here, metrics in (
        (endless, patient_queue(stable[endless], *(array[endless] for array in rows))),
        (~endless, impatient_queue(*(array[~endless] for array in rows))),
    ):
        for name, values in metrics.items():
            found[name][here] = values
    return found


def patient_queue(
    stable: NDArray[np.bool_], load: Array, servers: Array, idle_weight: Array, aht: Array, _: Array, within: Array
) -> dict[str, Array]:
    """P(wait) = 1 / (1 + (1 - rho) w) of the idle weight w, and exponential waits; Erlang C with w = 1/B - 1."""
    spare = np.where(stable, servers - load, 1.0)
    idle = np.where(stable, spare / np.where(stable, servers, 1.0), 0.0)
    p_wait = np.where(stable, 1 / (1 + idle * np.where(stable, idle_weight, 0.0)), 1.0)
    level = np.where(stable, 1 - p_wait * np.exp(-spare * within / aht), 0.0)
    wait = np.where(stable, p_wait * aht / spare, np.inf)
    levels = ("service_level", "sl_excl_short_abn", "sl_answered", "sl_incl_short_abn", "sl_virtual")
    found = dict.fromkeys(levels, level) | dict.fromkeys(("asa_s", "wait_all_s", "wait_virtual_s"), wait)
    found |= {"p_wait": p_wait, "occupancy": np.ones(load.shape), "queue_len": load / aht * wait}
    return found | dict.fromkeys(("abandonment", "blocking"), np.zeros(load.shape))
