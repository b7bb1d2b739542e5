"""Networks of legal rosters: one for each kind of contract, shared by the people who have it."""

from __future__ import annotations

import copy
import math
import threading
from typing import NamedTuple

import numpy as np

from scheduling.columns.kernels import build_network
from scheduling.columns.problem import RosterProblem

MOST_STATES = 2_000_000


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


class NetworkTooLargeError(Exception):
    """A kind of contract has more states than memory is meant to hold."""


class Networks:
    """Builds the networks of a problem; limited shift types are counted only where `track_overruns` found need.

    Leaving a limit out makes the network a relaxation: its cheapest paths are still lower bounds.
    """

    def __init__(self, problem: RosterProblem) -> None:
        self.problem = problem
        self.people = np.arange(problem.people)
        self._lock = threading.Lock()
        self._known: dict[tuple, int] = {}
        self._built: list[_Net] = []
        self._tracked: list[tuple[int, ...]] = [()] * problem.people
        self._keys = np.zeros(problem.people, np.int64)
        self._groups = np.zeros(problem.people, np.int64)
        self._group_of = np.full((problem.people, problem.shifts), -1, np.int16)
        self._unit = math.gcd(*problem.minutes.tolist())
        for who in range(problem.people):
            self._build(who)
        self.nets = self._pack()

    def part(self, people: np.ndarray) -> Networks:
        """The networks of some of the people, for a problem that differs in what the networks don't know."""
        part = copy.copy(self)
        part.people = self.people[people]
        part._tracked = [self._tracked[who] for who in people.tolist()]
        part._keys = self._keys[people]
        part._groups = self._groups[people]
        part._group_of = self._group_of[people]
        nets = self.nets
        part.nets = nets._replace(
            net_of=nets.net_of[people], groups=nets.groups[people], group_of=nets.group_of[people]
        )
        return part

    def track_overruns(self, rosters: np.ndarray, values: np.ndarray) -> bool:
        """Count the shift types of which rosters (E, D) with finite values have too many; whether there were any."""
        counts = np.zeros((len(values), self.problem.shifts), np.int64)
        who, day = np.nonzero(rosters >= 0)
        np.add.at(counts, (who, rosters[who, day]), 1)
        over = (counts > self.problem.max_shifts[self.people]) & np.isfinite(values)[:, None]
        for place in np.flatnonzero(over.any(axis=1)).tolist():
            self._tracked[place] = tuple(sorted({*self._tracked[place], *np.flatnonzero(over[place]).tolist()}))
            self._build(place)
        if over.any():
            self.nets = self._pack()
        return bool(over.any())

    def _build(self, place: int) -> None:
        problem, tracked, who = self.problem, self._tracked[place], int(self.people[place])
        shifts = np.flatnonzero(problem.allowed[who].any(axis=0) & (problem.max_shifts[who] > 0))
        follows = problem.may_follow[np.ix_(shifts, shifts)]
        classes = _numbered([row.tobytes() for row in follows])
        alike = [
            (follows[:, k].tobytes(), int(classes[k]), int(problem.minutes[shift]), shift if shift in tracked else -1)
            for k, shift in enumerate(shifts)
        ]
        group_of = _numbered(alike)
        leader = [int(np.flatnonzero(group_of == group)[0]) for group in range(int(group_of.max(initial=-1)) + 1)]
        self._group_of[place] = -1
        self._group_of[place, shifts] = group_of
        self._groups[place] = len(leader)
        names = sorted(set(classes.tolist()))
        into = np.zeros((len(names), len(leader)), bool)
        for name in names:
            into[name] = follows[int(np.flatnonzero(classes == name)[0])][leader]
        units = problem.minutes[shifts[leader]] // self._unit if leader else np.zeros(0, np.int64)
        resource = [2 + tracked.index(s) if s in tracked else -1 for s in shifts[leader].tolist()]
        rules = (int(problem.max_run[who]), int(problem.min_run[who]), int(problem.min_rest[who]))
        low, high = self._windows(who, tracked, units)
        weekend = self._weekend_days() if high[1].any() or problem.max_weekends[who] == 0 else np.zeros(problem.days)
        key = (
            rules,
            units.tobytes(),
            classes[leader].tobytes(),
            into.tobytes(),
            tuple(resource),
            low.tobytes(),
            high.tobytes(),
            weekend.tobytes(),
        )
        with self._lock:
            self._keys[place] = self._number_of(key, weekend, rules, units, classes[leader], into, resource, low, high)

    def _number_of(
        self,
        key: tuple,
        weekend: np.ndarray,
        rules: tuple[int, int, int],
        units: np.ndarray,
        classes: np.ndarray,
        into: np.ndarray,
        resource: list[int],
        low: np.ndarray,
        high: np.ndarray,
    ) -> int:
        if key not in self._known:
            ok, *net = build_network(
                weekend.astype(np.int64),
                rules,
                units.astype(np.int64),
                classes.astype(np.int64),
                into,
                np.array(resource, np.int64),
                low,
                high,
                MOST_STATES,
            )
            if not ok:
                raise NetworkTooLargeError
            self._known[key] = len(self._built)
            self._built.append(_Net(*net))
        return self._known[key]

    def _weekend_days(self) -> np.ndarray:
        weekend = self.problem.weekend
        second = np.zeros(len(weekend), bool)
        second[1:] = (weekend[1:] >= 0) & (weekend[1:] == weekend[:-1])
        return np.where(weekend < 0, 0, np.where(second, 2, 1))

    def _windows(self, who: int, tracked: tuple[int, ...], units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
        return low, high

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


def _numbered(values: list) -> np.ndarray:
    """Number of each value in order of first sight."""
    seen: dict = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], np.int64)
