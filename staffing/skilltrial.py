"""Groups of agents tried on one interval that goes on for ever: all plans meet the same callers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from staffing.handletimes import HandleTimes
from staffing.queueing import Array
from staffing.search import Agents
from staffing.simulation import Constant, Demand, Exponential, Group, Infinite, Skill, simulate_skills
from staffing.simulation.skills import Choice
from wfm.params import QueueSpec

RUNS = 12  # independent runs of a block
SPANS = 19  # measured spans of a run, behind one that is not: the queue of an empty centre fills first
SPAN_AHT = 4.0  # length of a span in handle times of the longest skill
BLOCK_CALLS = 20_000
SURE = 0.99  # probability with which a verdict of the simulation is right

COUNTS = ("offered", "answered", "answered_within", "abandoned", "wait_answered_s")


@dataclass(frozen=True, slots=True)
class OfferedSkill:
    """What one queue is offered in the interval.

    Parameters
    ----------
    spec : QueueSpec
    calls_per_s : float
        Rate of calls [1/s], above 0.
    aht_s : float
    handle : HandleTimes
        Their shape.
    priority : int
        Waiting calls of a smaller number are taken first.
    """

    spec: QueueSpec
    calls_per_s: float
    aht_s: float
    handle: HandleTimes
    priority: int = 1

    def demand(self, span_s: float) -> Demand:
        patience = Infinite() if self.spec.patience_s is None else Exponential(self.spec.patience_s)
        calls = np.full(1 + SPANS, self.calls_per_s * span_s)
        handle = self.handle.sampler(self.aht_s) if self.aht_s > 0 else Constant(0.0)
        return Demand(calls, handle, patience)


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """Targets as sums of counts that must not be negative on average.

    Parameters
    ----------
    weights : array, shape (promises, counts)
        Of the counts of a run: the five of every skill, then time busy and on the phone of every group.
    scale : int array, shape (promises,)
        The count that a promise is a share of.
    without : array, shape (promises,)
        What holds where that count is 0: a promise about answered calls is broken, one about absent agents is kept.
    concerns : bool array, shape (promises, skills)
        Whose target it is; an occupancy is that of all skills of a group.
    """

    weights: Array
    scale: Agents
    without: Array
    concerns: NDArray[np.bool_]

    @classmethod
    def of(cls, skills: Sequence[OfferedSkill], occupancy: Array, has: NDArray[np.bool_]) -> Promises:
        """Promises of the targets of skills, and of the largest occupancy of groups; `has` is (groups, skills)."""
        made: list[tuple[Mapping[int, float], int, float, NDArray[np.bool_]]] = []
        for k, skill in enumerate(skills):
            offered, answered, in_time, abandoned, waited_s = range(len(COUNTS) * k, len(COUNTS) * (k + 1))
            target, own = skill.spec.target, np.arange(len(skills)) == k
            if target.service_level is not None:
                made.append(({in_time: 1.0, offered: -target.service_level}, offered, 0.0, own))
            if target.max_abandonment is not None:
                made.append(({offered: target.max_abandonment, abandoned: -1.0}, offered, 0.0, own))
            if target.asa_s is not None:
                made.append(({answered: 1.0, waited_s: -1 / target.asa_s}, answered, -1.0, own))
        for g in np.flatnonzero(~np.isnan(occupancy)):
            busy = len(COUNTS) * len(skills) + 2 * int(g)
            made.append(({busy + 1: float(occupancy[g]), busy: -1.0}, busy + 1, 0.0, has[g]))
        weights = np.zeros((len(made), len(COUNTS) * len(skills) + 2 * occupancy.size))
        for row, (parts, *_) in zip(weights, made, strict=True):
            row[list(parts)] = list(parts.values())
        scale, without = (np.array([one[at] for one in made]) for at in (1, 2))
        concerns = np.array([one[3] for one in made], dtype=bool).reshape(len(made), len(skills))
        return cls(weights, scale.astype(np.int64), without.astype(float), concerns)

    def slack(self, counts: Array) -> tuple[Array, Array]:
        """How far each promise is more than kept, as a share, and how far that may be wrong; shape (promises,)."""
        from scipy.special import stdtrit

        runs = len(counts)
        found = counts @ self.weights.T
        scale = counts[:, self.scale].mean(axis=0)
        error = found.std(axis=0, ddof=1) / np.sqrt(runs) * stdtrit(runs - 1, SURE)
        parts = np.where(scale > 0, scale, 1.0)
        return np.where(scale > 0, found.mean(axis=0) / parts, self.without), error / parts


class Trial:
    """Simulations of one interval in steady state.

    Parameters
    ----------
    skills : mapping of str to OfferedSkill
        Those with calls.
    groups : mapping of str to sequence of str
        Skills of each group, best first; skills without calls are passed over.
    occupancy : array, shape (groups,)
        Largest occupancy of each group; nan where none is asked.
    agents_take : str
        As in `simulate_skills`.
    seed : sequence of int
    most_calls : int
        Where a verdict is not sure after so many simulated calls, a promise counts as broken.
    """

    def __init__(
        self,
        skills: Mapping[str, OfferedSkill],
        groups: Mapping[str, Sequence[str]],
        occupancy: Array,
        *,
        agents_take: Choice = "longest_waiting",
        seed: Sequence[int] = (1,),
        most_calls: int = 1_000_000,
    ) -> None:
        self.skills, self.take, self.seed = skills, agents_take, tuple(seed)
        self.groups = {name: [s for s in own if s in skills] for name, own in groups.items()}
        has = np.array([[skill in own for skill in skills] for own in groups.values()], dtype=bool)
        self.has = has.reshape(len(groups), len(skills))
        self.promises = Promises.of(list(skills.values()), occupancy, self.has)
        self.load_erl = sum(skill.calls_per_s * skill.aht_s for skill in skills.values())
        longest = max((skill.aht_s for skill in skills.values()), default=1.0)
        rate = sum(skill.calls_per_s for skill in skills.values())
        self.span_s = max(SPAN_AHT * longest, BLOCK_CALLS / (RUNS * SPANS * rate))
        self.most_blocks = max(1, round(most_calls / (RUNS * SPANS * rate * self.span_s)))
        self._counts: dict[tuple[int, ...], list[Array]] = {}
        self.blocks = 0

    def holds(self, agents: Agents) -> bool:
        """Whether every promise is surely kept: as many blocks as it takes to know, at most `most_blocks`."""
        blocks = 1
        while True:
            slack, error = self.slack(agents, blocks)
            if (slack - error >= 0).all():
                return True
            if (slack + error < 0).any() or blocks >= self.most_blocks:
                return False
            blocks = min(2 * blocks, self.most_blocks)

    def slack(self, agents: Agents, blocks: int) -> tuple[Array, Array]:
        return self.promises.slack(self.counts(agents, blocks))

    def known(self, agents: Agents) -> int:
        """Blocks that a plan was simulated for."""
        return len(self._counts.get(tuple(agents), ()))

    def counts(self, agents: Agents, blocks: int) -> Array:
        """Counts of each run, shape (runs, counts)."""
        done = self._counts.setdefault(tuple(int(n) for n in agents), [])
        while len(done) < blocks:
            done.append(self._simulated(agents, len(done)))
        return np.concatenate(done[:blocks])

    def _simulated(self, agents: Agents, block: int) -> Array:
        self.blocks += 1
        seed = int(SeedSequence((*self.seed, block)).generate_state(1)[0])
        groups = {
            name: Group(own, np.full(1 + SPANS, n))
            for (name, own), n in zip(self.groups.items(), agents, strict=True)
            if own
        }
        found = simulate_skills(
            self._offered, groups, interval_s=self.span_s, agents_take=self.take, replications=RUNS, seed=seed
        )
        measured = slice(1, None)
        columns = [getattr(found.skills[s], name)[:, measured].sum(axis=1) for s in self.skills for name in COUNTS]
        for name in self.groups:
            seconds = (found.groups[name].busy_s, found.groups[name].staffed_s) if name in groups else ()
            columns += [part[:, measured].sum(axis=1) for part in seconds] or [np.zeros(RUNS)] * 2
        return np.stack(columns, axis=1).astype(float)

    @cached_property
    def _offered(self) -> dict[str, Skill]:
        return {
            name: Skill(own.demand(self.span_s), own.priority, own.spec.target.answer_within_s)
            for name, own in self.skills.items()
        }
