"""Durations as exports write them: seconds, clocks, Excel times."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import numpy as np
import pandas as pd

from ingest.numbers import (
    _SPACES,
    Parsed,
    decimal_mark,
    distinct,
    is_null_text,
    number_cell,
    parse_distinct,
    parse_numbers,
)
from wfm.units import parse_duration_s

_CLOCK = re.compile(r"(-?)(?:(\d+) days?,? )?(?:(\d+):)?(\d+):([0-5]?\d(?:[.,]\d+)?)")
_NUMERIC = re.compile(r"[-+]?[\d.,'’ \u00a0\u2009\u202f]+(?:[eE][-+]?\d+)?")
DAY_S = 86400.0


def parse_durations(column: pd.Series, unit_s: float = 1.0, *, typed: bool = False, own: bool = False) -> Parsed:
    """Read a column of durations.

    Parameters
    ----------
    column : Series
        Text such as ``312``, ``5:12``, ``1:05:12.250``, ``26:00:00``, ``-0:05`` or ``20s``; typed cells of Excel.
    unit_s : float
        Seconds that a plain number counts.
    typed : bool
        Whether the cells are Excel's, where numbers that are all below 1 are fractions of a day.
    own : bool
        As in `parse_numbers`.

    Returns
    -------
    Parsed
        `values` is float64 in seconds, negative where the text is.
    """
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return Parsed(column.dt.total_seconds().to_numpy(float), np.zeros(len(column), bool))
    if pd.api.types.is_numeric_dtype(column.dtype):
        parsed = parse_numbers(column)
        parsed.values = parsed.values * unit_s
        return parsed
    _, values = distinct(column)
    texts = [value.translate(_SPACES) for value in values if isinstance(value, str) and _NUMERIC.fullmatch(value)]
    mark = decimal_mark([text for text in texts if not is_null_text(text)])
    if mark is None and not own:
        return parse_numbers(column.where(column.isin([value for value in values if _is_numeric_text(value)]), None))
    scale = DAY_S if typed and _are_day_fractions(values) else unit_s
    parsed = parse_distinct(column, lambda cells: [_duration(cell, mark or ".", scale) for cell in cells])
    if scale == DAY_S != unit_s:
        parsed.said.append(("day-fractions", "numbers below 1, read as fractions of a day"))
    return parsed


def _is_numeric_text(value: Any) -> bool:
    return isinstance(value, str) and _NUMERIC.fullmatch(value) is not None


def _are_day_fractions(values: list[Any]) -> bool:
    numbers = [value for value in values if isinstance(value, int | float)]
    return any(0 < value < 1 for value in numbers) and all(0 <= value < 1 for value in numbers)


def _duration(cell: Any, mark: str, scale: float) -> float | None:
    if isinstance(cell, str):
        return np.nan if is_null_text(cell) else _from_text(cell.strip(), mark, scale)
    if isinstance(cell, dt.timedelta):
        return cell.total_seconds()
    if isinstance(cell, dt.datetime):
        from openpyxl.utils.datetime import to_excel

        return round(float(to_excel(cell)) * DAY_S, 3)
    if isinstance(cell, dt.time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    number = number_cell(cell, mark)
    return None if number is None else number * scale


def _from_text(text: str, mark: str, scale: float) -> float | None:
    if match := _CLOCK.fullmatch(text):
        sign, days, hours, minutes, seconds = match.groups()
        if hours is None or int(minutes) < 60:
            clock_s = int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
            return (-1 if sign else 1) * (int(days or 0) * DAY_S + clock_s)
        return None
    if _NUMERIC.fullmatch(text):
        number = number_cell(text, mark)
        return None if number is None else number * scale
    try:
        return parse_duration_s(text)
    except ValueError:
        return None
