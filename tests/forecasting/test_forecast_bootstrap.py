"""The paired bootstrap against exhaustive resampling, hand cases and the truth of a simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from forecasting.bootstrap import paired_ratio, pooled_ratio


def test_the_ratio_is_of_sums() -> None:
    found = paired_ratio([[1.0, -3.0], [2.0, 0.0]], [[2.0, 2.0], [-4.0, 4.0]], seed=1)
    assert found.ratio == pytest.approx(6 / 12)


def test_interval_is_that_of_all_resamples_of_three_weeks() -> None:
    a, b = np.array([1.0, 5.0, 2.0]), np.array([2.0, 4.0, 9.0])
    every = sorted(a[list(weeks)].sum() / b[list(weeks)].sum() for weeks in product(range(3), repeat=3))
    found = paired_ratio(a, b, seed=3, draws=20_000, level=0.8)
    assert found.low == pytest.approx(every[int(np.ceil(0.1 * 27)) - 1])
    assert found.high == pytest.approx(every[int(np.ceil(0.9 * 27)) - 1])


def test_weeks_are_blocks_and_errors_are_paired() -> None:
    """A model that is always 10 % worse is 10 % worse in every draw, however wild the weeks are."""
    wild = np.random.default_rng(1).lognormal(0, 2, (10, 7, 48))
    found = paired_ratio(1.1 * wild, wild, seed=1)
    assert found == pytest.approx((1.1, 1.1, 1.1))
    cells = np.random.default_rng(2).standard_normal((12, 50))
    assert paired_ratio(cells, cells[::-1], 4) == paired_ratio(np.abs(cells).sum(axis=1), np.abs(cells[::-1]).sum(1), 4)


def test_same_seed_same_interval() -> None:
    a, b = np.random.default_rng(1).standard_normal((2, 10, 5))
    assert paired_ratio(a, b, seed=5) == paired_ratio(a, b, seed=5)
    assert paired_ratio(a, b, seed=5) != paired_ratio(a, b, seed=6)


def test_a_cell_unknown_in_one_counts_in_neither() -> None:
    found = paired_ratio([[1.0, np.nan], [3.0, 2.0]], [[2.0, 9.0], [2.0, np.nan]], seed=1)
    assert found.ratio == pytest.approx(1.0)


def test_pooled_is_the_geometric_mean_and_weeks_go_together() -> None:
    """What one series gains in a week the other loses: jointly resampled, nothing is left to chance."""
    up = np.exp(np.random.default_rng(3).standard_normal(1))
    a = np.array([2.0, 2.0, 2.0])
    found = pooled_ratio([(a * up, a), (a, a * up)], seed=1)
    assert found == pytest.approx((1.0, 1.0, 1.0))
    assert pooled_ratio([([4.0], [1.0]), ([1.0], [1.0])], seed=1).ratio == pytest.approx(2.0)
    alike = np.random.default_rng(4).uniform(1, 2, (2, 9))
    assert pooled_ratio([tuple(alike)] * 3, seed=7) == pytest.approx(paired_ratio(*alike, seed=7))


def test_a_week_that_a_series_lacks_is_left_out_of_it() -> None:
    found = pooled_ratio([([2.0, np.nan], [1.0, np.nan]), ([1.0, 1.0], [1.0, 1.0])], seed=1, level=0.98)
    assert found.ratio == pytest.approx(np.sqrt(2))
    assert (found.low, found.high) == pytest.approx((1.0, np.sqrt(2)))


def test_nothing_to_compare_is_unknown() -> None:
    for a, b in (([], []), ([0.0, 0.0], [0.0, 0.0]), ([np.nan], [1.0])):
        assert np.isnan(paired_ratio(a, b, seed=1)).all()
    assert np.isnan(pooled_ratio([], seed=1)).all()
    assert paired_ratio([1.0], [0.0], seed=1) == (np.inf, np.inf, np.inf)
    assert paired_ratio([0.0], [1.0], seed=1) == (0.0, 0.0, 0.0)


def test_shapes_have_to_agree() -> None:
    with pytest.raises(ValueError, match="shapes"):
        paired_ratio([1.0], [1.0, 2.0], seed=1)
    with pytest.raises(ValueError, match="one number"):
        pooled_ratio([([1.0], [1.0]), ([1.0, 2.0], [1.0, 2.0])], seed=1)


def test_ninety_percent_intervals_hold_the_truth_nine_times_in_ten() -> None:
    """Twenty weeks, some hard for both models; the first errs 0.9 times as much."""
    rng = np.random.default_rng(11)

    def weeks(n: int) -> tuple[np.ndarray, np.ndarray]:
        hard = rng.lognormal(0, 0.5, (n, 1))
        return 0.9 * hard * rng.standard_normal((n, 7)), hard * rng.standard_normal((n, 7))

    inside = []
    for seed in range(400):
        found = paired_ratio(*weeks(20), seed=seed, draws=400)
        inside.append(found.low <= 0.9 <= found.high)
    assert 0.84 < np.mean(inside) < 0.95
