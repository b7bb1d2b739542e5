"""The contact centre second by second: who answers which call when, and what every agent does meanwhile.

Event-driven and compiled. All times are whole Unix seconds. At one and the same second agents move first,
in order of their number, then calls come in; a caller whose patience ends in the second in which an agent
turns up is still answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

STATES = ("logged_off", "ready", "on_call", "acw", "break", "lunch", "meeting", "training", "coaching", "not_ready")
LOGGED_OFF, READY, ON_CALL, ACW = range(4)
SKILLS, LOGIN, ABSENCE, LOGOFF = range(4)
WAITING, ANSWERED, ABANDONED, BLOCKED = range(4)
NOBODY = -1
NEVER = 2**62

CALL = np.dtype(
    [
        (name, np.int64)
        for name in ("offered", "queue", "patience", "talk", "hold", "acw", "status", "answered", "agent", "behind")
    ]
)
"""A call. It comes with the first six, handle times as an average agent needs them; the floor decides the rest."""

ITEM = np.dtype([(name, np.int64) for name in ("agent", "start", "end", "keep", "kind", "value")])
"""What an agent intends to do.

SKILLS changes the queues served to row `value` of the skill sets; LOGIN and LOGOFF bound the shift; ABSENCE
leaves the phone for state `value`. An item waits until the call in hand and its after-call work are done. An
absence then lasts until `end`, but at least `keep` seconds: a break that begins late ends late, a meeting
does not.
"""

CHANGE = np.dtype([(name, np.int64) for name in ("agent", "time", "state")])
"""A change of agent state."""

AGENT = np.dtype(
    [(name, np.int64) for name in ("state", "on_shift", "skills", "idle_since", "due", "item", "last_item")]
    + [("speed", np.float64)]
)
QUEUE = np.dtype([(name, np.int64) for name in ("head", "tail", "room")])


class Floor(NamedTuple):
    """Everything that the compiled functions work on.

    `skills` lists the queues of each skill set, best first and filled with -1. `log` is filled up to `size[0]`.
    """

    calls: np.ndarray
    items: np.ndarray
    agents: np.ndarray
    queues: np.ndarray
    skills: np.ndarray
    log: np.ndarray
    size: np.ndarray


def _compiled(function: Callable[..., Any]) -> Any:
    """Machine code, kept on disk where the installation or the user's cache can be written to."""
    from numba import njit

    try:
        return njit(cache=True)(function)
    except RuntimeError:
        return njit(function)


@_compiled
def _note(floor: Floor, agent: int, time: int, state: int) -> None:
    change = floor.log[floor.size[0]]
    change.agent = agent
    change.time = time
    change.state = state
    floor.size[0] += 1


@_compiled
def _answer(floor: Floor, number: int, agent: int, now: int) -> None:
    """Put a call through; the agent is due again when the after-call work is done."""
    call = floor.calls[number]
    speed = floor.agents[agent].speed
    call.status = ANSWERED
    call.answered = now
    call.agent = agent
    call.talk = max(1, int(call.talk * speed + 0.5))
    call.hold = int(call.hold * speed + 0.5)
    call.acw = int(call.acw * speed + 0.5)
    hangs_up = now + call.talk + call.hold
    floor.agents[agent].state = ON_CALL
    floor.agents[agent].due = hangs_up + call.acw
    _note(floor, agent, now, ON_CALL)
    _note(floor, agent, hangs_up, ACW)


@_compiled
def _still_waiting(floor: Floor, queue: int, now: int) -> int:
    """Number of callers in a queue; those whose patience has run out are taken off it on the way."""
    calls = floor.calls
    count = 0
    previous = NOBODY
    number = floor.queues[queue].head
    while number != NOBODY:
        following = calls[number].behind
        if calls[number].offered + calls[number].patience < now:
            calls[number].status = ABANDONED
            if previous == NOBODY:
                floor.queues[queue].head = following
            else:
                calls[previous].behind = following
        else:
            previous = number
            count += 1
        number = following
    floor.queues[queue].tail = previous
    return count


@_compiled
def _next_waiting(floor: Floor, skills: int, now: int) -> int:
    """Take the longest waiting caller of the best skill that has one."""
    for queue in floor.skills[skills]:
        if queue != NOBODY and _still_waiting(floor, queue, now) > 0:
            line = floor.queues[queue]
            number: int = line.head
            line.head = floor.calls[number].behind
            if line.head == NOBODY:
                line.tail = NOBODY
            return number
    return NOBODY


@_compiled
def _longest_idle(floor: Floor, queue: int) -> int:
    """The ready agent who serves the queue and has been idle longest."""
    best = NOBODY
    for number in range(len(floor.agents)):
        agent = floor.agents[number]
        if agent.state == READY and (best == NOBODY or agent.idle_since < floor.agents[best].idle_since):
            for skill in floor.skills[agent.skills]:
                if skill == queue:
                    best = number
    return best


@_compiled
def _goes_away(floor: Floor, number: int, now: int) -> bool:
    """Let a free agent go through the items that are due, up to one that leads away from the phone for a while."""
    agent = floor.agents[number]
    while agent.item < agent.last_item and floor.items[agent.item].start <= now:
        item = floor.items[agent.item]
        agent.item += 1
        if item.kind == SKILLS:
            agent.skills = item.value
        elif item.kind == LOGIN:
            agent.on_shift = 1
        elif item.kind == LOGOFF:
            agent.on_shift = 0
        elif agent.on_shift:
            back = max(item.end, now + item.keep)
            if back > now:
                agent.state = item.value
                agent.due = back
                _note(floor, number, now, item.value)
                return True
    return False


@_compiled
def _move(floor: Floor, number: int) -> None:
    """Give an agent who is due what comes next: an absence, the end of the shift, a caller, or the wait for one."""
    agent = floor.agents[number]
    now = agent.due
    if _goes_away(floor, number, now):
        return
    agent.due = floor.items[agent.item].start if agent.item < agent.last_item else NEVER
    state = READY if agent.on_shift else LOGGED_OFF
    waiting = _next_waiting(floor, agent.skills, now) if agent.on_shift else NOBODY
    if waiting != NOBODY:
        _answer(floor, waiting, number, now)
    elif agent.state != state:
        agent.state = state
        agent.idle_since = now
        _note(floor, number, now, state)


@_compiled
def _arrive(floor: Floor, number: int) -> None:
    """Put a new call through to the agent who has been idle longest, or let it wait."""
    call = floor.calls[number]
    line = floor.queues[call.queue]
    agent = _longest_idle(floor, call.queue)
    if agent != NOBODY:
        _answer(floor, number, agent, call.offered)
    elif _still_waiting(floor, call.queue, call.offered) >= line.room:
        call.status = BLOCKED
    else:
        if line.tail == NOBODY:
            line.head = number
        else:
            floor.calls[line.tail].behind = number
        line.tail = number


@_compiled
def _first_due(floor: Floor) -> int:
    """The agent whose next event comes first; a plain scan, which compiles in a fraction of a heap's time."""
    first = 0
    for number in range(1, len(floor.agents)):
        if floor.agents[number].due < floor.agents[first].due:
            first = number
    return first


@_compiled
def _run(floor: Floor) -> None:
    """Step from event to event until every call has come in and every plan is through."""
    number = 0
    while True:
        agent = _first_due(floor)
        due = floor.agents[agent].due
        if number < len(floor.calls) and floor.calls[number].offered < due:
            _arrive(floor, number)
            number += 1
        elif due < NEVER:
            _move(floor, agent)
        else:
            return


def simulate(
    calls: np.ndarray, items: np.ndarray, skills: np.ndarray, room: np.ndarray, speed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Let every call be answered, abandon or meet a busy tone.

    A ready agent who serves the queue answers at once, the one who has been idle longest first. Otherwise the
    call waits, first come first served; an agent who gets free looks through the own skills in order. Nobody
    is sent away at closing time: who waits is served as long as agents are there, else hangs up in the end.

    Parameters
    ----------
    calls : array of CALL, shape (n,)
        Sorted by `offered`; what the floor decides is not read.
    items : array of ITEM, shape (m,)
        Sorted by agent, start and kind.
    skills : array of int, shape (sets, k)
        Queues that each skill set serves, best first and filled with -1.
    room : array of int, shape (queues,)
        Callers who can wait at once.
    speed : array of float, shape (agents,)
        Handle time multiple.

    Returns
    -------
    array of CALL, shape (n,)
        The calls as they went: answered, abandoned or blocked, with the handle times that their agents took.
        `answered` and `agent` are -1 where nobody answered.
    array of CHANGE, shape (c,)
        Changes of agent state; those of one agent are in order of time.
    """
    lived = calls.copy()
    for name, value in (("status", WAITING), ("answered", NOBODY), ("agent", NOBODY), ("behind", NOBODY)):
        lived[name] = value
    log = np.zeros(3 * len(calls) + 2 * len(items) + len(speed), dtype=CHANGE)
    size = np.zeros(1, dtype=np.int64)
    _run(Floor(lived, items, _agents(items, speed), _queues(room), skills, log, size))
    lived["status"][lived["status"] == WAITING] = ABANDONED
    return lived, log[: size[0]]


def _agents(items: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """Everybody logged off and due at the first item."""
    agents = np.zeros(len(speed), dtype=AGENT)
    bounds = np.searchsorted(items["agent"], np.arange(len(speed) + 1))
    agents["item"], agents["last_item"], agents["speed"] = bounds[:-1], bounds[1:], speed
    agents["due"] = NEVER
    planned = bounds[:-1] < bounds[1:]
    agents["due"][planned] = items["start"][bounds[:-1][planned]]
    return agents


def _queues(room: np.ndarray) -> np.ndarray:
    queues = np.zeros(len(room), dtype=QUEUE)
    queues["head"], queues["tail"], queues["room"] = NOBODY, NOBODY, room
    return queues
