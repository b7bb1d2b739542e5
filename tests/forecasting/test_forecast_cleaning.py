"""Outages, outliers and retrial storms are damped with a record; everything else stays as it came."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.calendars import Calendar, public_holidays
from forecasting.cleaning import _negligible, clean, cleaning_findings
from forecasting.models import MODELS
from forecasting.opengrid import future_grid
from forecasting.reading import read_history
from forecasting.series import DAY, Series, days_from, span
from forecasting.usual import WEEKS_AROUND, runs, usual_calls

FIRST = np.datetime64("2024-01-01")
OPEN = slice(16, 36)
SHAPE = 1 + np.sin(np.linspace(0.3, 2.8, 20))


def series_of(calls: np.ndarray, first: np.datetime64 = FIRST) -> Series:
    nothing = np.zeros_like(calls)
    return Series("sales", span(first, len(calls)), calls, nothing, nothing, 86400 // calls.shape[1], "UTC")


def made_up(rate: float = 50.0, weeks: int = 20, seed: int = 1, day_sd: float = 0.06, busy_sd: float = 0.05) -> Series:
    """Weekdays 08:00 to 18:00 with busy days and busy intervals around a smooth shape."""
    rng = np.random.default_rng(seed)
    calls = np.full((7 * weeks, 48), np.nan)
    working = np.arange(7 * weeks) % 7 < 5
    busy = np.exp(day_sd * rng.standard_normal((working.sum(), 1)))
    noise = rng.gamma(1 / busy_sd**2, busy_sd**2, (working.sum(), 20))
    calls[working, OPEN] = rng.poisson(rate * SHAPE * busy * noise)
    return series_of(calls)


def changed(train: Series, day: str, slots: slice, factor: float) -> Series:
    calls = train.calls.copy()
    calls[days_from(FIRST, np.datetime64(day)), slots] *= factor
    return series_of(calls)


def place(day: str) -> int:
    return days_from(FIRST, np.datetime64(day))


@pytest.mark.parametrize("rate", [0.3, 2.0, 20.0, 500.0])
def test_an_undamaged_history_comes_back_as_it_is(rate: float) -> None:
    for seed in range(15):
        train = made_up(rate, seed=seed)
        cleaned = clean(train)
        assert cleaned.trail == ()
        assert cleaned.series is train


@pytest.mark.parametrize("left", [0.0, 0.02])
def test_an_outage_becomes_lost_and_nothing_else_changes(left: float) -> None:
    train = changed(made_up(), "2024-03-06", slice(20, 26), left)
    cleaned = clean(train)
    lost = np.zeros_like(train.present)
    lost[place("2024-03-06"), 20:26] = True
    np.testing.assert_array_equal(cleaned.series.present, train.present & ~lost)
    np.testing.assert_array_equal(cleaned.series.calls[~lost], train.calls[~lost])
    (record,) = cleaned.trail
    assert (record.kind, record.day, record.first_slot, record.last_slot) == (
        "outage",
        np.datetime64("2024-03-06"),
        20,
        25,
    )
    assert np.isnan(record.used)
    assert record.words.startswith("2024-03-06 10:00 to 13:00: ")
    (finding,) = cleaning_findings("sales", cleaned.trail)
    assert (finding.rule, finding.severity, finding.fix) == ("outage", "warning", "taken as lost")


def test_a_short_silence_of_a_small_queue_is_no_outage() -> None:
    train = changed(made_up(1.0), "2024-03-06", slice(20, 26), 0.0)
    assert clean(train).trail == ()


def test_an_empty_day_is_lost_but_an_empty_holiday_and_a_fortnight_of_zeros_are_not() -> None:
    train = changed(made_up(), "2024-03-06", OPEN, 0.0)
    cleaned = clean(train)
    assert cleaned.series.active.sum() == train.active.sum() - 1
    assert not cleaned.series.active[place("2024-03-06")]
    assert clean(train, Calendar({np.datetime64("2024-03-06"): "holiday"})).trail == ()
    stopped = made_up()
    stopped.calls[place("2024-03-04") : place("2024-03-18"), OPEN] *= 0
    assert not [one for one in clean(stopped).trail if one.kind == "outage"]


def test_a_quiet_day_is_not_an_outage() -> None:
    calendar = Calendar({np.datetime64("2024-03-06"): "holiday"})
    assert clean(changed(made_up(), "2024-03-06", OPEN, 0.1), calendar).trail == ()


@pytest.mark.parametrize("missing_rows", [False, True])
def test_a_retrial_storm_is_cut_to_the_usual_calls(missing_rows: bool) -> None:
    usual = made_up(100.0)
    damaged = changed(changed(usual, "2024-03-06", slice(20, 24), 0.0), "2024-03-06", slice(24, 26), 2.5)
    day = place("2024-03-06")
    if missing_rows:
        damaged.calls[day, 20:24] = np.nan
    cleaned = clean(damaged)
    assert [one.kind for one in cleaned.trail if one.first_slot >= 24] == ["retrial-storm"]
    assert cleaned.series.calls[day, 24:26] == pytest.approx(usual.calls[day, 24:26], rel=0.3)
    np.testing.assert_array_equal(cleaned.series.calls[day, 26:], damaged.calls[day, 26:])
    assert clean(changed(usual, "2024-03-06", slice(24, 26), 2.5)).trail == ()


@pytest.mark.parametrize("day", ["2024-03-06", "2024-05-17"])
def test_a_billion_in_a_cell_is_cut_to_what_is_plausible(day: str) -> None:
    train = made_up()
    train.calls[place(day), 30] = 1e9
    cleaned = clean(train)
    (record,) = cleaned.trail
    assert record.kind == "outlier"
    assert record.used < 6 * record.usual
    other = np.ones_like(train.present)
    other[place(day), 30] = False
    np.testing.assert_array_equal(cleaned.series.calls[other], train.calls[other])


def test_a_day_far_out_is_drawn_in() -> None:
    train = changed(made_up(), "2024-03-06", OPEN, 2.5)
    (record,) = clean(train).trail
    assert record.kind == "outlier-day"
    assert record.found == train.totals[place("2024-03-06")]
    assert record.usual < record.used < 0.7 * record.found


def peaks(train: Series, days: list[str], factor: float = 2.5) -> Series:
    for day in days:
        train = changed(train, day, OPEN, factor)
    return train


def test_peaks_that_the_calendar_explains_stay() -> None:
    after_closure = peaks(made_up(), ["2024-03-07"])
    after_closure.calls[place("2024-03-06")] = np.nan
    assert clean(after_closure).trail == ()
    assert clean(peaks(made_up(), ["2024-02-01", "2024-03-01", "2024-04-02"])).trail == ()
    assert clean(peaks(made_up(), ["2024-03-06"]), Calendar({np.datetime64("2024-03-06"): "holiday"})).trail == ()


def test_a_new_level_is_no_outlier() -> None:
    last = [str(day) for day in span(np.datetime64("2024-05-13"), 5)]
    assert clean(peaks(made_up(), last)).trail == ()
    assert {one.kind for one in clean(peaks(made_up(), last[-1:])).trail} == {"outlier-day"}


def test_a_forecast_after_cleaning_is_that_of_the_undamaged_past() -> None:
    whole = made_up(80.0)
    damaged = changed(changed(whole, "2024-05-07", slice(18, 28), 0.0), "2024-05-15", OPEN, 4.0)
    damaged.calls[place("2024-04-25"), 24] = 1e9
    grid = future_grid(whole, 7, Calendar())
    truth, raw, clean_ = (
        MODELS["moving_average"](train, grid, Calendar()) for train in (whole, damaged, clean(damaged).series)
    )
    assert np.abs(clean_ - truth).sum() < 0.05 * truth.sum()
    assert np.abs(raw - truth).sum() > 100 * truth.sum()


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.floats(0.05, 300.0))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_the_result_is_a_history_and_every_change_is_in_the_trail(seed, weeks, rate) -> None:
    rng = np.random.default_rng(seed)
    calls = rng.poisson(rate, (7 * weeks, 24)).astype(float) * rng.choice([0, 1, 1, 1, 1, 1e7], (7 * weeks, 24))
    calls[rng.random(7 * weeks) < 0.2] = np.nan
    calls[rng.random(calls.shape) < 0.1] = np.nan
    train = series_of(calls)
    cleaned = clean(train)
    after = cleaned.series.calls
    np.testing.assert_array_equal(train.calls, calls)
    assert not (np.isfinite(after) & ~np.isfinite(calls)).any()
    assert not np.isinf(after).any()
    assert (after[np.isfinite(after)] >= 0).all()
    recorded = np.zeros(calls.shape, dtype=bool)
    for one in cleaned.trail:
        recorded[days_from(FIRST, one.day), one.first_slot : one.last_slot + 1] = True
    np.testing.assert_array_equal(recorded, np.isfinite(calls) & (after != calls))
    assert repr(clean(train).trail) == repr(cleaned.trail)


def test_the_usual_calls_are_the_midmean_of_the_weeks_around() -> None:
    train = made_up(weeks=12)
    train.calls[place("2024-02-06"), 20] = np.nan
    rates = usual_calls(train, np.zeros(len(train.days), dtype=bool)).rates
    for day in range(0, len(train.days), 5):
        around = range(day - 7 * WEEKS_AROUND, day + 7 * WEEKS_AROUND + 1, 7)
        for slot in range(14, 38, 3):
            known = sorted(train.calls[d, slot] for d in around if 0 <= d < 84 and np.isfinite(train.calls[d, slot]))
            cut = max(len(known) // 4, 1)
            expected = np.mean(known[cut : len(known) - cut]) if len(known) >= 3 else np.nan
            assert rates[day, slot] == pytest.approx(expected, nan_ok=True)


def test_holidays_are_no_part_of_what_is_usual() -> None:
    quiet = changed(made_up(day_sd=0, busy_sd=0.01), "2024-02-28", OPEN, 0.1)
    holiday = quiet.days == np.datetime64("2024-02-28")
    usual = usual_calls(quiet, holiday)
    assert usual.protected[place("2024-02-26") : place("2024-03-02")].all()
    assert usual.protected.sum() == 5


def test_what_is_negligible_is_the_negative_binomial_tail() -> None:
    from scipy.stats import nbinom

    due = np.array([5.0, 20.0, 40.0, 100.0, 400.0])
    for overdispersion in (0.01, 0.1, 0.5):
        for came in (0, 2, 10):
            size = 1 / overdispersion
            tail = nbinom.cdf(came, size, size / (size + due))
            np.testing.assert_array_equal(_negligible(np.full(5, came), due, overdispersion), tail < 1e-7)


def test_runs_are_numbered_within_their_row() -> None:
    mask = np.array([[True, True, False, True], [True, False, False, True]])
    assert runs(mask).tolist() == [[1, 1, 0, 2], [3, 0, 0, 4]]
    assert runs(np.array([False, True])).tolist() == [0, 1]
    assert runs(np.zeros(0, dtype=bool)).tolist() == []


def test_the_bank_needs_no_cleaning(bank) -> None:
    train = read_history(bank).series[0]
    assert clean(train, public_holidays("US", None, train.days[0], train.end)).trail == ()


def test_what_is_damped_in_the_call_log(vanad) -> None:
    """10 March: no call in any queue for half an hour. 5 May: Liberation Day, a holiday for some. 3 March: queue 18
    opens with a rush."""
    found = {}
    for train in read_history(vanad).series:
        calendar = public_holidays("NL", None, train.days[0], train.end)
        found[train.queue] = [(one.kind, str(one.day)) for one in clean(train, calendar).trail]
    assert found == {
        "2": [],
        "5": [("outage", "2014-03-10"), ("outlier-day", "2014-05-05")],
        "11": [("outage", "2014-03-10")],
        "13": [],
        "18": [("outlier", "2014-03-03"), ("outlier-day", "2014-05-05")],
    }


@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_a_short_history_is_left_alone(weeks: int) -> None:
    train = made_up(weeks=weeks)
    assert clean(train).series is train


@pytest.mark.parametrize("weeks", [1, 2])
def test_a_billion_in_a_short_history_is_cut_by_the_history_as_a_whole(weeks: int) -> None:
    train = made_up(weeks=weeks)
    train.calls[1, 30] = 1e9
    (record,) = clean(train).trail
    assert (record.kind, record.day, record.first_slot) == ("outlier", FIRST + DAY, 30)
    assert record.used == pytest.approx(20 * np.nanquantile(train.calls, 0.9))
    assert record.words == f"2024-01-02 15:00 to 15:30: 1000000000 calls, {record.used:.0f} used"


def test_nothing_later_is_looked_at() -> None:
    train = changed(made_up(), "2024-03-06", slice(20, 26), 0.0)
    cutoff = np.datetime64("2024-03-25")
    later = train.calls.copy()
    later[place("2024-03-25") :] *= 1000
    one, other = clean(train.before(cutoff)), clean(series_of(later).before(cutoff))
    np.testing.assert_array_equal(one.series.calls, other.series.calls)
    assert one.series.end == cutoff
    assert one.series.days[-1] + DAY == cutoff
