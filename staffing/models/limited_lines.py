"""M/M/n/k: so many lines for calls in service and in queue; who finds them all taken is turned away."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from staffing.blocking import inverse_blocking
from staffing.models import erlang_a
from staffing.queueing import METRICS, MODELS, Array, Performance, QueueModel, collect

_CELLS_AT_ONCE = 2**18


def performance(
    load_erl: ArrayLike,
    agents: ArrayLike,
    *,
    aht_s: ArrayLike,
    lines: ArrayLike,
    patience_s: ArrayLike,
    answer_within_s: ArrayLike,
) -> Performance:
    """Finite birth-death queue M/M/n/k, callers hanging up when their patience ends if that is finite (M/M/n/k+M).

    The state of all agents busy carries the weight 1, those below it together 1/B(n) - 1 (Erlang B), and each
    caller in queue multiplies by A / (n + j AHT/patience). The wait behind j callers is a sum of exponential times
    of rates n/AHT + i/patience, i = 0..j, the logarithm of a beta variable; its tail is summed over j.

    Parameters
    ----------
    load_erl, agents, aht_s, patience_s, answer_within_s : array_like
        As in `QueueModel`; broadcast. Infinite patience: callers wait until answered.
    lines : array_like
        Lines k; agents beyond them have nothing to do.
    """
    given = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (load_erl, agents, aht_s, lines, patience_s, answer_within_s))
    )
    flat = [array.ravel() for array in given]
    places = np.maximum(flat[3] - flat[1], 0).astype(np.int64)
    found = {name: np.empty(places.shape) for name in METRICS}
    order = np.argsort(places, kind="stable")
    while order.size:  # queues of like length together, so that tables have few empty cells
        rows = order[-max(1, _CELLS_AT_ONCE // (int(places[order[-1]]) + 1)) :]
        order = order[: -rows.size]
        for name, values in _evaluate(places[rows], *(array[rows] for array in flat)).items():
            found[name][rows] = values
    return collect({name: values.reshape(given[0].shape) for name, values in found.items()})


def _evaluate(
    places: np.ndarray, load: Array, agents: Array, aht: Array, lines: Array, patience: Array, within: Array
) -> dict[str, Array]:
    stuck = (agents == 0) & np.isinf(patience)  # nobody serves and nobody leaves: whoever waits waits for ever
    busy = np.where(stuck, 1.0, np.minimum(agents, lines))
    j = np.arange(int(places.max()) + 1)
    leaving = aht / patience
    waiting, idle = _shares(load, busy, leaving, places, j)
    blocked = waiting[np.arange(places.size), places]
    joins = np.where(j < places[:, None], waiting, 0.0)

    forward = busy[:, None] + (j + 1) * leaving[:, None]
    served = busy[:, None] / forward
    gone = (j + 1) * leaving[:, None] / forward
    serving_s = aht[:, None] * np.cumsum(1 / forward, axis=1)
    with np.errstate(divide="ignore"):
        virtual_s = aht[:, None] * np.cumsum(1 / (forward - leaving[:, None]), axis=1)
    late = _late(busy, leaving, within / aht, j, leaves_with=0.0)
    late_served = served * _late(busy, leaving, within / aht, j, leaves_with=1.0)
    stays = np.exp(-within / patience)

    answered = idle + _over(joins, served)
    in_time = idle + _over(joins, np.maximum(served - late_served, 0.0))
    abandoned = _over(joins, gone)
    lost_late = np.maximum(stays * _over(joins, late) - _over(joins, late_served), 0.0)
    wait_all = aht * _over(joins, (j + 1) / forward)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "p_wait": joins.sum(axis=1),
            "service_level": in_time,
            "sl_excl_short_abn": in_time / (answered + lost_late),
            "sl_answered": in_time / answered,
            "sl_incl_short_abn": in_time + blocked + abandoned - lost_late,
            "sl_virtual": idle + _over(joins, np.maximum(1 - late, 0.0)),
            "asa_s": _over(joins, served * serving_s) / answered,
            "wait_all_s": wait_all,
            "wait_virtual_s": np.where(joins > 0, joins * virtual_s, 0.0).sum(axis=1),
            "occupancy": load * answered / agents,
            "abandonment": abandoned + blocked,
            "queue_len": load / aht * wait_all,
            "blocking": blocked,
        }
    unserved: dict[str, ArrayLike] = dict.fromkeys(
        ("p_wait", "service_level", "sl_excl_short_abn", "sl_virtual", "wait_all_s"), 0.0
    )
    unserved |= dict.fromkeys(("sl_incl_short_abn", "abandonment", "blocking"), 1.0)
    unserved |= dict.fromkeys(("sl_answered", "asa_s", "occupancy"), np.nan) | {"wait_virtual_s": np.inf}
    unserved |= {"queue_len": places}
    return {name: np.where(stuck, unserved[name], values) for name, values in found.items()}


def _shares(load: Array, busy: Array, leaving: Array, places: np.ndarray, j: np.ndarray) -> tuple[Array, Array]:
    """Share of time with j callers in queue, shape (rows, j), and with an idle agent."""
    rate = busy[:, None] + j * leaving[:, None]
    rate[:, 0] = load  # the step into j = 0 is that of the weight 1
    log_weight = np.cumsum(np.log(load[:, None] / rate), axis=1)
    log_weight[j > places[:, None]] = -np.inf
    below = inverse_blocking(load, busy) - 1
    log_below = np.log(np.maximum(below, np.finfo(float).tiny))
    most = np.maximum(log_weight.max(axis=1), log_below)
    weight = np.exp(log_weight - most[:, None])
    idle = np.where(below > 0, np.exp(log_below - most), 0.0)
    total = weight.sum(axis=1) + idle
    return weight / total[:, None], idle / total


def _late(busy: Array, leaving: Array, within: Array, j: np.ndarray, leaves_with: float) -> Array:
    """P(wait > within) behind j callers, a service time being the unit, shape (rows, j).

    With `leaves_with` 1 the rates hold the patience of the caller too: the tail of the wait if served.
    """
    base = busy + leaves_with * leaving
    reach = np.where(leaving > 0, -np.expm1(-within * leaving) / np.where(leaving > 0, leaving, 1.0), within)
    steps = np.maximum(j - 1, 0)
    with np.errstate(divide="ignore"):
        log_term = np.log(reach[:, None] * (base[:, None] + steps * leaving[:, None]) / np.maximum(j, 1))
    log_term[:, 0] = -base * within
    return np.minimum(np.cumsum(np.exp(np.cumsum(log_term, axis=1)), axis=1), 1.0)


def _over(share: Array, value: Array) -> Array:
    return (share * value).sum(axis=1)


MODELS.add(
    "limited_lines",
    QueueModel(
        "M/M/n/k: callers wait on a limited number of lines; who finds them all taken is turned away",
        performance,
        erlang_a.least_agents,
        loses_calls=True,
        needs=("lines",),
        takes=("patience_s",),
        most_agents=lambda work: work.traits["lines"],
    ),
)
