"""The planning time axis: interval starts on the local wall clock of the centre.

An instant is tz-aware; an interval is half-open and named by its start; a slot is the wall-clock
position of an interval in its day, so that 09:00 is the same slot in summer and in winter.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd

from wfm.units import parse_duration_s

INTERVALS_S = (300, 600, 900, 1800, 3600)


def parse_interval_s(text: str | float) -> int:
    """Read an interval length.

    Parameters
    ----------
    text : str or float
        ``30min``, ``15min``, ``1h`` or seconds.

    Returns
    -------
    int
        One of 300, 600, 900, 1800, 3600 [s].

    Raises
    ------
    ValueError
        If it is not a duration or not one of the interval lengths in use.
    """
    seconds = parse_duration_s(text)
    if seconds not in INTERVALS_S:
        raise ValueError(f'found "{text}", expected an interval of 5, 10, 15, 30 or 60 minutes, such as 30min')
    return int(seconds)


def check_timezone(name: str) -> str:
    """Return `name` if it is an IANA time zone, else raise ValueError."""
    if name not in available_timezones():
        raise ValueError(f'found "{name}", expected an IANA time zone such as Europe/Amsterdam or UTC')
    return name


def wall_clock(times: pd.DatetimeIndex | pd.Series) -> pd.DatetimeIndex:
    """Local wall-clock time without zone of tz-aware instants, shape preserved as an index."""
    return pd.DatetimeIndex(times).tz_localize(None)


def local_day(times: pd.DatetimeIndex | pd.Series) -> pd.DatetimeIndex:
    """Local calendar day (naive midnight) of each instant."""
    return wall_clock(times).normalize()


def slot_of(times: pd.DatetimeIndex | pd.Series, interval_s: int) -> pd.Index:
    """Wall-clock slot of each instant: 0 is the interval that starts at 00:00.

    Parameters
    ----------
    times : tz-aware instants, shape (n,)
    interval_s : int
        Interval length [s].

    Returns
    -------
    Index of int, shape (n,)
    """
    wall = wall_clock(times)
    return (wall.hour * 3600 + wall.minute * 60 + wall.second) // interval_s


def floor_to_interval(times: pd.DatetimeIndex | pd.Series, interval_s: int) -> pd.DatetimeIndex:
    """Start of the interval that holds each instant, counted on the local wall clock.

    Subtracting the offset from the instant keeps the repeated hour of a 25-hour day apart, and
    counting on the wall clock keeps 60-minute intervals whole in zones such as Asia/Kolkata.
    """
    instants = pd.DatetimeIndex(times)
    naive = instants.tz_localize(None)
    return instants - (naive - naive.floor(f"{interval_s}s"))


def infer_interval_s(times: pd.Series, queue: pd.Series) -> int:
    """Interval length of a long frame: the smallest step between two starts of one queue.

    Parameters
    ----------
    times : Series of tz-aware interval starts
    queue : Series, same index

    Returns
    -------
    int
        Interval length [s].

    Raises
    ------
    ValueError
        If no queue has two intervals, or the step is not an interval length in use.
    """
    step_s = least_step_s(times, queue)
    if step_s is None:
        raise ValueError("found a single interval, expected two of one queue at least, or --interval")
    return parse_interval_s(step_s)


def least_step_s(times: pd.Series, queue: pd.Series) -> float | None:
    """Smallest step between two starts of one queue [s]; None where no queue has two."""
    steps = times.groupby(queue).apply(lambda starts: starts.sort_values().diff().min()).dropna()
    return None if steps.empty else float(steps.min().total_seconds())


def day_grid(day: dt.date | pd.Timestamp, interval_s: int, timezone: str) -> pd.DatetimeIndex:
    """All interval starts of one local day: 46, 48 or 50 half-hours around a clock change.

    Parameters
    ----------
    day : date
        Local calendar day.
    interval_s : int
        Interval length [s].
    timezone : str
        IANA name.
    """
    return days_grid(day, 1, interval_s, timezone)


def days_grid(first_day: dt.date | pd.Timestamp, days: int, interval_s: int, timezone: str) -> pd.DatetimeIndex:
    """All interval starts of `days` local days from `first_day` on, tz-aware."""
    zone = ZoneInfo(timezone)
    first = pd.Timestamp(first_day).normalize().tz_localize(None)
    start = first.tz_localize(zone)
    end = (first + pd.Timedelta(days=days)).tz_localize(zone)
    grid = pd.date_range(start, end, freq=f"{interval_s}s", inclusive="left", unit="us")
    return pd.DatetimeIndex(grid)


def monday_of(day: dt.date | pd.Timestamp) -> dt.date:
    """Monday of the ISO week that holds `day`."""
    date = pd.Timestamp(day).date()
    return date - dt.timedelta(days=date.weekday())


def week_label(day: dt.date | pd.Timestamp) -> str:
    """ISO week of a day as runs are named: ``2026-W48``."""
    year, week, _ = pd.Timestamp(day).date().isocalendar()
    return f"{year}-W{week:02d}"


def parse_week(text: str) -> dt.date:
    """Monday of an ISO week such as ``2026-W48``; also takes any date in that week.

    Raises
    ------
    ValueError
        If the text is neither an ISO week nor an ISO date.
    """
    if match := re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.strip()):
        try:
            return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        except ValueError:
            pass
    else:
        try:
            return monday_of(dt.date.fromisoformat(text.strip()))
        except ValueError:
            pass
    raise ValueError(f'found "{text}", expected an ISO week such as 2026-W48 or a date such as 2026-11-23')
