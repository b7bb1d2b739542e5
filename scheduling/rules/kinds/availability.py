"""Shifts lie inside the hours an agent is available and the days of employment, and outside approved leave."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from scheduling.availability import free_stretches
from scheduling.rules import RULES, Breach, Record, Rule
from scheduling.worked import Worked, approved, by_agent, employed_on
from wfm.weekhours import parse_week_hours


def check(record: Record, _settings: None) -> list[Breach]:
    breaches = []
    shifts = by_agent(record.worked)
    leave = approved(record.time_off)
    for _, row in record.agents.sort_values("agent").iterrows():
        for shift in shifts.get(row["agent"], []):
            if words := _problem(row, shift, leave):
                breaches.append(Breach(shift.agent, shift.day, 1, f"{shift}: {words}"))
    return breaches


def _problem(row: pd.Series, shift: Worked, leave: pd.DataFrame) -> str:
    if not employed_on(row, shift.day):
        return "not employed on that day"
    if not _free(shift, row.get("availability")):
        return f"ends {shift.end:%H:%M}, available only {row['availability']}"
    away = leave[(leave["agent"] == shift.agent) & (leave["start"] < shift.end) & (leave["end"] > shift.start)]
    return "" if away.empty else f"on approved leave from {away['start'].iloc[0]:%a %Y-%m-%d %H:%M}"


def _free(shift: Worked, availability: object) -> bool:
    if availability is None or pd.isna(availability):
        return True
    around = shift.day - dt.timedelta(days=1)
    stretches = free_stretches(parse_week_hours(str(availability)), around, 3, str(shift.start.tz))
    return any(start <= shift.start and shift.end <= end for start, end in stretches)


RULES.add("availability", Rule("shifts lie inside availability, employment and outside leave", check, unit="shift"))
