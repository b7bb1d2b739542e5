"""Which agents to move: a dynamic programme over what one agent more or less was seen to do, interval by interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from staffing.queueing import Array
from staffing.simulation.windows import Plan

MISSED_COST = 1e4
"""Agents that a whole share of missed target is worth: a target is kept if any number of agents keeps it."""
FELT = 5e-4
"""Slack below which what an agent does to another interval is left out."""
MOST_LAGS = 3
STEPS_OF_PRICE = 30
FINEST = 2e-4


@dataclass(frozen=True, slots=True)
class Slopes:
    """What one agent of an interval does to each target, arrays of shape (targets, intervals, intervals of agents).

    Parameters
    ----------
    more, fewer : array
        Change of slack by one agent more, and by one fewer.
    """

    more: Array
    fewer: Array

    def effect(self, moved: Plan) -> Array:
        """Change of slack by several agents, taken as the sum of what each does; shape (targets, intervals)."""
        return np.asarray(self.more @ np.maximum(moved, 0) + self.fewer @ np.maximum(-moved, 0))


@dataclass(frozen=True, slots=True)
class Point:
    """A plan tried and the slack it was seen to have, shape (targets, intervals); inf where nothing is asked."""

    plan: Plan
    slack: Array


@dataclass(frozen=True, slots=True)
class Moves:
    """Which changes of a plan are looked at, and what is known of them.

    Parameters
    ----------
    tried : sequence of Point
        The first one is changed. Slack rises ever more slowly with agents, so that each plan tried bounds the
        slack of the others from above.
    slopes : Slopes
    least, most : int arrays, shape (intervals,)
        Bounds of the plan.
    by_day : bool
        Whether the first target is one of the whole day, its slack the same in every interval.
    """

    tried: Sequence[Point]
    slopes: Slopes
    least: Plan
    most: Plan
    by_day: bool = False

    def predicted(self, plan: Plan) -> Array:
        """Slack that a plan is expected to have at most, shape (targets, intervals)."""
        ahead = [p.slack + self.slopes.effect(plan - self._start) - self.slopes.effect(p.plan - self._start)
                 for p in self.tried]  # fmt: skip
        return np.asarray(np.min(ahead, axis=0))

    def cheapest(self, wanted: float) -> Plan:
        """The plan of fewest agents whose slack is at least `wanted`, or misses it by least."""
        if not (self.by_day and np.isfinite(self.tried[0].slack[0]).any()):
            return self._cheapest(wanted, 0.0)
        low, high = 0.0, MISSED_COST
        plan = self._cheapest(wanted, high)
        for _ in range(STEPS_OF_PRICE):
            price = np.sqrt(max(low, 1.0) * high)
            found = self._cheapest(wanted, price)
            if self.predicted(found)[0].min() >= wanted:
                plan, high = found, price
            else:
                low = price
            if high <= 1.0001 * max(low, 1.0):
                break
        return plan

    def fewer(self, hopeless: float) -> Plan | None:
        """The plan of fewer agents with the most slack to all appearances, if that is more than `hopeless`."""
        low, high, best = hopeless, 0.02, None
        while high - low > FINEST:
            wanted = low if best is None else (low + high) / 2
            plan = self.cheapest(wanted)
            if plan.sum() < self._start.sum() and self.predicted(plan).min() >= wanted - FINEST:
                best, low = plan, max(wanted, low)
            elif best is None:
                return None
            else:
                high = wanted
        return best

    @property
    def _start(self) -> Plan:
        return self.tried[0].plan

    def _cheapest(self, wanted: float, price: float) -> Plan:
        """By dynamic programming over intervals, whose state is what was moved in the last few of them.

        An interval feels agents of `lags` intervals before it and `lead` after it. `price` is what the day's slack
        is worth in agents.
        """
        lags, lead = self._reach()
        low, high = self.least - self._start, self.most - self._start
        values = np.arange(low.min(initial=0), high.max(initial=0) + 1)
        width, size = lags + lead + 1, self._start.size
        shape = (values.size,) * (width - 1)
        cost = np.full(shape, np.inf)
        cost[(int(-values[0]),) * (width - 1)] = 0.0
        came_from = []
        for i in range(size + lead):
            step = cost[..., None] + self._cost_of(i, values, price, low, high)
            if i >= lead:
                step = step + MISSED_COST * self._missed(i - lead, values, lags, lead, wanted)
            came_from.append(np.argmin(step, axis=0))
            cost = np.min(step, axis=0)
        place = [int(at) for at in np.unravel_index(int(np.argmin(cost)), shape)]
        moved = []
        for choice in reversed(came_from):
            moved.append(place[-1])
            place = [int(choice[tuple(place)]), *place[:-1]]
        return self._start + values[np.array(moved[::-1][:size])]

    def _cost_of(self, i: int, values: Plan, price: float, low: Plan, high: Plan) -> Array:
        if i >= low.size:
            return np.where(values == 0, 0.0, np.inf)
        cost = np.where((values >= low[i]) & (values <= high[i]), values, np.inf)
        if price:
            first = int(np.argmax(np.isfinite(self.tried[0].slack[0])))
            gain = self.slopes.more[0, first, i] * np.maximum(values, 0)
            cost = cost - price * (gain + self.slopes.fewer[0, first, i] * np.maximum(-values, 0))
        return np.asarray(cost)

    def _missed(self, i: int, values: Plan, lags: int, lead: int, wanted: float) -> Array:
        """By how much interval i misses its targets, for everything that may be moved around it."""
        width, missed = lags + lead + 1, np.zeros((1,))
        up, down = np.maximum(values, 0), np.maximum(-values, 0)
        for target in range(1 if self.by_day else 0, len(self.tried[0].slack)):
            base = [p.slack[target, i] - self.slopes.effect(p.plan - self._start)[target, i] for p in self.tried]
            if not np.isfinite(bound := min(base)):
                continue
            slack = np.full((1,) * width, bound)
            for axis, k in enumerate(range(i - lags, i + lead + 1)):
                if 0 <= k < self._start.size:
                    effect = self.slopes.more[target, i, k] * up + self.slopes.fewer[target, i, k] * down
                    slack = slack + effect.reshape([-1 if a == axis else 1 for a in range(width)])
            missed = missed + np.maximum(wanted - slack, 0.0)
        return missed

    def _reach(self) -> tuple[int, int]:
        """How many intervals before and after it an interval feels."""
        felt = (np.abs(self.slopes.more) > FELT).any(axis=0) | (np.abs(self.slopes.fewer) > FELT).any(axis=0)
        of, by = np.nonzero(felt)
        lags = int(np.clip((of - by).max(initial=1), 1, MOST_LAGS))
        return lags, int(np.clip((by - of).max(initial=0), 0, 1))
