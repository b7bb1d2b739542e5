"""Interval lengths, gaps and missing days: whether a history is whole."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from ingest.binning import KEY, interval_length_s
from ingest.rules import found
from wfm.errors import Findings
from wfm.timeaxis import INTERVALS_S, local_day, wall_clock

USUAL_SHARE = 0.5
ROWS_THAT_PROVE = 6
DATES_SHOWN = 12


def check_intervals(
    frame: pd.DataFrame,
    ends: pd.DatetimeIndex | None,
    rows: np.ndarray,
    source: str,
    interval_s: int,
    findings: Findings,
) -> bool:
    """Whether every interval of one file lies on its grid and fits into intervals of `interval_s`.

    Parameters
    ----------
    frame : DataFrame
        queue and interval_start, in file order.
    ends : DatetimeIndex or None
        Ends of the intervals where the file gives them; the steps between starts show the length otherwise.
    rows : ndarray of int, shape (n,)
    source : str
    interval_s : int
        Length of the intervals wanted [s].
    findings : Findings
        Receives errors, and notes of finer and of missing intervals.
    """
    starts = pd.DatetimeIndex(frame["interval_start"])
    wanted = f"{interval_s // 60} min"
    length_s = _lengths(frame, interval_s) if ends is None else np.asarray((ends - starts).total_seconds())
    wall = wall_clock(starts)
    since_midnight_s = np.asarray((wall - wall.normalize()).total_seconds())
    legal = np.isin(length_s, INTERVALS_S)
    coarse = length_s > interval_s
    uneven = ~coarse & (~legal | (interval_s % np.where(legal, length_s, interval_s) != 0))
    off_grid = legal & (since_midnight_s % np.where(legal, length_s, 1) != 0)
    whole = True
    for rule, wrong, expected, fix in (
        ("too-coarse", coarse, f"intervals of at most {wanted}", "ask for longer intervals"),
        ("uneven-intervals", uneven, f"intervals that divide {wanted}", "ask for a multiple of their length"),
        ("off-grid", off_grid & ~coarse & ~uneven, "a start on a multiple of the length", "correct or drop the row"),
    ):
        if wrong.any():
            first = int(np.argmax(wrong))
            what = f"an interval of {length_s[first] / 60:g} min at {wall[first]:%Y-%m-%d %H:%M:%S}"
            row, count = int(rows[first]), int(wrong.sum())
            findings.add(found(rule, source, what, expected, fix, column="", row=row, count=count))
            whole = False
    if whole:
        _note_lengths(frame, length_s, rows, source, interval_s, findings)
    return whole


def _lengths(frame: pd.DataFrame, interval_s: int) -> np.ndarray:
    """Length of each interval as the steps show it: the file's, but a day of regular longer steps has its own."""
    usual_s = interval_length_s(frame)
    ordered = frame[KEY].assign(day=local_day(frame["interval_start"]), place=np.arange(len(frame))).sort_values(KEY)
    step = ordered.groupby(["queue", "day"], sort=False)["interval_start"].diff().dt.total_seconds()
    if usual_s is None:
        seen = step[step > 0]
        return np.full(len(frame), float(seen.min()) if len(seen) else interval_s)
    days = step.groupby([ordered["queue"], ordered["day"]], sort=False)
    regular = days.transform("min").eq(days.transform("max")) & (days.transform("size") >= ROWS_THAT_PROVE)
    own = days.transform("min").where(regular & days.transform("min").isin(INTERVALS_S), usual_s)
    lengths = np.empty(len(frame))
    lengths[ordered["place"]] = own
    return lengths


def _note_lengths(
    frame: pd.DataFrame, length_s: np.ndarray, rows: np.ndarray, source: str, interval_s: int, findings: Findings
) -> None:
    finer = length_s < interval_s
    if finer.any():
        what = f"intervals of {length_s[finer].min() / 60:g} min; they were summed to {interval_s // 60} min"
        findings.add(found("finer-intervals", source, what))
    missing, first = _missing_intervals(frame, length_s.min())
    if missing:
        what = f"{missing} intervals missing inside open days; they stay missing"
        fix = "fill them with zeros if nobody called"
        findings.add(found("missing-interval", source, what, fix=fix, row=int(rows[first])))


def _missing_intervals(frame: pd.DataFrame, length_s: float) -> tuple[int, int]:
    """How many usual slots are missing between the first and the last interval of a day, and the row behind the first.

    A slot is usual for a queue and weekday if most of that weekday's days have it.
    """
    starts = pd.DatetimeIndex(frame["interval_start"])
    wall = wall_clock(starts)
    slot = np.asarray((wall - wall.normalize()).total_seconds() // length_s, int)
    rows = pd.DataFrame({"queue": frame["queue"], "day": wall.normalize(), "weekday": wall.day_of_week, "slot": slot})
    rows = rows.drop_duplicates(["queue", "day", "slot"])
    days = rows.groupby(["queue", "weekday"])["day"].nunique()
    share = rows.groupby(["queue", "weekday", "slot"]).size().div(days)
    usual = share[share > USUAL_SHARE].reset_index()[["queue", "weekday", "slot"]]
    span = rows.groupby(["queue", "weekday", "day"])["slot"].agg(["min", "max"]).reset_index()
    expected = span.merge(usual, on=["queue", "weekday"])
    expected = expected[expected["slot"].between(expected["min"], expected["max"])]
    absent = expected.merge(rows, on=["queue", "weekday", "day", "slot"], how="left", indicator=True)
    absent = absent[absent["_merge"] == "left_only"]
    if absent.empty:
        return 0, 0
    hole = absent.sort_values(["day", "slot"]).iloc[0]
    behind = (frame["queue"] == hole["queue"]).to_numpy() & (wall.normalize() == hole["day"]) & (slot > hole["slot"])
    return len(absent), int(np.argmax(behind))


def report_gaps(frame: pd.DataFrame, time: str, source: str, findings: Findings) -> None:
    """Days without a row on weekdays that a queue is usually open, between its first and its last day.

    Parameters
    ----------
    frame : DataFrame
        queue, and `time` as instants.
    time : str
        Column that says when.
    source : str
        File or files named in the finding.
    findings : Findings
        Receives one warning for every set of queues that lack the same days.
    """
    active = pd.DataFrame({"queue": frame["queue"], "day": local_day(frame[time])}).drop_duplicates()
    lacking: defaultdict[pd.Timestamp, list[str]] = defaultdict(list)
    for queue, days in active.groupby("queue")["day"]:
        for day in _missing_days(pd.DatetimeIndex(days)):
            lacking[day].append(str(queue))
    together: defaultdict[tuple[str, ...], list[pd.Timestamp]] = defaultdict(list)
    for day in sorted(lacking):
        together[tuple(lacking[day])].append(day)
    everyone = active["queue"].nunique()
    for queues, days in sorted(together.items()):
        who = "" if len(queues) == everyone else f" in queue {', '.join(queues)}"
        shown = ", ".join(f"{day:%a %Y-%m-%d}" for day in days[:DATES_SHOWN])
        more = f" and {len(days) - DATES_SHOWN} more days" if len(days) > DATES_SHOWN else ""
        fix = "nothing to do if the centre was closed; export the days again if not"
        findings.add(found("gap", source, f"no calls{who} on {shown}{more}", fix=fix))


def _missing_days(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    span = pd.date_range(days.min(), days.max(), freq="D", unit="us")
    there = span.isin(days)
    share = pd.Series(there).groupby(np.asarray(span.day_of_week)).mean()
    usual = share.reindex(np.asarray(span.day_of_week)).to_numpy() > USUAL_SHARE
    return span[usual & ~there]
