"""The update of a day against the formula by hand, a simulation of its own model, and real days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from forecasting.calendars import Calendar
from forecasting.intraday import DayNoise, fit_intraday, start_of_day, update_day
from forecasting.models import MODELS
from forecasting.opengrid import future_grid
from forecasting.reading import read_history
from forecasting.series import DAY

SLOTS = 24


def so_far(calls: np.ndarray, slots: int) -> np.ndarray:
    return np.where(np.arange(len(calls)) < slots, calls, np.nan)


def simulate(noise: DayNoise, mean: np.ndarray, days: int, seed: int) -> np.ndarray:
    """Counts whose rates are log-normal with the covariance of the noise, mean 1, and gamma of their own."""
    rng, slots = np.random.default_rng(seed), np.arange(len(mean))
    log_covariance = np.log1p(noise.covariance(slots))
    factors = rng.multivariate_normal(-np.diag(log_covariance) / 2, log_covariance, days)
    shape = 1 / np.maximum(noise.own, 1e-9)
    return rng.poisson(mean * np.exp(factors) * rng.gamma(shape, 1 / shape, (days, len(mean)))).astype(float)


def test_one_factor_weighs_as_the_textbook_says() -> None:
    """Prior variance / (prior variance + 1 / expected so far + overdispersion of what was seen), equal slots."""
    mean = np.full(10, 50.0)
    calls = so_far(np.full(10, 60.0), 4)
    weight = 0.2**2 / (0.2**2 + 1 / 200 + 0.01 / 4)
    rest = update_day(mean, calls, DayNoise.of_day(0.2, 0.01, 10))
    assert rest.calls[4:] == pytest.approx(50 * (1 + weight * 0.2))
    assert rest.calls[:4] == pytest.approx(50.0)
    assert rest.total == pytest.approx(6 * 50 * (1 + weight * 0.2))
    assert rest.day_sd == pytest.approx(0.2 * np.sqrt(1 - weight))


def test_two_slots_by_hand() -> None:
    """One seen, one to come: gain C_12 / (C_11 + 1 / mean + own)."""
    noise = DayNoise(0.01, 0.02, 0.5, np.array([0.005, 0.001]))
    rest = update_day(np.array([100.0, 40.0]), np.array([130.0, np.nan]), noise)
    gain = (0.01 + 0.02 * 0.5) / (0.03 + 0.01 + 0.005)
    assert rest.calls[1] == pytest.approx(40 * (1 + gain * 0.3))
    left = 0.03 - gain * 0.02
    assert rest.slot_sd == pytest.approx([0.0, np.sqrt(left + 0.001)])
    expected = rest.calls[1]
    assert rest.total_sd == pytest.approx(np.sqrt((left + 0.001) * expected**2 + expected))


def test_trust_makes_part_of_the_update_and_keeps_more_doubt() -> None:
    mean, calls = np.full(10, 50.0), so_far(np.full(10, 60.0), 4)
    full, half, none = (update_day(mean, calls, DayNoise(0.04, 0.0, 0.0, np.zeros(10), t)) for t in (1.0, 0.5, 0.0))
    assert half.calls - mean == pytest.approx((full.calls - mean) / 2)
    assert none.calls == pytest.approx(mean)
    assert full.day_sd < half.day_sd < none.day_sd
    assert none.day_sd == pytest.approx(0.2)


def test_what_fades_moves_the_next_slots_more_than_the_last() -> None:
    noise = DayNoise(0.0, 0.05, 0.8, np.zeros(SLOTS))
    moved = update_day(np.full(SLOTS, 80.0), so_far(np.full(SLOTS, 100.0), 6), noise).calls[6:]
    assert (np.diff(moved) < 0).all()
    assert moved[0] > 90
    assert moved[-1] == pytest.approx(80.0, abs=1.0)


def test_without_a_count_the_forecast_stands_and_a_closed_slot_is_nothing() -> None:
    mean = np.array([0.0, 10.0, 20.0, 0.0])
    noise = DayNoise.of_day(0.1, 0.0, 4)
    rest = update_day(mean, np.full(4, np.nan), noise)
    assert rest.calls == pytest.approx(mean)
    assert rest.slot_sd == pytest.approx([0, 0.1, 0.1, 0])
    assert rest.day_sd == pytest.approx(0.1)
    before_opening = update_day(mean, np.array([7.0, np.nan, np.nan, np.nan]), noise)
    assert before_opening.calls == pytest.approx(mean)


def test_a_lost_interval_is_no_zero_and_is_not_to_come() -> None:
    mean, noise = np.full(6, 50.0), DayNoise.of_day(0.3, 0.0, 6)
    gap, zero = (
        update_day(mean, np.array([60.0, hole, 60.0, np.nan, np.nan, np.nan]), noise) for hole in (np.nan, 0.0)
    )
    assert gap.calls[3] > 58
    assert gap.calls[1] > 58
    assert gap.total == pytest.approx(gap.calls[3:].sum())
    assert zero.calls[3] < 45


def test_end_of_the_day_and_a_closed_day_leave_nothing() -> None:
    noise = DayNoise.of_day(0.1, 0.0, 3)
    for mean, calls in (
        (np.full(3, 5.0), np.full(3, 4.0)),
        (np.zeros(3), np.full(3, np.nan)),
        (np.zeros(3), np.ones(3)),
    ):
        rest = update_day(mean, calls, noise)
        assert (rest.total, rest.day_sd, rest.total_sd, rest.total_quantile(0.9)) == (0, 0, 0, 0)
        assert rest.calls == pytest.approx(mean)


def test_a_silent_morning_and_an_absurd_count_are_bounded() -> None:
    mean, noise = np.full(8, 50.0), DayNoise.of_day(0.2, 0.01, 8)
    silent = update_day(mean, so_far(np.zeros(8), 5), noise)
    assert silent.calls[5:] == pytest.approx(10.0)
    once = mean.copy()
    once[2] = 1e9
    absurd = update_day(mean, so_far(once, 5), noise)
    assert (absurd.calls[5:] < 100).all()


def test_bad_forecasts_are_refused() -> None:
    noise = DayNoise.of_day(0.1, 0.0, 2)
    for mean in ([-1.0, 1.0], [np.nan, 1.0]):
        with pytest.raises(ValueError, match="below 0"):
            update_day(np.array(mean), np.full(2, np.nan), noise)
    with pytest.raises(ValueError, match="shapes"):
        update_day(np.ones(3), np.ones(3), noise)


@settings(max_examples=60, deadline=None)
@given(
    actual=arrays.arrays(float, (9, 6), elements=st.one_of(st.just(np.nan), st.integers(0, 10**6).map(float))),
    predicted=arrays.arrays(float, (9, 6), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1e4))),
    day=arrays.arrays(float, 6, elements=st.one_of(st.just(np.nan), st.integers(0, 10**7).map(float))),
)
def test_any_history_and_any_day_give_a_finite_update(
    actual: np.ndarray, predicted: np.ndarray, day: np.ndarray
) -> None:
    noise = fit_intraday(actual, predicted, days_together=3)
    assert 0.2 <= start_of_day(day, noise) <= 5
    rest = update_day(predicted[0], day, noise)
    assert np.isfinite(rest.calls).all()
    assert (rest.calls >= 0).all()
    assert (rest.calls <= 5 * predicted[0] + 1e-9).all()
    assert np.isfinite(rest.slot_sd).all()
    assert 0 <= rest.total_quantile(0.1) <= rest.total_quantile(0.9) < np.inf


def test_without_past_days_nothing_is_learned() -> None:
    noise = fit_intraday(np.zeros((0, 5)), np.zeros((0, 5)))
    assert noise.trust == 0
    assert noise.common == pytest.approx(0.01)
    assert update_day(np.ones(5), so_far(np.full(5, 9.0), 3), noise).calls == pytest.approx(1.0)


def test_noise_is_recovered_from_many_days() -> None:
    mean = np.full(SLOTS, 200.0)
    own = np.full(SLOTS, 0.003)
    own[0] = 0.05
    true = DayNoise(0.010, 0.015, 0.8, own)
    found = fit_intraday(simulate(true, mean, 3000, seed=1), np.tile(mean, (3000, 1)))
    slots = np.arange(SLOTS)
    assert found.covariance(slots)[0, 1:] == pytest.approx(true.covariance(slots)[0, 1:], abs=0.004)
    assert found.own[0] == pytest.approx(0.05, rel=0.35)
    assert found.own[1:].mean() == pytest.approx(0.003, abs=0.003)
    assert found.trust > 0.99


def test_moments_by_a_loop() -> None:
    """With two slots there is one lag, so the parameters are the sums over days: nothing fades within it."""
    rng = np.random.default_rng(3)
    mean, actual = rng.uniform(50, 150, (40, 2)), rng.poisson(120, (40, 2)).astype(float)
    found = fit_intraday(actual, mean)
    miss = [abs((a - m).sum() / m.sum()) for a, m in zip(actual, mean, strict=True)]
    bound = 3 * 1.4826 * float(np.median(miss))
    above = below = 0.0
    for m, a, z in zip(mean, actual, miss, strict=True):
        weight = min(1.0, bound / z) ** 2
        above += weight * (a[0] - m[0]) * (a[1] - m[1])
        below += weight * m[0] * m[1]
    shared = found.common + found.fading * found.persistence
    leaning = (40 * above / below + 3 * 0.01) / 43 if found.fading == 0 else above / below
    assert shared == pytest.approx(leaning, abs=0.001)


def test_update_of_its_own_model_is_unbiased_and_its_bands_cover() -> None:
    mean = 40 + 30 * np.sin(np.linspace(0, np.pi, SLOTS))
    noise = DayNoise(0.02, 0.02, 0.8, np.full(SLOTS, 0.01))
    inside, updated, actual, before = [], 0.0, 0.0, []
    for calls in simulate(noise, mean, 1500, seed=2):
        rest = update_day(mean, so_far(calls, 10), noise)
        came = calls[10:].sum()
        updated, actual = updated + rest.total, actual + came
        inside.append(rest.total_quantile(0.1) <= came <= rest.total_quantile(0.9))
        before.append([abs(rest.total - came), abs(mean[10:].sum() - came)])
    assert updated / actual == pytest.approx(1.0, abs=0.012)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)
    after, none = np.mean(before, axis=0)
    assert after < 0.8 * none


@pytest.mark.parametrize("level", [1.0, 20.0])
def test_days_that_are_only_poisson_are_left_alone(level: float) -> None:
    """Forty past days without any day effect: an update can but harm, and does by less than 3 %."""
    rng, mean = np.random.default_rng(5), np.full(SLOTS, level)
    errors = np.zeros((2, 23))
    for _ in range(30):
        noise = fit_intraday(rng.poisson(mean, (40, SLOTS)).astype(float), np.tile(mean, (40, 1)))
        for calls in rng.poisson(mean, (20, SLOTS)).astype(float):
            for slots in range(1, SLOTS):
                came = calls[slots:].sum()
                total = update_day(mean, so_far(calls, slots), noise).total
                errors[:, slots - 1] += abs(total - came), abs(mean[slots:].sum() - came)
    assert (errors[0] < 1.03 * errors[1]).all()


def test_yesterday_and_the_day_before_by_hand() -> None:
    """Yesterday alone: weight shared x persistence / day; a closed day counts for nothing."""
    noise = DayNoise(0.01, 0.0, 0.0, np.zeros(4), 0.8, day=0.04, shared=0.03, day_persistence=0.5)
    assert start_of_day(np.array([0.2]), noise) == pytest.approx(1 + 0.8 * 0.2 * 0.015 / 0.04)
    assert start_of_day(np.array([np.nan, 0.2]), noise) == pytest.approx(1 + 0.8 * 0.2 * 0.0075 / 0.04)
    both = np.linalg.solve([[0.04, 0.015], [0.015, 0.04]], [0.015, 0.0075]) @ [0.2, -0.1]
    assert start_of_day(np.array([0.2, -0.1]), noise) == pytest.approx(1 + 0.8 * both)


def test_the_first_day_and_unrelated_days_leave_the_forecast() -> None:
    related = DayNoise(0.01, 0.0, 0.0, np.zeros(4), 1.0, day=0.04, shared=0.03, day_persistence=1.0)
    assert start_of_day(np.zeros(0), related) == 1.0
    assert start_of_day(np.array([np.nan]), related) == 1.0
    assert start_of_day(np.array([0.5]), DayNoise.of_day(0.2, 0.0, 4)) == 1.0
    assert start_of_day(np.array([1e9]), related) < 5
    assert start_of_day(np.array([-1.0, -1.0]), related) >= 0.2


def test_what_days_share_is_recovered() -> None:
    """Weeks whose seven days share a factor of 20 % and stray by 10 % each."""
    rng, mean = np.random.default_rng(8), np.full((700, 4), 500.0)
    factor = 1 + np.repeat(0.2 * rng.standard_normal(100), 7) + 0.1 * rng.standard_normal(700)
    noise = fit_intraday(rng.poisson(mean * np.maximum(factor, 0)[:, None]).astype(float), mean)
    assert noise.day == pytest.approx(0.05, rel=0.25)
    assert noise.shared == pytest.approx(0.04, rel=0.3)
    assert noise.day_persistence == 1.0
    alone = 1 + 0.2 * rng.standard_normal(700)
    unrelated = fit_intraday(rng.poisson(mean * np.maximum(alone, 0)[:, None]).astype(float), mean)
    assert unrelated.shared < 0.15 * unrelated.day


def test_half_a_real_day_tells_about_the_rest(vanad: pd.DataFrame) -> None:
    """Five queues: error of the rest of the day at half day, against leaving the forecast of the week before."""
    ratios = []
    for series in read_history(vanad).series:
        weeks, errors = [], np.zeros(2)
        for back in range(20, 0, -1):
            train = series.before(series.end - 7 * back * DAY)
            mean = MODELS["moving_average"](train, future_grid(train, 7, Calendar()), Calendar())
            weeks.append((series.calls[len(train.days) : len(train.days) + 7], mean))
        for week in range(6, len(weeks)):
            noise = fit_intraday(*(np.concatenate(side) for side in zip(*weeks[:week], strict=True)))
            for actual, mean in zip(*weeks[week], strict=True):
                if np.isfinite(actual).any():
                    half = np.cumsum(mean) <= mean.sum() / 2
                    rest = update_day(mean, np.where(half, np.nan_to_num(actual), np.nan), noise)
                    came = np.nansum(actual[~half])
                    errors += abs(rest.total - came), abs(mean[~half].sum() - came)
        ratios.append(errors[0] / errors[1])
    assert max(ratios) < 1.0
    assert np.exp(np.mean(np.log(ratios))) < 0.8
