"""One queue's week as a design problem: what is needed, what may start, and what everything costs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from scheduling.cover import DayPlan
from scheduling.design.options import DesignOptions
from scheduling.problem import Calendar, Prices, Shift
from wfm.errors import Finding, InputError
from wfm.params import Horizon, ShiftRules, ShiftTemplate

Kind = tuple[str, int]
"""A different shift: template and start on the wall clock [s after midnight]."""


@dataclass(frozen=True, slots=True)
class RoundCalendar(Calendar):
    """A calendar whose end is followed by its beginning."""

    def cells(self, instant: int, length_s: int) -> Sequence[int]:
        first = self.period(instant)
        return [period % self.periods for period in range(first, first + length_s // self.step_s)]


def round_calendar(calendar: Calendar, horizon: Horizon) -> RoundCalendar:
    """Close a calendar to a circle of its own days.

    Raises
    ------
    InputError
        If the days together, a clock change among them, are no whole number of periods.
    """
    end = dt.datetime.combine(horizon.first_day, dt.time(), ZoneInfo(horizon.timezone)) + dt.timedelta(horizon.days)
    length_s = int(end.timestamp()) - calendar.origin
    if length_s % calendar.step_s:
        found = f"{horizon.days} days of {length_s / 3600:g} h in all"
        raise InputError(Finding("horizon", "odd-length", found, f"a multiple of {calendar.step_s / 60:g} min"))
    return RoundCalendar(
        calendar.dates,
        calendar.midnights,
        calendar.week,
        calendar.origin,
        calendar.step_s,
        length_s // calendar.step_s,
        calendar.shifts,
        calendar.timezone,
    )


@dataclass(frozen=True, slots=True)
class DesignPrices:
    """Whole-number prices; every one is exact.

    Parameters
    ----------
    shift : dict of template name to int
        Of a person on it: paid time, and time on the phone at the price of overstaffing.
    short : int
        Of one agent missing in one period, who is also not overstaffed there.
    kind : int
        Of a different shift.
    needed : int
        Price of overstaffing all that is needed, which `shift` and `short` count too much.
    money : Fraction
        Currency of one model unit.
    """

    shift: Mapping[str, int]
    short: int
    kind: int
    needed: int
    money: Fraction

    @classmethod
    def of(cls, rules: ShiftRules, options: DesignOptions, step_s: int, needed: int) -> DesignPrices:
        """Prices of `needed` agent-periods of requirement; people above it pay for overstaffing wherever they are."""
        hour, over = Fraction(str(rules.hourly_cost)), Fraction(str(options.overstaffing_cost_per_hour))
        under, step = Fraction(str(rules.understaffing_cost_per_hour)), Fraction(step_s, 3600)
        shift = {one.name: hour * one.paid_s / 3600 + over * phone_s(one) / 3600 for one in rules.templates}
        parts = [*shift.values(), (under + over) * step, Fraction(str(options.cost_per_shift)), over * step * needed]
        scale = math.lcm(*(part.denominator for part in parts))
        divisor = math.gcd(*(int(part * scale) for part in parts))
        whole = [int(part * scale) // divisor for part in parts]
        *_, short, kind, needed_price = whole
        return cls(dict(zip(shift, whole, strict=False)), short, kind, needed_price, Fraction(divisor, scale))


def phone_s(template: ShiftTemplate) -> int:
    """Time on the phone of one such shift [s]."""
    return template.length_s - sum(rule.length_s for rule in template.breaks)


@dataclass(frozen=True)
class DesignProblem:
    """One queue.

    Parameters
    ----------
    queue : str
    need : ndarray of int, shape (periods,)
    calendar : Calendar
        A `RoundCalendar` where the horizon repeats.
    rules : ShiftRules
    options : DesignOptions
    offered : frozenset of int, optional
        Indexes of the shifts on offer; all where None.
    """

    queue: str
    need: np.ndarray
    calendar: Calendar
    rules: ShiftRules
    options: DesignOptions
    offered: frozenset[int] | None = None

    @cached_property
    def prices(self) -> DesignPrices:
        return DesignPrices.of(self.rules, self.options, self.calendar.step_s, int(self.need.sum()))

    @cached_property
    def cover_prices(self) -> Prices:
        """As the rows of cover read them."""
        return Prices(1, 0, self.prices.short, float(self.prices.money))

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """Shifts on offer that meet at least one period with a requirement."""
        useful = (shift for shift in self.calendar.shifts if self.need[list(self.cells(shift))].any())
        return tuple(shift for shift in useful if self.offered is None or shift.index in self.offered)

    @cached_property
    def by_day(self) -> dict[int, tuple[Shift, ...]]:
        days = sorted({shift.day for shift in self.shifts})
        return {day: tuple(shift for shift in self.shifts if shift.day == day) for day in days}

    @cached_property
    def kind_of(self) -> dict[int, Kind]:
        """The different shift that each shift is, by index."""
        zone = ZoneInfo(self.calendar.timezone)
        kinds = {}
        for shift in self.calendar.shifts:
            wall = dt.datetime.fromtimestamp(shift.start, zone)
            kinds[shift.index] = (shift.template.name, wall.hour * 3600 + wall.minute * 60)
        return kinds

    @cached_property
    def most(self) -> dict[int, int]:
        """People on each shift beyond whom one more never helps, by index.

        Let breaks take k periods of a shift, and the requirement be m at most. Of more than (k + 1) m people,
        somebody is on break in every period in which those on the phone are just enough, and can stay away.
        """
        limits = {}
        for shift in self.shifts:
            on_break = sum(rule.length_s // self.calendar.step_s for rule in shift.template.breaks)
            most = int(self.need[list(self.cells(shift))].max()) * (1 + on_break)
            limits[shift.index] = max(min(most, self.options.max_staff or most), self.options.min_staff)
        return limits

    @cached_property
    def linked(self) -> bool:
        """Whether shifts of two days can serve the same period, as night shifts do."""
        touched = np.zeros(len(self.need), dtype=int)
        for shifts in self.by_day.values():
            reach = np.zeros(len(self.need), dtype=bool)
            for shift in shifts:
                reach[list(self.cells(shift))] = True
            touched += reach & (self.need > 0)
        return bool((touched > 1).any())

    @cached_property
    def unreachable(self) -> np.ndarray:
        """Agents required by period where no shift can be on the phone, shape (periods,)."""
        need = self.need.copy()
        for shift in self.shifts:
            need[list(self.cells(shift))] = 0
        return need

    def cells(self, shift: Shift) -> Sequence[int]:
        return self.calendar.cells(shift.start, shift.template.length_s)

    def with_shifts(self, indexes: Iterable[int]) -> DesignProblem:
        """The same problem with some of its shifts only."""
        return replace(self, offered=frozenset(indexes))

    def with_kinds(self, kinds: Iterable[Kind]) -> DesignProblem:
        """The same problem with some of its different shifts only."""
        kept = frozenset(kinds)
        return self.with_shifts(shift.index for shift in self.shifts if self.kind_of[shift.index] in kept)

    def cover(self, plan: DayPlan) -> np.ndarray:
        """People on the phone by period, shape (periods,)."""
        phone = np.zeros(len(self.need), dtype=np.int64)
        for index, count in plan.counts.items():
            shift = self.calendar.shifts[index]
            phone[list(self.cells(shift))] += count
            for number, rule in enumerate(shift.template.breaks):
                for start_s, people in plan.breaks[index, number].items():
                    phone[list(self.calendar.cells(shift.start + start_s, rule.length_s))] -= people
        return phone

    def cost(self, plans: Mapping[int, DayPlan]) -> int:
        """Price of whole days [model units]."""
        phone = sum((self.cover(plan) for plan in plans.values()), start=np.zeros_like(self.need))
        people = {index: count for plan in plans.values() for index, count in plan.counts.items()}
        paid = sum(self.prices.shift[self.calendar.shifts[i].template.name] * count for i, count in people.items())
        kinds = len({self.kind_of[index] for index in people})
        short = int(np.maximum(self.need - phone, 0).sum())
        return paid + self.prices.short * short + self.prices.kind * kinds - self.prices.needed
