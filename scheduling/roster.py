"""Who works which shift: the state that tours build and the search improves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from scheduling.cover import DayPlan
from scheduling.problem import Shift, Team


@dataclass
class Roster:
    """Shift of each person and day, and the breaks of each day.

    Parameters
    ----------
    team : Team
    worked : dict of (person, day) to shift index
    plans : dict of day to DayPlan
        Counts agree with `worked` for every day that is settled.
    """

    team: Team
    worked: dict[tuple[int, int], int] = field(default_factory=dict)
    plans: dict[int, DayPlan] = field(default_factory=dict)

    def shift(self, person: int, day: int) -> Shift | None:
        index = self.worked.get((person, day))
        return None if index is None else self.team.calendar.shifts[index]

    def counts(self, day: int) -> Counter[int]:
        return Counter(index for (_, on), index in self.worked.items() if on == day)

    def unsettled(self) -> list[int]:
        """Days whose breaks were planned for other shifts than those worked."""
        return [day for day, plan in sorted(self.plans.items()) if dict(plan.counts) != dict(self.counts(day))]

    def paid_s(self, person: int, week: int) -> int:
        days = self.team.calendar.week
        shifts = self.team.calendar.shifts
        return sum(shifts[i].paid_s for (who, day), i in self.worked.items() if who == person and days[day] == week)

    def cover(self) -> np.ndarray:
        """People on the phone by period, shape (periods,)."""
        total = np.zeros(self.team.calendar.periods, dtype=np.int64)
        for plan in self.plans.values():
            total += plan.cover(self.team.calendar)
        return total

    def cost(self) -> int:
        """Paid time and missing people at their prices [model units]."""
        prices = self.team.prices
        paid = sum(prices.shift(self.team.calendar.shifts[index]) for index in self.worked.values())
        return int(paid + prices.short * np.maximum(self.team.need - self.cover(), 0).sum())

    def below_contract(self, week: int) -> list[int]:
        """People given less than their contract's least in a week."""
        people = enumerate(self.team.people)
        return [who for who, person in people if self.paid_s(who, week) < self.team.least_paid_s(person, week)]
