"""AHT as a ratio of sums, shrunk by volume, with an honest band."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

from forecasting.handlelevel import recent_level
from forecasting.handletime import _held, fit_handle_time
from forecasting.reading import read_history
from forecasting.series import DAY, Series


def series_with(calls: np.ndarray, aht_s: np.ndarray, **columns: object) -> Series:
    history = made_up_history(calls)
    days, slots = np.nonzero(np.isfinite(calls))
    return read_history(history.assign(aht_s=aht_s[days, slots], **columns)).series[0]


def flat(value: float, days: int = 28, slots: int = 4) -> np.ndarray:
    matrix = np.full((days, 48), np.nan)
    matrix[:, 20 : 20 + slots] = value
    return matrix


def test_the_level_is_weighted_by_calls() -> None:
    """Busy intervals take 200 s, quiet ones 600 s: per call it is 240 s, per interval 400 s."""
    calls, aht = flat(90.0, slots=2), flat(200.0, slots=2)
    calls[:, 21], aht[:, 21] = 10.0, 600.0
    handle_time = fit_handle_time(series_with(calls, aht))
    expected_s = (handle_time.week[:, 20] * 90 + handle_time.week[:, 21] * 10).sum() / 7
    assert expected_s / 100 == pytest.approx(240.0, rel=0.02)


def noisy(calls: np.ndarray, aht_s: np.ndarray, seed: int = 3) -> Series:
    """Handle times of exponential calls about `aht_s`: the mean of n of them is gamma."""
    rng = np.random.default_rng(seed)
    n = np.where(calls > 0, calls, 1.0)
    return series_with(calls, np.where(calls > 0, rng.gamma(n, aht_s / n), np.nan))


def test_a_cell_speaks_for_itself_as_far_as_it_has_calls() -> None:
    aht = flat(200.0, days=56)
    aht[:, 20] = 400.0
    busy, quiet = (fit_handle_time(noisy(flat(n, days=56), aht)).week for n in (2000.0, 1.0))
    assert busy[:, 20] == pytest.approx(np.full(7, 400.0), rel=0.02)
    assert busy[:, 21] == pytest.approx(np.full(7, 200.0), rel=0.02)
    raw_scatter = 400 / np.sqrt(8)
    assert quiet[:, 20].std() < raw_scatter / 2
    assert quiet[:, 20].mean() > 1.3 * quiet[:, 21:24].mean()


def test_without_a_shape_the_cells_are_the_queue() -> None:
    week = fit_handle_time(noisy(flat(20.0, days=140, slots=12), flat(200.0, days=140, slots=12))).week
    raw_scatter = 1 / np.sqrt(20 * 8 / np.log(2))
    assert week[:, 20:32].std() / 200 < raw_scatter / 3


def test_shrinkage_by_hand() -> None:
    """Ratios 1.2 and 0.8 of 100 s each with noise of 100 s^2 (precision 100): the variance between them is
    (100 x 0.04 x 2 - 2) / 200 = 0.03, so each keeps 0.03 x 100 / (1 + 0.03 x 100) = 3/4 of its deviation."""
    held = _held(np.array([120.0, 80.0, 0.0]), np.array([100.0, 100.0, 0.0]), np.array([100.0, 100.0, 0.0]))
    assert held == pytest.approx([1.15, 0.85, 1.0])
    lost_in_noise = _held(np.array([120.0, 80.0]), np.array([100.0, 100.0]), np.array([500.0, 500.0]))
    assert lost_in_noise == pytest.approx([1.0, 1.0])


def test_what_was_never_seen_has_the_aht_of_its_slot_then_of_the_queue() -> None:
    """Sundays are closed and nobody calls in the night."""
    calls, aht = flat(500.0, days=56), flat(200.0, days=56)
    aht[:, 20] = 400.0
    calls[6::7] = np.nan
    week = fit_handle_time(noisy(calls, aht)).week
    assert week[6, 20] == pytest.approx(week[:6, 20].mean(), rel=0.01)
    assert week[6, 21] == pytest.approx(200.0, rel=0.03)
    assert week[2, 3] == pytest.approx(250.0, rel=0.03)


def test_level_is_the_exponential_means_by_a_loop() -> None:
    """Ten days are too few to score a speed, so that the three count alike; the slope is held back by a week."""
    rng = np.random.default_rng(2)
    seconds, expected = rng.uniform(50, 150, 10), np.full(10, 100.0)
    logs = []
    for half_life in (0.5, 1.0, 2.0):
        means, ages = [], []
        for h in (half_life, 4 * half_life):
            weights = [0.5 ** ((10 - day) / 7 / h) for day in range(10)]
            below = sum(w * e for w, e in zip(weights, expected, strict=True)) + 30.0
            means.append(np.log((sum(w * s for w, s in zip(weights, seconds, strict=True)) + 30.0) / below))
            ages.append(sum(w * e * (10 - day) / 7 for day, (w, e) in enumerate(zip(weights, expected, strict=True))))
            ages[-1] /= below
        trend = 0.8 * (means[0] - means[1]) / max(ages[1] - ages[0], 1.0)
        logs.append(means[0] + min(max(trend, -0.1), 0.1))
    assert recent_level(seconds, expected, 30.0)[0] == pytest.approx(np.mean(logs))


def test_the_level_of_a_past_cut_off_knows_nothing_of_what_came_later() -> None:
    """Only the trust in the speeds looks at every week; in twenty days there is none to place."""
    rng = np.random.default_rng(5)
    seconds, expected = rng.uniform(50, 150, 20), np.full(20, 100.0)
    later = seconds.copy()
    later[-7:] *= 3
    known_then = recent_level(seconds[:6], expected[:6], 0.0)[0]
    assert recent_level(later, expected, 0.0)[2] == pytest.approx(known_then)


def test_a_trend_is_followed_but_not_carried_on_for_ever() -> None:
    """AHT climbs 1 % a week: the forecast stands between today's level and three weeks on."""
    days = 140
    aht = flat(200.0, days) * 1.01 ** (np.arange(days)[:, None] / 7)
    level = fit_handle_time(series_with(flat(100.0, days), aht)).week[2, 21]
    today = 200 * 1.01**20
    assert 0.99 * today < level < 1.03 * today


def test_one_absurd_handle_time_is_damped_and_told() -> None:
    series = noisy(flat(5.0, days=70), flat(200.0, days=70))
    clean = fit_handle_time(series)
    series.handle_s[60, 21] = 1e8
    stained = fit_handle_time(series)
    assert not clean.damped_s.any()
    assert np.argwhere(stained.damped_s).tolist() == [[60, 21]]
    assert stained.damped_s[60, 21] > 0.99e8
    assert stained.week == pytest.approx(clean.week, rel=0.25)


def test_heavy_tails_keep_the_mean_unbiased() -> None:
    """Log-normal handle times with twice the mean as spread: their sum is what the forecast aims at."""
    rng, n, sigma2 = np.random.default_rng(6), 3, np.log(1 + 2.0**2)
    ratios = []
    for _ in range(40):
        calls = rng.lognormal(np.log(200) - sigma2 / 2, np.sqrt(sigma2), (140, 12, n))
        aht = flat(1.0, 140, slots=12)
        aht[:, 20:32] = calls.mean(axis=2)
        ratios.append(fit_handle_time(series_with(flat(float(n), 140, slots=12), aht)).week[:, 20:32].mean() / 200)
    assert np.mean(ratios) == pytest.approx(1.0, abs=4 * np.std(ratios) / np.sqrt(40))
    assert np.std(ratios) / np.sqrt(40) < 0.015


def test_a_lasting_change_is_no_outlier() -> None:
    aht = flat(100.0, days=84)
    aht[-28:] = 900.0
    handle_time = fit_handle_time(series_with(flat(100.0, days=84), aht))
    assert not handle_time.damped_s.any()
    assert handle_time.week[2, 21] == pytest.approx(900.0, rel=0.1)


@pytest.mark.parametrize("days", [1, 3, 7, 10, 14, 15])
def test_short_histories_and_gaps_give_finite_handle_times(days: int) -> None:
    calls = flat(3.0, days)
    for known in (
        noisy(calls, flat(200.0, days)),
        noisy(np.vstack([calls, flat(np.nan, 40), calls]), np.full((1, 48), 200.0)),
    ):
        handle_time = fit_handle_time(known)
        assert np.isfinite(handle_time.week).all()
        assert (handle_time.week > 60).all()
        assert (handle_time.week < 600).all()
        assert np.isfinite(handle_time.level_sd).all()


def test_a_change_of_level_is_followed_within_two_weeks() -> None:
    aht = flat(200.0, days=84)
    aht[-14:] = 260.0
    handle_time = fit_handle_time(series_with(flat(100.0, days=84), aht))
    assert handle_time.week[2, 21] == pytest.approx(260.0, rel=0.08)


def test_unknown_handle_time_stays_unknown() -> None:
    handle_time = fit_handle_time(series_with(flat(5.0), flat(np.nan)))
    assert np.isnan(handle_time.week).all()
    assert np.isnan(handle_time.band(np.array([0]), np.array([20]), np.array([5.0]), 0.9)).all()


def test_calls_of_unknown_handle_time_do_not_lower_it() -> None:
    """80 answered calls, 60 of them with a known handle time of 200 s: the sums hold 60 x 200 s only."""
    known = series_with(flat(100.0), flat(200.0), answered=80.0, talk_s=60 * 170.0, acw_s=60 * 30.0)
    assert (known.handled[0, 20], known.handle_s[0, 20]) == (80.0, 80 * 200.0)
    assert fit_handle_time(known).week[3, 21] == pytest.approx(200.0)


def test_parts_that_nobody_recorded_are_no_handle_time() -> None:
    nothing = series_with(flat(100.0), flat(np.nan), answered=80.0, talk_s=0.0, hold_s=80 * 20.0)
    assert nothing.handled.sum() == 0


def test_parts_stand_in_for_the_ratio_and_answered_wins_over_offered() -> None:
    calls = flat(100.0)
    parts = series_with(calls, flat(np.nan), answered=80.0, talk_s=80 * 150.0, hold_s=80 * 20.0, acw_s=80 * 30.0)
    assert fit_handle_time(parts).week[3, 21] == pytest.approx(200.0)
    ratio = series_with(calls, flat(250.0), answered=80.0, talk_s=np.nan)
    assert ratio.handled[0, 20] == 80.0
    unanswered = series_with(calls, flat(250.0), answered=np.nan)
    assert unanswered.handled[0, 20] == 100.0
    assert fit_handle_time(unanswered).week[3, 21] == pytest.approx(250.0)


def simulated(day_sd: float, call_sd: float, days: int = 140, n: int = 50) -> Series:
    rng = np.random.default_rng(4)
    calls = flat(float(n), days, slots=12)
    level = 240 * np.exp(day_sd * rng.standard_normal((days, 1)))
    aht = level * (1 + call_sd / np.sqrt(n) * rng.standard_normal((days, 48)))
    return series_with(calls, np.where(np.isfinite(calls), aht, np.nan))


def test_spread_of_days_and_of_calls_is_recovered() -> None:
    handle_time = fit_handle_time(simulated(0.06, 0.9))
    assert handle_time.call_sd == pytest.approx(0.9, rel=0.1)
    assert handle_time.day_sd == pytest.approx(0.06, abs=0.02)


def test_spread_of_the_level_is_recovered_and_grows_with_the_lead() -> None:
    """A level that walks 4 % a week misses by at least 4 % one week ahead and 8 % four weeks ahead."""
    rng = np.random.default_rng(9)
    walk = np.exp(0.04 * np.cumsum(rng.standard_normal(60)))
    aht = flat(200.0, days=420) * np.repeat(walk, 7)[:, None]
    level_sd = fit_handle_time(series_with(flat(500.0, days=420), aht)).level_sd
    assert (np.diff(level_sd) >= 0).all()
    assert 0.035 < level_sd[0] < 0.07
    assert 0.065 < level_sd[3] < 0.13


def test_bands_are_ordered_and_narrow_with_volume() -> None:
    handle_time = fit_handle_time(simulated(0.05, 0.9))
    cells = np.array([0, 0]), np.array([22, 22])
    low, high = (handle_time.band(*cells, np.array([5.0, 500.0]), q) for q in (0.1, 0.9))
    mean = handle_time.week[cells]
    assert (low < mean).all()
    assert (mean < high).all()
    assert high[1] - low[1] < high[0] - low[0]


def test_eighty_percent_of_intervals_fall_into_the_band() -> None:
    series = simulated(0.05, 0.9, days=280)
    known = series.before(series.days[140])
    handle_time = fit_handle_time(known)
    later = series.handled[140:] > 0
    aht = series.handle_s[140:][later] / series.handled[140:][later]
    day, slot = np.nonzero(later)
    low, high = (handle_time.band(day % 7, slot, np.full(len(day), 50.0), q) for q in (0.1, 0.9))
    assert pd.Series(aht).between(low, high).mean() == pytest.approx(0.8, abs=0.05)


def test_draws_have_the_quantiles_of_the_band_and_the_mean_of_the_week() -> None:
    handle_time = fit_handle_time(simulated(0.05, 0.9))
    cells, calls = (np.array([1, 1, 3]), np.array([20, 30, 24])), np.array([3.0, 40.0, 0.0])
    drawn = handle_time.sample(*cells, np.array([8, 8, 24]), np.tile(calls, (40_000, 1)), np.random.default_rng(1))
    assert drawn.shape == (40_000, 3)
    assert drawn.mean(axis=0) == pytest.approx(handle_time.week[cells], rel=0.02)
    for q in (0.1, 0.5, 0.9):
        band = handle_time.band(*cells, calls, q, weeks_ahead=np.array([1, 1, 3]))
        assert np.quantile(drawn, q, axis=0) == pytest.approx(band, rel=0.03)


def test_draws_of_a_day_move_together() -> None:
    handle_time = fit_handle_time(simulated(0.08, 0.9))
    drawn = handle_time.sample(
        np.array([1, 1, 2]),
        np.array([20, 30, 24]),
        np.array([0, 0, 1]),
        np.full((20_000, 3), 1e6),
        np.random.default_rng(1),
    )
    same, other = np.corrcoef(np.log(drawn), rowvar=False)[0, 1:]
    level, day = handle_time.level_sd[0] ** 2, handle_time.day_sd**2
    assert same == pytest.approx(1.0, abs=0.001)
    assert other == pytest.approx(level / (level + day), abs=0.03)


def test_draws_of_an_unknown_handle_time_are_unknown() -> None:
    handle_time = fit_handle_time(series_with(flat(5.0), flat(np.nan)))
    cells = np.zeros(2, int), np.full(2, 20), np.zeros(2, int)
    assert np.isnan(handle_time.sample(*cells, np.ones((3, 2)), np.random.default_rng(1))).all()


def test_workload_and_band_on_real_queues(vanad: pd.DataFrame) -> None:
    """Last nine weeks, forecast the week before: bias of the big queue within 1 %, of the others within 3.5 %."""
    for series in read_history(vanad).series:
        errors, actual, inside, scored = 0.0, 0.0, 0.0, 0.0
        for back in range(1, 10):
            train = series.before(series.end - 7 * back * DAY)
            handle_time, week = fit_handle_time(train), slice(len(train.days), len(train.days) + 7)
            calls, seconds = series.handled[week], series.handle_s[week]
            errors += (calls * handle_time.week[series.weekdays[week]] - seconds).sum()
            actual += seconds.sum()
            day, slot = np.nonzero(calls)
            n = calls[day, slot]
            low, high = (handle_time.band(series.weekdays[week][day], slot, n, q) for q in (0.1, 0.9))
            aht = seconds[day, slot] / n
            inside, scored = inside + n @ ((low <= aht) & (aht <= high)), scored + n.sum()
        assert abs(errors) / actual < (0.01 if series.queue == "5" else 0.035), series.queue
        assert 0.72 < inside / scored < 0.88, series.queue
