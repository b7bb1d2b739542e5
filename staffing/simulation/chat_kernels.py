"""Compiled loop over the events of many days on which agents have several chats at once.

All chats of an agent advance at the same pace, so that each agent has a clock of its own that runs at that pace and
a chat is over at a fixed time of it. Two trees hold when each agent's next chat ends and who takes the next one.
Every loop lives in this one file, because a cached kernel does not notice changes in another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

NOBODY = -1
STEP = np.int64(1) << 40  # changes of one day are fewer
STAYS, GONE = -1, -2  # an agent who leaves holds the number of the staff step instead

# Nothing here allocates: without counted references and with everything inlined the loop is many times as fast.
kernel = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
part = njit(nogil=True, forceinline=True, _nrt=False)  # type: ignore[call-overload]

AGENT = np.dtype([("clock", np.float64), ("at", np.float64), ("load", np.int64), ("leaves", np.int64)])


class Desk(NamedTuple):
    """All that the loop works on.

    `over` and `chat` (agents, places) hold by the agent's clock when each chat ends, and which it is; `ends` and
    `takes` are trees of minima over agents, leaves behind; `pace` is the speed of one chat by their number;
    `queue` counts the next chat in line, the next to arrive, and changes of agents; `chats` and `engaged` (days,
    intervals) add up seconds.
    """

    arrival: np.ndarray
    handle: np.ndarray
    patience: np.ndarray
    start: np.ndarray
    end: np.ndarray
    agents: np.ndarray
    over: np.ndarray
    chat: np.ndarray
    ends: np.ndarray
    takes: np.ndarray
    pace: np.ndarray
    queue: np.ndarray
    chats: np.ndarray
    engaged: np.ndarray
    interval_s: float


HEAD, NEXT, CHANGES, DAY = range(4)


@part
def _set(tree, agent, value):
    """A leaf gets a value, and its way to the root the minima."""
    node = (tree.size >> 1) + agent
    tree[node] = value
    while node > 1:
        node >>= 1
        tree[node] = min(tree[2 * node], tree[2 * node + 1])


@part
def _least(tree):
    node = 1
    while node < tree.size >> 1:
        node = 2 * node if tree[2 * node] == tree[node] else 2 * node + 1
    return node - (tree.size >> 1)


@part
def _advance(d, agent, now):
    """Bring an agent's clock to `now`, and count the time."""
    one = d.agents[agent]
    if one.load:
        one.clock += (now - one.at) * d.pace[one.load]
        i = int(one.at / d.interval_s)
        while i < d.chats.shape[1] and i * d.interval_s < now:
            seconds = min(now, (i + 1) * d.interval_s) - max(one.at, i * d.interval_s)
            d.chats[d.queue[DAY], i] += seconds * one.load
            d.engaged[d.queue[DAY], i] += seconds
            i += 1
    else:
        one.clock = 0.0
    one.at = now


@part
def _plan(d, agent):
    """When the next chat of an agent ends, and whether the agent may take another."""
    one = d.agents[agent]
    first = np.inf
    for place in range(one.load):
        first = min(first, d.over[agent, place])
    _set(d.ends, agent, one.at + (first - one.clock) / d.pace[one.load] if one.load else np.inf)
    if one.leaves != STAYS or one.load == d.over.shape[1]:
        _set(d.takes, agent, np.inf)


@part
def _line_up(d, agent):
    """An agent goes to the end of the line of those who have as many chats."""
    d.queue[CHANGES] += 1
    _set(d.takes, agent, float(d.agents[agent].load * STEP + d.queue[CHANGES]))


@part
def _take(d, agent, chat, now):
    """An agent begins a chat; the clock of one without any begins anew."""
    _advance(d, agent, now)
    one = d.agents[agent]
    d.over[agent, one.load], d.chat[agent, one.load] = one.clock + d.handle[chat], chat
    one.load += 1
    d.start[chat] = now
    _line_up(d, agent)
    _plan(d, agent)


@part
def _take_waiting(d, agent, now):
    """The customer who waits longest comes to an agent; those long gone are passed over."""
    while d.queue[HEAD] < d.queue[NEXT]:
        chat = d.queue[HEAD]
        d.queue[HEAD] += 1
        if d.patience[chat] >= now - d.arrival[chat]:
            _take(d, agent, chat, now)
            return
        d.start[chat] = now


@part
def _end(d, agent, now, effective):
    """The chat of an agent that is over first ends."""
    _advance(d, agent, now)
    one, first = d.agents[agent], 0
    for place in range(1, one.load):
        first = place if d.over[agent, place] < d.over[agent, first] else first
    d.end[d.chat[agent, first]] = now
    one.load -= 1
    d.over[agent, first], d.chat[agent, first] = d.over[agent, one.load], d.chat[agent, one.load]
    if one.load == 0:
        one.clock = 0.0
        if one.leaves >= 0:
            effective[one.leaves] = now
            one.leaves = GONE
    if one.leaves == STAYS:
        _line_up(d, agent)
        _take_waiting(d, agent, now)
    _plan(d, agent)


@part
def _leave(d, agents, step, now, effective):
    """Who has the fewest chats takes no more and goes after the last; of equals the one who ends one first."""
    best, fewest, soonest = NOBODY, np.int64(0), 0.0
    for agent in range(agents):
        load, end = d.agents[agent].load, d.ends[(d.ends.size >> 1) + agent]
        better = best == NOBODY or load < fewest or (load == fewest and end < soonest)
        if d.agents[agent].leaves == STAYS and better:
            best, fewest, soonest = agent, load, end
    one = d.agents[best]
    effective[step] = now
    one.leaves = step if one.load else GONE
    _set(d.takes, best, np.inf)


@part
def _come(d, agent, now):
    """An agent comes and takes as many of those waiting as there are places."""
    d.agents[agent].clock, d.agents[agent].at, d.agents[agent].load, d.agents[agent].leaves = 0.0, now, 0, STAYS
    _line_up(d, agent)
    for _ in range(d.over.shape[1]):
        _take_waiting(d, agent, now)


@part
def _arrive(d, now):
    chat = d.queue[NEXT]
    d.queue[NEXT] += 1
    if d.takes[1] < np.inf:
        d.queue[HEAD] = d.queue[NEXT]
        _take(d, _least(d.takes), chat, now)
    else:
        d.start[chat] = np.inf


@kernel
def run_days(d, first, step_at, step_by, effective):
    """Events in order of time; at one moment changes of staff, then ends of chats, then arrivals."""
    for day in range(first.size - 1):
        d.queue[HEAD], d.queue[NEXT], d.queue[CHANGES], d.queue[DAY] = first[day], first[day], 0, day
        d.ends[:], d.takes[:] = np.inf, np.inf
        step, agents = 0, 0
        while True:
            t_chat = d.arrival[d.queue[NEXT]] if d.queue[NEXT] < first[day + 1] else np.inf
            t_step = step_at[step] if step < step_at.size else np.inf
            now = min(min(d.ends[1], t_chat), t_step)
            if now == np.inf:
                break
            if t_step == now:
                effective[day, step] = now
                if step_by[step] > 0:
                    _come(d, agents, now)
                    agents += 1
                else:
                    _leave(d, agents, step, now, effective[day])
                step += 1
            elif d.ends[1] == now:
                _end(d, _least(d.ends), now, effective[day])
            else:
                _arrive(d, now)
