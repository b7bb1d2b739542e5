"""Interval histories -> the interval_history contract, at the interval length that the planner plans in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingest.binning import KEY, sum_to_intervals
from ingest.calls import report_clock_changes, with_queue
from ingest.fields import TEXT_DTYPE, FieldReader, read_fields
from ingest.intervals import check_intervals
from ingest.layout import SOURCES, Source
from ingest.rules import found
from ingest.table import Table
from ingest.zones import localise, localise_after
from wfm.callfacts import HANDLE_PARTS
from wfm.contracts import INTERVAL_HISTORY
from wfm.errors import Findings


@dataclass(frozen=True, eq=False)
class HistoryFile:
    """Interval rows of one file.

    Parameters
    ----------
    frame : DataFrame
        The interval_history contract's columns, in file order.
    rows : ndarray of int, shape (n,)
        Row in the file of each interval.
    source : str
        As in `Table`.
    """

    frame: pd.DataFrame
    rows: np.ndarray
    source: str


def read_history_file(
    table: Table, name: str, interval_s: int, timezone: str, date_format: str | None, findings: Findings
) -> HistoryFile | None:
    """Read one table as interval history; None, with the reasons in `findings`, where that is not possible."""
    source, errors = SOURCES[name], len(findings.of("error"))
    places = source.find(table.header)
    own = set(table.header) <= set(INTERVAL_HISTORY.names)
    reader = FieldReader(table, findings, date_format, own)
    fields = read_fields(reader, source, places)
    for need in (*KEY, "offered"):
        if need in fields:
            reader.refuse_nulls(places[need], fields[need])
    if len(findings.of("error")) > errors:
        return None
    frame = pd.DataFrame({key: values for key, values in fields.items() if not isinstance(values, pd.DatetimeIndex)})
    frame = with_queue(frame, table, findings)
    frame["queue"] = _by_channel(frame, table, findings)
    queues, _ = pd.factorize(frame["queue"])
    start = localise(fields["interval_start"], timezone, queues)
    report_clock_changes(start.skipped, start.unclear, table.rows, table.source, findings)
    frame["interval_start"] = start.times
    ends = localise_after(fields["interval_end"], timezone, start.times) if "interval_end" in fields else None
    frame = _complete(frame, source)
    if not check_intervals(frame, ends, table.rows, table.source, interval_s, findings):
        return None
    return HistoryFile(frame, table.rows, table.source)


def _by_channel(frame: pd.DataFrame, table: Table, findings: Findings) -> pd.Series:
    """Queues that serve several channels become one queue a channel; voice keeps the name."""
    channel = frame["channel"].str.lower() if "channel" in frame else None
    if channel is None or channel.nunique() < 2:
        return frame["queue"]
    voice = channel.isna() | channel.isin(["voice", "call", "phone"])
    findings.add(
        found("layout-note", table.source, 'several channels; a queue of another than voice is "queue (channel)"')
    )
    return frame["queue"].where(voice, frame["queue"] + " (" + channel.fillna("") + ")").astype(TEXT_DTYPE)


def _complete(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Sums from averages and AHT from sums, where the file has one and not the other."""
    frame = source.adapt(frame) if source.adapt else frame
    for name in ("answered", "abandoned", "aht_s", *HANDLE_PARTS):
        frame[name] = frame.get(name, np.nan)
    for total, average in (("talk_s", "avg_talk_s"), ("acw_s", "avg_acw_s"), ("wait_s", "asa_s")):
        if average in frame and frame.get(total, frame["aht_s"] * np.nan).isna().all():
            frame[total] = (frame[average] * frame["answered"]).mask(frame["answered"] == 0, 0.0)
    if frame["aht_s"].isna().all():
        recorded = [frame[part] for part in HANDLE_PARTS if frame[part].notna().any()]
        handled_s = frame.get("handle_s", sum(recorded) if recorded else frame["aht_s"])
        frame["aht_s"] = handled_s / frame["answered"]
    nobody = frame["answered"].where(frame["answered"].notna(), frame["offered"]) == 0
    frame["aht_s"] = frame["aht_s"].mask(nobody)
    return frame[[name for name in INTERVAL_HISTORY.names if name in frame]]


def combine_histories(files: list[HistoryFile], interval_s: int, findings: Findings) -> pd.DataFrame:
    """One history of several files at one interval length; equal intervals count once, unequal ones are errors.

    Returns
    -------
    DataFrame
        The interval_history contract, sorted by queue and interval.
    """
    frame = files[0].frame if len(files) == 1 else pd.concat([file.frame for file in files], ignore_index=True)
    numbers = np.repeat(np.arange(len(files)), [len(file.frame) for file in files])
    rows = np.concatenate([file.rows for file in files])
    frame = frame[~_repeated(frame, numbers, rows, files, findings)]
    for file in files:
        if not file.frame["interval_start"].is_monotonic_increasing and not _is_sorted_by_queue(file.frame):
            findings.add(found("unsorted", file.source, "rows that are not in order of time; they were sorted"))
    return sum_to_intervals(frame.sort_values(KEY, kind="stable").reset_index(drop=True), interval_s)


def _is_sorted_by_queue(frame: pd.DataFrame) -> bool:
    return bool(frame.groupby("queue")["interval_start"].is_monotonic_increasing.all())


def _repeated(
    frame: pd.DataFrame, numbers: np.ndarray, rows: np.ndarray, files: list[HistoryFile], findings: Findings
) -> np.ndarray:
    """Rows to drop: those whose interval an earlier row has already."""
    later: np.ndarray = frame.duplicated(KEY).to_numpy()
    if not later.any():
        return later
    equal = frame.duplicated().to_numpy()
    within = frame.assign(file=numbers).duplicated().to_numpy()
    for rule, wrong, what in (
        ("duplicate-interval", within, "intervals that stand twice with equal values; they count once"),
        ("overlap", equal & ~within, "intervals that an earlier file holds; they were skipped"),
    ):
        for number in np.unique(numbers[wrong]):
            mine = np.flatnonzero(wrong & (numbers == number))
            findings.add(found(rule, files[number].source, what, row=int(rows[mine[0]]), count=len(mine)))
    _refuse_unequal(frame, later & ~equal, numbers, rows, files, findings)
    return later


def _refuse_unequal(
    frame: pd.DataFrame,
    unequal: np.ndarray,
    numbers: np.ndarray,
    rows: np.ndarray,
    files: list[HistoryFile],
    findings: Findings,
) -> None:
    if not unequal.any():
        return
    second = int(np.argmax(unequal))
    key = frame.iloc[second]
    same = (frame["queue"] == key["queue"]) & (frame["interval_start"] == key["interval_start"])
    first = int(np.argmax(same.to_numpy()))
    other = "" if numbers[first] == numbers[second] else f" of {files[numbers[first]].source}"
    what = f"a duplicated hour: {key['interval_start']:%Y-%m-%d %H:%M} of queue {key['queue']}"
    what += f" has other values in row {rows[first]}{other}"
    source, row, count = files[numbers[second]].source, int(rows[second]), int(unequal.sum())
    fix = "keep one of the rows"
    findings.add(found("duplicated-hour", source, what, "one row per queue and interval", fix, row=row, count=count))
