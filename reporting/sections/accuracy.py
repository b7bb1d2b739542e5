"""The locked forecast against the calls that came."""

from __future__ import annotations

from functools import partial

import pandas as pd

from reporting.charts import forecast_vs_actual
from reporting.content import Block, Chart, Column, Details, Group, Paragraph, Section, Table
from reporting.sections.grids import week_grid
from reporting.sections.scorecard import kpi_value, queue_name
from reporting.views import TrackView
from reporting.words import humanise, in_text, known, number, percent, short_number, signed_percent

KEY = ["queue", "interval_start"]
_MEASURES = {"calls": 0, "aht": 1, "workload": 2}
_LEVELS = {"interval": 0, "day": 1, "week": 2}


def accuracy_section(view: TrackView) -> Section:
    """Errors over all queues, then each queue's week against its bands."""
    intro = (
        "The forecast as it was locked, against the calls offered. WAPE is the sum of absolute errors over the sum of "
        "actuals; bias is the sum of errors, forecast minus actual, over the same sum: positive means too high."
    )
    blocks: list[Block] = [Paragraph(intro), *_tables(view.accuracy)]
    queues = sorted({*view.forecast["queue"], *view.actual["queue"]})
    blocks += [
        Group(queue, [*_sentence(view.accuracy, queue), _chart(view, queue, rank)]) for rank, queue in enumerate(queues)
    ]
    return Section("accuracy", "Forecast against actual", blocks)


def _tables(accuracy: pd.DataFrame) -> list[Block]:
    rows = accuracy.assign(
        measure_rank=accuracy["measure"].map(_MEASURES),
        level_rank=accuracy["level"].map(_LEVELS),
        group=accuracy["queue"].fillna("").astype(str),
    ).sort_values(["measure_rank", "group", "level_rank"])
    total = rows["queue"].isna()
    return [
        *([_table("Accuracy over all queues", rows[total])] if total.any() else []),
        *([Details(_table("Accuracy by queue", rows[~total]))] if (~total).any() else []),
    ]


def _table(caption: str, rows: pd.DataFrame) -> Table:
    cells = [
        [
            queue_name(row["queue"]),
            humanise(row["measure"]),
            row["level"],
            _amount(row["forecast"], row["measure"]),
            _amount(row["actual"], row["measure"]),
            row["bias"],
            row["wape"],
            row["coverage80"],
            row["n"],
        ]
        for _, row in rows.iterrows()
    ]
    columns = [
        Column("Queue"),
        Column("Measure"),
        Column("Level"),
        Column("Forecast", "figure"),
        Column("Actual", "figure"),
        Column("Bias", "signed_percent"),
        Column("WAPE", "percent"),
        Column("In the 80 % band", "percent"),
        Column("n", "whole"),
    ]
    return Table(caption, columns, cells)


def _amount(value: float, measure: str) -> str:
    """Calls, handle time, or workload in hours."""
    if measure == "workload":
        return f"{number(value / 3600, 1)} h"
    return kpi_value(value, "s" if measure == "aht" else "calls")


def _sentence(accuracy: pd.DataFrame, queue: str) -> list[Paragraph]:
    rows = accuracy[(accuracy["queue"] == queue) & (accuracy["measure"] == "calls")].set_index("level")
    if "interval" not in rows.index:
        return []
    row = rows.loc["interval"]
    text = (
        f"{number(row['actual'])} calls offered, {number(row['forecast'])} forecast "
        f"(bias {signed_percent(row['bias'])}). WAPE {percent(row['wape'])} per interval"
    )
    if "day" in rows.index:
        text += f", {percent(rows.loc['day', 'wape'])} per day"
    if known(row["coverage80"]):
        text += f"; {percent(row['coverage80'], 0)} of intervals fell inside the 80\N{NO-BREAK SPACE}% band"
    return [Paragraph(f"{text}.")]


def _chart(view: TrackView, queue: str, rank: int) -> Chart:
    forecast, actual = (frame[frame["queue"] == queue] for frame in (view.forecast, view.actual))
    both = forecast[[*KEY, "calls"]].merge(actual[[*KEY, "offered"]], how="outer", on=KEY)
    cells = [
        f"{short_number(came)} ({short_number(expected)})"
        for came, expected in zip(both["offered"], both["calls"], strict=True)
    ]
    came, expected = number(both["offered"].sum()), number(both["calls"].sum())
    return Chart(
        f"actual-{rank}",
        f"Calls offered and forecast for {in_text(queue)}, by interval: {came} offered, {expected} forecast",
        partial(forecast_vs_actual, view.forecast, view.actual, queue=queue),
        250,
        week_grid(f"Calls offered (forecast), {in_text(queue)}", both["interval_start"], cells),
    )
