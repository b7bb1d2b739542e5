"""Every roster that pricing ever found, to begin new searches from."""

from __future__ import annotations

import numpy as np

from scheduling.columns.kernels import earnings
from scheduling.columns.master import Master
from scheduling.columns.problem import RosterProblem

MOST = 200_000


class Pool:
    """Rosters (K, D) of persons (K,), each once."""

    def __init__(self, problem: RosterProblem) -> None:
        self.problem = problem
        self.who = np.zeros(0, np.int64)
        self.rosters = np.zeros((0, problem.days), np.int16)
        self._known: set[bytes] = set()

    def add(self, who: np.ndarray, rosters: np.ndarray) -> None:
        fresh = []
        for k in range(min(len(who), MOST - len(self.who))):
            key = int(who[k]).to_bytes(4) + rosters[k].tobytes()
            if key not in self._known:
                self._known.add(key)
                fresh.append(k)
        if fresh:
            self.who = np.concatenate([self.who, who[fresh]])
            self.rosters = np.concatenate([self.rosters, rosters[fresh]])

    def feed(self, master: Master, people: np.ndarray, dual: np.ndarray, each: int) -> None:
        """Give a master of these people (K,) the cheapest rosters of each under the duals (D, S)."""
        reduced = self._reduced(self.rosters, self.who, dual)
        place = np.full(self.problem.people, -1)
        place[people] = np.arange(len(people))
        mine = np.flatnonzero(place[self.who] >= 0)
        order = mine[np.lexsort((mine, reduced[mine], place[self.who[mine]]))]
        who = place[self.who[order]]
        rank = np.arange(len(order)) - np.searchsorted(who, who)
        master.add(who[rank < each], self.rosters[order[rank < each]])

    def regret(self, roster: np.ndarray, dual: np.ndarray) -> np.ndarray:
        """How much dearer each person's roster is than the cheapest known under the duals (D, S), (E,)."""
        people = np.arange(self.problem.people)
        least = self._reduced(roster, people, dual)
        mine = least.copy()
        np.minimum.at(least, self.who, self._reduced(self.rosters, self.who, dual))
        return mine - least

    def _reduced(self, rosters: np.ndarray, who: np.ndarray, dual: np.ndarray) -> np.ndarray:
        out = np.empty(len(who))
        earnings(rosters, self.problem.wish_cost, who, dual, out)
        return out
