"""Compiled loops over the calls of many days: arrivals, service of one queue, counts, agents' time.

Calls of all days lie behind each other; day d owns `first[d]` to `first[d + 1]`. `start` is when an agent took a
call, or would have taken it had it not hung up before (inf: never): a call hangs up if patience < start - arrival.
Every loop lives in this one file, because a cached kernel does not notice changes in another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np
from numba import njit

OFFERED, ANSWERED, ANSWERED_WITHIN, ABANDONED, ABANDONED_WITHIN, VIRTUAL_WITHIN, WAITING, DELAYED, MAX_QUEUE = range(9)
WAIT_ANSWERED, WAIT_ALL, WAIT_VIRTUAL = range(3)
NOBODY = -1

kernel = njit(cache=True, nogil=True)
part = njit(nogil=True)


@kernel
def place_arrivals(first, gaps, cumulative, interval_s, arrival):
    """Poisson arrivals given their number: exponential gaps, scaled to the day, through the inverse of its rates.

    `gaps` holds one more than calls per day; `cumulative` the expected calls up to each interval edge, a row a day.
    """
    for day in range(first.size - 1):
        expected = cumulative[min(day, cumulative.shape[0] - 1)]
        spare = first[day] - first[0] + day
        total = gaps[spare : spare + first[day + 1] - first[day] + 1].sum()
        scale = expected[-1] / total
        passed, i = 0.0, 0
        for j in range(first[day], first[day + 1]):
            passed += gaps[j - first[0] + day]
            x = passed * scale
            while x >= expected[i + 1] and i < expected.size - 2:
                i += 1
            arrival[j] = (i + (x - expected[i]) / (expected[i + 1] - expected[i])) * interval_s


@part
def _sift_down(heap, size, value):
    """Put `value` in the place of the least of a binary heap."""
    hole, child = 0, 1
    while child < size:
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[hole] = heap[child]
        hole, child = child, 2 * child + 1
    heap[hole] = value


@part
def _push(heap, size, value):
    hole = size
    while hole > 0 and heap[(hole - 1) // 2] > value:
        heap[hole] = heap[(hole - 1) // 2]
        hole = (hole - 1) // 2
    heap[hole] = value
    return size + 1


@part
def _pop(heap, size):
    _sift_down(heap, size - 1, heap[size - 1])
    return size - 1


@part
def _change_staff(free, agents, at, by, effective):
    """One agent comes, or the one who is free first goes: at once if idle, else after the call in hand."""
    if by > 0:
        effective[0] = at
        return _push(free, agents, at)
    effective[0] = max(at, free[0])
    return _pop(free, agents)


@kernel
def serve(first, arrival, handle, patience, step_at, step_by, start, server, effective):
    """First come, first served, over the times at which each agent is next free.

    Callers who hang up never occupy an agent, so that calls in order of arrival can each be settled at once: the
    agent who is free first takes it or finds it gone. Changes of staff up to that moment happen before it.
    """
    free = np.empty(max(step_by.size, 1))
    for day in range(first.size - 1):
        agents, k = 0, 0
        for j in range(first[day], first[day + 1]):
            while True:
                begin = max(arrival[j], free[0]) if agents else np.inf
                if k == step_at.size or step_at[k] > begin:
                    break
                agents = _change_staff(free, agents, step_at[k], step_by[k], effective[day, k:])
                k += 1
            start[j] = begin
            server[j] = NOBODY
            if begin < np.inf and patience[j] >= begin - arrival[j]:
                server[j] = 0
                _sift_down(free, agents, begin + handle[j])
        for rest in range(k, step_at.size):
            agents = _change_staff(free, agents, step_at[rest], step_by[rest], effective[day, rest:])


@part
def _count_call(patience, wait, within_s, counts, sums, i):
    counts[i, OFFERED] += 1
    counts[i, DELAYED] += wait > 0
    counts[i, VIRTUAL_WITHIN] += wait <= within_s
    sums[i, WAIT_VIRTUAL] += wait
    if patience < wait:
        counts[i, ABANDONED] += 1
        counts[i, ABANDONED_WITHIN] += patience <= within_s
        sums[i, WAIT_ALL] += patience
    elif wait == np.inf:
        counts[i, WAITING] += 1
    else:
        counts[i, ANSWERED] += 1
        counts[i, ANSWERED_WITHIN] += wait <= within_s
        sums[i, WAIT_ALL] += wait
        sums[i, WAIT_ANSWERED] += wait


@part
def _count_day(arrival, patience, start, interval_s, within_s, counts, sums, leaves):
    queue, i = 0, 0
    for j in range(arrival.size):
        now, wait = arrival[j], start[j] - arrival[j]
        while now >= (i + 1) * interval_s and i < counts.shape[0] - 1:
            i += 1
            queue = _drop_until(leaves, queue, i * interval_s)
            counts[i, MAX_QUEUE] = queue
        _count_call(patience[j], wait, within_s, counts, sums, i)
        if wait > 0 and patience[j] > 0:
            queue = _push(leaves, _drop_until(leaves, queue, now), now + min(wait, patience[j]))
            counts[i, MAX_QUEUE] = max(queue, counts[i, MAX_QUEUE])
    for rest in range(i + 1, counts.shape[0]):
        queue = _drop_until(leaves, queue, rest * interval_s)
        counts[rest, MAX_QUEUE] = queue


@part
def _drop_until(heap, size, value):
    while size and heap[0] <= value:
        size = _pop(heap, size)
    return size


@kernel
def count_calls(first, arrival, patience, start, interval_s, within_s, counts, sums):
    """Counts (days, intervals, 9) and sums (days, intervals, 3) by the interval of arrival."""
    leaves = np.empty(max(np.diff(first).max(), 1))
    for day in range(first.size - 1):
        own = slice(first[day], first[day + 1])
        _count_day(arrival[own], patience[own], start[own], interval_s, within_s, counts[day], sums[day], leaves)


@part
def _spread(seconds, row, begin, end, interval_s, sign):
    """Add the part of [begin, end) that lies in each interval."""
    i = int(begin / interval_s)
    while i < seconds.shape[1] and i * interval_s < end:
        seconds[row, i] += sign * (min(end, (i + 1) * interval_s) - max(begin, i * interval_s))
        i += 1


@kernel
def spend_in_calls(first, handle, start, server, interval_s, busy):
    """Seconds in calls, (days, groups, intervals), by the clock."""
    for day in range(first.size - 1):
        today = busy[day]
        for j in range(first[day], first[day + 1]):
            if server[j] != NOBODY:
                _spread(today, server[j], start[j], start[j] + handle[j], interval_s, 1)


@kernel
def spend_on_phone(step_by, step_group, effective, interval_s, staffed):
    """Seconds on the phone, (days, groups, intervals): who comes adds the rest of the day, who goes takes it off."""
    for day in range(effective.shape[0]):
        for k in range(step_by.size):
            horizon = staffed.shape[2] * interval_s
            _spread(staffed[day], step_group[k], effective[day, k], horizon, interval_s, step_by[k])
