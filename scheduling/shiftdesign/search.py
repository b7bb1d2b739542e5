"""Anytime search for shift designs: slope scaling first, then large neighbourhoods of shifts with a proof beside them.

The neighbourhoods keep the shifts in use and offer some others near them; CP-SAT chooses among these few shifts
and counts their workers anew for all days at once. The proof works on all shifts in a thread of its own; either
may end the search.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scheduling.program import Limits, Program
from scheduling.shiftdesign.instance import Instance, Shift
from scheduling.shiftdesign.model import DesignModel, Plan, cost

FIRST_NEIGHBOURS, FEWEST_NEIGHBOURS, STEP = 24, 8, 4
EFFORT = 0.3
FIRST_EFFORT = 1.0
SCALING_ROUNDS = 15
PRICE_UNIT = 1000
SMALL = 1e-6
ALONE_SHARE = 0.4
CLOSE = 1e-6
STRANGE = 0.1
WANDER = 0.5


@dataclass
class Best:
    """What the threads of one search share.

    Parameters
    ----------
    plan : Plan
    objective, bound : float
    """

    plan: Plan
    objective: float
    bound: float = 0.0
    tell: Callable[[str], None] = field(default=lambda message: None)
    done: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def offer(self, plan: Plan, objective: float) -> None:
        with self._lock:
            if objective < self.objective - CLOSE:
                self.plan, self.objective = plan, objective
                self._report()

    def raise_bound(self, bound: float) -> None:
        with self._lock:
            if bound > self.bound + CLOSE:
                self.bound = min(bound, self.objective)
                self._report()

    def _report(self) -> None:
        self.tell(f"objective {self.objective:g}, bound {self.bound:g}")
        if self.bound >= self.objective - CLOSE:
            self.done.set()


def search(
    instance: Instance, *, deadline: float, seed: int = 1, n_jobs: int = 2, tell: Callable[[str], None] | None = None
) -> Best:
    """Find a plan of least objective.

    Parameters
    ----------
    instance : Instance
    deadline : float
        `time.monotonic()` at which the best plan so far is returned.
    seed : int
    n_jobs : int
        With one thread the neighbourhoods come first and the proof after them.
    tell : callable, optional
    """
    best = Best({}, cost(instance, {}), tell=tell or (lambda message: None))
    plan = _first_plan(instance, deadline, seed)
    best.offer(plan, cost(instance, plan))
    if n_jobs == 1:
        now = time.monotonic()
        _neighbourhoods(instance, best, now + ALONE_SHARE * (deadline - now), seed)
        _prove(instance, best, deadline, seed)
        return best
    proof = threading.Thread(target=_prove, args=(instance, best, deadline, seed), daemon=True)
    proof.start()
    _neighbourhoods(instance, best, deadline, seed)
    proof.join()
    return best


def _solver(seed: int, deadline: float, effort: float | None = None) -> Any:
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    settings = solver.parameters
    settings.num_workers = 1
    settings.random_seed = seed % 2**31
    settings.linearization_level = 2
    settings.max_time_in_seconds = max(0.01, deadline - time.monotonic())
    if effort is not None:
        settings.max_deterministic_time = effort
        settings.cp_model_probing_level = 0
    return solver


def _prove(instance: Instance, best: Best, deadline: float, seed: int) -> None:
    """Solve over all shifts; raises the bound and may find better plans on the way."""
    from ortools.sat.python import cp_model

    model = DesignModel(instance, instance.shifts, best.objective)
    model.hint(best.plan)
    solver = _solver(seed, deadline)

    class Watch(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            plan = model.plan(self.value)
            best.offer(plan, cost(instance, plan))

    def on_bound(bound: float) -> None:
        best.raise_bound(model.true_bound(bound))
        if best.done.is_set():
            solver.stop_search()

    solver.best_bound_callback = on_bound
    stopper = threading.Thread(target=lambda: (best.done.wait(), solver.stop_search()), daemon=True)
    stopper.start()
    if not best.done.is_set():
        status = solver.solve(model.model, Watch())
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            best.raise_bound(model.true_bound(solver.best_objective_bound))
    best.done.set()
    stopper.join()


def _first_plan(instance: Instance, deadline: float, seed: int) -> Plan:
    """Slope scaling, then the workers counted anew on the shifts it found."""
    plan = _slope_scaling(instance, deadline)
    offered = sorted({shift for shift, _ in plan})
    found, _ = _choose(instance, offered, plan, cost(instance, plan), seed, deadline, FIRST_EFFORT)
    return found or plan


def _slope_scaling(instance: Instance, deadline: float) -> Plan:
    """The best of several relaxed plans in which each shift costs its fixed charge by the workers it last had.

    Without the charge the problem is a flow, so that the relaxed plans are whole nearly everywhere and can be
    rounded (Kim and Pardalos 1999, Operations Research Letters 24).
    """
    price = {shift: instance.shift_weight / max(1, *instance.demand) / instance.days for shift in instance.shifts}
    best, least = Plan(), cost(instance, {})
    used: set[Shift] = set()
    for _ in range(SCALING_ROUNDS):
        workers = _relax(instance, price, deadline)
        plan = {key: whole for key, number in workers.items() if (whole := round(number))}
        if (reached := cost(instance, plan)) < least:
            best, least = plan, reached
        total: dict[Shift, float] = {}
        for (shift, _), number in workers.items():
            total[shift] = total.get(shift, 0.0) + number
        if set(total) == used or time.monotonic() > deadline:
            break
        used = set(total)
        price |= {shift: instance.shift_weight / number for shift, number in total.items()}
    return best


def _relax(instance: Instance, price: dict[Shift, float], deadline: float) -> dict[tuple[Shift, int], float]:
    """Workers by shift and day in the best plan with fractions of workers."""
    program, slots, need = Program(), range(instance.slots), instance.demand
    most, unit = max(need), instance.interval_min * PRICE_UNIT
    starts: list[list[tuple[int, int]]] = [[] for _ in slots]
    first: list[tuple[int, int]] = []
    at: dict[tuple[Shift, int], int] = {}
    for shift in instance.shifts:
        for day in range(instance.days):
            cells = instance.slots_of(day, shift)
            workers = at[shift, day] = program.variable(most, cost=round(PRICE_UNIT * price[shift]))
            starts[cells[0]].append((workers, 1))
            starts[(cells[-1] + 1) % instance.slots].append((workers, -1))
            if 0 in cells:
                first.append((workers, 1))
    over = [program.variable(most * len(at), cost=unit * instance.over_weight) for _ in slots]
    under = [program.variable(need[slot], cost=unit * instance.under_weight) for slot in slots]
    for slot in slots:
        rise = need[slot] - need[slot - 1]
        turn = [(over[slot], -1), (under[slot], 1), (over[slot - 1], 1), (under[slot - 1], -1)]
        program.row([*starts[slot], *(turn if instance.slots > 1 else [])], rise, rise)
    program.row([*first, (over[0], -1), (under[0], 1)], need[0], need[0])
    remaining = max(1.0, deadline - time.monotonic())
    values = program.relax(Limits(1, 1.0, 0.0, time.monotonic() + remaining, remaining)).values
    return {key: float(values[workers]) for key, workers in at.items() if values[workers] > SMALL}


def _choose(
    instance: Instance,
    offered: list[Shift],
    plan: Plan,
    cap: float,
    seed: int,
    deadline: float,
    effort: float,
    taste: random.Random | None = None,
) -> tuple[Plan | None, bool]:
    """The best plan of the shifts offered that is no worse than the cap, and whether that is proven."""
    from ortools.sat.python import cp_model

    model = DesignModel(instance, offered, cap, taste)
    model.hint(plan)
    solver = _solver(seed, deadline, effort)
    status = solver.solve(model.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, status == cp_model.INFEASIBLE
    return model.plan(solver.value), status == cp_model.OPTIMAL


def _neighbourhoods(instance: Instance, best: Best, deadline: float, seed: int) -> None:
    chance = random.Random(seed)
    plan, objective, size = best.plan, best.objective, FIRST_NEIGHBOURS
    while not best.done.is_set() and time.monotonic() < deadline:
        used = {shift for shift, _ in plan}
        offered = sorted(used | set(_neighbours(instance, used, size, chance)))
        seed, taste = chance.randrange(2**31), chance if chance.random() < WANDER else None
        found, proven = _choose(instance, offered, plan, objective, seed, deadline, EFFORT, taste)
        size = min(len(instance.shifts), size + STEP) if proven else max(FEWEST_NEIGHBOURS, size - STEP)
        if found is not None and (reached := cost(instance, found)) <= objective + CLOSE:
            plan, objective = found, reached
            best.offer(plan, objective)
        if proven and len(offered) == len(instance.shifts):
            break


def _neighbours(instance: Instance, used: set[Shift], size: int, chance: random.Random) -> list[Shift]:
    """Shifts to offer: near one shift, near any shift, or that share a start or an end with some."""
    others = [shift for shift in instance.shifts if shift not in used]
    if not used:
        return chance.sample(others, min(size, len(others)))
    kind, base = chance.random(), chance.choice(sorted(used))
    starts, ends = {shift[0] for shift in used}, {sum(shift) for shift in used}

    def near(one: Shift, other: Shift) -> float:
        return 1 / (1 + abs(one[0] - other[0]) + abs(sum(one) - sum(other)))

    def weight(shift: Shift) -> float:
        if kind < 0.3:
            return near(shift, base)
        if kind < 0.5:
            return max(near(shift, one) for one in used)
        return float(STRANGE ** (2 - (shift[0] in starts) - (sum(shift) in ends)))

    return sorted(others, key=lambda shift: chance.random() ** (1 / weight(shift)), reverse=True)[:size]
