"""Start windows that rotate by week, such as early, then late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import Window, date_of, inside, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from wfm.settings import read_clock_window, read_whole


def _read_pattern(value: Any) -> tuple[Window, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f'found {value!r}, expected a list of start windows such as ["06:00-09:00", "12:00-15:00"]')
    return tuple(read_clock_window(window) for window in value)


@dataclass(frozen=True)
class Rotation:
    """Shifts of a week start within the window of that week.

    Parameters
    ----------
    pattern : tuple of (start, end)
        One window an ISO week, over and over; ends included.
    shift : int
        Place in the pattern of the week of Monday 2024-01-01; teams that take turns have different ones.
    """

    pattern: tuple[Window, ...] = setting(_read_pattern)
    shift: int = setting(read_whole, 0)

    def window(self, day: dt.date) -> Window:
        weeks = (day - dt.date(2024, 1, 1)).days // 7
        return self.pattern[(weeks + self.shift) % len(self.pattern)]


def add(rows: Rows, choices: Choices, team: Team, settings: Rotation) -> None:
    for choice in (one for offers in choices.values() for one in offers if one.shift.index >= 0):
        window = settings.window(date_of(choice.shift, team.calendar))
        if not inside(start_clock_s(choice.shift, team.calendar), window):
            rows.row([(choice.at, 1)], most=0)


def _alike(shift: Shift, team: Team, settings: Rotation, _record: Record | None) -> Hashable:
    return inside(start_clock_s(shift, team.calendar), settings.window(date_of(shift, team.calendar)))


def check(record: Record, settings: Rotation) -> list[Breach]:
    breaches = []
    for shift in record.worked:
        first, last = settings.window(shift.day)
        if not inside(worked_clock_s(shift), (first, last)):
            hours = f"{first // 3600 % 24:02d}:{first // 60 % 60:02d} to {last // 3600 % 24:02d}:{last // 60 % 60:02d}"
            breaches.append(Breach(shift.agent, shift.day, 1, f"{shift}: the rotation wants a start from {hours}"))
    return breaches


RULES.add("rotation", Rule("start windows that rotate by week", check, add, Rotation, unit="shift", alike=_alike))
