"""The sheets of a week grid that tell what was written: cover, breaks and the whole schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ingest.rules import found
from wfm.contracts import SCHEDULE
from wfm.errors import Findings
from wfm.timeaxis import check_timezone
from wfm.weekgrid import BREAKS, FINGERPRINT_LINE, PUBLISHED_LINE, README, RECORD, WEEK_SHEET, ZONE_LINE, fingerprint

UNTOUCHED = "leave it as it was written, and change the cells of the week sheets"
UNIT_ROWS = 1


@dataclass(frozen=True)
class Book:
    """A workbook's sheets as rows of plain cells.

    Parameters
    ----------
    source : str
        Path shown in findings.
    sheets : mapping of str to list of rows
    """

    source: str
    sheets: Mapping[str, list[tuple[Any, ...]]]

    @property
    def names(self) -> list[str]:
        return list(self.sheets)

    @property
    def is_grid(self) -> bool:
        """Whether it is a week grid that the tool wrote."""
        return RECORD in self.sheets and FINGERPRINT_LINE in self.cover and any(map(WEEK_SHEET.fullmatch, self.sheets))

    @cached_property
    def cover(self) -> dict[str, Any]:
        return {str(row[0]): row[1] for row in self.sheets.get(README, []) if len(row) > 1 and row[0] is not None}

    @property
    def zone(self) -> str:
        return str(self.cover.get(ZONE_LINE))

    def rows(self, sheet: str) -> list[tuple[Any, ...]]:
        return self.sheets[sheet]

    def at(self, sheet: str) -> str:
        """A sheet as findings name it."""
        return f"{self.source}[{sheet}]"

    def place(self, row: int, column: int) -> str:
        """``C5``: row from 1, column from 0."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(column + 1)}{row}"


def open_book(path: Path, findings: Findings) -> Book | None:
    """Read every sheet; a finding and None where the file is no workbook."""
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return Book(str(path), {sheet.title: _padded(list(sheet.values)) for sheet in book.worksheets})
        finally:
            book.close()
    except FileNotFoundError:
        findings.add(found("missing-file", str(path), "no such file", fix="check the path"))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, EOFError, OSError) as problem:
        fix = "save it again as .xlsx: it was cut off or is no workbook"
        findings.add(found("unreadable", str(path), f"a file that does not open ({problem})", "a week grid", fix))
    return None


def _padded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows of one width: other programs leave empty cells at the end of a row out."""
    width = max(map(len, rows), default=0)
    return [row + (None,) * (width - len(row)) for row in rows]


def _with_control_characters(book: Book) -> Book:
    """The book with text such as ``_x0009_``, as the format spells control characters, read as what it stands for.

    The reader below does not tell such a character from a name that really is spelled so; the fingerprint does.
    """
    from openpyxl.utils.escape import unescape

    def plain(value: Any) -> Any:
        return unescape(value) if isinstance(value, str) and "_x" in value else value

    return replace(book, sheets={name: [tuple(map(plain, row)) for row in rows] for name, rows in book.sheets.items()})


def read_record(book: Book, findings: Findings) -> tuple[Book, pd.DataFrame] | None:
    """The schedule that was written, once its fingerprint and the sheet of breaks agree with it.

    Returns
    -------
    tuple of Book and DataFrame, or None
        The book as it is to be read on; None, with the reasons in `findings`, where the record was changed or is
        missing.
    """
    if not book.is_grid:
        wanted = "a workbook that wfm export --grid or wfm plan wrote, with all its sheets"
        findings.add(found("no-grid", book.source, f"the sheets {', '.join(book.names)}", wanted))
        return None
    try:
        check_timezone(book.zone)
    except ValueError as problem:
        findings.add(found("grid-record", book.at(README), str(problem), fix=UNTOUCHED, column=ZONE_LINE))
        return None
    try:
        record = _schedule(book)
        if fingerprint(record) != book.cover[FINGERPRINT_LINE]:
            book = _with_control_characters(book)
            record = _schedule(book)
    except (KeyError, TypeError, ValueError) as problem:
        what = f"a cell that is not as written ({problem})"
        findings.add(found("grid-record", book.at(RECORD), what, "the record as written", UNTOUCHED))
        return None
    if fingerprint(record) != book.cover[FINGERPRINT_LINE]:
        findings.add(found("grid-record", book.at(RECORD), "changed cells", "the record as written", UNTOUCHED))
        return None
    _compare_breaks(book, record, findings)
    return book, record


def _table(book: Book, sheet: str) -> pd.DataFrame:
    header, *rows = book.rows(sheet)
    width = sum(name is not None for name in header)
    filled = [row[:width] for row in rows[UNIT_ROWS:] if any(cell is not None for cell in row[:width])]
    return pd.DataFrame(filled, columns=list(header[:width]), dtype=object)


def _schedule(book: Book) -> pd.DataFrame:
    table = _table(book, RECORD)
    frame = {}
    for column in SCHEDULE.columns:
        if column.name not in table:
            continue
        cells = table[column.name]
        match column.kind:
            case "time":
                frame[column.name] = _instants(cells, table[f"{column.name}_utc_offset"], book.zone)
            case "flag":
                frame[column.name] = cells.astype("bool" if cells.notna().all() else "boolean")
            case _:
                frame[column.name] = pd.Series([None if pd.isna(cell) else str(cell) for cell in cells], dtype="str")
    if PUBLISHED_LINE in book.cover and "published_at" in frame:
        exact = pd.Timestamp(str(book.cover[PUBLISHED_LINE])).tz_convert(book.zone).as_unit("us")
        near = (frame["published_at"] - exact).abs() <= pd.Timedelta(seconds=1)
        frame["published_at"] = frame["published_at"].mask(near, exact)
    return SCHEDULE.validate(pd.DataFrame(frame), book.at(RECORD))


def _instants(wall: pd.Series, offsets: pd.Series, zone: str) -> pd.Series:
    """Local times and the offsets beside them as instants, to the second."""
    known = {
        text: pd.Timedelta(f"{str(text)[1:]}:00") * (-1 if str(text)[0] == "-" else 1) for text in set(offsets) - {None}
    }
    ahead = pd.to_timedelta([known.get(text) for text in offsets])
    instants = pd.DatetimeIndex(pd.to_datetime(list(wall))).round("s") - ahead
    return pd.Series(instants.tz_localize("UTC").tz_convert(zone).as_unit("us"))


def _compare_breaks(book: Book, record: pd.DataFrame, findings: Findings) -> None:
    """A break that was changed on its sheet is refused, not passed over."""
    away = record[~record["productive"].astype(bool)]
    written = {(row.agent, row.activity, row.start, row.end) for row in away.itertuples()}
    try:
        table = _table(book, BREAKS)
        times = (_instants(table[name], table[f"{name}_utc_offset"], book.zone) for name in ("start", "end"))
        shown = list(zip(table["agent"], table["activity"], *times, strict=True))
    except (KeyError, TypeError, ValueError) as problem:
        what = f"cells that are not as written ({problem})"
        findings.add(found("grid-record", book.at(BREAKS), what, "the breaks as written", UNTOUCHED))
        return
    odd = [(number, row) for number, row in enumerate(shown, 2 + UNIT_ROWS) if row not in written]
    for number, (agent, activity, start, end) in odd:
        what = f"{activity} of {agent} {start:%Y-%m-%d %H:%M}–{end:%H:%M}"
        findings.add(found("grid-record", book.at(BREAKS), what, "a break as written", UNTOUCHED, row=number))
    if len(shown) < len(written):
        what, expected = f"{len(shown)} rows", f"{len(written)} as written"
        findings.add(found("grid-record", book.at(BREAKS), what, expected, UNTOUCHED))
