"""A shift-scheduling benchmark instance of Curtois and Qu, as its file says it."""

from __future__ import annotations

from dataclasses import dataclass

DAYS_A_WEEK = 7
SATURDAY = 5


@dataclass(frozen=True)
class ShiftType:
    """A shift with its length [min] and the shifts that can't be worked on the day after it."""

    name: str
    minutes: int
    not_before: frozenset[str]


@dataclass(frozen=True)
class Employee:
    """One person's limits; `max_shifts` by shift type, a type that is missing there is never worked."""

    name: str
    max_shifts: dict[str, int]
    max_minutes: int
    min_minutes: int
    max_consecutive_shifts: int
    min_consecutive_shifts: int
    min_consecutive_days_off: int
    max_weekends: int


@dataclass(frozen=True)
class Request:
    """A wish to work, or not to work, a shift on a day; `weight` is paid where it is not granted."""

    employee: str
    day: int
    shift: str
    weight: int


@dataclass(frozen=True)
class Cover:
    """People wanted on a shift of a day, with the price of each one missing and each one too many."""

    day: int
    shift: str
    need: int
    under: int
    over: int


@dataclass(frozen=True)
class Instance:
    """Days are numbered from 0, a Monday."""

    days: int
    shifts: dict[str, ShiftType]
    employees: dict[str, Employee]
    days_off: frozenset[tuple[str, int]]
    on_requests: tuple[Request, ...]
    off_requests: tuple[Request, ...]
    cover: tuple[Cover, ...]

    def weekends(self) -> list[list[int]]:
        """Saturdays with their Sundays, each cut to the horizon."""
        whole = range(SATURDAY, self.days, DAYS_A_WEEK)
        return [[day for day in (saturday, saturday + 1) if day < self.days] for saturday in whole]
