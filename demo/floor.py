"""The contact centre second by second: who answers which call when, and what every agent does meanwhile.

Event-driven and compiled. All times are whole Unix seconds. At one and the same second agents move first,
in order of their number, then calls come in; a caller whose patience ends in the second in which an agent
turns up is still answered.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

import numpy as np

STATES = ("logged_off", "ready", "on_call", "acw", "break", "lunch", "meeting", "training", "coaching", "not_ready")
LOGGED_OFF, READY, ON_CALL, ACW = range(4)
SKILLS, LOGIN, ABSENCE, LOGOFF = range(4)
WAITING, ANSWERED, ABANDONED, BLOCKED = range(4)
NOBODY = -1
NEVER = 2**62


class Callers(NamedTuple):
    """Calls in order of arrival, one position a call; times in seconds."""

    offered: np.ndarray
    queue: np.ndarray
    patience: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    acw: np.ndarray


class Plans(NamedTuple):
    """What agents intend to do, item by item, sorted by agent, start and kind.

    Items of agent a are ``first[a]:first[a + 1]``. SKILLS changes the queues served to row `value` of the
    routing; LOGIN and LOGOFF bound the shift; ABSENCE leaves the phone for state `value`. An item waits until
    the call in hand and its after-call work are done. An absence then lasts until `end`, but at least `keep`
    seconds: a break that begins late ends late, a meeting does not.
    """

    first: np.ndarray
    start: np.ndarray
    end: np.ndarray
    keep: np.ndarray
    kind: np.ndarray
    value: np.ndarray


class Routing(NamedTuple):
    """Queues that each skill set serves, best first and filled with -1, and the same as a table of flags."""

    order: np.ndarray
    serves: np.ndarray


class Floor(NamedTuple):
    """What changes while the simulation runs."""

    state: np.ndarray
    on_shift: np.ndarray
    skills: np.ndarray
    idle_since: np.ndarray
    due: np.ndarray
    item: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    behind: np.ndarray


class Outcome(NamedTuple):
    """What happened, one position a call: how it ended, when and by whom it was answered."""

    status: np.ndarray
    answered: np.ndarray
    agent: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    acw: np.ndarray


class Log(NamedTuple):
    """Changes of agent state in the order in which they were decided; `size` holds their number."""

    agent: np.ndarray
    time: np.ndarray
    state: np.ndarray
    size: np.ndarray


def _compiled(function: Callable[..., Any]) -> Any:
    """Machine code, kept on disk where the installation can be written to."""
    from numba import njit

    try:
        return njit(cache=True)(function)
    except RuntimeError:
        return njit(function)


@_compiled
def _note(log, agent, time, state):
    at = log.size[0]
    log.agent[at] = agent
    log.time[at] = time
    log.state[at] = state
    log.size[0] = at + 1


@_compiled
def _answer(call, agent, now, callers, speed, floor, out, log):
    """Put a call through; the agent is due again when the after-call work is done."""
    out.status[call] = ANSWERED
    out.answered[call] = now
    out.agent[call] = agent
    out.talk[call] = max(1, int(callers.talk[call] * speed[agent] + 0.5))
    out.hold[call] = int(callers.hold[call] * speed[agent] + 0.5)
    out.acw[call] = int(callers.acw[call] * speed[agent] + 0.5)
    hangs_up = now + out.talk[call] + out.hold[call]
    floor.state[agent] = ON_CALL
    floor.due[agent] = hangs_up + out.acw[call]
    _note(log, agent, now, ON_CALL)
    _note(log, agent, hangs_up, ACW)


@_compiled
def _still_waiting(queue, now, callers, floor, out):
    """Number of callers in a queue; those whose patience has run out are taken off it on the way."""
    count = 0
    previous = NOBODY
    call = floor.head[queue]
    while call != NOBODY:
        following = floor.behind[call]
        if callers.offered[call] + callers.patience[call] < now:
            out.status[call] = ABANDONED
            if previous == NOBODY:
                floor.head[queue] = following
            else:
                floor.behind[previous] = following
        else:
            previous = call
            count += 1
        call = following
    floor.tail[queue] = previous
    return count


@_compiled
def _next_waiting(agent, now, callers, routing, floor, out):
    """Take the longest waiting caller of the agent's best skill that has one."""
    for queue in routing.order[floor.skills[agent]]:
        if queue != NOBODY and _still_waiting(queue, now, callers, floor, out) > 0:
            call = floor.head[queue]
            floor.head[queue] = floor.behind[call]
            if floor.head[queue] == NOBODY:
                floor.tail[queue] = NOBODY
            return call
    return NOBODY


@_compiled
def _longest_idle(queue, routing, floor):
    best = NOBODY
    for agent in range(len(floor.state)):
        if floor.state[agent] == READY and routing.serves[floor.skills[agent], queue]:
            if best == NOBODY or floor.idle_since[agent] < floor.idle_since[best]:
                best = agent
    return best


@_compiled
def _move(agent, now, callers, plans, routing, speed, floor, out, log):
    """Let a free agent go through the items that are due, then take a call or wait for one."""
    while floor.item[agent] < plans.first[agent + 1] and plans.start[floor.item[agent]] <= now:
        item = floor.item[agent]
        floor.item[agent] = item + 1
        kind = plans.kind[item]
        if kind == SKILLS:
            floor.skills[agent] = plans.value[item]
        elif kind == LOGIN:
            floor.on_shift[agent] = True
        elif kind == LOGOFF:
            floor.on_shift[agent] = False
        elif floor.on_shift[agent]:
            back = max(plans.end[item], now + plans.keep[item])
            if back > now:
                floor.state[agent] = plans.value[item]
                floor.due[agent] = back
                _note(log, agent, now, plans.value[item])
                return
    next_item = floor.item[agent]
    floor.due[agent] = plans.start[next_item] if next_item < plans.first[agent + 1] else NEVER
    if not floor.on_shift[agent]:
        if floor.state[agent] != LOGGED_OFF:
            floor.state[agent] = LOGGED_OFF
            _note(log, agent, now, LOGGED_OFF)
        return
    call = _next_waiting(agent, now, callers, routing, floor, out)
    if call != NOBODY:
        _answer(call, agent, now, callers, speed, floor, out, log)
    elif floor.state[agent] != READY:
        floor.state[agent] = READY
        floor.idle_since[agent] = now
        _note(log, agent, now, READY)


@_compiled
def _arrive(call, callers, routing, room, speed, floor, out, log):
    """Put a new call through to the agent who has been idle longest, or let it wait; return that agent."""
    queue = callers.queue[call]
    now = callers.offered[call]
    agent = _longest_idle(queue, routing, floor)
    if agent != NOBODY:
        _answer(call, agent, now, callers, speed, floor, out, log)
    elif _still_waiting(queue, now, callers, floor, out) >= room[queue]:
        out.status[call] = BLOCKED
    else:
        if floor.tail[queue] == NOBODY:
            floor.head[queue] = call
        else:
            floor.behind[floor.tail[queue]] = call
        floor.tail[queue] = call
    return agent


@_compiled
def _run(callers, plans, routing, room, speed, floor, out, log):
    agenda = [(floor.due[agent], agent) for agent in range(len(floor.due))]
    heapify(agenda)
    call = 0
    while call < len(callers.offered) or len(agenda) > 0:
        if len(agenda) > 0 and (call == len(callers.offered) or agenda[0][0] <= callers.offered[call]):
            now, agent = heappop(agenda)
            if now != floor.due[agent] or now == NEVER:
                continue
            _move(agent, now, callers, plans, routing, speed, floor, out, log)
        else:
            agent = _arrive(call, callers, routing, room, speed, floor, out, log)
            call += 1
        if agent != NOBODY and floor.due[agent] != NEVER:
            heappush(agenda, (floor.due[agent], agent))


def simulate(
    callers: Callers, plans: Plans, routing: Routing, room: np.ndarray, speed: np.ndarray
) -> tuple[Outcome, Log]:
    """Let every call be answered, abandon or meet a busy tone.

    A ready agent who serves the queue answers at once, the one who has been idle longest first. Otherwise the
    call waits, first come first served; an agent who gets free looks through the own skills in order. Nobody
    is sent away at closing time: who waits is served as long as agents are there, else hangs up in the end.

    Parameters
    ----------
    callers : Callers
        Sorted by `offered`.
    plans : Plans
    routing : Routing
    room : array of int, shape (queues,)
        Callers who can wait at once.
    speed : array of float, shape (agents,)
        Handle time multiple.

    Returns
    -------
    Outcome, Log
        Every call is answered, abandoned or blocked. `answered` and `agent` are -1 where nobody answered.
    """
    n, n_agents = len(callers.offered), len(speed)
    capacity = 3 * n + 2 * len(plans.start) + n_agents
    started = plans.first[:-1] < plans.first[1:]
    due = np.full(n_agents, NEVER)
    due[started] = plans.start[plans.first[:-1][started]]
    floor = Floor(
        state=np.full(n_agents, LOGGED_OFF),
        on_shift=np.zeros(n_agents, dtype=np.bool_),
        skills=np.zeros(n_agents, dtype=np.int64),
        idle_since=np.zeros(n_agents, dtype=np.int64),
        due=due,
        item=plans.first[:-1].copy(),
        head=np.full(len(room), NOBODY),
        tail=np.full(len(room), NOBODY),
        behind=np.full(n, NOBODY),
    )
    out = Outcome(
        np.full(n, WAITING), *(np.full(n, NOBODY) for _ in range(2)), *(np.zeros(n, np.int64) for _ in range(3))
    )
    log = Log(*(np.zeros(capacity, dtype=np.int64) for _ in range(3)), size=np.zeros(1, dtype=np.int64))
    _run(callers, plans, routing, room, speed, floor, out, log)
    out.status[out.status == WAITING] = ABANDONED
    size = log.size[0]
    return out, Log(log.agent[:size], log.time[:size], log.state[:size], log.size)
