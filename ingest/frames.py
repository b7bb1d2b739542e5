"""Frames that Shiftcast or a planner wrote: one contract a file, read back exactly."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ingest.fields import FieldReader
from ingest.files import read_tables
from ingest.layout import plain_header
from ingest.numbers import is_null_text
from ingest.rules import found
from ingest.table import Table
from ingest.zones import localise
from wfm.contract import Column, Contract
from wfm.contracts import CONTRACTS
from wfm.errors import Findings, UsageProblem
from wfm.timeaxis import check_timezone

_OFFSET = re.compile(r"(?<=\d)(?:Z|(?<=:\d\d)[+-]\d\d:?\d\d|(?<=\.\d)[+-]\d\d:?\d\d)$", re.IGNORECASE)
_RULES = frozenset(("in", "out", "neutral"))


def read_frame(
    path: str | Path,
    contract: str,
    *,
    timezone: str | None = None,
    defaults: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Read a file that follows one of the contracts.

    Parameters
    ----------
    path : str or Path
        CSV, Parquet or Excel file by its suffix; ``-`` for CSV on standard input.
    contract : str
        Name of the contract: forecast, requirement, agents, schedule, coverage, agent_states, surveys, …
    timezone : str, optional
        IANA zone of the times in the frame. It may be left out where all times have the same offset from UTC, and
        is needed where they have none.
    defaults : mapping of str to float, optional
        Numbers of columns, for cells that are empty and files without the column.

    Returns
    -------
    DataFrame
        The contract, in the order of the file; columns beyond it follow as text.

    Raises
    ------
    InputError
        With every missing column and unreadable cell, and what breaks the contract.
    UsageProblem
        If there is no such contract or time zone.
    """
    if contract not in CONTRACTS:
        raise UsageProblem(f'unknown frame "{contract}", expected one of {", ".join(CONTRACTS)}')
    if timezone is not None:
        try:
            check_timezone(timezone)
        except ValueError as problem:
            raise UsageProblem(f"timezone: {problem}") from None
    findings, rules = Findings(), CONTRACTS[contract]
    table = _first_table(Path(path), findings)
    findings.raise_for_errors()
    assert table is not None
    given = defaults or {}
    frame = _read_columns(table, rules, timezone, findings, given)
    findings.raise_for_errors()
    frame = frame.assign(
        **{name: frame[name].fillna(value) if name in frame else value for name, value in given.items()}
    )
    frame.index = pd.Index(table.rows - 2)
    return rules.validate(frame, table.source).reset_index(drop=True)


def read_table(path: str | Path, findings: Findings | None = None) -> pd.DataFrame:
    """Read a table as it stands, for a room that judges its cells itself.

    Parameters
    ----------
    path : str or Path
        CSV, Parquet or Excel file, or ``-`` for CSV on standard input.
    findings : Findings, optional
        Receives a row with too few or too many fields, which then stops no other row; such a row is an error of the
        file when None.

    Returns
    -------
    DataFrame
        One column a header cell; text for CSV, the file's own types elsewhere. A row of the index is the row of the
        file less 2, so that the first row below the header is 0.

    Raises
    ------
    InputError
        If the file can't be read or has no row.
    """
    known = Findings()
    table = _first_table(Path(path), known, keep_ragged=findings is not None)
    if findings is None or table is None or not len(table):
        known.raise_for_errors()
    else:
        findings.extend(known)
    assert table is not None
    columns = dict(zip(table.header, table.columns, strict=True))
    return pd.DataFrame(columns).set_axis(pd.Index(table.rows - 2))


def read_state_map(path: str | Path) -> pd.DataFrame:
    """Read which agent states fit which scheduled activities.

    Parameters
    ----------
    path : str or Path
        File with the columns state, activity and rule; the rule is in, out or neutral.

    Returns
    -------
    DataFrame
        state, activity, rule as text.

    Raises
    ------
    InputError
        With every missing column and wrong cell.
    """
    findings = Findings()
    table = _first_table(Path(path), findings)
    findings.raise_for_errors()
    assert table is not None
    places = {plain_header(cell): place for place, cell in enumerate(table.header)}
    names = ("state", "activity", "rule")
    for name in names:
        if name not in places:
            findings.add(found("missing-column", table.source, "no such column", name, column=name))
    findings.raise_for_errors()
    reader = FieldReader(table, findings)
    frame = pd.DataFrame({name: reader.texts(places[name]) for name in names})
    frame["rule"] = frame["rule"].str.lower()
    for name in names:
        reader.report(places[name], frame[name].isna().to_numpy(), "null", "a value")
    wrong = frame["rule"].notna() & ~frame["rule"].isin(_RULES)
    reader.report(places["rule"], wrong.to_numpy(), "bad-value", "in, out or neutral")
    findings.raise_for_errors()
    return frame


def _first_table(path: Path, findings: Findings, *, keep_ragged: bool = False) -> Table | None:
    tables = read_tables(path, findings, keep_ragged=keep_ragged)
    if not tables:
        return None
    if not len(tables[0]):
        findings.add(found("no-rows", tables[0].source, "a header and no row below it", "rows"))
    return tables[0]


def _read_columns(
    table: Table, contract: Contract, timezone: str | None, findings: Findings, known: Container[str]
) -> pd.DataFrame:
    """Every column by its kind; names match without regard to case, spaces and underscores."""
    spelled = {plain_header(cell): place for place, cell in reversed(list(enumerate(table.header)))}
    places = {c.name: spelled[plain_header(c.name)] for c in contract.columns if plain_header(c.name) in spelled}
    for column in contract.columns:
        if column.required and column.name not in places and column.name not in known:
            what, fix = "no such column", f"add it ({column.doc})"
            findings.add(found("missing-column", table.source, what, column.name, fix, column=column.name))
    reader = FieldReader(table, findings, own=True)
    columns = {name: _column(reader, place, contract.column(name)) for name, place in places.items()}
    times = [name for name in columns if contract.column(name).kind == "time"]
    if timezone is not None:
        columns |= {name: localise(columns[name], timezone).times for name in times}
    else:
        readable = {name: table.columns[places[name]][columns[name].notna()] for name in times}
        offset = _common_offset(table, readable, findings)
        columns |= {name: columns[name].tz_convert(offset) for name in times if columns[name].tz is not None}
    for place, cell in enumerate(table.header):
        if place not in places.values() and cell and cell not in columns:
            columns[cell] = reader.texts(place)
    return pd.DataFrame(columns)


def _column(reader: FieldReader, place: int, column: Column) -> Any:
    match column.kind:
        case "text":
            return reader.texts(place)
        case "flag":
            return reader.flags(place)
        case "date" | "time":
            return reader.times(place)
    numbers = reader.durations(place) if column.unit == "s" else reader.numbers(place)
    is_whole = column.kind == "count" and bool((numbers % 1 == 0).all())
    return numbers.astype("int64") if is_whole else numbers


def _common_offset(table: Table, times: dict[str, pd.Series], findings: Findings) -> dt.tzinfo:
    """The one offset that all times of the file have; a finding, and UTC, where they have none or several."""
    offsets: set[str] = set()
    for name, column in times.items():
        here = _offsets(column)
        if "" in here:
            what, fix = "times without offset", "name the zone with --timezone, such as --timezone Europe/Amsterdam"
            findings.add(found("no-zone", table.source, what, "times such as 2026-11-23T08:00+01:00", fix, column=name))
        offsets |= here - {""}
    if len(offsets) > 1:
        what = f"offsets that vary ({', '.join(sorted(offsets))})"
        fix = "name the zone with --timezone Europe/Amsterdam"
        findings.add(found("offsets-vary", table.source, what, "one offset, or a zone", fix))
    if len(offsets) != 1 or offsets == {"+00:00"}:
        return dt.UTC
    return dt.datetime.fromisoformat(f"2000-01-01T00:00{offsets.pop()}").tzinfo or dt.UTC


def _offsets(column: pd.Series) -> set[str]:
    """Offsets that the cells of a time column carry, as +01:00; empty text for a cell without one."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return {"+00:00"}
    return {_offset(str(cell).strip()) for cell in column.dropna().unique() if not is_null_text(str(cell))}


def _offset(cell: str) -> str:
    match = _OFFSET.search(cell)
    if match is None:
        return ""
    text = match[0]
    if text in "Zz":
        return "+00:00"
    return text if ":" in text else f"{text[:3]}:{text[3:]}"
