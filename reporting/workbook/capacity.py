"""The workbook of a capacity plan: scenarios side by side, the weeks of each, and the classes to hire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from reporting.workbook.book import Field, new_book

HOURS, FTE, DAY, COUNT = "#,##0", "#,##0.0", "yyyy-mm-dd", "#,##0"
SCENARIOS = (
    Field("scenario", "what is changed against the forecast"),
    Field("calls", "calls offered", "calls", COUNT),
    Field("paid_h", "paid hours required, shrinkage included", "h", HOURS),
    Field("mean_fte", "mean of the weeks", "FTE", FTE),
    Field("peak_fte", "largest week", "FTE", FTE),
    Field("peak_week", "its Monday", "", DAY),
    Field("hires", "people to hire", "people", COUNT),
    Field("classes", "classes that begin", "", COUNT),
    Field("first_class", "first day of the first class", "", DAY),
    Field("worst_gap_fte", "productive - required in the worst week", "FTE", FTE),
    Field("worst_week", "its Monday", "", DAY),
    Field("short_weeks", "weeks that lack more than half an FTE", "weeks", COUNT),
)
WEEKS = (
    Field("scenario", "what is changed against the forecast"),
    Field("week", "Monday", "", DAY),
    Field("required_fte", "FTE required, shrinkage included", "FTE", FTE),
    Field("productive_fte", "FTE who take calls, ramp included", "FTE", FTE),
    Field("in_training", "people in training", "people", FTE),
    Field("hired", "people who begin", "people", COUNT),
    Field("leavers", "people who left since the week before", "people", FTE),
    Field("people", "people on the payroll", "people", FTE),
    Field("gap_fte", "productive - required", "FTE", FTE),
)
CLASSES = (
    Field("scenario", "what is changed against the forecast"),
    Field("start", "first day of training", "", DAY),
    Field("people", "people in the class", "people", COUNT),
)


def write_capacity_workbook(
    summary: pd.DataFrame, weeks: pd.DataFrame, classes: Sequence[tuple[str, dt.date, int]], target: str | Path
) -> None:
    """Write the tables of `wfm capacity` as sheets.

    Parameters
    ----------
    summary, weeks : DataFrame
        As `staffing.scenarios.compare` and `weeks_of` give them.
    classes : sequence of (scenario, first day, people)
    target : path
    """
    hires = pd.DataFrame(classes, columns=["scenario", "start", "people"])
    hires["start"] = pd.to_datetime(hires["start"])
    with new_book(target, weeks["week"].min().tz_localize("UTC")) as book:
        book.table("scenarios", summary, SCENARIOS, frozen=1)
        sheet = book.table("weeks", weeks, WEEKS)
        book.colour_gap(sheet, book.place("weeks", "gap_fte"), len(weeks))
        book.table("classes", hires, CLASSES, frozen=1)
