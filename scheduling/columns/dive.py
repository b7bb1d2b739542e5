"""From a relaxation to a roster: decide what people do on days, price again, and go back where the bound jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.columns.generation import Generator, Node

SURE = 1 - 1e-6
NOISE = 0.1
AT_ONCE = 0.05
LIKELY = 0.7
ROUNDS = 6
MANY_ROUNDS = 200


@dataclass(frozen=True)
class Dive:
    """What a dive came to.

    Parameters
    ----------
    roster : array (E, D) or None
        None if no roster within the cutoff was found.
    nodes : int
        Relaxations solved.
    root_bound : float
        Bound under the decisions at the start, without the fixed cost.
    """

    roster: np.ndarray | None
    nodes: int
    root_bound: float


def dive(
    generator: Generator, cutoff: float, random: np.random.Generator, most_failures: int, jump: float = np.inf
) -> Dive:
    """Go down from the decisions in force.

    At each node the most used things to do on days are decided, some at once if they are likely. Where the bound
    jumps or passes the cutoff, or nothing legal is left, the step is taken back and its least sure decision forbidden.

    Parameters
    ----------
    generator : Generator
    cutoff : float
        Rosters that cost more, without the fixed cost, are of no use.
    random : numpy.random.Generator
        Mixes the order of decisions.
    most_failures : int
        Steps back; after half of them jumps are put up with, after all of them the dive is given up.
    jump : float
        Largest rise of the bound by one step.
    """
    start = generator.open
    open_, failures, nodes, root_bound, reached, forbade = start, 0, 0, -np.inf, np.inf, True
    trail: list[tuple[np.ndarray, tuple[int, int, int], float]] = []
    try:
        while True:
            ceiling = cutoff if forbade or 2 * failures > most_failures else min(cutoff, reached + jump)
            node, used = _relax(generator, ceiling, ROUNDS if nodes else MANY_ROUNDS)
            nodes += 1
            root_bound = node.bound if nodes == 1 else root_bound
            if used is None:
                failures += 1
                if not trail or failures > most_failures:
                    return Dive(None, nodes, root_bound)
                open_, forbidden, reached = trail.pop()
                open_ = open_.copy()
                open_[forbidden] = False
                forbade = True
            elif _whole(used):
                return Dive((used.argmax(axis=2) - 1).astype(np.int16), nodes, root_bound)
            else:
                before, reached, forbade = open_, node.bound, False
                open_, least_sure = _decide(open_, used, random)
                trail.append((before, least_sure, reached))
            generator.decide(open_)
    finally:
        generator.decide(start)


def _relax(generator: Generator, cutoff: float, rounds: int) -> tuple[Node, np.ndarray | None]:
    """The relaxation and what everybody does in it, None if it holds nothing of use; whole only within the cutoff."""
    node = generator.converge(rounds, cutoff)
    used = generator.usage() if node.relaxed else None
    if used is not None and node.relaxed and node.relaxed.value > cutoff and _whole(used):
        if rounds == MANY_ROUNDS:
            return node, None
        return _relax(generator, cutoff, MANY_ROUNDS)
    return node, used


def _whole(used: np.ndarray) -> bool:
    return bool((used.max(axis=2) > SURE).all())


def _decide(
    open_: np.ndarray, used: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Decide the most used open things, at most one for each person; and the least sure of them."""
    top, choice = used.max(axis=2), used.argmax(axis=2)
    undecided = (open_.sum(axis=2) > 1) & (top < SURE)
    if not undecided.any():
        undecided = top < SURE
    score = np.where(undecided, top + NOISE * random.random(top.shape), -1.0)
    most = max(1, int(AT_ONCE * undecided.sum()))
    open_ = open_.copy()
    touched: set[int] = set()
    least_sure = (0, 0, 0)
    for place in np.argsort(-score, axis=None, kind="stable").tolist():
        who, day = divmod(place, score.shape[1])
        if score[who, day] < 0 or len(touched) >= most or (touched and top[who, day] < LIKELY):
            break
        if who not in touched:
            touched.add(who)
            least_sure = (who, day, int(choice[who, day]))
            open_[who, day] = False
            open_[least_sure] = True
    return open_, least_sure
