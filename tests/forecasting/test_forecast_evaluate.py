"""The forecast of a week against what came in, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting import evaluate
from wfm.errors import InputError


def frame_of(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["queue", "interval_start", *columns])
    frame["interval_start"] = pd.to_datetime(frame["interval_start"]).dt.tz_localize("Europe/Amsterdam")
    return frame.astype(dict.fromkeys(columns, "float64"))


@pytest.fixture
def forecast() -> pd.DataFrame:
    return frame_of(
        [
            ("a", "2024-01-07 23:30", 10, 100, 8, 12),
            ("a", "2024-01-08 00:00", 20, 200, 15, 25),
            ("a", "2024-01-08 00:30", 30, 100, 25, 35),
            ("a", "2024-01-08 01:00", 99, 100, 90, 110),
            ("b", "2024-01-08 00:00", 5, 300, 3, 7),
        ],
        ["calls", "aht_s", "calls_p10", "calls_p90"],
    )


@pytest.fixture
def history() -> pd.DataFrame:
    return frame_of(
        [
            ("a", "2024-01-07 23:30", 12, 10, 2, 110),
            ("a", "2024-01-08 00:00", 14, 14, 0, 150),
            ("a", "2024-01-08 00:30", 36, 30, 6, 120),
            ("a", "2024-01-08 02:00", 77, 77, 0, 120),
            ("b", "2024-01-08 00:00", 0, 0, 0, np.nan),
        ],
        ["offered", "answered", "abandoned", "aht_s"],
    )


@pytest.fixture
def table(forecast: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    return evaluate(forecast, history)


def row(table: pd.DataFrame, queue: str | None, level: str, measure: str) -> pd.Series:
    of_queue = table["queue"].isna() if queue is None else table["queue"] == queue
    return table[of_queue & (table["level"] == level) & (table["measure"] == measure)].iloc[0]


def test_calls_by_hand(table: pd.DataFrame) -> None:
    interval, day, week = (row(table, "a", level, "calls") for level in ("interval", "day", "week"))
    assert interval["wape"] == pytest.approx((2 + 6 + 6) / 62)
    assert interval["bias"] == pytest.approx(-2 / 62)
    assert (interval["forecast"], interval["actual"], interval["n"]) == (60, 62, 3)
    assert interval["coverage80"] == pytest.approx(1 / 3)
    assert day["wape"] == pytest.approx((2 + 0) / 62)
    assert (day["n"], week["n"]) == (2, 2)
    assert week["wape"] == pytest.approx(2 / 62)
    assert np.isnan(day["coverage80"])


def test_sunday_evening_belongs_to_the_week_before(table: pd.DataFrame) -> None:
    assert row(table, "a", "week", "calls")["n"] == 2


def test_aht_is_weighted_by_answered_calls(table: pd.DataFrame) -> None:
    interval, day = (row(table, "a", level, "aht") for level in ("interval", "day"))
    actual_s = 10 * 110 + 14 * 150 + 30 * 120
    assert interval["wape"] == pytest.approx((10 * 10 + 14 * 50 + 30 * 20) / actual_s)
    assert interval["actual"] == pytest.approx(actual_s / 54)
    assert interval["forecast"] == pytest.approx((10 * 100 + 14 * 200 + 30 * 100) / 54)
    assert day["wape"] == pytest.approx((100 + abs(14 * 50 - 30 * 20)) / actual_s)


def test_workload_is_calls_times_aht_and_zero_where_no_call_came(table: pd.DataFrame) -> None:
    interval = row(table, "a", "interval", "workload")
    actual_s = 12 * 110 + 14 * 150 + 36 * 120
    assert interval["actual"] == actual_s
    assert interval["forecast"] == 1000 + 4000 + 3000
    assert interval["wape"] == pytest.approx((320 + 1900 + 1320) / actual_s)
    quiet = row(table, "b", "interval", "workload")
    assert (quiet["forecast"], quiet["actual"], quiet["n"]) == (1500, 0, 1)
    assert np.isnan(quiet["wape"])


def test_all_queues_sum_errors_without_netting(table: pd.DataFrame) -> None:
    total = row(table, None, "interval", "calls")
    assert total["wape"] == pytest.approx((2 + 6 + 6 + 5) / 62)
    assert total["n"] == 4


def test_nothing_in_common_gives_nulls_not_zeros(forecast: pd.DataFrame, history: pd.DataFrame) -> None:
    elsewhere = history.assign(interval_start=history["interval_start"] + pd.Timedelta(days=70))
    table = evaluate(forecast, elsewhere)
    assert table["queue"].isna().all()
    assert (table["n"] == 0).all()
    assert table[["wape", "bias", "forecast", "actual", "coverage80"]].isna().all(axis=None)


def test_without_handle_times_only_calls_are_scored(forecast: pd.DataFrame, history: pd.DataFrame) -> None:
    table = evaluate(forecast.assign(aht_s=np.nan).drop(columns="calls_p10"), history)
    assert row(table, "a", "interval", "calls")["wape"] == pytest.approx(14 / 62)
    assert np.isnan(row(table, "a", "interval", "calls")["coverage80"])
    assert row(table, "a", "interval", "aht")["n"] == 0
    assert np.isnan(row(table, "a", "interval", "workload")["wape"])


def test_the_clock_of_the_forecast_decides_what_a_day_is(forecast: pd.DataFrame, history: pd.DataFrame) -> None:
    in_utc = history.assign(interval_start=history["interval_start"].dt.tz_convert("UTC"))
    pd.testing.assert_frame_equal(evaluate(forecast, in_utc), evaluate(forecast, history))


def test_broken_frames_are_refused(forecast: pd.DataFrame, history: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="calls"):
        evaluate(forecast.drop(columns="calls"), history)
