"""Which agents to move: a dynamic programme over what one agent more or less was seen to do, interval by interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from staffing.queueing import Array
from staffing.simulation.windows import Plan

MISSED_COST = 1e7
"""Agents that a whole share of missed target is worth: a target is kept if any number of agents keeps it."""
FELT = 5e-4
"""Slack below which what an agent does to another interval is left out."""
MOST_LAGS = 3
FINEST, MOST_SLACK = 2e-4, 0.02
MOST_PRICE, PRICE_STEP = 1e5, 1.002


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
        felt = _Felt.of(self, wanted)
        if not self._priced():
            return self._cheapest(felt, 0.0)
        plan, _ = self._by_price(felt, lambda found: self.predicted(found)[0].min() < wanted)
        return plan

    def fewer(self, hopeless: float) -> Plan | None:
        """The plan of fewer agents with the most slack to all appearances, if that is more than `hopeless`."""
        if self._priced():
            _, plan = self._by_price(_Felt.of(self, 0.0), self._has_fewer)
            hopes = plan is not None and self._has_fewer(plan) and self.predicted(plan).min() >= hopeless
            return plan if hopes else None
        low, high, best = hopeless, MOST_SLACK, None
        while high - low > FINEST:
            wanted = low if best is None else (low + high) / 2
            plan = self.cheapest(wanted)
            if self._has_fewer(plan) and self.predicted(plan).min() >= wanted - FINEST:
                best, low = plan, max(wanted, low)
            elif best is None:
                return None
            else:
                high = wanted
        return best

    def _has_fewer(self, plan: Plan) -> bool:
        return bool(plan.sum() < self._start.sum())

    def _priced(self) -> bool:
        return self.by_day and bool(np.isfinite(self.tried[0].slack[0]).any())

    def _by_price(self, felt: _Felt, too_cheap: Callable[[Plan], bool]) -> tuple[Plan, Plan | None]:
        """Plans on either side of the price of a day's slack, in agents, from which on a plan is not too cheap."""
        low, high = 1.0, MOST_PRICE
        dear, cheap = self._cheapest(felt, high), None
        while high > PRICE_STEP * low:
            price = float(np.sqrt(low * high))
            found = self._cheapest(felt, price)
            if too_cheap(found):
                cheap, low = found, price
            else:
                dear, high = found, price
        return dear, cheap

    @property
    def _start(self) -> Plan:
        return self.tried[0].plan

    def _cheapest(self, felt: _Felt, price: float) -> Plan:
        """By dynamic programming over intervals, whose state is what was moved in the last few of them."""
        values, width, size = felt.values, felt.lags + felt.lead + 1, self._start.size
        shape = (values.size,) * (width - 1)
        cost = np.full(shape, np.inf)
        cost[(int(-values[0]),) * (width - 1)] = 0.0
        came_from = []
        for i in range(size + felt.lead):
            step = cost[..., None] + self._cost_of(i, values, price)
            if i >= felt.lead:
                step = step + felt.missed[i - felt.lead]
            came_from.append(np.argmin(step, axis=0))
            cost = np.min(step, axis=0)
        place = [int(at) for at in np.unravel_index(int(np.argmin(cost)), shape)]
        moved = []
        for choice in reversed(came_from):
            moved.append(place[-1])
            place = [int(choice[tuple(place)]), *place[:-1]]
        return self._start + values[np.array(moved[::-1][:size])]

    def _cost_of(self, i: int, values: Plan, price: float) -> Array:
        """Agents of each change of interval i, less what their part in the day's slack is worth."""
        if i >= self._start.size:
            return np.where(values == 0, 0.0, np.inf)
        low, high = self.least[i] - self._start[i], self.most[i] - self._start[i]
        cost = np.where((values >= low) & (values <= high), values, np.inf)
        if price:
            first = int(np.argmax(np.isfinite(self.tried[0].slack[0])))
            gain = self.slopes.more[0, first, i] * np.maximum(values, 0)
            cost = cost - price * (gain + self.slopes.fewer[0, first, i] * np.maximum(-values, 0))
        return np.asarray(cost)


@dataclass(frozen=True, slots=True)
class _Felt:
    """What each interval feels of the agents moved around it.

    Parameters
    ----------
    values : int array
        Changes of an interval's agents that are looked at.
    lags, lead : int
        Intervals before and after it whose agents an interval feels.
    missed : list of array
        What missing its targets costs each interval, by the changes from `lags` before to `lead` after it.
    """

    values: Plan
    lags: int
    lead: int
    missed: list[Array]

    @classmethod
    def of(cls, moves: Moves, wanted: float) -> _Felt:
        start, slopes = moves.tried[0].plan, moves.slopes
        values = np.arange((moves.least - start).min(initial=0), (moves.most - start).max(initial=0) + 1)
        felt = (np.abs(slopes.more) > FELT).any(axis=0) | (np.abs(slopes.fewer) > FELT).any(axis=0)
        of, by = np.nonzero(felt)
        lags = int(np.clip((of - by).max(initial=1), 1, MOST_LAGS))
        lead = int(np.clip((by - of).max(initial=0), 0, 1))
        bounds = np.min([point.slack - slopes.effect(point.plan - start) for point in moves.tried], axis=0)
        missed = [_missed(moves, bounds[:, i], i, values, (lags, lead), wanted) for i in range(start.size)]
        return cls(values, lags, lead, missed)


def _missed(moves: Moves, bounds: Array, i: int, values: Plan, reach: tuple[int, int], wanted: float) -> Array:
    width = sum(reach) + 1
    missed, up, down = np.zeros((1,) * width), np.maximum(values, 0), np.maximum(-values, 0)
    for target, bound in enumerate(bounds):
        if (target == 0 and moves.by_day) or not np.isfinite(bound):
            continue
        slack = np.full((1,) * width, bound)
        for axis, k in enumerate(range(i - reach[0], i + reach[1] + 1)):
            if 0 <= k < moves.least.size:
                effect = moves.slopes.more[target, i, k] * up + moves.slopes.fewer[target, i, k] * down
                slack = slack + effect.reshape([-1 if a == axis else 1 for a in range(width)])
        missed = missed + MISSED_COST * np.maximum(wanted - slack, 0.0)
    return missed
