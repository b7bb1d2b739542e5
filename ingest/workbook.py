"""Excel workbooks, one table a sheet, every cell as Excel stores it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ingest.rules import found
from ingest.table import Table
from ingest.text import drop_blank_rows
from wfm.errors import Findings


def read_workbook(path: Path, source: str, findings: Findings) -> list[Table]:
    """Read all sheets that hold anything; the first filled row of each is its header."""
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    tables = []
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                name = source if len(book.worksheets) == 1 else f"{source}[{sheet.title}]"
                if (table := _sheet(sheet, name, path.stem)) is not None:
                    tables.append(drop_blank_rows(table, findings, lambda column: column.isna().to_numpy()))
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, EOFError) as problem:
        fix = "save it again as .xlsx: it was cut off or is no workbook"
        findings.add(found("unreadable", source, f"a file that does not open ({problem})", "an Excel workbook", fix))
        return []
    if not tables:
        findings.add(found("empty-file", source, "a workbook without a cell", "a header and rows", "export it again"))
    return tables


def _sheet(sheet: Any, source: str, stem: str) -> Table | None:
    records = list(sheet.iter_rows(values_only=True))
    top = next((number for number, record in enumerate(records) if _filled(record)), None)
    if top is None:
        return None
    width = max(column for record in records for column, cell in enumerate(record, 1) if cell is not None)
    header = tuple("" if cell is None else str(cell).strip() for cell in _padded(records[top], width))
    body = [_padded(record, width) for record in records[top + 1 :]]
    columns = tuple(pd.Series([record[column] for record in body], dtype=object) for column in range(width))
    return Table(source, stem, header, columns, np.arange(top + 2, top + 2 + len(body)), typed=True)


def _filled(record: tuple[Any, ...]) -> bool:
    return any(cell is not None for cell in record)


def _padded(record: tuple[Any, ...], width: int) -> tuple[Any, ...]:
    return (record + (None,) * width)[:width]
