"""A week grid that a planner has changed, read back as a schedule: every problem by sheet and cell, or none applied."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ingest.frames import read_frame
from ingest.gridedits import Patterns, Shift, Stretch, edited_day
from ingest.gridrecord import Book, open_book, read_record
from ingest.rules import found
from wfm.contracts import SCHEDULE
from wfm.errors import Findings
from wfm.weekgrid import AGENT, QUEUE, WEEK_SHEET, read_cell, shift_label, shift_numbers, span_text

TIMES = "times such as 08:00–16:30, or an empty cell"
Key = tuple[str, pd.Timestamp]


@dataclass(frozen=True)
class Cell:
    """A cell of an agent and day: where it stands and what it holds now."""

    sheet: str
    place: str
    value: Any
    queue: str


def read_schedule(path: str | Path, *, timezone: str | None = None) -> pd.DataFrame:
    """Read a schedule from a file of its rows, or from a week grid.

    Parameters
    ----------
    path : str or Path
        CSV, Parquet or Excel; ``-`` for CSV on standard input.
    timezone : str, optional
        IANA zone; a week grid names its own.

    Returns
    -------
    DataFrame
        The schedule contract.
    """
    path = Path(path)
    if path.suffix.lower() in (".xlsx", ".xlsm") and path.is_file():
        findings = Findings()
        if (book := open_book(path, findings)) is not None and book.is_grid:
            return _read(book, findings)
    return read_frame(path, "schedule", timezone=timezone)


def read_week_grid(path: str | Path) -> pd.DataFrame:
    """Read a workbook that `wfm export --grid` or `wfm plan` wrote, with what a planner changed in its week sheets.

    A cell that is as it was written keeps its stretches to the second. Other times move the shift with its breaks; a
    cleared cell takes it away; times in an empty cell make a shift with the breaks that are usual for its length.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    DataFrame
        The schedule contract, by agent and start. Where something changed, the version ends in ``+edited`` and
        `published_at` is null: it is no longer what was published.

    Raises
    ------
    InputError
        With every problem by sheet and cell; nothing is applied then.
    """
    findings = Findings()
    book = open_book(Path(path), findings)
    findings.raise_for_errors()
    assert book is not None
    return _read(book, findings)


def _read(book: Book, findings: Findings) -> pd.DataFrame:
    known = read_record(book, findings)
    if known is None:
        findings.raise_for_errors()
    assert known is not None
    book, record = known
    written = _written(record)
    cells = _cells(book, findings)
    people = {agent for agent, _ in cells}
    for agent in sorted({agent for agent, _ in written} - people):
        what = f'no row for "{agent}", who has shifts'
        findings.add(
            found("grid-row", book.source, what, "a row for everybody", "to take shifts away, clear their cells")
        )
    for agent, day in sorted(key for key in set(written) - set(cells) if key[0] in people):
        what, fix = f"no column for {day:%Y-%m-%d}", "to take shifts away, clear their cells"
        findings.add(found("grid-column", book.source, what, f"a day on which {agent} has a shift", fix))
    shifts, changed = _changed(book, written, cells, record, findings)
    _refuse_overlaps(book, shifts, cells, findings)
    findings.raise_for_errors()
    if not changed:
        return record
    rows = [row for day in shifts.values() for shift in day for row in shift]
    return _frame(rows, record, book.zone)


def _written(record: pd.DataFrame) -> dict[Key, list[Shift]]:
    """Shifts of the record by agent and local day of their start."""
    rows = record.sort_values(["agent", "start"], ignore_index=True)
    written: dict[Key, list[Shift]] = {}
    numbers = shift_numbers(rows).to_numpy()
    records = rows.astype(object).where(rows.notna(), None).to_dict("records")
    shift: list[Stretch] = []
    for place, row in enumerate(records):
        shift.append({str(name): value for name, value in row.items()})
        if place + 1 == len(records) or numbers[place + 1] != numbers[place]:
            day = shift[0]["start"].tz_localize(None).normalize()
            written.setdefault((shift[0]["agent"], day), []).append(tuple(shift))
            shift = []
    return written


def _cells(book: Book, findings: Findings) -> dict[Key, Cell]:
    cells: dict[Key, Cell] = {}
    for sheet in book.names:
        if WEEK_SHEET.fullmatch(sheet):
            for key, cell in _sheet_cells(book, sheet, findings):
                if key in cells:
                    what = f'"{key[0]}" a second time'
                    findings.add(found("grid-row", book.at(sheet), what, "one row a person", column=cell.place))
                cells.setdefault(key, cell)
    return cells


def _sheet_cells(book: Book, sheet: str, findings: Findings) -> Iterator[tuple[Key, Cell]]:
    rows = book.rows(sheet)
    top = next((n for n, row in enumerate(rows[:20]) if AGENT in row and _dates(rows[n + 1 : n + 2])), None)
    if top is None:
        what = f'no row that begins with "{AGENT}" above a row of dates'
        findings.add(found("grid-header", book.at(sheet), what, "the two header rows as they were written"))
        return
    agent_column, dates = rows[top].index(AGENT), _dates(rows[top + 1 : top + 2])
    queue_column = rows[top].index(QUEUE) if QUEUE in rows[top] else None
    for number, row in enumerate(rows[top + 2 :], top + 3):
        agent = row[agent_column]
        filled = [column for column in dates if row[column] not in (None, "")]
        if agent in (None, ""):
            for column in filled:
                what, expected = f'"{row[column]}" in a row without a name', "the agent's name in front"
                findings.add(found("grid-row", book.at(sheet), what, expected, column=book.place(number, column)))
            continue
        queues = "" if queue_column is None else str(row[queue_column] or "")
        for column, day in dates.items():
            yield (str(agent), day), Cell(sheet, book.place(number, column), row[column], queues.split(",")[0].strip())


def _dates(rows: Sequence[Sequence[Any]]) -> dict[int, pd.Timestamp]:
    """Column -> day, of the cells that hold an ISO date."""
    days = {}
    for column, value in enumerate(rows[0] if rows else ()):
        text = f"{value:%Y-%m-%d}" if isinstance(value, dt.datetime | dt.date) else str(value or "")
        try:
            days[column] = pd.Timestamp(dt.date.fromisoformat(text))
        except ValueError:
            continue
    return days


def _changed(
    book: Book, written: Mapping[Key, list[Shift]], cells: Mapping[Key, Cell], record: pd.DataFrame, findings: Findings
) -> tuple[dict[Key, list[Shift]], bool]:
    """Shifts of every agent and day as the cells say, and whether any differs from the record."""
    patterns = Patterns([shift for day in written.values() for shift in day])
    shifts = {key: list(day) for key, day in written.items()}
    changed = False
    for key, cell in cells.items():
        old = written.get(key, [])
        if _plain(cell.value) == _plain("\n".join(_text(shift) for shift in old)):
            continue
        changed = True
        blank = _blank(key[0], cell, patterns, record)
        try:
            spans = read_cell(_as_text(cell.value))
        except ValueError as problem:
            _refuse(book, cell, f'"{problem}"', TIMES, "", findings)
            continue
        try:
            shifts[key] = edited_day(key[1], spans, old, blank, patterns, book.zone)
        except ValueError as problem:
            what, expected, fix = (*str(problem).split("|"), "", "")[:3]
            _refuse(book, cell, what, expected or TIMES, fix, findings)
    return shifts, changed


def _refuse(book: Book, cell: Cell, what: str, expected: str, fix: str, findings: Findings) -> None:
    findings.add(found("grid-cell", book.at(cell.sheet), what, expected, fix, column=cell.place))


def _text(shift: Shift) -> str:
    return span_text(shift[0]["start"], shift[-1]["end"], shift_label(shift))


def _plain(value: Any) -> str:
    return "\n".join(" ".join(line.split()) for line in _as_text(value).strip().split("\n"))


def _as_text(value: Any) -> str:
    """Cell as text; a date, which Excel makes of 8-16, becomes something that is refused with its own words."""
    if isinstance(value, dt.datetime | dt.date):
        return f"the date {value:%Y-%m-%d}"
    return "" if value is None else str(value)


def _blank(agent: str, cell: Cell, patterns: Patterns, record: pd.DataFrame) -> dict[str, Any]:
    """A stretch of the agent without times: everything that a new shift does not set itself is null."""
    queue = patterns.queues.get(agent) or cell.queue or patterns.only_queue()
    empty = dict.fromkeys(map(str, record.columns))
    return {**empty, "version": record["version"].iloc[0], "agent": agent, "queue": queue}


def _refuse_overlaps(
    book: Book, shifts: Mapping[Key, list[Shift]], cells: Mapping[Key, Cell], findings: Findings
) -> None:
    by_agent: dict[str, list[tuple[pd.Timestamp, pd.Timestamp, Key]]] = {}
    for key, day in shifts.items():
        by_agent.setdefault(key[0], []).extend((shift[0]["start"], shift[-1]["end"], key) for shift in day)
    for spans in by_agent.values():
        spans.sort(key=lambda span: span[:2])
        for (start, end, key), (later, until, other) in itertools.pairwise(spans):
            if later < end and (cell := cells.get(other, cells.get(key))) is not None:
                what = f"{span_text(later, until)}, which overlaps {span_text(start, end)} of {key[1]:%Y-%m-%d}"
                _refuse(book, cell, what, "shifts that do not overlap", "", findings)


def _frame(rows: list[Stretch], record: pd.DataFrame, zone: str) -> pd.DataFrame:
    if not rows:
        return SCHEDULE.empty(zone)[list(record.columns)]
    frame = pd.DataFrame(rows, columns=record.columns).sort_values(["agent", "start"], ignore_index=True)
    for name in record.columns:
        if name == "published_at":
            frame[name] = pd.Series([None] * len(frame), dtype=record[name].dtype)
        else:
            frame[name] = frame[name].astype(record[name].dtype)
    edited = str(record["version"].iloc[0]).removesuffix("+edited") + "+edited"
    return SCHEDULE.validate(frame.assign(version=edited))
