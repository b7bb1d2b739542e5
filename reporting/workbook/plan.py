"""plan.xlsx: the coming week for those who live in Excel."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from reporting.reckon import hours_of
from reporting.views import PlanView, settled
from reporting.workbook.book import Book, Field, contract_fields, new_book
from reporting.workbook.readme import TIMES, Lines, identity, promises, write_columns, write_lines
from reporting.workbook.roster import add_record, grid_lines
from reporting.workbook.weekgrid import add_week_grids
from wfm.contract import Contract
from wfm.contracts import COVERAGE, FORECAST, REQUIREMENT, SCHEDULE_CHANGES


def write_plan_workbook(view: PlanView, path: str | Path) -> None:
    """Write the plan as a workbook of real numbers and dates, beside `path` and renamed into place.

    Parameters
    ----------
    view : PlanView
    path : str or Path
        File ending in ``.xlsx``.
    """
    view = settled(view)
    with new_book(path, view.cutoff) as book:
        readme = book.sheet("Read me")
        _summary(book, view)
        _contract_sheet(book, "Forecast", FORECAST, view.forecast)
        _contract_sheet(book, "Requirement", REQUIREMENT, view.requirement)
        if view.coverage is not None:
            _coverage(book, view.coverage)
        if view.schedule is not None:
            add_week_grids(book, view.schedule, view.agents, f"{view.title}, {view.run_id}")
            add_record(book, view.schedule)
        if view.changes is not None:
            _contract_sheet(book, "Changes", SCHEDULE_CHANGES, view.changes)
        write_columns(book)
        write_lines(book, readme, _explanation(view))


def _contract_sheet(book: Book, name: str, contract: Contract, frame: pd.DataFrame, *, frozen: int = 2) -> None:
    book.table(name, frame, contract_fields(contract, frame), frozen=frozen)


def _coverage(book: Book, coverage: pd.DataFrame) -> None:
    sheet = book.table("Coverage", coverage, contract_fields(COVERAGE, coverage))
    book.colour_gap(sheet, book.place("Coverage", "gap"), len(coverage))


def _summary(book: Book, view: PlanView) -> None:
    """One row a queue."""
    hours = view.interval_s / 3600
    rows = view.requirement.groupby("queue", sort=True).agg(
        calls=("calls", "sum"), load=("load_erl", "sum"), peak=("staff", "max"), staff=("staff", "sum")
    )
    summary = pd.DataFrame(
        {
            "queue": rows.index,
            "calls": rows["calls"].to_numpy(),
            "work_hours": rows["load"].to_numpy() * hours,
            "peak_staff": rows["peak"].to_numpy(),
            "staff_hours": rows["staff"].to_numpy() * hours,
        }
    )
    fields = [
        Field("queue", "queue"),
        Field("calls", "expected calls offered", "calls", "#,##0"),
        Field("work_hours", "handle time of the expected calls", "h", "#,##0.0"),
        Field("peak_staff", "most staff required in one interval", "agents", "#,##0"),
        Field("staff_hours", "staff required, shrinkage included", "h", "#,##0.0"),
    ]
    if view.coverage is not None:
        found = {queue: hours_of(group["gap"], view.interval_s) for queue, group in view.coverage.groupby("queue")}
        unknown = (float("nan"), float("nan"), 0)
        summary["short_hours"] = [found.get(queue, unknown)[0] for queue in summary["queue"]]
        summary["over_hours"] = [found.get(queue, unknown)[1] for queue in summary["queue"]]
        fields += [
            Field("short_hours", "agent-hours scheduled below the requirement", "h", "#,##0.0"),
            Field("over_hours", "agent-hours scheduled above the requirement", "h", "#,##0.0"),
        ]
    book.table("Summary", summary, fields, frozen=1)


def _explanation(view: PlanView) -> Lines:
    facts = view.schedule_facts or {}
    figures = [(name.replace("_", " "), value) for name, value in facts.items()]
    return [
        *identity(view),
        ("History until", view.cutoff.tz_convert(view.timezone).isoformat()),
        ("", ""),
        ("Promises", None),
        *promises(view.specs),
        ("", ""),
        ("Words", None),
        (
            "staff",
            "agents on the phone / (1 − shrinkage), rounded up; breaks that the schedule places are not shrinkage",
        ),
        ("gap", "scheduled − required: below zero is short, above zero is over"),
        ("service level", "share answered within the threshold, of calls offered"),
        ("times", TIMES),
        *([("", ""), ("Schedule", None), *figures] if figures else [("schedule", "none was made in this run")]),
        *([("", ""), *grid_lines(view.schedule)] if view.schedule is not None else []),
        *([("", ""), ("Found on the way", None)] if view.findings else []),
        *((finding.severity, str(finding)) for finding in view.findings),
    ]
