"""A workbook of a schedule: the week in a grid that a planner can change and that can be read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from reporting.frames import CREATED, in_zone
from reporting.reckon import shifts
from reporting.words import moment_label, number
from reporting.workbook.book import Book, contract_fields, new_book
from reporting.workbook.readme import TIMES, Lines, write_columns, write_lines
from reporting.workbook.weekgrid import add_week_grids
from wfm.contracts import SCHEDULE
from wfm.errors import Finding, InputError, UsageProblem
from wfm.weekgrid import BREAKS, FINGERPRINT_LINE, PUBLISHED_LINE, README, RECORD, ZONE_LINE, fingerprint


def write_grid_workbook(
    schedule: pd.DataFrame,
    target: str | Path,
    *,
    timezone: str,
    agents: pd.DataFrame | None = None,
    title: str = "Schedule",
    run_id: str | None = None,
) -> None:
    """Write a schedule as a week grid with breaks, totals and a cover sheet; `ingest.read_week_grid` reads it back.

    Parameters
    ----------
    schedule : DataFrame
        Contract frame of one version.
    target : str or Path
        File ending in ``.xlsx``.
    timezone : str
        IANA zone of the wall clock in the cells.
    agents : DataFrame, optional
        Contract frame; adds contract hours and people without a shift.
    title : str
        Name of the centre.
    run_id : str, optional
        Published run that the schedule is of.

    Raises
    ------
    InputError
        If the schedule has no row or more than one version.
    UsageProblem
        If `target` is no ``.xlsx``.
    """
    if Path(target).suffix.lower() != ".xlsx":
        raise UsageProblem(f'can\'t write the grid to "{target}": name a file that ends with .xlsx')
    version = one_version(schedule)
    schedule = in_zone(schedule, timezone)
    with new_book(target, published_at(schedule) or pd.Timestamp(CREATED, tz="UTC")) as book:
        readme = book.sheet(README)
        add_week_grids(book, schedule, agents, f"{title}, {version}")
        add_record(book, schedule)
        write_columns(book)
        write_lines(book, readme, _cover(schedule, title, version, run_id, timezone))


def add_record(book: Book, schedule: pd.DataFrame) -> None:
    """The whole schedule, row by row: what the grid is held against when it is read back."""
    book.table(RECORD, schedule, contract_fields(SCHEDULE, schedule), frozen=3)


def one_version(schedule: pd.DataFrame) -> str:
    """The version of a schedule; raises InputError where it has no row or several versions."""
    versions = schedule["version"].unique()
    if len(versions) != 1:
        found = ", ".join(map(str, versions)) or "no row"
        raise InputError(Finding("schedule", "one-version", found, "rows of one version", column="version"))
    return str(versions[0])


def published_at(schedule: pd.DataFrame) -> pd.Timestamp | None:
    """Moment of publication, where the schedule says it."""
    if "published_at" not in schedule or schedule["published_at"].isna().all():
        return None
    moment: pd.Timestamp = schedule["published_at"].max()
    return moment


def grid_lines(schedule: pd.DataFrame) -> Lines:
    """How to change the grid, and what proves that the record below it is whole."""
    moment = published_at(schedule)
    one = moment is not None and schedule["published_at"].eq(moment).all()
    return [
        ("Changing the grid", None),
        (
            "a cell",
            "write other times such as 09:00–17:30, or clear the cell; two shifts of a day stand on two lines. An end "
            "that is not after the start is on the next day; a time in the second pass of a repeated hour is followed "
            "by the word again. wfm export reads the book back as a schedule.",
        ),
        (
            "breaks",
            "move with their shift; where only the start or the end changes they stay; where they no longer fit, or "
            "for a new shift, they are those of a shift of the same length",
        ),
        (
            "other sheets",
            "are the record of what was written: leave them as they are; totals follow when it is read back",
        ),
        *([(PUBLISHED_LINE, str(moment.isoformat()))] if one and moment is not None else []),
        (FINGERPRINT_LINE, fingerprint(schedule)),
    ]


def _cover(schedule: pd.DataFrame, title: str, version: str, run_id: str | None, timezone: str) -> Lines:
    found, moment = shifts(schedule), published_at(schedule)
    identity: list[tuple[str, Any]] = [
        ("Centre", title),
        ("Version", version),
        ("Run", run_id or "none: a schedule file"),
        ("Published", moment_label(moment) if moment is not None else "not published"),
        (ZONE_LINE, timezone),
        ("Days", f"{found['day'].min():%Y-%m-%d} to {found['day'].max():%Y-%m-%d}"),
        ("People with a shift", number(found["agent"].nunique())),
        ("Paid hours", number(found["paid_h"].sum(), 1)),
    ]
    return [
        *identity,
        ("", ""),
        ("Words", None),
        ("shift", "stretches of one agent without a gap between them; it belongs to the local day on which it starts"),
        ("paid hours", "hours of the stretches that are paid; an unpaid lunch is not"),
        ("contract hours", "paid hours a week by contract; difference = paid − contract"),
        ("colour", "of the hour at which the shift starts; grey where nobody is served in it"),
        (BREAKS, "everything that is not serving customers: breaks, lunch, meetings, training, time off"),
        ("times", TIMES),
        ("", ""),
        *grid_lines(schedule),
    ]
