"""The whole forecast: contract, determinism, fallbacks and refusals."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

import forecasting
from forecasting import MODELS, forecast
from forecasting.models import BASELINE, NAIVE
from wfm.contracts import FORECAST, QUANTILE_COLUMNS
from wfm.errors import InputError, UsageProblem
from wfm.params import Horizon

ZONE = "Europe/Amsterdam"
MONDAY = dt.date(2024, 1, 1)


def history_of(weeks: int, queue: str = "sales", seed: int = 0, aht_s: float | None = 300.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rates = np.full((7 * weeks, 48), np.nan)
    rates[np.arange(7 * weeks) % 7 < 5, 18:34] = 30.0
    calls = np.where(np.isfinite(rates), rng.poisson(np.nan_to_num(rates)), np.nan)
    return made_up_history(calls, str(MONDAY), queue=queue, aht_s=aht_s)


def after(weeks: int, days: int = 14) -> Horizon:
    return Horizon(MONDAY + dt.timedelta(weeks=weeks), days, 1800, ZONE)


@pytest.fixture(scope="module")
def two_queues() -> pd.DataFrame:
    return pd.concat([history_of(12, "service", 1), history_of(12, "sales", 2, aht_s=None)], ignore_index=True)


@pytest.fixture(scope="module")
def result(two_queues: pd.DataFrame) -> forecasting.ForecastResult:
    return forecast(two_queues, after(12))


def rules(result: forecasting.ForecastResult, severity: str) -> set[str]:
    return {finding.rule for finding in result.findings.of(severity)}


def test_the_frame_keeps_its_contract(result: forecasting.ForecastResult) -> None:
    frame = FORECAST.validate(result.frame)
    assert frame.columns.tolist() == FORECAST.names
    assert len(frame) == 2 * 10 * 16
    pd.testing.assert_frame_equal(frame, frame.sort_values(["queue", "interval_start"], ignore_index=True))
    assert str(frame["interval_start"].dt.tz) == ZONE
    assert (frame["cutoff"] == pd.Timestamp("2024-03-25", tz=ZONE)).all()


def test_quantiles_are_ordered_around_the_mean(result: forecasting.ForecastResult) -> None:
    quantiles = result.frame[list(QUANTILE_COLUMNS)].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (result.frame["calls"] > result.frame["calls_p10"]).all()
    assert (result.frame["calls"] < result.frame["calls_p90"]).all()
    assert result.frame["calls"].mean() == pytest.approx(30, rel=0.05)


def test_aht_is_there_where_it_is_known_and_null_where_not(result: forecasting.ForecastResult) -> None:
    aht = ["aht_s", "aht_p10_s", "aht_p90_s"]
    by_queue = result.frame.set_index("queue")[aht]
    assert by_queue.loc["sales"].isna().all(axis=None)
    assert by_queue.loc["service", "aht_s"].to_numpy() == pytest.approx(300.0)
    assert (by_queue.loc["service", "aht_p10_s"] < 300).all()
    assert (by_queue.loc["service", "aht_p90_s"] > 300).all()


def test_selection_says_what_the_backtest_says(result: forecasting.ForecastResult) -> None:
    table = result.backtest.summary().set_index(["queue", "model"])["wape_interval"]
    assert result.selection["queue"].tolist() == ["sales", "service"]
    for row in result.selection.itertuples():
        assert row.baseline == BASELINE
        assert row.wape == pytest.approx(table[row.queue, row.model])
        assert row.ratio == pytest.approx(row.wape / table[row.queue, BASELINE])
        assert row.ratio_low <= row.ratio <= row.ratio_high
        assert row.origins == 6
        assert "the average of the last six same weekdays" in row.words
        assert row.words.endswith("over the last 6 weeks")
    models = result.frame.groupby("queue")["model"].unique().explode()
    assert models.tolist() == result.selection["model"].tolist()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_row_order_and_processes_change_no_byte(two_queues: pd.DataFrame, result, n_jobs: int) -> None:
    done = []
    shuffled = two_queues.sample(frac=1, random_state=3)
    again = forecast(shuffled, after(12), n_jobs=n_jobs, progress=done.append)
    assert done == ["sales", "service"]
    for one, other in ((result.frame, again.frame), (result.selection, again.selection)):
        assert one.to_csv().encode() == other.to_csv().encode()
    assert result.backtest.scores.to_csv() == again.backtest.scores.to_csv()


def test_the_seed_moves_the_quantiles_only(two_queues: pd.DataFrame, result: forecasting.ForecastResult) -> None:
    other = forecast(two_queues, after(12), seed=2)
    assert other.frame["calls"].equals(result.frame["calls"])
    assert not other.frame["calls_p90"].equals(result.frame["calls_p90"])


def test_a_queue_is_forecast_alone_as_among_others(two_queues: pd.DataFrame, result) -> None:
    alone = forecast(two_queues[two_queues["queue"] == "service"], after(12)).frame
    among = result.frame[result.frame["queue"] == "service"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among, check_exact=True)


def test_rows_of_the_horizon_and_later_are_not_looked_at(two_queues: pd.DataFrame, result) -> None:
    future = pd.concat([history_of(15, "service", 9), history_of(15, "other", 9)])
    future = future[future["interval_start"] >= pd.Timestamp("2024-03-25", tz=ZONE)].assign(offered=999.0)
    again = forecast(pd.concat([two_queues, future]), after(12))
    pd.testing.assert_frame_equal(again.frame, result.frame, check_exact=True)
    assert "after-first-day" in rules(again, "note")
    assert "no-history" in rules(again, "error")


def test_a_gap_before_the_horizon_is_bridged_and_said(two_queues: pd.DataFrame) -> None:
    result = forecast(two_queues, after(15, days=7))
    assert result.frame["interval_start"].min() == pd.Timestamp("2024-04-15 09:00", tz=ZONE)
    assert "stale-history" in rules(result, "warning")


def test_one_week_of_history_falls_back_and_says_so() -> None:
    result = forecast(history_of(1), after(1, days=7))
    week = history_of(1)["offered"].to_numpy()
    assert result.frame["calls"].to_numpy() == pytest.approx(week, abs=1e-4)
    assert result.selection["origins"].tolist() == [0]
    assert result.selection["wape"].isna().all()
    assert "too short" in result.selection["words"].item()
    assert {"fallback", "short-history"} <= rules(result, "warning")


def test_three_days_of_history_leave_the_other_weekdays_closed() -> None:
    history = history_of(1)
    result = forecast(history[history["interval_start"].dt.day <= 3], Horizon(dt.date(2024, 1, 4), 7, 1800, ZONE))
    assert set(result.frame["interval_start"].dt.day_of_week) == {0, 1, 2}
    assert "short-history" in rules(result, "warning")


def test_all_zeros_give_zero_with_a_warning() -> None:
    result = forecast(history_of(10).assign(offered=0.0, answered=0.0, aht_s=np.nan), after(10))
    assert (result.frame[["calls", *QUANTILE_COLUMNS]] == 0).all(axis=None)
    assert "no-calls" in rules(result, "warning")
    assert result.selection["model"].item() == BASELINE
    assert "no call came in" in result.selection["words"].item()


def test_a_queue_without_usable_rows_is_named_and_left_out(two_queues: pd.DataFrame) -> None:
    closed = history_of(2, "closed")
    result = forecast(pd.concat([two_queues, closed]), after(12))
    assert set(result.frame["queue"]) == {"sales", "service"}
    assert "closed" not in set(result.backtest.scores["queue"])
    error = result.findings.of("error")[0]
    assert error.source == "queue closed"
    assert "2024-01-12" in error.found


def test_no_queue_left_is_an_input_error() -> None:
    one_day_after_months = history_of(21).iloc[[*range(160), *range(1600, 1616)]]
    with pytest.raises(InputError, match="queue sales: found no opening hours"):
        forecast(one_day_after_months, after(21))
    with pytest.raises(InputError, match="no row before the forecast"):
        forecast(history_of(2), after(-2))
    with pytest.raises(InputError, match="no row"):
        forecast(history_of(2).iloc[:0], after(2))


def test_a_queue_that_paused_is_forecast_with_a_warning(two_queues: pd.DataFrame) -> None:
    paused = history_of(9, "paused")
    result = forecast(pd.concat([two_queues, paused]), after(12))
    assert "paused" in set(result.frame["queue"])
    assert "queue paused" in {f.source for f in result.findings if f.rule == "stale-history"}


def test_one_huge_outlier_and_a_lost_month_leave_a_sane_forecast() -> None:
    history = history_of(20)
    days = history["interval_start"].dt.tz_localize(None).dt.normalize()
    history.loc[days == pd.Timestamp("2024-05-07"), "offered"] *= 1000
    lost = (days >= pd.Timestamp("2024-03-01")) & (days < pd.Timestamp("2024-04-01"))
    result = forecast(history[~lost], after(20), models=["top_down"])
    assert result.frame["calls"].between(20, 60).all()


@pytest.mark.parametrize("interval_s", [900, 3600])
def test_another_interval_length_is_refused(interval_s: int) -> None:
    horizon = Horizon(MONDAY + dt.timedelta(weeks=4), 7, interval_s, ZONE)
    with pytest.raises(InputError, match=rf"found 30 min, expected {interval_s // 60} min"):
        forecast(history_of(4), horizon)


@pytest.mark.parametrize("minutes", [5, 10, 15, 60])
def test_every_interval_length_works(minutes: int) -> None:
    starts = pd.date_range(str(MONDAY), periods=28 * 1440 // minutes, freq=f"{minutes}min", tz=ZONE)
    history = pd.DataFrame({"queue": "night", "interval_start": starts, "offered": 6.0, "answered": 6.0})
    history = history.assign(abandoned=0.0, aht_s=200.0)
    result = forecast(history, Horizon(MONDAY + dt.timedelta(days=28), 7, minutes * 60, ZONE))
    assert len(result.frame) == 7 * 1440 // minutes
    assert result.frame["calls"].to_numpy() == pytest.approx(6.0, rel=0.01)


def test_a_day_the_centre_is_closed_gives_no_rows() -> None:
    result = forecast(history_of(8), Horizon(dt.date(2024, 3, 2), 2, 1800, ZONE))
    assert result.frame.empty
    assert FORECAST.validate(result.frame).columns.tolist() == FORECAST.names
    assert len(result.selection) == 1


def test_unknown_models_are_refused_and_chosen_ones_kept_to() -> None:
    with pytest.raises(UsageProblem, match="unknown forecast model"):
        forecast(history_of(4), after(4), models=["profet"])
    result = forecast(history_of(8), after(8), models=["median_week"])
    assert set(result.backtest.scores["model"]) == {NAIVE, BASELINE, "median_week"}
    assert result.selection["model"].item() in {NAIVE, BASELINE, "median_week"}


def test_the_registry_holds_the_baseline_and_the_room_imports_lightly() -> None:
    import subprocess
    import sys

    assert {BASELINE, NAIVE, "top_down"} <= set(MODELS)
    heavy = "{'statsmodels', 'scipy', 'holidays', 'joblib', 'pandera'}"
    check = f"import sys, forecasting; sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_draws_totals_and_quantiles_are_of_the_same_futures(result: forecasting.ForecastResult) -> None:
    draws = result.draws("sales")
    rows = result.frame[result.frame["queue"] == "sales"]
    assert draws.shape == (len(rows), 500)
    assert np.quantile(draws, 0.9, axis=1) == pytest.approx(rows["calls_p90"].to_numpy(), abs=0.006)
    days = result.totals("D").query("queue == 'sales'").set_index("start")
    of_day = draws.groupby(draws.index.tz_localize(None).normalize()).sum()
    assert np.quantile(of_day, 0.1, axis=1) == pytest.approx(days["calls_p10"].to_numpy())
    weeks = result.totals("W").query("queue == 'sales'")
    assert weeks["start"].tolist() == [pd.Timestamp("2024-03-25"), pd.Timestamp("2024-04-01")]
    assert np.quantile(draws[:80].sum(), 0.5) == pytest.approx(weeks["calls_p50"].iloc[0])
    assert draws.to_numpy().mean() == pytest.approx(rows["calls"].mean(), rel=0.02)


def test_an_event_of_the_future_moves_its_day_and_an_unknown_queue_is_said(two_queues: pd.DataFrame, result) -> None:
    events = pd.DataFrame(
        {
            "event": ["mailing", "fair"],
            "first_day": pd.to_datetime(["2024-03-27", "2024-03-28"]),
            "kind": ["multiplicative", "additive"],
            "queue": ["sales", "nowhere"],
            "effect": [0.5, 100.0],
            "registered_on": pd.to_datetime(["2024-03-26", None]),
        }
    )
    moved = forecast(two_queues, after(12), events=events)
    day = moved.frame["interval_start"].dt.tz_localize(None).dt.normalize() == pd.Timestamp("2024-03-27")
    ratio = moved.frame["calls"] / result.frame["calls"]
    assert ratio[day & (moved.frame["queue"] == "sales")].to_numpy() == pytest.approx(1.5, rel=1e-3)
    assert ratio[~day | (moved.frame["queue"] == "service")].to_numpy() == pytest.approx(1.0)
    assert "unknown-queue" in rules(moved, "warning")
    assert "event" in rules(moved, "note")


def test_a_small_queue_never_gets_a_model_that_forecasts_nothing() -> None:
    """Two calls a day: zero has the least interval error, and would leave every caller waiting."""
    rng = np.random.default_rng(1)
    rates = np.full((7 * 30, 48), np.nan)
    rates[np.arange(210) % 7 < 5, 16:40] = 2 / 24
    history = made_up_history(np.where(np.isfinite(rates), rng.poisson(np.nan_to_num(rates)), np.nan), str(MONDAY))
    result = forecast(history, after(30, days=7), models=["median_week", "top_down"])
    assert result.selection["level"].item() == "week"
    assert result.frame["calls"].sum() == pytest.approx(10, rel=0.5)
    assert (result.frame["calls"] > 0).all()


def test_damaged_weeks_are_scored_as_damped(two_queues: pd.DataFrame) -> None:
    damaged = two_queues.copy()
    rows = damaged.index[damaged["queue"] == "sales"]
    damaged.loc[rows[-200], "offered"] = 1e9
    result = forecast(damaged, after(12), models=["moving_average"])
    assert (result.selection["wape"] < 0.5).all()
    assert result.frame["calls_p50"].to_numpy() == pytest.approx(result.frame["calls"].to_numpy(), rel=0.2)
    assert "outlier" in rules(result, "warning")
    assert "outlier" in {f.rule for f in forecasting.backtest(damaged, leads=(1,)).findings}


def test_a_history_lost_to_outages_is_refused() -> None:
    events = pd.DataFrame(
        {
            "event": ["down"],
            "first_day": pd.to_datetime(["2024-01-01"]),
            "last_day": pd.to_datetime(["2024-12-31"]),
            "kind": ["outage"],
        }
    )
    with pytest.raises(InputError, match="lost to outages"):
        forecast(history_of(10), after(10), events=events)


def test_endless_calls_are_refused_with_their_row() -> None:
    history = history_of(4)
    history.loc[7, "offered"] = np.inf
    with pytest.raises(InputError, match=r"history:9:offered: found inf"):
        forecast(history, after(4))


def test_a_model_whose_library_is_missing_is_refused_when_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from forecasting import optional

    monkeypatch.setitem(optional.LIBRARIES, "ets", "no_such_library")
    with pytest.raises(UsageProblem, match="pip install"):
        forecast(history_of(6), after(6), models=["ets"])
    assert not optional.is_installed("ets")


def test_a_far_horizon_keeps_its_mean_within_its_bands() -> None:
    rng = np.random.default_rng(3)
    rates = np.full((7 * 30, 48), np.nan)
    rates[np.arange(210) % 7 < 5, 18:34] = 30.0
    noisy = np.nan_to_num(rates) * np.exp(0.3 * rng.standard_normal((210, 1)))
    result = forecast(made_up_history(np.where(np.isfinite(rates), rng.poisson(noisy), np.nan)), after(30, days=420))
    assert (result.frame["calls"] < result.frame["calls_p95"]).all()
    assert (result.frame["calls"] > result.frame["calls_p05"]).all()
