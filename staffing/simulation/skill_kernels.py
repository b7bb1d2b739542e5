"""Compiled loop over the events of many days with several skills and groups of agents.

Calls lie skill by skill behind each other, within a skill day by day; `order` lists them by time of arrival. Every
loop lives in this one file, because a cached kernel does not notice changes in another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import numpy as np
from numba import njit

NOBODY = -1

kernel = njit(cache=True, nogil=True)
part = njit(nogil=True)


@kernel
def merge_arrivals(first, arrival, order, skill_of):
    """Order of arrival over skills, day by day; `first` is (skills, days + 1). At one moment the first skill leads."""
    skills, at = first.shape[0], 0
    head, time = np.empty(skills, np.int64), np.empty(skills)
    for day in range(first.shape[1] - 1):
        calls = 0
        for k in range(skills):
            head[k] = first[k, day]
            calls += first[k, day + 1] - head[k]
            time[k] = arrival[head[k]] if head[k] < first[k, day + 1] else np.inf
        for _ in range(calls):
            best = 0
            for k in range(1, skills):
                best = k if time[k] < time[best] else best
            order[at], skill_of[at] = head[best], best
            head[best] += 1
            time[best] = arrival[head[best]] if head[best] < first[best, day + 1] else np.inf
            at += 1


@part
def _sift_down(times, tags, time, tag):
    """Put a call's end in the place of the first of a binary heap, behind whose last is inf."""
    hole, child = 0, 1
    while True:
        child += times[child + 1] < times[child]
        if times[child] >= time:
            break
        times[hole], tags[hole] = times[child], tags[child]
        hole, child = child, 2 * child + 1
    times[hole], tags[hole] = time, tag


@part
def _pop(times, tags, size):
    time, tag = times[size - 1], tags[size - 1]
    times[size - 1] = np.inf
    if size > 1:
        _sift_down(times, tags, time, tag)
    return size - 1


@part
def _push(times, tags, size, time, tag):
    hole = size
    while hole > 0 and times[(hole - 1) >> 1] > time:
        times[hole], tags[hole] = times[(hole - 1) >> 1], tags[(hole - 1) >> 1]
        hole = (hole - 1) >> 1
    times[hole], tags[hole] = time, tag
    return size + 1


@part
def _first_to_finish(times, tags, busy, group):
    """Place in the heap of the agent of a group who ends the call in hand first, those on their way out aside."""
    best = NOBODY
    for at in range(busy):
        if tags[at] == group and (best == NOBODY or times[at] < times[best]):
            best = at
    return best


@part
def _next_call(group, now, wants, priority, by_age, head, behind, arrival, patience, start):
    """Take the call that an agent of `group` handles next out of the queues; callers long gone are passed over."""
    while True:
        best = NOBODY
        for at in range(wants.shape[1]):
            skill = wants[group, at]
            if skill == NOBODY or (best != NOBODY and priority[skill] > priority[best]):
                break
            first = head[skill]
            if first != NOBODY and (best == NOBODY or (by_age and arrival[first] < arrival[head[best]])):
                best = skill
        if best == NOBODY:
            return NOBODY
        call = head[best]
        head[best] = behind[call]
        start[call] = now
        if patience[call] >= now - arrival[call]:
            return call


@part
def _longest_idle(skill, routes, rank, idle, oldest, since):
    """Group with an idle agent who prefers the skill most; of equal preference the one idle longest."""
    best, best_since, best_rank = NOBODY, np.inf, 0
    for at in range(routes.shape[1]):
        group = routes[skill, at]
        if group == NOBODY or (best != NOBODY and rank[skill, at] > best_rank):
            break
        if idle[group] and since[group, oldest[group]] < best_since:
            best, best_since, best_rank = group, since[group, oldest[group]], rank[skill, at]
    return best


@part
def _stop_idling(group, idle, oldest, since):
    idle[group] -= 1
    oldest[group] += 1
    if oldest[group] == since.shape[1]:
        oldest[group] = 0


@part
def _start_idling(group, now, idle, oldest, since):
    place = oldest[group] + idle[group]
    since[group, place if place < since.shape[1] else place - since.shape[1]] = now
    idle[group] += 1


@part
def _join_queue(call, skill, head, tail, behind):
    behind[call] = NOBODY
    if head[skill] == NOBODY:
        head[skill] = call
    else:
        behind[tail[skill]] = call
    tail[skill] = call


@part
def _serve_day(
    order, skill_of, arrival, handle, patience, step_at, step_by, step_group,
    wants, priority, by_age, routes, rank, times, tags, since, behind, start, server, effective,
):  # fmt: skip
    """Events in order of time; at one moment changes of staff, then ends of calls, then arrivals.

    A busy agent who is to leave carries the tag groups + step until the call in hand ends.
    """
    groups, busy, step, at = wants.shape[0], 0, 0, 0
    idle, oldest = np.zeros(groups, np.int64), np.zeros(groups, np.int64)
    head, tail = np.full(priority.size, NOBODY), np.full(priority.size, NOBODY)
    t_call = arrival[order[0]] if order.size else np.inf
    t_step = step_at[0] if step_at.size else np.inf
    while True:
        now = times[0] if times[0] < t_call else t_call
        now = t_step if t_step < now else now
        if now == np.inf:
            return
        if t_step == now:
            effective[step], group = now, step_group[step]
            if step_by[step] > 0:
                call = _next_call(group, now, wants, priority, by_age, head, behind, arrival, patience, start)
                if call == NOBODY:
                    _start_idling(group, now, idle, oldest, since)
                else:
                    server[call] = group
                    busy = _push(times, tags, busy, now + handle[call], group)
            elif idle[group]:
                _stop_idling(group, idle, oldest, since)
            else:
                tags[_first_to_finish(times, tags, busy, group)] = groups + step
            step += 1
            t_step = step_at[step] if step < step_at.size else np.inf
        elif times[0] == now and tags[0] >= groups:
            effective[tags[0] - groups] = now
            busy = _pop(times, tags, busy)
        elif times[0] == now:
            group = tags[0]
            call = _next_call(group, now, wants, priority, by_age, head, behind, arrival, patience, start)
            if call == NOBODY:
                _start_idling(group, now, idle, oldest, since)
                busy = _pop(times, tags, busy)
            else:
                server[call] = group
                _sift_down(times, tags, now + handle[call], group)
        else:
            call, skill = order[at], skill_of[at]
            group = _longest_idle(skill, routes, rank, idle, oldest, since)
            start[call], server[call] = (np.inf, NOBODY) if group == NOBODY else (now, group)
            if group == NOBODY:
                _join_queue(call, skill, head, tail, behind)
            else:
                _stop_idling(group, idle, oldest, since)
                busy = _push(times, tags, busy, now + handle[call], group)
            at += 1
            t_call = arrival[order[at]] if at < order.size else np.inf


@kernel
def serve_skills(
    day_first, order, skill_of, arrival, handle, patience, step_at, step_by, step_group,
    wants, priority, by_age, routes, rank, start, server, effective,
):  # fmt: skip
    """Every day on its own; tables of skills and groups are padded with -1.

    `wants` (groups, skills): skills of a group, by priority and then by the group's preference. `routes` (skills,
    groups): groups of a skill, by `rank`, the place of the skill in the group's list.
    """
    comings = max((step_by > 0).sum(), 1)
    times, tags = np.full(2 * comings + 1, np.inf), np.empty(2 * comings + 1, np.int64)
    since = np.empty((wants.shape[0], comings))
    behind = np.empty(arrival.size, np.int64)
    for day in range(day_first.size - 1):
        today = slice(day_first[day], day_first[day + 1])
        _serve_day(
            order[today], skill_of[today], arrival, handle, patience, step_at, step_by, step_group,
            wants, priority, by_age, routes, rank, times, tags, since, behind, start, server, effective[day],
        )  # fmt: skip
