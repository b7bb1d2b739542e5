"""A forecast held against what came in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forecasting.accuracy import bias, wape
from wfm.contracts import FORECAST, INTERVAL_HISTORY
from wfm.timeaxis import local_day

KEY = ["queue", "interval_start"]


def evaluate(forecast: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """WAPE and bias of calls, AHT and workload per interval, local day and ISO week, per queue and in all.

    Only intervals that are in both frames count: what came in outside the forecast's open hours and what was
    forecast for intervals without a row is left out. AHT is weighted by the calls answered and scored only where
    forecast and actual are known, so intervals without an answered call are left out of it. The actual workload
    is calls offered x AHT, 0 where no call came in; it leaves out intervals with calls but without an AHT. The
    row of all queues sums the errors of the queues; they do not cancel each other.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``; its time zone decides what a day is.
    history : DataFrame
        Contract ``interval_history``.

    Returns
    -------
    DataFrame
        queue (null for all), level (interval, day, week), measure (calls; aht [s]; workload, calls x AHT [s]),
        wape, bias, forecast, actual (totals; for aht the means weighted by answered calls), n (intervals, days
        or weeks), coverage80 (share of intervals whose calls are within p10 to p90; calls and interval only).

    Raises
    ------
    InputError
        If a frame breaks its contract.
    """
    pairs = _pairs(
        FORECAST.validate(forecast.reset_index(drop=True)), INTERVAL_HISTORY.validate(history.reset_index(drop=True))
    )
    groups = [*pairs.groupby("queue", sort=True), (None, pairs)]
    records = [
        {"queue": queue, "level": level, "measure": measure} | figures
        for queue, group in groups
        for level in ("interval", "day", "week")
        for measure, figures in _measures(group, level)
    ]
    return pd.DataFrame.from_records(records)


def _pairs(forecast: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    bands = [name for name in ("calls_p10", "calls_p90") if name in forecast]
    left = forecast[[*KEY, "calls", "aht_s", *bands]].reindex(
        columns=[*KEY, "calls", "aht_s", "calls_p10", "calls_p90"]
    )
    right = history[[*KEY, "offered", "answered", "aht_s"]]
    left, right = (frame.assign(queue=frame["queue"].astype(str)) for frame in (left, right))
    zone = left["interval_start"].dt.tz
    right = right.assign(interval_start=right["interval_start"].dt.tz_convert(zone))
    pairs = left.merge(right, on=KEY, suffixes=("_forecast", "_actual"))
    day = local_day(pairs["interval_start"])
    answered = pairs["answered"].astype("float64").fillna(pairs["offered"])
    return pairs.assign(
        interval=pairs["interval_start"],
        day=day,
        week=day - pd.to_timedelta(day.day_of_week, "D"),
        aht_weight=answered,
        workload_forecast=pairs["calls"] * pairs["aht_s_forecast"],
        workload_actual=(pairs["offered"] * pairs["aht_s_actual"]).mask(pairs["offered"] == 0, 0.0),
    )


def _measures(pairs: pd.DataFrame, level: str) -> Iterator[tuple[str, dict[str, float]]]:
    calls = _summed(pairs, level, pairs["calls"], pairs["offered"])
    yield "calls", _figures(calls) | {"coverage80": _coverage(pairs) if level == "interval" else np.nan}
    known = pairs[pairs["aht_s_forecast"].notna() & pairs["aht_s_actual"].notna() & (pairs["aht_weight"] > 0)]
    weight = known["aht_weight"]
    seconds = _summed(known, level, known["aht_s_forecast"] * weight, known["aht_s_actual"] * weight)
    aht = _figures(seconds)
    answered = weight.sum() or np.nan
    yield "aht", aht | {"forecast": aht["forecast"] / answered, "actual": aht["actual"] / answered}
    known = pairs.dropna(subset=["workload_forecast", "workload_actual"])
    yield "workload", _figures(_summed(known, level, known["workload_forecast"], known["workload_actual"]))


def _summed(pairs: pd.DataFrame, level: str, forecast: pd.Series, actual: pd.Series) -> pd.DataFrame:
    sums = pd.DataFrame({"forecast": forecast, "actual": actual}).astype("float64")
    return sums.groupby([pairs["queue"], pairs[level]]).sum()


def _figures(sums: pd.DataFrame) -> dict[str, float]:
    forecast, actual = sums["forecast"].to_numpy(), sums["actual"].to_numpy()
    return {
        "wape": wape(forecast, actual),
        "bias": bias(forecast, actual),
        "forecast": forecast.sum() if len(sums) else np.nan,
        "actual": actual.sum() if len(sums) else np.nan,
        "n": len(sums),
        "coverage80": np.nan,
    }


def _coverage(pairs: pd.DataFrame) -> float:
    banded = pairs.dropna(subset=["calls_p10", "calls_p90"])
    return float(banded["offered"].between(banded["calls_p10"], banded["calls_p90"]).mean())
