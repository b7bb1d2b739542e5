"""Raw columns of a table made into parsed fields, with every unreadable cell reported by file, row and column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ingest.durations import parse_durations
from ingest.layout import Source
from ingest.numbers import Parsed, distinct, is_null_text, parse_numbers, spread
from ingest.rules import found
from ingest.table import Table
from ingest.times import parse_clocks, parse_times
from wfm.contracts import CALLS
from wfm.errors import Findings

TEXTS = frozenset(name for name in CALLS.names if CALLS.column(name).kind == "text") | {"acd_id"}
TIMES = ("offered_at", "answered_at", "ended_at", "consulted_at", "transferred_at", "interval_start", "interval_end")
DATES = ("offered_date", "interval_date")
CLOCKS = ("offered_clock", "interval_clock")
FLAGS = ("was_answered", "was_abandoned", "transferred", "resolved")
COUNTS = ("offered", "answered", "abandoned", "short_abandoned", "answered_in_threshold", "agents")

TRUE, FALSE = frozenset(("true", "t", "yes", "y", "1")), frozenset(("false", "f", "no", "n", "0"))

TEXT_DTYPE = pd.Series(["text"]).dtype


@dataclass(frozen=True, eq=False)
class FieldReader:
    """Parses columns of one table and reports what it can't read.

    Parameters
    ----------
    table : Table
    findings : Findings
        Receives one finding per column and rule, with the first row and how many there are.
    date_format : str or None
        Declared `strptime` format of dates.
    own : bool
        Whether the file follows Shiftcast's own form.
    """

    table: Table
    findings: Findings
    date_format: str | None = None
    own: bool = False

    def texts(self, place: int) -> pd.Series:
        """Stripped text, whole numbers without decimals; null where a cell is empty."""
        codes, values = distinct(self.table.columns[place])
        words = [_as_text(value) for value in values]
        return pd.Series(spread(codes, np.array(words, object), None), dtype=TEXT_DTYPE)

    def numbers(self, place: int) -> np.ndarray:
        parsed = parse_numbers(self.table.columns[place], own=self.own)
        numbers: np.ndarray = self._checked(place, parsed, "bad-number", "a number")
        return numbers

    def durations(self, place: int, unit_s: float = 1.0) -> np.ndarray:
        """Seconds, negative where a cell is."""
        parsed = parse_durations(self.table.columns[place], unit_s, typed=self.table.typed, own=self.own)
        seconds: np.ndarray = self._checked(place, parsed, "bad-duration", "seconds, m:ss or h:mm:ss")
        return seconds

    def without_negatives(self, place: int, seconds: np.ndarray) -> np.ndarray:
        """Seconds without those below zero, which become unknown by rule."""
        negative = seconds < 0
        self.report(place, negative, "negative-duration", "0 or more", "it was taken as unknown")
        return np.where(negative, np.nan, seconds)

    def times(self, place: int) -> pd.DatetimeIndex:
        parsed = parse_times(self.table.columns[place], self.date_format)
        expected = f"a time in the format {self.date_format}" if self.date_format else "a date and time"
        times: pd.DatetimeIndex = self._checked(place, parsed, "bad-time", expected)
        return times

    def clocks(self, place: int) -> np.ndarray:
        parsed = parse_clocks(self.table.columns[place])
        seconds: np.ndarray = self._checked(place, parsed, "bad-time", "a time of day")
        return seconds

    def flags(self, place: int) -> pd.Series:
        codes, values = distinct(self.table.columns[place])
        read = [_as_flag(value) for value in values]
        bad = spread(codes, np.array([flag is ... for flag in read], bool), False)
        self.report(place, bad, "bad-flag", "yes or no")
        known = [None if flag is ... else flag for flag in read]
        return pd.Series(spread(codes, np.array(known, object), None), dtype="boolean")

    def refuse_nulls(self, place: int, values: Any) -> None:
        """A finding for rows where nothing was given; what was given and unreadable has its finding already."""
        null = np.array(pd.isna(values))
        cells = self.table.columns[place][null]
        null[null] = [not isinstance(cell, str) or is_null_text(cell) for cell in cells]
        self.report(place, null, "null", "a value")

    def report(self, place: int, wrong: np.ndarray, rule: str, expected: str, fix: str = "") -> None:
        """One finding for all rows where `wrong` holds."""
        if not wrong.any():
            return
        first = int(np.argmax(wrong))
        cell = self.table.columns[place].iloc[first]
        what = "nothing" if pd.isna(cell) or cell == "" else f'"{cell}"'
        self._add(rule, place, what, expected, fix, row=int(self.table.rows[first]), count=int(wrong.sum()))

    def _checked(self, place: int, parsed: Parsed, rule: str, expected: str) -> Any:
        if parsed.refused is not None:
            refused, what, wanted, fix = parsed.refused
            self._add(refused, place, what, wanted, fix)
        for said, what in parsed.said:
            self._add(said, place, what)
        fix = "" if self.date_format or rule != "bad-time" else "write it as 2026-01-31 08:30, or declare --date-format"
        self.report(place, parsed.bad, rule, expected, fix)
        return parsed.values

    def _add(self, rule: str, place: int, what: str, expected: str = "", fix: str = "", **where: Any) -> None:
        column = self.table.header[place]
        self.findings.add(found(rule, self.table.source, what, expected, fix, column=column, **where))


def read_fields(reader: FieldReader, source: Source, places: dict[str, int]) -> dict[str, Any]:
    """Parse every column that the layout knows.

    Returns
    -------
    dict
        Field -> Series, ndarray or DatetimeIndex of shape (n,); times without zone where the file gives local times.
        `offered_at` and `interval_start` are put together from date and time of day where the layout splits them.
    """
    fields = {name: _read(reader, name, place, source.units_s.get(name, 1.0)) for name, place in places.items()}
    for moment, date, clock in (("offered_at", *_split("offered")), ("interval_start", *_split("interval"))):
        if date in fields:
            day, seconds = fields.pop(date), fields.pop(clock, None)
            if moment not in fields:
                fields[moment] = day if seconds is None else day + pd.to_timedelta(seconds, unit="s").as_unit("us")
                places.setdefault(moment, places[date])
    return fields


def _split(stem: str) -> tuple[str, str]:
    return f"{stem}_date", f"{stem}_clock"


def _read(reader: FieldReader, name: str, place: int, unit_s: float) -> Any:
    if name in TEXTS:
        return reader.texts(place)
    if name in TIMES or name in DATES:
        return reader.times(place)
    if name in CLOCKS:
        return reader.clocks(place)
    if name in FLAGS:
        return reader.flags(place)
    if name in COUNTS:
        counts = reader.numbers(place)
        reader.report(place, counts < 0, "bad-number", "a count of 0 or more")
        return counts
    return reader.without_negatives(place, reader.durations(place, unit_s))


def _as_text(value: Any) -> str | None:
    if type(value) is str:
        return value.strip() or None
    if isinstance(value, float | np.floating) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _as_flag(value: Any) -> Any:
    word = str(value).strip().lower()
    word = word.removesuffix(".0")
    if word in ("", "null", "none", "nan"):
        return None
    return True if word in TRUE else False if word in FALSE else ...
