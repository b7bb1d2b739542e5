"""Rows that have to be read right before anything is learned: zeros of closed hours, queues that became one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.notes import about
from forecasting.series import Series
from forecasting.usual import runs
from wfm.contracts import INTERVAL_HISTORY
from wfm.errors import Finding

OPEN_AT_LEAST = 0.02
CALLS_DUE = 10.0
LEAST_DAYS = 3
MOST_EMPTY_SHARE = 0.25


def without_closed_zeros(series: Series) -> tuple[Series, list[Finding]]:
    """Tell closed intervals that the export fills with zeros from open ones in which nobody called.

    A stretch of a weekday without one call in the whole history is closed when even a fiftieth of the mean rate of
    the other intervals would have brought ten calls by now. A single day of zeros on a weekday that usually has
    calls is closed or lost when its weekday's median total is at least ten.

    Returns
    -------
    Series
        With NaN for those zeros.
    list of Finding
        What was taken as closed.
    """
    if not np.nansum(series.calls):
        return series, []
    never, empty = _never_called(series), _empty_days(series)
    if not never.any() and not empty.any():
        return series, []
    closed = series.present & (never[series.weekdays] | empty[:, None])
    findings = []
    if never.any():
        found = f"zeros throughout in {int(never.sum())} of {never.size} intervals of the week"
        findings.append(about(series.queue, "zeros-closed", found, "taken as closed", "note"))
    if days := ", ".join(str(day) for day in series.days[empty]):
        findings.append(about(series.queue, "empty-day", f"no call on {days}", "taken as closed or lost"))
    return replace(series, calls=np.where(closed, np.nan, series.calls)), findings


def _never_called(series: Series) -> np.ndarray:
    """Intervals of the week that are closed although the history has rows, shape (7, slots)."""
    slots = series.calls.shape[1]
    calls, seen = np.zeros((7, slots)), np.zeros((7, slots))
    np.add.at(calls, series.weekdays, np.nan_to_num(series.calls))
    np.add.at(seen, series.weekdays, series.present)
    silent = (seen >= LEAST_DAYS) & (calls == 0)
    rate = calls.sum() / seen[calls > 0].sum()
    stretch = runs(silent)
    due = np.bincount(stretch.ravel(), np.where(silent, seen * rate * OPEN_AT_LEAST, 0.0).ravel())
    return np.asarray(silent & (due[stretch] >= CALLS_DUE))


def _empty_days(series: Series) -> np.ndarray:
    """Days of zeros only, on weekdays that hardly ever are, shape (days,)."""
    totals, empty = series.totals, np.zeros(len(series.days), dtype=bool)
    for weekday in range(7):
        same = series.active & (series.weekdays == weekday)
        zero = same & (totals == 0)
        if zero.any() and zero.sum() <= MOST_EMPTY_SHARE * same.sum() and np.median(totals[same]) >= CALLS_DUE:
            empty |= zero
    return empty


def merge_queues(history: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The history after queues were merged or renamed: counts and times are added up, AHT is sum over sum.

    Parameters
    ----------
    history : DataFrame
        Contract ``interval_history``.
    names : mapping of str to str
        Old name to new name; queues that it does not name keep theirs.

    Returns
    -------
    DataFrame
        The contract's columns, one row a queue and interval. A sum is null where all its parts are.
    """
    frame = INTERVAL_HISTORY.validate(history.reset_index(drop=True))
    frame = frame.assign(queue=frame["queue"].astype(str).replace(dict(names)))
    known = [name for name in INTERVAL_HISTORY.names if name in frame and name not in ("queue", "interval_start")]
    handled = frame["answered"].astype(float).fillna(frame["offered"]).where(frame["aht_s"].notna())
    frame = frame.assign(_handled=handled, _seconds=frame["aht_s"].astype(float) * handled)
    groups = frame.groupby(["queue", "interval_start"], sort=True)
    merged = groups[[*known, "_handled", "_seconds"]].sum(min_count=1)
    merged["aht_s"] = merged["_seconds"] / merged["_handled"].where(merged["_handled"] > 0)
    if "max_wait_s" in known:
        merged["max_wait_s"] = groups["max_wait_s"].max()
    return merged[known].reset_index()
