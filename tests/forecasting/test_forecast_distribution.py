"""Sample paths: their mean, their spread and their coherence; and the noise measured from a backtest."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.backtesting import Origin
from forecasting.distribution import GROWTH_PER_WEEK, PRIOR_SD, Noise, generator, noise_of, sample_paths


def test_paths_have_the_mean_of_the_forecast() -> None:
    mean = np.array([0.0, 0.5, 20.0, 300.0])
    draws = sample_paths(mean, np.array([0, 0, 1, 1]), Noise(0.1, 0.02), generator(1, "q"), paths=40_000)
    assert draws.mean(axis=0) == pytest.approx(mean, rel=0.02)
    assert (draws[:, 0] == 0).all()
    assert (draws == np.floor(draws)).all()


def test_variances_of_interval_and_day_follow_from_the_factors() -> None:
    """Var of a count is m + m^2 (c^2 + alpha + c^2 alpha); intervals of a day share c."""
    sd, alpha, m, n = 0.15, 0.05, 100.0, 20
    draws = sample_paths(np.full(n, m), np.zeros(n, int), Noise(sd, alpha), generator(2, "q"), paths=40_000)
    day_variance = np.exp(sd**2) - 1
    assert draws[:, 0].var() == pytest.approx(m + m**2 * (day_variance * (1 + alpha) + alpha), rel=0.05)
    total = draws.sum(axis=1)
    assert total.var() == pytest.approx(
        n * m + (n * m) ** 2 * day_variance + n * m**2 * alpha * (1 + day_variance), rel=0.05
    )


def test_days_of_a_week_share_half_of_the_variance() -> None:
    day = np.arange(14)
    draws = sample_paths(np.full(14, 1e6), day, Noise(0.1, 0.0), generator(3, "q"), paths=20_000)
    correlation = np.corrcoef(np.log(draws).T)
    assert correlation[0, 1] == pytest.approx(0.5, abs=0.03)
    assert correlation[0, 7] == pytest.approx(0.0, abs=0.03)
    assert np.log(draws).std(axis=0)[[0, 7]] == pytest.approx([0.1, 0.1 * (1 + GROWTH_PER_WEEK)], rel=0.03)


def test_draws_depend_on_seed_and_queue_only() -> None:
    def draw(seed: int, queue: str) -> np.ndarray:
        return sample_paths(np.full(5, 30.0), np.arange(5), Noise(0.1, 0.1), generator(seed, queue))

    assert np.array_equal(draw(1, "sales"), draw(1, "sales"))
    assert not np.array_equal(draw(1, "sales"), draw(1, "service"))
    assert not np.array_equal(draw(1, "sales"), draw(2, "sales"))


def origins_with(sd: float, alpha: float, weeks: int, level: float = 200.0) -> list[Origin]:
    rng = np.random.default_rng(7)
    forecast = np.full((7, 20), level)
    rates = [forecast * rng.lognormal(-(sd**2) / 2, sd, size=(7, 1)) for _ in range(weeks)]
    noisy = [rate * rng.gamma(1 / alpha, alpha, size=rate.shape) if alpha else rate for rate in rates]
    return [Origin(np.datetime64("2024-01-01"), 1, rng.poisson(rate).astype(float), {"m": forecast}) for rate in noisy]


@pytest.mark.parametrize(("sd", "alpha"), [(0.05, 0.0), (0.2, 0.05)])
def test_noise_is_recovered_from_many_origins(sd: float, alpha: float) -> None:
    noise = noise_of(origins_with(sd, alpha, weeks=60), "m")
    assert noise.day_sd == pytest.approx(sd * 1.05, rel=0.1, abs=0.01)
    assert noise.overdispersion == pytest.approx(alpha, rel=0.1, abs=0.001)


def test_poisson_noise_of_a_small_queue_is_not_taken_for_a_day_factor() -> None:
    origins = origins_with(0.02, 0.0, weeks=60, level=0.5)
    totals = np.concatenate([origin.actual.sum(axis=1) for origin in origins])
    assert noise_of(origins, "m").day_sd < 0.5 * np.log(np.maximum(totals, 1) / 10).std()


def test_without_origins_the_prior_holds() -> None:
    assert noise_of([], "m") == Noise(PRIOR_SD, 0.0)
    closed = Origin(np.datetime64("2024-01-01"), 1, np.full((7, 4), np.nan), {"m": np.zeros((7, 4))})
    assert noise_of([closed], "m") == Noise(PRIOR_SD, 0.0)
