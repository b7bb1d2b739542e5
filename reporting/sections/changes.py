"""What a new version of a week changes for the people who had the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reporting.content import Block, Column, Details, Paragraph, Section, Table, Tile, Tiles
from reporting.difference import difference_in_words, difference_table
from reporting.reckon import stretches
from reporting.views import PlanView
from reporting.words import clock, day_label, number, short_number, signed
from wfm.contracts import COVERAGE_CHANGES

MOST_CHANGES = 40
MOST_STRETCHES = 12


def changes_section(view: PlanView) -> Section:
    """Counts, then shifts that changed, then where the staff on the phone did."""
    assert view.change_facts is not None
    facts = view.change_facts
    coverage = COVERAGE_CHANGES.empty() if view.coverage_changes is None else view.coverage_changes
    sentences = [f"{line[:1].upper()}{line[1:]}." for line in difference_in_words(facts, coverage)]
    blocks: list[Block] = [Paragraph(" ".join(sentences)), Tiles(_tiles(facts))]
    if view.changes is not None:
        table = _table(view.changes)
        blocks.append(table if len(view.changes) <= MOST_CHANGES else Details(table))
    if view.coverage_changes is not None:
        blocks.append(_stretches(coverage, view.interval_s))
    return Section("changes", f"Changes against {facts['old']}", blocks)


def _tiles(facts: Mapping[str, Any]) -> list[Tile]:
    paid = facts["new_paid_hours"] - facts["old_paid_hours"]
    return [
        Tile("People concerned", number(facts["agents"])),
        Tile("Shifts moved", number(facts["moved"])),
        Tile("Shifts added", number(facts["added"])),
        Tile("Shifts removed", number(facts["removed"])),
        Tile("Changed within", number(facts["activities"]), "breaks or queue, at the same times"),
        Tile("Paid hours", signed(paid, 1), f"{number(facts['new_paid_hours'], 1)} in all"),
    ]


def _table(changes: pd.DataFrame) -> Table:
    header, rows = difference_table(changes)
    return Table("Shifts that changed", [Column(name) for name in header], rows)


def _stretches(coverage: pd.DataFrame, interval_s: int) -> Table:
    runs = stretches(coverage, coverage["change"], interval_s)
    rows = [
        [
            run.queue,
            day_label(run.start),
            f"{clock(run.start)}–{clock(run.end)}",
            run.sign * run.most,
            run.sign * run.hours,
        ]
        for run in runs.head(MOST_STRETCHES).itertuples()
    ]
    columns = [Column("Queue"), Column("Day"), Column("Time"), Column("Agents", "gap"), Column("Agent-hours", "gap")]
    rest = len(runs) - len(rows)
    more = f", the {len(rows)} largest of {short_number(len(runs))} stretches" if rest > 0 else ""
    return Table(f"Where the staff on the phone changes{more}", columns, rows)
