"""Dates and times as exports write them; a format is used only if the whole column agrees with no other."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import Any

import numpy as np
import pandas as pd

from ingest.numbers import Parsed, is_null_text

EXCEL_DAY_ZERO = pd.Timestamp("1899-12-30")
_SERIAL = re.compile(r"[2-7]\d{4}(?:[.,]\d+)?")
_OFFSET = re.compile(r".*:\d\d(?:[.,]\d+)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)\s*")
_NUMERIC_DATES = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d")
_NAMED_DATES = ("%d{0}%b{0}%Y", "%d{0}%B{0}%Y", "%b{0}%d,{0}%Y", "%d{0}%b{0}%y", "%a, %d{0}%b{0}%Y")
_TIME_FORMATS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_CLOCK_FORMATS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p")
_SHORTEST_ISO = len("20260105")


def parse_times(column: pd.Series, date_format: str | None = None) -> Parsed:
    """Read a column of dates and times.

    Parameters
    ----------
    column : Series
        Text, or typed cells of Parquet and Excel.
    date_format : str, optional
        `strptime` format of the text; otherwise ISO 8601, or the one format that fits every cell.

    Returns
    -------
    Parsed
        `values` is a DatetimeIndex in microseconds: without zone where the file gives local times, in UTC where
        it gives offsets.
    """
    none_bad = np.zeros(len(column), bool)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return Parsed(pd.DatetimeIndex(column).tz_convert("UTC").as_unit("us"), none_bad)
    if pd.api.types.is_datetime64_dtype(column.dtype):
        return Parsed(pd.DatetimeIndex(column).as_unit("us"), none_bad)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _from_serials(column.to_numpy(dtype=float, na_value=np.nan))
    cells = column.to_numpy(dtype=object, na_value=None)
    if pd.api.types.infer_dtype(cells, skipna=False) == "string":
        return _parse_texts(cells, date_format)
    return _parse_mixed(cells, date_format)


def _parse_mixed(cells: np.ndarray, date_format: str | None) -> Parsed:
    """Cells of Excel: dates, numbers and text side by side."""
    is_text = np.array([isinstance(cell, str) for cell in cells], bool)
    is_number = np.array([isinstance(cell, int | float) and cell == cell for cell in cells], bool)
    parsed = _parse_texts(np.where(is_text, cells, ""), date_format)
    serials = _from_serials(np.array([cell if n else np.nan for cell, n in zip(cells, is_number, strict=True)], float))
    others = ~is_text & ~is_number
    stamps = [_stamp(cell) if other else None for cell, other in zip(cells, others, strict=True)]
    dates = pd.DatetimeIndex(pd.to_datetime(pd.Series(stamps, dtype="datetime64[us]")))
    values = parsed.values.tz_localize(None)
    for more in (serials.values, dates):
        values = values.where(values.notna(), more)
    unknown = np.array([cell is None or cell is pd.NaT or cell != cell for cell in cells], bool)
    bad = parsed.bad | serials.bad | (others & ~unknown & dates.isna())
    aware = parsed.values.tz is not None
    values = values.tz_localize("UTC") if aware else values
    return Parsed(values, bad, parsed.said + (serials.said if is_number.any() else []), parsed.refused)


def _stamp(cell: Any) -> dt.datetime | None:
    if isinstance(cell, dt.datetime):
        return cell
    return dt.datetime.combine(cell, dt.time()) if isinstance(cell, dt.date) else None


def _from_serials(days: np.ndarray) -> Parsed:
    good = (days >= 20000) & (days < 80000)
    stamps = EXCEL_DAY_ZERO + pd.to_timedelta(np.where(good, np.round(days * 86400), np.nan), unit="s")
    said = [("serial-dates", "numbers, read as Excel's days since 1900")]
    return Parsed(pd.DatetimeIndex(stamps).as_unit("us"), ~good & ~np.isnan(days), said)


def _parse_texts(cells: np.ndarray, date_format: str | None) -> Parsed:
    lengths = np.fromiter(map(len, cells), int, len(cells))
    null = lengths == 0
    short = ~null & (lengths < _SHORTEST_ISO)
    null[short] = [is_null_text(cell) for cell in cells[short]]
    texts = cells.copy()
    texts[null] = None
    if date_format is not None:
        times = pd.DatetimeIndex(pd.to_datetime(texts, format=date_format, errors="coerce"))
        return _parsed(times, null)
    iso = _iso(texts, short)
    if not (iso.isna() & ~null).any():
        return _parsed(iso, null)
    texts[~null] = [" ".join(text.split()) for text in texts[~null]]
    short = np.array([text is not None and len(text) < _SHORTEST_ISO for text in texts], bool)
    iso = _iso(texts, short)
    if not (iso.isna() & ~null).any():
        return _parsed(iso, null)
    present = pd.Series(texts[~null])
    if present.map(lambda text: _SERIAL.fullmatch(text) is not None).all():
        days = np.full(len(texts), np.nan)
        days[~null] = present.str.replace(",", ".").astype(float)
        return _from_serials(days)
    return _infer(present, texts, null, iso)


def _iso(texts: np.ndarray, short: np.ndarray) -> pd.DatetimeIndex:
    """ISO 8601 texts; where any has an offset, in UTC and the ones without left null, as are years or months alone."""
    present = [text for text in texts if text is not None]
    has_offset = np.zeros(len(texts), bool)
    if _may_have_offsets("".join(present), len(present)):
        has_offset[:] = [text is not None and _OFFSET.fullmatch(text) is not None for text in texts]
    aware = bool(has_offset.any())
    times = pd.DatetimeIndex(pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=aware)).as_unit("us")
    return times.where(~short & (has_offset | (not aware)))


def _may_have_offsets(joined: str, cells: int) -> bool:
    """Whether a sign or a Z beyond the two hyphens of a date stands in any cell."""
    return joined.count("-") > 2 * cells or any(mark in joined for mark in "+Zz")


def _infer(present: pd.Series, texts: np.ndarray, null: np.ndarray, iso: pd.DatetimeIndex) -> Parsed:
    """Try every format on a sample, the likely ones on the whole column; exactly one reading may fit all of it."""
    present = present.str.replace("T(?=[0-9])", " ", regex=True)
    sample = present.iloc[:200]
    fits = {}
    for fmt in _formats(str(sample.iloc[0])):
        if pd.to_datetime(sample, format=fmt, errors="coerce").notna().mean() > 0.5:
            fits[fmt] = pd.to_datetime(present, format=fmt, errors="coerce")
    if not fits:
        return _parsed(iso, null)
    whole = {fmt: times for fmt, times in fits.items() if times.notna().all()}
    fmt, times = max((whole or fits).items(), key=lambda item: int(item[1].notna().sum()))
    values = pd.Series(pd.NaT, index=range(len(texts)), dtype="datetime64[us]")
    values[~null] = times.dt.as_unit("us").to_numpy()
    parsed = _parsed(pd.DatetimeIndex(values), null)
    rival = next((other for other, its in whole.items() if not its.equals(times)), None)
    if rival is None:
        parsed.said.append(("date-format", f"dates such as {present.iloc[0]}, read as {fmt}"))
        return parsed
    parsed.refused = (
        "ambiguous-date",
        f'"{present.iloc[0]}" and no row that tells day from month',
        f"either {_day(times)} ({fmt}) or {_day(whole[rival])} ({rival})",
        f'declare it: --date-format "{fmt}"',
    )
    return parsed


def _formats(example: str) -> list[str]:
    match = re.search(r"\w([./ -])\w", example)
    mark = match[1] if match else "/"
    clocks = [time for time in _TIME_FORMATS if time.count(":") == example.count(":")]
    return [date.format(mark) + time for date, time in itertools.product(_NUMERIC_DATES + _NAMED_DATES, clocks)]


def _day(times: pd.Series) -> str:
    day = times.iloc[0]
    return f"{day.day} {day:%b %Y}"


def _parsed(times: pd.DatetimeIndex, null: np.ndarray) -> Parsed:
    times = (times if times.tz is None else times.tz_convert("UTC")).as_unit("us")
    return Parsed(times, np.asarray(times.isna()) & ~null)


def parse_clocks(column: pd.Series) -> Parsed:
    """Read a column of times of day such as ``09:12:58``, ``9:12 PM`` or Excel's.

    Returns
    -------
    Parsed
        `values` is float64 seconds since midnight.
    """
    cells = column.to_numpy(dtype=object, na_value=None)
    texts = np.array([cell.isoformat() if isinstance(cell, dt.time) else _clock_text(cell) for cell in cells], object)
    null = np.array([text is None for text in texts], bool)
    best: pd.DatetimeIndex | None = None
    for fmt in _CLOCK_FORMATS:
        times = pd.DatetimeIndex(pd.to_datetime(texts, format=fmt, errors="coerce"))
        best = times if best is None else best.where(best.notna(), times)
    assert best is not None
    seconds = best.hour * 3600 + best.minute * 60 + best.second + best.microsecond / 1e6
    return Parsed(seconds.to_numpy(dtype=float), np.asarray(best.isna()) & ~null)


def _clock_text(cell: Any) -> str | None:
    if isinstance(cell, float) and 0 <= cell < 1:
        return str((dt.datetime.min + dt.timedelta(seconds=round(cell * 86400))).time())
    if cell is None or cell is pd.NaT or is_null_text(str(cell)):
        return None
    return str(cell).strip()
