"""How many agents at least: every set of skills needs as many as one queue of all its calls would."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from staffing.queueing import MODELS, Array, Workload
from staffing.search import Agents, least_agents
from staffing.targets import Limits
from wfm.params import QueueSpec, ServiceTarget

ALL_SUBSETS_UP_TO = 10  # skills
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Of each row's groups together at least `need` agents are on the phone.

    Parameters
    ----------
    groups : bool array, shape (cuts, groups)
    need : int array, shape (cuts,)
    """

    groups: Flags
    need: Agents


@dataclass(frozen=True, slots=True, eq=False)
class SkillLoad:
    """What callers of several skills bring in several intervals.

    Parameters
    ----------
    specs : sequence of QueueSpec, one a skill
    calls, aht_s : array, shape (intervals, skills)
    interval_s : float
    has : bool array, shape (groups, skills)
        Which group handles which skill.
    """

    specs: Sequence[QueueSpec]
    calls: Array
    aht_s: Array
    interval_s: float
    has: Flags

    def at(self, interval: int) -> SkillLoad:
        """One interval alone."""
        row = slice(interval, interval + 1)
        return SkillLoad(self.specs, self.calls[row], self.aht_s[row], self.interval_s, self.has)


def pooled_requirement(load: SkillLoad, sets: Flags) -> Agents:
    """Agents that sets of skills need at least, whoever of them takes what.

    The set is seen as one first-come-first-served queue (Erlang A, or C where callers never give up) that every agent
    with any of its skills serves with all their time, with the calls, the work and the loosest of the targets of the
    set. Where all calls of the set are alike that is no more than any plan needs that works by order of arrival or by
    priority: what one skill waits less the others wait more, so that not all of them fare better than in the one queue
    (conservation, Kleinrock 1965), and agents with fewer skills only lose by it.

    Where calls differ, the weakest form is taken. Handle times are exponential of the mean over calls; their mixture
    varies more and waits longer. For the service level callers give up at the mean rate over calls, which is what
    counts while waits are short (Zeltyn and Mandelbaum 2005, Queueing Systems 51:361) and too much later, when the
    impatient are gone; for the other targets, at the one rate in the set that needs fewest agents. An occupancy limits
    each group by the strictest of its skills; the loosest of the groups that serve the set counts. Routing can in
    principle beat the one queue by a little, and so the search by simulation may end below.

    Parameters
    ----------
    load : SkillLoad
    sets : bool array, shape (sets, skills)

    Returns
    -------
    int array, shape (intervals, sets)
        0 where a set has no calls. Cezik and L'Ecuyer 2008 (Management Science 54:310) for the use of such bounds.
    """
    offered = (load.calls[:, None, :] > 0) & sets
    calls = (load.calls[:, None, :] * sets).sum(axis=-1)
    work_s = ((load.calls * load.aht_s)[:, None, :] * sets).sum(axis=-1)
    aht_s = np.divide(work_s, calls, out=np.zeros_like(calls), where=calls > 0)
    limits = _loosest(load, sets, offered)
    rate = np.array([1 / spec.patience_s if spec.patience_s else 0.0 for spec in load.specs])
    mean_rate = np.divide((load.calls * rate) @ sets.T, calls, out=np.zeros_like(calls), where=calls > 0)

    nothing = np.full(calls.shape, np.nan)
    level = replace(limits, asa_s=nothing, abandonment=nothing)
    others = replace(limits, service_level=nothing)
    fewest = np.full(calls.shape, np.iinfo(np.int64).max)
    for one in np.unique(rate):
        somebody = (offered & (rate == one)).any(axis=-1)
        trial = _least(load, calls, aht_s, np.where(somebody, one, -1.0), others)
        fewest[somebody] = np.minimum(fewest, trial)[somebody]
    return np.where(calls > 0, np.maximum(_least(load, calls, aht_s, mean_rate, level), fewest), 0)


def _least(load: SkillLoad, calls: Array, aht_s: Array, rate: Array, limits: Limits) -> Agents:
    """Least agents with callers who give up at a rate [1/s]; 0, nothing asked, where it is below 0."""
    need = np.zeros(calls.shape, np.int64)
    for model, where in (("erlang_c", rate == 0), ("erlang_a", rate > 0)):
        traits = {"patience_s": 1 / rate[where]} if model == "erlang_a" else {}
        work = Workload.of(calls[where], load.interval_s, aht_s[where], **traits)
        need[where] = least_agents(MODELS[model], work, limits.at(where))
    return need


def pooled_cuts(load: SkillLoad) -> Iterator[Cuts]:
    """The cuts of each interval: of all sets of skills up to ten skills, beyond that of single skills and of all
    together, to which `add_violated` adds. The fewest agents that a queue asks for are among them.
    """
    skills = len(load.specs)
    if skills <= ALL_SUBSETS_UP_TO:
        sets = np.array(list(itertools.product((False, True), repeat=skills))[1:])
    else:
        sets = np.concatenate([np.eye(skills, dtype=bool), np.ones((1, skills), dtype=bool)])
    need = np.maximum(pooled_requirement(load, sets), (_fewest(load)[:, None, :] * sets).max(axis=-1))
    groups, place = np.unique(sets @ load.has.T, axis=0, return_inverse=True)
    for row in need:
        strongest = np.zeros(len(groups), np.int64)
        np.maximum.at(strongest, place.ravel(), row)
        yield Cuts(groups[strongest > 0], strongest[strongest > 0])


def fewest_cuts(load: SkillLoad) -> Iterator[Cuts]:
    """Of each interval, the fewest agents that its queues ask for whatever they would need."""
    for row in _fewest(load):
        yield Cuts(load.has.T[row > 0], row[row > 0])


def _fewest(load: SkillLoad) -> Agents:
    return np.where(load.calls > 0, np.array([spec.min_agents for spec in load.specs]), 0)


def add_violated(load: SkillLoad, cuts: Cuts, cheapest: Callable[[Cuts], Agents | None]) -> Cuts:
    """Cuts of one interval with those of further sets that the cheapest plan breaks, until it breaks none.

    From every skill a set grows by the skill that raises its lack of agents most (greedy separation: for many skills
    the sets are too many to look at).
    """
    while (plan := cheapest(cuts)) is not None:
        found = {tuple(s): need for s in _seeds(load) for s, need in [_grown(load, plan, s)] if s is not None}
        if not found:
            return cuts
        sets = np.array(list(found))
        cuts = Cuts(
            np.concatenate([cuts.groups, sets @ load.has.T]),
            np.concatenate([cuts.need, np.array(list(found.values()), dtype=np.int64)]),
        )
    return cuts


def _seeds(load: SkillLoad) -> Flags:
    return np.eye(len(load.specs), dtype=bool)[load.calls[0] > 0]


def _grown(load: SkillLoad, plan: Agents, seed: Flags) -> tuple[Flags | None, int]:
    """The set grown from a seed that lacks most agents, and its need; None where it lacks none."""
    candidates, lack_before = seed[None, :], -np.inf
    while len(candidates):
        need = pooled_requirement(load, candidates)[0]
        lack = need - (candidates @ load.has.T) @ plan
        at = int(np.argmax(lack))
        if lack[at] <= lack_before:
            break
        best, best_need, lack_before = candidates[at], int(need[at]), float(lack[at])
        candidates = best | np.eye(len(seed), dtype=bool)[(load.calls[0] > 0) & ~best]
    return (best, best_need) if lack_before > 0 else (None, 0)


def group_occupancy(specs: Sequence[QueueSpec], has: Flags) -> Array:
    """Largest occupancy of each group: the strictest of its skills; nan where none asks one."""
    asked = np.nan_to_num(_targets(specs, "max_occupancy"), nan=np.inf)
    strictest = np.min(np.where(has, asked, np.inf), axis=1, initial=np.inf)
    return np.where(np.isfinite(strictest), strictest, np.nan)


def _loosest(load: SkillLoad, sets: Flags, offered: Flags) -> Limits:
    """The loosest target of the skills with calls; nan, not asked, where one of them does not ask it."""
    worst = {"service_level": np.min, "answer_within_s": np.max, "asa_s": np.max, "max_abandonment": np.max}
    loosest = {}
    for name, pick in worst.items():
        values = np.broadcast_to(_targets(load.specs, name), offered.shape)
        neutral = np.inf if pick is np.min else -np.inf
        found = pick(np.where(offered, values, neutral), axis=-1)
        loosest[name] = np.where(np.isfinite(found), found, np.nan)
    serving = sets @ load.has.T
    limits = group_occupancy(load.specs, load.has)
    busiest = np.max(np.where(serving, limits, -np.inf), axis=-1, initial=-np.inf)
    occupancy = np.broadcast_to(np.where(np.isfinite(busiest), busiest, np.nan), offered.shape[:2])
    return Limits(
        loosest["service_level"],
        np.nan_to_num(loosest["answer_within_s"]),
        loosest["asa_s"],
        occupancy,
        loosest["max_abandonment"],
    )


def _targets(specs: Sequence[QueueSpec], name: str) -> Array:
    def value(target: ServiceTarget) -> float:
        found = getattr(target, name)
        return np.nan if found is None else float(found)

    return np.array([value(spec.target) for spec in specs])
