"""The roster problem that columns solve, as arrays: people with rules of their own, shifts, and cover at a price."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

OFF = -1
PERSONAL = (
    "allowed",
    "must_work",
    "wish_cost",
    "max_shifts",
    "min_minutes",
    "max_minutes",
    "max_run",
    "min_run",
    "min_rest",
    "max_weekends",
)


class NoLegalRosterError(Exception):
    """Some people have no roster that keeps to their own rules; `people` are their numbers."""

    def __init__(self, people: tuple[int, ...]) -> None:
        self.people = people
        super().__init__(f"no legal roster for the people numbered {', '.join(map(str, people))}")


@dataclass(frozen=True)
class RosterProblem:
    """People, days and shift types; E people, D days, S shift types.

    Before the first day everybody is taken to have been off for long enough, and after the last day as ready to go
    on working or resting: a run of work or rest that an edge of the horizon cuts may be shorter than its minimum.

    Parameters
    ----------
    minutes : array (S,) of int
        Paid length of each shift type [min], positive.
    may_follow : array (S, S) of bool
        Whether the shift of the column may be worked on the day after the shift of the row.
    allowed : array (E, D, S) of bool
        Whether the person may work the shift on that day: days off, locks, skills.
    must_work : array (E, D) of bool
        Days on which the person can't be off.
    wish_cost : array (E, D, S) of float
        Cost of the person working the shift on that day; negative where it is wished for.
    fixed_cost : float
        Cost whatever is chosen.
    max_shifts : array (E, S) of int
        Most shifts of each type.
    min_minutes, max_minutes : arrays (E,) of int
    max_run, min_run, min_rest : arrays (E,) of int
        Consecutive days worked, at most and at least, and consecutive days off, at least.
    max_weekends : array (E,) of int
        Most weekends on which any shift is worked.
    weekend : array (D,) of int
        Number of the weekend that a day belongs to, -1 for none; one or two days in a row make a weekend.
    need : array (D, S) of int
        People wanted on each shift.
    under_price, over_price : arrays (D, S) of float
        Price of each person missing, and of each one too many; not negative.
    """

    minutes: np.ndarray
    may_follow: np.ndarray
    allowed: np.ndarray
    must_work: np.ndarray
    wish_cost: np.ndarray
    fixed_cost: float
    max_shifts: np.ndarray
    min_minutes: np.ndarray
    max_minutes: np.ndarray
    max_run: np.ndarray
    min_run: np.ndarray
    min_rest: np.ndarray
    max_weekends: np.ndarray
    weekend: np.ndarray
    need: np.ndarray
    under_price: np.ndarray
    over_price: np.ndarray

    def __post_init__(self) -> None:
        people, days, shifts = self.allowed.shape
        shapes = {
            "minutes": (shifts,),
            "may_follow": (shifts, shifts),
            "must_work": (people, days),
            "wish_cost": (people, days, shifts),
            "max_shifts": (people, shifts),
            "weekend": (days,),
            "need": (days, shifts),
            "under_price": (days, shifts),
            "over_price": (days, shifts),
        } | dict.fromkeys(("min_minutes", "max_minutes", "max_run", "min_run", "min_rest", "max_weekends"), (people,))
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has the shape {getattr(self, name).shape}, expected {shape}")
        if not (self.minutes > 0).all():
            raise ValueError("every shift lasts at least a minute")
        if (self.under_price < 0).any() or (self.over_price < 0).any():
            raise ValueError("prices of people missing or too many are not negative")
        numbers, sizes = np.unique(self.weekend[self.weekend >= 0], return_counts=True)
        if (sizes > 2).any() or any(np.ptp(np.flatnonzero(self.weekend == number)) > 1 for number in numbers):
            raise ValueError("a weekend is one day or two days in a row")

    @property
    def people(self) -> int:
        return self.allowed.shape[0]

    @property
    def days(self) -> int:
        return self.allowed.shape[1]

    @property
    def shifts(self) -> int:
        return self.allowed.shape[2]

    @property
    def whole(self) -> bool:
        """Whether every roster's cost is a whole number, so that bounds may be rounded up."""
        prices = (self.wish_cost, self.under_price, self.over_price, np.array(self.fixed_cost))
        return all(bool((values == np.round(values)).all()) for values in prices)

    def part(self, people: np.ndarray, others: np.ndarray) -> RosterProblem:
        """The problem of some people (K,), the rest giving the cover `others` (D, S)."""
        mine = {name: getattr(self, name)[people] for name in PERSONAL}
        return replace(self, **mine, need=self.need - others, fixed_cost=0.0)

    def cover(self, roster: np.ndarray) -> np.ndarray:
        """People on each shift, (D, S), of a roster (E, D) of shift types, `OFF` where nothing is worked."""
        counts = np.zeros((self.days, self.shifts), np.int64)
        who, day = np.nonzero(roster >= 0)
        np.add.at(counts, (day, roster[who, day]), 1)
        return counts

    def cost(self, roster: np.ndarray) -> float:
        """Cost of a roster (E, D): wishes, people missing and people too many."""
        who, day = np.nonzero(roster >= 0)
        gap = self.need - self.cover(roster)
        wishes = self.wish_cost[who, day, roster[who, day]].sum()
        cover = (np.maximum(gap, 0) * self.under_price + np.maximum(-gap, 0) * self.over_price).sum()
        return float(self.fixed_cost + wishes + cover)


@dataclass(frozen=True)
class RosterAnswer:
    """What a search found.

    Parameters
    ----------
    objective : float or None
        Cost of the roster, None if none was found.
    bound : float
        No roster costs less; -inf if nothing could be proven.
    roster : array (E, D) of int or None
        Shift type of each person and day, `OFF` where nothing is worked.
    elapsed_s : float
    """

    objective: float | None
    bound: float
    roster: np.ndarray | None
    elapsed_s: float

    @property
    def gap(self) -> float | None:
        """What the roster may cost too much, as a share of its cost."""
        if self.objective is None:
            return None
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)
