"""Minimum shift design as a linear program: fixed charges on a flow through the slots of a cyclic week.

A shift is an arc from the slot in which it starts to the slot in which it ends, so that the row of a slot says
only what changes there (Di Gaspero et al. 2007, doi:10.1007/s10479-007-0221-1). Where the demand rises by r
and no shift that starts there is used, r workers stand idle before or are missing after; these rows, and their
mirror image at falls, lift the bound of the relaxation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from random import Random
from typing import Any

from scheduling.shiftdesign.instance import Instance, Shift

Plan = dict[tuple[Shift, int], int]
"""Workers by shift and day; shifts without workers are not there."""

RESOLUTION = 1000
TASTES = 8


def on_duty(instance: Instance, plan: Mapping[tuple[Shift, int], int]) -> list[int]:
    """Workers by slot."""
    there = [0] * instance.slots
    for (shift, day), workers in plan.items():
        for slot in instance.slots_of(day, shift):
            there[slot] += workers
    return there


def cost(instance: Instance, plan: Mapping[tuple[Shift, int], int]) -> float:
    """Objective of a plan."""
    total = float(instance.shift_weight * len({shift for shift, _ in plan}))
    for there, need in zip(on_duty(instance, plan), instance.demand, strict=True):
        weight = instance.over_weight if there > need else instance.under_weight
        total += weight * instance.interval_min * abs(there - need)
    minutes = sum(shift[1] * workers for (shift, _), workers in plan.items()) * instance.interval_min
    if minutes:
        duties = instance.contract_min * sum(plan.values()) / minutes
        total += instance.duties_weight * max(0.0, instance.min_duties - duties, duties - instance.max_duties)
    return total


@dataclass(frozen=True)
class Prices:
    """Whole-number prices of the model.

    Parameters
    ----------
    under, over, shift : int
        Of a missing and a surplus worker in a slot, and of a shift in use.
    duties : int
        Of one unit by which the duties are out of range; a lower bound of what it really costs.
    unit : Fraction
        Model units of one unit of the objective.
    whole : int
        The objective is a multiple of this many units of its own where the duties cost nothing, else 0.
    """

    under: int
    over: int
    shift: int
    duties: int
    unit: Fraction
    whole: int


@dataclass(frozen=True)
class DutyRange:
    """Mean duties in range, as whole numbers: sum over shifts of `above` (`below`) x workers <= 0."""

    above: dict[int, int]
    below: dict[int, int]
    above_unit: Fraction
    below_unit: Fraction


def duty_range(instance: Instance) -> DutyRange:
    """Coefficients by length [slots]; a unit is how many duty-minutes one step of the left-hand side stands for."""
    lengths = {length for _, length in instance.shifts}
    minutes = {length: length * instance.interval_min for length in lengths}
    most, least = Fraction(str(instance.max_duties)), Fraction(str(instance.min_duties))
    above = {length: instance.contract_min - most * minutes[length] for length in lengths}
    below = {length: least * minutes[length] - instance.contract_min for length in lengths}
    (above_whole, above_unit), (below_whole, below_unit) = _whole(above), _whole(below)
    return DutyRange(above_whole, below_whole, above_unit, below_unit)


def _whole(values: Mapping[int, Fraction]) -> tuple[dict[int, int], Fraction]:
    denominator = 1
    for value in values.values():
        denominator = denominator * value.denominator // gcd(denominator, value.denominator)
    scaled = {key: int(value * denominator) for key, value in values.items()}
    divisor = gcd(*scaled.values()) or 1
    return {key: value // divisor for key, value in scaled.items()}, Fraction(divisor, denominator)


class DesignModel:
    """CP-SAT model over some of the shifts, for solutions no worse than a cap.

    Parameters
    ----------
    instance : Instance
    candidates : iterable of (start, length)
    cap : float
        Objective of a known solution; what is certainly above it is cut off.
    taste : Random, optional
        Draws which of several solutions of the same objective is preferred, so that a search moves on among them.
    """

    def __init__(
        self, instance: Instance, candidates: Iterable[Shift], cap: float, taste: Random | None = None
    ) -> None:
        from ortools.sat.python import cp_model

        self.instance, self.cap = instance, cap
        self.model = cp_model.CpModel()
        self._linear: Any = cp_model.LinearExpr
        self.used: dict[Shift, Any] = {}
        self.workers: dict[tuple[Shift, int], Any] = {}
        self._idle_most = self._most_over()
        self.prices = self._price()
        starts: list[list[Any]] = [[] for _ in range(instance.slots)]
        ends: list[list[Any]] = [[] for _ in range(instance.slots)]
        first: list[Any] = []
        for shift in candidates:
            self._add_shift(shift, starts, ends, first)
        self._add_cover(starts, ends, first)
        self._add_turns()
        self._minimise(taste)

    def _most_over(self) -> int:
        """Most surplus workers, summed over slots, of a solution below the cap."""
        instance = self.instance
        if instance.over_weight:
            return int((self.cap + 1e-6) // (instance.over_weight * instance.interval_min))
        return max(instance.demand) * instance.slots * len(instance.shifts)

    def _price(self) -> Prices:
        instance = self.instance
        under = instance.under_weight * instance.interval_min
        over = instance.over_weight * instance.interval_min
        divisor = gcd(under, over, instance.shift_weight) or 1
        self._range = duty_range(instance)
        if not (instance.duties_weight and instance.over_weight):
            whole = 0 if instance.duties_weight else divisor
            return self._scaled(under, over, divisor, 1, 0, whole)
        longest = (sum(instance.demand) + self._idle_most) * instance.interval_min
        self._longest_min = max(longest, 1)
        smallest = min(self._range.above_unit, self._range.below_unit) * instance.duties_weight / self._longest_min
        scale = max(1, int(RESOLUTION * divisor / smallest) + 1)
        return self._scaled(under, over, divisor, scale, 1, 0)

    def _scaled(self, under: int, over: int, divisor: int, scale: int, duties: int, whole: int) -> Prices:
        under, over, shift = (scale * part // divisor for part in (under, over, self.instance.shift_weight))
        return Prices(under, over, shift, duties, Fraction(scale, divisor), whole)

    def _most_workers(self, cells: list[int]) -> int:
        """More workers than this on one shift are never needed, or cost more than the cap."""
        need = [self.instance.demand[slot] for slot in cells]
        within_cap = (sum(need) + self._idle_most) // len(need)
        return within_cap if self.prices.duties else min(max(need), within_cap)

    def _add_shift(self, shift: Shift, starts: list[list[Any]], ends: list[list[Any]], first: list[Any]) -> None:
        instance = self.instance
        used = self.used[shift] = self.model.new_bool_var("")
        for day in range(instance.days):
            cells = instance.slots_of(day, shift)
            most = self._most_workers(cells)
            if not most:
                continue
            workers = self.workers[shift, day] = self.model.new_int_var(0, most, "")
            self.model.add(workers <= most * used)
            starts[cells[0]].append(workers)
            ends[(cells[-1] + 1) % instance.slots].append(workers)
            if 0 in cells:
                first.append(workers)

    def _add_cover(self, starts: list[list[Any]], ends: list[list[Any]], first: list[Any]) -> None:
        need, slots = self.instance.demand, range(self.instance.slots)
        self.over = [self.model.new_int_var(0, self._idle_most, "") for _ in slots]
        self.under = [self.model.new_int_var(0, need[slot], "") for slot in slots]
        total = self._linear.sum
        for slot in slots:
            gone = self.over[slot - 1] - self.under[slot - 1]
            change = total(starts[slot]) - total(ends[slot]) - self.over[slot] + self.under[slot] + gone
            self.model.add(change == need[slot] - need[slot - 1])
        self.model.add(total(first) - self.over[0] + self.under[0] == need[0])

    def _add_turns(self) -> None:
        """Rows at rises and falls of the demand, as the module says."""
        a_day, need = self.instance.slots_a_day, self.instance.demand
        at_start: list[list[Any]] = [[] for _ in range(a_day)]
        at_end: list[list[Any]] = [[] for _ in range(a_day)]
        for (start, length), used in self.used.items():
            at_start[start].append(used)
            at_end[(start + length) % a_day].append(used)
        for slot in range(self.instance.slots):
            rise = need[slot] - need[slot - 1]
            if rise > 0:
                used = self._linear.sum(at_start[slot % a_day])
                self.model.add(self.over[slot - 1] + self.under[slot] + rise * used >= rise)
            elif rise < 0:
                used = self._linear.sum(at_end[slot % a_day])
                self.model.add(self.under[slot - 1] + self.over[slot] - rise * used >= -rise)

    def _minimise(self, taste: Random | None) -> None:
        prices, total = self.prices, self._linear.sum
        objective = prices.under * total(self.under) + prices.over * total(self.over)
        objective += prices.shift * total(list(self.used.values()))
        if prices.duties:
            objective += self._add_duties()
        used = list(self.used.values())
        liking = [0 if taste is None else taste.randrange(TASTES) for _ in used]
        scale = 1 if taste is None else TASTES * len(used)
        self.model.minimize(scale * objective + self._linear.weighted_sum(used, liking))
        self.model.add(objective <= int((Fraction(self.cap) + Fraction(1, 1000)) * prices.unit))

    def _add_duties(self) -> Any:
        """Distance of the mean duties from their range, priced at the most working time below the cap."""
        priced: Any = 0
        for factors, unit in (
            (self._range.above, self._range.above_unit),
            (self._range.below, self._range.below_unit),
        ):
            excess = sum(factors[shift[1]] * workers for (shift, _), workers in self.workers.items())
            most = sum(max(0, factors[shift[1]]) * self._upper(key) for key in self.workers for shift in (key[0],))
            out = self.model.new_int_var(0, max(0, most), "")
            self.model.add(out >= excess)
            price = int(self.instance.duties_weight * unit / self._longest_min * self.prices.unit)
            priced += price * out
        return priced

    def _upper(self, key: tuple[Shift, int]) -> int:
        return self._most_workers(self.instance.slots_of(key[1], key[0]))

    def hint(self, plan: Plan) -> None:
        """Start from a plan of the candidates."""
        used = {shift for shift, _ in plan}
        for shift, variable in self.used.items():
            self.model.add_hint(variable, int(shift in used))
        for key, variable in self.workers.items():
            self.model.add_hint(variable, plan.get(key, 0))
        for slot, there in enumerate(on_duty(self.instance, plan)):
            self.model.add_hint(self.over[slot], max(0, there - self.instance.demand[slot]))
            self.model.add_hint(self.under[slot], max(0, self.instance.demand[slot] - there))

    def plan(self, value: Callable[[Any], int]) -> Plan:
        """The plan of a solution, given the value of each variable."""
        return {key: number for key, variable in self.workers.items() if (number := value(variable)) > 0}

    def true_bound(self, model_bound: float) -> float:
        """A bound of the objective from a bound in model units."""
        bound = Fraction(model_bound) / self.prices.unit
        if self.prices.whole:
            return float(-(-(bound - Fraction(1, 10**6)) // self.prices.whole) * self.prices.whole)
        return float(bound)
