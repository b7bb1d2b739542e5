"""The shift rules used when nobody names any."""

from __future__ import annotations

from wfm.params import BreakRule, ShiftRules, ShiftTemplate

HOUR_S = 3600
MINUTE_S = 60


def default_rules() -> ShiftRules:
    """A set that suits most European centres.

    Full shifts of 8 h 30 with 30 minutes of unpaid lunch and two paid breaks of 15 minutes, part-time shifts
    of 6 h with one paid break and of 4 h with one; starts every half hour so that 06:00 to 22:00 can be
    covered; 11 h of rest (Directive 2003/88/EC, article 3), at most 5 days a week and 6 in a row.
    """
    full = ShiftTemplate(
        "full",
        8 * HOUR_S + 30 * MINUTE_S,
        6 * HOUR_S,
        13 * HOUR_S + 30 * MINUTE_S,
        breaks=(
            _pause("break", 15, 90, 150),
            _pause("lunch", 30, 210, 300, paid=False),
            _pause("break", 15, 345, 435),
        ),
    )
    middle = ShiftTemplate("six", 6 * HOUR_S, 6 * HOUR_S, 16 * HOUR_S, breaks=(_pause("break", 15, 120, 225),))
    short = ShiftTemplate("four", 4 * HOUR_S, 6 * HOUR_S, 18 * HOUR_S, breaks=(_pause("break", 15, 90, 150),))
    return ShiftRules((full, middle, short))


def _pause(name: str, length: int, earliest: int, latest: int, paid: bool = True) -> BreakRule:
    return BreakRule(name, length * MINUTE_S, earliest * MINUTE_S, latest * MINUTE_S, paid)
