"""The KPIs of the week with their targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reporting.content import FORMATS, Block, Column, Details, Paragraph, Section, Table
from reporting.views import TrackView
from reporting.words import day_label, humanise, known, service_level_in_words, short_number

ALL_QUEUES = "All queues"
_FIRST = ("service_level", "abandonment_rate", "asa", "aht", "occupancy", "adherence", "conformance")
_UNIT_KIND = {"1": "percent", "s": "duration", "calls": "whole"}


def scorecard_section(view: TrackView) -> Section:
    """The totals with their targets, and the same by queue folded away."""
    if view.scorecard is None:
        return Section("kpis", "Scorecard", [Paragraph("No scorecard was computed in this run.")])
    rows = _ranked(view.scorecard)
    total = rows["queue"].isna()
    blocks: list[Block] = [Paragraph(service_level_definition(view.specs))]
    if total.any():
        blocks.append(_table("KPIs of all queues together", rows[total]))
    if (~total).any():
        table = _table("KPIs by queue", rows[~total])
        blocks.append(Details(table) if total.any() else table)
    return Section("kpis", "Scorecard", blocks)


def service_level_definition(specs: Sequence[Mapping[str, Any]]) -> str:
    """What the service levels of the page count."""
    named = sorted({service_level_in_words(spec) for spec in specs})
    level = f"Service level counts calls {' or '.join(named)}" if named else "Service level is of calls offered"
    if len(named) > 1:
        level += ", by queue as promised in the plan"
    return f"{level}. Every ratio is a sum over a sum; a figure that can't be known is left open and says why."


def kpi_value(value: Any, unit: str) -> str:
    """A figure of the scorecard in its unit."""
    if unit in _UNIT_KIND:
        return FORMATS[_UNIT_KIND[unit]](value)
    return f"{short_number(value)} {unit}" if known(value) else short_number(value)


def queue_name(queue: Any) -> str:
    """The queue, or all of them where it is null."""
    return str(queue) if known(queue) else ALL_QUEUES


def _ranked(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Rows by weight of the KPI, with every optional column there."""
    optional = ("queue", "period_start", "target", "status", "why_null")
    rows = scorecard.assign(**{name: None for name in optional if name not in scorecard})
    rank = {name: place for place, name in enumerate(_FIRST)}
    rows = rows.assign(rank=rows["kpi"].map(rank).fillna(len(rank)), group=rows["queue"].fillna("").astype(str))
    return rows.sort_values(["rank", "kpi", "group", "period_start"], kind="stable")


def _table(caption: str, rows: pd.DataFrame) -> Table:
    by_queue, by_period = rows["queue"].notna().any(), rows["period_start"].nunique() > 1
    columns = [
        Column("KPI"),
        *([Column("Queue")] if by_queue else []),
        *([Column("From")] if by_period else []),
        Column("Value", "figure"),
        Column("Target", "figure"),
        Column("Status", "status"),
        Column("n", "whole"),
        Column("Note"),
    ]
    return Table(caption, columns, [_row(row, by_queue, by_period) for _, row in rows.iterrows()])


def _row(row: pd.Series, by_queue: bool, by_period: bool) -> list[Any]:
    return [
        humanise(row["kpi"]),
        *([row["queue"]] if by_queue else []),
        *([day_label(row["period_start"])] if by_period else []),
        kpi_value(row["value"], row["unit"]),
        kpi_value(row["target"], row["unit"]) if known(row["target"]) else "",
        row["status"],
        row["n"],
        humanise(row["why_null"]) if known(row["why_null"]) else "",
    ]
