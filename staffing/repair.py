"""A staffing plan made to hold in simulation: agents added where callers wait too long, taken away where none would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.queueing import Array
from staffing.simulation import Demand, SimulationResult, simulate
from staffing.targets import Limits
from wfm.params import ServiceTarget

MOST_ROUNDS = 60
FRESH = 1_000_003


@dataclass(frozen=True, slots=True)
class Repaired:
    """Agents that hold in simulation.

    Parameters
    ----------
    agents : ndarray of int, shape (intervals,)
    proof : SimulationResult
        On days that the search has not seen.
    short : ndarray of bool, shape (intervals,)
        Intervals that still miss a target on those days.
    runs : int
        Simulations that it took.
    """

    agents: NDArray[np.int64]
    proof: SimulationResult
    short: NDArray[np.bool_]
    runs: int


def repair(
    demand: Demand,
    agents: ArrayLike,
    target: ServiceTarget,
    *,
    interval_s: float,
    replications: int = 1000,
    seed: int = 1,
    margin: float = 0.005,
) -> Repaired:
    """Least agents, by local search, with which every interval of a simulated day meets its targets.

    Starts from `agents`, best those of the modified offered load. All plans meet the same callers (common random
    numbers), so that a difference is the plan's. First one agent is added to every interval that misses a target,
    again and again; then one is taken away wherever the plan still holds without, the intervals with the most to
    spare first. The result is proved on fresh days (Cezik and L'Ecuyer 2008, Management Science 54:310, for
    searching on one sample and validating on another).

    Parameters
    ----------
    demand : Demand
    agents : array_like of int, shape (intervals,)
    target : ServiceTarget
    interval_s : float
    replications : int
        Simulated days of each run, and of the proof.
    seed : int
    margin : float
        Service level beyond the target that the search asks for, against the luck of its own days.
    """
    plan = np.array(agents, dtype=np.int64)
    search = _Search(demand, target, interval_s, replications, seed, margin)
    for _ in range(MOST_ROUNDS):
        short = search.short(plan)
        if not short.any():
            break
        plan = plan + short
    if not short.any():
        plan = _trimmed(search, plan)
    proof = search.run(plan, seed + FRESH)
    return Repaired(plan, proof, search.missed(proof, 0.0), search.runs + 1)


def _trimmed(search: _Search, plan: NDArray[np.int64]) -> NDArray[np.int64]:
    """The plan without every agent that it holds without; an interval that can't spare one is not asked again."""
    candidates = list(np.argsort(-search.spare(plan), kind="stable"))
    while candidates:
        kept = []
        for place in candidates:
            fewer = plan.copy()
            fewer[place] -= 1
            if fewer[place] >= 0 and not search.short(fewer).any():
                plan = fewer
                kept.append(place)
        candidates = kept
    return plan


class _Search:
    """Simulations of one demand on the same days, and what they say of the targets."""

    def __init__(
        self, demand: Demand, target: ServiceTarget, interval_s: float, replications: int, seed: int, margin: float
    ) -> None:
        self._demand, self._target, self._seed = demand, target, seed
        self._interval_s, self._replications, self._margin = interval_s, replications, margin
        self.runs = 0

    def run(self, agents: NDArray[np.int64], seed: int) -> SimulationResult:
        return simulate(
            self._demand,
            agents,
            interval_s=self._interval_s,
            answer_within_s=self._target.answer_within_s,
            replications=self._replications,
            seed=seed,
        )

    def short(self, agents: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Intervals that miss a target with these agents."""
        self.runs += 1
        return self.missed(self.run(agents, self._seed), self._margin)

    def missed(self, found: SimulationResult, margin: float) -> NDArray[np.bool_]:
        seen = found.performance()
        limits = Limits.of(self._target, seen.service_level.shape)
        wanted = np.minimum(limits.service_level + margin, 1.0)
        close = Limits(wanted, limits.answer_within_s, limits.asa_s, limits.occupancy, limits.abandonment)
        return np.asarray(~close.met(seen) & (found.calls.offered.sum(axis=0) > 0))

    def spare(self, agents: NDArray[np.int64]) -> Array:
        """Service level beyond the target, per interval; where none is asked, idle time."""
        seen = self.run(agents, self._seed).performance()
        if self._target.service_level is None:
            return np.asarray(-np.nan_to_num(seen.occupancy))
        return np.asarray(np.nan_to_num(seen.service_level) - self._target.service_level)
