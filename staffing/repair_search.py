"""The search for the fewest agents on one sample of simulated days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from staffing.promise import Promise
from staffing.queueing import Array
from staffing.repair_moves import Moves, Point, Slopes
from staffing.simulation.windows import PARTS, Plan, Sample
from staffing.targets import TARGETS

MOST_STEPS = 30
FREE_STEPS = 6
"""After so many steps agents are only added until the plan holds, so that it does not swing to and fro."""
MOST_TRIES = 6
COARSE = 2
MOST_MOVED = 3
HOPELESS = 0.003
"""Smallest slack that a plan may be predicted to miss and still be tried, in shares of calls or time."""


class Search:
    """Plans on the days searched, their slack corrected by what fresh days said.

    Parameters
    ----------
    sample : Sample
    promise : Promise
    floor : int array, shape (intervals,)
        Fewest agents; nobody is planned where it is 0.
    ceiling : int
        Agents of an interval beyond which more would not be noticed.
    """

    def __init__(self, sample: Sample, promise: Promise, floor: Plan, ceiling: int) -> None:
        self._sample, self._promise, self._floor = sample, promise, floor
        self._ceiling = max(ceiling, int(floor.max(initial=0)))
        self._places = np.flatnonzero(floor)
        self._known: list[tuple[Plan, Slopes]] = []
        self._gaps: list[Array] = []
        self._gap = np.zeros((len(TARGETS), floor.size))
        self._by_day = promise.over == "day" and promise.target.service_level is not None

    def settle(self, plan: Plan) -> Plan:
        """A plan that keeps everything and of which no agent can be spared."""
        return self._spared(self._enough(self._kept(plan))).plan

    def fewest(self, plan: Plan) -> int:
        """Agents of the cheapest plan that would hold as well if one agent always did what it does here.

        As slack rises ever more slowly with agents, no plan that holds has fewer, as far as agents of different
        intervals do not help each other.
        """
        point = self._kept(plan)
        return int(self._moves([point], MOST_MOVED).cheapest(min(float(point.slack.min()), 0.0)).sum())

    def binding(self, plan: Plan, slack: Array) -> NDArray[np.str_]:
        """Name in `TARGETS` of what one agent fewer in each interval would break first, there or elsewhere.

        Parameters
        ----------
        plan : int array, shape (intervals,)
        slack : array, shape (targets, intervals)
            Its slack, as proved.

        Returns
        -------
        str array, shape (intervals,)
            What would come nearest to breaking where nothing would; ``none`` where nothing is asked.
        """
        worst = (slack[:, :, None] + self._slopes(plan).fewer).min(axis=1)
        first = np.where((worst < 0).any(axis=0), np.argmax(worst < 0, axis=0), np.argmin(worst, axis=0))
        return np.where(np.isfinite(slack).any(axis=0), np.array(TARGETS)[first], "none")

    def misses(self, plan: Plan) -> float:
        """By how much a plan misses what it keeps most narrowly, corrected by all the fresh days told so far."""
        return -float(self._slack(plan).min())

    def correct(self, plan: Plan, fresh: Array) -> None:
        """Take the difference of fresh days from the days searched into account, on average over all told so far.

        Parameters
        ----------
        plan : int array, shape (intervals,)
        fresh : array, shape (targets, intervals)
            Its slack on fresh days.
        """
        with np.errstate(invalid="ignore"):
            gap = fresh - self._promise.slack(self._sample.run(plan))
        self._gaps.append(np.where(np.isfinite(gap), gap, 0.0))
        self._gap = np.mean(self._gaps, axis=0)

    def _slack(self, plan: Plan, parts: int = PARTS, keep: bool = False) -> Array:
        return self._promise.slack(self._sample.run(plan, parts=parts, keep=keep)) + self._gap

    def _kept(self, plan: Plan) -> Point:
        return Point(plan, self._slack(plan, keep=True))

    def _slopes(self, plan: Plan) -> Slopes:
        """What one agent does in each interval, near the plan kept; on some of the days, differences vary little."""
        for known, slopes in reversed(self._known):
            if self._near(known, plan):
                return slopes
        before = self._slack(plan, COARSE)
        more, fewer = (np.zeros((*before.shape, plan.size)) for _ in range(2))
        for place in self._places.tolist():
            for by, effect in ((1, more), (-1, fewer)):
                if plan[place] + by >= self._floor[place]:
                    effect[..., place] = self._effect(plan, place, by, before)
        self._known.append((plan, Slopes(more, fewer)))
        return self._known[-1][1]

    def _near(self, known: Plan, plan: Plan) -> bool:
        close = np.abs(known - plan).max() <= 1 + int(np.sqrt(plan.max())) // 8
        return bool(close and ((known > self._floor) == (plan > self._floor)).all())

    def _effect(self, plan: Plan, place: int, by: int, before: Array) -> Array:
        other = plan.copy()
        other[place] += by
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(self._slack(other, COARSE) - before)

    def _moves(self, tried: list[Point], reach: Plan | int) -> Moves:
        plan = tried[0].plan
        low, high = np.maximum(plan - reach, self._floor), np.where(self._floor > 0, plan + reach, 0)
        return Moves(tried, self._slopes(plan), low, high, self._by_day)

    def _enough(self, point: Point) -> Point:
        """From any plan to one that keeps everything, with few agents to spare."""
        best: Point | None = None
        closest, push = point, 1
        for step in range(MOST_STEPS):
            holds = bool((point.slack >= 0).all())
            if holds and (best is None or point.plan.sum() < best.plan.sum()):
                best = point
            if point.slack.min() > closest.slack.min():
                closest = point
            if step >= FREE_STEPS and best is not None:
                break
            moves = self._moves([point], MOST_MOVED)
            plan = (moves if step < FREE_STEPS else replace(moves, least=point.plan)).cheapest(0.0)
            if holds and plan.sum() >= point.plan.sum():
                break
            if (plan == point.plan).all():
                plan, push = self._pushed(point, push), 2 * push
                if (plan == point.plan).all():
                    break
            point = self._kept(plan)
        best = closest if best is None else best
        return best if (best.plan == point.plan).all() else self._kept(best.plan)

    def _pushed(self, point: Point, push: int) -> Plan:
        """More agents where something is missed and one more would not be noticed."""
        where = (point.slack < 0).any(axis=0) & (self._floor > 0)
        more = point.plan + where * push * np.maximum(1, point.plan // 10)
        return np.maximum(np.minimum(more, self._ceiling), point.plan)

    def _spared(self, point: Point) -> Point:
        """One agent fewer, by taking one away or by an exchange, as long as everything is kept."""
        if (point.slack < 0).any():
            return point
        while True:
            found = self._one_away(point)
            if found is None:
                found = self._exchanged(point)
            if found is None:
                return point
            point = self._kept(found)

    def _one_away(self, point: Point) -> Plan | None:
        """The plan without one agent that can be spared, of such the one whose going is felt least."""
        left = point.slack[..., None] + self._slopes(point.plan).fewer
        left = left.min(axis=(0, 1))
        left[point.plan <= self._floor] = -np.inf
        for place in np.argsort(-left, kind="stable"):
            if left[place] < -2 * HOPELESS:
                return None
            plan = point.plan.copy()
            plan[place] -= 1
            if (self._slack(plan) >= 0).all():
                return plan
        return None

    def _exchanged(self, point: Point) -> Plan | None:
        """A plan of fewer agents by moving some, tried as long as one looks as if it would hold."""
        tried = [point]
        for _ in range(MOST_TRIES):
            plan = self._moves(tried, 2).fewer(-HOPELESS)
            if plan is None:
                return None
            slack = self._slack(plan)
            if (slack >= 0).all():
                return plan
            tried.append(Point(plan, slack))
        return None
