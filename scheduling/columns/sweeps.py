"""What needs no linear programme: annealing sweeps over everybody, and bounds by following the subgradient."""

from __future__ import annotations

import numpy as np

from scheduling.columns.generation import Deadline, Generator, OutOfTimeError, everything_open
from scheduling.columns.kernels import anneal
from scheduling.columns.search import Ground

SWEEPS = 40
COOLING = 50.0
HOT = 0.1
SHRINK = 0.7
PATIENCE = 5
MEMORY = 0.5


def anneal_roster(ground: Ground, start: np.ndarray, seed: int, hot: float = HOT, sweeps: int = SWEEPS) -> np.ndarray:
    """Anneal a roster (E, D): in each sweep everybody in turn is fitted to the others; the best met when time is out.

    Parameters
    ----------
    ground : Ground
    start : array (E, D)
    seed : int
    hot : float
        Temperature to begin with, as a share of the median price of a person missing.
    sweeps : int
    """
    problem, random = ground.problem, np.random.default_rng(seed)
    open_ = everything_open(problem)
    wish = np.where(open_[:, :, 1:], problem.wish_cost, np.inf)
    rest = np.where(open_[:, :, 0], 0.0, np.inf)
    roster, best, found, least = start.copy(), start.copy(), start.copy(), np.inf
    prices = problem.under_price[problem.under_price > 0]
    hot *= float(np.median(prices)) if len(prices) else 1.0
    prices_and_need = problem.need, problem.under_price, problem.over_price
    overran = np.zeros(problem.people, bool)
    for sweep in range(sweeps):
        if ground.deadline.left_s < 0:
            break
        order = random.permutation(problem.people)
        noise = -hot * COOLING ** (-sweep / sweeps) * random.gumbel(size=(*roster.shape, 1 + problem.shifts))
        cost = anneal(
            ground.networks.nets, wish, rest, problem.max_shifts, *prices_and_need, roster, order, noise, found, overran
        )
        if cost < least:
            least, best = cost, found.copy()
    return best


def ascend(generator: Generator, upper: float, within: Deadline) -> float:
    """Raise the Lagrangian bound along deflected subgradients until time is out or steps vanish.

    Parameters
    ----------
    generator : Generator
        Its centre is begun from, and left at the duals of the best bound.
    upper : float
        Cost of a known roster, without the fixed cost.
    within : Deadline

    Returns
    -------
    float
        The best bound, without the fixed cost.
    """
    problem = generator.problem
    low, high = -problem.over_price, problem.under_price
    best, step, idle, dual = -np.inf, 1.0, 0, generator.centre
    direction = np.zeros(dual.shape)
    while within.left_s > 0 and step > 1e-3:
        try:
            rosters, values = generator.price(dual)
        except OutOfTimeError:
            break
        bound = generator.bound(dual, values)
        idle = 0 if bound > best else idle + 1
        if bound > best:
            best, generator.centre = bound, dual
        if idle >= PATIENCE:
            step, idle, dual = step * SHRINK, 0, generator.centre
        slope = problem.need - problem.cover(rosters)
        slope = np.where(((dual <= low) & (slope < 0)) | ((dual >= high) & (slope > 0)), 0, slope)
        direction = slope + MEMORY * direction
        norm = float((direction**2).sum())
        if norm == 0 or not np.isfinite(best):
            break
        dual = np.clip(dual + step * max(upper - bound, 1.0) / norm * direction, low, high)
    return best
