"""Call logs and interval histories, from one file or many, into the frames that planning starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ingest.binning import calls_to_history
from ingest.calls import read_log
from ingest.files import Paths, as_files, read_tables
from ingest.history import combine_histories, read_history_file
from ingest.intervals import report_gaps
from ingest.layout import SOURCES, Kind, choose
from ingest.merging import combine_logs
from ingest.rules import found
from ingest.table import Table
from wfm.callfacts import is_offered
from wfm.contracts import CALLS, INTERVAL_HISTORY
from wfm.errors import Findings, UsageProblem
from wfm.timeaxis import INTERVALS_S, check_timezone


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read, and everything that was found while reading.

    Parameters
    ----------
    frame : DataFrame
        The calls or the interval_history contract.
    kind : str
        What the files hold: ``calls`` or ``interval_history``.
    source : str
        Name of the layout; several, separated by commas, where the files differ.
    findings : Findings
        Notes, warnings with their treatment and, when not strict, errors.
    calls : DataFrame or None
        The calls behind a history that was counted from a log.
    """

    frame: pd.DataFrame
    kind: str
    source: str
    findings: Findings
    calls: pd.DataFrame | None = None


Chosen = list[tuple[Table, str]]


def read_history(
    paths: Paths,
    *,
    interval_s: int,
    timezone: str = "UTC",
    source: str = "auto",
    date_format: str | None = None,
    answer_within_s: float | Mapping[str, float] = 20.0,
    short_abandon_s: float = 5.0,
    strict: bool = True,
) -> Reading:
    """Read call logs or interval histories as interval history.

    Parameters
    ----------
    paths : path or sequence of paths
        CSV, Parquet or Excel files, folders of such files, or ``-`` for CSV on standard input.
    interval_s : int
        Interval length of the history: 300, 600, 900, 1800 or 3600 [s].
    timezone : str
        IANA zone of the centre: local times in the files are its, and so are the times of the frame.
    source : str
        A layout of `SOURCES`, or ``auto`` for the one that fits.
    date_format : str, optional
        `strptime` format of dates that the files leave ambiguous.
    answer_within_s, short_abandon_s : float
        As in `calls_to_history`.
    strict : bool
        Whether errors are raised; otherwise what can be read is returned and they stay in the findings.

    Returns
    -------
    Reading
        `frame` follows the interval_history contract.

    Raises
    ------
    InputError
        With every error found in any file.
    UsageProblem
        If the interval, the time zone or the layout is none that exists.
    """
    if interval_s not in INTERVALS_S:
        raise UsageProblem(f"found an interval of {interval_s} s, expected one of {', '.join(map(str, INTERVALS_S))}")
    findings = Findings()
    chosen = _choose(paths, source, None, timezone, findings)
    kinds = {SOURCES[name].kind for _, name in chosen}
    calls = None
    if len(kinds) > 1:
        what = "call logs and interval histories together"
        findings.add(found("mixed-kinds", chosen[0][0].source, what, "files of one kind", "read them separately"))
        frame = INTERVAL_HISTORY.empty(timezone)
    elif "calls" in kinds:
        calls = _read_calls(chosen, timezone, date_format, findings)
        frame = calls_to_history(calls, interval_s, answer_within_s=answer_within_s, short_abandon_s=short_abandon_s)
    else:
        frame = _read_intervals(chosen, interval_s, timezone, date_format, findings)
    if strict:
        findings.raise_for_errors()
    kind = "calls" if calls is not None else "interval_history"
    return Reading(frame, kind, _names(chosen), findings, calls)


def read_calls(
    paths: Paths,
    *,
    timezone: str = "UTC",
    source: str = "auto",
    date_format: str | None = None,
    strict: bool = True,
) -> Reading:
    """Read call logs as calls.

    Parameters
    ----------
    paths, timezone, source, date_format, strict
        As in `read_history`.

    Returns
    -------
    Reading
        `frame` follows the calls contract, sorted by arrival.

    Raises
    ------
    InputError, UsageProblem
        As in `read_history`.
    """
    findings = Findings()
    chosen = _choose(paths, source, "calls", timezone, findings)
    frame = _read_calls(chosen, timezone, date_format, findings)
    if strict:
        findings.raise_for_errors()
    return Reading(frame, "calls", _names(chosen), findings)


def _choose(paths: Paths, source: str, kind: Kind | None, timezone: str, findings: Findings) -> Chosen:
    """The table and the layout of each file that can be read."""
    try:
        check_timezone(timezone)
    except ValueError as problem:
        raise UsageProblem(f"timezone: {problem}") from None
    if source != "auto" and kind not in (None, SOURCES[source].kind):
        raise UsageProblem(f'source "{source}" reads interval histories, expected a layout of call logs')
    chosen = []
    for path in as_files(paths, findings):
        pick = choose(read_tables(path, findings), source, kind, findings)
        if pick is not None and (table := _with_rows(pick, findings)) is not None:
            chosen.append((table, pick[1]))
    return chosen


def _with_rows(pick: tuple[Table, str], findings: Findings) -> Table | None:
    """The chosen table with all its rows, and the notes of its layout."""
    table, name = pick
    layout = SOURCES[name]
    table = table.without_header() if layout.first_row else table
    if not len(table):
        findings.add(found("no-rows", table.source, "a header and no row below it", "rows", "export it again"))
        return None
    places = layout.find(table.header)
    for field, place in places.items():
        if table.header.count(table.header[place]) > 1:
            what = f'the header "{table.header[place]}" more than once'
            findings.add(found("repeated-column", table.source, what, f"one column for {field}", "rename the other"))
            return None
    unused = [cell for place, cell in enumerate(table.header) if place not in places.values() and cell]
    if unused:
        findings.add(found("unused-column", table.source, f"columns that are not used: {', '.join(unused)}"))
    for note in layout.notes:
        findings.add(found("layout-note", table.source, f"layout {name}: {note}"))
    return table


def _read_calls(chosen: Chosen, timezone: str, date_format: str | None, findings: Findings) -> pd.DataFrame:
    read = [read_log(table, name, timezone, date_format, findings) for table, name in chosen]
    logs = [log for log in read if log is not None]
    if not logs:
        return CALLS.empty(timezone)
    calls = combine_logs(logs, findings)
    files = _together([log.source for log in logs])
    if count := int((~is_offered(calls)).sum()):
        findings.add(
            found("not-offered", files, "blocked, failed or outbound calls; they are not offered", count=count)
        )
    report_gaps(calls, "offered_at", files, findings)
    return calls


def _read_intervals(
    chosen: Chosen, interval_s: int, timezone: str, date_format: str | None, findings: Findings
) -> pd.DataFrame:
    read = [read_history_file(table, name, interval_s, timezone, date_format, findings) for table, name in chosen]
    files = [file for file in read if file is not None]
    if not files:
        return INTERVAL_HISTORY.empty(timezone)
    history = combine_histories(files, interval_s, findings)
    report_gaps(history, "interval_start", _together([file.source for file in files]), findings)
    return history


def _together(sources: Sequence[str]) -> str:
    return sources[0] if len(sources) == 1 else f"{len(sources)} files"


def _names(chosen: Chosen) -> str:
    return ", ".join(sorted({name for _, name in chosen}))
