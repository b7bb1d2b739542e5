"""Networks of legal rosters: one for each kind of contract, shared by the people who have it."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from scheduling.columns.kernels import build_network
from scheduling.columns.problem import RosterProblem

MOST_STATES = 2_000_000
MOST_TRACKED = 400_000
ALL_STATES = 15_000_000
SLACKS = ((30, False), (15, False), (10, False), (10, True), (5, True), (3, True), (2, True), (1, True))
TOO_LARGE = -1
SPARSE = 4


class Nets(NamedTuple):
    """All networks behind each other; network n owns `states[n]` to `states[n + 1]`, and so with arcs.

    `group_of` (E, S) is the group of each person's shift, -1 where never worked; `first` has one more than states
    for each network.
    """

    net_of: np.ndarray
    groups: np.ndarray
    group_of: np.ndarray
    layer: np.ndarray
    states: np.ndarray
    arcs: np.ndarray
    first: np.ndarray
    to: np.ndarray
    group: np.ndarray


class _Net(NamedTuple):
    layer: np.ndarray
    first: np.ndarray
    to: np.ndarray
    group: np.ndarray


Kind = Literal["whole", "narrow", "relaxed"]
_Choice = tuple[np.ndarray, np.ndarray, tuple[bool, bool]]


class NetworkTooLargeError(Exception):
    """A kind of contract has more states than memory is meant to hold."""


class Networks:
    """Builds the networks of a problem; limited shift types are counted only where `track` was asked to.

    Leaving a limit out makes a network a relaxation: its cheapest paths are still lower bounds.

    Parameters
    ----------
    problem : RosterProblem
    kind : {"whole", "narrow", "relaxed"}
        Narrow networks keep units of work and weekends near their share of the days passed, as tightly as memory
        asks: those of long horizons become small enough, but leave legal rosters out, so that they prove nothing.
        Relaxed ones leave out limits instead, where memory asks for it: they prove bounds and nothing else.

    Raises
    ------
    NetworkTooLargeError
    """

    def __init__(self, problem: RosterProblem, kind: Kind = "whole") -> None:
        self.problem, self.kind = problem, kind
        self.people = np.arange(problem.people)
        kinds = 1 if kind == "whole" else len(np.unique(self._contracts(), axis=1).T)
        self._most = min(MOST_STATES, ALL_STATES // (kinds + 1))
        self._lock = threading.Lock()
        self._states = 0
        self._known: dict[tuple, int] = {}
        self._built: list[_Net] = []
        self._tracked: list[tuple[int, ...]] = [()] * problem.people
        self._keys = np.zeros(problem.people, np.int64)
        self._groups = np.zeros(problem.people, np.int64)
        self._group_of = np.full((problem.people, problem.shifts), -1, np.int16)
        self._refused: dict[int, tuple[int, ...]] = {}
        self._unit = math.gcd(*problem.minutes.tolist())
        for who in range(problem.people):
            self._build(who, ())
        self.nets = self._pack()

    def part(self, people: np.ndarray) -> Networks:
        """The networks of some of the people, for a problem that differs in what the networks don't know."""
        part = copy.copy(self)
        part.people = self.people[people]
        part._tracked = [self._tracked[who] for who in people.tolist()]
        part._refused = {}
        part._keys = self._keys[people]
        part._groups = self._groups[people]
        part._group_of = self._group_of[people]
        nets = self.nets
        part.nets = nets._replace(
            net_of=nets.net_of[people], groups=nets.groups[people], group_of=nets.group_of[people]
        )
        return part

    def overruns(
        self, rosters: np.ndarray, values: np.ndarray, places: np.ndarray | None = None
    ) -> dict[int, list[int]]:
        """Shift types of which rosters (E, D) with finite values have too many, by place, of all or some places."""
        counts = np.zeros((len(values), self.problem.shifts), np.int64)
        who, day = np.nonzero(rosters >= 0)
        np.add.at(counts, (who, rosters[who, day]), 1)
        over = (counts > self.problem.max_shifts[self.people]) & np.isfinite(values)[:, None]
        wrong = np.flatnonzero(over.any(axis=1))
        if places is not None:
            wrong = np.intersect1d(wrong, places)
        return {place: np.flatnonzero(over[place]).tolist() for place in wrong.tolist()}

    def track(self, asked: dict[int, list[int]]) -> bool:
        """Count these shift types at these places from now on, where memory allows; whether any was new."""
        new = False
        for place, shifts in asked.items():
            wider = tuple(sorted({*self._tracked[place], *shifts}))
            if self.kind == "whole" and wider not in (self._tracked[place], self._refused.get(place)):
                try:
                    self._build(place, wider)
                    new = True
                except NetworkTooLargeError:
                    self._refused[place] = wider
        if new:
            self.nets = self._pack()
        return new

    def _build(self, place: int, tracked: tuple[int, ...]) -> None:
        problem, who = self.problem, int(self.people[place])
        shifts = self._offered(who)
        groups = _Groups(problem, shifts, tracked)
        most = MOST_TRACKED if tracked else self._most
        for low, high, counted in self._choices(who, tracked, groups.units):
            ok, number = self._number_of(who, groups, low, high, counted, most)
            if ok:
                self._keys[place], self._tracked[place], self._groups[place] = number, tracked, len(groups.units)
                self._group_of[place] = -1
                self._group_of[place, shifts] = groups.of
                return
        raise NetworkTooLargeError

    def _offered(self, who: int) -> np.ndarray:
        """Shift types of a person's network: one's own, in narrow networks those of anybody with the same contract."""
        problem = self.problem
        mine = problem.allowed.any(axis=1) & (problem.max_shifts > 0)
        if self.kind == "whole":
            return np.flatnonzero(mine[who])
        contract = self._contracts()
        return np.flatnonzero(mine[(contract == contract[:, [who]]).all(axis=0)].any(axis=0))

    def _contracts(self) -> np.ndarray:
        """What makes contracts differ, (6, E)."""
        names = ("min_minutes", "max_minutes", "max_run", "min_run", "min_rest", "max_weekends")
        return np.stack([getattr(self.problem, name) for name in names])

    def _choices(self, who: int, tracked: tuple[int, ...], units: np.ndarray) -> Iterator[_Choice]:
        """Windows to try one after the other, with whether units and weekends are counted."""
        if self.kind == "narrow":
            for slack in SLACKS:
                yield *self._windows(who, tracked, units, slack), (True, True)
            return
        low, high = self._windows(who, tracked, units, None)
        yield low, high, (True, True)
        if self.kind == "relaxed":
            for row, counted in ((1, (True, False)), (0, (False, False))):
                low, high = low.copy(), high.copy()
                low[row] = high[row] = 0
                yield low, high, counted

    def _number_of(
        self, who: int, groups: _Groups, low: np.ndarray, high: np.ndarray, counted: tuple[bool, bool], most: int
    ) -> tuple[bool, int]:
        problem = self.problem
        rules = (int(problem.max_run[who]), int(problem.min_run[who]), int(problem.min_rest[who]))
        units, classes, into, resource = groups.arrays
        units = units if counted[0] else np.zeros_like(units)
        weekends = counted[1] and (high[1].any() or problem.max_weekends[who] == 0)
        weekend = self._weekend_days() if weekends else np.zeros(problem.days, np.int64)
        key = (rules, *(array.tobytes() for array in (units, classes, into, resource, low, high, weekend)))
        with self._lock:
            if key not in self._known:
                kinds = rules[2] + rules[0] * len(into)
                likely = kinds * float(np.maximum(high - low + 1, 0).prod(axis=0, dtype=float).sum())
                ok, net = False, []
                if likely <= SPARSE * most:
                    ok, *net = build_network(weekend, rules, units, classes, into, resource, low, high, most)
                ok = ok and self._states + net[0][-1] <= ALL_STATES
                self._known[key] = len(self._built) if ok else TOO_LARGE
                if ok:
                    self._built.append(_Net(*net))
                    self._states += int(net[0][-1])
            return self._known[key] != TOO_LARGE, self._known[key]

    def _weekend_days(self) -> np.ndarray:
        weekend = self.problem.weekend
        second = np.zeros(len(weekend), bool)
        second[1:] = (weekend[1:] >= 0) & (weekend[1:] == weekend[:-1])
        return np.where(weekend < 0, 0, np.where(second, 2, 1)).astype(np.int64)

    def _windows(
        self, who: int, tracked: tuple[int, ...], units: np.ndarray, slack: tuple[int, bool] | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Window of units, weekends and limited shift types after each day, from what the days on both sides allow."""
        problem = self.problem
        days = np.arange(problem.days + 1)
        cycle = int(problem.max_run[who] + problem.min_rest[who])
        worked = days // cycle * problem.max_run[who] + np.minimum(days % cycle, problem.max_run[who])
        left = worked[::-1]
        low = np.zeros((2 + len(tracked), len(days)), np.int64)
        high = np.zeros_like(low)
        longest = int(units.max(initial=0))
        least = -(-int(problem.min_minutes[who]) // self._unit)
        most = int(problem.max_minutes[who]) // self._unit
        low[0] = np.maximum(0, least - left * longest)
        high[0] = np.minimum(most, worked * longest)
        numbers = self._weekend_days()
        passed = np.concatenate([[0], np.cumsum(numbers == 1)])
        ahead = np.concatenate([np.cumsum((numbers > 0)[::-1] & (np.append(numbers[1:], 0) != 2)[::-1])[::-1], [0]])
        if problem.max_weekends[who] < passed[-1]:
            high[1] = problem.max_weekends[who]
            low[1] = np.maximum(0, problem.max_weekends[who] - ahead)
        for row, shift in enumerate(tracked, start=2):
            high[row] = problem.max_shifts[who, shift]
            low[row] = np.maximum(0, high[row] - left)
        if slack is not None:
            share, (shifts, near) = days / problem.days, slack
            below, above = ((least + most) / 2, (least + most) / 2) if near else (least, most)
            low[0] = np.maximum(low[0], np.floor(below * share) - shifts * longest)
            high[0] = np.minimum(high[0], np.ceil(above * share) + shifts * longest)
            spare = 1 + shifts // 5
            low[1] = np.maximum(low[1], np.floor(high[1] * share) - spare)
            high[1] = np.minimum(high[1], np.ceil(high[1] * share) + spare)
        return low, high

    @property
    def arcs(self) -> int:
        """Arcs that pricing everybody once goes over."""
        return int(np.diff(self.nets.arcs)[self.nets.net_of].sum())

    def _pack(self) -> Nets:
        used = sorted(set(self._keys.tolist()))
        nets = [self._built[key] for key in used]
        empty = np.zeros(0, np.int64)
        return Nets(
            np.searchsorted(used, self._keys),
            self._groups.copy(),
            self._group_of.copy(),
            np.array([net.layer for net in nets]),
            np.concatenate([[0], np.cumsum([net.layer[-1] for net in nets])]),
            np.concatenate([[0], np.cumsum([len(net.to) for net in nets])]),
            np.concatenate([empty, *(net.first for net in nets)]),
            np.concatenate([np.zeros(0, np.int32), *(net.to for net in nets)]),
            np.concatenate([np.zeros(0, np.int16), *(net.group for net in nets)]),
        )


class _Groups:
    """Shifts that are alike in length and in what may stand before and after them; counted ones stay alone."""

    def __init__(self, problem: RosterProblem, shifts: np.ndarray, tracked: tuple[int, ...]) -> None:
        follows = problem.may_follow[np.ix_(shifts, shifts)]
        classes = _numbered([row.tobytes() for row in follows])
        self.of = _numbered(
            [
                (
                    follows[:, k].tobytes(),
                    int(classes[k]),
                    int(problem.minutes[shift]),
                    shift if shift in tracked else -1,
                )
                for k, shift in enumerate(shifts.tolist())
            ]
        )
        leader = np.unique(self.of, return_index=True)[1]
        first = np.unique(classes, return_index=True)[1]
        self.units = problem.minutes[shifts[leader]] // math.gcd(*problem.minutes.tolist())
        resource = np.array([2 + tracked.index(s) if s in tracked else -1 for s in shifts[leader].tolist()], np.int64)
        into = np.ascontiguousarray(follows[np.ix_(first, leader)])
        self.arrays = (self.units.astype(np.int64), classes[leader], into, resource)


def _numbered(values: list) -> np.ndarray:
    """Number of each value in order of first sight."""
    seen: dict = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], np.int64)
