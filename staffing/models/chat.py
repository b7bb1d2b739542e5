"""Chat: an agent talks with several customers at once, and each of them takes longer for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.blocking import LARGEST_LOG
from staffing.delay import delay_metrics
from staffing.inputs import refuse_senseless
from staffing.queueing import METRICS, MODELS, Array, Performance, QueueModel, Workload, collect, sound_workload
from wfm.channels import concurrency_problem
from wfm.errors import Finding, InputError

_CELLS_AT_ONCE = 2**18


def performance(
    load_erl: ArrayLike,
    agents: ArrayLike,
    *,
    aht_s: ArrayLike,
    concurrency: ArrayLike,
    patience_s: ArrayLike,
    answer_within_s: ArrayLike,
) -> Performance:
    """Birth-death queue of n agents with up to c chats each, spread evenly over the agents (after Koole).

    An agent with k chats ends them at the rate k / AHT(k), and with m chats in all every agent has the whole part of
    m / n of them or one more. Once all have c, customers wait, and the queue is that of Erlang C, or with patience of
    Erlang A, served at the rate n c / AHT(c); only the states before it weigh otherwise. With c = 1 this is
    Erlang C or A.

    Parameters
    ----------
    load_erl, agents, aht_s, answer_within_s : array_like
        As in `QueueModel`; broadcast. A chat is answered when an agent takes it up; `aht_s` is the handle time of a
        chat that is alone.
    concurrency : array of tuple
        Handle times with 1 to c chats at hand, of which only the ratios to the first count.
    patience_s : array_like
        Infinite: customers wait until answered.

    Returns
    -------
    Performance
        `occupancy` is the share of their n c places for chats that agents have taken. The time in which an agent has
        at least one (`engagement`) is no target: with few agents and little patience it grows with one agent more.
    """
    numbers = (np.asarray(v, float) for v in (load_erl, agents, aht_s, patience_s, answer_within_s))
    *given, profiles = np.broadcast_arrays(*numbers, np.asarray(concurrency, object))
    flat = [array.ravel() for array in given]
    found = {name: np.empty(flat[0].shape) for name in METRICS}
    for rows, ratios in _alike(profiles.ravel(), flat[1]):
        for name, values in _evaluate(ratios, *(array[rows] for array in flat)).items():
            found[name][rows] = values
    return collect({name: values.reshape(profiles.shape) for name, values in found.items()})


def engagement(
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    concurrency: ArrayLike,
    patience_s: ArrayLike | None = None,
) -> tuple[Array, Array]:
    """How agents are engaged; parameters as in `staffing.performance` of ``chat``.

    Returns
    -------
    engaged, chats : array
        Share of their time in which agents have at least one chat, and mean number of chats while they have any; nan
        where there is no work or nobody to do it.
    """
    refuse_senseless("chat", agents=agents)
    work = sound_workload("chat", calls, interval_s, aht_s, {"concurrency": concurrency, "patience_s": patience_s})
    traits = (work.traits["patience_s"], work.traits["concurrency"])
    load, staffed, patience, profiles = np.broadcast_arrays(work.load_erl, np.asarray(agents, float), *traits)
    aht = np.broadcast_to(np.where(work.aht_s > 0, work.aht_s, 1.0), load.shape)
    flat = [array.ravel() for array in (load, staffed, aht, patience, np.zeros(load.shape))]
    engaged, chats = np.full((2, load.size), np.nan)
    for rows, ratios in _alike(profiles.ravel(), flat[1]):
        rows = rows[(flat[0][rows] > 0) & (flat[1][rows] > 0)]
        part = [array[rows] for array in flat]
        found, (_, busy, held) = _evaluate(ratios, *part), _states(ratios, *part[:2])
        waits = found["p_wait"]
        engaged[rows] = waits + (1 - waits) * busy
        chats[rows] = (waits * len(ratios) + (1 - waits) * held) / engaged[rows]
    return engaged.reshape(load.shape), chats.reshape(load.shape)


def least_agents(work: Workload) -> NDArray[np.int64]:
    """One with patience; without, so many that all of them with all their chats end more than come."""
    load, endless = work.load_erl.ravel(), np.isinf(work.traits["patience_s"]).ravel()
    needed = np.ones(load.shape, np.int64)
    for rows, ratios in _alike(work.traits["concurrency"].ravel(), np.ones(load.shape)):
        rows = rows[endless[rows]]
        needed[rows] = np.floor(_demand(load[rows], ratios)).astype(np.int64) + 1
    return needed.reshape(work.calls.shape)


def refuse_slower_crowds(source: str, work: Workload) -> None:
    """Raise `InputError` for handle times with which an agent does less for having more chats."""
    profiles: set[tuple[float, ...]] = set(work.traits["concurrency"].ravel().tolist())  # type: ignore[arg-type]
    for profile in profiles:
        if problem := concurrency_problem(profile):
            found, expected = problem
            raise InputError(Finding(source, "bad-concurrency", found, expected, column="concurrency"))


def _alike(profiles: NDArray, agents: Array) -> Iterator[tuple[NDArray[np.int64], tuple[float, ...]]]:
    """Rows of one concurrency and of like size, few enough for their states to fit a table, and its ratios."""
    names = profiles.tolist()
    for profile in dict.fromkeys(names):
        rows = np.array([name == profile for name in names]) if len(set(names)) > 1 else np.ones(len(names), bool)
        order = np.flatnonzero(rows)[np.argsort(agents[rows], kind="stable")]
        while order.size:
            states = int(agents[order[-1]]) * len(profile) + 1
            chunk, order = order[-max(1, _CELLS_AT_ONCE // states) :], order[: -max(1, _CELLS_AT_ONCE // states)]
            yield chunk, tuple(time / profile[0] for time in profile)


def _demand(load: Array, ratios: tuple[float, ...]) -> Array:
    """Agents that would be busy with all their chats all the time; whole where it is whole in decimals."""
    demand = load * ratios[-1] / len(ratios)
    whole = np.rint(demand)
    return np.where(np.abs(demand - whole) <= 8 * np.spacing(whole), whole, demand)


def _evaluate(
    ratios: tuple[float, ...], load: Array, agents: Array, aht: Array, patience: Array, within: Array
) -> dict[str, Array]:
    before, _, held = _states(ratios, load, agents)
    servers, stable = agents * len(ratios) / ratios[-1], agents > _demand(load, ratios)
    found = delay_metrics(load, servers, stable, before, aht, patience, within)
    some = (agents > 0) & (found["p_wait"] < 1)
    taken = found["p_wait"] + (1 - found["p_wait"]) * held / len(ratios)
    found["occupancy"] = np.where(some, taken, found["occupancy"])
    return found


def _states(ratios: tuple[float, ...], load: Array, agents: Array) -> tuple[Array, Array, Array]:
    """The states in which some agent takes another chat.

    Returns
    -------
    weight, busy, held : array
        Share of time in them relative to that in which all agents have all their chats and nobody waits; and within
        them the share of agents with a chat, and chats an agent. Shape (rows,).
    """
    most = len(ratios)
    rate = np.array([0.0, *((k + 1) / ratio for k, ratio in enumerate(ratios)), 0.0])
    n, steps = np.maximum(agents, 1.0)[:, None], np.arange(1, int(agents.max(initial=0)) * most + 1)
    chats = np.maximum(agents[:, None] * most - steps, 0)  # of the state that lies so many steps below
    each, more = np.divmod(chats + 1, n)
    each = each.astype(np.int64)
    ends = (n - more) * rate[each] + more * rate[each + 1]
    log_weight = np.cumsum(np.log(ends) - np.log(load[:, None]), axis=1)
    log_weight[steps > agents[:, None] * most] = -np.inf
    top = np.maximum(log_weight.max(axis=1, initial=-np.inf), 0.0)
    weight = np.exp(log_weight - top[:, None])
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore"):
        relative = np.exp(np.minimum(top + np.log(total), LARGEST_LOG))
    share = weight / np.where(total > 0, total, 1.0)[:, None]
    return relative, (share * np.minimum(chats / n, 1.0)).sum(axis=1), (share * chats / n).sum(axis=1)


MODELS.add(
    "chat",
    QueueModel(
        "Chat: agents talk with several customers at once, the slower the more; customers wait, or leave with patience",
        performance,
        least_agents,
        loses_calls=True,
        needs=("concurrency",),
        takes=("patience_s",),
        refuse=refuse_slower_crowds,
    ),
)
