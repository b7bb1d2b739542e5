"""Several call logs made one: each call once, whatever the exports overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingest.fields import TEXT_DTYPE
from ingest.rules import found
from wfm.contracts import CALLS
from wfm.errors import Findings


@dataclass(frozen=True, eq=False)
class CallLog:
    """Calls of one file.

    Parameters
    ----------
    frame : DataFrame
        Contract columns, beside them every other parsed field, in file order.
    rows : ndarray of int, shape (n,)
        Row in the file of each call.
    source, stem : str
        As in `Table`.
    has_ids : bool
        Whether the export names its calls.
    """

    frame: pd.DataFrame
    rows: np.ndarray
    source: str
    stem: str
    has_ids: bool


@dataclass(frozen=True, eq=False)
class _Origin:
    """Which file and row each call of the combined frame came from."""

    logs: list[CallLog]
    files: np.ndarray
    rows: np.ndarray

    def report(self, rule: str, wrong: np.ndarray, what: str, findings: Findings) -> None:
        """One finding a file for the calls where `wrong` holds."""
        for number in np.unique(self.files[wrong]):
            mine = np.flatnonzero(wrong & (self.files == number))
            row, source = int(self.rows[mine[0]]), self.logs[number].source
            findings.add(found(rule, source, what, row=row, count=len(mine)))


def combine_logs(logs: list[CallLog], findings: Findings) -> pd.DataFrame:
    """One calls frame of several logs: each call once, sorted by arrival.

    Rows that are equal in every field are one call, within a file and across files. Of rows that share a call id
    and differ, the last one read stands. Calls of logs without ids are named after file and row.

    Returns
    -------
    DataFrame
        The calls contract, sorted by `offered_at`, then `call_id`; calls without ids of their own in file order.
    """
    frame = logs[0].frame if len(logs) == 1 else pd.concat([log.frame for log in logs], ignore_index=True)
    files = np.repeat(np.arange(len(logs)), [len(log.frame) for log in logs])
    origin = _Origin(logs, files, np.concatenate([log.rows for log in logs]))
    for log in logs:
        if not log.frame["offered_at"].is_monotonic_increasing:
            findings.add(found("unsorted", log.source, "rows that are not in order of arrival; they were sorted"))
    dropped = _equal_rows(frame, origin, findings)
    all_named = all(log.has_ids for log in logs)
    if any(log.has_ids for log in logs):
        dropped |= _repeated_ids(frame, dropped, origin, findings)
    if not all_named:
        frame = frame.assign(call_id=_named(frame, origin))
    frame = frame[~dropped] if dropped.any() else frame
    if not _in_order(frame, ids_too=all_named):
        frame = frame.sort_values(["offered_at", "call_id"] if all_named else ["offered_at"], kind="stable")
    return frame[[name for name in CALLS.names if name in frame]].reset_index(drop=True)


def _in_order(frame: pd.DataFrame, *, ids_too: bool) -> bool:
    """Whether the calls are sorted already, which spares a long log the sorting of its ids."""
    moments, ids = frame["offered_at"], frame["call_id"]
    if not moments.is_monotonic_increasing:
        return False
    later = np.flatnonzero(moments.duplicated()) if ids_too else np.zeros(0, np.intp)
    return bool((ids.iloc[later].to_numpy(object) >= ids.iloc[later - 1].to_numpy(object)).all())


def _equal_rows(frame: pd.DataFrame, origin: _Origin, findings: Findings) -> np.ndarray:
    """Rows that equal an earlier one in every field."""
    equal = np.zeros(len(frame), bool)
    twins = _share_arrival(frame["offered_at"])
    candidates = frame.iloc[twins]
    equal[twins] = candidates.duplicated().to_numpy()
    if not equal.any():
        return equal
    within = np.zeros(len(frame), bool)
    within[twins] = candidates.assign(file=origin.files[twins]).duplicated().to_numpy()
    origin.report("duplicate-row", within, "rows equal to an earlier one; they were dropped", findings)
    origin.report("overlap", equal & ~within, "rows that an earlier file holds; they were skipped", findings)
    return equal


def _share_arrival(offered_at: pd.Series) -> np.ndarray:
    """Places of rows that another row shares its moment with: only these can be equal."""
    moments = pd.DatetimeIndex(offered_at).asi8
    order = np.argsort(moments, kind="stable")
    same = np.diff(moments[order]) == 0
    places: np.ndarray = np.sort(order[np.append(same, False) | np.append(False, same)])
    return places


def _repeated_ids(frame: pd.DataFrame, dropped: np.ndarray, origin: _Origin, findings: Findings) -> np.ndarray:
    kept = np.flatnonzero(~dropped & frame["call_id"].notna().to_numpy())
    repeated = np.zeros(len(frame), bool)
    repeated[kept] = frame["call_id"].iloc[kept].duplicated(keep="last").to_numpy()
    what = "a call id that a later row has again; the later row was kept"
    origin.report("repeated-call-id", repeated, what, findings)
    return repeated


def _named(frame: pd.DataFrame, origin: _Origin) -> pd.Series:
    """Call ids where the export has none: the file's name and the row; a number tells equal names apart."""
    stems = [log.stem for log in origin.logs]
    made: list[str] = []
    for number, log in enumerate(origin.logs):
        earlier = stems[:number].count(log.stem)
        name = f"{log.stem}({earlier + 1})" if earlier else log.stem
        if log.has_ids:
            made += frame["call_id"][origin.files == number].tolist()
        else:
            made += map(f"{name}:".__add__, map(str, log.rows.tolist()))
    return pd.Series(made, index=frame.index, dtype=TEXT_DTYPE)
