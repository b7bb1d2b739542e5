"""The centre's own roster of the year: early and late in turn, leave when it is quiet, one published week at a time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from demo.centre import Queue, queues_of
from demo.demand import expected_calls
from demo.people import Crew
from demo.shifts import ACTIVITIES, LUNCH, PHONE, Shift
from demo.sizing import needed_on_phone, usable_hours, volumes
from demo.spec import SLOT_S, SLOTS_A_DAY, DemoSpec, Span, local_times, texts
from wfm.timeaxis import week_label

MOST_LEAVE = 0.30
NOTICE_DAYS = 14
NOON_S = 43200
ROUNDS = 2
SUNDAY = 6
MEETING_WEEKDAYS = (1, 2, 3)


def published_roster(spec: DemoSpec, crew: Crew) -> pd.DataFrame:
    """The schedule of every week of the history, as it was published two weeks ahead.

    Returns
    -------
    DataFrame
        Contract `schedule`, sorted by its key. The queue of a phone stretch is null for agents with two
        skills, who serve both, the first one first.
    """
    span = Span(spec.first_day, 7 * spec.weeks, spec.timezone)
    chosen = [
        _shifts_of_queue(queue, crew, expected_calls(spec, queue, volume, span))
        for queue, volume in zip(queues_of(spec), volumes(spec, crew), strict=True)
    ]
    shifts = np.concatenate(chosen)
    agent, day, slot = shifts[np.lexsort((shifts[:, 1], shifts[:, 0], shifts[:, 1] // 7))].T
    return _schedule(spec, crew, span, agent, day, slot * SLOT_S)


def _shifts_of_queue(queue: Queue, crew: Crew, calls: np.ndarray) -> np.ndarray:
    """Rows of agent, day and start slot for one queue, week after week; shape (shifts, 3).

    Nobody who works on a Sunday works on the Monday after, which keeps the rest between a late and an early
    shift and the days in a row within bounds.
    """
    mine = np.flatnonzero(crew.queue == queue.index)
    needed = needed_on_phone(calls, queue.kind.aht_by_slot())
    can = crew.days[mine].copy()
    rows = []
    gone = 0
    for week in range(len(calls) // 7):
        need = needed[7 * week : 7 * week + 7]
        away = _spared(len(mine), need.sum() * SLOT_S / 3600 / usable_hours(queue, crew))
        present = np.delete(np.arange(len(mine)), (gone + np.arange(away)) % len(mine))
        gone += away
        shifts = _week(queue, crew, mine[np.roll(present, -week)], np.roll(can[present], -week, axis=0), week, need)
        can = crew.days[mine].copy()
        can[np.isin(mine, shifts[shifts[:, 1] == SUNDAY, 0]), 0] = False
        rows.append(shifts + np.array([0, 7 * week, 0]))
    return np.concatenate(rows)


def _spared(people: int, needed: float) -> int:
    """People who can go on leave in a week in which a share `needed` of all hours is needed."""
    return round(people * min(max(1 - needed, 0.0), MOST_LEAVE))


def _week(queue: Queue, crew: Crew, people: np.ndarray, can: np.ndarray, week: int, need: np.ndarray) -> np.ndarray:
    """Give one person after the other the days and starts where most is missing; rows of agent, day, start slot.

    In the second round each gives back what the first one gave and chooses again, now knowing the others.
    """
    missing = need.copy()
    weight = 1 / np.maximum(need, 1)
    chosen: list[np.ndarray] = [np.zeros((0, 3), dtype=np.int64)] * len(people)
    for _ in range(ROUNDS):
        for number, agent in enumerate(people):
            shift = crew.shift(agent)
            missing += _cover(chosen[number], shift)
            chosen[number] = _choose(queue, crew, agent, can[number], week, missing.clip(0) * weight)
            missing -= _cover(chosen[number], shift)
    return np.concatenate(chosen)


def _choose(queue: Queue, crew: Crew, agent: int, can: np.ndarray, week: int, wanted: np.ndarray) -> np.ndarray:
    """The days with most to gain, all of them early or all of them late, which keeps the rest between shifts."""
    shift = crew.shift(agent)
    starts = np.arange(queue.kind.open_slots.start, queue.kind.open_slots.stop - shift.slots + 1)
    half = (len(starts) + 1) // 2
    starts = starts[:half] if (agent + week * shift.rotates) % 2 == 0 else starts[-half:]
    so_far = np.pad(wanted.cumsum(axis=1), ((0, 0), (1, 0)))
    gain = so_far[:, starts + shift.slots] - so_far[:, starts]
    value = np.where(can, gain.max(axis=1), 0.0)
    days = np.sort(np.argsort(-value, kind="stable")[: crew.shifts_a_week[agent]])
    days = days[value[days] > 0]
    return np.column_stack([np.full(len(days), agent), days, starts[gain[days].argmax(axis=1)]])


def _cover(chosen: np.ndarray, shift: Shift) -> np.ndarray:
    slots = np.arange(SLOTS_A_DAY)
    cover = np.zeros((7, SLOTS_A_DAY))
    cover[chosen[:, 1]] = ((slots >= chosen[:, 2:]) & (slots < chosen[:, 2:] + shift.slots)) * shift.on_phone
    return cover


def _schedule(
    spec: DemoSpec, crew: Crew, span: Span, agent: np.ndarray, day: np.ndarray, clock_s: np.ndarray
) -> pd.DataFrame:
    """The stretches of shifts that start at `clock_s` on their day, which come sorted by week, agent and day."""
    begin = span.instants(day, clock_s)
    meets = day % 7 == np.take(MEETING_WEEKDAYS, agent % len(MEETING_WEEKDAYS))
    parts = []
    for short in (False, True):
        rows = np.flatnonzero(crew.short[agent] == short)
        bounds, activities = crew.shift_of(short).stretches((agent + day)[rows], meets[rows])
        parts.append(
            np.column_stack(
                [
                    np.repeat(rows, len(activities)),
                    (begin[rows, None] + bounds[:, :-1]).ravel(),
                    (begin[rows, None] + bounds[:, 1:]).ravel(),
                    np.tile(activities, len(rows)),
                ]
            )
        )
    stretches = np.concatenate(parts)
    shift, start, end, activity = stretches[stretches[:, 1] < stretches[:, 2]].T
    order = np.lexsort((start, shift))
    shift, start, end, activity = shift[order], start[order], end[order], activity[order]
    return _frame(spec, crew, span, agent[shift], day[shift], start, end, activity)


def _frame(
    spec: DemoSpec,
    crew: Crew,
    span: Span,
    agent: np.ndarray,
    day: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    activity: np.ndarray,
) -> pd.DataFrame:
    mondays = [span.first + dt.timedelta(weeks=week) for week in range(spec.weeks)]
    published = span.instants(np.arange(spec.weeks) * 7 - NOTICE_DAYS, np.full(spec.weeks, NOON_S))
    phone = activity == PHONE
    queue = np.where(phone & (crew.second[agent] < 0), crew.queue[agent], -1)
    return pd.DataFrame(
        {
            "version": texts([f"{week_label(monday)}.1" for monday in mondays], day // 7),
            "agent": texts(crew.names, agent),
            "start": local_times(start, spec.timezone),
            "end": local_times(end, spec.timezone),
            "activity": texts(ACTIVITIES, activity),
            "queue": texts([q.name for q in queues_of(spec)], queue),
            "paid": pd.array(activity != LUNCH, dtype="boolean"),
            "productive": pd.array(phone, dtype="boolean"),
            "published_at": local_times(published[day // 7], spec.timezone),
        }
    )
