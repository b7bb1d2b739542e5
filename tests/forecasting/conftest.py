"""Interval histories of the two real files, and small made-up ones, in the shape of the contract."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

VANAD_SQL = """
select queue_name as queue, time_bucket(interval '30 minutes', date_received) as interval_start,
       count(*)::double as offered, count(answered)::double as answered,
       sum(epoch(coalesce(transfer, hangup) - answered)) as talk_s
from (select distinct * from '{}') group by all order by all
"""


def _open_hours_filled(calls: pd.DataFrame) -> pd.DataFrame:
    """Zero rows for the half-hours between the first and the last call of each queue and day."""
    frames = []
    for queue, group in calls.groupby("queue"):
        starts = group.groupby(group["interval_start"].dt.normalize())["interval_start"]
        grids = [pd.date_range(day.min(), day.max(), freq="30min") for _, day in starts]
        grid = pd.DatetimeIndex(np.concatenate(grids)) if grids else pd.DatetimeIndex([])
        filled = group.set_index("interval_start").reindex(grid)
        filled[["offered", "answered", "talk_s"]] = filled[["offered", "answered", "talk_s"]].fillna(0.0)
        frames.append(filled.assign(queue=queue).rename_axis("interval_start").reset_index())
    return pd.concat(frames, ignore_index=True)


def load_vanad() -> pd.DataFrame:
    calls = duckdb.sql(VANAD_SQL.format(SHARED / "vanad_2014_calls.parquet")).df()
    calls["queue"] = calls["queue"].astype(str)
    history = _open_hours_filled(calls)
    history["interval_start"] = history["interval_start"].dt.tz_localize("Europe/Amsterdam")
    return history.assign(
        abandoned=history["offered"] - history["answered"],
        aht_s=(history["talk_s"] / history["answered"]).where(history["answered"] > 0),
    )


def load_bank() -> pd.DataFrame:
    calls = pd.read_csv(SHARED / "bank_calls_5min.csv", parse_dates=["DateTime"])
    starts = calls["DateTime"].dt.floor("30min").dt.tz_localize("UTC")
    history = calls.groupby(starts)["Calls"].sum().rename("offered").rename_axis("interval_start").reset_index()
    return history.assign(queue="bank", answered=np.nan, abandoned=np.nan, aht_s=np.nan)


def made_up_history(
    rates: np.ndarray,
    first_day: str = "2024-01-01",
    timezone: str = "Europe/Amsterdam",
    queue: str = "sales",
    aht_s: float | None = 300.0,
) -> pd.DataFrame:
    """History of one queue at 30 minutes from a matrix of calls, a row a calendar day, NaN where closed."""
    days, slots = np.nonzero(np.isfinite(rates))
    wall = pd.Timestamp(first_day) + pd.to_timedelta(days, "D") + pd.to_timedelta(slots * 30, "min")
    calls = rates[days, slots]
    history = pd.DataFrame({"queue": queue, "interval_start": wall, "offered": calls})
    history["interval_start"] = history["interval_start"].dt.tz_localize(timezone, nonexistent="NaT", ambiguous="NaT")
    history = history.dropna(subset="interval_start", ignore_index=True)
    return history.assign(
        answered=history["offered"],
        abandoned=0.0,
        aht_s=np.nan if aht_s is None else np.where(calls > 0, aht_s, np.nan),
    )


@pytest.fixture(scope="session")
def vanad() -> pd.DataFrame:
    if not SHARED.is_dir():
        pytest.skip("the real files are not here")
    return load_vanad()


@pytest.fixture(scope="session")
def bank() -> pd.DataFrame:
    if not SHARED.is_dir():
        pytest.skip("the real files are not here")
    return load_bank()
