"""The calendar regression against textbook formulas."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.daytotal import calendar_design, robust_ridge
from forecasting.series import span


def test_the_ridge_equals_least_squares_with_prior_observations_at_zero() -> None:
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(60, 4)), rng.uniform(0.1, 1, 60)
    y = x @ [1.0, -0.5, 0.2, 0.0] + 0.01 * rng.standard_t(20, 60)
    penalty = np.array([0.0, 0.05, 1.0, 3.0])
    fit = robust_ridge(y, x, weights, penalty)
    rows = np.vstack([x * np.sqrt(fit.weights)[:, None], np.diag(np.sqrt(penalty))])
    expected, *_ = np.linalg.lstsq(rows, np.concatenate([y * np.sqrt(fit.weights), np.zeros(4)]), rcond=None)
    assert fit.coefficients == pytest.approx(expected, abs=1e-9)


def test_outliers_lose_their_weight_and_their_residual_is_clipped() -> None:
    y, x = np.tile([1.0, 1.1], 20), np.ones((40, 1))
    y[7] = 5.0
    fit = robust_ridge(y, x, np.ones(40), np.zeros(1))
    assert fit.coefficients[0] == pytest.approx(1.05, abs=0.02)
    assert fit.weights[7] < 0.2
    assert fit.weights[8:].min() > 0.2
    assert fit.residuals.max() < 1


def test_the_calendar_by_hand() -> None:
    """Two weeks from Monday 29 January 2024, closed on weekends and on Thursday 1 February; a holiday on the 6th."""
    days = span(np.datetime64("2024-01-29"), 14)
    operating = np.arange(14) % 7 < 5
    is_open = operating & (days != np.datetime64("2024-02-01"))
    x = calendar_design(days, is_open, operating, days == np.datetime64("2024-02-06")).x
    assert (x[:, 0] == 1).all()
    assert np.array_equal(x[:, 1:8].argmax(axis=1), np.arange(14) % 7)
    holiday, first_after, second_after, before = (np.flatnonzero(x[:, column]).tolist() for column in range(8, 12))
    assert holiday == [8]
    assert first_after == [4]
    assert second_after == [7]
    assert before == [2]
    first, second, last_but_one, last = (np.flatnonzero(x[:, column]).tolist() for column in range(16, 20))
    assert (first, second, last_but_one, last) == ([3], [4], [1], [2])
    angle = 2 * np.pi * 28.5 / 31
    assert x[0, 12:16] == pytest.approx([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])
