"""Agents required, scheduled and present in the week that happened."""

from __future__ import annotations

from functools import partial

import pandas as pd

from reporting.charts import staffing_present
from reporting.content import Block, Chart, Column, Group, Paragraph, Section, Table
from reporting.sections.grids import week_grid
from reporting.views import TrackView
from reporting.words import in_text, short_number

TITLE = "Required, scheduled, present"


def staffing_section(view: TrackView) -> Section:
    """Hours of the week by queue, then each queue through the week."""
    if view.staffing is None:
        return Section("staffing", TITLE, [Paragraph("The run holds no staffing of the week.")])
    intro = (
        "Required are the agents on the phone that the plan needed, before shrinkage, so that the agents scheduled lie "
        "above them; present are agents ready or handling calls, weighted by time."
    )
    if view.staffing["present"].isna().all():
        intro += " There are no agent states: who was present is not known."
    blocks: list[Block] = [Paragraph(intro), _hours(view.staffing, view.interval_s)]
    queues = sorted(view.staffing["queue"].unique())
    blocks += [Group(queue, [_chart(view.staffing, queue, rank)]) for rank, queue in enumerate(queues)]
    return Section("staffing", TITLE, blocks)


def _hours(staffing: pd.DataFrame, interval_s: int) -> Table:
    fields = ["required_agents", "required_staff", "scheduled", "present"]
    sums = staffing.groupby("queue", sort=True)[fields].sum(min_count=1) * interval_s / 3600
    rows = [[queue, *row] for queue, row in zip(sums.index, sums.to_numpy(dtype=float), strict=True)]
    columns = [
        Column("Queue"),
        Column("Required on the phone", "tenth"),
        Column("Required with shrinkage", "tenth"),
        Column("Scheduled", "tenth"),
        Column("Present", "tenth"),
    ]
    return Table("Agent-hours of the week", columns, rows)


def _chart(staffing: pd.DataFrame, queue: str, rank: int) -> Chart:
    rows = staffing[staffing["queue"] == queue]
    cells = [
        " / ".join(short_number(value) for value in values)
        for values in zip(rows["required_agents"], rows["scheduled"], rows["present"], strict=True)
    ]
    caption = f"Required / scheduled / present agents, {in_text(queue)}"
    table = week_grid(caption, rows["interval_start"], cells)
    return Chart(
        f"staffing-{rank}", f"{caption}, by interval", partial(staffing_present, staffing, queue=queue), 230, table
    )
