"""The planner's week grid: how a shift stands in a cell, so that what one room writes another can read back."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

README, BREAKS, RECORD = "Read me", "Breaks", "Schedule"
ZONE_LINE, PUBLISHED_LINE, FINGERPRINT_LINE = "Time zone", "Published at", "Fingerprint"
AGENT, QUEUE = "agent", "queue"
WEEK_SHEET = re.compile(r"\d{4}-W\d{2}")
AGAIN = "again"

_CLOCK = r"(\d{1,2})(?:[:.h]?([0-5]\d))?(?::([0-5]\d))?"
_SPAN = re.compile(rf"{_CLOCK}( {AGAIN})?\s*(?:-|–|—|to)\s*{_CLOCK}( {AGAIN})?(?:\s+(\S.*))?", re.IGNORECASE)
_FINGERPRINTED = (
    "version",
    "agent",
    "start",
    "end",
    "activity",
    "queue",
    "paid",
    "productive",
    "published_at",
    "shift",
)


@dataclass(frozen=True)
class Clock:
    """A time on the wall: seconds after midnight, and whether it is the second pass of a repeated hour."""

    second: int
    again: bool = False


@dataclass(frozen=True)
class Span:
    """One shift as a cell spells it."""

    start: Clock
    end: Clock
    label: str = ""


def shift_numbers(schedule: pd.DataFrame) -> pd.Series:
    """Which shift each stretch belongs to: stretches of an agent that follow each other without gap.

    Parameters
    ----------
    schedule : DataFrame
        Contract frame, sorted by agent and start.

    Returns
    -------
    Series of int, same index
        From 1, counted through the frame.
    """
    begins = schedule["agent"].ne(schedule["agent"].shift()) | schedule["start"].ne(schedule["end"].shift())
    return begins.cumsum()


def shift_label(stretches: Sequence[Mapping[str, Any]]) -> str:
    """Name of a shift for its cell: the one that the schedule gives, else what an agent who serves nobody does."""
    named = next((str(row["shift"]) for row in stretches if isinstance(row.get("shift"), str)), "")
    if not named and not any(row["productive"] for row in stretches):
        named = "/".join(dict.fromkeys(str(row["activity"]).replace("_", " ") for row in stretches))
    return " ".join(re.sub(r"[,;]", " ", named).split())


def span_text(start: pd.Timestamp, end: pd.Timestamp, label: str = "") -> str:
    """``08:00–16:30 early``; a time of the second pass of a repeated hour is followed by ``again``."""
    return f"{_clock_text(start)}–{_clock_text(end)} {label}".rstrip()


def read_cell(text: str) -> list[Span]:
    """The shifts in a cell, one a line or separated by commas; none in an empty one.

    Raises
    ------
    ValueError
        Naming the first part that is no pair of times.
    """
    spans = []
    for part in (part.strip() for part in re.split(r"[\n;,]", text)):
        if not part:
            continue
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        start, end = _clock(*match.group(1, 2, 3, 4)), _clock(*match.group(5, 6, 7, 8))
        spans.append(Span(start, end, match[9] or ""))
    return spans


def span_instants(day: dt.date, span: Span, zone: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Start and end of a span of a local day; an end that is not after the start is on the next day.

    Raises
    ------
    ValueError
        If the clock skips one of the times on that day, or ``again`` stands at a time that comes once.
    """
    start = _instant(day, span.start, zone)
    later, same_pass = span.end.second > span.start.second, _comes_twice(day, span.end, zone)
    if later or (span.end.again and same_pass):
        again = span.end.again or (later and span.start.again and same_pass)
        end = _instant(day, Clock(span.end.second, again), zone)
        if end > start:
            return start, end
    return start, _instant(day + dt.timedelta(days=1), span.end, zone)


def fingerprint(schedule: pd.DataFrame) -> str:
    """Sixteen hexadecimal digits that change with any cell of a schedule, whatever the order of its rows."""
    columns = [_texts(schedule[name]) if name in schedule else [""] * len(schedule) for name in _FINGERPRINTED]
    rows = sorted("\x1f".join(row) for row in zip(*columns, strict=True))
    return hashlib.sha256("\x1e".join(rows).encode()).hexdigest()[:16]


def _texts(values: pd.Series) -> list[str]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        # To the second: a workbook's times are fractions of a day and not exact beyond milliseconds.
        seconds = (pd.DatetimeIndex(values).as_unit("us").asi8 + 500_000) // 1_000_000
        return ["" if null else str(second) for second, null in zip(seconds, values.isna(), strict=True)]
    return ["" if pd.isna(value) else str(value) for value in values]


def _clock_text(moment: pd.Timestamp) -> str:
    seconds = f":{moment.second:02d}" if moment.second else ""
    return f"{moment:%H:%M}{seconds}{f' {AGAIN}' if moment.fold else ''}"


def _clock(hour: str, minute: str | None, second: str | None, again: str | None) -> Clock:
    if int(hour) > 23:
        raise ValueError(f"{hour} o'clock")
    return Clock(int(hour) * 3600 + int(minute or 0) * 60 + int(second or 0), bool(again))


def _comes_twice(day: dt.date, clock: Clock, zone: str) -> bool:
    first, second = _passes(day, clock, zone)
    return first != second


def _passes(day: dt.date, clock: Clock, zone: str) -> tuple[Any, Any]:
    wall = pd.Timestamp(day) + pd.Timedelta(seconds=clock.second)
    first, second = (wall.tz_localize(zone, ambiguous=summer, nonexistent="NaT") for summer in (True, False))
    return first, second


def _instant(day: dt.date, clock: Clock, zone: str) -> pd.Timestamp:
    first, second = _passes(day, clock, zone)
    wall = pd.Timestamp(day) + pd.Timedelta(seconds=clock.second)
    if first is pd.NaT:
        raise ValueError(f"{wall:%H:%M}, which the clock skips on {wall:%Y-%m-%d}")
    if clock.again and first == second:
        raise ValueError(f"{wall:%H:%M} {AGAIN}, but that time comes only once on {wall:%Y-%m-%d}")
    return second if clock.again else first
