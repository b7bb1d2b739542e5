"""Calls -> interval history, and interval history -> coarser interval history."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ingest.rules import found
from wfm.callfacts import HANDLE_PARTS, handle_time_s, is_offered, seconds_of
from wfm.contracts import INTERVAL_HISTORY
from wfm.errors import InputError
from wfm.timeaxis import INTERVALS_S, days_grid, floor_to_interval, local_day, slot_of, wall_clock

DAY_S = 86400
OPEN_WEEKS = 4
FEW_WEEKS = 4
SILENT_DAYS = 2
RARE_STEP = 0.01
KEY = ["queue", "interval_start"]
COUNTS = ("offered", "answered", "abandoned", "short_abandoned", "answered_in_threshold")
SUMS = (*HANDLE_PARTS, "wait_s")


def calls_to_history(
    calls: pd.DataFrame,
    interval_s: int,
    *,
    answer_within_s: float | Mapping[str, float] = 20.0,
    short_abandon_s: float = 5.0,
) -> pd.DataFrame:
    """Count calls per queue and interval of arrival.

    Volume and handle time belong to the interval in which the call was offered, whenever it was answered. Offered
    are answered, abandoned, flowed-out, called-back and voicemail calls; blocked, failed and outbound ones are not.
    On an active day of a queue (one with a call) every open slot has a row, with zeros where nobody called: the slots
    from the first to the last that is in use on that weekday around that day (`_open_slots`), so that a change of
    opening hours leaves the time before and after it as it was. A call outside them has its own row. Days without a
    call have no rows: the centre was closed, or the data is lost.

    Parameters
    ----------
    calls : DataFrame
        The calls contract, shape (n, ·).
    interval_s : int
        Interval length [s].
    answer_within_s : float or mapping of str to float
        Service-level threshold [s]; a wait equal to it is within. A mapping gives it by queue, and under ``""``
        for every other queue.
    short_abandon_s : float
        Longest wait of an abandoned call that counts as short [s].

    Returns
    -------
    DataFrame
        The interval_history contract, sorted by queue and interval. `aht_s` is talk + hold + ACW of answered calls
        with a known handle time, divided by their number. A sum is null where the log does not record it at all.
    """
    offered = calls[is_offered(calls)]
    if offered.empty:
        return INTERVAL_HISTORY.empty(str(calls["offered_at"].dt.tz))
    queues, names = pd.factorize(offered["queue"])
    intervals, starts = pd.factorize(floor_to_interval(offered["offered_at"], interval_s).as_unit("us"))
    groups, keys = pd.factorize(queues * len(starts) + intervals)
    per_call = _per_call(offered, answer_within_s, short_abandon_s)
    sums = {name: np.bincount(groups, values) for name, values in per_call.items()}
    handled, handled_s = sums.pop("handled"), sums.pop("handled_s")
    history = pd.DataFrame({"queue": names[keys // len(starts)], "interval_start": starts[keys % len(starts)], **sums})
    history["aht_s"] = handled_s / np.where(handled > 0, handled, np.nan)
    history["max_wait_s"] = pd.Series(seconds_of(offered, "wait_s")).groupby(groups).max().to_numpy()
    return _in_order(_null_unrecorded(_with_open_slots(history, interval_s), offered))


def _thresholds_s(queues: pd.Series, answer_within_s: float | Mapping[str, float]) -> float | np.ndarray:
    if not isinstance(answer_within_s, Mapping):
        return answer_within_s
    by_queue = {queue: answer_within_s.get(queue, answer_within_s[""]) for queue in queues.unique()}
    thresholds_s: np.ndarray = queues.map(by_queue).to_numpy(dtype=float)
    return thresholds_s


def _per_call(
    calls: pd.DataFrame, answer_within_s: float | Mapping[str, float], short_abandon_s: float
) -> dict[str, np.ndarray]:
    """What each call adds to its interval."""
    answered = (calls["outcome"] == "answered").to_numpy()
    abandoned = (calls["outcome"] == "abandoned").to_numpy()
    wait_s = seconds_of(calls, "wait_s")
    parts = {name: np.where(answered, seconds_of(calls, name), np.nan) for name in HANDLE_PARTS}
    handled_s = handle_time_s(calls)
    return {
        "offered": np.ones(len(calls)),
        "answered": answered,
        "abandoned": abandoned,
        "short_abandoned": abandoned & (wait_s <= short_abandon_s),
        "answered_in_threshold": answered & (wait_s <= _thresholds_s(calls["queue"], answer_within_s)),
        **{name: np.nan_to_num(part) for name, part in parts.items()},
        "wait_s": np.where(answered, np.nan_to_num(wait_s), 0.0),
        "handled": ~np.isnan(handled_s),
        "handled_s": np.nan_to_num(handled_s),
    }


def _with_open_slots(history: pd.DataFrame, interval_s: int) -> pd.DataFrame:
    """Add the rows in which a queue was open and nobody called."""
    timezone, days = history["interval_start"].dt.tz, local_day(history["interval_start"])
    first, weeks = days.min(), (days.max() - days.min()).days // 7 + 1
    grid = days_grid(first, 7 * weeks, interval_s, str(timezone)).tz_convert(timezone)
    cells, grid_cells = (
        ((local_day(times) - first).days.to_numpy(), slot_of(times, interval_s).to_numpy())
        for times in (history["interval_start"], grid)
    )
    opened = []
    for queue, places in history.groupby("queue", sort=True).indices.items():
        called = np.zeros((7 * weeks, DAY_S // interval_s), bool)
        called[cells[0][places], cells[1][places]] = True
        is_open = _open_slots(called.reshape(weeks, 7, -1)).reshape(called.shape)[grid_cells]
        opened.append(pd.DataFrame({"queue": queue, "interval_start": grid[is_open]}))
    empty = pd.concat(opened, ignore_index=True).astype({"queue": history["queue"].dtype})
    filled = empty.merge(history, on=KEY, how="outer")
    zeros = [name for name in (*COUNTS, *SUMS) if name in filled]
    filled[zeros] = filled[zeros].where(filled["offered"].notna(), 0.0)
    return filled


def _open_slots(called: np.ndarray) -> np.ndarray:
    """Open slots of each active day, from the slots with a call; shapes (weeks, 7, slots).

    A slot is in use when two of the weekday's active days within four weeks have a call in it (one, where fewer than
    four days are active), and the day lies between such days: one of them is the day itself or earlier, one the day
    itself or later. A side on which fewer than two days are active can't tell and is not asked. One call at night
    thus opens nothing, and the evenings are open from the first one on and not before.
    """
    active = np.asarray(called.any(axis=2, keepdims=True))
    in_use = active & (_around(called) >= np.where(_around(active) < FEW_WEEKS, 1, 2))
    for side in ({"after": 0}, {"before": 0}):
        in_use &= (_around(called, **side) > 0) | (_around(active, **side) - active < SILENT_DAYS)
    since_first = np.logical_or.accumulate(in_use, axis=2)
    until_last = np.logical_or.accumulate(in_use[..., ::-1], axis=2)[..., ::-1]
    return np.asarray(since_first & until_last)


def _around(days: np.ndarray, before: int = OPEN_WEEKS, after: int = OPEN_WEEKS) -> np.ndarray:
    """Number of marked days from `before` weeks before to `after` weeks after each day; shapes (weeks, 7, ·)."""
    week = np.arange(len(days))
    total = np.concatenate([np.zeros((1, *days.shape[1:]), int), days.cumsum(axis=0)])
    counts: np.ndarray = total[np.minimum(week + after + 1, len(days))] - total[np.maximum(week - before, 0)]
    return counts


def _null_unrecorded(history: pd.DataFrame, calls: pd.DataFrame) -> pd.DataFrame:
    """Sums that the log can't know are null, never zero."""
    answered, abandoned = calls["outcome"] == "answered", calls["outcome"] == "abandoned"
    for column, source, among in (
        ("talk_s", "talk_s", answered),
        ("hold_s", "hold_s", answered),
        ("acw_s", "acw_s", answered),
        ("wait_s", "wait_s", answered),
        ("answered_in_threshold", "wait_s", answered),
        ("short_abandoned", "wait_s", abandoned),
    ):
        if among.any() and (source not in calls or calls.loc[among, source].isna().all()):
            history[column] = np.nan
    return history


def _in_order(history: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in INTERVAL_HISTORY.names if name in history]
    return history[names].sort_values(KEY, kind="stable").reset_index(drop=True)


def resample_history(history: pd.DataFrame, interval_s: int) -> pd.DataFrame:
    """Sum an interval history to longer intervals.

    Parameters
    ----------
    history : DataFrame
        The interval_history contract.
    interval_s : int
        Length of the intervals wanted [s].

    Returns
    -------
    DataFrame
        The interval_history contract. Counts and sums add up, and are null where a part is; `aht_s` is weighted by
        calls answered (offered, where answered is unknown); `max_wait_s` is the longest.

    Raises
    ------
    InputError
        If the history's intervals are longer than `interval_s`, or do not divide it.
    """
    if history.empty:
        return history
    length_s = interval_length_s(history)
    if length_s is not None and interval_s % length_s:
        wanted = f"intervals that divide {interval_s // 60} min"
        fix = f"ask for intervals of {length_s // 60} min or a multiple of it"
        rule = "too-coarse" if length_s > interval_s else "uneven-intervals"
        raise InputError(found(rule, "interval_history", f"intervals of {length_s // 60} min", wanted, fix))
    return sum_to_intervals(history, interval_s)


def sum_to_intervals(history: pd.DataFrame, interval_s: int) -> pd.DataFrame:
    """`resample_history` of intervals that are known to divide `interval_s`."""
    weight = history["answered"].where(history["answered"].notna(), history["offered"])
    weight = weight.where(history["aht_s"].notna(), 0.0)
    starts = floor_to_interval(history["interval_start"], interval_s).as_unit("us")
    rows = history.assign(interval_start=starts, weight=weight, weighted_s=(weight * history["aht_s"]).fillna(0.0))
    groups = rows.groupby(KEY, sort=True)
    added = [name for name in (*COUNTS, *SUMS) if name in history]
    total = groups[[*added, "weight", "weighted_s"]].sum()
    total[added] = total[added].where(groups[added].count().eq(groups.size(), axis=0))
    if "max_wait_s" in history:
        total["max_wait_s"] = groups["max_wait_s"].max()
    total["aht_s"] = total.pop("weighted_s") / total.pop("weight").where(lambda weight: weight > 0)
    return _in_order(total.reset_index())


def interval_length_s(history: pd.DataFrame) -> int | None:
    """Length that the starts of a history show: the shortest usual step within a queue and day; None without one.

    A step over a clock change shows nothing: one slot of the repeated hour follows itself an hour later.
    """
    starts = history["interval_start"]
    ordered = history[KEY].assign(day=local_day(starts), wall=wall_clock(starts)).sort_values(KEY)
    within = ordered.groupby(["queue", "day"])
    step = within["interval_start"].diff().dt.total_seconds()
    plain = (step > 0) & (step == within["wall"].diff().dt.total_seconds())
    share = step[plain].value_counts(normalize=True)
    return next((length for length in INTERVALS_S if share.get(length, 0) >= RARE_STEP), None)
