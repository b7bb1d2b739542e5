"""The scheduling problem as data: the days, the shifts that may be worked, who may work them, and what is needed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from scheduling.rules import Record, Ruling
from wfm.params import BreakRule, ShiftRules, ShiftTemplate

BREAK_STEP_S = 900
FINEST = 0.02  # of the least price of a rule: the roundness of one model unit


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift that may be worked: a template on a day at a start.

    Parameters
    ----------
    index : int
        Position in `Calendar.shifts`; -1 for a shift that is a fact: worked before the horizon, or locked.
    day : int
        Days after the first day of the horizon on which it starts, below 0 before it.
    start, end : int
        Unix time [s]; the length is elapsed time, also over a clock change.
    premium_s : float
        Paid time that its premiums are worth [s].
    """

    index: int
    day: int
    template: ShiftTemplate
    start: int
    end: int
    premium_s: float = 0.0

    @property
    def paid_s(self) -> int:
        return self.template.paid_s


@dataclass(frozen=True, slots=True)
class Calendar:
    """The time grid of the model and every shift that may start in the horizon.

    Parameters
    ----------
    dates : tuple of date
        Local days of the horizon.
    midnights : tuple of int
        Unix time at which each of them starts [s].
    week : tuple of int
        Number of the ISO week of each day, counted from the first.
    origin : int
        Unix time of the first local midnight [s].
    step_s : int
        Length of a period of the model [s].
    periods : int
        Periods from the origin to one day past the horizon.
    shifts : tuple of Shift
        By day, template and start.
    timezone : str
    """

    dates: tuple[dt.date, ...]
    midnights: tuple[int, ...]
    week: tuple[int, ...]
    origin: int
    step_s: int
    periods: int
    shifts: tuple[Shift, ...]
    timezone: str

    def period(self, instant: int) -> int:
        return (instant - self.origin) // self.step_s

    def week_of(self, day: int) -> int:
        """Number of the ISO week of a day, below 0 before the first one of the horizon."""
        if 0 <= day < len(self.week):
            return self.week[day]
        return (day + self.dates[0].weekday()) // 7

    def day_of_period(self) -> np.ndarray:
        """Day that each period is in, those past the horizon in the last, shape (periods,)."""
        starts = self.origin + self.step_s * np.arange(self.periods)
        return np.searchsorted(np.array(self.midnights), starts, side="right") - 1

    def at(self, period: int) -> dt.datetime:
        """Local time at which a period starts."""
        return dt.datetime.fromtimestamp(self.origin + period * self.step_s, ZoneInfo(self.timezone))

    def cells(self, instant: int, length_s: int) -> Sequence[int]:
        """Periods of a stretch of time that begins at an instant."""
        first = self.period(instant)
        return range(first, first + length_s // self.step_s)

    def span(self, shift: Shift) -> slice:
        """Periods of a shift, breaks included."""
        return slice(self.period(shift.start), self.period(shift.end))


@dataclass(frozen=True, slots=True)
class Person:
    """One agent as the solver sees it.

    Parameters
    ----------
    agent : str
    contract_s : int
        Most paid time in an ISO week [s].
    allowed : frozenset of int
        Shifts inside availability and employment.
    employed : frozenset of int
        Days of the horizon on which the agent is employed and not on approved leave.
    fixed : tuple of Shift
        Shifts before the horizon and locked ones, by start.
    team, site : str or None
    seniority : float
        Rank in bids; more goes first.
    """

    agent: str
    contract_s: int
    allowed: frozenset[int]
    employed: frozenset[int]
    fixed: tuple[Shift, ...] = ()
    team: str | None = None
    site: str | None = None
    seniority: float = 0.0

    def fixed_in(self, calendar: Calendar, week: int) -> tuple[int, int]:
        """Paid time [s] and days of the fixed shifts of a week."""
        shifts = [shift for shift in self.fixed if calendar.week_of(shift.day) == week]
        return sum(shift.paid_s for shift in shifts), len({shift.day for shift in shifts})


@dataclass(frozen=True, slots=True)
class Prices:
    """Whole-number prices that keep the ratio of a paid hour to a missing hour exact.

    Parameters
    ----------
    paid_unit_s : int
        Paid time that costs `paid` model units [s].
    paid, short : int
        Price of one paid unit, and of one agent missing in one period.
    money : float
        Currency of one model unit.
    """

    paid_unit_s: int
    paid: int
    short: int
    money: float

    @classmethod
    def of(cls, rules: ShiftRules, step_s: int) -> Prices:
        ratio = Fraction(str(rules.understaffing_cost_per_hour)) / Fraction(str(rules.hourly_cost))
        ratio = ratio.limit_denominator(1000)
        unit = int(np.gcd.reduce([step_s, *(template.paid_s for template in rules.templates)]))
        short = ratio * (step_s // unit)
        money = rules.hourly_cost * unit / 3600 / short.denominator
        fine = 1
        priced = [one.price for one in rules.rules if one.price is not None]
        # A premium is rounded once a shift.
        priced += [rules.hourly_cost] if rules.premiums else []
        if priced:
            fine = max(1, math.ceil(money / (FINEST * min(priced))))
        return cls(unit, fine * short.denominator, fine * short.numerator, money / fine)

    def units(self, money: float) -> float:
        """Model units of an amount of money."""
        return money / self.money

    def shift(self, shift: Shift) -> int:
        return self.paid * (shift.paid_s // self.paid_unit_s) + round(self.paid * shift.premium_s / self.paid_unit_s)


@dataclass(frozen=True)
class Team:
    """One queue, the people who serve it and the shifts that touch its opening hours.

    Parameters
    ----------
    queue : str
    need : ndarray of int, shape (periods,)
        Agents required on the phone; 0 where closed.
    people : tuple of Person
    calendar : Calendar
    rules : ShiftRules
    rulings : tuple of Ruling
        The rules in force.
    record : Record or None
        What their checks read beside the shifts worked in the horizon, of the agents of all teams.
    """

    queue: str
    need: np.ndarray
    people: tuple[Person, ...]
    calendar: Calendar
    rules: ShiftRules
    rulings: tuple[Ruling, ...] = ()
    record: Record | None = None

    @cached_property
    def records(self) -> tuple[Record | None, ...]:
        """The record of the people whom each ruling concerns."""
        return tuple(None if self.record is None else ruling.narrow(self.record) for ruling in self.rulings)

    @cached_property
    def prices(self) -> Prices:
        return Prices.of(self.rules, self.calendar.step_s)

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """Shifts that meet at least one period with a requirement."""
        return tuple(s for s in self.calendar.shifts if self.need[self.calendar.span(s)].any())

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days on which a useful shift can start."""
        return tuple(sorted({shift.day for shift in self.shifts}))

    @cached_property
    def linked(self) -> bool:
        """Whether shifts of two days can serve the same period, as night shifts do."""
        touched = np.zeros(len(self.need), dtype=int)
        for day in self.days:
            reach = np.zeros(len(self.need), dtype=bool)
            for shift in self.shifts:
                if shift.day == day:
                    reach[self.calendar.span(shift)] = True
            touched += reach & (self.need > 0)
        return bool((touched > 1).any())

    @cached_property
    def unreachable(self) -> np.ndarray:
        """Agents required by period where no shift can be, shape (periods,)."""
        need = self.need.copy()
        for shift in self.shifts:
            need[self.calendar.span(shift)] = 0
        return need

    def on_day(self, day: int) -> list[Shift]:
        return [shift for shift in self.shifts if shift.day == day]

    def least_paid_s(self, person: Person, week: int) -> int:
        """Least paid time of a person in a week [s]; fewer open days than a working week lower it in proportion."""
        days = [day for day in self.days if self.calendar.week[day] == week and day in person.employed]
        return least_paid_s(self.rules, person.contract_s, len(days))


def least_paid_s(rules: ShiftRules, contract_s: float, open_days: int) -> int:
    """Least paid time of a week [s] with `open_days` days on which the agent is employed and the queue is open."""
    days = min(open_days, rules.max_days_per_week)
    share = Fraction(str(rules.min_contract_share)) * Fraction(days, rules.max_days_per_week)
    return math.ceil(share * Fraction(contract_s))


def break_starts(rule: BreakRule) -> range:
    """Starts that a break may have, from the start of the shift [s]: every quarter of an hour in its window."""
    return range(rule.earliest_s, rule.latest_s + 1, BREAK_STEP_S)
