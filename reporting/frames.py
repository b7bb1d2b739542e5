"""Frames out of the tool: CSV, Parquet and Excel by suffix, and JSON-ready records.

The same frame always gives the same bytes, and reading a CSV back gives the same numbers and instants.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reporting.cells import write_cell
from reporting.files import check_place, written_beside
from wfm.errors import UsageProblem

CREATED = dt.datetime(2000, 1, 1)


def write_frame(frame: pd.DataFrame, target: str | Path, *, timezone: str | None = None) -> None:
    """Write a frame in the form that the suffix of `target` asks for.

    Times are written as ISO 8601 with their offset (``2026-11-23T08:00:00+01:00``), dates as ``2026-11-23``,
    floats with every digit that reading them back needs, nulls as empty cells. Parquet keeps instants in UTC.

    Parameters
    ----------
    frame : DataFrame
        Any frame; its index is not written.
    target : str or Path
        File ending in ``.csv``, ``.parquet`` or ``.xlsx``; ``-`` writes CSV to standard output.
    timezone : str, optional
        IANA zone in which tz-aware times are written; their own zone when omitted.

    Raises
    ------
    UsageProblem
        If the suffix is none of these or the folder does not exist.
    """
    frame = in_zone(frame, timezone)
    if str(target) == "-":
        sys.stdout.write(_csv_text(frame))
        return
    path = check_table(target)
    with written_beside(path) as beside:
        _WRITERS[path.suffix.lower()](frame, beside)


def check_table(target: str | Path) -> Path:
    """The path, or `UsageProblem` where no frame can be written to it."""
    path = Path(target)
    if path.suffix.lower() not in _WRITERS:
        raise UsageProblem(f'can\'t write "{path}": expected a file ending in {", ".join(_WRITERS)}, or - for CSV')
    check_place(path)
    return path


def frame_to_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Records that `json.dumps` takes: times as ISO 8601 text, nulls and numbers without end as None.

    Parameters
    ----------
    frame : DataFrame
        Any frame; its index is not kept.

    Returns
    -------
    list of dict
        One a row, keys in the order of the columns.
    """
    columns = [_json_cells(frame[name]) for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def iso_times(values: pd.Series) -> list[str | None]:
    """Each time as ISO 8601 with its offset; a column of midnights without zone becomes dates.

    Parameters
    ----------
    values : Series of datetime64, shape (n,)

    Returns
    -------
    list of str or None, length n
    """
    times = pd.DatetimeIndex(values)
    wall = times.tz_localize(None)
    known = wall[wall.notna()]
    if times.tz is None and (known == known.normalize()).all():
        text = np.datetime_as_string(wall.to_numpy().astype("datetime64[D]"))
    else:
        unit = "s" if (known == known.floor("s")).all() else "us"
        text = np.datetime_as_string(wall.to_numpy().astype(f"datetime64[{unit}]"))
    offsets = utc_offsets(times)
    return [None if stamp == "NaT" else stamp + offset for stamp, offset in zip(text.tolist(), offsets, strict=True)]


def utc_offsets(times: pd.DatetimeIndex) -> list[str]:
    """Offset from UTC of each instant as ``+01:00``; empty without zone and for nulls."""
    if times.tz is None:
        return [""] * len(times)
    seconds = (times.tz_localize(None) - times.tz_convert("UTC").tz_localize(None)).total_seconds()
    spelled = {value: _offset(value) for value in np.unique(seconds[~np.isnan(seconds)])}
    return [spelled.get(value, "") for value in seconds]


def _offset(seconds: float) -> str:
    minutes, rest = divmod(abs(round(seconds)), 60)
    tail = f":{rest:02d}" if rest else ""
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}{tail}"


def in_zone(frame: pd.DataFrame, timezone: str | None) -> pd.DataFrame:
    """The frame with its tz-aware times on the wall clock of `timezone`; unchanged when that is None."""
    if timezone is None:
        return frame
    aware = [name for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]
    return frame.assign(**{name: frame[name].dt.tz_convert(timezone) for name in aware})


def _kind(values: pd.Series) -> str:
    dtype = values.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "time"
    if pd.api.types.is_bool_dtype(dtype):
        return "flag"
    if pd.api.types.is_integer_dtype(dtype):
        return "whole"
    if pd.api.types.is_float_dtype(dtype):
        return "number"
    return "other"


def _cells(values: pd.Series) -> list[Any]:
    """Plain Python values, with None for null and text for times."""
    kind = _kind(values)
    if kind == "time":
        return list(iso_times(values))
    as_type: Callable[[Any], Any] = {"flag": bool, "whole": int, "number": float}.get(kind, _plain)
    return [None if null else as_type(value) for value, null in zip(values, values.isna(), strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value


def _json_cells(values: pd.Series) -> list[Any]:
    return [None if isinstance(cell, float) and not math.isfinite(cell) else cell for cell in _cells(values)]


def _csv_cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _csv_text(frame: pd.DataFrame) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    columns = [[_csv_cell(cell) for cell in _cells(frame[name])] for name in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue()


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    path.write_text(_csv_text(frame), encoding="utf-8", newline="\n")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.from_df(frame).write_parquet(str(path), compression="zstd")


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet("data")
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(frame.columns):
            sheet.write_string(0, column, str(name), bold)
            for row, cell in enumerate(_cells(frame[name]), 1):
                write_cell(sheet, row, column, cell)
        sheet.autofit()


_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}
