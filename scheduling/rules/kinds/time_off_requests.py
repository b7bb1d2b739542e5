"""Requested time off is given where that costs less than its price."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.rows import Rows
from wfm.contracts import TIME_OFF

Span = tuple[int, int, float]


@dataclass(frozen=True)
class TimeOffRequests:
    """Nothing to set: the requests and their weights are in the time_off table."""


def requested(time_off: pd.DataFrame | None) -> pd.DataFrame:
    """Requested rows of the time_off contract, with a weight each."""
    if time_off is None:
        return TIME_OFF.empty().assign(weight=1.0)
    rows = time_off[time_off["kind"] == "requested"]
    weight = rows["weight"].fillna(1.0) if "weight" in rows else 1.0
    return rows.assign(weight=weight)


def add(rows: Rows, choices: Choices, team: Team, _settings: TimeOffRequests) -> None:
    wanted = requested(rows.record.time_off if rows.record else None)
    spans: dict[str, list[Span]] = {}
    for agent, start, end, weight in zip(
        wanted["agent"], wanted["start"], wanted["end"], wanted["weight"], strict=True
    ):
        spans.setdefault(str(agent), []).append((int(start.timestamp()), int(end.timestamp()), float(weight)))
    for who, offers in choices.items():
        for choice in offers:
            for start, end, weight in spans.get(team.people[who].agent, ()):
                if choice.shift.index >= 0 and choice.shift.start < end and choice.shift.end > start and weight > 0:
                    rows.row([(choice.at, 1)], most=0, amount=weight)


def _alike(shift: Shift, _team: Team, _settings: TimeOffRequests, record: Record | None) -> Hashable:
    """Which of all requests the shift meets."""
    if record is None or record.time_off is None:
        return None
    if "spans" not in record.known:
        wanted = requested(record.time_off)
        record.known["spans"] = [
            (int(a.timestamp()), int(b.timestamp())) for a, b in zip(wanted["start"], wanted["end"], strict=True)
        ]
    return tuple(start < shift.end and end > shift.start for start, end in record.known["spans"])


def check(record: Record, _settings: TimeOffRequests) -> list[Breach]:
    wanted = requested(record.time_off)
    breaches = []
    for shift in record.worked:
        met = wanted[(wanted["agent"] == shift.agent) & (wanted["start"] < shift.end) & (wanted["end"] > shift.start)]
        for start, weight in zip(met["start"], met["weight"], strict=True):
            if weight > 0:
                words = f"{shift}: asked for time off from {start:%a %Y-%m-%d %H:%M}"
                breaches.append(Breach(shift.agent, shift.day, float(weight), words))
    return breaches


RULES.add(
    "time_off_requests",
    Rule("time off that was asked for", check, add, TimeOffRequests, unit="shift in requested time", alike=_alike),
)
