"""AHT as a ratio of sums, shrunk by volume, with an honest band."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

from forecasting.handletime import PRIOR_CALLS, fit_handle_time
from forecasting.reading import read_history
from forecasting.series import Series


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


def test_a_cell_speaks_for_itself_as_far_as_it_has_calls() -> None:
    busy, quiet = flat(5000.0), flat(0.5)
    aht = flat(200.0)
    aht[:, 20] = 400.0
    of_busy, of_quiet = (fit_handle_time(series_with(calls, aht)).week for calls in (busy, quiet))
    assert of_busy[0, 20] == pytest.approx(400.0, rel=0.01)
    assert of_busy[0, 21] == pytest.approx(200.0, rel=0.01)
    assert 250 < of_quiet[0, 20] < 320
    assert 240 < of_quiet[0, 21] < 250


def test_shrinkage_by_hand() -> None:
    """One Monday with two slots; the history ends a week later, since the centre is closed until then."""
    calls, aht = np.full((1, 48), np.nan), np.full((1, 48), np.nan)
    calls[0, [20, 21]], aht[0, [20, 21]] = [50.0, 150.0], [300.0, 100.0]
    week = fit_handle_time(series_with(calls, aht)).week
    weight = 0.5 ** (1 / 8)
    k, n = PRIOR_CALLS, np.array([50.0, 150.0]) * weight
    seconds = n * [300.0, 100.0]
    queue = seconds.sum() / n.sum()
    slot = (seconds + k * queue) / (n + k)
    shape = (seconds + k * slot) / (n + k)
    recent = 0.5
    level = (recent * 30_000 + k * queue) / (recent * (shape @ [50.0, 150.0]) + k * queue)
    assert week[0, [20, 21]] == pytest.approx(shape * level)


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
