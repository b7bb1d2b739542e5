"""The KPIs of the week with their targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reporting.content import Block, Column, Paragraph, Section, Table
from reporting.sections.tracked import kpi_value
from reporting.views import TrackView
from reporting.words import day_label, humanise, known, service_level_in_words


def scorecard_section(view: TrackView) -> Section:
    """One row a KPI and queue; the total first."""
    if view.scorecard is None:
        return Section("kpis", "Scorecard", [Paragraph("No scorecard was computed in this run.")])
    blocks: list[Block] = [Paragraph(_definitions(view.specs)), _table(view.scorecard)]
    return Section("kpis", "Scorecard", blocks)


def _definitions(specs: Sequence[Mapping[str, Any]]) -> str:
    named = sorted({service_level_in_words(spec) for spec in specs})
    level = f"Service level counts calls {' or '.join(named)}" if named else "Service level counts calls offered"
    if len(named) > 1:
        level += ", by queue as promised in the plan"
    return f"{level}. Every ratio is a sum over a sum; a figure that can't be known is left open and says why."


def _table(scorecard: pd.DataFrame) -> Table:
    optional = {name: None for name in ("queue", "period_start", "target", "status", "why_null")}
    rows = scorecard.assign(**{name: value for name, value in optional.items() if name not in scorecard})
    rows = rows.assign(group=rows["queue"].fillna("").astype(str)).sort_values(["kpi", "period_start", "group"])
    several = rows["period_start"].nunique() > 1
    columns = [
        Column("KPI"), Column("Queue"), *([Column("From")] if several else []), Column("Value", "figure"),
        Column("Target", "figure"), Column("Status", "status"), Column("n", "whole"), Column("Better"), Column("Note"),
    ]  # fmt: skip
    return Table("KPIs of the week", columns, [_row(row, several) for _, row in rows.iterrows()])


def _row(row: pd.Series, several: bool) -> list[Any]:
    period = [day_label(row["period_start"]) if known(row["period_start"]) else ""] if several else []
    return [
        humanise(row["kpi"]), row["queue"] if known(row["queue"]) else "All queues", *period,
        kpi_value(row["value"], row["unit"]), kpi_value(row["target"], row["unit"]) if known(row["target"]) else "",
        row["status"], row["n"], row["better"], row["why_null"],
    ]  # fmt: skip
