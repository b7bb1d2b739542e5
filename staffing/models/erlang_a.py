"""Erlang A: callers wait, and hang up when their patience ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.blocking import HALF_LINE, LARGEST_LOG, inverse_blocking
from staffing.queueing import MODELS, Array, Performance, QueueModel, Workload, collect
from staffing.targets import TOLERANCE, Limits

_ROWS_AT_ONCE = 1024  # keeps the table of nodes in the processor's cache


def performance(
    load_erl: ArrayLike, agents: ArrayLike, *, aht_s: ArrayLike, patience_s: ArrayLike, answer_within_s: ArrayLike
) -> Performance:
    """Delay system with abandonment M/M/n+M (Palm 1946; Garnett, Mandelbaum and Reiman 2002).

    Everything is a ratio of integrals over the virtual wait v, whose density at v > 0 is proportional to
    exp(-n v/AHT + A patience/AHT (1 - exp(-v/patience))) (Baccelli and Hebuterne 1981; Zeltyn and Mandelbaum
    2005). All terms are positive, so that nothing cancels; no agents means that everybody abandons.

    Parameters
    ----------
    load_erl, agents, aht_s, patience_s, answer_within_s : array_like
        As in `QueueModel`; broadcast.

    Returns
    -------
    Performance
        To about 1e-12 up to 20,000 erlangs and patience from 0.1 s to 11 days.
    """
    given = np.broadcast_arrays(*(np.asarray(v, float) for v in (load_erl, agents, aht_s, patience_s, answer_within_s)))
    flat = [array.ravel() for array in given]
    chunks = range(0, max(flat[0].size, 1), _ROWS_AT_ONCE)
    parts = [_evaluate(*(array[first : first + _ROWS_AT_ONCE] for array in flat)) for first in chunks]
    return collect({name: np.concatenate([part[name] for part in parts]).reshape(given[0].shape) for name in parts[0]})


def least_agents(work: Workload) -> NDArray[np.int64]:
    return np.ones(work.calls.shape, np.int64)


@dataclass(frozen=True, slots=True)
class _Tail:
    """Integrals over s > start of f(s) = exp(y (1 - e^-s) - x s), all divided by f(base)."""

    base: Array
    all: Array  # of f
    served: Array  # of f e^-s
    gone: Array  # of f (e^-start - e^-s)
    wait: Array  # of f s
    wait_served: Array  # of f s e^-s


def _gauss_legendre() -> tuple[Array, Array]:
    """Nodes and weights on (-1, 0)."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    return (nodes - 1) / 2, weights / 2


_INTERVAL = _gauss_legendre()


def _evaluate(load: Array, agents: Array, aht: Array, patience: Array, within: Array) -> dict[str, Array]:
    return impatient_queue(load, agents, inverse_blocking(load, agents) - 1, aht, patience, within)


def impatient_queue(
    load: Array, agents: Array, idle_weight: Array, aht: Array, patience: Array, within: Array
) -> dict[str, Array]:
    """Metrics of a queue that `agents` serve at the rate agents / AHT once it has formed, whatever happens before.

    Parameters
    ----------
    load, agents, aht, patience, within : array, shape (rows,)
        Load [erl]; agents need not be whole; patience is finite [s].
    idle_weight : array, shape (rows,)
        Share of time in which a caller finds an agent free, relative to that in which all are busy and nobody waits;
        1/B - 1 in Erlang A.
    """
    staffed = agents > 0
    x = np.where(staffed, agents, 1.0) * patience / aht
    y = load * patience / aht
    limit = within / patience
    total, late = _tail(x, y, np.zeros_like(x)), _tail(x, y, limit)

    # P(wait) = M B / (1 + (M - 1) B) with M = 1F1(1; x+1; y) = x * integral of f.
    excess = np.maximum(y - x, 0.0) / x
    growth = x * total.all * np.exp(np.minimum(x * (excess - np.log1p(excess)), LARGEST_LOG))
    free = idle_weight / growth
    p_wait = 1 / (1 + free)
    late_share = p_wait * np.exp(_fall(*_slopes(x, y, total.base), late.base - total.base)) / total.all

    idle = free * p_wait
    answered = idle + p_wait * total.served / total.all
    abandoned = p_wait * total.gone / total.all
    in_time = np.maximum(answered - late_share * late.served, 0.0)
    abandoned_late = late_share * late.gone
    waited = p_wait / total.all * patience
    found = {
        "p_wait": p_wait,
        "service_level": in_time,
        "sl_excl_short_abn": in_time / (answered + abandoned_late),
        "sl_answered": in_time / answered,
        "sl_incl_short_abn": in_time + abandoned - abandoned_late,
        "sl_virtual": np.maximum(1 - late_share * late.all, 0.0),
        "asa_s": waited * total.wait_served / answered,
        "wait_all_s": abandoned * patience,
        "wait_virtual_s": waited * total.wait,
        "occupancy": load * answered / np.where(staffed, agents, 1.0),
        "abandonment": abandoned,
        "queue_len": load / aht * abandoned * patience,
        "blocking": np.zeros_like(load),
    }
    unstaffed = _nobody_there(load, aht, patience, limit)
    return {name: np.where(staffed, values, unstaffed[name]) for name, values in found.items()}


def _nobody_there(load: Array, aht: Array, patience: Array, limit: Array) -> dict[str, ArrayLike]:
    return {
        "p_wait": 1.0,
        "service_level": 0.0,
        "sl_excl_short_abn": 0.0,
        "sl_answered": np.nan,
        "sl_incl_short_abn": -np.expm1(-limit),
        "sl_virtual": 0.0,
        "asa_s": np.nan,
        "wait_all_s": patience,
        "wait_virtual_s": np.inf,
        "occupancy": np.nan,
        "abandonment": 1.0,
        "queue_len": load / aht * patience,
        "blocking": 0.0,
    }


def _tail(x: Array, y: Array, start: Array) -> _Tail:
    """Integrate outward from the mode of f, or from `start` where that lies beyond it, and inward to `start`."""
    base = np.maximum(start, np.log1p(np.maximum(y - x, 0.0) / x))  # the mode of f, where it has one
    slope, curvature = _slopes(x, y, base)
    sums = _sums(slope, curvature, 1 / (slope + np.minimum(curvature, np.sqrt(curvature))), *HALF_LINE)
    if (inside := base > start).any():
        c = curvature[inside]
        reach = np.minimum(np.sqrt(84 / c), np.maximum(1.26, np.log1p(84 / c)))  # f has fallen to e^-42 there
        length = np.minimum((base - start)[inside], reach)
        sums[:, inside] += _sums(np.zeros_like(c), c, length, *_INTERVAL)
    every, served, gone, wait, wait_served = sums
    left = np.exp(-base)
    return _Tail(
        base=base,
        all=every,
        served=left * served,
        gone=(np.exp(-start) - left) * every + left * gone,
        wait=base * every + wait,
        wait_served=left * (base * served + wait_served),
    )


def _sums(slope: Array, curvature: Array, scale: Array, nodes: Array, weights: Array) -> Array:
    """Moments of f around its base, w = s - base: of 1, e^-w, 1 - e^-w, w and w e^-w, shape (5, rows)."""
    w = scale[:, None] * nodes
    f = np.exp(_fall(slope[:, None], curvature[:, None], w))
    gone = -np.expm1(-w) * f
    served = f - gone
    lever = weights * nodes
    whole, first = ([part @ weights for part in (f, served, gone)], [part @ lever for part in (f, served)])
    return np.stack([scale * value for value in whole] + [scale**2 * value for value in first])


def _slopes(x: Array, y: Array, base: Array) -> tuple[Array, Array]:
    """First and second derivative of -log f at `base`; the first is never negative where f falls."""
    curvature = y * np.exp(-base)
    return np.maximum(x - curvature, 0.0), curvature


def _fall(slope: Array, curvature: Array, w: Array) -> Array:
    """log f(base + w) - log f(base)."""
    return -slope * w - curvature * (np.expm1(-w) + w)


def search(load_erl: Array, work: Workload, limits: Limits) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    from staffing.kernels import search_erlang_a

    asked = (limits.answer_within_s, limits.service_level, limits.asa_s, limits.occupancy, limits.abandonment)
    given = (load_erl, work.aht_s, work.traits["patience_s"], *asked)
    arrays = [np.ascontiguousarray(v).ravel() for v in given]
    return search_erlang_a(*arrays, TOLERANCE)  # type: ignore[call-arg]


MODELS.add(
    "erlang_a",
    QueueModel(
        "Erlang A: callers hang up when their patience ends",
        performance,
        least_agents,
        loses_calls=True,
        needs=("patience_s",),
        continuous=True,
        search=search,
        search_from=10_000,
    ),
)
