"""The difference of two schedules in a planner's words, the same on the command line and on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reporting.reckon import stretches
from reporting.words import clock, day_label, known, number, short_number, signed

HEADER = ["Day", "Agent", "Change", "Before", "After", "Start", "End", "Paid hours", "Within the shift"]
_KINDS = {"added": "added", "removed": "removed", "moved": "moved", "activities": "changed within"}
UNCHANGED = ""


def difference_table(changes: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Header and rows of text.

    Parameters
    ----------
    changes : DataFrame
        Contract ``schedule_changes``.
    """
    rows = [
        [
            day_label(row.day),
            row.agent,
            "within" if row.change == "activities" else row.change,
            _span(row.old_start, row.old_end),
            _span(row.new_start, row.new_end),
            minutes_label(row.start_min),
            minutes_label(row.end_min),
            signed(row.paid_hours, 2) if row.paid_hours else UNCHANGED,
            row.activities if known(row.activities) else UNCHANGED,
        ]
        for row in changes.itertuples()
    ]
    return HEADER, rows


def minutes_label(value: Any) -> str:
    """``+30 min``; empty where nothing moved."""
    return f"{signed(value)} min" if known(value) and value else UNCHANGED


def _span(start: Any, end: Any) -> str:
    return f"{clock(start)}–{clock(end)}" if known(start) else UNCHANGED


def difference_in_words(facts: Mapping[str, Any], coverage: pd.DataFrame) -> list[str]:
    """A line on shifts and one on hours, and one on the staff on the phone where it changes.

    Parameters
    ----------
    facts : mapping
        As `planning.compare_schedules` gives them.
    coverage : DataFrame
        Contract ``coverage_changes``.
    """
    counts = [f"{number(facts[kind])} {word}" for kind, word in _KINDS.items() if facts[kind]]
    people = f"{number(facts['agents'])} people concerned"
    shifts = f"shifts {', '.join(counts)}; {people}" if counts else "no shift differs"
    paid = facts["new_paid_hours"] - facts["old_paid_hours"]
    hours = (
        f"paid hours {number(facts['old_paid_hours'], 1)} → {number(facts['new_paid_hours'], 1)} ({signed(paid, 1)})"
    )
    if "new_short_hours" in facts:
        hours += (
            f"; agent-hours short of the requirement, by interval, {number(facts['old_short_hours'], 1)} → "
            f"{number(facts['new_short_hours'], 1)}"
        )
    lines = [f"{facts['old']} → {facts['new']}: {shifts}", hours]
    if len(coverage):
        lines.append(_largest(coverage))
    return lines


def _largest(coverage: pd.DataFrame) -> str:
    """The stretches in which the staff on the phone falls and rises most."""
    step = coverage["interval_start"].diff().dt.total_seconds()
    interval_s = int(step[step > 0].min()) if (step > 0).any() else 900
    runs = stretches(coverage, coverage["change"], interval_s)
    words = []
    for sign, what in ((-1, "fewer"), (1, "more")):
        for run in runs[runs["sign"] == sign].head(1).itertuples():
            span = f"{day_label(run.start)}, {clock(run.start)}–{clock(run.end)}"
            words.append(f"up to {short_number(run.most)} {what} in {run.queue} on {span}")
    return f"staff on the phone changes in {number(len(coverage))} intervals; {'; '.join(words)}"
