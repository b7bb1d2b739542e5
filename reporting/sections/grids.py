"""The planner's wide grid: rows are times of day, columns are days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from reporting.charts.week_axis import WeekAxis, slots
from reporting.content import Column, Table
from reporting.words import day_label, slot_label


def week_grid(caption: str, starts: pd.Series, cells: Sequence[Any], kind: str = "text") -> Table:
    """Lay cells out by time of day and day; an interval that is closed stays empty.

    Parameters
    ----------
    caption : str
    starts : Series of tz-aware instants, shape (n,)
    cells : sequence, shape (n,)
    kind : str
        How the cells are printed.
    """
    axis = WeekAxis.of(starts)
    found = slots(starts)
    place = dict(zip(zip(found["day"], found["second"], found["fold"], strict=True), cells, strict=True))
    rows = [
        [slot_label(second, fold), *(place.get((day, second, fold)) for day in axis.days)]
        for second, fold in axis.columns
    ]
    columns = [Column("Time"), *(Column(day_label(day), kind) for day in axis.days)]
    return Table(caption, columns, rows)
