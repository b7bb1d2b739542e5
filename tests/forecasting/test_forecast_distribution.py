"""Sample paths: their mean, their spread and their coherence; and the noise measured from past weeks."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.distribution import (
    GROWTH_PER_WEEK,
    OPTIMISM,
    UNKNOWN_SD,
    USUAL_GROWTH,
    Distribution,
    Noise,
    noise_of,
    seed_of,
)
from forecasting.rehearsal import Rehearsal
from forecasting.series import span

MONDAY = np.datetime64("2024-01-01", "D")


def noise(sd: float, alpha: float, weekday_scale: np.ndarray | None = None) -> Noise:
    return Noise(np.full(4, sd), np.ones(7) if weekday_scale is None else weekday_scale, alpha)


def draw(mean: np.ndarray, day: np.ndarray, of: Noise, paths: int, seed: int = 1, queue: str = "q") -> np.ndarray:
    return Distribution(mean, day, MONDAY, of, seed_of(seed, queue)).paths(paths)


def test_paths_have_the_mean_of_the_forecast() -> None:
    mean = np.array([0.0, 0.5, 20.0, 300.0])
    draws = draw(mean, np.array([0, 0, 1, 1]), noise(0.1, 0.02), 40_000)
    assert draws.mean(axis=0) == pytest.approx(mean, rel=0.02)
    assert (draws[:, 0] == 0).all()
    assert (draws == np.floor(draws)).all()


def test_variances_of_interval_and_day_follow_from_the_factors() -> None:
    """Var of a count is m + m^2 (c^2 + alpha + c^2 alpha); intervals of a day share c."""
    sd, alpha, m, n = 0.15, 0.05, 100.0, 20
    draws = draw(np.full(n, m), np.zeros(n, int), noise(sd, alpha), 60_000, seed=2)
    day_variance = np.exp(sd**2) - 1
    assert draws[:, 0].var() == pytest.approx(m + m**2 * (day_variance * (1 + alpha) + alpha), rel=0.08)
    total = draws.sum(axis=1)
    expected = n * m + (n * m) ** 2 * day_variance + n * m**2 * alpha * (1 + day_variance)
    assert total.var() == pytest.approx(expected, rel=0.08)


def test_days_of_a_week_share_half_of_the_variance() -> None:
    logs = np.log(draw(np.full(42, 1e7), np.arange(42), noise(0.1, 0.0), 20_000))
    correlation = np.corrcoef(logs.T)
    assert correlation[0, 1] == pytest.approx(0.5, abs=0.04)
    assert correlation[0, 7] == pytest.approx(0.0, abs=0.04)
    assert logs.std(axis=0)[[0, 27, 35]] == pytest.approx([0.1, 0.1, 0.1 * (1 + 2 * GROWTH_PER_WEEK)], rel=0.05)


def test_a_weekday_that_strays_more_has_wider_days() -> None:
    scale = np.array([1.0, 1, 1, 1, 1, 3, 1])
    sd = noise(0.1, 0.0, scale).sd_of(span(MONDAY, 14))
    assert sd[[5, 12]] == pytest.approx([0.3, 0.3])
    assert np.delete(sd, [5, 12]) == pytest.approx(0.1)


def test_draws_depend_on_seed_and_queue_only() -> None:
    one = draw(np.full(5, 30.0), np.arange(5), noise(0.1, 0.1), 50, 1, "sales")
    assert np.array_equal(one, draw(np.full(5, 30.0), np.arange(5), noise(0.1, 0.1), 50, 1, "sales"))
    assert not np.array_equal(one, draw(np.full(5, 30.0), np.arange(5), noise(0.1, 0.1), 50, 1, "service"))
    assert not np.array_equal(one, draw(np.full(5, 30.0), np.arange(5), noise(0.1, 0.1), 50, 2, "sales"))


def weeks_with(sd: float, alpha: float, weeks: int, level: float = 200.0, saturday: float = 1.0) -> list[Rehearsal]:
    rng = np.random.default_rng(7)
    forecast = np.full((7, 20), level)
    made = []
    for week in range(weeks):
        day_sd = sd * np.where(np.arange(7) == 5, saturday, 1.0)[:, None]
        rate = forecast * np.exp(day_sd * rng.standard_normal((7, 1)) - day_sd**2 / 2)
        noisy = rate * rng.gamma(1 / alpha, alpha, size=rate.shape) if alpha else rate
        made.append(Rehearsal(MONDAY + 7 * (week // 4), 1 + week % 4, rng.poisson(noisy).astype(float), forecast))
    return made


@pytest.mark.parametrize(("sd", "alpha"), [(0.05, 0.0), (0.2, 0.05)])
def test_noise_is_recovered_from_many_weeks(sd: float, alpha: float) -> None:
    """Errors of the same size at every lead are drawn towards the usual growth, but on average kept."""
    measured = noise_of(weeks_with(sd, alpha, weeks=400))
    usual = np.sqrt((1 + USUAL_GROWTH**2) / 2)
    assert measured.day_sd == pytest.approx(OPTIMISM * np.hypot(sd, np.sqrt(alpha / 20)) * usual, rel=0.2)
    assert (np.diff(measured.day_sd) >= 0).all()
    assert measured.weekday_scale == pytest.approx(1.0, abs=0.25)
    assert measured.overdispersion == pytest.approx(alpha, rel=0.1, abs=0.001)


def test_a_wild_saturday_is_told_from_the_other_days() -> None:
    measured = noise_of(weeks_with(0.1, 0.0, weeks=200, saturday=5.0))
    assert measured.weekday_scale[5] > 2.5
    assert np.delete(measured.weekday_scale, 5) == pytest.approx(1.0, abs=0.3)
    assert measured.day_sd.mean() < 0.16


def test_poisson_noise_of_a_small_queue_is_not_taken_for_a_day_factor() -> None:
    weeks = weeks_with(0.02, 0.0, weeks=200, level=0.5)
    totals = np.concatenate([week.actual.sum(axis=1) for week in weeks])
    assert noise_of(weeks).day_sd.mean() < 0.5 * np.log(np.maximum(totals, 1) / 10).std()


def test_without_past_weeks_the_prior_holds() -> None:
    closed = Rehearsal(MONDAY, 1, np.full((7, 4), np.nan), np.zeros((7, 4)))
    for weeks in ([], [closed]):
        measured = noise_of(weeks)
        assert measured.day_sd == pytest.approx(UNKNOWN_SD * np.sqrt((1 + USUAL_GROWTH**2) / 2), rel=0.02)
        assert (measured.weekday_scale == 1).all()
        assert measured.overdispersion == 0
