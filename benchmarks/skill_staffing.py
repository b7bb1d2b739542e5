"""Agents of groups that share queues: ten cases against the pooled lower bound, on callers the search has not seen.

Beside it the model of pyworkforce's MultiSkillStaffing (0.5.2 and later), stated again here because Python 3.11 gets
a release without it: least cost such that for every skill the agents who have it are at least its own Erlang C
requirement. A flexible agent counts fully for every skill at once.

    python benchmarks/skill_staffing.py
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from staffing import required_agents
from staffing.handletimes import HandleTimes
from staffing.pooled import SkillLoad, fewest_cuts, pooled_cuts
from staffing.skillmaster import Master
from staffing.skillsearch import SkillSearch
from staffing.skilltrial import OfferedSkill, Trial
from wfm.params import QueueSpec, ServiceTarget

INTERVAL_S = 1800
MOST_CALLS = 2_000_000  # of one plan in the search
FRESH_CALLS = 12_000_000


@dataclass(frozen=True)
class Case:
    """Erlangs, handle times [s], patience [s] and service level of each skill, and groups with their cost."""

    name: str
    load_erl: tuple[float, ...]
    aht_s: tuple[float, ...]
    patience_s: tuple[float | None, ...]
    target: ServiceTarget
    groups: dict[str, float]

    @property
    def specs(self) -> list[QueueSpec]:
        return [
            QueueSpec(letter, self.target, model="erlang_a" if patience else "erlang_c", patience_s=patience)
            for letter, patience in zip("abc", self.patience_s, strict=False)
        ]

    @property
    def load(self) -> SkillLoad:
        calls = np.array(self.load_erl) / np.array(self.aht_s) * INTERVAL_S
        has = np.array([[spec.queue in own for spec in self.specs] for own in self.groups])
        return SkillLoad(self.specs, calls[None], np.array(self.aht_s)[None], INTERVAL_S, has)

    def trial(self, seed: int, most_calls: int) -> Trial:
        offered = {
            spec.queue: OfferedSkill(spec, erl / aht, aht, HandleTimes())
            for spec, erl, aht in zip(self.specs, self.load_erl, self.aht_s, strict=True)
        }
        nothing = np.full(len(self.groups), np.nan)
        return Trial(offered, {own: list(own) for own in self.groups}, nothing, seed=(seed,), most_calls=most_calls)


def level(share: float, within_s: float) -> ServiceTarget:
    return ServiceTarget(share, within_s, max_occupancy=None)


CASES = (
    Case("N 5+10", (5, 10), (180, 300), (120, 180), level(0.8, 20), {"a": 1.0, "ba": 1.1}),
    Case("N 40+15", (40, 15), (240, 420), (120, 120), level(0.8, 30), {"a": 1.0, "ba": 1.1}),
    Case("W 10+10 patient", (10, 10), (180, 180), (None, None), level(0.8, 20), {"a": 1.0, "b": 1.0, "ab": 1.2}),
    Case("W 10+10", (10, 10), (180, 180), (180, 180), level(0.8, 20), {"a": 1.0, "b": 1.0, "ab": 1.2}),
    Case("W 100+50", (100, 50), (300, 180), (180, 60), level(0.8, 20), {"a": 1.0, "b": 1.0, "ab": 1.1}),
    Case("X 40+15", (40, 15), (180, 420), (120, 180), level(0.8, 20), {"ab": 1.0, "ba": 1.0}),
    Case("X 5+5 90/10", (5, 5), (300, 300), (240, 90), level(0.9, 10), {"ab": 1.0, "ba": 1.1}),
    Case("M 20+12+8", (20, 12, 8), (180, 300, 240), (120, 120, 120), level(0.8, 20),
         {"a": 1.0, "b": 1.0, "c": 1.0, "abc": 1.2}),
    Case("M 60+40+20", (60, 40, 20), (180, 300, 240), (120, 240, 120), level(0.8, 20),
         {"a": 1.0, "b": 1.0, "c": 1.0, "abc": 1.1}),
    Case("chain 30+20+10", (30, 20, 10), (180, 300, 240), (120, 120, 120), level(0.7, 60),
         {"a": 1.0, "b": 1.0, "c": 1.0, "ab": 1.1, "bc": 1.1}),
)  # fmt: skip


def counted_for_every_skill(case: Case) -> np.ndarray:
    """The plan of the model described above."""
    need = [
        int(required_agents("erlang_c", calls=c, interval_s=INTERVAL_S, aht_s=a, target=case.target).agents)
        for c, a in zip(case.load.calls[0], case.aht_s, strict=True)
    ]
    rows = LinearConstraint(case.load.has.T.astype(float), np.array(need), np.inf)
    cost = np.array(list(case.groups.values()))
    found = milp(cost, integrality=np.ones(cost.size), constraints=rows, bounds=Bounds(0, np.inf))
    return np.rint(found.x).astype(int)


def levels(case: Case, agents: np.ndarray, calls: int) -> np.ndarray:
    """Service level of each skill on fresh callers."""
    trial = case.trial(2026, calls)
    assert case.target.service_level is not None
    return trial.slack(agents, trial.most_blocks)[0] + case.target.service_level


def main() -> None:
    print(f"{'case':16} {'bound':>6} {'ours':>5} {'most':>6} {'levels (fresh callers)':24} {'cost':>7} {'bound':>7} "
          f"{'s CPU':>6}   counted for every skill: agents, levels")  # fmt: skip
    within = held = 0
    for case in CASES:
        master = Master(list(case.groups.values()), [np.inf] * len(case.groups), [len(own) for own in case.groups])
        master.add_cuts(next(pooled_cuts(case.load)))
        bound = master.cheapest()
        assert bound is not None
        begin = time.process_time()
        search = SkillSearch(case.trial(1, MOST_CALLS), master, next(fewest_cuts(case.load)))
        plan = search.cheapest(bound)
        spent = time.process_time() - begin
        got, cost = levels(case, plan, FRESH_CALLS), np.array(list(case.groups.values()))
        most = 1.03 * bound.sum() + 1
        within += plan.sum() <= most
        held += (got >= (case.target.service_level or 0)).all()
        theirs = counted_for_every_skill(case)
        told = " ".join(f"{one:.1%}" for one in got)
        delivered = " ".join(f"{one:.1%}" for one in levels(case, theirs, 400_000))
        ours = f"{case.name:16} {bound.sum():6d} {plan.sum():5d} {most:6.1f} {told:24} {cost @ plan:7.1f}"
        print(f"{ours} {cost @ bound:7.1f} {spent:6.1f}   {theirs.sum()}, {delivered}", flush=True)
    print(f"every skill holds its target in {held} of {len(CASES)} cases; at most 3 % + 1 above the bound in {within}")


if __name__ == "__main__":
    main()
