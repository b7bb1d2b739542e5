"""Contract frames in, one matrix a queue out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.notes import about
from forecasting.opengrid import weekly_pattern
from forecasting.preparing import without_closed_zeros
from forecasting.series import DAY_S, Series, days_from, span, weekday_of
from wfm.contracts import INTERVAL_HISTORY
from wfm.errors import Finding, Findings, InputError
from wfm.timeaxis import INTERVALS_S, slot_of, wall_clock

LEAST_ROWS_OF_LENGTH = 8
LEAST_DAYS = 3
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


def read_history(
    history: pd.DataFrame,
    timezone: str | None = None,
    interval_s: int | None = None,
    before: np.datetime64 | None = None,
) -> History:
    """Check a history and bring it into one matrix a queue.

    A last day that stops more than an hour before its usual closing hour is left out. The common end is moved on
    to Monday when the centre is usually closed until then, so that cut-offs fall between weeks. Zeros of closed hours
    are no calls of open ones, see `without_closed_zeros`.

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
    frame = INTERVAL_HISTORY.validate(history.reset_index(drop=True))
    if (endless := np.isinf(frame["offered"].to_numpy(float))).any():
        first = int(np.argmax(endless))
        wanted = "a number of calls"
        raise InputError(
            Finding("history", "bad-number", "inf", wanted, row=first + 2, column="offered", count=int(endless.sum()))
        )
    timezone = timezone or str(frame["interval_start"].dt.tz)
    frame = frame.assign(interval_start=frame["interval_start"].dt.tz_convert(timezone))
    step = _checked_interval(frame, interval_s)
    rows, findings = _rows(frame, step), Findings()
    known = rows if before is None else _rows_before(rows, before, findings)
    if known.empty:
        raise InputError(Finding("history", "no-history", "no row before the forecast", "at least one week"))
    slots = DAY_S // step
    known = _whole_days(known, slots, findings)
    end = _end_of_week(known, slots)
    end = end if before is None else min(end, before)
    series = []
    for queue, group in known.groupby("queue", sort=True):
        one, remarks = without_closed_zeros(_series(str(queue), group, end, step, timezone))
        series.append(one)
        findings.extend(remarks)
    for queue in sorted(set(rows["queue"]) - set(known["queue"])):
        findings.add(about(queue, "no-history", "no row before the forecast", "the queue is left out", "error"))
    return History(tuple(series), findings)


def _checked_interval(frame: pd.DataFrame, wanted: int | None) -> int:
    """Interval length [s]: the shortest step within a queue, which has to be the one that is wanted."""
    ordered = frame.sort_values(["queue", "interval_start"])
    steps = ordered.groupby("queue", observed=True)["interval_start"].diff().dt.total_seconds()
    shortest = steps[steps > 0].min()
    step = wanted or shortest
    if step not in INTERVALS_S:
        raise InputError(Finding("history", "interval-length", "no two neighbouring intervals", "a longer history"))
    if shortest in INTERVALS_S and shortest != step:
        expected, fix = f"{step // 60} min", "bring the history to that interval length"
        raise InputError(Finding("history", "interval-length", f"{shortest // 60:.0f} min", expected, fix))
    starts = pd.DatetimeIndex(frame["interval_start"])
    crooked = (starts.hour * 3600 + starts.minute * 60 + starts.second) % step != 0
    if crooked.any():
        first = int(np.argmax(crooked))
        expected = f"a start on a multiple of {step // 60:.0f} min"
        raise InputError(
            Finding("history", "interval-start", str(starts[first]), expected, row=first + 2, count=int(crooked.sum()))
        )
    _check_one_length(ordered, steps, int(step))
    return int(step)


def _check_one_length(ordered: pd.DataFrame, steps: pd.Series, step: int) -> None:
    """Refuse days whose rows are all a longer step apart and begin on multiples of it: their calls are of that step."""
    wall, queue = wall_clock(ordered["interval_start"]), pd.factorize(ordered["queue"])[0]
    day = wall.to_numpy().astype("datetime64[D]").astype(np.int64)
    begins = np.flatnonzero(np.diff(day, prepend=-1) | np.diff(queue, prepend=-1))
    rows = np.diff(begins, append=len(day))
    own = np.minimum.reduceat(steps.fillna(np.inf).to_numpy(), begins)
    second = (wall.hour * 3600 + wall.minute * 60 + wall.second).to_numpy()
    crooked = np.logical_or.reduceat(second % np.repeat(own, rows) != 0, begins)
    longer = (own > step) & (rows >= LEAST_ROWS_OF_LENGTH) & ~crooked
    longer &= np.bincount(queue[begins][longer], minlength=queue.max(initial=0) + 1)[queue[begins]] >= LEAST_DAYS
    if longer.any():
        first = begins[np.argmax(longer)]
        found = f"queue {ordered['queue'].iloc[first]}: intervals of {own[np.argmax(longer)] // 60:.0f} min"
        expected, fix = f"intervals of {step // 60} min throughout", "bring the history to one interval length"
        row, count = int(ordered.index[first]) + 2, int(rows[longer].sum())
        raise InputError(Finding("history", "mixed-intervals", found, expected, fix, row=row, count=count))


def _rows(frame: pd.DataFrame, step: int) -> pd.DataFrame:
    """The history by day (number of days since 1970) and slot of the wall clock."""
    starts = pd.DatetimeIndex(frame["interval_start"])
    handled, handle_s = _handle_time(frame)
    columns = {
        "queue": frame["queue"].astype(str).to_numpy(),
        "day": wall_clock(starts).to_numpy().astype("datetime64[D]").astype(np.int64),
        "slot": slot_of(starts, step).to_numpy(),
        "calls": frame["offered"].to_numpy(float),
        "handled": handled,
        "handle_s": handle_s,
    }
    return pd.DataFrame(columns)


def _handle_time(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Calls that an AHT speaks for and their handle time [s]: AHT x answered, else the sum of its parts.

    Parts hold only the calls with a known handle time, so that over all answered calls they say too little. They
    count where the AHT is unknown and the first part that the history records is more than nothing.
    """
    answered = frame["answered"].astype("float64").fillna(frame["offered"]).to_numpy(float)
    parts = frame[[name for name in HANDLE_PARTS if name in frame]].astype("float64").dropna(axis=1, how="all")
    sums = parts.sum(axis=1).where(parts.iloc[:, :1].gt(0).any(axis=1))
    seconds = (frame["aht_s"].astype("float64") * answered).fillna(sums).to_numpy(float)
    known = np.isfinite(seconds) & (answered > 0)
    return np.where(known, answered, 0.0), np.where(known, seconds, 0.0)


def _rows_before(rows: pd.DataFrame, before: np.datetime64, findings: Findings) -> pd.DataFrame:
    known = rows["day"] < before.astype("datetime64[D]").astype(np.int64)
    if later := int((~known).sum()):
        found = f"{later} rows on or after the first day of the forecast, {before}"
        findings.add(Finding("history", "after-first-day", found, fix="they are not used", severity="note"))
    return rows[known]


def _pattern_of_centre(rows: pd.DataFrame, slots: int) -> np.ndarray:
    """Opening hours of all queues together, shape (7, slots)."""
    day = rows["day"].to_numpy()
    present = np.zeros((day.max() - day.min() + 1, slots), dtype=bool)
    present[day - day.min(), rows["slot"].to_numpy()] = True
    days = span(np.datetime64(int(day.min()), "D"), len(present))
    return weekly_pattern(days, present, np.ones(len(days), dtype=bool))


def _whole_days(rows: pd.DataFrame, slots: int, findings: Findings) -> pd.DataFrame:
    """The rows without those of a last day that stops more than an hour before its usual closing hour."""
    last = rows["day"].max()
    earlier, of_last = rows[rows["day"] < last], rows[rows["day"] == last]
    if earlier.empty:
        return rows
    day = np.datetime64(int(last), "D")
    usual = np.flatnonzero(_pattern_of_centre(earlier, slots)[weekday_of(day)])
    if not len(usual) or of_last["slot"].max() >= usual[-1] - slots // 24:
        return rows
    found = f"{day} stops more than an hour before its usual closing hour"
    findings.add(Finding("history", "incomplete-day", found, fix="the day is not used", severity="note"))
    return earlier


def _end_of_week(rows: pd.DataFrame, slots: int) -> np.datetime64:
    """The day after the last row, or the Monday that follows if the centre is usually closed until then."""
    end = np.datetime64(int(rows["day"].max()) + 1, "D")
    rest = span(end, int(-weekday_of(end) % 7))
    usual = _pattern_of_centre(rows, slots)[weekday_of(rest)]
    return end if usual.any() else end + np.timedelta64(len(rest), "D")


def _series(queue: str, rows: pd.DataFrame, end: np.datetime64, step: int, timezone: str) -> Series:
    first = np.datetime64(int(rows["day"].min()), "D")
    days = span(first, days_from(first, end))
    cells = rows["day"].to_numpy() - first.astype(np.int64), rows["slot"].to_numpy()

    def summed(values: pd.Series | float) -> np.ndarray:
        matrix = np.zeros((len(days), DAY_S // step))
        np.add.at(matrix, cells, values)
        return matrix

    times = summed(1.0)
    calls = summed(rows["calls"]) / np.where(times > 0, times, np.nan)
    return Series(queue, days, calls, summed(rows["handled"]), summed(rows["handle_s"]), step, timezone)
