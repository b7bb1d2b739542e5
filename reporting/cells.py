"""Single cells of a worksheet, each as what it is."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any


class _Exact(float):
    """A float that is written with every digit it needs to be read back; the writer alone would keep sixteen."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def write_cell(sheet: Any, row: int, column: int, value: Any, cell: Any = None) -> None:
    """Write one value: text stays text, None and NaN stay empty, a number without end becomes text.

    Parameters
    ----------
    sheet : xlsxwriter Worksheet
    row, column : int
        Counted from 0.
    value : str, bool, int, float, datetime or None
    cell : xlsxwriter Format, optional
    """
    if value is None or value != value:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, cell)
    elif isinstance(value, float) and math.isfinite(value):
        sheet.write_number(row, column, _Exact(value), cell)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, cell)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value, cell)
    else:
        sheet.write_string(row, column, str(value), cell)
