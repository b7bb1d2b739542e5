"""Work that waits: what a backlog does when it is worked off in the order in which it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.queueing import Array

_SLACK = 1e-9  # of a promise or of an amount of work, so that what is due on the dot is in time


@dataclass(frozen=True, slots=True)
class Waiting:
    """Items of one age that wait when the first interval begins.

    Parameters
    ----------
    items : float
    age_s : float
        Time for which their promise has run [s].
    aht_s : float or None
        Mean handle time [s]; that of the items to come when None.
    """

    items: float
    age_s: float = 0.0
    aht_s: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.items < float("inf") or not 0 <= self.age_s < float("inf"):
            found = f"{self.items:g} items of age {self.age_s:g} s"
            raise ValueError(f"backlog: found {found}, expected numbers of at least 0")

    @property
    def work_s(self) -> float:
        """Work that waits [s]; 0 while the handle time is not known."""
        return self.items * (self.aht_s or 0.0)


@dataclass(frozen=True, slots=True)
class Course:
    """How a backlog fares, by interval.

    Parameters
    ----------
    in_time : array, shape (intervals,)
        Share of the items of each interval that are answered within the promise, of those of which it is decided
        when the last interval ends; nan where there are none.
    age_s : array, shape (intervals,)
        Mean age at which the answered items of each interval are answered [s]; nan without such.
    used_s : array, shape (intervals,)
        Work done in each interval [s].
    backlog : array, shape (intervals + 1,)
        Items that wait at the boundaries of the intervals.
    done_s : array, shape (intervals + 1,)
        Work done until each boundary [s].
    pieces : tuple of arrays
        Answered items, and their age at the begin and end of each piece [s]; a piece ages evenly.
    decided : array, shape (intervals,)
        Items of each interval that are answered or late.
    """

    in_time: Array
    age_s: Array
    used_s: Array
    backlog: Array
    done_s: Array
    pieces: tuple[Array, Array, Array]
    decided: Array

    def share_in_time(self, intervals: slice | NDArray[np.bool_] = slice(None)) -> float:
        """Share of the items of some intervals that are answered within the promise; 1 without items."""
        weight, share = self.decided[intervals], np.nan_to_num(self.in_time[intervals])
        return float(share @ weight / weight.sum()) if weight.sum() > 0 else 1.0

    def mean_age_s(self) -> float:
        """Mean age of answered items when they are answered [s]; nan without any."""
        items, young, old = self.pieces
        return float(items @ (young + old) / 2 / items.sum()) if items.sum() > 0 else float("nan")

    def age_quantile_s(self, share: float) -> float:
        """Age within which so large a share of the answered items is answered [s]; nan without any."""
        items, begin, end = self.pieces
        if not items.sum() > 0:
            return float("nan")
        young, old = np.minimum(begin, end), np.maximum(begin, end)
        low, high = 0.0, float(old.max())
        while high - low > 1e-6 * max(high, 1.0):
            middle = (low + high) / 2
            within = np.where(old > young, (middle - young) / np.where(old > young, old - young, 1.0), middle >= old)
            low, high = (low, middle) if items @ np.clip(within, 0, 1) >= share * items.sum() else (middle, high)
        return high


def follow(
    items: ArrayLike,
    aht_s: ArrayLike,
    capacity_s: ArrayLike,
    *,
    interval_s: float,
    answer_within_s: float,
    promise_s: ArrayLike | None = None,
    waiting: Sequence[Waiting] = (),
) -> Course:
    """Work off items first come, first served, with given capacity.

    Items come evenly within their interval and are worked on evenly within it; nothing is done before it has come.
    The backlog is a fluid: right where an item takes little of an interval's capacity.

    Parameters
    ----------
    items, aht_s, capacity_s : array_like, shape (intervals,)
        Items that come in each of the intervals, which follow each other without gap; their mean handle time [s],
        > 0 where there are items; and the work that can be done [s].
    interval_s : float
        Interval length [s].
    answer_within_s : float
        The promise [s].
    promise_s : array_like, shape (intervals + 1,), optional
        Time for which a promise has run at each boundary [s], for one that rests while nobody works; the clock's
        when None.
    waiting : sequence of Waiting
        Backlog at the beginning, worked off before all that comes, oldest first.

    Returns
    -------
    Course
    """
    come, capacity = np.asarray(items, float), np.asarray(capacity_s, float)
    clock = interval_s * np.arange(come.size + 1.0)
    promise = clock if promise_s is None else np.asarray(promise_s, float)
    line = _line_up(come, come * np.asarray(aht_s, float), clock, promise, waiting)
    first, arrived = line.first, np.concatenate([[0.0], np.cumsum(line.work)])
    waits = _waits(arrived[first], line.work[first:], capacity)
    done = np.maximum.accumulate(arrived[first:] - waits)
    served = _service(clock, waits, line.work[first:], capacity, done)
    pieces = _pieces(line, arrived, *served, clock, promise)

    in_time = pieces.amount * _share_below(*pieces.ran, answer_within_s * (1 + _SLACK) + _SLACK)
    aged = pieces.amount * (pieces.age[0] + pieces.age[1]) / 2
    answered, good, age = (
        np.bincount(pieces.group, value, line.count.size).astype(float) for value in (pieces.amount, in_time, aged)
    )
    late = np.where(promise[-1] - line.runs[1] > answer_within_s, np.maximum(line.count - answered, 0.0), 0.0)
    counted, own = np.concatenate([[0.0], np.cumsum(line.count)]), pieces.group >= first
    return Course(
        in_time=_ratio(good, answered + late)[first:],
        age_s=_ratio(age, answered)[first:],
        used_s=np.diff(done),
        backlog=np.maximum(counted[first:] - np.interp(done, arrived, counted), 0.0),
        done_s=done,
        pieces=(pieces.amount[own], pieces.age[0][own], pieces.age[1][own]),
        decided=(answered + late)[first:],
    )


@dataclass(frozen=True, slots=True)
class _InLine:
    """Groups of items in the order in which they are worked off: those that wait, then the intervals from `first` on.

    `came` and `runs` are the moments of their first and last item by the clock and by the promise [s].
    """

    count: Array
    work: Array
    came: tuple[Array, Array]
    runs: tuple[Array, Array]
    first: int


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Answered items in pieces of one group, at one speed; age and time the promise ran, at both ends [s]."""

    group: NDArray[np.int64]
    amount: Array
    age: tuple[Array, Array]
    ran: tuple[Array, Array]


def _line_up(come: Array, work: Array, clock: Array, promise: Array, waiting: Sequence[Waiting]) -> _InLine:
    old = sorted(waiting, key=lambda group: -group.age_s)
    ages = np.array([group.age_s for group in old])
    came, runs = (
        (np.concatenate([time[0] - ages, time[:-1]]), np.concatenate([time[0] - ages, time[1:]]))
        for time in (clock, promise)
    )
    count = np.concatenate([[group.items for group in old], come])
    return _InLine(count, np.concatenate([[group.work_s for group in old], work]), came, runs, len(old))


def _pieces(line: _InLine, arrived: Array, ends: Array, level: Array, clock: Array, promise: Array) -> _Pieces:
    """Cut the work where a group or a stretch of service begins; within, arrival and answer are even in time."""
    edges = np.unique(np.concatenate([arrived[arrived <= level[-1]], level]))
    edges = edges[np.concatenate([[True], np.diff(edges) > _grain(level[-1])])]
    low, high = edges[:-1], edges[1:]
    group, stretch = (np.searchsorted(cuts, (low + high) / 2, side="right") - 1 for cuts in (arrived, level))
    parts = [(edge - arrived[group]) / line.work[group] for edge in (low, high)]
    spans = level[stretch + 1] - level[stretch]
    answered = [_line(ends[stretch], ends[stretch + 1], (edge - level[stretch]) / spans) for edge in (low, high)]
    age, ran = (
        [moment - _line(start[group], end[group], part) for moment, part in zip(moments, parts, strict=True)]
        for moments, (start, end) in (
            (answered, line.came),
            ([np.interp(moment, clock, promise) for moment in answered], line.runs),
        )
    )
    amount = (high - low) / line.work[group] * line.count[group]
    return _Pieces(group, amount, (age[0], age[1]), (ran[0], ran[1]))


def _waits(begun: float, work: Array, capacity: Array) -> Array:
    """Work that waits at each boundary: max(w + work - capacity, 0), interval after interval."""
    walk = np.concatenate([[begun], begun + np.cumsum(work - capacity)])
    waits: Array = walk - np.minimum(np.minimum.accumulate(walk), 0.0)
    return np.where(waits > _grain(begun + work.sum()), waits, 0.0)


def _grain(work: float) -> float:
    """Amount of work [s] that is none, among sums as large as `work`."""
    return _SLACK + 16 * float(np.spacing(work))


def _service(clock: Array, waits: Array, work: Array, capacity: Array, done: Array) -> tuple[Array, Array]:
    """Work done as a broken line: bends at the boundaries, and where a backlog ends within an interval."""
    surplus = capacity - work
    ends = (waits[:-1] > 0) & (waits[1:] == 0) & (surplus > 0)
    part = np.where(ends, np.minimum(waits[:-1] / np.where(ends, surplus, 1.0), 1.0), 1.0)
    bend = clock[:-1] + part * np.diff(clock)
    level = np.where(ends, np.minimum(done[:-1] + part * capacity, done[1:]), done[1:])
    times = np.column_stack([clock[:-1], bend]).ravel()
    levels = np.column_stack([done[:-1], level]).ravel()
    return np.append(times, clock[-1]), np.append(levels, done[-1])


def _line(start: Array, end: Array, part: Array) -> Array:
    return start + (end - start) * np.clip(part, 0.0, 1.0)


def _share_below(begin: Array, end: Array, limit: float) -> Array:
    """Part of even stretches from `begin` to `end` that lies at or below a limit."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    flat = high - low <= _SLACK
    part = (limit - low) / np.where(flat, 1.0, high - low)
    return np.where(flat, low <= limit, np.clip(part, 0.0, 1.0))


def _ratio(above: Array, below: Array) -> Array:
    share = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return np.where(np.abs(share - 1) <= _SLACK, 1.0, share)  # all of them, whatever the last digits say
