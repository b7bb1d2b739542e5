"""A staffing plan that holds in simulation: the fewest agents the search finds, proved on days that it never saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import ArrayLike, NDArray

from staffing.promise import Figures, Promise, figures
from staffing.queueing import Array
from staffing.repair_search import Search
from staffing.simulation import Demand
from staffing.simulation.windows import PARTS, Plan, Sample, Seen, mean_of, run_fresh
from wfm.errors import Finding, InputError
from wfm.params import ServiceTarget

SEARCHED_CALLS, PROVED_CALLS = 6e6, 3e7
KEPT_CALLS = 4e7
MOST_CALLS = KEPT_CALLS / PARTS
SEARCHED_DAYS, PROVED_DAYS = (120, 2000), (500, 8000)
MOST_ROUNDS = 5
TOLERANCE = 0.005
"""What fresh days may miss of a target, in shares of calls or time, before the plan is repaired again."""
NEARLY = 0.001
"""What all days together may miss of it before agents are moved again for that alone."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Agents that hold in simulation.

    Parameters
    ----------
    agents : int array, shape (intervals,)
    proof : Figures
        On days that the search has not seen, weighted as `calibrated_weights` does.
    slack : array, shape (targets, intervals)
        By how much those days keep each target, as `Promise.slack` tells.
    short : bool array, shape (intervals,)
        Where they miss one by more than the tolerance.
    binding : str array, shape (intervals,)
        The target kept most narrowly; ``minimum`` where no fewer agents are allowed, ``none`` without calls.
    rounds : int
        How often the plan was proved.
    days : int
        Fresh days of the last proof.
    fewest : int
        Agent-intervals below which the search sees no plan that holds (`Search.fewest`).
    """

    agents: Plan
    proof: Figures
    slack: Array
    short: NDArray[np.bool_]
    binding: NDArray[np.str_]
    rounds: int
    days: int
    fewest: int


def repair(
    demand: Demand,
    agents: ArrayLike,
    target: ServiceTarget,
    *,
    interval_s: float,
    over: str = "interval",
    least: ArrayLike = 0,
    day_cv: float = 0.0,
    days: int | None = None,
    seed: int | SeedSequence = 1,
    threads: int = 2,
    say: Callable[[str], None] = lambda _message: None,
) -> Repaired:
    """Fewest agents, by search, with which simulated days keep every target.

    All plans meet the same callers (common random numbers), so that a difference is the plan's, and only intervals
    that a change reaches are simulated again. From what one agent more or fewer does in each interval an integer
    programme finds the cheapest plan that should hold; it is simulated, and the search goes on from there, until no
    plan of one agent fewer is found: neither by taking one away nor by exchanges. The plan is then simulated on
    fresh days, whose difference from the days searched corrects the search; it is proved again, on days fresher
    still, until it stands (Atlason, Epelman and Henderson 2008, Management Science 54:295; Cezik and L'Ecuyer 2008,
    54:310, for validating on another sample).

    Parameters
    ----------
    demand : Demand
        One row of calls, or rows that days are like, each equally often.
    agents : array_like of int, shape (intervals,)
        Where to start, best the agents for the modified offered load.
    target : ServiceTarget
        All its targets hold on the average of the simulated days.
    interval_s : float
    over : {"interval", "day"}
        Whether the service level holds in every interval or over the day; the other targets hold in every interval.
    least : array_like of int, shape (intervals,)
        Fewest agents; at least 1 where calls are expected. Elsewhere nobody is planned.
    day_cv : float
        Coefficient of variation of a gamma factor that all calls of a day share.
    days : int, optional
        Fresh days of each proof, a quarter of them searched; what 30 million calls allow when None.
    seed : int or SeedSequence
    threads : int
        The plan is the same for any number.
    say : callable
        Takes one line of narration a step.

    Returns
    -------
    Repaired

    Raises
    ------
    InputError
        For more calls a day than can be kept in memory.
    """
    rows = np.asarray(demand.calls)
    busy = rows.sum(axis=0) > 0
    floor = np.where(busy, np.maximum(np.broadcast_to(least, busy.shape), 1), 0)
    start = np.where(busy, np.maximum(np.asarray(agents, dtype=np.int64), floor), 0)
    searched, proved = how_many_days(float(rows.sum(axis=1).mean()), days)
    root = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)
    first, *others = root.spawn(1 + MOST_ROUNDS)
    settings = (interval_s, target.answer_within_s)
    promise = Promise(target, over)
    say(f"moving agents on {searched} days")
    sample = Sample(drawn_days(demand, day_cv, searched, first), *settings, searched, first, threads)
    search = Search(sample, promise, floor, _ceiling(demand, target, interval_s, day_cv))
    plan = search.settle(start)
    for rounds, fresh_seed in enumerate(others, 1):
        say(f"proving {plan.sum()} agent-intervals on {proved} fresh days")
        fresh = run_days(demand, plan, *settings, proved, fresh_seed, day_cv=day_cv, threads=threads)
        slack = promise.slack(fresh)
        search.correct(plan, slack)
        say(f"moving agents again, as the fresh days say: {plan.sum()} agent-intervals")
        settled = search.settle(plan)
        stands = (slack >= -TOLERANCE).all() and search.misses(plan) <= NEARLY and settled.sum() >= plan.sum()
        if stands or (settled == plan).all() or rounds == MOST_ROUNDS:
            break
        plan = settled
    fewest = search.fewest(plan)
    binding = np.where((plan == floor) & busy, "minimum", search.binding(plan, slack))
    short = np.asarray((slack < -TOLERANCE).any(axis=0))
    return Repaired(plan, figures(fresh, weighted=True), slack, short, binding, rounds, proved, fewest)


def how_many_days(calls: float, asked: int | None) -> tuple[int, int]:
    """Days to search and to prove on: as many as so many calls make, within bounds of days and of memory.

    Raises
    ------
    InputError
        For more calls a day than can be kept.
    """
    if calls > MOST_CALLS:
        wanted, fix = f"at most {MOST_CALLS:,.0f} to be simulated", "staff it by erlang_a"
        raise InputError(Finding("demand", "too-many-calls", f"{calls:,.0f} calls a day", wanted, fix, column="calls"))
    calls = max(calls, 1.0)
    searched = int(np.clip(SEARCHED_CALLS / calls, *SEARCHED_DAYS))
    proved = int(np.clip(PROVED_CALLS / calls, *PROVED_DAYS))
    if asked is not None:
        searched, proved = max(asked // 4, min(asked, PARTS)), asked
    return max(min(searched, int(KEPT_CALLS / calls)), PARTS), proved


def _ceiling(demand: Demand, target: ServiceTarget, interval_s: float, day_cv: float) -> int:
    """Agents far beyond what the busiest interval of a bad day needs."""
    length_s = mean_of(demand.handle) or interval_s
    peak = float(np.max(demand.calls)) * (1 + 6 * day_cv) * max(length_s, 1.0) / interval_s
    return int(np.ceil((peak + 10 * np.sqrt(peak) + 20) / (target.max_occupancy or 1.0)))


def run_days(
    demand: Demand,
    plan: Plan,
    interval_s: float,
    within_s: float,
    days: int,
    seed: SeedSequence,
    *,
    day_cv: float = 0.0,
    threads: int = 2,
) -> Seen:
    """A plan on days of its own, drawn as `repair` draws them."""
    return run_fresh(drawn_days(demand, day_cv, days, seed), plan, interval_s, within_s, days, seed, threads)


def drawn_days(demand: Demand, day_cv: float, days: int, seed: SeedSequence) -> Demand:
    """A row of calls a day; rows and factors are spread evenly over the days, in random order."""
    random = default_rng(seed.spawn(1)[0])
    rows = np.asarray(demand.calls)
    chosen = rows[random.permutation(np.arange(days) % len(rows))] if len(rows) > 1 else rows
    if day_cv > 0:
        from scipy.special import gammaincinv

        shape = 1 / day_cv**2
        levels = (random.permutation(days) + random.random(days)) / days
        chosen = chosen * (gammaincinv(shape, levels) / shape)[:, None]
    return Demand(chosen, demand.handle, demand.patience)
