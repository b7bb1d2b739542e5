"""From a relaxation to a roster: decide what people do on days, price again, and go back where the bound jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from scheduling.columns.generation import Generator, Node

SURE = 1 - 1e-6
NOISE = 0.1
AT_ONCE = 0.05
LIKELY = 0.7
FOUR_WEEKS = 28
TWENTY = 20
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
    """Go down from the decisions in force to the end; see `descend`."""
    for found in descend(generator, lambda: cutoff, random, most_failures, jump):
        if found is not None:
            return found
    raise AssertionError("a descent ends with a Dive")


def descend(
    generator: Generator,
    cutoff: Callable[[], float],
    random: np.random.Generator,
    most_failures: int,
    jump: float = np.inf,
) -> Iterator[Dive | None]:
    """Go down from the decisions in force, a node at a time.

    At each node the most used things to do on days are decided, some at once if they are likely. Where the bound
    jumps or passes the cutoff, or nothing legal is left, the step is taken back and its least sure decision forbidden.

    Parameters
    ----------
    generator : Generator
    cutoff : callable
        Rosters that cost more than it says at the time, without the fixed cost, are of no use.
    random : numpy.random.Generator
        Mixes the order of decisions.
    most_failures : int
        Steps back; after half of them jumps are put up with, after all of them the dive is given up.
    jump : float
        Largest rise of the bound by one step.

    Yields
    ------
    Dive or None
        None after each node, in the end a Dive.
    """
    open_, failures, nodes, root_bound, reached, forbade = generator.open, 0, 0, -np.inf, np.inf, True
    trail: list[tuple[np.ndarray, tuple[int, int, int], float]] = []
    while True:
        most = cutoff()
        ceiling = most if forbade or 2 * failures > most_failures else min(most, reached + jump)
        node, used = _relax(generator, ceiling, ROUNDS if nodes else MANY_ROUNDS)
        nodes += 1
        root_bound = node.bound if nodes == 1 else root_bound
        if used is None:
            failures += 1
            if not trail or failures > most_failures:
                yield Dive(None, nodes, root_bound)
                return
            open_, forbidden, reached = trail.pop()
            open_ = open_.copy()
            open_[forbidden] = False
            forbade = True
        elif _whole(used):
            yield Dive((used.argmax(axis=2) - 1).astype(np.int16), nodes, root_bound)
            return
        else:
            before, reached, forbade = open_, node.bound, False
            open_, least_sure = _decide(open_, used, random)
            trail.append((before, least_sure, reached))
        generator.decide(open_)
        yield None


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
    """Decide the most used open things, one for each person (and four weeks); and the least sure of them."""
    top, choice = used.max(axis=2), used.argmax(axis=2)
    undecided = (open_.sum(axis=2) > 1) & (top < SURE)
    if not undecided.any():
        undecided = top < SURE
    score = np.where(undecided, top + NOISE * random.random(top.shape), -1.0)
    most = max(1, int(AT_ONCE * undecided.sum()))
    open_ = open_.copy()
    anyway = max(1, len(score) // TWENTY)
    each = -(-score.shape[1] // FOUR_WEEKS)
    touched = np.zeros(len(score), np.int64)
    least_sure = (0, 0, 0)
    for place in np.argsort(-score, axis=None, kind="stable").tolist():
        who, day = divmod(place, score.shape[1])
        if score[who, day] < 0 or touched.sum() >= most or (touched.sum() >= anyway and top[who, day] < LIKELY):
            break
        if touched[who] < each:
            touched[who] += 1
            least_sure = (who, day, int(choice[who, day]))
            open_[who, day] = False
            open_[least_sure] = True
    return open_, least_sure
