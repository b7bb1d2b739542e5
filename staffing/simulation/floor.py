"""Run days on which callers call again or are called back and idle agents do tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from staffing.queueing import Array
from staffing.simulation.behaviour import Callbacks, Redials, Tasks, geometric
from staffing.simulation.calls import Calls, Demand, DrawnDays
from staffing.simulation.serving import Served
from staffing.simulation.staff import StaffSteps

if TYPE_CHECKING:
    from staffing.simulation.floor_kernels import Floor
    from staffing.simulation.skills import Routing

Ints = NDArray[np.int64]
STAYED, PROMISED, CALLED_BACK, UNREACHED = range(4)
"""What became of a call, as the kernel numbers it: promised is still to be called back."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One skill or kind of tasks: who comes, and the rules for them."""

    demand: Demand
    days: DrawnDays
    seed: SeedSequence
    priority: int = 1
    redials: Redials | None = None
    callbacks: Callbacks | None = None
    tasks: Tasks | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that may come in on some days.

    Parameters
    ----------
    items : structured array
        First calls and tasks, behind them the redials that may come, as the kernel knows them.
    caller : int array
        Number of the first call of each item's caller.
    order : int array
        First calls and tasks by day and time of arrival.
    first : int array, shape (days + 1,)
        Day d owns order[first[d]] to before order[first[d + 1]].
    most : int
        Most items of a day, redials that may come among them.
    """

    items: np.ndarray
    caller: Ints
    order: Ints
    first: Ints
    most: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of everything that came in on some days, in order of arrival within each day.

    Parameters
    ----------
    first : int array, shape (days + 1,)
        Day d owns from first[d] to before first[d + 1].
    items : structured array
        Rows as the kernel knows them.
    place, caller : int array
        Number of each item, and that of its caller's first call.
    effective_s : array, shape (days, staff steps)
        When each agent came or truly went [s].
    rung_s : array, shape (days, groups, intervals)
        Agents' time in tries to call back that nobody answered [s].
    """

    first: Ints
    items: np.ndarray
    place: Ints
    caller: Ints
    effective_s: Array
    rung_s: Array

    def of(self, skill: int) -> Outcome:
        """The part of one skill."""
        return self.part(self.items["skill"] == skill)

    def part(self, mask: NDArray[np.bool_]) -> Outcome:
        """The items that the mask holds."""
        if mask.all():
            return self
        first = np.concatenate([[0], mask.cumsum()])[self.first]
        return Outcome(first, self.items[mask], self.place[mask], self.caller[mask], self.effective_s, self.rung_s)

    def last_attempt(self) -> Ints:
        """For every item that is a first call, the position of the caller's last attempt; for others no matter."""
        if not self.place.size:
            return self.place
        position = np.empty(int(self.place.max()) + 1, np.int64)
        position[self.place] = np.arange(self.place.size)
        last = np.empty(self.place.size, np.int64)
        last[position[self.caller]] = np.arange(self.place.size)  # in order of time: the last one stays
        last[self.place != self.caller] = 0
        return last

    def calls(self) -> Calls:
        return Calls(self.first, *(np.ascontiguousarray(self.items[n]) for n in ("arrival", "handle", "patience")))

    def served(self) -> Served:
        start = np.ascontiguousarray(self.items["start"])
        return Served(start, self.items["server"].astype(np.int16), self.effective_s)


class FloorRun:
    """Draws and runs the days of several streams, batch by batch from the first on."""

    def __init__(
        self, streams: Sequence[Stream], steps: StaffSteps, routing: Routing, intervals: int, interval_s: float
    ) -> None:
        self._streams, self._steps, self._routing = streams, steps, routing
        self._intervals, self._interval_s = intervals, float(interval_s)
        self._random = [[default_rng(seed) for seed in stream.seed.spawn(7)] for stream in streams]

    def run(self, days: slice) -> Outcome:
        """The next days."""
        return self.serve(self.draw(days))

    def draw(self, days: slice) -> Drawn:
        """Everything that may come in on the next days."""
        from staffing.simulation.skill_kernels import merge_arrivals

        calls = [
            _with_backlog(stream.days.draw(days), stream.tasks, random[0])
            for stream, random in zip(self._streams, self._random, strict=True)
        ]
        first = np.stack([own.first for own in calls])
        starts = np.concatenate([[0], first[:, -1].cumsum()])
        items, caller, per_day = self._items(calls, starts)
        order, skill_of = (np.empty(starts[-1], np.int64) for _ in range(2))
        arrival = np.ascontiguousarray(items["arrival"][: starts[-1]])
        merge_arrivals(first + starts[:-1, None], arrival, order, skill_of)
        return Drawn(items, caller, order, first.sum(axis=0), int(per_day.max()))

    def serve(self, drawn: Drawn) -> Outcome:
        """What becomes of it; the items are written on."""
        from staffing.simulation import floor_kernels as kernels

        steps, days = self._steps, drawn.first.size - 1
        floor = self._floor(drawn.items, days, drawn.most)
        seen_first, effective = np.zeros(days + 1, np.int64), np.empty((days, steps.by.size))
        kernels.run_days(floor, drawn.first, drawn.order, steps.at_s, steps.by, steps.group, seen_first, effective)
        seen = floor.seen[: seen_first[-1]]
        return Outcome(seen_first, drawn.items[seen], seen, drawn.caller[seen], effective, floor.rung)

    def _items(self, calls: Sequence[Calls], starts: Ints) -> tuple[np.ndarray, Ints, Ints]:
        """First calls and tasks of all streams, behind them the redials that may come; the caller of each; per day."""
        from staffing.simulation.floor_kernels import ITEM, NOBODY

        again = [self._how_often(k, own.arrival_s.size) for k, own in enumerate(calls)]
        ends = int(starts[-1]) + np.cumsum([0, *(n.sum() for n in again)])
        items = np.zeros(ends[-1], ITEM)
        items["again"] = NOBODY
        caller, per_day = np.arange(items.size), np.zeros(calls[0].first.size - 1, np.int64)
        for k, (own, n) in enumerate(zip(calls, again, strict=True)):
            mine, further = slice(int(starts[k]), int(starts[k + 1])), slice(int(ends[k]), int(ends[k + 1]))
            items["skill"][mine] = items["skill"][further] = k
            items["arrival"][mine], items["handle"][mine], items["patience"][mine] = (
                own.arrival_s,
                own.handle_s,
                own.patience_s,
            )
            caller[further] = np.repeat(caller[mine], n)
            self._draw_redials(k, items, caller, further)
            for part, streams in ((mine, (3, 5)), (further, (4, 6))):
                self._draw_callbacks(k, items[part], streams)
            per_day += np.diff(own.first) + np.diff(np.concatenate([[0], n.cumsum()])[own.first])
        return items, caller, per_day

    def _how_often(self, k: int, callers: int) -> Ints:
        """How often each caller would call again if nobody ever answered."""
        rule = self._streams[k].redials
        if rule is None:
            return np.zeros(callers, np.int64)
        most = np.inf if rule.most is None else rule.most
        return geometric(self._random[k][0].random(callers), rule.probability, most).astype(np.int64)

    def _draw_redials(self, k: int, items: np.ndarray, caller: Ints, further: slice) -> None:
        """Chain each redial to the attempt before it, and draw its delay and patience."""
        rule, size = self._streams[k].redials, further.stop - further.start
        if rule is None or not size:
            return
        own, places = caller[further], np.arange(further.start, further.stop)
        before = np.where(np.diff(own, prepend=-1) == 0, places - 1, own)
        items["again"][before] = places
        items["delay"][before] = rule.delay.draw(self._random[k][1], size)
        items["patience"][further] = self._streams[k].demand.patience.draw(self._random[k][2], size)

    def _draw_callbacks(self, k: int, items: np.ndarray, streams: tuple[int, int]) -> None:
        """Whether an offer would be accepted, and how many tries in a row would not be answered."""
        if (rule := self._streams[k].callbacks) is None:
            return
        accepts, misses = (self._random[k][stream] for stream in streams)
        items["accepts"] = accepts.random(items.size) < rule.accept
        items["misses"] = geometric(misses.random(items.size), 1 - rule.answer, rule.tries)

    def _floor(self, items: np.ndarray, days: int, most: int) -> Floor:
        """The kernel's tables and working memory for days of at most `most` items."""
        from staffing.simulation import floor_kernels as kernels

        steps, routing = self._steps, self._routing
        groups, agents = routing.wants.shape[0], max(int((steps.by > 0).sum()), 1)
        timers = 4 * most + 8
        return kernels.Floor(
            items=items,
            skills=self._rules(),
            groups=np.zeros(groups, kernels.GROUP),
            wants=routing.wants,
            routes=routing.routes,
            rank=routing.rank,
            by_age=routing.by_age,
            since=np.empty((groups, agents)),
            ends=np.full(2 * agents + 1, np.inf),
            tags=np.empty(2 * agents + 1, np.int64),
            timers=np.full(2 * timers + 1, np.inf),
            marks=np.empty(2 * timers + 1, np.int64),
            owed=np.empty((len(self._streams), most + 1), np.int64),
            counter=np.zeros(6, np.int64),
            seen=np.empty(items.size, np.int64),
            rung=np.zeros((days, groups, self._intervals)),
            interval_s=self._interval_s,
        )

    def _rules(self) -> np.ndarray:
        from staffing.simulation.floor_kernels import SKILL

        rows = np.zeros(len(self._streams), SKILL)
        for row, stream in zip(rows, self._streams, strict=True):
            row["priority"], row["handle_s"] = stream.priority, stream.demand.handle.mean_s
            if (rule := stream.callbacks or stream.tasks) is not None:
                row["promise_s"] = rule.promised_s()
                row["urgent_before_s"] = -np.inf if rule.urgent_before_s is None else rule.urgent_before_s
                row["reserve"], row["task"] = rule.reserve, stream.tasks is not None
            if (callbacks := stream.callbacks) is not None:
                row["calls_back"], row["either"], row["keep_place"] = 1, callbacks.either, callbacks.keep_place
                row["if_wait_s"], row["if_queue"] = callbacks.offer_above()
                for name in ("retry_after_s", "ring_s", "handle_factor", "tries"):
                    row[name] = getattr(callbacks, name)
                if callbacks.keep_place:
                    row["urgent_before_s"] = 0.0
        return rows


def _with_backlog(calls: Calls, tasks: Tasks | None, random: Generator) -> Calls:
    """The tasks of each day behind those that are there when it begins."""
    if tasks is None or not tasks.backlog:
        return calls
    first = calls.first + tasks.backlog * np.arange(calls.first.size)
    there = np.zeros(first[-1], bool)
    there[first[:-1, None] + np.arange(tasks.backlog)] = True
    handle = np.empty(first[-1])
    handle[~there], handle[there] = calls.handle_s, tasks.handle.draw(random, int(there.sum()))
    arrival = np.zeros(first[-1])
    arrival[~there] = calls.arrival_s
    return Calls(first, arrival, handle, np.full(first[-1], np.inf))
