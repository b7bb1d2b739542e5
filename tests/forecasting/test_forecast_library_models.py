"""Library models against the libraries themselves, known truths and broken histories; adapters where installed."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

from forecasting.calendars import Calendar
from forecasting.models import MODELS, CannotFit
from forecasting.models.ets import damped_ets
from forecasting.models.mstl import season_lengths
from forecasting.models.negbin_glm import fit as fit_negbin
from forecasting.models.svd_factor import _factors
from forecasting.opengrid import Grid, future_grid
from forecasting.operatingdays import filled, operating_days, repeats
from forecasting.optional import needed
from forecasting.reading import read_history
from forecasting.series import Series
from forecasting.weekpattern import median_week

MONDAY = "2024-01-01"
CORE = ("median_week", "negbin_glm", "ets", "mstl", "sarimax", "svd_factor")
OPTIONAL = {
    "statsforecast_mstl": "statsforecast",
    "statsforecast_arima": "statsforecast",
    "lightgbm_poisson": "lightgbm",
    "prophet": "prophet",
}
INSTALLED = [
    pytest.param(name, marks=pytest.mark.skipif(importlib.util.find_spec(library) is None, reason=f"{library} missing"))
    for name, library in OPTIONAL.items()
]
SHAPE = np.where((np.arange(48) >= 18) & (np.arange(48) < 34), 1 + np.sin((np.arange(48) - 18) / 5), np.nan)
WEEKDAYS = np.array([60, 50, 45, 40, 35, 12, np.nan])


def expected_rates(days: int, first: str = MONDAY, level: float = 1.0) -> np.ndarray:
    """Weekday x slot rates, Saturday mornings only, Sundays closed; shape (days, 48)."""
    weekday = pd.date_range(first, periods=days).day_of_week
    rates = level * WEEKDAYS[weekday][:, None] * SHAPE
    rates[np.ix_(weekday == 5, np.arange(48) >= 26)] = np.nan
    return rates


def poisson(rates: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.where(np.isfinite(rates), np.random.default_rng(seed).poisson(np.nan_to_num(rates)), np.nan)


def series_of(rates: np.ndarray, first: str = MONDAY) -> Series:
    return read_history(made_up_history(rates, first)).series[0]


def calls_of(name: str, train: Series, days: int = 28, calendar: Calendar | None = None) -> np.ndarray:
    calendar = calendar or Calendar()
    made = MODELS[name](train, future_grid(train, days, calendar), calendar)
    assert isinstance(made, np.ndarray)
    return made


class TestOperatingDays:
    def test_the_season_goes_on_where_the_history_ends_amid_a_week(self) -> None:
        train = series_of(expected_rates(7 * 8 + 3))
        days = operating_days(train, future_grid(train, 14, Calendar()), Calendar())
        assert days.season == 6
        assert len(days.known) % 6 == 0
        assert (train.weekdays[days.known[:6]] == [3, 4, 5, 0, 1, 2]).all()
        assert (days.grid.weekdays[days.future[:6]] == [3, 4, 5, 0, 1, 2]).all()

    def test_open_cells_and_their_way_back_hold_every_cell_in_its_place(self) -> None:
        train = series_of(expected_rates(7 * 6 + 2))
        days = operating_days(train, future_grid(train, 21, Calendar()), Calendar())
        last_week = days.open_cells()[-1]
        back = days.lay_cells(np.resize(last_week, days.future_cells().sum()))
        assert back[:7][train.present[-7:]] == pytest.approx(train.calls[-7:][train.present[-7:]])
        assert (back == np.tile(back[:7], (3, 1))).all()

    def test_totals_are_spread_by_hours_and_a_half_day_gets_its_share(self) -> None:
        train = series_of(expected_rates(7 * 12))
        grid = future_grid(train, 7, Calendar())
        half = Grid(grid.days, grid.open & ((np.arange(7) > 0)[:, None] | (np.arange(48) < 26)))
        days = operating_days(train, half, Calendar())
        totals = np.array([960.0, 800, 720, 640, 560, 96])
        laid = days.lay(totals).sum(axis=1)
        assert laid[1:6] == pytest.approx(totals[1:])
        assert laid[0] == pytest.approx(960 * np.nansum(SHAPE[:26]) / np.nansum(SHAPE), rel=0.01)

    @pytest.mark.parametrize("season", [1, 3])
    def test_holes_take_the_median_of_the_last_four_in_their_season(self, season: int) -> None:
        values = np.repeat([1.0, 2, 9, 4, np.nan, 6], season)
        assert filled(values, season)[4 * season] == np.median([1, 2, 9, 4])
        values[:season] = np.nan
        assert filled(values, season)[0] == np.median([2, 9, 4, 6])
        matrix = np.column_stack([values, np.arange(len(values))])
        assert (filled(matrix, season)[:, 0] == filled(values, season)).all()
        assert (filled(matrix, season)[:, 1] == matrix[:, 1]).all()

    def test_a_weekday_without_any_whole_day_is_refused(self) -> None:
        with pytest.raises(CannotFit, match="never had a whole day"):
            filled(np.array([1.0, np.nan, 2.0, np.nan]), 2)

    def test_three_weeks_are_too_few(self) -> None:
        train = series_of(expected_rates(21))
        with pytest.raises(CannotFit, match="fewer than 4 whole weeks"):
            operating_days(train, future_grid(train, 7, Calendar()), Calendar())

    def test_what_repeats_is_known_from_what_does_not(self) -> None:
        assert repeats(np.tile([1.0, 2, 3], 4), 3)
        assert not repeats(np.tile([1.0, 2, 3], 4), 2)


def test_the_median_week_is_the_median_of_the_last_eight_ordinary_days() -> None:
    rates = poisson(expected_rates(7 * 12))
    train = series_of(rates)
    holiday = {np.datetime64(MONDAY) + 7 * 10: "feast"}
    week = median_week(train, Calendar(holiday), 8)
    mondays = [rates[7 * w, 20] for w in (3, 4, 5, 6, 7, 8, 9, 11)]
    assert week[0, 20] == sorted(mondays)[3] / 2 + sorted(mondays)[4] / 2
    assert np.isnan(week[6]).all()


class TestNegBin:
    def data(self, dispersion: float, days: int = 84) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        rng = np.random.default_rng(2)
        weekdays = np.arange(days) % 7
        x = np.column_stack([np.sin(np.arange(days) / 5), np.arange(days) % 11 == 0]).astype(float)
        mean = (20 + 3 * weekdays)[:, None] * np.array([1.0, 2.0, 0.5]) * np.exp(x @ [0.2, -0.4])[:, None]
        calls = rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape)).astype(float)
        calls[5, 1] = calls[weekdays == 6] = np.nan
        return calls, weekdays, x, 0.5 ** (np.arange(days, 0, -1) / 60)

    def test_it_is_the_fit_of_statsmodels_with_a_dummy_for_every_cell(self) -> None:
        import statsmodels.api as sm

        calls, weekdays, x, weights = self.data(0.1)
        fitted = fit_negbin(calls, weekdays, x, weights, np.full(2, np.inf))
        day, slot = np.nonzero(np.isfinite(calls))
        cell = weekdays[day] * 3 + slot
        design = np.column_stack([cell[:, None] == np.arange(18), x[day]]).astype(float)
        family = sm.families.NegativeBinomial(alpha=fitted.dispersion)
        peer = sm.GLM(calls[day, slot], design, family=family, freq_weights=weights[day]).fit(tol=1e-12)
        assert fitted.coefficients == pytest.approx(peer.params[-2:], abs=1e-6)
        assert np.log(fitted.week[:6].ravel()) == pytest.approx(peer.params[:-2], abs=1e-6)

    def test_its_dispersion_is_that_of_statsmodels_maximum_likelihood(self) -> None:
        from statsmodels.discrete.discrete_model import NegativeBinomial

        calls, weekdays, x, _ = self.data(0.15)
        fitted = fit_negbin(calls, weekdays, x, np.ones(len(calls)), np.full(2, np.inf))
        day, slot = np.nonzero(np.isfinite(calls))
        design = np.column_stack([(weekdays[day] * 3 + slot)[:, None] == np.arange(18), x[day]]).astype(float)
        start = np.concatenate([np.log(fitted.week[:6].ravel()), fitted.coefficients, [fitted.dispersion]])
        peer = NegativeBinomial(calls[day, slot], design).fit(start, disp=False, method="bfgs", maxiter=500)
        assert fitted.dispersion == pytest.approx(peer.params[-1], rel=1e-3)
        assert 0.1 < fitted.dispersion < 0.2

    def test_without_effects_and_weights_the_mean_of_a_cell_is_its_average(self) -> None:
        calls, weekdays, _, _ = self.data(0.3)
        fitted = fit_negbin(calls, weekdays, np.zeros((len(calls), 0)), np.ones(len(calls)), np.zeros(0))
        for weekday in range(6):
            assert fitted.week[weekday] == pytest.approx(np.nanmean(calls[weekdays == weekday], axis=0))
        assert (fitted.week[6] == 0).all()

    def test_a_tight_prior_holds_the_calendar_at_nothing(self) -> None:
        calls, weekdays, x, weights = self.data(0.1)
        free = fit_negbin(calls, weekdays, x, weights, np.full(2, np.inf)).coefficients
        held = fit_negbin(calls, weekdays, x, weights, np.full(2, 1e-4)).coefficients
        assert free == pytest.approx([0.2, -0.4], abs=0.2)
        assert np.abs(held).max() < 1e-3


class TestExponentialSmoothing:
    def test_a_season_that_repeats_is_repeated(self) -> None:
        ahead, variance = damped_ets(np.tile([1.0, 5, 3], 6), 3, 4)
        assert ahead == pytest.approx([1, 5, 3, 1])
        assert variance == 0

    def test_it_follows_a_step_in_the_level(self) -> None:
        rng = np.random.default_rng(1)
        values = np.tile([0.0, 0.2, -0.2, 0.1, -0.1], 30) + 0.02 * rng.standard_normal(150)
        values[100:] += 1.0
        assert damped_ets(values, 5, 5)[0] == pytest.approx([1, 1.2, 0.8, 1.1, 0.9], abs=0.06)


class TestSvd:
    def test_noise_leaves_one_factor_and_structure_more(self) -> None:
        rng = np.random.default_rng(0)
        flat = np.sqrt(rng.poisson(30.0, size=(120, 20)))
        assert _factors(flat)[1].shape[0] == 1
        tilt = np.linspace(-1, 1, 20) * np.where(np.arange(120) % 2, 1, -1)[:, None]
        tilted = np.sqrt(rng.poisson(400 * np.exp(0.3 * tilt)))
        scores, shapes = _factors(tilted)
        assert shapes.shape[0] == 2
        assert scores @ shapes == pytest.approx(20 * np.exp(0.15 * tilt), rel=0.06)

    def test_a_sparse_queue_keeps_its_mean(self) -> None:
        rates = expected_rates(7 * 30, level=0.02)
        calls = calls_of("svd_factor", series_of(poisson(rates)), 7)
        assert calls.sum() == pytest.approx(np.nansum(rates[-7:]), rel=0.12)


@pytest.mark.parametrize("name", [*CORE, *INSTALLED])
class TestEveryLibraryModel:
    def test_it_finds_known_rates_again(self, name: str) -> None:
        rates = expected_rates(7 * 20)
        calls = calls_of(name, series_of(poisson(rates)))
        truth = np.nan_to_num(expected_rates(28, "2024-05-20"))
        assert np.abs(calls - truth).sum() / truth.sum() < (0.06 if name in CORE else 0.12)

    def test_damaged_histories_give_calls_or_a_reason(self, name: str) -> None:
        rng = np.random.default_rng(9)
        whole = poisson(expected_rates(7 * 16))
        gap, outlier, torn = whole.copy(), whole.copy(), whole.copy()
        gap[40:70] = np.nan
        outlier[80] *= 1000
        torn[rng.random(torn.shape) < 0.3] = np.nan
        monday_only = np.where((np.arange(112) % 7 == 0)[:, None], whole, np.nan)
        halved_hours = np.where((np.arange(112) > 90)[:, None] & (np.arange(48) > 25), np.nan, whole)
        one_call = np.where(np.isfinite(whole), 0.0, np.nan)
        one_call[50, 20] = 1.0
        refused = 0
        for rates in (gap, outlier, torn, monday_only, halved_hours, one_call, whole[:7], whole[:30]):
            try:
                calls = calls_of(name, series_of(rates), 10)
            except CannotFit:
                refused += 1
                continue
            assert np.isfinite(calls).all()
            assert (calls >= 0).all()
            assert calls.max() < 50 * 80 * (1 if rates is not outlier else 1000)
        assert refused <= 3

    def test_same_input_same_bytes_and_a_closed_grid_has_no_calls(self, name: str) -> None:
        train = series_of(poisson(expected_rates(7 * 12)))
        grid = future_grid(train, 14, Calendar())
        first, second = (MODELS[name](train, grid, Calendar()) for _ in range(2))
        assert first.tobytes() == second.tobytes()
        closed = Grid(grid.days, np.zeros_like(grid.open))
        assert not MODELS[name](train, closed, Calendar()).any()


@pytest.mark.parametrize("name", [name for name in CORE if name != "median_week"])
def test_the_mean_is_forecast_where_days_are_skewed(name: str) -> None:
    """Day factors of log-normal shape: the median lies 8 % below the mean."""
    rng = np.random.default_rng(4)
    rates = expected_rates(7 * 60) * rng.lognormal(0, 0.4, size=(7 * 60, 1))
    parts = [series_of(rates).before(np.datetime64(MONDAY) + 7 * weeks) for weeks in (36, 42, 48, 54, 60)]
    truth = np.nansum(expected_rates(28)) * np.exp(0.4**2 / 2)
    ratio = np.mean([calls_of(name, part).sum() for part in parts]) / truth
    assert 0.93 < ratio < 1.1


@pytest.mark.parametrize("name", ["sarimax", "svd_factor", "negbin_glm"])
def test_the_month_and_the_day_after_a_closure_are_learned(name: str) -> None:
    days = pd.date_range(MONDAY, periods=7 * 62)
    wave = np.cos(2 * np.pi * (days.day - 0.5) / days.days_in_month)
    rates = expected_rates(len(days)) * np.exp(0.15 * wave.to_numpy())[:, None]
    for closed in range(14, 7 * 58, 35):
        rates[closed] = np.nan
        rates[closed + 1] *= 1.3
    train = series_of(rates).before(np.datetime64(MONDAY) + 7 * 58)
    grid = future_grid(train, 28, Calendar())
    grid = Grid(grid.days, grid.open & (np.arange(28) != 14)[:, None])
    future = rates[7 * 58 :].copy()
    future[14], future[15] = np.nan, future[15] * 1.3
    truth, calls = np.nansum(future, axis=1), MODELS[name](train, grid, Calendar()).sum(axis=1)
    assert np.abs(calls - truth).sum() / truth.sum() < 0.05
    assert calls[15] / truth[15] == pytest.approx(1, abs=0.08)


def test_seasons_of_equal_and_unequal_days() -> None:
    hours = np.zeros((5, 48), dtype=bool)
    hours[:, 18:34] = True
    assert season_lengths(hours) == [16, 80]
    hours[4, 30:] = False
    assert season_lengths(hours) == [76]


@pytest.mark.parametrize("name", OPTIONAL)
def test_without_its_library_an_adapter_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent:
        @staticmethod
        def find_spec(module: str, *_: object) -> None:
            if module == OPTIONAL[name]:
                raise ModuleNotFoundError(name=module)

    for module in [m for m in sys.modules if m.partition(".")[0] == OPTIONAL[name]]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [Absent, *sys.meta_path])
    train = series_of(poisson(expected_rates(7 * 5)))
    with pytest.raises(CannotFit, match=r"needs `pip install"):
        MODELS[name](train, Grid(train.days, train.present), Calendar())


def test_a_library_that_lacks_a_library_of_its_own_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        needed("xml.no_such_part")


def test_real_queues_are_forecast_without_a_word_of_warning(bank: pd.DataFrame) -> None:
    series = read_history(bank).series[0]
    train = series.before(series.end - np.timedelta64(28, "D"))
    grid = future_grid(train, 28, Calendar())
    actual = np.where(grid.open, series.calls[-28:], np.nan)
    seen = np.isfinite(actual)
    for name in CORE:
        calls = MODELS[name](train, grid, Calendar())
        assert np.abs(calls - actual)[seen].sum() / actual[seen].sum() < 0.12, name
