"""Contract frames in, matrices out; and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.opengrid import Grid, weekly_pattern
from forecasting.series import DAY, DAY_S, Series, weekday_of
from wfm.contracts import INTERVAL_HISTORY
from wfm.errors import Finding, Findings, InputError
from wfm.timeaxis import INTERVALS_S, days_grid, local_day, slot_of

HANDLE_PARTS = ("talk_s", "hold_s", "acw_s")


@dataclass(frozen=True, slots=True)
class History:
    """All queues up to one common cut-off.

    Parameters
    ----------
    series : tuple of Series
        Sorted by queue; each starts with its own first row, all end together.
    findings : Findings
    """

    series: tuple[Series, ...]
    findings: Findings


def interval_of(history: pd.DataFrame) -> int | None:
    """Interval length [s] of a history: the shortest step within a queue; None if it is no usual length."""
    ordered = history.sort_values(["queue", "interval_start"])
    steps = ordered.groupby("queue", observed=True)["interval_start"].diff().dt.total_seconds()
    step = steps[steps > 0].min()
    return int(step) if step in INTERVALS_S else None


def read_history(
    history: pd.DataFrame,
    timezone: str | None = None,
    interval_s: int | None = None,
    before: np.datetime64 | None = None,
) -> History:
    """Check a history and bring it into one matrix a queue.

    A last day that stops short of its usual closing hour is left out. The common end is moved on to Monday
    when the centre is usually closed until then, so that cut-offs fall between weeks.

    Parameters
    ----------
    history : DataFrame
        Contract ``interval_history``, in any order.
    timezone : str, optional
        Zone of the wall clock; the history's own when None.
    interval_s : int, optional
        Interval length that the history must have [s]; its own when None.
    before : datetime64[D], optional
        Rows of this local day and later are not looked at.

    Raises
    ------
    InputError
        If the frame breaks its contract, has another interval length or no usable row.
    """
    frame = INTERVAL_HISTORY.validate(history)
    step = _checked_interval(frame, interval_s)
    timezone = timezone or str(frame["interval_start"].dt.tz)
    starts = pd.DatetimeIndex(frame["interval_start"]).tz_convert(timezone)
    day, slot = local_day(starts).to_numpy().astype("datetime64[D]"), slot_of(starts, step).to_numpy()
    findings = Findings()
    known = np.ones(len(frame), bool) if before is None else day < before
    if not known.all():
        expected = "rows before the first day of the forecast; they are not used"
        found = f"{(~known).sum()} rows on or after {before}"
        findings.add(Finding("history", "after-first-day", found, expected, severity="note"))
    if not known.any():
        raise InputError(Finding("history", "no-history", "no row before the forecast", "at least one week"))
    end = _common_end(day[known], slot[known], DAY_S // step, findings)
    known &= day < end
    end = _next_monday_if_closed(day[known], slot[known], DAY_S // step, end)
    end = end if before is None else min(end, before)
    queues = frame["queue"].astype(str).to_numpy()
    rows = pd.DataFrame({"day": day, "slot": slot, "offered": frame["offered"].to_numpy(float)})
    rows["handled"], rows["handle_s"] = _handle_time(frame)
    series = tuple(
        _series(str(queue), rows.loc[positions], end, step, timezone)
        for queue, positions in sorted(rows[known].groupby(queues[known]).groups.items())
    )
    for queue in sorted(set(queues) - {one.queue for one in series}):
        findings.add(Finding(f"queue {queue}", "no-history", "no usable row", "at least one week of history"))
    return History(series, findings)


def _checked_interval(frame: pd.DataFrame, wanted: int | None) -> int:
    found = interval_of(frame)
    step = wanted or found
    if step is None:
        raise InputError(Finding("history", "interval-length", "no two neighbouring intervals", "a longer history"))
    if found not in (None, step):
        fix = f"bring the history to intervals of {step // 60} min"
        raise InputError(Finding("history", "interval-length", f"{found // 60} min", f"{step // 60} min", fix))  # type: ignore[operator]
    starts = pd.DatetimeIndex(frame["interval_start"])
    crooked = (starts.hour * 3600 + starts.minute * 60 + starts.second) % step != 0
    if crooked.any():
        first = int(np.argmax(crooked))
        found, expected = str(starts[first]), f"a multiple of {step // 60} min"
        where = {"row": first + 2, "column": "interval_start", "count": int(crooked.sum())}
        raise InputError(Finding("history", "interval-start", found, expected, **where))
    return step


def _handle_time(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Calls with a known handle time and its sum [s]; the sums of the parts, else AHT x answered."""
    answered = frame["answered"].astype("float64").fillna(frame["offered"]).to_numpy(float)
    parts = frame[[name for name in HANDLE_PARTS if name in frame]].astype("float64").sum(axis=1, min_count=1)
    seconds = parts.fillna(frame["aht_s"].astype("float64") * answered).to_numpy(float)
    known = np.isfinite(seconds) & (answered > 0)
    return np.where(known, answered, 0.0), np.where(known, seconds, 0.0)


def _presence(day: np.ndarray, slot: np.ndarray, slots: int, end: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    days = np.arange(day.min(), end)
    present = np.zeros((len(days), slots), dtype=bool)
    present[((day - days[0]) // DAY).astype(int), slot] = True
    return days, present


def _common_end(day: np.ndarray, slot: np.ndarray, slots: int, findings: Findings) -> np.datetime64:
    last = day.max()
    if day.min() == last:
        return last + DAY
    days, present = _presence(day[day < last], slot[day < last], slots, last)
    usual = weekly_pattern(days, present, np.ones(len(days), dtype=bool))[weekday_of(np.array([last]))[0]]
    if not usual.any() or slot[day == last].max() >= np.flatnonzero(usual)[-1]:
        return last + DAY
    found = f"{last} stops before its usual closing hour"
    findings.add(Finding("history", "incomplete-day", found, "whole days; it is not used", severity="note"))
    return last


def _next_monday_if_closed(day: np.ndarray, slot: np.ndarray, slots: int, end: np.datetime64) -> np.datetime64:
    days, present = _presence(day, slot, slots, end)
    open_weekdays = weekly_pattern(days, present, np.ones(len(days), dtype=bool)).any(axis=1)
    until_monday = int(-weekday_of(np.array([end]))[0] % 7)
    rest = weekday_of(span(end, until_monday))
    return end if open_weekdays[rest].any() else end + DAY * until_monday


def _series(queue: str, rows: pd.DataFrame, end: np.datetime64, step: int, timezone: str) -> Series:
    day = rows["day"].to_numpy().astype("datetime64[D]")
    days = np.arange(day.min(), end)
    cells = ((day - days[0]) // DAY).astype(int), rows["slot"].to_numpy()

    def summed(values: np.ndarray) -> np.ndarray:
        matrix = np.zeros((len(days), DAY_S // step))
        np.add.at(matrix, cells, values)
        return matrix

    times = summed(np.ones(len(rows)))
    calls = summed(rows["offered"].to_numpy()) / np.where(times > 0, times, np.nan)
    return Series(
        queue, days, calls, summed(rows["handled"].to_numpy()), summed(rows["handle_s"].to_numpy()), step, timezone
    )


def open_rows(
    grid: Grid, first: np.datetime64, series: Series
) -> tuple[pd.DatetimeIndex, tuple[np.ndarray, np.ndarray]]:
    """Interval starts of the open cells from `first` on, and the cell (day, slot) of each.

    The repeated hour of a 25-hour day gives two rows of one cell, the skipped hour of a 23-hour day none.
    """
    starts = days_grid(grid.days[0].item(), len(grid.days), series.interval_s, series.timezone)
    day = local_day(starts).to_numpy().astype("datetime64[D]")
    cells = ((day - grid.days[0]) // DAY).astype(int), slot_of(starts, series.interval_s).to_numpy()
    wanted = grid.open[cells] & (day >= first)
    return starts[wanted], (cells[0][wanted], cells[1][wanted])
