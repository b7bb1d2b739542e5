"""Shifts lie inside the hours an agent is available and the days of employment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from scheduling.availability import free_stretches
from scheduling.rules import RULES, Rule
from scheduling.worked import Worked, by_agent, employed_on
from wfm.params import ShiftRules
from wfm.weekhours import parse_week_hours


def check(worked: Sequence[Worked], agents: pd.DataFrame, rules: ShiftRules) -> list[str]:
    breaches = []
    shifts = by_agent(worked)
    for _, row in agents.sort_values("agent").iterrows():
        for shift in shifts.get(row["agent"], []):
            if not employed_on(row, shift.day):
                breaches.append(f"{shift}: not employed on that day")
            elif not _free(shift, row.get("availability")):
                breaches.append(f"{shift}: ends {shift.end:%H:%M}, available only {row['availability']}")
    return breaches


def _free(shift: Worked, availability: object) -> bool:
    if availability is None or pd.isna(availability):
        return True
    around = shift.day - dt.timedelta(days=1)
    stretches = free_stretches(parse_week_hours(str(availability)), around, 3, str(shift.start.tz))
    return any(start <= shift.start and shift.end <= end for start, end in stretches)


RULES.add("availability", Rule("shifts lie inside availability and employment", check))
