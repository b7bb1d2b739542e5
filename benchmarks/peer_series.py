"""Real records as matrices on the wall clock, cut at weekly origins; read apart from the room that is measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import holidays
import numpy as np
import pandas as pd

import ingest

INTERVAL_S = 1800
HORIZON_DAYS = 28
LEADS = (1, 2, 4)
LEAST_TRAINING_DAYS = 56
RECENT_DAYS = 56
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Record:
    """The history of one queue.

    Parameters
    ----------
    name : str
        File and queue.
    history : DataFrame
        Contract ``interval_history`` of this queue.
    country, timezone : str
    days : ndarray of datetime64[D], shape (days,)
        Consecutive, from the first row's Monday to the Sunday of the last.
    calls : ndarray, shape (days, slots)
        NaN where the history has no row.
    """

    name: str
    history: pd.DataFrame
    country: str
    timezone: str
    days: np.ndarray
    calls: np.ndarray

    @cached_property
    def holidays(self) -> np.ndarray:
        """Public holidays of the years met, datetime64[D]."""
        years = range(self.days[0].item().year, self.days[-1].item().year + 1)
        return np.array(sorted(holidays.country_holidays(self.country, years=years)), dtype="datetime64[D]")


@dataclass(frozen=True)
class Origin:
    """One cut-off: what a model may know, and the cells of the four weeks after it that are scored.

    Parameters
    ----------
    record : Record
    cutoff : datetime64[D]
        A Monday, the first day that was not known.
    """

    record: Record
    cutoff: np.datetime64

    @property
    def known_days(self) -> int:
        return int((self.cutoff - self.record.days[0]) / DAY)

    @property
    def days(self) -> np.ndarray:
        """Known days, then the horizon."""
        return self.record.days[: self.known_days + HORIZON_DAYS]

    @property
    def known(self) -> np.ndarray:
        """Calls before the cut-off, shape (known days, slots)."""
        return self.record.calls[: self.known_days]

    @property
    def actual(self) -> np.ndarray:
        """Calls of the horizon, NaN in cells that are not scored, shape (28, slots).

        A cell is scored when the history has a row for it, on a weekday that was open in at least a quarter of
        the eight weeks before the cut-off, in the first, second or fourth week.
        """
        calls = self.record.calls[self.known_days : self.known_days + HORIZON_DAYS]
        week = np.arange(HORIZON_DAYS) // 7 + 1
        recent = np.isfinite(self.known[-RECENT_DAYS:]).any(axis=1).reshape(-1, 7).mean(axis=0) >= 0.25
        scored = np.isin(week, LEADS) & recent[np.arange(HORIZON_DAYS) % 7]
        return np.where(scored[:, None], calls, np.nan)


def read_records(spec: str) -> list[Record]:
    """Every queue of one file, ``PATH[,COUNTRY[,ZONE]]``: a call log or an interval history that `ingest` reads."""
    path, country, zone, *_ = [*spec.split(","), "", ""]
    frame = ingest.read_history([path], interval_s=INTERVAL_S, timezone=zone or "UTC", strict=False).frame
    stem = Path(path).stem
    queues = frame["queue"].astype(str)
    return [
        _record(stem if queue == stem else f"{stem}-{queue}", own.reset_index(drop=True), country, zone or "UTC")
        for queue, own in frame.groupby(queues, sort=True)
    ]


def _record(name: str, history: pd.DataFrame, country: str, zone: str) -> Record:
    wall = pd.DatetimeIndex(history["interval_start"]).tz_localize(None)
    day = wall.to_numpy().astype("datetime64[D]").astype(np.int64)
    first = day.min() - (day.min() + 3) % 7
    days = np.datetime64(int(first), "D") + DAY * np.arange((day.max() - first) // 7 * 7 + 7)
    slot = (wall.hour * 3600 + wall.minute * 60).to_numpy() // INTERVAL_S
    calls = np.full((len(days), 86400 // INTERVAL_S), np.nan)
    calls[day - first, slot] = history["offered"].to_numpy(float)
    return Record(name, history, country, zone, days, calls)


def origins_of(record: Record, most: int) -> list[Origin]:
    """The last weekly cut-offs whose fourth week lies within the record, oldest first."""
    last = len(record.days) - HORIZON_DAYS
    cutoffs = [known for known in range(last - 7 * (most - 1), last + 1, 7) if known >= LEAST_TRAINING_DAYS]
    return [Origin(record, record.days[known]) for known in cutoffs]
