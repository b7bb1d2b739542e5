"""Who works which shift: the state that tours build and the search improves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from scheduling.cover import DayPlan
from scheduling.judge import Judge
from scheduling.problem import Shift, Team
from scheduling.program import Program
from scheduling.rules import Choice, Choices


@dataclass
class Roster:
    """Shift of each person and day, and the breaks of each day.

    Parameters
    ----------
    team : Team
    worked : dict of (person, day) to shift index
    plans : dict of day to DayPlan
        Counts agree with `worked` for every day that is settled.
    floors : dict of day to float
        What shifts and missing people of a day are known to cost at least [model units].
    """

    team: Team
    worked: dict[tuple[int, int], int] = field(default_factory=dict)
    plans: dict[int, DayPlan] = field(default_factory=dict)
    floors: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.judge = Judge.of(self.team)

    def shift(self, person: int, day: int) -> Shift | None:
        index = self.worked.get((person, day))
        return None if index is None else self.team.calendar.shifts[index]

    def counts(self, day: int) -> Counter[int]:
        return Counter(index for (_, on), index in self.worked.items() if on == day)

    def unsettled(self) -> list[int]:
        """Days whose breaks were planned for other shifts than those worked."""
        return [day for day, plan in sorted(self.plans.items()) if dict(plan.counts) != dict(self.counts(day))]

    def paid_s(self, person: int, week: int) -> int:
        """Paid time of a week, given shifts included [s]."""
        days, given = self.team.calendar.week, self.team.people[person].fixed_in(self.team.calendar, week)[0]
        shifts = self.team.calendar.shifts
        return given + sum(
            shifts[i].paid_s for (who, day), i in self.worked.items() if who == person and days[day] == week
        )

    def tour(self, person: int) -> list[Shift]:
        """Shifts of a person that are chosen, by day."""
        return self.tours()[person]

    def tours(self) -> list[list[Shift]]:
        """Shifts of each person that are chosen, by day."""
        tours: list[list[Shift]] = [[] for _ in self.team.people]
        for (who, _), index in sorted(self.worked.items()):
            tours[who].append(self.team.calendar.shifts[index])
        return tours

    def cover(self) -> np.ndarray:
        """People on the phone by period, shape (periods,)."""
        total = np.zeros(self.team.calendar.periods, dtype=np.int64)
        for plan in self.plans.values():
            total += plan.cover(self.team.calendar)
        return total

    def cost(self) -> int:
        """Paid time, missing people and broken rules at their prices [model units]."""
        prices = self.team.prices
        paid = sum(prices.shift(self.team.calendar.shifts[index]) for index in self.worked.values())
        short = prices.short * np.maximum(self.team.need - self.cover(), 0).sum()
        return int(paid + short) + self.judge.fines(self)

    def choices(
        self, program: Program, who: int, offered: Iterable[Shift], days: Collection[int], priced: bool = False
    ) -> list[Choice]:
        """Variables for the shifts a person may work on free days, and for those fixed on all other days."""
        allowed = self.team.people[who].allowed
        free = [
            Choice(who, shift, program.variable(1, cost=self.team.prices.shift(shift) if priced else 0))
            for shift in offered
            if shift.index in allowed
        ]
        fixed = [
            Choice(who, self.team.calendar.shifts[index], program.variable(1, lower=1))
            for (person, day), index in sorted(self.worked.items())
            if person == who and day not in days
        ]
        given = [Choice(who, shift, program.variable(1, lower=1)) for shift in self.team.people[who].fixed]
        return free + fixed + given

    def hint(self, choices: Choices) -> dict[int, int]:
        """The roster as it is, by variable."""
        return {c.at: int(self.worked.get((c.person, c.shift.day)) == c.shift.index) for c in _chosen(choices)}

    def take(self, choices: Choices, values: np.ndarray) -> None:
        """Put the answer to `choices` in place of what those people worked."""
        for choice in _chosen(choices):
            self.worked.pop((choice.person, choice.shift.day), None)
        self.worked |= {(c.person, c.shift.day): c.shift.index for c in _chosen(choices) if values[c.at]}

    def below_contract(self, week: int) -> list[int]:
        """People given less than their contract's least in a week."""
        people = enumerate(self.team.people)
        if not self.team.rules.min_contract_share:
            return []
        return [who for who, person in people if self.paid_s(who, week) < self.team.least_paid_s(person, week)]


def _chosen(choices: Choices) -> list[Choice]:
    """Those that are not given."""
    return [choice for offers in choices.values() for choice in offers if choice.shift.index >= 0]
