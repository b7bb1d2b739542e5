"""The load of a changing day against simulation of an infinite server, closed forms and conservation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from staffing.handletimes import LIMITED, HandleTimes
from staffing.offeredload import offered_load

HALF_HOUR = 1800.0


def frozen(kind: str, cv: float, mean: float):
    """The same distribution in scipy.stats."""
    if kind == "exponential":
        return stats.expon(scale=mean)
    if kind == "gamma":
        return stats.gamma(1 / cv**2, scale=mean * cv**2)
    sigma = np.sqrt(np.log1p(cv**2))
    return stats.lognorm(sigma, scale=mean * np.exp(-(sigma**2) / 2))


@pytest.mark.parametrize("kind", ["exponential", "gamma", "lognormal"])
@pytest.mark.parametrize("cv", [0.5, 1.0, 1.6])
@pytest.mark.parametrize("x", [1.0, 100.0, 240.0, 3000.0])
def test_the_limited_mean_is_the_integral_of_the_tail(kind: str, cv: float, x: float) -> None:
    expected, _ = integrate.quad(frozen(kind, cv, 240.0).sf, 0, x, limit=200)
    assert HandleTimes(kind, cv).limited_mean_s(x, 240.0) == pytest.approx(expected, rel=1e-7)


def test_the_limited_mean_by_hand() -> None:
    assert HandleTimes("deterministic").limited_mean_s([-5, 0, 100, 300], 240.0).tolist() == [0, 0, 100, 240]
    assert HandleTimes().limited_mean_s(50.0, 0.0) == 0
    for kind in LIMITED:
        assert HandleTimes(kind).limited_mean_s(1e9, 240.0) == pytest.approx(240.0, rel=1e-6)


@pytest.mark.parametrize(("kind", "cv"), [("lognormal", 1.0), ("exponential", 1.0), ("deterministic", 1.0)])
def test_modified_load_is_what_an_endless_floor_would_carry(kind: str, cv: float) -> None:
    """A slow infinite server: Poisson arrivals call by call, time in service cut by interval."""
    rng = np.random.default_rng(3)
    calls, aht, days = np.array([20.0, 200.0, 80.0, 10.0, 150.0, 0.0]), 1200.0, 400
    starts = HALF_HOUR * np.arange(6)
    busy = np.zeros(6)
    for _ in range(days):
        for start, mean in zip(starts, calls, strict=True):
            n = rng.poisson(mean)
            begun = start + rng.uniform(0, HALF_HOUR, n)
            held = aht if kind == "deterministic" else frozen(kind, cv, aht).rvs(n, random_state=rng)
            ended = begun + held
            overlap = np.minimum(ended[:, None], starts + HALF_HOUR) - np.maximum(begun[:, None], starts)
            busy += np.maximum(overlap, 0).sum(axis=0)
    load = offered_load(calls, aht, starts, HALF_HOUR, handle_times=HandleTimes(kind, cv))
    assert load == pytest.approx(busy / days / HALF_HOUR, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=3, max_size=20), st.sampled_from(sorted(LIMITED)), st.floats(20, 900))
def test_no_work_is_lost_or_made(calls: list[float], kind: str, aht: float) -> None:
    quiet = [*calls, *np.zeros(60)]
    for method in ("mol", "lagged", "sipp"):
        starts = HALF_HOUR * np.arange(len(quiet))
        load = offered_load(quiet, aht, starts, HALF_HOUR, method=method, handle_times=HandleTimes(kind, 0.8))
        assert (load >= -1e-9).all()
        assert load.sum() == pytest.approx(sum(calls) * aht / HALF_HOUR, rel=1e-3, abs=1e-9)


def test_a_constant_day_carries_the_stationary_load_once_it_has_begun() -> None:
    load = offered_load(np.full(20, 100.0), 240.0, HALF_HOUR * np.arange(20), HALF_HOUR)
    assert load[0] < 13.0
    assert load[5:] == pytest.approx(100 * 240 / HALF_HOUR, rel=1e-3)


def test_exponential_load_after_a_step_by_its_formula() -> None:
    """After the rate falls to 0 the mean falls as exp(-t / AHT)."""
    calls = np.array([*np.full(40, 60.0), 0.0, 0.0])
    aht = 900.0
    load = offered_load(calls, aht, HALF_HOUR * np.arange(42), HALF_HOUR, handle_times=HandleTimes("exponential"))
    steady = 60 * aht / HALF_HOUR
    first = steady * aht / HALF_HOUR * (1 - np.exp(-HALF_HOUR / aht))
    assert load[40] == pytest.approx(first, rel=1e-6)
    assert load[41] == pytest.approx(first * np.exp(-HALF_HOUR / aht), rel=1e-6)


def test_short_calls_make_all_methods_agree() -> None:
    calls = np.array([5.0, 50.0, 20.0])
    starts = HALF_HOUR * np.arange(3)
    loads = [offered_load(calls, 1.0, starts, HALF_HOUR, method=m) for m in ("sipp", "lagged", "mol")]
    assert loads[1] == pytest.approx(loads[0], rel=0.02)
    assert loads[2] == pytest.approx(loads[0], rel=0.02)


def test_closed_hours_between_days_let_the_load_drain() -> None:
    starts = np.concatenate([8 * 3600 + HALF_HOUR * np.arange(4), 32 * 3600 + HALF_HOUR * np.arange(4)])
    load = offered_load(np.full(8, 90.0), 600.0, starts, HALF_HOUR)
    assert load[4:] == pytest.approx(load[:4], rel=1e-3)


def test_no_calls_unknown_methods_and_overlapping_intervals() -> None:
    assert offered_load([], [], [], HALF_HOUR).tolist() == []
    assert offered_load([0.0, 0.0], [np.nan, np.nan], [0.0, HALF_HOUR], HALF_HOUR).tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="expected one of sipp, lagged, mol"):
        offered_load([1.0], [60.0], [0.0], HALF_HOUR, method="isa")
    with pytest.raises(ValueError, match="without overlap"):
        offered_load([1.0, 1.0], [60.0, 60.0], [0.0, 900.0], HALF_HOUR)
    with pytest.raises(ValueError, match="expected one of exponential, deterministic"):
        HandleTimes("weibull")
