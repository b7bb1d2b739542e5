"""The cheapest groups under cuts, as an integer programme."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from staffing.pooled import Cuts
from staffing.queueing import Array
from staffing.search import Agents

MORE_SKILLS = 1e-6  # of the least cost: of plans that cost the same, the one whose agents can do more


class Master:
    """Minimise the cost of x agents a group so that every cut holds.

    Parameters
    ----------
    cost : sequence of float
        Of an agent-hour, by group.
    most : sequence of float
        Most agents by group; inf for no limit.
    skills : sequence of int
        How many skills each group has.
    """

    def __init__(self, cost: Sequence[float], most: Sequence[float], skills: Sequence[int]) -> None:
        self.cost, self.most = np.asarray(cost, float), np.asarray(most, float)
        self._objective = self.cost - MORE_SKILLS * self.cost.min() * np.asarray(skills, float)
        self._rows: list[Array] = []
        self._least: list[float] = []

    def add(self, row: Array, least: float) -> None:
        """Ask row @ x >= least; a cut from simulation, or a pooled one."""
        self._rows.append(np.asarray(row, float))
        self._least.append(float(least))

    def add_cuts(self, cuts: Cuts) -> None:
        for row, least in zip(cuts.groups, cuts.need, strict=True):
            self.add(row, least)

    def cheapest(self) -> Agents | None:
        """The cheapest agents, shape (groups,); None where the cuts can't be kept."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if not self._rows:
            return np.zeros(self.cost.size, np.int64)
        found = milp(
            self._objective,
            integrality=np.ones(self.cost.size),
            bounds=Bounds(np.zeros(self.cost.size), self.most),
            constraints=LinearConstraint(np.array(self._rows), np.array(self._least), np.inf),
            options={"mip_rel_gap": 0.0},
        )
        return None if found.x is None else np.rint(found.x).astype(np.int64)


def broken(cuts: Cuts, agents: Agents) -> NDArray[np.int64]:
    """Which cuts do not hold, by index."""
    return np.flatnonzero(cuts.groups @ agents < cuts.need)
