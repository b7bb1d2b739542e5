"""The KPIs of the week with their targets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reporting.content import FORMATS, Block, Column, Details, Paragraph, Section, Table
from reporting.views import TrackView
from reporting.words import day_label, humanise, known, service_levels_in_words, short_number

ALL_QUEUES = "All queues"
_FIRST = ("service_level", "abandonment_rate", "asa", "aht", "occupancy", "adherence", "conformance")
_UNIT_KIND = {"1": "percent", "s": "duration", "calls": "whole"}


def scorecard_section(view: TrackView) -> Section:
    """The totals, the targets of the queues, and every KPI by queue folded away."""
    if view.scorecard is None:
        return Section("kpis", "Scorecard", [Paragraph("No scorecard was computed in this run.")])
    rows = _ranked(view.scorecard)
    total, promised = rows["queue"].isna(), rows["target"].notna()
    intro = (
        f"{service_levels_in_words(view.specs)} Every ratio is a sum over a sum; a figure that can't be known is left "
        "open and says why."
    )
    blocks: list[Block] = [Paragraph(intro)]
    if total.any():
        blocks.append(_table("KPIs of all queues together", rows[total]))
    if (promised & ~total).any():
        blocks.append(_table("Targets by queue", rows[promised & ~total]))
    if (~total).any():
        blocks.append(Details(_table("KPIs by queue", rows[~total])))
    return Section("kpis", "Scorecard", blocks)


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
    """A column only where a row has something to say in it."""
    columns = {
        "kpi": Column("KPI"),
        "queue": Column("Queue"),
        "period_start": Column("From"),
        "value": Column("Value", "figure"),
        "target": Column("Target", "figure"),
        "status": Column("Status", "status"),
        "n": Column("n", "whole"),
        "why_null": Column("Note"),
    }
    if rows["period_start"].nunique() < 2:
        del columns["period_start"]
    shown = [name for name in columns if name in ("kpi", "value") or rows[name].notna().any()]
    cells = [[_cell(row, name) for name in shown] for _, row in rows.iterrows()]
    return Table(caption, [columns[name] for name in shown], cells)


def _cell(row: pd.Series, name: str) -> Any:
    value = row[name]
    if name == "value":
        return kpi_value(value, row["unit"])
    if not known(value):
        return None
    if name == "target":
        return kpi_value(value, row["unit"])
    if name == "period_start":
        return day_label(value)
    return humanise(value) if name in ("kpi", "why_null") else value
