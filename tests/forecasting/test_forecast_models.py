"""Models against slow re-implementations, and every registered model against what all models promise."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import MODELS
from forecasting.calendars import Calendar
from forecasting.models import DEFAULT, NAIVE, CannotFit, Prediction
from forecasting.opengrid import Grid, future_grid
from forecasting.reading import read_history
from forecasting.series import Series

MONDAY = dt.date(2024, 1, 1)


def weekly_rates(weeks: int, seed: int = 0, weekend: float = np.nan) -> np.ndarray:
    """Poisson calls, 09:00 to 17:00, Monday to Friday; a row a calendar day."""
    rng = np.random.default_rng(seed)
    rates = np.full((7 * weeks, 48), np.nan)
    weekday = np.arange(7 * weeks) % 7
    rates[:, 18:34] = np.array([60, 50, 45, 40, 35, weekend, weekend])[weekday][:, None] * (1 + np.arange(16) / 20)
    return np.where(np.isfinite(rates), rng.poisson(np.nan_to_num(rates)), np.nan)


def series_of(rates: np.ndarray) -> Series:
    return read_history(made_up_history(rates)).series[0]


def no_holidays() -> Calendar:
    return Calendar()


def calls_of(name: str, train: Series, grid: Grid) -> np.ndarray:
    """The calls of a model, or a skip where its optional library is missing."""
    try:
        made = MODELS[name](train, grid, no_holidays())
    except CannotFit as problem:
        if "pip install" in str(problem):
            pytest.skip(str(problem))
        raise
    return made.calls if isinstance(made, Prediction) else made


Known = dict[tuple[dt.date, int], float]


def calls_by_day_and_slot(history: pd.DataFrame) -> Known:
    wall = history["interval_start"].dt.tz_localize(None)
    return {(t.date(), t.hour * 2 + t.minute // 30): c for t, c in zip(wall, history["offered"], strict=True)}


def same_weekdays(calls: Known, day: dt.date, holidays: set[dt.date]) -> list[dt.date]:
    """Open days before, of the same weekday, that are no holidays; newest first."""
    active = {d for d, _ in calls}
    earlier = [day - dt.timedelta(weeks=back) for back in range(1, 20)]
    return [d for d in earlier if d in active and d not in holidays]


def slow_naive(calls: Known, days: list[dt.date], slot: int) -> float:
    return next(calls[day, slot] for day in days if (day, slot) in calls)


def slow_average(calls: Known, days: list[dt.date], slot: int) -> float:
    last_six = [calls[day, slot] for day in days[:6] if (day, slot) in calls]
    return sum(last_six) / len(last_six)


@pytest.mark.parametrize(("model", "slow"), [("seasonal_naive", slow_naive), ("moving_average", slow_average)])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_simple_models_equal_slow_loops_over_closed_days_holidays_and_lost_rows(model, slow, seed) -> None:
    rng = np.random.default_rng(seed)
    rates = weekly_rates(9, seed)
    rates[rng.integers(0, 63, size=5)] = np.nan
    rates[rng.integers(0, 63, size=20), rng.integers(18, 34, size=20)] = np.nan
    history = made_up_history(rates)
    holidays = {MONDAY + dt.timedelta(days=int(d)) for d in rng.integers(20, 63, size=3)}
    calendar = Calendar({np.datetime64(day): "holiday" for day in holidays})
    train = read_history(history).series[0]
    grid = future_grid(train, 14, Calendar())
    forecast = MODELS[model](train, grid, calendar)
    calls = calls_by_day_and_slot(history)
    for day, of_day, is_open in zip(grid.days, forecast, grid.open, strict=True):
        days = same_weekdays(calls, day.item(), holidays)
        assert of_day[is_open] == pytest.approx([slow(calls, days, slot) for slot in np.flatnonzero(is_open)])


@pytest.mark.parametrize("name", list(MODELS))
class TestEveryModel:
    @pytest.fixture
    def train(self) -> Series:
        return series_of(weekly_rates(12))

    @pytest.fixture
    def grid(self, train: Series) -> Grid:
        return future_grid(train, 28, no_holidays())

    def test_says_what_it_is(self, name: str) -> None:
        assert MODELS[name].__doc__

    def test_gives_finite_calls_in_open_cells_and_none_elsewhere(self, name: str, train: Series, grid: Grid) -> None:
        calls = calls_of(name, train, grid)
        assert calls.shape == grid.open.shape
        assert (calls[~grid.open] == 0).all()
        assert (calls[grid.open] > 5).all()
        assert (calls[grid.open] < 200).all()

    def test_is_a_pure_function(self, name: str, train: Series, grid: Grid) -> None:
        before = train.calls.copy()
        first = calls_of(name, train, grid)
        assert np.array_equal(first, calls_of(name, train, grid))
        assert np.array_equal(before, train.calls, equal_nan=True)

    def test_a_constant_history_is_continued(self, name: str) -> None:
        rates = np.where(np.isfinite(weekly_rates(8)), 12.0, np.nan)
        train = series_of(rates)
        grid = future_grid(train, 7, no_holidays())
        assert calls_of(name, train, grid)[grid.open] == pytest.approx(12.0, rel=1e-3)

    def test_zeros_stay_zeros(self, name: str) -> None:
        train = series_of(np.where(np.isfinite(weekly_rates(8)), 0.0, np.nan))
        calls = calls_of(name, train, future_grid(train, 7, no_holidays()))
        assert calls == pytest.approx(0.0, abs=1e-9)

    def test_calls_scale_with_the_history(self, name: str, train: Series, grid: Grid) -> None:
        tenfold = series_of(weekly_rates(12) * 10)
        assert calls_of(name, tenfold, grid).sum() == pytest.approx(10 * calls_of(name, train, grid).sum(), rel=0.01)


def multiplicative_rates(days: int, noise: float, seed: int = 3) -> np.ndarray:
    """Known weekday levels x a monthly wave x a shape of the day, without Poisson noise; the last week is the truth."""
    rng = np.random.default_rng(seed)
    date = pd.date_range(MONDAY, periods=days)
    weekday = np.array([3000, 2600, 2400, 2300, 2100, np.nan, np.nan])[date.day_of_week]
    month = 1 + 0.10 * np.cos(2 * np.pi * (date.day - 0.5) / date.days_in_month)
    shape = np.exp(-(((np.arange(48) - 24) / 8) ** 2))
    shape = np.where((np.arange(48) >= 16) & (np.arange(48) < 36), shape, np.nan)
    level = weekday * month.to_numpy() * np.exp(noise * rng.standard_normal(days))
    return level[:, None] * shape / np.nansum(shape)


def test_top_down_recovers_a_known_multiplicative_structure() -> None:
    truth = multiplicative_rates(7 * 53, noise=0.0)
    train = series_of(multiplicative_rates(7 * 52, noise=0.03))
    grid = future_grid(train, 7, no_holidays())
    expected = np.nan_to_num(truth[-7:])
    errors = {m: np.abs(calls_of(m, train, grid) - expected).sum() / expected.sum() for m in DEFAULT}
    assert errors["top_down"] < 0.02
    assert errors["top_down"] < 0.3 * min(errors["moving_average"], errors[NAIVE])


def test_top_down_forecasts_the_mean_not_the_median() -> None:
    """Day factors of a skewed distribution: the median lies 12 % below the mean."""
    rng = np.random.default_rng(5)
    weeks = 200
    rates = np.where(np.isfinite(weekly_rates(weeks)), 50.0, np.nan) * rng.lognormal(0, 0.5, size=(7 * weeks, 1))
    train = series_of(rates)
    forecasts = [
        calls_of("top_down", part, future_grid(part, 7, no_holidays())).sum() / 80 / 50
        for part in (train.before(train.days[7 * back]) for back in range(100, 200, 4))
    ]
    assert np.mean(forecasts) == pytest.approx(np.exp(0.5**2 / 2), rel=0.05)


def test_top_down_is_not_carried_away_by_one_huge_day() -> None:
    rates = weekly_rates(12)
    usual = calls_of("top_down", series_of(rates), future_grid(series_of(rates), 7, no_holidays())).sum()
    rates[70] *= 100
    train = series_of(rates)
    assert calls_of("top_down", train, future_grid(train, 7, no_holidays())).sum() < 1.25 * usual


def test_top_down_learns_the_day_after_a_closure() -> None:
    rates = np.where(np.isfinite(weekly_rates(30)), 40.0, np.nan)
    for monday in range(14, 210, 28):
        rates[monday] = np.nan
        rates[monday + 1] *= 1.3
    train = series_of(rates)
    grid = future_grid(train, 7, no_holidays())
    closed_monday = Grid(grid.days, grid.open & (np.arange(7) > 0)[:, None])
    calls = calls_of("top_down", train, closed_monday)
    assert calls[1, 20] / calls[2, 20] == pytest.approx(1.3, rel=0.08)


def test_top_down_refuses_a_handful_of_days() -> None:
    train = series_of(weekly_rates(1))
    with pytest.raises(CannotFit, match="5 whole days"):
        calls_of("top_down", train, future_grid(train, 7, no_holidays()))
