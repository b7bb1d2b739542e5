"""Engset: few people may call, and those who are being served do not call."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.blocking import LARGEST_LOG, deviance, stirling_remainder
from staffing.models import erlang_b
from staffing.queueing import MODELS, Array, Performance, QueueModel, Workload
from staffing.roots import root
from wfm.errors import Finding, InputError


def performance(
    load_erl: ArrayLike, agents: ArrayLike, *, aht_s: ArrayLike, sources: ArrayLike, answer_within_s: ArrayLike
) -> Performance:
    """Loss system with finite sources (Engset 1918).

    A caller finds the agents as S - 1 sources would leave them. Every idle source offers
    A / (S - A (1 - blocking)) erlangs, so that all of them together offer A, calls turned away included.
    """
    load, n, population, _, _ = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (load_erl, agents, sources, aht_s, answer_within_s))
    )
    blocked = _blocking(load.ravel(), n.ravel(), population.ravel()).reshape(load.shape)
    return erlang_b.loss_performance(load, n, blocked)


def _blocking(load: Array, agents: Array, sources: Array) -> Array:
    """Call congestion, from the balance of what all sources offer."""

    def surplus(rows: NDArray[np.int64], blocked: Array) -> Array:
        offered = load[rows] / (sources[rows] - load[rows] * (1 - blocked))
        return blocked - _truncated_binomial(offered, agents[rows], sources[rows] - 1)

    return root(surplus, np.zeros_like(load), np.ones_like(load))


def _truncated_binomial(offered: Array, agents: Array, others: Array) -> Array:
    """Share of time that all n agents serve `others` sources, each offering so many erlangs while idle."""
    free = np.maximum(others - agents, 0.0)
    crowded = agents < 0.8 * offered * (free + 1)  # each term of the sum then is below 0.8 of the one before
    contested = ~crowded & (free > 0)
    inverse = np.exp(np.minimum(agents * np.log1p(1 / offered), LARGEST_LOG))  # all sources on the phone
    inverse[crowded] = _sum(offered[crowded], agents[crowded], free[crowded])
    inverse[contested] = _beta_over_binomial(offered[contested], agents[contested], others[contested])
    return np.where(agents <= others, 1 / inverse, 0.0)


def _sum(offered: Array, agents: Array, free: Array) -> Array:
    """1 + n / (b (m-n+1)) + n (n-1) / (b^2 (m-n+1) (m-n+2)) + ..."""
    term, total, k = np.ones_like(offered), np.ones_like(offered), 0
    while (term > 1e-17).any():
        term = term * (agents - k) / (offered * (free + k + 1))
        total += term
        k += 1
    return total


def _beta_over_binomial(offered: Array, n: Array, m: Array) -> Array:
    """Binomial distribution over its probability of n, in Stirling's form (Loader 2000)."""
    from scipy.special import betainc

    idle = 1 / (1 + offered)
    exponent = deviance(n, m * offered * idle) + deviance(m - n, m * idle)
    exponent += stirling_remainder(n) + stirling_remainder(m - n) - stirling_remainder(m)
    return (
        betainc(m - n, n + 1, idle) * np.sqrt(2 * np.pi * n * (1 - n / m)) * np.exp(np.minimum(exponent, LARGEST_LOG))
    )


def refuse_overload(source: str, work: Workload) -> None:
    """Raise `InputError` where sources offer more than all of them on the phone without a pause."""
    over = work.load_erl >= work.traits["sources"]
    if over.any():
        found = f"{work.load_erl[over].max():g} erlangs"
        expected = f"less than the number of sources, {work.traits['sources'][over].min():g}"
        raise InputError(Finding(source, "too-few-sources", found, expected, column="sources", count=int(over.sum())))


MODELS.add(
    "engset",
    QueueModel(
        "Engset: of a small number of people who may call, those who find all agents busy are turned away",
        performance,
        erlang_b.least_agents,
        loses_calls=True,
        needs=("sources",),
        refuse=refuse_overload,
    ),
)
