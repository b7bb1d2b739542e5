"""Measures against loops that anyone can check."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import bias, wape
from forecasting.accuracy import coverage, mase, poisson_abs_error, wql

PAIRS = st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=1, max_size=30)


@given(PAIRS)
def test_measures_equal_their_slow_definitions(pairs: list[tuple[float, float]]) -> None:
    errors = absolute = total = 0.0
    for forecast, actual in pairs:
        errors += forecast - actual
        absolute += abs(forecast - actual)
        total += actual
    forecast, actual = zip(*pairs, strict=True)
    if total == 0:
        assert math.isnan(wape(forecast, actual))
        assert math.isnan(bias(forecast, actual))
    else:
        assert wape(forecast, actual) == pytest.approx(absolute / total)
        assert bias(forecast, actual) == pytest.approx(errors / total, abs=1e-9)


def test_measures_are_sums_over_sums_not_means_of_ratios() -> None:
    assert wape([1, 100], [2, 100]) == pytest.approx(1 / 102)
    assert bias([1, 100], [2, 100]) == pytest.approx(-1 / 102)


@pytest.mark.parametrize("rate", [0.2, 1.0, 3.7, 25.0])
def test_poisson_floor_equals_the_sum_over_the_counts(rate: float) -> None:
    pmf, expected = math.exp(-rate), 0.0
    for count in range(200):
        expected += abs(count - rate) * pmf
        pmf *= rate / (count + 1)
    assert poisson_abs_error(np.array([rate, 0.0, rate])) == pytest.approx(2 * expected)


@given(PAIRS, st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5))
def test_quantile_loss_equals_its_slow_definition(pairs: list[tuple[float, float]], quantiles: list[float]) -> None:
    forecast, actual = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    bands = np.array([forecast * (0.5 + q) for q in quantiles])
    losses = 0.0
    for q, band in zip(quantiles, bands, strict=True):
        for f, y in zip(band, actual, strict=True):
            losses += 2 * (q * (y - f) if y >= f else (1 - q) * (f - y))
    found = wql(bands, quantiles, actual)
    assert math.isnan(found) if actual.sum() == 0 else found == pytest.approx(losses / len(quantiles) / actual.sum())


def test_quantile_loss_by_hand_and_of_a_matrix() -> None:
    """At 0.9, 10 too little costs 2 x 9, 10 too much 2 x 1; over 200 calls that is 0.1."""
    assert wql([[90.0, 110.0]], [0.9], [100.0, 100.0]) == pytest.approx(0.1)
    actual = np.arange(6.0).reshape(2, 3)
    assert wql([actual + 1, actual - 1], [0.5, 0.5], actual) == pytest.approx(wape(actual + 1, actual))


def test_quantile_loss_is_least_at_the_true_quantiles() -> None:
    drawn = np.random.default_rng(1).gamma(4, 5, 20_000)
    true = np.quantile(drawn, [0.1, 0.9])
    losses = [wql(np.outer(true * scale, np.ones(20_000)), [0.1, 0.9], drawn) for scale in (0.8, 1.0, 1.2)]
    assert losses[1] < min(losses[0], losses[2])


def test_scaled_error_by_hand() -> None:
    """Two weeks of two slots, the second open on the first day only: steps of 4 (six times), 10 and 2."""
    train = np.full((14, 2), np.nan)
    train[:7, 0], train[7:, 0] = 10.0, 14.0
    train[7, 0] = 20.0
    train[[0, 7], 1] = [5.0, 7.0]
    scale = (6 * 4 + 10 + 2) / 8
    assert mase([10.0, 30.0], [12.0, 33.0], train) == pytest.approx(2.5 / scale)


def test_scaled_error_of_last_week_is_one_and_without_a_scale_unknown() -> None:
    train = np.random.default_rng(2).poisson(20, (21, 4)).astype(float)
    assert mase(train[7:14], train[14:], train[7:]) == pytest.approx(1.0)
    for nothing in (train[:7], np.full((21, 4), 3.0), np.full((21, 4), np.nan)):
        assert math.isnan(mase([1.0], [2.0], nothing))


def test_coverage_counts_the_ends_of_the_band() -> None:
    assert coverage([1, 1, 1, 1], [3, 3, 3, 3], [1, 3, 4, 0]) == 0.5
    assert math.isnan(coverage([], [], []))
