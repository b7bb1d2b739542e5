"""Handle times of known mean, spread and shape found again, whatever a few odd calls do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from staffing.handlefit import SHAPES, fence_s, fit_handle_times, quantiles_s
from staffing.handletimes import HandleTimes

MEAN_S = 240.0


def drawn(kind: str, cv: float, n: int, seed: int) -> np.ndarray:
    return HandleTimes(kind, cv).sampler(MEAN_S).draw(np.random.default_rng(seed), n)


@pytest.mark.parametrize(
    ("kind", "cv"),
    [("lognormal", 0.5), ("lognormal", 1.0), ("lognormal", 1.6), ("gamma", 0.4), ("gamma", 1.4), ("exponential", 1.0)],
)
def test_the_shape_is_recovered_from_a_thousand_calls(kind, cv) -> None:
    right = [fit_handle_times(drawn(kind, cv, 1000, seed).round()).shape == kind for seed in range(30)]
    assert np.mean(right) >= 0.9


def test_calls_all_alike_have_no_spread() -> None:
    fit = fit_handle_times(np.full(100, 180.0))
    assert (fit.aht_s, fit.cv, fit.shape, fit.misfit) == (180.0, 0.0, "deterministic", 0.0)
    assert (fit.aht_low_s, fit.aht_high_s) == (180.0, 180.0)


@pytest.mark.parametrize(("kind", "cv", "n"), [("lognormal", 0.8, 60), ("gamma", 0.7, 60), ("lognormal", 0.7, 2000)])
def test_the_intervals_hold_about_nine_times_in_ten(kind, cv, n) -> None:
    mean, spread = [], []
    for seed in range(300):
        fit = fit_handle_times(drawn(kind, cv, n, 1000 + seed))
        mean.append(fit.aht_low_s <= MEAN_S <= fit.aht_high_s)
        spread.append(fit.cv_low <= cv <= fit.cv_high)
    assert 0.86 <= np.mean(mean) <= 0.94
    assert 0.78 <= np.mean(spread) <= 0.97


def test_few_calls_give_a_wide_interval_and_no_shape() -> None:
    fit = fit_handle_times(drawn("lognormal", 1.0, 8, 1))
    assert fit.aht_high_s / fit.aht_low_s > 1.5
    assert fit.shape == ""
    assert np.isnan(fit.misfit)
    one = fit_handle_times([200.0])
    assert (one.aht_s, one.aht_low_s, one.aht_high_s) == (200.0, 0.0, np.inf)
    assert np.isnan(one.cv)


def test_calls_left_open_are_left_out_and_do_not_move_the_figures() -> None:
    calls = drawn("lognormal", 0.7, 3000, 3)
    clean, odd = fit_handle_times(calls), fit_handle_times(np.concatenate([calls, np.full(4, 9 * 3600.0)]))
    assert (clean.left_out, odd.left_out) == (0, 4)
    assert (odd.aht_s, odd.cv, odd.shape) == (clean.aht_s, clean.cv, clean.shape)


@pytest.mark.parametrize(("kind", "cv"), [("lognormal", 1.0), ("gamma", 0.6), ("exponential", 1.0), ("gamma", 1.5)])
def test_the_fence_takes_almost_no_true_call(kind, cv) -> None:
    calls = drawn(kind, cv, 500_000, 4)
    assert (calls > fence_s(calls)).sum() <= 5


def test_misrouted_calls_of_seconds_do_not_decide_the_shape() -> None:
    """Four per cent of calls end within five seconds, as in real logs: the likelihood of all of them prefers gamma."""
    calls = drawn("lognormal", 0.65, 20_000, 5)
    calls[:800] = np.random.default_rng(6).integers(0, 6, 800)
    fit = fit_handle_times(calls.round())
    assert fit.shape == "lognormal"
    assert fit.misfit < 0.1


@pytest.mark.parametrize("kind", SHAPES)
def test_tails_and_quantiles_are_those_of_scipy(kind) -> None:
    cv = 1.0 if kind == "exponential" else 0.7
    sigma = np.sqrt(np.log1p(cv**2))
    peers = {
        "lognormal": stats.lognorm(sigma, scale=MEAN_S * np.exp(-(sigma**2) / 2)),
        "gamma": stats.gamma(cv**-2, scale=MEAN_S * cv**2),
        "exponential": stats.expon(scale=MEAN_S),
    }
    x, shares = np.array([0.0, 5.0, 200.0, 900.0]), np.array([0.1, 0.5, 0.99])
    below, above = SHAPES[kind][0](x, MEAN_S, cv)
    assert below == pytest.approx(peers[kind].cdf(x), abs=1e-12)
    assert above == pytest.approx(peers[kind].sf(x), abs=1e-12)
    assert quantiles_s(kind, shares, MEAN_S, cv) == pytest.approx(peers[kind].ppf(shares))


@pytest.mark.parametrize("kind", ["lognormal", "gamma", "exponential", "deterministic"])
def test_samplers_have_the_mean_and_spread_of_their_shape(kind) -> None:
    calls = HandleTimes(kind, 0.6).sampler(MEAN_S).draw(np.random.default_rng(7), 200_000)
    assert calls.mean() == pytest.approx(MEAN_S, rel=0.01)
    expected = {"exponential": 1.0, "deterministic": 0.0}.get(kind, 0.6)
    assert calls.std() / calls.mean() == pytest.approx(expected, abs=0.01)
