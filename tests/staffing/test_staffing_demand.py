"""Requirements of a changing and of an uncertain day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from staffing import performance, requirement
from staffing.demand import Demand
from staffing.demandrisk import expected_performance
from staffing.proof import simulate_plan
from wfm.errors import InputError, UsageProblem
from wfm.params import QueueSpec, ServiceTarget

TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)
SPECS = {"sales": QueueSpec("sales", model="erlang_a", patience_s=120.0, target=TARGET)}
SHAPE = np.array([20, 60, 140, 220, 240, 200, 150, 120, 90, 40, 10, 0.0])


def day(spread: float = 0.0, aht_s: float = 1200.0) -> pd.DataFrame:
    """A steep day of half-hours whose quantiles are those of Poisson counts around a gamma rate."""
    starts = pd.date_range("2026-11-30 08:00", periods=len(SHAPE), freq="30min", tz="Europe/Amsterdam")
    rng = np.random.default_rng(1)
    factor = rng.gamma(1 / spread**2, spread**2, (4000, 1)) if spread else np.ones((4000, 1))
    counts = rng.poisson(SHAPE * factor)
    low, high = np.quantile(counts, [0.1, 0.9], axis=0)
    return pd.DataFrame(
        {
            "queue": "sales",
            "interval_start": starts,
            "calls": SHAPE,
            "calls_p10": low,
            "calls_p90": high,
            "aht_s": np.where(SHAPE > 0, aht_s, np.nan),
        }
    )


def test_calls_in_hand_move_agents_to_later_intervals() -> None:
    plain = requirement(day(), SPECS, interval_s=1800)
    moved = requirement(day(), SPECS, interval_s=1800, demand=Demand("mol"))
    assert (moved["agents"].to_numpy()[:4] < plain["agents"].to_numpy()[:4]).all()
    assert (moved["agents"].to_numpy()[6:] > plain["agents"].to_numpy()[6:]).all()
    assert moved["agents"].iloc[-1] > 0
    assert moved["load_erl"].sum() < plain["load_erl"].sum()
    assert moved["load_erl"].sum() > 0.97 * plain["load_erl"].sum()
    assert moved["calls"].equals(plain["calls"])


def test_a_probability_staffs_for_the_load_that_is_seldom_exceeded() -> None:
    plain = requirement(day(0.15, 240.0), SPECS, interval_s=1800)
    sure = requirement(day(0.15, 240.0), SPECS, interval_s=1800, demand=Demand(risk=0.9))
    half = requirement(day(0.15, 240.0), SPECS, interval_s=1800, demand=Demand(risk=0.5))
    assert (sure["agents"] >= plain["agents"]).all()
    assert (half["agents"] <= sure["agents"]).all()
    rates = SHAPE[4] * np.random.default_rng(2).gamma(1 / 0.15**2, 0.15**2, 4000)
    levels = performance(
        "erlang_a", calls=rates, interval_s=1800, aht_s=240.0, agents=int(sure["agents"].iloc[4]), patience_s=120.0
    ).service_level
    assert 0.87 < (levels >= 0.8).mean() < 0.96


def test_expected_meets_the_target_on_average_and_says_what_binds() -> None:
    frame = day(0.2, 240.0)
    found = requirement(frame, SPECS, interval_s=1800, demand=Demand(risk="expected"))
    busy = found[found["calls"] > 50]
    assert (busy["service_level"] >= 0.8 - 1e-9).all()
    assert (busy["binding"] == "service_level").all()
    fewer = expected_performance(
        "erlang_a",
        calls=busy["calls"],
        cv=0.2,
        interval_s=1800,
        aht_s=240.0,
        agents=busy["agents"] - 2,
        patience_s=120.0,
    )
    assert (fewer.service_level < 0.8).all()
    assert found["agents"].iloc[-1] == 0


def test_certain_demand_on_its_own_is_the_plain_requirement() -> None:
    plain = requirement(day(), SPECS, interval_s=1800)
    for demand in (Demand(), Demand("sipp", None)):
        pd.testing.assert_frame_equal(plain, requirement(day(), SPECS, interval_s=1800, demand=demand))


def test_senseless_demands_are_refused() -> None:
    for bad in ({"load": "isa"}, {"risk": "always"}, {"risk": 1.0}):
        with pytest.raises(ValueError, match="expected"):
            Demand(**bad)
    specs, random = {"sales": QueueSpec("sales")}, Demand(risk="expected")
    with pytest.raises(UsageProblem, match="no random demand"):
        requirement(day(), specs, interval_s=1800, engine="pyworkforce", demand=random)


def test_a_model_with_few_lines_has_no_expected_requirement() -> None:
    specs = {"sales": QueueSpec("sales", model="limited_lines", lines=200, target=TARGET)}
    random = Demand(risk="expected")
    with pytest.raises(InputError, match="no upper bound"):
        requirement(day(0.2, 240.0), specs, interval_s=1800, demand=random)


@pytest.mark.parametrize("risk", [0.9, "expected"])
@pytest.mark.parametrize("bands", ["absent", "empty"])
def test_a_risk_without_quantiles_is_refused_and_never_the_mean(risk: float | str, bands: str) -> None:
    whole = day(0.2, 240.0)
    frame = whole.drop(columns=["calls_p10", "calls_p90"]) if bands == "absent" else whole.assign(calls_p10=np.nan)
    with pytest.raises(InputError, match="no calls_p10 and calls_p90 of queue sales"):
        requirement(frame, SPECS, interval_s=1800, demand=Demand(risk=risk))
    certain = requirement(frame, SPECS, interval_s=1800)
    if "calls_p10" in frame:
        some = frame.assign(calls_p10=day(0.2, 240.0)["calls_p10"].where(frame.index > 2))
        assert (requirement(some, SPECS, interval_s=1800, demand=Demand(risk=0.9))["agents"] > certain["agents"]).any()
    with pytest.raises(InputError, match="no calls_p10"):
        simulate_plan(frame, certain, SPECS, interval_s=1800, replications=2, uncertain=True)
