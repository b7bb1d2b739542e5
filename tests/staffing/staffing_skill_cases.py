"""Two skills of equal handle time as an exact Markov chain of counts, and shared builders."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from staffing.handletimes import HandleTimes
from staffing.pooled import SkillLoad
from staffing.skilltrial import OfferedSkill, Trial
from wfm.params import QueueSpec, ServiceTarget

EXPONENTIAL = HandleTimes("exponential")


def exact(calls_per_s, aht_s, patience_s, groups, agents, longest=28):
    """Share of calls answered at once and share abandoned, per skill.

    Waiting calls of the first skill are taken first by whoever can; `groups` are lists of the skills 0 and 1, and no
    two groups may have a skill at the same place of their lists. State: busy agents of each group, waiting calls.
    """
    order = [
        sorted((g for g, own in enumerate(groups) if k in own), key=lambda g, k=k: groups[g].index(k)) for k in (0, 1)
    ]
    states = [
        (busy, queue)
        for busy in itertools.product(*(range(n + 1) for n in agents))
        for queue in itertools.product(range(longest + 1), repeat=2)
        if all(q == 0 or all(busy[g] == agents[g] for g in order[k]) for k, q in enumerate(queue))
    ]
    number = {state: at for at, state in enumerate(states)}
    rows, columns, rates = [], [], []

    def go(here, there, rate):
        if rate > 0 and there in number:
            rows.extend([number[here], number[here]])
            columns.extend([number[there], number[here]])
            rates.extend([rate, -rate])

    def add(counts, at, by):
        return tuple(n + by * (place == at) for place, n in enumerate(counts))

    at_once = np.zeros((len(states), 2))
    for busy, queue in states:
        for k in (0, 1):
            free = [g for g in order[k] if busy[g] < agents[g]]
            at_once[number[busy, queue], k] = bool(free)
            there = (add(busy, free[0], 1), queue) if free else (busy, add(queue, k, 1))
            go((busy, queue), there, calls_per_s[k])
            go((busy, queue), (busy, add(queue, k, -1)), queue[k] / patience_s[k])
        for g, n in enumerate(busy):
            waiting = [k for k in (0, 1) if k in groups[g] and queue[k] > 0]
            there = (busy, add(queue, waiting[0], -1)) if waiting else (add(busy, g, -1), queue)
            go((busy, queue), there, n / aht_s)
    balance = coo_matrix((rates, (columns, rows)), shape=(len(states),) * 2).tolil()
    balance[0, :] = 1.0
    right = np.zeros(len(states))
    right[0] = 1.0
    share = spsolve(balance.tocsc(), right)
    queued = share @ np.array([queue for _, queue in states])
    return share @ at_once, queued / (np.array(patience_s) * np.array(calls_per_s))


def specs_of(count, target=None, patience_s=120.0, **options):
    target = target or ServiceTarget(max_occupancy=None)
    targets = target if isinstance(target, list) else [target] * count
    patience = patience_s if isinstance(patience_s, list) else [patience_s] * count
    return [
        QueueSpec(
            "abcdefghijkl"[k],
            targets[k],
            model="erlang_a" if patience[k] else "erlang_c",
            patience_s=patience[k],
            **options,
        )
        for k in range(count)
    ]


def load_of(specs, load_erl, aht_s, groups):
    """One interval of 1800 s; `groups` are texts of one letter a skill."""
    aht = np.broadcast_to(np.asarray(aht_s, float), (len(specs),))
    calls = np.asarray(load_erl, float) / aht * 1800
    has = np.array([[spec.queue in own for spec in specs] for own in groups])
    return SkillLoad(specs, calls[None, :], aht[None, :], 1800.0, has)


def trial_of(load, groups, seed=(7,), most_calls=600_000, handle=EXPONENTIAL, priority=None):
    offered = {
        spec.queue: OfferedSkill(spec, calls / 1800, aht, handle, (priority or {}).get(spec.queue, 1))
        for spec, calls, aht in zip(load.specs, load.calls[0], load.aht_s[0], strict=True)
        if calls > 0
    }
    nothing = np.full(len(groups), np.nan)
    return Trial(offered, {own: list(own) for own in groups}, nothing, seed=seed, most_calls=most_calls)
