"""Erlang X: callers hang up when their patience ends, and a share of them calls again."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from staffing.blocking import load_with_redials
from staffing.models import erlang_a
from staffing.queueing import MODELS, Performance, QueueModel


def performance(
    load_erl: ArrayLike,
    agents: ArrayLike,
    *,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    redial: ArrayLike,
    answer_within_s: ArrayLike,
) -> Performance:
    """Erlang A whose load holds its own redials: A' = A + r P(abandon; A') A' (Koole 2013, section 4.7).

    Shares and waits are of attempts, first calls and redials alike; occupancy and queue length are of the queue.
    """
    load, agents, aht, patience, share = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (load_erl, agents, aht_s, patience_s, redial))
    )

    def abandonment(attempts: np.ndarray, *queue: np.ndarray) -> np.ndarray:
        n, aht_s, patience_s = queue
        return erlang_a.performance(attempts, n, aht_s=aht_s, patience_s=patience_s, answer_within_s=0.0).abandonment

    attempts = load_with_redials(load, share, abandonment, agents, aht, patience)
    return erlang_a.performance(attempts, agents, aht_s=aht, patience_s=patience, answer_within_s=answer_within_s)


MODELS.add(
    "erlang_x",
    QueueModel(
        "Erlang X: callers hang up when their patience ends, and a share of them calls again",
        performance,
        erlang_a.least_agents,
        loses_calls=True,
        needs=("patience_s", "redial"),
        continuous=True,
    ),
)
