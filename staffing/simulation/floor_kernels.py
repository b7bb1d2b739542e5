"""Compiled loop over the events of many days on which callers call again or are called back and idle agents do tasks.

A first call, a possible redial and a task are each an *item*: a row of `ITEM`. A skill is a row of `SKILL` with its
rules and its queue; kinds of tasks are skills too. Every loop lives in this one file, because a cached kernel does
not notice changes in another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

NOBODY = -1
STAYED, PROMISED, CALLED_BACK, UNREACHED = range(4)  # what became of a call; promised: still to be called back
HANGS_UP, CALLS_AGAIN, RING_AGAIN, GROWS_URGENT, CLOSES = range(5)  # kinds of timers
BUSY, TIMERS, OWED, CLOSED, SEEN, DAY = range(6)  # places in `counter`

ITEM = np.dtype(
    [(name, np.float64) for name in ("arrival", "handle", "patience", "delay", "due", "start", "tried")]
    + [(name, np.int32) for name in ("skill", "server", "again", "behind", "fate", "offered", "accepts", "misses")]
    + [("tries", np.int32), ("pad", np.int32)]
)
SKILL = np.dtype(
    [
        (name, np.float64)
        for name in ("if_wait_s", "if_queue", "promise_s", "urgent_before_s", "retry_after_s", "ring_s", "handle_s")
    ]
    + [("handle_factor", np.float64)]
    + [(name, np.int64) for name in ("priority", "task", "calls_back", "either", "keep_place", "reserve", "tries")]
    + [(name, np.int64) for name in ("head", "tail", "waiting", "owed")]
)
GROUP = np.dtype([("idle", np.int64), ("oldest", np.int64), ("on_phone", np.int64)])

# Nothing here allocates: without counted references and with everything inlined the loop is fifteen times as fast.
kernel = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
part = njit(nogil=True, forceinline=True, _nrt=False)  # type: ignore[call-overload]


class Floor(NamedTuple):
    """All that the loop works on; `wants`, `routes`, `rank` and `since` as in the loop of several skills.

    `owed` (skills, items) holds a heap a skill of callbacks and tasks by the end of their promise; `seen` the items
    in the order in which they arrived; `rung` (days, groups, intervals) agents' seconds in vain.
    """

    items: np.ndarray
    skills: np.ndarray
    groups: np.ndarray
    wants: np.ndarray
    routes: np.ndarray
    rank: np.ndarray
    by_age: bool
    since: np.ndarray
    ends: np.ndarray
    tags: np.ndarray
    timers: np.ndarray
    marks: np.ndarray
    owed: np.ndarray
    counter: np.ndarray
    seen: np.ndarray
    rung: np.ndarray
    interval_s: float


@part
def _sift_down(times, tags, time, tag):
    """Put an event in the place of the first of a binary heap, behind whose last is inf."""
    hole, child = 0, 1
    while True:
        child += times[child + 1] < times[child]
        if times[child] >= time:
            break
        times[hole], tags[hole] = times[child], tags[child]
        hole, child = child, 2 * child + 1
    times[hole], tags[hole] = time, tag


@part
def _pop(times, tags, count, which):
    count[which] -= 1
    size = count[which]
    time, tag = times[size], tags[size]
    times[size] = np.inf
    if size > 0:
        _sift_down(times, tags, time, tag)


@part
def _push(times, tags, count, which, time, tag):
    hole = count[which]
    count[which] += 1
    while hole > 0 and times[(hole - 1) >> 1] > time:
        times[hole], tags[hole] = times[(hole - 1) >> 1], tags[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    times[hole], tags[hole] = time, tag


@part
def _set_timer(f, time, kind, item):
    _push(f.timers, f.marks, f.counter, TIMERS, time, item * 8 + kind)


@part
def _before(items, a, b):
    """Which of two owed items comes first: the earlier promise, then the lower number."""
    return items[a].due < items[b].due or (items[a].due == items[b].due and a < b)


@part
def _owe(f, item, now):
    """An item joins what is owed, and goes to an idle agent at once if the rules say so."""
    skill = f.items[item].skill
    rule, heap = f.skills[skill], f.owed[skill]
    hole = rule.owed
    rule.owed += 1
    f.counter[OWED] += 1
    while hole > 0 and _before(f.items, item, heap[(hole - 1) >> 1]):
        heap[hole] = heap[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    heap[hole] = item
    urgent = f.items[item].due - rule.urgent_before_s
    if now < urgent < np.inf:
        _set_timer(f, urgent, GROWS_URGENT, item)
    _hand_out(f, skill, now)


@part
def _take_owed(f, skill):
    """The first item owed leaves the heap."""
    rule, heap = f.skills[skill], f.owed[skill]
    taken = heap[0]
    rule.owed -= 1
    f.counter[OWED] -= 1
    size, last, hole, child = rule.owed, heap[rule.owed], 0, 1
    while child < size:
        if child + 1 < size and _before(f.items, heap[child + 1], heap[child]):
            child += 1
        if not _before(f.items, heap[child], last):
            break
        heap[hole] = heap[child]
        hole, child = child, 2 * child + 1
    heap[hole] = last
    return taken


@part
def _is_urgent(f, skill, now):
    return f.items[f.owed[skill, 0]].due - f.skills[skill].urgent_before_s <= now


@part
def _may_begin(f, skill):
    """Something is owed, and it is no task after the close."""
    return f.skills[skill].owed > 0 and not (f.counter[CLOSED] and f.skills[skill].task)


@part
def _reserve(f, skill):
    return 0 if f.counter[CLOSED] else f.skills[skill].reserve


@part
def _longest_idle(f, skill, reserve):
    """Group with more than `reserve` idle who prefers the skill most; of equal preference the one idle longest."""
    best, best_since, best_rank = NOBODY, np.inf, 0
    for at in range(f.routes.shape[1]):
        group = f.routes[skill, at]
        if group == NOBODY or (best != NOBODY and f.rank[skill, at] > best_rank):
            break
        since = f.since[group, f.groups[group].oldest]
        if f.groups[group].idle > reserve and since < best_since:
            best, best_since, best_rank = group, since, f.rank[skill, at]
    return best


@part
def _hand_out(f, skill, now):
    """The first item owed goes to an idle agent, if there is one for it."""
    if _may_begin(f, skill):
        group = _longest_idle(f, skill, 0 if _is_urgent(f, skill, now) else _reserve(f, skill))
        if group != NOBODY:
            _put_to_work(f, _take_owed(f, skill), group, now)


@part
def _stop_idling(f, group):
    f.groups[group].idle -= 1
    oldest = f.groups[group].oldest + 1
    f.groups[group].oldest = oldest if oldest < f.since.shape[1] else 0


@part
def _start_idling(f, group, now):
    place = f.groups[group].oldest + f.groups[group].idle
    f.since[group, place if place < f.since.shape[1] else place - f.since.shape[1]] = now
    f.groups[group].idle += 1


@part
def _put_to_work(f, item, group, now):
    """The agent of a group idle longest begins an item."""
    _stop_idling(f, group)
    _push(f.ends, f.tags, f.counter, BUSY, _begin(f, item, group, now), group)


@part
def _ring(f, group, begin, end):
    """Count the agent's time of a try in vain, by the clock."""
    i = int(begin / f.interval_s)
    while i < f.rung.shape[2] and i * f.interval_s < end:
        f.rung[f.counter[DAY], group, i] += min(end, (i + 1) * f.interval_s) - max(begin, i * f.interval_s)
        i += 1


@part
def _begin(f, item, group, now):
    """An agent begins a call, a task or a try to call back; returns when it ends."""
    one = f.items[item]
    rule = f.skills[one.skill]
    one.tried = min(one.tried, now)
    if one.fate == PROMISED and one.tries < one.misses:
        one.tries += 1
        end = now + rule.ring_s
        _ring(f, group, now, end)
        if one.tries < rule.tries and end + rule.retry_after_s < f.rung.shape[2] * f.interval_s:
            _set_timer(f, end + rule.retry_after_s, RING_AGAIN, item)
        else:
            one.fate = UNREACHED
        return end
    if one.fate == PROMISED:
        one.fate = CALLED_BACK
        one.handle *= rule.handle_factor
    one.start, one.server = now, group
    return now + one.handle


@part
def _next_waiting(f, group, now):
    """Take the caller whom an agent of `group` serves next out of the queues; those long gone are passed over."""
    while True:
        best, first = NOBODY, NOBODY
        for at in range(f.wants.shape[1]):
            skill = f.wants[group, at]
            if skill == NOBODY or (best != NOBODY and f.skills[skill].priority > f.skills[best].priority):
                break
            head = f.skills[skill].head
            if head != NOBODY and (best == NOBODY or (f.by_age and f.items[head].arrival < f.items[first].arrival)):
                best, first = skill, head
        if best == NOBODY:
            return NOBODY
        one = f.items[first]
        f.skills[best].head = one.behind
        one.start = now if one.fate == STAYED else np.inf
        if one.fate == PROMISED or one.patience >= now - one.arrival:
            f.skills[best].waiting -= 1
            return first


@part
def _most_urgent(f, group, now):
    """Skill of the owed item that goes before all calls, the earliest promise first."""
    best = NOBODY
    for at in range(f.wants.shape[1]):
        skill = f.wants[group, at]
        if skill == NOBODY:
            break
        urgent = _may_begin(f, skill) and _is_urgent(f, skill, now)
        if urgent and (best == NOBODY or _before(f.items, f.owed[skill, 0], f.owed[best, 0])):
            best = skill
    return best


@part
def _use_idle_time(f, group, now):
    """While more agents idle than are kept in reserve, they begin what is owed: by priority, then by promise."""
    while f.counter[OWED]:
        best = NOBODY
        for at in range(f.wants.shape[1]):
            skill = f.wants[group, at]
            if skill == NOBODY or (best != NOBODY and f.skills[skill].priority > f.skills[best].priority):
                break
            spare = _may_begin(f, skill) and f.groups[group].idle > _reserve(f, skill)
            if spare and (best == NOBODY or _before(f.items, f.owed[skill, 0], f.owed[best, 0])):
                best = skill
        if best == NOBODY:
            return
        _put_to_work(f, _take_owed(f, best), group, now)


@part
def _next_item(f, group, now):
    """What an agent who is free begins: what is urgent, else a waiting caller."""
    if f.counter[OWED]:
        urgent = _most_urgent(f, group, now)
        if urgent != NOBODY:
            return _take_owed(f, urgent)
    return _next_waiting(f, group, now)


@part
def _offers(f, skill):
    """Whether the rule of callbacks holds for a caller who finds no agent free."""
    rule, agents = f.skills[skill], 0
    for at in range(f.routes.shape[1]):
        if f.routes[skill, at] == NOBODY:
            break
        agents += f.groups[f.routes[skill, at]].on_phone
    long = (rule.waiting + 1) * rule.handle_s / agents > rule.if_wait_s if agents else True
    many = rule.waiting > rule.if_queue
    return (long or many) if rule.either else (long and many)


@part
def _wait(f, item, now):
    """Join the queue, or what is owed; set the timers of a caller who may hang up and call again."""
    one = f.items[item]
    rule = f.skills[one.skill]
    if rule.calls_back and _offers(f, one.skill):
        one.offered = 1
        one.fate = PROMISED if one.accepts else STAYED
        if one.accepts and not rule.keep_place:
            one.due = now + rule.promise_s
            _owe(f, item, now)
            return
    one.behind = NOBODY
    if rule.head == NOBODY:
        rule.head = item
    else:
        f.items[rule.tail].behind = item
    rule.tail = item
    rule.waiting += 1
    if one.fate == STAYED and one.patience < np.inf:
        if rule.calls_back:
            _set_timer(f, now + one.patience, HANGS_UP, item)
        again = now + one.patience + one.delay
        if one.again != NOBODY and again < f.rung.shape[2] * f.interval_s:
            _set_timer(f, again, CALLS_AGAIN, item)


@part
def _arrive(f, item, now):
    """A call, a redial or a task comes in."""
    one = f.items[item]
    one.arrival, one.start, one.tried, one.server, one.fate = now, np.inf, np.inf, NOBODY, STAYED
    f.seen[f.counter[SEEN]] = item
    f.counter[SEEN] += 1
    if f.skills[one.skill].task:
        one.due = now + f.skills[one.skill].promise_s
        _owe(f, item, now)
        return
    group = _longest_idle(f, one.skill, 0)
    if group == NOBODY:
        _wait(f, item, now)
    else:
        one.start = now
        _put_to_work(f, item, group, now)


@part
def _on_timer(f, now):
    mark = f.marks[0]
    _pop(f.timers, f.marks, f.counter, TIMERS)
    kind, item = mark & 7, mark >> 3
    if kind == CLOSES:
        f.counter[CLOSED] = 1
        for group in range(f.groups.size):
            _use_idle_time(f, group, now)
        return
    one = f.items[item]
    if kind == HANGS_UP:
        f.skills[one.skill].waiting -= one.server == NOBODY
    elif kind == CALLS_AGAIN:
        if one.server == NOBODY:
            f.items[one.again].handle = one.handle
            _arrive(f, one.again, now)
    elif kind == RING_AGAIN:
        one.due = now if f.skills[one.skill].keep_place else one.due
        _owe(f, item, now)
    else:
        _hand_out(f, one.skill, now)


@part
def _on_staff(f, now, step, by, group, effective):
    """An agent comes; or goes: at once if idle, else the one who ends what is in hand first, marked as leaving."""
    f.groups[group].on_phone += by
    effective[step] = now
    if by > 0:
        item = _next_item(f, group, now)
        if item == NOBODY:
            _start_idling(f, group, now)
            _use_idle_time(f, group, now)
        else:
            _push(f.ends, f.tags, f.counter, BUSY, _begin(f, item, group, now), group)
    elif f.groups[group].idle:
        _stop_idling(f, group)
    else:
        best = NOBODY
        for at in range(f.counter[BUSY]):
            if f.tags[at] == group and (best == NOBODY or f.ends[at] < f.ends[best]):
                best = at
        f.tags[best] = f.groups.size + step


@part
def _on_end(f, now, effective):
    """An agent ends what was in hand and leaves, begins the next, or idles."""
    group = f.tags[0]
    if group >= f.groups.size:
        effective[group - f.groups.size] = now
        _pop(f.ends, f.tags, f.counter, BUSY)
        return
    item = _next_item(f, group, now)
    if item == NOBODY:
        _pop(f.ends, f.tags, f.counter, BUSY)
        _start_idling(f, group, now)
        _use_idle_time(f, group, now)
    else:
        _sift_down(f.ends, f.tags, _begin(f, item, group, now), group)


@part
def _open_day(f, day):
    f.counter[CLOSED], f.counter[DAY] = 0, day
    for skill in range(f.skills.size):
        rule = f.skills[skill]
        f.counter[OWED] -= rule.owed
        rule.head, rule.waiting, rule.owed = NOBODY, 0, 0
    for group in range(f.groups.size):
        f.groups[group].idle, f.groups[group].oldest, f.groups[group].on_phone = 0, 0, 0
    _set_timer(f, f.rung.shape[2] * f.interval_s, CLOSES, 0)


@kernel
def run_days(f, day_first, order, step_at, step_by, step_group, seen_first, effective):
    """Events in order of time; at one moment changes of staff, ends of work, timers, then first calls and tasks."""
    for day in range(day_first.size - 1):
        _open_day(f, day)
        step, at = 0, day_first[day]
        t_item = f.items[order[at]].arrival if at < day_first[day + 1] else np.inf
        t_step = step_at[0] if step_at.size else np.inf
        while True:
            now = min(min(f.ends[0], t_item), min(t_step, f.timers[0]))
            if now == np.inf:
                break
            if t_step == now:
                _on_staff(f, now, step, step_by[step], step_group[step], effective[day])
                step += 1
                t_step = step_at[step] if step < step_at.size else np.inf
            elif f.ends[0] == now:
                _on_end(f, now, effective[day])
            elif f.timers[0] == now:
                _on_timer(f, now)
            else:
                _arrive(f, order[at], now)
                at += 1
                t_item = f.items[order[at]].arrival if at < day_first[day + 1] else np.inf
        seen_first[day + 1] = f.counter[SEEN]
