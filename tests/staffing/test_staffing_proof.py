"""A plan simulated against what the formulas say of it, and against days that stray."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from staffing import performance, requirement
from staffing.proof import COLUMNS, simulate_plan
from wfm.errors import InputError
from wfm.params import QueueSpec, ServiceTarget

TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)
SPECS = {"sales": QueueSpec("sales", model="erlang_a", patience_s=120.0, target=TARGET)}


def flat_day(calls: float = 200.0, intervals: int = 16, queue: str = "sales") -> pd.DataFrame:
    starts = pd.date_range("2026-11-30 08:00", periods=intervals, freq="30min", tz="Europe/Amsterdam")
    return pd.DataFrame({"queue": queue, "interval_start": starts, "calls": calls, "aht_s": 180.0})


def planned(frame: pd.DataFrame) -> pd.DataFrame:
    return requirement(frame, SPECS, interval_s=1800)


def test_a_steady_day_gets_what_erlang_a_says() -> None:
    """Exponential handle times are lognormal ones of the same spread to within a point (Zeltyn and Mandelbaum)."""
    frame = flat_day()
    intervals, days = simulate_plan(frame, planned(frame), SPECS, interval_s=1800, replications=400)
    assert intervals.columns.tolist() == COLUMNS
    exact = performance(
        "erlang_a", calls=200, interval_s=1800, aht_s=180.0, agents=int(intervals["agents"].iloc[0]), patience_s=120.0
    )
    settled = intervals.iloc[3:]
    assert settled["service_level"].mean() == pytest.approx(float(exact.service_level), abs=0.02)
    assert settled["abandonment"].mean() == pytest.approx(float(exact.abandonment), abs=0.006)
    assert (intervals["service_level_low"] <= intervals["service_level"]).all()
    assert (intervals["service_level"] <= intervals["service_level_high"]).all()
    total = days.iloc[0]
    assert total["calls"] == 3200
    assert total["agent_hours"] == intervals["agents"].sum() / 2
    assert 0 < total["days_met"] <= 1


def test_the_same_seed_brings_the_same_callers() -> None:
    frame = flat_day(50.0, 6)
    plan = planned(frame)
    one, again = (simulate_plan(frame, plan, SPECS, interval_s=1800, replications=20)[0] for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    other = simulate_plan(frame, plan, SPECS, interval_s=1800, replications=20, seed=2)[0]
    assert not one["service_level"].equals(other["service_level"])
    more = simulate_plan(frame, plan.assign(agents=plan["agents"] + 3), SPECS, interval_s=1800, replications=20)[0]
    assert (more["service_level"] >= one["service_level"]).all()


def test_days_that_stray_are_met_less_often() -> None:
    frame = flat_day()
    rng = np.random.default_rng(1)
    counts = rng.poisson(200.0 * rng.gamma(25.0, 1 / 25.0, 4000))
    low, high = np.quantile(counts, [0.1, 0.9])
    frame = frame.assign(calls_p10=low, calls_p90=high)
    plan = planned(frame)
    settings = {"interval_s": 1800, "replications": 200}
    sure = simulate_plan(frame, plan, SPECS, **settings)[1].iloc[0]
    stray = simulate_plan(frame, plan, SPECS, uncertain=True, **settings)[1].iloc[0]
    assert stray["days_met"] < sure["days_met"] - 0.2
    assert stray["service_level"] < sure["service_level"] - 0.05


def test_closed_hours_between_and_queues_apart() -> None:
    morning, evening = flat_day(60.0, 4), flat_day(60.0, 4)
    evening["interval_start"] += pd.Timedelta(hours=9)
    other = flat_day(10.0, 2, "care").assign(aht_s=300.0)
    frame = pd.concat([morning, evening, other], ignore_index=True)
    specs = SPECS | {"care": QueueSpec("care", target=TARGET)}
    plan = requirement(frame, specs, interval_s=1800)
    intervals, days = simulate_plan(frame, plan, specs, interval_s=1800, replications=50)
    assert days["queue"].tolist() == ["care", "sales"]
    assert len(intervals) == 10
    alone = simulate_plan(
        frame[frame["queue"] == "care"], plan[plan["queue"] == "care"], specs, interval_s=1800, replications=50
    )[0]
    together = intervals[intervals["queue"] == "care"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, together)


def test_frames_that_do_not_belong_together_are_refused() -> None:
    frame = flat_day(20.0, 4)
    plan = planned(frame)
    with pytest.raises(InputError, match="2 intervals that only one"):
        simulate_plan(frame.iloc[:2], plan, SPECS, interval_s=1800)
    with pytest.raises(InputError, match="give --aht"):
        simulate_plan(frame.assign(aht_s=np.nan), plan, SPECS, interval_s=1800)


def test_chats_take_the_times_told_and_redials_add_calls() -> None:
    """The handle times of chats replace the forecast's; the model spreads chats evenly anew, agents don't."""
    frame = flat_day(100.0, 24).assign(aht_s=np.nan)
    times = (400.0, 520.0, 660.0)
    spec = QueueSpec("sales", model="chat", concurrency=times, patience_s=300.0, target=ServiceTarget(0.8, 30.0))
    plan = requirement(frame, {"sales": spec}, interval_s=1800)
    intervals, days = simulate_plan(frame, plan, {"sales": spec}, interval_s=1800, replications=200)
    exact = performance(
        "chat", calls=100, interval_s=1800, aht_s=400.0, agents=int(plan["agents"].iloc[0]), concurrency=times,
        patience_s=300.0, answer_within_s=30.0,
    )  # fmt: skip
    assert intervals["service_level"].iloc[6:].mean() == pytest.approx(float(exact.service_level), abs=0.015)
    assert 1 < days["chats_at_once"].iloc[0] < 3

    again = {"sales": replace(SPECS["sales"], redial=0.7)}
    calls = flat_day()
    plan = planned(calls)
    settings = {"interval_s": 1800, "replications": 100}
    plain, more = (simulate_plan(calls, plan, specs, **settings)[1].iloc[0] for specs in (SPECS, again))
    assert more["abandonment"] > plain["abandonment"]
    assert more["lost_callers"] < plain["abandonment"]
    assert more["attempts_per_caller"] > 1
