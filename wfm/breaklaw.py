"""Breaks that the law asks for in a shift of some length, laid out as rules with windows.

Rest breaks are given a quarter of an hour, where the laws of both states ask for ten minutes, so that everything falls
on the quarter hours of a schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wfm.params import BreakRule

MINUTE, HOUR = 60, 3600
STEP_S = 15 * MINUTE
REST_S = 15 * MINUTE
WINDOW_S = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class BreakLaw:
    """What a law asks of a shift by its length.

    Parameters
    ----------
    title : str
        The law and its section.
    meals : tuple of (longer than [s], unpaid time in all [s], least length of one [s])
        The last that applies counts.
    meal_before_s : int or None
        The first meal starts no later than so long after the shift [s].
    rests : tuple of (at least [s], number)
        Paid rest breaks; the last that applies counts.
    rest_s : int
        Least length of a rest break [s].
    """

    title: str
    meals: tuple[tuple[int, int, int], ...]
    meal_before_s: int | None = None
    rests: tuple[tuple[int, int], ...] = ()
    rest_s: int = 10 * MINUTE

    def meal_s(self, length_s: float) -> tuple[int, int]:
        """Unpaid time in all and least length of one meal, for a shift of some length [s]."""
        asked = [(total, one) for longer, total, one in self.meals if length_s > longer]
        return asked[-1] if asked else (0, 0)

    def rest_count(self, length_s: float) -> int:
        """Paid rest breaks for a shift of some length."""
        asked = [count for least, count in self.rests if length_s >= least]
        return asked[-1] if asked else 0


LAWS: Mapping[str, BreakLaw] = {
    "eu": BreakLaw(
        "Directive 2003/88/EC, article 4, with the lengths of the German ArbZG, section 4",
        ((6 * HOUR, 30 * MINUTE, 15 * MINUTE), (9 * HOUR, 45 * MINUTE, 15 * MINUTE)),
    ),
    "california": BreakLaw(
        "California Labor Code, section 512, and IWC Wage Order 4, sections 11 and 12",
        ((5 * HOUR, 30 * MINUTE, 30 * MINUTE), (10 * HOUR, 60 * MINUTE, 30 * MINUTE)),
        5 * HOUR,
        ((3 * HOUR + 30 * MINUTE, 1), (6 * HOUR + 1, 2), (10 * HOUR + 1, 3)),
    ),
    "washington": BreakLaw(
        "Washington Administrative Code 296-126-092",
        ((5 * HOUR, 30 * MINUTE, 30 * MINUTE), (10 * HOUR, 60 * MINUTE, 30 * MINUTE)),
        5 * HOUR,
        ((4 * HOUR, 1), (8 * HOUR, 2), (12 * HOUR, 3)),
    ),
}


def breaks_by_law(law: str, length_s: int) -> tuple[BreakRule, ...]:
    """Breaks of a shift as a law asks for, spread evenly, rests and meals in turn.

    Parameters
    ----------
    law : str
        Name in `LAWS`.
    length_s : int
        From first to last minute [s].

    Raises
    ------
    ValueError
        If the law is unknown.
    """
    if law not in LAWS:
        raise ValueError(f'found "{law}", expected one of {", ".join(LAWS)}')
    asked = LAWS[law]
    total_s, _ = asked.meal_s(length_s)
    meals = [30 * MINUTE] * (total_s // (30 * MINUTE))
    meals += [rest] if (rest := total_s % (30 * MINUTE)) else []
    rests = [REST_S] * asked.rest_count(length_s)
    order = _in_turn(rests, meals)
    rules: list[BreakRule] = []
    for place, (name, break_s, paid) in enumerate(order, 1):
        middle = length_s * place / (len(order) + 1) - break_s / 2
        earliest = round((middle - WINDOW_S) / STEP_S) * STEP_S
        latest = round((middle + WINDOW_S) / STEP_S) * STEP_S
        if name == "lunch" and asked.meal_before_s is not None and not any(r.name == "lunch" for r in rules):
            latest = min(latest, asked.meal_before_s)
        rules.append(BreakRule(name, break_s, max(STEP_S, earliest), min(latest, length_s - break_s), paid))
    return tuple(rules)


def _in_turn(rests: list[int], meals: list[int]) -> list[tuple[str, int, bool]]:
    """A rest, a meal, a rest: as many rests as there are, meals between them."""
    order: list[tuple[str, int, bool]] = []
    queues = [[("break", length, True) for length in rests], [("lunch", length, False) for length in meals]]
    turn = 0 if len(rests) >= len(meals) else 1
    while any(queues):
        if queues[turn]:
            order.append(queues[turn].pop(0))
        turn = 1 - turn
    return order
