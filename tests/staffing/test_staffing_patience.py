"""Patience against statsmodels, hand-made waits and callers whose patience is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from staffing import performance
from staffing.patience import estimate_patience, kaplan_meier


def log_of(wait_s: np.ndarray, abandoned: np.ndarray, queue: str = "sales") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "call_id": [f"{queue}-{i}" for i in range(len(wait_s))],
            "queue": queue,
            "offered_at": pd.date_range("2026-03-02 08:00", periods=len(wait_s), freq="20s", tz="Europe/Amsterdam"),
            "outcome": np.where(abandoned, "abandoned", "answered"),
            "wait_s": wait_s,
        }
    )


def callers(n: int, patience_s: float, wait_s: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    patience, needed = rng.exponential(patience_s, n), rng.exponential(wait_s, n) * (rng.random(n) < 0.7)
    return np.minimum(patience, needed), patience < needed


def test_the_curve_equals_that_of_statsmodels() -> None:
    wait, gave_up = callers(3000, 150.0, 60.0, 1)
    wait = wait.round()  # with ties
    ours, theirs = kaplan_meier(wait, gave_up), SurvfuncRight(wait, gave_up.astype(int))
    known = theirs.surv_prob > 0
    assert ours.at(theirs.surv_times[known]) == pytest.approx(theirs.surv_prob[known], abs=1e-12)
    own = ours.share > 0
    assert np.sqrt(ours.variance)[own] == pytest.approx(theirs.surv_prob_se[: len(own)][own], abs=1e-9)


def test_a_curve_by_hand() -> None:
    """Waits 10, 20+, 30, 40+ (+ answered): 3/4, then of the two left one hangs up."""
    curve = kaplan_meier([10, 20, 30, 40], [True, False, True, False])
    assert curve.at([5, 10, 29, 30, 40]).tolist() == [1, 0.75, 0.75, 0.375, 0.375]
    assert np.isnan(curve.at(41))
    assert curve.median_s == 30
    assert np.isnan(kaplan_meier([10, 20], [False, False]).median_s)


def test_the_mean_is_all_waiting_over_abandonments_not_the_wait_of_those_who_hung_up() -> None:
    wait, gave_up = callers(20_000, 180.0, 40.0, 2)
    row = estimate_patience(log_of(wait, gave_up))[0].iloc[0]
    assert row["patience_s"] == pytest.approx(wait.sum() / gave_up.sum())
    assert row["patience_s"] == pytest.approx(180, rel=0.05)
    assert wait[gave_up].mean() < 60
    assert row["waiting_60s"] == pytest.approx(np.exp(-60 / 180), abs=0.03)


def test_the_interval_holds_nine_times_in_ten() -> None:
    held = []
    for seed in range(200):
        row = estimate_patience(log_of(*callers(400, 120.0, 30.0, 100 + seed)))[0].iloc[0]
        held.append(row["low_s"] <= 120 <= row["high_s"])
    assert 0.84 <= np.mean(held) <= 0.97


def test_erlang_a_with_it_gives_back_the_abandonment_that_was_seen() -> None:
    """P(ab) = E[W] / patience holds in Erlang A whatever the load."""
    exact = performance("erlang_a", calls=375, interval_s=1800, aht_s=240.0, agents=49, patience_s=150.0)
    assert float(exact.wait_all_s) / float(exact.abandonment) == pytest.approx(150.0, rel=1e-9)


def test_few_or_no_abandonments_are_said() -> None:
    few = log_of(np.full(50, 12.0), np.arange(50) < 5, "few")
    none = log_of(np.full(50, 12.0), np.zeros(50, bool), "none")
    lost = log_of(np.full(10, np.nan), np.zeros(10, bool), "lost")
    table, findings = estimate_patience(pd.concat([few, none, lost], ignore_index=True))
    table = table.set_index("queue")
    assert table.loc["few", "patience_s"] == pytest.approx(120.0)
    assert table.loc["few", "low_s"] < 120 < table.loc["few", "high_s"]
    assert np.isnan(table.loc["none", "patience_s"])
    assert np.isinf(table.loc["none", "high_s"])
    assert table.loc["none", "low_s"] == pytest.approx(2 * 600 / 5.991, rel=1e-3)
    assert {f.rule for f in findings} == {"few-abandoned", "no-wait"}
    assert "lost" not in table.index


def test_outbound_calls_tell_nothing() -> None:
    log = log_of(np.array([10.0, 20.0, 30.0, 500.0]), np.array([True, False, True, False]))
    mixed = log.assign(direction=["inbound", None, "inbound", "outbound"])
    assert estimate_patience(mixed)[0]["patience_s"].tolist() == [30.0]


def test_a_log_without_waits_gives_an_empty_table() -> None:
    table, findings = estimate_patience(log_of(np.ones(5), np.ones(5, bool)).drop(columns="wait_s"))
    assert table.empty
    assert [f.rule for f in findings] == ["no-wait"]


def test_the_real_log(shared_data) -> None:
    import ingest

    path = shared_data / "vanad_2014_calls.parquet"
    calls = ingest.read_calls([path], timezone="Europe/Amsterdam")
    table = estimate_patience(calls.frame)[0].set_index("queue")
    assert table.loc["5", "patience_s"] == pytest.approx(992, abs=5)
    assert set(table.index) == {"11", "13", "18", "2", "5"}
    assert (table["low_s"] < table["patience_s"]).all()
    assert (table["patience_s"] < table["high_s"]).all()
