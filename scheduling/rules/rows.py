"""The rows of one rule: walls where it must hold, prices where it may be broken."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scheduling.program import MANY, Program, Term

if TYPE_CHECKING:
    from scheduling.problem import Shift
    from scheduling.rules import Record


@dataclass(frozen=True, slots=True)
class Rows:
    """Adds the rows of one rule to a program.

    Parameters
    ----------
    program : Program
    price : float or None
        Price of one breach in the rule's unit [model units]; None makes rows hard.
    others : mapping of person to sequence of Shift
        What people who are not chosen anew work, for rules that look at several people at once.
    record : Record or None
        Agents whom the rule concerns, shifts before the horizon, absences; None where nobody is named yet.
    below : bool
        Whether prices are rounded down, for a bound that no rounding can lift.
    """

    program: Program
    price: float | None = None
    others: Mapping[int, Sequence[Shift]] = field(default_factory=dict)
    record: Record | None = None
    below: bool = False

    def variable(self, upper: int, lower: int = 0) -> int:
        """A helper variable in [lower, upper], free of charge."""
        return self.program.variable(upper, lower)

    def row(self, terms: Iterable[Term], least: int = -MANY, most: int = MANY, amount: float = 1.0) -> None:
        """Require least <= sum of coefficient x variable <= most, or pay for what is missing or too much.

        Shifts before the horizon and locked ones are facts: where they alone exceed `most`, no more may be added.

        Parameters
        ----------
        terms : iterable of (variable, coefficient)
        least, most : int
        amount : float
            Breach in the rule's unit that one unit of the row is.
        """
        terms = list(terms)
        lower, upper = self.program.lower, self.program.upper
        free = [(at, factor) for at, factor in terms if lower[at] < upper[at]]
        if not free:
            return
        low = sum(factor * (lower[at] if factor > 0 else upper[at]) for at, factor in terms)
        high = sum(factor * (upper[at] if factor > 0 else lower[at]) for at, factor in terms)
        most = max(most, low)
        if self.price is None:
            if least > low or most < high:
                self.program.row(terms, least, most)
            return
        cost = math.floor(self.price * amount) if self.below else max(1, round(self.price * amount))
        slack = []
        if most < high:
            slack.append((self.program.variable(math.ceil(high - most), cost=cost), -1))
        if least > low:
            slack.append((self.program.variable(math.ceil(least - low), cost=cost), 1))
        if slack:
            self.program.row([*terms, *slack], least, most)
