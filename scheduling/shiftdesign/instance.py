"""A minimum shift design instance as its file says it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

MINUTES_A_DAY = 1440

Shift = tuple[int, int]
"""Start and length [slots], the start counted from midnight."""


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A window of starts and of lengths, both ends included [slots]."""

    min_start: int
    max_start: int
    min_length: int
    max_length: int


@dataclass(frozen=True)
class Instance:
    """Demand of a cyclic week, the shifts that may serve it, and what each deviation costs.

    Parameters
    ----------
    interval_min : int
        Length of a slot [min].
    days : int
    demand : tuple of int
        Workers needed by slot; after the last slot comes the first.
    types : tuple of ShiftType
    min_duties, max_duties : float
        Wanted duties a week of a worker with `contract_min` of work.
    contract_min : int
        Working time of a worker a week [min].
    under_weight, over_weight : int
        Price of a missing and of a surplus worker by minute.
    duties_weight : int
        Price of each duty a week by which the mean falls outside the wanted range.
    shift_weight : int
        Price of each different shift (start and length) that is used.
    """

    interval_min: int
    days: int
    demand: tuple[int, ...]
    types: tuple[ShiftType, ...]
    min_duties: float
    max_duties: float
    contract_min: int
    under_weight: int
    over_weight: int
    duties_weight: int
    shift_weight: int

    @property
    def slots_a_day(self) -> int:
        return MINUTES_A_DAY // self.interval_min

    @property
    def slots(self) -> int:
        return self.days * self.slots_a_day

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """Every shift that may be used, in order; one that two types allow is there once."""
        return tuple(
            sorted(
                {
                    (start, length)
                    for kind in self.types
                    for start in range(kind.min_start, kind.max_start + 1)
                    for length in range(kind.min_length, kind.max_length + 1)
                }
            )
        )

    def slots_of(self, day: int, shift: Shift) -> list[int]:
        """Slots that a shift covers when it starts on a day."""
        first = day * self.slots_a_day + shift[0]
        return [slot % self.slots for slot in range(first, first + shift[1])]
