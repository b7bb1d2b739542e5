"""Random demand against Monte Carlo, known tables and the certain case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing import performance, required_agents
from staffing.demandrisk import (
    agents_for_expected,
    aht_spread,
    calls_at_risk,
    expected_performance,
    factors,
    load_spread,
    rate_spread,
)
from wfm.params import ServiceTarget

EIGHTY_TWENTY = ServiceTarget(0.80, 20.0, max_occupancy=None)
AHT_S, PATIENCE_S, HALF_HOUR = 240.0, 120.0, 1800
COMMON = {"interval_s": HALF_HOUR, "aht_s": AHT_S, "patience_s": PATIENCE_S}


@pytest.mark.parametrize("cv", [0.02, 0.1, 0.3, 0.6])
def test_factors_have_the_moments_of_the_gamma(cv: float) -> None:
    nodes, weights = factors(np.array([cv]))
    assert weights.sum() == pytest.approx(1)
    assert nodes[0] @ weights == pytest.approx(1, rel=1e-6)
    assert np.sqrt(nodes[0] ** 2 @ weights - 1) == pytest.approx(cv, rel=1e-4)


@pytest.mark.parametrize(("load", "expected"), [(50, [51, 51, 52, 55, 60]), (300, [278, 282, 290, 316, 349])])
def test_agents_at_growing_uncertainty(load: int, expected: list[int]) -> None:
    """80 % in 20 s, patience 120 s, AHT 240 s: the known table at coefficients of 0, 5, 10, 20 and 30 %."""
    calls = load * HALF_HOUR / AHT_S
    agents = agents_for_expected(
        "erlang_a", calls=np.full(5, calls), cv=[0, 0.05, 0.1, 0.2, 0.3], target=EIGHTY_TWENTY, **COMMON
    )
    assert agents.tolist() == expected


def test_expected_performance_is_the_mean_over_simulated_days() -> None:
    rng = np.random.default_rng(5)
    cv, calls, agents = 0.25, 300.0, 42
    rates = rng.gamma(1 / cv**2, cv**2, 20_000) * calls
    each = performance("erlang_a", calls=rates, agents=agents, answer_within_s=20.0, **COMMON)
    found = expected_performance("erlang_a", calls=[calls], cv=[cv], agents=[agents], answer_within_s=20.0, **COMMON)
    answered = rates * (1 - each.abandonment)
    assert found.service_level[0] == pytest.approx((rates * each.service_level).sum() / rates.sum(), abs=0.006)
    assert found.abandonment[0] == pytest.approx((rates * each.abandonment).sum() / rates.sum(), abs=0.003)
    assert found.asa_s[0] == pytest.approx((answered * each.asa_s).sum() / answered.sum(), rel=0.02)
    assert found.occupancy[0] == pytest.approx(each.occupancy.mean(), abs=0.004)
    in_time = (rates * each.service_level).sum()
    assert found.sl_answered[0] == pytest.approx(in_time / answered.sum(), abs=0.006)
    short = each.sl_incl_short_abn - each.service_level
    assert found.sl_excl_short_abn[0] == pytest.approx(in_time / (rates * (1 - short)).sum(), abs=0.006)


@settings(max_examples=25, deadline=None)
@given(calls=st.floats(1, 800), model=st.sampled_from(["erlang_a", "erlang_c"]))
def test_without_spread_it_is_the_plain_requirement(calls: float, model: str) -> None:
    plain = required_agents(
        model, calls=[calls], target=EIGHTY_TWENTY, **(COMMON | ({"patience_s": None} if model == "erlang_c" else {}))
    )
    ours = agents_for_expected(
        model,
        calls=[calls],
        cv=[0.0],
        target=EIGHTY_TWENTY,
        **(COMMON | ({"patience_s": None} if model == "erlang_c" else {})),
    )
    assert ours.tolist() == plain.agents.tolist()


def test_erlang_c_has_no_service_on_days_that_it_cannot_bear() -> None:
    found = expected_performance(
        "erlang_c", calls=[300.0], cv=[0.2], interval_s=HALF_HOUR, aht_s=AHT_S, agents=[45], answer_within_s=20.0
    )
    assert 0.5 < found.service_level[0] < 0.9
    assert np.isinf(found.asa_s[0])


def test_agents_at_risk_meet_the_target_that_often() -> None:
    rng = np.random.default_rng(8)
    cv, calls, probability = 0.15, 375.0, 0.9
    safe = required_agents(
        "erlang_a", calls=calls_at_risk([calls], [cv], probability), target=EIGHTY_TWENTY, **COMMON
    ).agents
    rates = calls * rng.gamma(1 / cv**2, cv**2, 4000)
    levels = performance("erlang_a", calls=rates, agents=safe, answer_within_s=20.0, **COMMON).service_level
    assert 0.89 < (levels >= 0.8).mean() < 0.94
    fewer = performance("erlang_a", calls=rates, agents=safe - 2, answer_within_s=20.0, **COMMON).service_level
    assert (fewer >= 0.8).mean() < 0.9


def test_more_certainty_costs_more_agents() -> None:
    quantiles = [calls_at_risk([100.0], [0.2], p)[0] for p in (0.1, 0.5, 0.8, 0.95)]
    assert quantiles == sorted(quantiles)
    assert calls_at_risk([100.0], [0.0], 0.95).tolist() == [100.0]
    with pytest.raises(ValueError, match="between 0 and 1"):
        calls_at_risk([100.0], [0.2], 1.0)


@pytest.mark.parametrize(("cv", "level"), [(0.0, 40.0), (0.1, 200.0), (0.25, 60.0)])
def test_the_spread_of_the_rate_is_read_from_the_quantiles_of_counts(cv: float, level: float) -> None:
    rng = np.random.default_rng(2)
    means = level * (0.5 + np.arange(24) / 24)
    day = rng.gamma(1 / cv**2, cv**2, (4000, 1)) if cv else np.ones((4000, 1))
    counts = rng.poisson(means * day)
    starts = pd.date_range("2026-11-30 08:00", periods=24, freq="30min", tz="Europe/Amsterdam")
    low, high = np.quantile(counts, [0.1, 0.9], axis=0)
    frame = pd.DataFrame(
        {"queue": "sales", "interval_start": starts, "calls": means, "calls_p10": low, "calls_p90": high}
    )
    assert rate_spread(frame) == pytest.approx(np.full(24, cv), abs=0.03)
    assert rate_spread(frame.drop(columns="calls_p90")).tolist() == [0.0] * 24


def test_closed_and_quiet_intervals_need_nobody() -> None:
    agents = agents_for_expected(
        "erlang_a",
        calls=[0.0, 10.0, 5.0],
        cv=[0.2, 0.2, 0.0],
        interval_s=HALF_HOUR,
        aht_s=[AHT_S, AHT_S, 0.0],
        target=EIGHTY_TWENTY,
        patience_s=PATIENCE_S,
        min_agents=3,
    )
    assert agents[0] == 0
    assert agents[1] >= 3
    assert agents[2] == 3


def test_the_spread_of_handle_times_is_what_their_quantiles_say_beyond_chance() -> None:
    """Half-hours whose mean handle time has a level of the day, and the chance of its calls on top."""
    rng = np.random.default_rng(3)
    level_cv, handle_cv, calls, days = 0.12, 0.7, 150.0, 40_000
    levels = 240 * rng.gamma(level_cv**-2, level_cv**2, days)
    means = rng.normal(levels, handle_cv * levels / np.sqrt(calls))
    low, high = np.quantile(means, [0.1, 0.9])
    starts = pd.date_range("2026-11-30 08:00", periods=12, freq="30min", tz="Europe/Amsterdam")
    frame = pd.DataFrame(
        {"queue": "q", "interval_start": starts, "calls": calls, "aht_s": 240.0, "aht_p10_s": low, "aht_p90_s": high}
    )
    assert aht_spread(frame, handle_cv) == pytest.approx(np.full(12, level_cv), abs=0.005)
    assert aht_spread(frame, 3.0).tolist() == [0.0] * 12
    assert aht_spread(frame.drop(columns="aht_p90_s")).tolist() == [0.0] * 12
    bands = frame.assign(calls_p10=calls - 40, calls_p90=calls + 40)
    both = load_spread(bands, handle_cv)
    assert both == pytest.approx(np.sqrt((1 + rate_spread(bands) ** 2) * (1 + level_cv**2) - 1), abs=0.005)
    assert (both > rate_spread(bands)).all()


def test_agents_for_stray_handle_times_serve_simulated_days_in_which_they_stray() -> None:
    """The load's factor against the truth: handle times that stray by day, calls that do not."""
    rng = np.random.default_rng(9)
    cv, calls = 0.15, 375.0
    agents = agents_for_expected("erlang_a", calls=[calls], cv=[cv], target=EIGHTY_TWENTY, calls_share=0.0, **COMMON)
    lengths = AHT_S * rng.gamma(cv**-2, cv**2, 4000)
    others = {"interval_s": HALF_HOUR, "patience_s": PATIENCE_S, "answer_within_s": 20.0}
    level = performance("erlang_a", calls=calls, aht_s=lengths, agents=int(agents[0]), **others).service_level.mean()
    assert level == pytest.approx(0.80, abs=0.02)
    assert level >= 0.80
