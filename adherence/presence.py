"""Agents scheduled and present per queue and interval, and how busy those present were."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from adherence.log import Log, read_log
from adherence.rota import Rota, read_rota
from adherence.statemap import AVAILABLE_STATES, HANDLING_STATES, PHONE, PRODUCTIVE_STATES, read_rules
from adherence.stretches import SECOND_US, Cuts, Ints, Stretches, from_us, split, to_us
from wfm.errors import Findings
from wfm.timeaxis import check_timezone, days_grid, local_day

_EMPTY = pd.DataFrame(
    {
        name: pd.Series(dtype="int64")
        for name in ("queue", "interval", "scheduled", "present", "handling_s", "available_s")
    }
)


def presence(
    schedule: pd.DataFrame,
    states: pd.DataFrame,
    interval_s: int,
    *,
    timezone: str,
    productive_states: Collection[str] = PRODUCTIVE_STATES,
    state_map: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Scheduled and present agents, weighted by time, over the local days that the schedule touches.

    An agent's queue is that of the scheduled stretch; out of such a stretch it is the queue the agent is
    scheduled for longest on that day, else longest of all, else null: agents that no schedule gives a queue
    are counted in rows of queue null.

    Parameters
    ----------
    schedule, states : DataFrame
        As in `adherence`; states without end are cut at the last moment in the log.
    interval_s : int
        Interval length [s].
    timezone : str
        IANA name.
    productive_states : collection of str
        States in which an agent is present.
    state_map : DataFrame, optional
        When given, the states that are `in` for the activity phone are the productive ones instead.

    Returns
    -------
    DataFrame
        Sorted by queue and interval_start, one row where an agent was scheduled or present: queue,
        interval_start, scheduled and present [agents], handling_s (on call, on hold and ACW), available_s
        (ready), occupancy = handling_s / (handling_s + available_s). Null where the log does not reach, and
        occupancy also where nobody handled or was available.

    Raises
    ------
    InputError
        As `adherence`.
    """
    check_timezone(timezone)
    rota = read_rota(schedule, timezone)
    log = read_log(states, rota.agents, timezone, None, Findings())
    if state_map is not None:
        rules = read_rules(state_map, log.states, pd.Index([PHONE], dtype="str"), Findings())
        productive_states = log.states[rules.fitting(np.array([True]))]
    if not len(rota.agents):
        return _finished(_EMPTY, rota, log, np.zeros(0, np.int64), timezone)
    grid = _grid(rota, interval_s, timezone)
    log = log.within(int(grid[0]), int(grid[-1]))
    queues = _queues(rota, log, int(grid[0]))
    times = {
        "scheduled": _scheduled(rota, queues),
        "present": _in_states(log, queues, productive_states),
        "handling_s": _in_states(log, queues, HANDLING_STATES),
        "available_s": _in_states(log, queues, AVAILABLE_STATES),
    }
    sums = pd.concat({name: _per_interval(queue_time, grid) for name, queue_time in times.items()}, axis=1)
    return _finished(sums.fillna(0).reset_index(), rota, log, grid, timezone)


def _grid(rota: Rota, interval_s: int, timezone: str) -> Ints:
    """Interval starts of the days that the schedule touches, and the end of the last interval [us]."""
    edges = np.array([rota.shifts.start.min(), rota.shifts.end.max() - 1])
    first, last = local_day(from_us(edges, timezone))
    starts = days_grid(first, (last - first).days + 1, interval_s, timezone)
    end = days_grid(last + pd.Timedelta(days=1), 1, interval_s, timezone)[:1]
    return np.append(to_us(starts), to_us(end))


def _queues(rota: Rota, log: Log, first: int) -> Cuts:
    """The queue of every agent at every moment; -1 where the schedule gives none."""
    day_of_shift = rota.day_of_shift
    length = rota.stretches.end - rota.stretches.start
    usual = _longest(rota.stretches.group, rota.queue, length, len(log.agents))
    of_day = _longest(day_of_shift[rota.shift], rota.queue, length, day_of_shift[-1] + 1)[day_of_shift]
    of_day = np.where(of_day >= 0, of_day, usual[rota.shifts.group])
    of_stretch = np.where(rota.queue >= 0, rota.queue, of_day[rota.shift])
    reach = rota.reach()
    around = np.where(reach.label >= 0, of_day[reach.label], usual[reach.group])
    everyone, start_of_all = np.arange(len(log.agents)), min(first, rota.window[0]) - 1
    group, start, end, _ = rota.stretches
    return Cuts.sorted(
        np.concatenate([everyone, reach.group, group, group]),
        np.concatenate([np.full(len(everyone), start_of_all), reach.at, end, start]),
        np.concatenate([usual, around, of_day[rota.shift], of_stretch]),
    )


def _longest(group: Ints, queue: Ints, length: Ints, groups: int) -> Ints:
    """Queue with the most time in each group, the first by name among equals; -1 where there is none."""
    times = pd.DataFrame({"group": group, "queue": queue, "length": length})[queue >= 0]
    totals = times.groupby(["group", "queue"], as_index=False)["length"].sum()
    best = totals.sort_values(["group", "length", "queue"], ascending=[True, False, True]).drop_duplicates("group")
    longest = np.full(groups, -1)
    longest[best["group"]] = best["queue"]
    return longest


def _scheduled(rota: Rota, queues: Cuts) -> Stretches:
    return _by_queue(rota.stretches.take(rota.productive), queues)


def _in_states(log: Log, queues: Cuts, states: Collection[str]) -> Stretches:
    return _by_queue(log.of_states(log.states.get_indexer(list(states))), queues)


def _by_queue(stretches: Stretches, queues: Cuts) -> Stretches:
    pieces = split(stretches, queues)
    return Stretches(np.zeros_like(pieces.row), pieces.start, pieces.end, queues.label[pieces.cut])


def _per_interval(queue_time: Stretches, grid: Ints) -> pd.Series:
    """Time per queue and interval [us]."""
    pieces = split(queue_time, Cuts(np.zeros_like(grid), grid, np.arange(len(grid))))
    keys = {"queue": queue_time.label[pieces.row], "interval": pieces.cut}
    return pd.DataFrame(keys | {"us": pieces.length}).groupby(["queue", "interval"])["us"].sum()


def _finished(sums: pd.DataFrame, rota: Rota, log: Log, grid: Ints, timezone: str) -> pd.DataFrame:
    """Microseconds as agents and seconds, queue names for codes; nulls where the log does not reach."""
    start, end = grid[sums["interval"]], grid[sums["interval"] + 1]
    seen = pd.Series((start < log.span[1]) & (log.span[0] < end))
    busy = sums["handling_s"] + sums["available_s"]
    frame = pd.DataFrame(
        {
            "queue": pd.Series(rota.queues).reindex(sums["queue"]).array,
            "interval_start": from_us(start, timezone),
            "scheduled": sums["scheduled"] / (end - start),
            "present": (sums["present"] / (end - start)).where(seen),
            "handling_s": (sums["handling_s"] / SECOND_US).where(seen),
            "available_s": (sums["available_s"] / SECOND_US).where(seen),
            "occupancy": sums["handling_s"] / busy.where(busy > 0),
        }
    )
    return frame.sort_values(["queue", "interval_start"], ignore_index=True)
