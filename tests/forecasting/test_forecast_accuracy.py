"""Measures against loops that anyone can check."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import bias, wape
from forecasting.accuracy import poisson_abs_error

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
