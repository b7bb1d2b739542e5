"""Pay beyond the wage at unsocial hours, in paid time.

A shift's time inside the hours of a premium is paid for as much as the whole shift is: unpaid breaks lower it in
proportion, wherever they fall, so that a shift has its price before its breaks have their place.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from scheduling.worked import Worked
from wfm.params import Premium, ShiftRules, ShiftTemplate

DAY_S = 86_400


def premium_s(rules: ShiftRules, start: int, template: ShiftTemplate, timezone: str) -> float:
    """What the premiums of a shift that may be worked are worth [s of paid time].

    Parameters
    ----------
    rules : ShiftRules
    start : int
        Unix time [s].
    template : ShiftTemplate
    timezone : str
    """
    if not rules.premiums:
        return 0.0
    end = start + template.length_s
    return _worth_s(rules, start, end, timezone) * template.paid_s / template.length_s


def worked_premium_s(rules: ShiftRules, shift: Worked) -> float:
    """What the premiums of a shift worked are worth [s of paid time]."""
    if not rules.premiums:
        return 0.0
    start, end = int(shift.start.timestamp()), int(shift.end.timestamp())
    return _worth_s(rules, start, end, str(shift.start.tz)) * shift.paid_s / shift.length_s


def _worth_s(rules: ShiftRules, start: int, end: int, timezone: str) -> float:
    """Seconds inside the hours of each premium times its share, by the wall clock of the day they begin on."""
    worth = 0.0
    first = dt.datetime.fromtimestamp(start, ZoneInfo(timezone)).date()
    for back in (-2, -1, 0, 1, 2):
        day = first + dt.timedelta(days=back)
        for premium in rules.premiums:
            if day.weekday() in premium.weekdays:
                since, until = _hours(day, premium, timezone)
                worth += premium.share * max(0, min(end, until) - max(start, since))
    return worth


@cache
def _hours(day: dt.date, premium: Premium, timezone: str) -> tuple[int, int]:
    return _instant(day, premium.start_s, timezone), _instant(day, premium.end_s, timezone)


def _instant(day: dt.date, clock_s: int, timezone: str) -> int:
    wall = dt.datetime.combine(day + dt.timedelta(days=clock_s // DAY_S), dt.time(), ZoneInfo(timezone))
    return int((wall + dt.timedelta(seconds=clock_s % DAY_S)).timestamp())
