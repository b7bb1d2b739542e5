"""The process of day totals against textbook formulas, and the calendar by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.calendars import Calendar
from forecasting.dayforecast import VERSIONS
from forecasting.dayprocess import DAY_SD, Days, Version, fit_versions
from forecasting.effects import YEAR_NEEDS_WEEKS, Effect, calendar_effects
from forecasting.series import span

VERSION = Version(0.08, 4.0, 0.15, 26.0, 0.3, 40.0, 0.25, 8.0)


def slow_covariance(days: Days, version: Version) -> np.ndarray:
    """Entry by entry, from the definition of each part."""
    n = len(days.number)
    covariance = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            weeks = abs(days.number[i] - days.number[j]) / 7
            scaled = 3**0.5 * weeks / version.trend_weeks
            value = 4.0 + version.level_sd**2 * np.exp(-weeks / version.level_weeks)
            value += version.trend_sd**2 * (1 + scaled) * np.exp(-scaled)
            value += version.recent_sd**2 * np.exp(-weeks / version.recent_weeks)
            if days.weekday[i] == days.weekday[j]:
                value += 1.0 + version.weekday_sd**2 * np.exp(-weeks / version.weekday_weeks)
            covariance[i, j] = value + sum(e.sd**2 * e.x[i] @ e.x[j] for e in days.effects)
    return covariance


def some_days(observed: int, future: int, seed: int = 0) -> Days:
    rng = np.random.default_rng(seed)
    number = np.cumsum(rng.integers(1, 3, observed + future))
    effect = Effect("month", rng.normal(size=(observed + future, 3)), 0.05)
    return Days(number, number % 7, (effect,), observed)


def some_totals(days: Days, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = 300 * np.exp(0.1 * rng.standard_normal(days.observed)) * (1 + days.weekday[: days.observed] / 10)
    return rng.poisson(level).astype(float)


def noise_of(totals: np.ndarray) -> np.ndarray:
    return DAY_SD**2 + 1 / (totals + 1)


def without_outliers(days: Days) -> np.ndarray:
    """Totals so even that no day is trusted less, and the textbook formula holds as it stands."""
    return np.full(days.observed, 250.0) + np.arange(days.observed) % 2


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 500))
def test_the_mean_is_the_conditional_expectation_of_a_gaussian(seed: int) -> None:
    """E[f* | y] = K* (K + N)^-1 y, the noise of outlying days raised by the square of their excess."""
    days = some_days(40, 9, seed)
    totals = some_totals(days, seed)
    fit = fit_versions(totals, days, [VERSION])[0]
    covariance, n = slow_covariance(days, VERSION), days.observed
    y = np.log(totals + 0.5) - np.median(np.log(totals + 0.5))
    first = np.linalg.solve(np.linalg.cholesky(covariance[:n, :n] + np.diag(noise_of(totals))), y)
    bound = 1.5 * max(1.4826 * np.median(np.abs(first[20:])), 0.3)
    noise = noise_of(totals) * np.maximum(np.abs(first) / bound, 1) ** 2
    expected = covariance[n:, :n] @ np.linalg.inv(covariance[:n, :n] + np.diag(noise)) @ y
    assert fit.mean == pytest.approx(np.median(np.log(totals + 0.5)) + expected, abs=1e-8)
    assert fit.centre + sum(fit.parts.values()) == pytest.approx(fit.mean, abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(known=st.integers(5, 35))
def test_an_earlier_cutoff_gives_what_a_fit_of_the_earlier_days_alone_would(known: int) -> None:
    days = some_days(40, 3)
    totals = without_outliers(days)
    fit = fit_versions(totals, days, [VERSION])[0]
    covariance = slow_covariance(days, VERSION)[:40, :40]
    y = np.log(totals + 0.5) - fit.centre
    early = covariance[:known, :known] + np.diag(noise_of(totals)[:known])
    expected = fit.centre + covariance[known:, :known] @ np.linalg.solve(early, y[:known])
    assert fit.from_earlier(known, 40) == pytest.approx(expected, abs=1e-8)


def test_one_odd_day_moves_neither_level_nor_weekday() -> None:
    days = some_days(60, 7)
    totals = some_totals(days)
    usual = fit_versions(totals, days, VERSIONS)
    totals[30] *= 50
    for before, after in zip(usual, fit_versions(totals, days, VERSIONS), strict=True):
        assert after.mean == pytest.approx(before.mean, abs=0.06)


def test_a_new_level_is_followed_the_sooner_the_quicker_the_version() -> None:
    number = np.arange(147)
    days = Days(number, number % 7, (), 140)
    totals = np.where(number[:140] < 105, 200.0, 400.0)
    steady, quick = fit_versions(totals, days, [VERSIONS[0], VERSIONS[4]])
    assert np.exp(quick.mean).mean() > 370
    assert np.exp(steady.mean).mean() < np.exp(quick.mean).mean() - 20


def test_the_mean_lies_above_the_median_by_half_the_variance() -> None:
    """Log-normal days of sd 0.2: mean / median = exp(0.02), of which the clipped tails keep nine tenths."""
    number = np.arange(420)
    days = Days(number, number % 7, (), 413)
    totals = 1000 * np.exp(0.2 * np.random.default_rng(3).standard_normal(413))
    assert fit_versions(totals, days, [VERSIONS[0]])[0].smearing == pytest.approx(np.exp(0.02), abs=0.008)


def test_the_calendar_by_hand() -> None:
    """Two weeks from Monday 29 January 2024, closed on weekends and on Thursday 1 February; a holiday on the 6th."""
    days = span(np.datetime64("2024-01-29"), 14)
    operating = np.arange(14) % 7 < 5
    is_open = operating & (days != np.datetime64("2024-02-01"))
    calendar = Calendar({np.datetime64("2024-02-06"): "holiday"})
    holiday, closure, month = calendar_effects(days, is_open, operating, calendar)
    assert [effect.name for effect in (holiday, closure, month)] == ["holiday", "closure", "month"]
    assert np.flatnonzero(holiday.x[:, 0]).tolist() == [8]
    assert [np.flatnonzero(column).tolist() for column in closure.x.T] == [[4], [7], [2]]
    edges = [np.flatnonzero(column).tolist() for column in month.x[:, 4:].T]
    assert edges == [[3], [4], [1], [2]]
    angle = 2 * np.pi * 28.5 / 31
    assert month.x[0, :4] == pytest.approx([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])


def test_the_year_counts_once_there_is_more_than_one() -> None:
    for weeks, names in ((YEAR_NEEDS_WEEKS - 1, 3), (YEAR_NEEDS_WEEKS, 4)):
        days = span(np.datetime64("2023-01-02"), 7 * weeks)
        is_open = np.ones(len(days), dtype=bool)
        effects = calendar_effects(days, is_open, is_open, Calendar())
        assert len(effects) == names
    assert effects[-1].x[0] == pytest.approx(effects[-1].x[365], abs=0.02)
