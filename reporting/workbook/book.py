"""Sheets of real numbers and dates: a header, its units, then the rows; the same view gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reporting.cells import write_cell
from reporting.files import written_beside
from reporting.frames import utc_offsets
from reporting.palette import LIGHT
from wfm.contract import Contract

FIRST_ROW = 2
A4 = 9
_UNIT_FORMAT = {"1": "0.0%", "calls": "#,##0.0", "agents": "0.0", "erl": "0.00", "s": "#,##0.0", "h": "#,##0.0"}
_UNIT_WORDS = {"1": "share", "h": "hours", "min": "minutes"}
_SHORT, _OVER, _GOOD = LIGHT["short-1"], LIGHT["over-1"], "#cdebe2"


@dataclass(frozen=True)
class Field:
    """A column of a sheet.

    Parameters
    ----------
    name, doc : str
    unit : str
        As in the data dictionary.
    format : str
        Excel number format; empty for text.
    """

    name: str
    doc: str
    unit: str = ""
    format: str = ""


def contract_fields(contract: Contract, frame: pd.DataFrame) -> list[Field]:
    """The columns of the contract that `frame` has, with units and meaning from the data dictionary."""
    return [
        Field(column.name, column.doc, column.unit, _format(column.kind, column.unit))
        for column in contract.columns
        if column.name in frame
    ]


def _format(kind: str, unit: str) -> str:
    if kind == "count":
        return "#,##0"
    return _UNIT_FORMAT.get(unit, "General") if kind == "number" else ""


class Book:
    """An open workbook that remembers what its sheets mean, for the read-me."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.meanings: list[tuple[str, Field]] = []

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        """A new sheet that prints across one page, with its name and page number below."""
        sheet = self._workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet

    def table(self, name: str, frame: pd.DataFrame, fields: Sequence[Field], *, frozen: int = 2) -> Any:
        """A sheet of `frame`: names in row 1, units in row 2, and behind every time its offset from UTC.

        Parameters
        ----------
        name : str
            Of the sheet.
        frame : DataFrame
            With a column for each field; tz-aware times are written as local wall time.
        fields : sequence of Field
        frozen : int
            How many columns stay in sight when scrolling.

        Returns
        -------
        Worksheet
        """
        sheet = self.sheet(name)
        sheet.freeze_panes(FIRST_ROW, frozen)
        sheet.repeat_rows(0, FIRST_ROW - 1)
        column = 0
        for field in fields:
            for part, values in _spread(field, frame[field.name]):
                self._column(sheet, column, part, values)
                self.meanings.append((name, part))
                column += 1
        sheet.autofilter(FIRST_ROW - 1, 0, FIRST_ROW - 1 + max(len(frame), 1), column - 1)
        return sheet

    def head(self, sheet: Any, column: int, name: str, unit: str) -> None:
        """Name and unit of a column."""
        sheet.write_string(0, column, name, self.format(bold=True))
        sheet.write_string(1, column, unit, self.format(italic=True, font_color=LIGHT["muted"]))

    def place(self, sheet: str, column: str) -> int:
        """Position of a column that `table` has written, counted from 0."""
        return [field.name for name, field in self.meanings if name == sheet].index(column)

    def colour_gap(self, sheet: Any, column: int, rows: int) -> None:
        """Orange below zero, blue above."""
        for criteria, colour in (("<", _SHORT), (">", _OVER)):
            self._rule(sheet, column, rows, {"type": "cell", "criteria": criteria, "value": 0}, colour)

    def colour_status(self, sheet: Any, column: int, rows: int) -> None:
        """Orange for missed, green for met."""
        for word, colour in (("missed", _SHORT), ("met", _GOOD)):
            self._rule(sheet, column, rows, {"type": "cell", "criteria": "==", "value": f'"{word}"'}, colour)

    def _rule(self, sheet: Any, column: int, rows: int, rule: dict[str, Any], colour: str) -> None:
        last = FIRST_ROW + max(rows, 1) - 1
        sheet.conditional_format(FIRST_ROW, column, last, column, {**rule, "format": self.format(bg_color=colour)})

    def _column(self, sheet: Any, column: int, field: Field, values: Sequence[Any]) -> None:
        sheet.write_string(0, column, field.name, self.format(bold=True))
        sheet.write_string(
            1, column, _UNIT_WORDS.get(field.unit, field.unit), self.format(italic=True, font_color="#566373")
        )
        cell = self.format(num_format=field.format) if field.format else None
        for row, value in enumerate(values, FIRST_ROW):
            write_cell(sheet, row, column, value, cell)
        longest = max((len(str(value)) for value in values if isinstance(value, str)), default=8)
        timed = 16 if field.format.startswith("yyyy") else 0
        sheet.set_column(column, column, min(max(len(field.name), longest, timed) + 2, 44))


def _spread(field: Field, values: pd.Series) -> Iterator[tuple[Field, list[Any]]]:
    """The column itself and, for a tz-aware time, its offset from UTC beside it."""
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        yield field, [_plain(value) for value in values]
        return
    times = pd.DatetimeIndex(values)
    aware = times.tz is not None
    stamps = [None if pd.isna(stamp) else stamp.to_pydatetime() for stamp in times.tz_localize(None)]
    pattern, unit = ("yyyy-mm-dd hh:mm", "local time") if aware else ("yyyy-mm-dd", "date")
    yield Field(field.name, field.doc, unit, pattern), stamps
    if aware:
        yield Field(f"{field.name}_utc_offset", f"offset of {field.name} from UTC", "±hh:mm"), utc_offsets(times)


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


@contextmanager
def new_book(path: str | Path, created: pd.Timestamp) -> Iterator[Book]:
    """A workbook written beside `path` and renamed into place when the block ends well.

    Parameters
    ----------
    path : str or Path
    created : Timestamp
        Moment that the file says it was created, so that the clock leaves no trace.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with written_beside(Path(path)) as beside, xlsxwriter.Workbook(beside, options) as workbook:
        workbook.set_properties({"created": created.tz_convert("UTC").tz_localize(None).to_pydatetime()})
        yield Book(workbook)
