"""Extended Erlang B: callers who are turned away try again."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from staffing.blocking import inverse_blocking, load_with_redials
from staffing.models import erlang_b
from staffing.queueing import MODELS, Array, Performance, QueueModel


def performance(
    load_erl: ArrayLike, agents: ArrayLike, *, aht_s: ArrayLike, redial: ArrayLike, answer_within_s: ArrayLike
) -> Performance:
    """Erlang B whose load holds its own retries: A' = A + r B(A') A' (Jewett, Shrago and Yomtov 1980).

    Shares are of attempts, first calls and retries alike.
    """
    load, agents, share, _, _ = np.broadcast_arrays(
        *(np.asarray(v, float) for v in (load_erl, agents, redial, aht_s, answer_within_s))
    )
    attempts = load_with_redials(load, share, _blocking, agents)
    return erlang_b.performance(attempts, agents, aht_s=aht_s, answer_within_s=answer_within_s)


def _blocking(load: Array, agents: Array) -> Array:
    return 1 / inverse_blocking(load, agents)


MODELS.add(
    "extended_b",
    QueueModel(
        "Extended Erlang B: callers who find all agents busy are turned away, and a share of them calls again",
        performance,
        erlang_b.least_agents,
        loses_calls=True,
        needs=("redial",),
        continuous=True,
    ),
)
