"""The cheapest agents of each group that hold in simulation: cuts upwards, then removals and exchanges."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from staffing.pooled import Cuts
from staffing.queueing import Array
from staffing.search import Agents
from staffing.skillmaster import Master, broken
from staffing.skilltrial import Trial
from wfm.errors import InfeasibleError

MOST_CUTS = 25
GAIN_BLOCKS = 3  # simulated blocks that the gain of an agent is read from
TRIES = 15  # exchanges simulated before a plan counts as the cheapest around
NEARLY = 0.01  # predicted lack with which an exchange is still worth simulating
MOST_MOVES = 200_000


class SkillSearch:
    """Search for one interval.

    Parameters
    ----------
    trial : Trial
    master : Master
        With the pooled cuts.
    fewest : Cuts
        Agents that queues ask for whatever simulation says.
    """

    def __init__(self, trial: Trial, master: Master, fewest: Cuts) -> None:
        self._trial, self._master, self._fewest = trial, master, fewest
        self._cost, self._most = master.cost, master.most
        self._broken: list[Agents] = []
        self._moves, self._saving = _moves(self._cost)

    def cheapest(self, start: Agents) -> Agents:
        """A plan that holds and that no removal and no exchange makes cheaper; begins below, at the pooled bound.

        Raises
        ------
        InfeasibleError
            Naming the skills that lack, if groups are limited and all their agents are not enough.
        """
        self._refuse_too_few()
        return self._descended(self._climbed(start))

    def raised(self, plan: Agents) -> Agents:
        """The plan, or a dearer one that holds."""
        while not self._holds(plan):
            plan = plan + self._best_agent(plan, *self._gains(plan))
        return plan

    def _climbed(self, plan: Agents) -> Agents:
        """From simulated lack and the gain of one agent of each group to a cut that the plan breaks and to the cheapest
        plan under all cuts (Cezik and L'Ecuyer 2008, Management Science 54:310). Gains grow where service is very
        bad, so that a cut asks for too much there; a jump by more than it takes one agent at a time is not made.
        """
        for _ in range(MOST_CUTS):
            if self._holds(plan):
                return plan
            lack, gains = self._gains(plan)
            single = plan + self._best_agent(plan, lack, gains)
            for p in np.flatnonzero((lack > 0) & (gains.max(axis=0) > 0)):
                self._master.add(gains[:, p], float(gains[:, p] @ plan + min(lack[p], 2 * gains[:, p].max())))
            jump = self._master.cheapest()
            plan = single if jump is None or (jump == plan).all() else jump
        return self.raised(plan)

    def _descended(self, plan: Agents) -> Agents:
        while (cheaper := self._cheaper(plan)) is not None:
            plan = cheaper
        return plan

    def _cheaper(self, plan: Agents) -> Agents | None:
        """A cheaper plan near by that holds; the simulated gain and loss of single agents choose which are tried."""
        loss = np.zeros((plan.size, self._trial.promises.scale.size))
        for g in np.lexsort((np.arange(plan.size), -self._cost)):
            fewer = plan - _one(plan.size, g)
            if not self._allowed(fewer):
                loss[g] = np.inf
                continue
            if self._holds(fewer):
                return fewer
            loss[g] = self._difference(plan, fewer)
        slack, gains = self._slack(plan), self._gains(plan)[1]
        for move in self._moves[self._promising(slack, gains, loss)]:
            candidate = np.asarray(plan + move)
            if self._allowed(candidate) and self._holds(candidate):
                return candidate
        return None

    def _promising(self, slack: Array, gains: Array, loss: Array) -> NDArray[np.int64]:
        """Exchanges worth simulating, by index: predicted to hold, the cheapest first, then those that nearly do."""
        less, more = np.maximum(-self._moves, 0), np.maximum(self._moves, 0)
        impossible = np.asarray(np.isinf(loss).any(axis=1))
        lost = less @ np.where(impossible[:, None], 0.0, loss)
        spare = (slack + more @ gains - lost).min(axis=1, initial=np.inf)
        spare[(less[:, impossible] > 0).any(axis=1)] = -np.inf
        near = np.flatnonzero(spare >= -NEARLY)
        saving = np.where(spare[near] >= 0, self._saving[near], 0.0)
        return near[np.lexsort((-spare[near], -saving))][:TRIES]

    def _holds(self, plan: Agents) -> bool:
        if self._known_to_break(plan) or broken(self._fewest, plan).size:
            return False
        if self._trial.holds(plan):
            return True
        self._broken.append(plan)
        return False

    def _known_to_break(self, plan: Agents) -> bool:
        """Fewer agents never serve better."""
        return any((plan <= other).all() for other in self._broken)

    def _allowed(self, plan: Agents) -> bool:
        return bool((plan >= 0).all() and (plan <= self._most).all())

    def _slack(self, plan: Agents) -> Array:
        return self._trial.slack(plan, max(self._trial.known(plan), 1))[0]

    def _difference(self, plan: Agents, other: Agents) -> Array:
        """Slack of `plan` over that of `other`, on the same callers."""
        blocks = min(GAIN_BLOCKS, self._trial.most_blocks)
        return self._trial.slack(plan, blocks)[0] - self._trial.slack(other, blocks)[0]

    def _gains(self, plan: Agents) -> tuple[Array, Array]:
        """What each promise lacks to be sure, shape (promises,), and what one agent more of each group adds to it."""
        blocks = max(self._trial.known(plan), 1)
        slack, error = self._trial.slack(plan, blocks)
        lack = error * np.sqrt(blocks / self._trial.most_blocks) - slack
        gains = np.zeros((plan.size, lack.size))
        for g in np.flatnonzero(plan < self._most):
            gains[g] = np.maximum(self._difference(plan + _one(plan.size, int(g)), plan), 0.0)
        return lack, gains

    def _best_agent(self, plan: Agents, lack: Array, gains: Array) -> Agents:
        """One agent of the group that fills most of what lacks for its cost.

        Far below what is needed one agent more shows no gain: then the cheapest who has the skill that lacks most.
        """
        filled = np.minimum(gains, np.maximum(lack, 0.0)).sum(axis=1) / self._cost
        if filled.max() > 0:
            return _one(plan.size, int(np.argmax(filled)))
        for promise in np.argsort(-lack, kind="stable"):
            able = (self._trial.has & self._trial.promises.concerns[promise]).any(axis=1) & (plan < self._most)
            if lack[promise] > 0 and able.any():
                return _one(plan.size, int(np.argmin(np.where(able, self._cost, np.inf))))
        raise self._too_few(lack > 0)

    def _refuse_too_few(self) -> None:
        """Raise `InfeasibleError` where limited groups do not hold with all their agents and plenty of the others."""
        if np.isinf(self._most).all():
            return
        plenty = np.where(np.isinf(self._most), 2 * np.ceil(self._trial.load_erl) + 20, self._most).astype(np.int64)
        if not self._trial.holds(plenty):
            slack, error = self._trial.slack(plenty, self._trial.known(plenty))
            raise self._too_few(slack - error < 0)

    def _too_few(self, lacking: NDArray[np.bool_]) -> InfeasibleError:
        short = np.asarray(self._trial.promises.concerns[lacking].any(axis=0))
        named = ", ".join(name for name, lacks in zip(self._trial.skills, short, strict=True) if lacks)
        return InfeasibleError(f"{named}: targets not met in simulation with all agents that the groups allow")


def _one(groups: int, g: int) -> Agents:
    unit = np.zeros(groups, np.int64)
    unit[g] = 1
    return unit


def _moves(cost: Array) -> tuple[Agents, Array]:
    """Exchanges of few agents that save cost: up to three off, up to three on; fewer where groups are many."""
    for off, on in ((3, 3), (3, 2), (2, 1)):
        out, into = _multisets(cost.size, 1, off), _multisets(cost.size, 1, on)
        if len(out) * len(into) <= MOST_MOVES or on == 1:
            break
    moves = (into[None, :, :] - out[:, None, :]).reshape(-1, cost.size)
    apart = ~((into[None] > 0) & (out[:, None] > 0)).any(axis=2).ravel()
    saving = -(moves @ cost)
    worth = apart & (saving > 1e-9 * cost.min())
    return moves[worth], saving[worth]


def _multisets(groups: int, least: int, most: int) -> NDArray[np.int64]:
    picks = [p for size in range(least, most + 1) for p in itertools.combinations_with_replacement(range(groups), size)]
    return np.array([np.bincount(p, minlength=groups) for p in picks], dtype=np.int64)
