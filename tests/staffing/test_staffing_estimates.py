"""Estimates of a log whose truth is known, and what the log can't tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_logs import simulated_log

from staffing.estimates import estimate, handle_times_of, patience_of
from staffing.handletimes import HandleTimes
from wfm.contracts import CALLS, ESTIMATES
from wfm.errors import InputError


def log_of(queue: str, outcomes: list[str], wait_s: float, talk_s: list[float | None]) -> pd.DataFrame:
    n = len(outcomes)
    return pd.DataFrame(
        {
            "call_id": [f"{queue}-{i}" for i in range(n)],
            "queue": queue,
            "offered_at": pd.date_range("2026-03-02 08:00", periods=n, freq="20s", tz="Europe/Amsterdam"),
            "outcome": outcomes,
            "wait_s": wait_s,
            "talk_s": np.array(talk_s, float),
        }
    )


def test_simulated_callers_are_found_again_although_most_are_answered_first() -> None:
    table, _ = estimate(simulated_log(150.0, 30, 1))
    row = table.iloc[0]
    assert row["patience_s"] == pytest.approx(150, rel=0.08)
    assert row["waiting_60s"] == pytest.approx(np.exp(-60 / 150), abs=0.03)
    assert row["aht_s"] == pytest.approx(240, rel=0.02)
    assert row["handle_cv"] == pytest.approx(0.7, abs=0.03)
    assert row["handle_shape"] == "lognormal"


@pytest.mark.slow
def test_the_patience_interval_covers_the_truth_at_its_level() -> None:
    held = []
    for seed in range(200):
        row = estimate(simulated_log(150.0, 2, 100 + seed))[0].iloc[0]
        held.append(row["patience_low_s"] <= 150 <= row["patience_high_s"])
    assert 0.85 <= np.mean(held) <= 0.96


def test_what_a_log_can_not_tell_is_null_and_said() -> None:
    nobody = log_of("nobody", ["answered"] * 50, 5.0, [200.0, 300.0] * 25)
    lost = log_of("lost", ["abandoned"] * 40, 50.0, [None] * 40)
    minutes = log_of("minutes", ["answered", "abandoned"] * 40, 30.0, [3.0, None] * 40)
    few = log_of("few", ["answered"] * 5 + ["abandoned"], 30.0, [100.0, 200, 300, 250, 150, None])
    zero = log_of("zero", ["answered"] * 60, 1.0, [0.0] * 10 + [200.0, 210.0] * 25)
    table, findings = estimate(pd.concat([nobody, lost, minutes, few, zero], ignore_index=True))
    table = table.set_index("queue")
    assert pd.isna(table.loc["nobody", ["patience_s", "patience_high_s"]]).all()
    assert table.loc["nobody", "patience_low_s"] > 0
    assert pd.isna(table.loc["lost", ["aht_s", "handle_cv", "handle_shape"]]).all()
    rules = {(f.source.removeprefix("queue "), f.rule) for f in findings}
    assert rules >= {
        ("nobody", "few-abandoned"), ("lost", "no-handle-time"), ("minutes", "short-handling"), ("few", "few-handled"),
        ("few", "few-abandoned"), ("zero", "zero-handling"),
    }  # fmt: skip
    assert "are they minutes?" in table.loc["minutes", "findings"]
    assert pd.isna(table.loc["few", "handle_shape"])


def test_handle_time_is_talk_hold_and_after_call_work_of_offered_calls() -> None:
    log = log_of("sales", ["answered"] * 4, 5.0, [100.0, 200.0, None, 1000.0])
    log = log.assign(hold_s=[10.0, None, 5.0, 0.0], acw_s=30.0, direction=["inbound"] * 3 + ["outbound"])
    row = estimate(log)[0].iloc[0]
    assert row["handled"] == 2
    assert row["aht_s"] == pytest.approx((140 + 230) / 2)
    assert row["offered"] == 3


def test_an_empty_log_and_one_without_waits() -> None:
    with pytest.raises(InputError, match="no offered call"):
        estimate(CALLS.empty("Europe/Amsterdam"))
    table, findings = estimate(log_of("sales", ["answered"] * 40, 5.0, [60.0, 90.0] * 20).drop(columns="wait_s"))
    assert pd.isna(table.iloc[0]["patience_s"])
    assert table.iloc[0]["aht_s"] == 75
    assert {f.rule for f in findings} == {"no-wait"}


def test_estimates_become_parameters() -> None:
    table = ESTIMATES.validate(
        pd.DataFrame(
            {
                "queue": ["a", "b", "c"],
                "offered": 10,
                "abandoned": [5, 0, 2],
                "patience_s": [120.0, np.nan, 60.0],
                "handle_cv": [0.7, 0.0, np.nan],
                "handle_shape": ["gamma", None, None],
            }
        )
    )
    assert patience_of(table, ["a", "b"]) == {"a": 120.0}
    assert handle_times_of(table, ["a", "b", "c"]) == {
        "a": HandleTimes("gamma", 0.7),
        "b": HandleTimes("deterministic"),
    }
    with pytest.raises(InputError) as caught:
        patience_of(table, ["a", "x", "y"])
    assert len(caught.value.findings) == 2
    assert "no row of queue x" in str(caught.value)
