"""Compiled loops that simulate days again only where a plan changed, until they are in step with the days before.

At the start of every interval the state of a day is the call that is next to be settled and the times at which each
agent is next free, in order, none before that start: whoever is idle is free now. Two plans that agree from there on
and have the same state have the same future, call by call. Every loop lives in this one file, because a cached kernel
does not notice changes in another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np
from numba import njit

WITHIN, ABANDONED, ANSWERED, WAIT_ANSWERED, BUSY, OVERTIME = range(6)
OF_CALLS = 4
"""The first measures belong to the interval in which a call arrives, the others to the clock."""

kernel = njit(cache=True, nogil=True)
part = njit(nogil=True)


@part
def _interval_of(arrival, j, end, interval_s, intervals):
    """As `_until` finds it; the day's last one behind its last call."""
    if j == end:
        return intervals - 1
    i = int(arrival[j] / interval_s)
    i += (arrival[j] >= (i + 1) * interval_s) - (arrival[j] < i * interval_s)
    return min(i, intervals - 1)


@kernel
def offered_work(first, arrival, handle, interval_s, offered, work):
    """Calls and seconds of handle time that arrive, both (days, intervals)."""
    for day in range(first.size - 1):
        for j in range(first[day], first[day + 1]):
            i = _interval_of(arrival, j, first[day + 1], interval_s, offered.shape[1])
            offered[day, i] += 1
            work[day, i] += handle[j]


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
def _in_order(free, size, now):
    """The same agents, the first free in front, nobody free before now."""
    for k in range(size):
        free[k] = max(free[k], now)
    free[:size].sort()


@part
def _stay_on(free, gone, i, interval_s, found, sign):
    """Calls in hand of the first `gone` agents, who leave at the start of interval i."""
    for k in range(gone):
        q = i
        while q < found.shape[0] and free[k] > q * interval_s:
            found[q, OVERTIME] += sign * (min(free[k], (q + 1) * interval_s) - q * interval_s)
            q += 1


@part
def _change_staff(free, before, now, i, interval_s, found):
    """The agents of interval i, from those before it in order; who is free first goes, after the call in hand."""
    start = i * interval_s
    if now < before:
        gone = before - now
        _stay_on(free, gone, i, interval_s, found, 1.0)
        for k in range(now):
            free[k] = free[k + gone]
    else:
        for k in range(before - 1, -1, -1):
            free[k + now - before] = free[k]
        free[: now - before] = start
    found[i, BUSY] = 0.0
    for k in range(now):
        found[i, BUSY] += min(free[k], start + interval_s) - start


@part
def _settle(begin, arrived, patience, within_s, found):
    """Count one call by what became of it; whether it takes an agent."""
    wait = begin - arrived
    if patience < wait:
        found[ABANDONED] += 1
        return False
    if wait == np.inf:
        return False
    found[ANSWERED] += 1
    found[WITHIN] += wait <= within_s
    found[WAIT_ANSWERED] += wait
    return True


@part
def _until(end_s, last, free, agents, j, a, end, arrival, handle, patience, interval_s, within_s, i, found):
    """Settle the calls that are answered, or would be, before the interval i ends; the call and interval reached."""
    while j < end:
        arrived = arrival[j]
        begin = np.inf
        if agents:
            begin = max(arrived, free[0])
        if begin >= end_s and not last:
            break
        while arrived >= (a + 1) * interval_s and a < found.shape[0] - 1:
            a += 1
            found[a, :OF_CALLS] = 0.0
        if _settle(begin, arrived, patience[j], within_s, found[a]):
            _sift_down(free, agents, begin + handle[j])
            found[i, BUSY] += max(min(begin + handle[j], end_s) - begin, 0.0)
        j += 1
    return j, a


@part
def _same(free, known, size):
    k = 0
    while k < size and free[k] == known[k]:
        k += 1
    return k == size


@part
def _correct_later(delta, i, a, pending, partial, arrival, end, interval_s, intervals):
    """What was counted of interval a before the calls pending at i and later, after it changed by `delta`."""
    while i < intervals and _interval_of(arrival, pending[i], end, interval_s, intervals) == a:
        partial[i] += delta
        i += 1


@part
def _window(i, old, new, keep, begin, end, arrival, handle, patience, interval_s, within_s, free, state, values, found):
    """Run one day from the start of interval i until it is in step with the old plan; where that is."""
    free_at, pending, partial = state
    intervals = new.size
    agents = new[i - 1] if i else 0
    j = pending[i] if i else begin
    a = _interval_of(arrival, j, end, interval_s, intervals)
    free[:agents] = free_at[i, :agents]
    if i:
        found[a, :OF_CALLS] -= values[a, :OF_CALLS] - partial[i]
    else:
        a = 0
        found[0, :OF_CALLS] = 0.0
        pending[0] = begin
    while True:
        if i and old[i] < old[i - 1]:
            _stay_on(free_at[i], old[i - 1] - old[i], i, interval_s, found, -1.0)
        if keep and i:
            free_at[i, :agents] = free[:agents]
        _change_staff(free, agents, new[i], i, interval_s, found)
        agents, last = new[i], i + 1 == intervals
        end_s = (i + 1) * interval_s
        j, a = _until(end_s, last, free, agents, j, a, end, arrival, handle, patience, interval_s, within_s, i, found)
        if last:
            return intervals
        i += 1
        ahead = _interval_of(arrival, j, end, interval_s, intervals)
        while a < ahead:
            a += 1
            found[a, :OF_CALLS] = 0.0
        _in_order(free, agents, end_s)
        if new[i - 1] == old[i - 1] and j == pending[i] and _same(free, free_at[i], agents):
            delta = found[a, :OF_CALLS] - partial[i]
            found[a, :OF_CALLS] += values[a, :OF_CALLS] - partial[i]
            if keep:
                values[a, :OF_CALLS] = found[a, :OF_CALLS]
                _correct_later(delta, i, a, pending, partial, arrival, end, interval_s, intervals)
            return i
        if keep:
            pending[i] = j
            partial[i] = found[a, :OF_CALLS]


@part
def _next_change(i, old, new):
    while i < new.size and old[i] == new[i]:
        i += 1
    return i


@kernel
def resimulate(
    first, arrival, handle, patience, interval_s, within_s, old, new, keep, free_at, pending, partial, values, found
):
    """What becomes of the calls under the plan `new`, where `old` led to `values`; (days, intervals, 6).

    Parameters
    ----------
    first, arrival, handle, patience
        Calls of all days behind each other; day d owns `first[d]` to `first[d + 1]`.
    old, new : int arrays, shape (intervals,)
        Agents; an old plan of -1 stands for days never simulated.
    keep : bool
        Whether `new` becomes the plan of the states kept.
    free_at : array, shape (days, intervals, most agents)
    pending : int array, shape (days, intervals)
    partial : array, shape (days, intervals, 4)
        State before each interval: agents' next free times, the call to be settled next, and what is counted of
        that call's interval of arrival so far.
    values, found : arrays, shape (days, intervals, 6)
        `found` is written; with `keep` so is `values`.
    """
    free = np.empty(free_at.shape[2] + 1)
    for day in range(first.size - 1):
        found[day] = values[day]
        state = (free_at[day], pending[day], partial[day])
        i = _next_change(0, old, new)
        while i < new.size:
            i = _window(
                i, old, new, keep, first[day], first[day + 1], arrival, handle, patience, interval_s, within_s,
                free, state, values[day], found[day],
            )  # fmt: skip
            i = _next_change(i, old, new)
        if keep:
            values[day] = found[day]
