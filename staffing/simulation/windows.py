"""Days kept in memory, on which plans that differ in few intervals are compared by simulating only what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from staffing.queueing import Array
from staffing.simulation.calls import Calls, Demand, DrawnDays
from staffing.simulation.distributions import Constant, Distribution, Empirical

Plan = NDArray[np.int64]

PARTS = 8
MEASURES = 6
MOST_LAGS = 3
FEWEST_DAYS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the calls of each day, arrays of shape (days, intervals).

    Parameters
    ----------
    offered, within, abandoned, answered, wait_answered_s : array
        By the interval of arrival: all calls, those answered within the threshold, those that hung up, those
        answered and the sum of their waits [s].
    busy_s, staffed_s : array
        By the clock, as in `AgentTime`.
    """

    offered: Array
    within: Array
    abandoned: Array
    answered: Array
    wait_answered_s: Array
    busy_s: Array
    staffed_s: Array

    @classmethod
    def of(cls, offered: Array, values: Array, plan: Plan, interval_s: float) -> Outcome:
        within, abandoned, answered, wait, busy, overtime = np.moveaxis(values, -1, 0)
        return cls(offered, within, abandoned, answered, wait, busy + overtime, plan * interval_s + overtime)


@dataclass(frozen=True, slots=True)
class Totals:
    """Calls, seconds of handle time, and expected calls, each of shape (days, intervals)."""

    offered: Array
    work: Array
    rates: Array


class KeptDays:
    """Some days and the state of each at the start of every interval, as the kernel describes them."""

    def __init__(self, calls: Calls, rates: Array, interval_s: float, within_s: float) -> None:
        from staffing.simulation import window_kernels

        arrival, handle, patience = (
            np.asarray(values, np.float32) for values in (calls.arrival_s, calls.handle_s, calls.patience_s)
        )
        self._calls = (calls.first, arrival, handle, patience, interval_s, within_s)
        self.totals = Totals(np.zeros(rates.shape), np.zeros(rates.shape), rates)
        window_kernels.offered_work(calls.first, arrival, handle, interval_s, self.totals.offered, self.totals.work)
        self._forget(0)

    def _forget(self, most_agents: int) -> None:
        days, intervals = self.totals.rates.shape
        self._values = np.zeros((days, intervals, MEASURES))
        self._plan: Plan = np.full(intervals, -1, dtype=np.int64)
        self._free_at = np.empty((days, intervals, most_agents))
        self._pending = np.zeros((days, intervals), np.int64)
        self._partial = np.zeros((days, intervals, 4))

    def run(self, plan: Plan, keep: bool) -> Array:
        """Values of each day under a plan, as the kernel counts them."""
        from staffing.simulation import window_kernels

        if plan.max() > self._free_at.shape[2]:
            self._forget(int(plan.max() + 3 + np.sqrt(plan.max())))
            keep = True
        found = np.empty_like(self._values)
        state = (self._free_at, self._pending, self._partial, self._values)
        window_kernels.resimulate(*self._calls, self._plan, plan, keep, *state, found)
        if keep:
            self._plan = plan.copy()
        return found


@dataclass(frozen=True, slots=True)
class Seen:
    """An outcome and how much each day counts.

    Parameters
    ----------
    outcome : Outcome
    weights : array, shape (days, intervals)
        Summing to 1 per interval; see `calibrated_weights`.
    rates : array, shape (intervals,)
        Expected calls of an average day.
    plan : int array, shape (intervals,)
    interval_s : float
    """

    outcome: Outcome
    weights: Array
    rates: Array
    plan: Plan
    interval_s: float


class Sample:
    """Simulated days of one queue, the same for every plan.

    Days lie in parts that are drawn and run each on its own, by as many threads as there are; the numbers do not
    depend on how many. Times are kept as four-byte floats: to a hundredth of a second of the day.

    Parameters
    ----------
    demand : Demand
        Of a row of calls a day, or of one row for all.
    interval_s, within_s : float
        Length of an interval, service-level threshold [s].
    days : int
    seed : SeedSequence
    threads : int
    """

    def __init__(
        self, demand: Demand, interval_s: float, within_s: float, days: int, seed: SeedSequence, threads: int = 2
    ) -> None:
        self._interval_s, self._threads = float(interval_s), threads
        self._draw = _Draw(demand, float(interval_s), float(within_s), days, seed, min(PARTS, days))
        self._parts: list[KeptDays] = _each(self._draw.part, self._draw.parts, threads)
        self._weights: dict[int, Array] = {}

    def run(self, plan: Plan, *, keep: bool = False, parts: int = PARTS) -> Seen:
        """What becomes of the calls under a plan.

        Parameters
        ----------
        plan : int array, shape (intervals,)
        keep : bool
            Whether later plans are to be compared with this one: what they share with it is not simulated again.
        parts : int
            How many of the parts of the days to look at; all of them to keep a plan.
        """
        chosen = self._parts[:parts]
        totals = [part.totals for part in chosen]
        values = _each(lambda number: chosen[number].run(plan, keep), len(chosen), self._threads)
        if parts not in self._weights:
            self._weights[parts] = self._draw.weights(totals)
        return self._draw.seen(totals, values, plan, self._weights[parts])


def run_fresh(
    demand: Demand, plan: Plan, interval_s: float, within_s: float, days: int, seed: SeedSequence, threads: int = 2
) -> Seen:
    """One plan on days that are drawn, simulated and forgotten part by part, so that many fit."""
    calls = np.broadcast_to(np.asarray(demand.calls), (days, demand.intervals)).sum()
    draw = _Draw(demand, float(interval_s), float(within_s), days, seed, min(PARTS + int(calls // 1e6), days))

    def run(number: int) -> tuple[Totals, Array]:
        part = draw.part(number)
        return part.totals, part.run(plan, keep=True)

    totals, values = zip(*_each(run, draw.parts, threads), strict=True)
    return draw.seen(totals, values, plan, draw.weights(totals))


class _Draw:
    """The parts of a sample, each with callers of its own."""

    def __init__(
        self, demand: Demand, interval_s: float, within_s: float, days: int, seed: SeedSequence, parts: int
    ) -> None:
        self._demand, self._interval_s, self._within_s = demand, interval_s, within_s
        self._rates = np.broadcast_to(np.asarray(demand.calls), (days, demand.intervals))
        self._days = np.array_split(np.arange(days), parts)
        self._seeds = seed.spawn(parts)
        self.parts = parts

    def part(self, number: int) -> KeptDays:
        rates = self._rates[self._days[number]]
        own = Demand(rates, self._demand.handle, self._demand.patience)
        calls = DrawnDays(own, self._interval_s, len(rates), self._seeds[number]).draw(slice(0, len(rates)))
        return KeptDays(calls, rates, self._interval_s, self._within_s)

    def weights(self, parts: Sequence[Totals]) -> Array:
        offered, work, rates = (np.concatenate([getattr(p, n) for p in parts]) for n in ("offered", "work", "rates"))
        mean_s = mean_of(self._demand.handle)
        controls = [offered - rates] if mean_s is None else [offered - rates, work - rates * mean_s]
        reach = 1 + int(np.ceil(2 * (mean_s or self._interval_s) / self._interval_s))
        return calibrated_weights(controls, min(reach, MOST_LAGS))

    def seen(self, parts: Sequence[Totals], values: Sequence[Array], plan: Plan, weights: Array) -> Seen:
        offered, rates = (np.concatenate([getattr(p, n) for p in parts]) for n in ("offered", "rates"))
        outcome = Outcome.of(offered, np.concatenate(values), plan, self._interval_s)
        return Seen(outcome, weights, rates.mean(axis=0), plan.copy(), self._interval_s)


def _each(task: Callable[[int], Any], count: int, threads: int) -> list[Any]:
    if threads == 1:
        return [task(number) for number in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(task, range(count)))


def mean_of(distribution: Distribution) -> float | None:
    """Its mean [s], where the distribution tells."""
    if isinstance(distribution, Empirical):
        return float(np.asarray(distribution.values_s).mean())
    if isinstance(distribution, Constant):
        return distribution.value_s
    return getattr(distribution, "mean_s", None)


def calibrated_weights(controls: Sequence[Array], lags: int) -> Array:
    """Weights of days such that calls and work of an interval and of those before it are what is expected.

    A day that happens to bring more calls than the rate says is a worse day; days weighted so that such chance
    cancels tell the mean of anything that goes with it more exactly. The weighted mean is the regression estimate
    with control variates (Lavenberg and Welch 1981, Management Science 27:322).

    Parameters
    ----------
    controls : sequence of array, each of shape (days, intervals)
        Quantities with mean 0.
    lags : int
        Intervals before each that count too.

    Returns
    -------
    array, shape (days, intervals)
        None negative, each column sums to 1. Days count alike where they are few, or the controls so rarely differ
        from their mean that some day would count below nothing.
    """
    days, intervals = controls[0].shape
    weights = np.full((days, intervals), 1.0 / days)
    if days <= FEWEST_DAYS * len(controls) * (lags + 1):
        return weights
    for i in range(intervals):
        x = np.concatenate([c[:, max(i - lags, 0) : i + 1] for c in controls], axis=1)
        mean = x.mean(axis=0)
        centred = x - mean
        own = weights[:, i] - centred @ (np.linalg.pinv(centred.T @ centred, hermitian=True) @ mean)
        if own.min() >= 0:
            weights[:, i] = own
    return weights
