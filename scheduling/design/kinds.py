"""Which different shifts to use, where their number is limited or paid for."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scheduling.design.model import build_model
from scheduling.design.problem import DesignProblem, Kind
from scheduling.program import Limits, OutOfTimeError

if TYPE_CHECKING:
    from scheduling.design.solve import DesignAnswer

ROUNDS = 6
KEEP = 0.6
SMALL = 1e-6
NEIGHBOURS, FEWEST, STEP = 8, 3, 2
EFFORT = 1.0
STALE = 12
STALE_SWAPS, SWAP_EFFORT, SWAP_SHARE, DROPS = 100, 0.02, 0.4, 0.4


def choose_kinds(problem: DesignProblem, usage: Mapping[int, float], limits: Limits) -> frozenset[Kind]:
    """Different shifts to begin with.

    The relaxed horizon is solved again and again, each different shift bearing its price by the people it last
    had (Kim and Pardalos 1999), and the least used ones are dropped until the limit holds.
    """
    used = _by_kind(problem, usage)
    most = problem.options.max_shifts or len(used)
    for _ in range(ROUNDS):
        keep = max(most, int(KEEP * len(used))) if len(used) > most else len(used)
        kept = sorted(used, key=lambda kind: (-used[kind], kind))[:keep]
        part = problem.with_kinds(kept)
        model = build_model(part, list(part.by_day), part.need, kept)
        for index, at in model.rows.counts.items():
            model.program.cost[at] += round(problem.prices.kind / max(SMALL, used[problem.kind_of[index]]))
        values = model.program.relax(limits).values
        found = _by_kind(part, {index: float(values[at]) for index, at in model.rows.counts.items()})
        if len(found) <= most and set(found) == set(used):
            break
        used = found
    return _swap(problem, frozenset(sorted(used, key=lambda kind: (-used[kind], kind))[:most]), limits)


def _swap(problem: DesignProblem, kinds: frozenset[Kind], limits: Limits) -> frozenset[Kind]:
    """Exchange one different shift for one like it, or leave one out, while the relaxed horizon gets cheaper."""
    chance = random.Random(limits.seed)
    everything = sorted({problem.kind_of[shift.index] for shift in problem.shifts})
    least, tried, stale = _relaxed_cost(problem, kinds, limits), 0, 0
    while stale < STALE_SWAPS and tried * SWAP_EFFORT < SWAP_SHARE * limits.effort and limits.remaining_s() > 0:
        tried, stale = tried + 1, stale + 1
        out = chance.choice(sorted(kinds))
        others = [kind for kind in everything if kind not in kinds]
        if not others:
            break
        drops = problem.prices.kind and chance.random() < DROPS and len(kinds) > 1
        trial = kinds - {out} if drops else kinds - {out} | set(_near(others, [out], 1, chance))
        if (cost := _relaxed_cost(problem, trial, limits)) < least - SMALL:
            kinds, least, stale = trial, cost, 0
    return kinds


def _relaxed_cost(problem: DesignProblem, kinds: frozenset[Kind], limits: Limits) -> float:
    part = problem.with_kinds(kinds)
    model = build_model(part, list(part.by_day), part.need, kinds)
    lost = problem.prices.short * int(part.unreachable.sum())
    return model.program.relax(limits).objective + lost + problem.prices.kind * len(kinds)


def _by_kind(problem: DesignProblem, usage: Mapping[int, float]) -> dict[Kind, float]:
    total: dict[Kind, float] = defaultdict(float)
    for index, people in usage.items():
        if people > SMALL:
            total[problem.kind_of[index]] += people
    return dict(total)


def improve_kinds(answer: DesignAnswer, problem: DesignProblem, limits: Limits, tell: Callable[[str], None]) -> None:
    """Offer a few other shifts beside those in use, and choose and count anew over all days."""
    chance = random.Random(limits.seed)
    size, stale = NEIGHBOURS, 0
    everything = sorted({problem.kind_of[shift.index] for shift in problem.shifts})
    while answer.gap > limits.gap and answer.spent < limits.effort and limits.remaining_s() > 0 and stale < STALE:
        used = {problem.kind_of[index] for plan in answer.plans.values() for index in plan.counts}
        others = [kind for kind in everything if kind not in used]
        offered = used | set(_near(others, sorted(used), size, chance))
        part = problem.with_kinds(offered)
        days = list(part.by_day)
        model = build_model(part, days, part.need)
        share = replace(limits, effort=EFFORT, gap=limits.gap / 2, seed=chance.randrange(2**31))
        hint = model.hint(part, answer.plans, part.need)
        try:
            solution = model.program.solve(share, hint)
        except OutOfTimeError:
            answer.spent, size = answer.spent + EFFORT, max(FEWEST, size - STEP)
            continue
        assert solution is not None
        answer.spent += solution.effort
        plans = model.plans(solution.values)
        size = size + STEP if solution.effort < EFFORT / 2 else max(FEWEST, size - STEP)
        cost = problem.cost(plans)
        stale = 0 if cost < answer.cost else stale + 1
        if cost < answer.cost:
            answer.plans, answer.cost = plans, cost
            money = float(cost * problem.prices.money)
            tell(f"queue {problem.queue}: cost {money:,.0f}, gap {answer.gap:.2%}")


def _near(others: list[Kind], used: list[Kind], size: int, chance: random.Random) -> list[Kind]:
    """Shifts whose template or start is like that of some in use, the nearer the likelier."""

    def weight(kind: Kind) -> float:
        apart = min((abs(kind[1] - one[1]) / 1800 + (kind[0] != one[0]) for one in used), default=0.0)
        return 1 / (1 + apart)

    return sorted(others, key=lambda kind: chance.random() ** (1 / weight(kind)), reverse=True)[:size]
