"""Call logs -> the calls contract: what an export leaves out is worked out where it follows, else left unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ingest.completion import Completion
from ingest.fields import TEXT_DTYPE, FieldReader, read_fields
from ingest.layout import SOURCES
from ingest.merging import CallLog
from ingest.rules import found
from ingest.table import Table
from ingest.zones import localise, localise_after
from wfm.contracts import CALLS
from wfm.errors import Findings


def read_log(table: Table, name: str, timezone: str, date_format: str | None, findings: Findings) -> CallLog | None:
    """Read one table as a call log; None, with the reasons in `findings`, where that is not possible."""
    source, errors = SOURCES[name], len(findings.of("error"))
    places = source.find(table.header)
    own = set(table.header) <= set(CALLS.names)
    fields = read_fields(FieldReader(table, findings, date_format, own), source, places)
    if len(findings.of("error")) > errors:
        return None
    rows, frame = table.rows, pd.DataFrame(_instants(fields, timezone, table, findings), copy=False)
    frame = source.adapt(frame) if source.adapt else frame
    frame, rows = _only_queued(frame, rows, table, findings)
    if not _has_moments(frame, rows, table, places, findings):
        return None
    frame = with_queue(frame, table, findings)
    completed = Completion(frame, rows, table.source, findings).complete()
    return CallLog(completed, rows, table.source, table.stem, has_ids="call_id" in frame)


def with_queue(frame: pd.DataFrame, table: Table, findings: Findings) -> pd.DataFrame:
    """`frame` with a queue: the file's name where it has none of its own."""
    if "queue" in frame:
        return frame
    findings.add(found("queue-from-file", table.source, f'no queue column; every row has the queue "{table.stem}"'))
    return frame.assign(queue=pd.Series(table.stem, index=frame.index, dtype=TEXT_DTYPE))


def _instants(fields: dict[str, Any], timezone: str, table: Table, findings: Findings) -> dict[str, Any]:
    """All times as instants: the arrival by the order of the file, the others as what follows it."""
    arrival = localise(fields["offered_at"], timezone)
    report_clock_changes(arrival.skipped, arrival.unclear, table.rows, table.source, findings)
    instants = {"offered_at": arrival.times}
    for name, values in fields.items():
        if name != "offered_at" and isinstance(values, pd.DatetimeIndex):
            instants[name] = localise_after(values, timezone, arrival.times)
    return fields | instants


def report_clock_changes(
    skipped: np.ndarray, unclear: np.ndarray, rows: np.ndarray, source: str, findings: Findings
) -> None:
    """Findings for local times that the clock change skips, or repeats without the file showing which pass it is."""
    for rule, wrong, what in (
        ("skipped-hour", skipped, "a local time that the clock change skips; it was moved one hour forward"),
        ("repeated-hour", unclear, "a local time of the repeated hour; it was taken as its first pass"),
    ):
        if wrong.any():
            row, count = int(rows[np.argmax(wrong)]), int(wrong.sum())
            findings.add(found(rule, source, what, fix="export times with offset or in UTC", row=row, count=count))


def _only_queued(
    frame: pd.DataFrame, rows: np.ndarray, table: Table, findings: Findings
) -> tuple[pd.DataFrame, np.ndarray]:
    """Leave out contacts with neither queue nor moment of arrival: they never asked for an agent."""
    if "queue" not in frame:
        return frame, rows
    stray = (frame["queue"].isna() & frame["offered_at"].isna()).to_numpy()
    if not stray.any():
        return frame, rows
    row, count = int(rows[np.argmax(stray)]), int(stray.sum())
    what = "contacts that never entered a queue; they were left out"
    findings.add(found("not-queued", table.source, what, row=row, count=count))
    return frame[~stray].reset_index(drop=True), rows[~stray]


def _has_moments(
    frame: pd.DataFrame, rows: np.ndarray, table: Table, places: dict[str, int], findings: Findings
) -> bool:
    """Every call needs its arrival and, where the log names queues, its queue and, where it has ids, its id."""
    complete = True
    for name in ("offered_at", "queue", "call_id"):
        if name in frame and (empty := frame[name].isna().to_numpy()).any():
            row, count = int(rows[np.argmax(empty)]), int(empty.sum())
            column = table.header[places[name]]
            findings.add(found("null", table.source, "nothing", "a value", column=column, row=row, count=count))
            complete = False
    return complete
