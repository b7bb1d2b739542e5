"""Opening hours, closed days, holidays and clock changes of the future."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import MODELS, forecast
from forecasting.calendars import Calendar, public_holidays
from forecasting.opengrid import future_grid
from forecasting.preparing import merge_queues
from forecasting.reading import read_history
from forecasting.remarks import remarks
from forecasting.series import DAY, Series, span
from wfm.errors import InputError, UsageProblem
from wfm.params import Horizon

ZONE = "Europe/Amsterdam"


def office_hours(weeks: int, first_day: str = "2024-01-01", saturdays: tuple[int, ...] = ()) -> np.ndarray:
    """30 calls 09:00 to 17:00 on weekdays, 10 from 10:00 to 12:00 on the Saturdays of the weeks named."""
    rates = np.full((7 * weeks, 48), np.nan)
    weekday = (pd.Timestamp(first_day).day_of_week + np.arange(7 * weeks)) % 7
    rates[weekday < 5, 18:34] = 30.0
    for week in saturdays:
        rates[7 * week + 5, 20:24] = 10.0
    return rates


def open_slots(rates: np.ndarray) -> list[int]:
    """Open intervals of the next Monday to Sunday."""
    train = read_history(made_up_history(rates)).series[0]
    grid = future_grid(train, 7, Calendar())
    return grid.open[np.argsort(grid.weekdays)].sum(axis=1).tolist()


def test_weekdays_without_rows_are_closed() -> None:
    assert open_slots(office_hours(6)) == [16, 16, 16, 16, 16, 0, 0]


def test_one_extra_saturday_does_not_open_all_of_them_but_two_do() -> None:
    assert open_slots(office_hours(9, saturdays=(5,)))[5] == 0
    assert open_slots(office_hours(9, saturdays=(5, 7)))[5] == 4


def test_a_weekday_that_is_dropped_is_said() -> None:
    horizon = Horizon(dt.date(2024, 3, 4), 7, 1800, ZONE)
    result = forecast(made_up_history(office_hours(9, saturdays=(5,))), horizon)
    assert [str(f) for f in result.findings if f.rule == "rare-weekday"] == [
        "queue sales: found Saturdays with rows in under a quarter of the last 8 weeks; taken as closed"
    ]


def test_a_slot_is_open_when_half_of_the_recent_active_days_had_it() -> None:
    rates = office_hours(8)
    rates[7 * np.array([0, 2, 4]), 34] = 5.0
    assert open_slots(rates)[0] == 16
    rates[7 * 6, 34] = 5.0
    assert open_slots(rates)[0] == 17


def test_a_week_of_lost_rows_does_not_close_the_centre() -> None:
    rates = office_hours(10)
    rates[49:63] = np.nan
    assert open_slots(rates) == [16, 16, 16, 16, 16, 0, 0]


def german_year(closed: bool) -> pd.DataFrame:
    """Fifty weeks up to 15 December 2024, closed or quiet on the public holidays of Germany."""
    rates = office_hours(50)
    days = span(np.datetime64("2024-01-01"), 350)
    holiday = public_holidays("DE", None, days[0], days[-1]).is_holiday(days)
    rates[holiday] *= np.nan if closed else 0.5
    return made_up_history(rates, timezone="Europe/Berlin")


CHRISTMAS_WEEKS = Horizon(dt.date(2024, 12, 16), 14, 1800, "Europe/Berlin")


def test_holidays_have_no_rows_where_the_centre_used_to_close() -> None:
    result = forecast(german_year(closed=True), CHRISTMAS_WEEKS, country="DE")
    days = set(result.frame["interval_start"].dt.strftime("%m-%d"))
    assert {"12-24", "12-27"} <= days
    assert not {"12-25", "12-26"} & days
    note = next(f for f in result.findings if f.rule == "holiday-closed")
    assert "2024-12-25" in str(note)
    assert "2024-12-26" in str(note)
    assert note.severity == "note"


def test_holidays_keep_their_rows_and_their_effect_where_the_centre_stays_open() -> None:
    history = german_year(closed=False)
    train = read_history(history).series[0]
    calendar = public_holidays("DE", None, train.days[0], np.datetime64("2024-12-31"))
    by_day = MODELS["top_down"](train, future_grid(train, 14, calendar), calendar).calls.sum(axis=1)
    assert by_day[9] < 0.75 * by_day[2]
    result = forecast(history, CHRISTMAS_WEEKS, country="DE")
    assert "12-25" in set(result.frame["interval_start"].dt.strftime("%m-%d"))
    assert any(f.rule == "holiday-open" and f.severity == "note" for f in result.findings)


def test_without_a_past_holiday_the_day_stays_open_with_a_warning() -> None:
    history = made_up_history(office_hours(5, "2024-11-11"), "2024-11-11", "Europe/Berlin")
    result = forecast(history, CHRISTMAS_WEEKS, country="DE")
    assert "12-25" in set(result.frame["interval_start"].dt.strftime("%m-%d"))
    assert any(f.rule == "holiday-open" and f.severity == "warning" for f in result.findings)


def test_without_a_country_a_note_says_that_no_holiday_is_known() -> None:
    result = forecast(german_year(closed=True), CHRISTMAS_WEEKS)
    assert "12-25" in set(result.frame["interval_start"].dt.strftime("%m-%d"))
    assert [f.severity for f in result.findings if f.rule == "no-holidays"] == ["note"]


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("DE", "Atlantis")])
def test_an_unknown_country_or_region_is_a_usage_problem(country: str, region: str | None) -> None:
    with pytest.raises(UsageProblem, match=region or country):
        public_holidays(country, region, np.datetime64("2024-01-01"), np.datetime64("2024-02-01"))


def test_regional_holidays_need_the_region() -> None:
    epiphany = np.array(["2024-01-06"], dtype="datetime64[D]")
    ends = np.datetime64("2024-01-01"), np.datetime64("2024-12-31")
    assert public_holidays("DE", "BY", *ends).is_holiday(epiphany).all()
    assert not public_holidays("DE", None, *ends).is_holiday(epiphany).any()


@pytest.mark.parametrize(("sunday", "intervals"), [(dt.date(2024, 3, 31), 46), (dt.date(2024, 10, 27), 50)])
def test_clock_changes_give_23_and_25_hour_days_with_the_same_calls_per_wall_clock_slot(sunday, intervals) -> None:
    monday = sunday - dt.timedelta(days=6 + 6 * 7)
    rates = np.tile(10.0 + np.arange(48), (42, 1))
    history = made_up_history(rates, str(monday))
    result = forecast(history, Horizon(sunday - dt.timedelta(days=6), 7, 1800, ZONE), models=["moving_average"])
    last = result.frame[result.frame["interval_start"].dt.date == sunday]
    assert len(last) == intervals
    wall = last["interval_start"].dt.hour * 2 + last["interval_start"].dt.minute // 30
    assert last["calls"].to_numpy() == pytest.approx(10.0 + wall.to_numpy())
    assert (last["interval_start"].diff().dropna() == pd.Timedelta("30min")).all()


@pytest.mark.parametrize("sunday", [dt.date(2024, 3, 31), dt.date(2024, 10, 27)])
def test_a_history_with_a_clock_change_forecasts_ordinary_days(sunday: dt.date) -> None:
    first = pd.Timestamp(sunday - dt.timedelta(days=34)).tz_localize(ZONE)
    starts = pd.date_range(first, first + pd.DateOffset(days=42), freq="30min", inclusive="left")
    history = made_up_history(np.full((1, 48), 20.0)).iloc[:0]
    history = pd.DataFrame(dict.fromkeys(history.columns, 20.0) | {"queue": "sales"}, index=range(len(starts)))
    history["interval_start"] = starts
    result = forecast(history, Horizon(sunday + dt.timedelta(days=8), 7, 1800, ZONE))
    assert len(result.frame) == 7 * 48
    assert result.frame["calls"].to_numpy() == pytest.approx(20.0, rel=0.02)


def grid_of(rates: np.ndarray, days: int = 7, first_day: str = "2024-01-01", country: str | None = None) -> dict:
    """Open slots of each coming day, by its date."""
    train = read_history(made_up_history(rates, first_day)).series[0]
    calendar = public_holidays(country, None, train.days[0], train.end + days * DAY)
    grid = future_grid(train, days, calendar)
    return {str(day): np.flatnonzero(row).tolist() for day, row in zip(grid.days, grid.open, strict=True)}


def rules(series: Series, days: int = 7, country: str | None = None, first: np.datetime64 | None = None) -> dict:
    calendar = public_holidays(country, None, series.days[0], series.end + days * DAY)
    grid = future_grid(series, days, calendar)
    return {f.rule: f for f in remarks(series, grid, series.end if first is None else first, calendar)}


@pytest.mark.parametrize(
    "weekdays",
    [(6, 0, 1, 2, 3), (0, 1, 2, 3, 4, 5), (0, 2, 4), (0, 1, 2, 3, 4, 5, 6)],
    ids=["Sunday to Thursday", "Monday to Saturday", "every other day", "all week"],
)
def test_custom_weeks(weekdays: tuple[int, ...]) -> None:
    rates = np.full((7 * 6, 48), np.nan)
    for weekday in weekdays:
        rates[weekday::7, 18:34] = 20.0
    is_open = list(grid_of(rates).values())
    assert [weekday for weekday in range(7) if is_open[weekday]] == sorted(weekdays)
    assert all(hours in ([], list(range(18, 34))) for hours in is_open)


def test_half_days_of_a_weekday() -> None:
    rates = office_hours(6)
    rates[4::7, 26:] = np.nan
    assert open_slots(rates) == [16, 16, 16, 16, 8, 0, 0]


def test_a_night_shift_is_open_over_midnight() -> None:
    """Monday to Friday from 22:00 to 06:00: Monday begins at 22:00, Saturday ends at 06:00."""
    rates = np.full((7 * 6, 48), np.nan)
    for weekday in range(5):
        rates[weekday::7, 44:] = 6.0
        rates[weekday + 1 :: 7, :12] = 4.0
    evening, morning = list(range(44, 48)), list(range(12))
    assert list(grid_of(rates).values()) == [evening, *[morning + evening] * 4, morning, []]
    result = forecast(made_up_history(rates), Horizon(dt.date(2024, 2, 12), 7, 1800, ZONE), models=["moving_average"])
    assert result.frame["calls"].sum() == pytest.approx(5 * (4 * 6.0 + 12 * 4.0))


def test_round_the_clock_has_no_closed_interval() -> None:
    assert set(map(len, grid_of(np.full((42, 48), 3.0), 14).values())) == {48}


def longer_evenings(weeks_old: int, weeks: int = 10) -> np.ndarray:
    """From 9 to 17 at first, from 11 to 19 for the last weeks, no Fridays any more but Saturdays."""
    rates = office_hours(weeks)
    late = rates[7 * (weeks - weeks_old) :]
    late[:] = np.nan
    for weekday in (0, 1, 2, 3, 5):
        late[weekday::7, 22:38] = 30.0
    return rates


def test_new_opening_hours_win_after_three_weeks() -> None:
    old, new = list(range(18, 34)), list(range(22, 38))
    assert list(grid_of(longer_evenings(3)).values()) == [new] * 4 + [[], new, []]
    assert list(grid_of(longer_evenings(4)).values()) == [new] * 4 + [[], new, []]
    assert list(grid_of(longer_evenings(1)).values()) == [old] * 5 + [[], []]
    series = read_history(made_up_history(longer_evenings(3))).series[0]
    finding = rules(series)["new-hours"]
    assert finding.found.startswith("opening hours on Mondays, Tuesdays, Wednesdays, Thursdays, Fridays, Saturdays")
    assert "new-hours" not in rules(read_history(made_up_history(office_hours(10))).series[0])


def test_two_closed_holidays_and_a_closed_fortnight_do_not_close_a_weekday() -> None:
    holidays = office_hours(10)
    holidays[[7 * 8, 7 * 9]] = np.nan
    assert open_slots(holidays) == [16, 16, 16, 16, 16, 0, 0]
    fortnight = office_hours(10)
    fortnight[7 * 6 : 7 * 9] = np.nan
    assert open_slots(fortnight) == [16, 16, 16, 16, 16, 0, 0]


def year_end(first_day: str, weeks: int) -> np.ndarray:
    """Open until noon on 24 and 31 December, closed on 25, 26 December and 1 January."""
    rates = office_hours(weeks, first_day)
    days = span(np.datetime64(first_day), 7 * weeks).astype(str)
    for place, day in enumerate(days):
        if day[5:] in ("12-24", "12-31"):
            rates[place, 24:] = np.nan
        if day[5:] in ("12-25", "12-26", "01-01"):
            rates[place] = np.nan
    return rates


def test_eves_follow_the_eves_of_past_years() -> None:
    rates = year_end("2024-11-04", 58)
    grid = grid_of(rates, 21, "2024-11-04", "DE")
    assert grid["2025-12-24"] == grid["2025-12-31"] == list(range(18, 24))
    assert grid["2025-12-25"] == grid["2025-12-26"] == grid["2026-01-01"] == []
    assert grid["2025-12-23"] == grid["2025-12-29"] == grid["2025-12-30"] == list(range(18, 34))
    found = rules(read_history(made_up_history(rates, "2024-11-04")).series[0], 21, "DE")
    assert "2025-12-24" in found["half-day"].found
    assert "2025-12-31" in found["half-day"].found
    assert "eve-open" not in found


def test_new_years_eve_follows_christmas_eve_but_no_eve_of_spring() -> None:
    rates = year_end("2024-09-30", 13)
    train = read_history(made_up_history(rates, "2024-09-30")).series[0].before(np.datetime64("2024-12-28"))
    calendar = public_holidays("DE", None, train.days[0], np.datetime64("2025-05-31"))
    grid = future_grid(train, 150, calendar)
    hours = dict(zip(grid.days.astype(str), grid.open.sum(axis=1), strict=True))
    assert hours["2024-12-31"] == 6
    assert hours["2025-04-30"] == hours["2025-04-17"] == 16


def test_an_eve_without_a_past_one_is_open_and_said() -> None:
    rates = office_hours(6, "2024-11-11")
    assert len(grid_of(rates, 7, "2024-11-11", "DE")["2024-12-24"]) == 16
    found = rules(read_history(made_up_history(rates, "2024-11-11")).series[0], 7, "DE")
    assert (found["eve-open"].severity, found["eve-open"].fix) == (
        "note",
        "there is no past one to learn from: forecast as an open day",
    )


def test_a_holiday_that_is_open_each_year_stays_open_among_closed_ones() -> None:
    """German Unity Day (3 October) is worked for part of the day, all other holidays are closed."""
    rates = office_hours(90, "2023-01-02")
    days = span(np.datetime64("2023-01-02"), 630)
    rates[public_holidays("DE", None, days[0], days[-1]).is_holiday(days)] = np.nan
    for day in ("2023-10-03",):
        rates[days == np.datetime64(day), 20:24] = 9.0
    grid = grid_of(rates, 20, "2023-01-02", "DE")
    assert grid["2024-10-03"] == [20, 21, 22, 23]


def test_zeros_of_closed_hours_are_not_open() -> None:
    rates = office_hours(8)
    filled = np.nan_to_num(rates)
    filled[7 * 3 + 2] = 0.0
    past = read_history(made_up_history(filled))
    np.testing.assert_array_equal(past.series[0].present[7 * 4 :], np.isfinite(rates)[7 * 4 :])
    assert not past.series[0].active[7 * 3 + 2]
    assert {f.rule: f.severity for f in past.findings} == {"zeros-closed": "note", "empty-day": "warning"}
    assert open_slots(filled) == [16, 16, 16, 16, 16, 0, 0]


def test_real_zeros_of_a_small_queue_are_open() -> None:
    rates = np.full((7 * 8, 48), 0.0)
    rates[::3, 20] = 1.0
    past = read_history(made_up_history(rates))
    assert past.series[0].present.all()
    assert not len(past.findings)


def queues(**of: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([history.assign(queue=name) for name, history in of.items()], ignore_index=True)


def test_a_queue_that_stopped_weeks_ago_is_left_out_one_that_paused_is_not() -> None:
    going = made_up_history(office_hours(12))
    history = queues(going=going, closed=made_up_history(office_hours(7)), paused=made_up_history(office_hours(9)))
    result = forecast(history, Horizon(dt.date(2024, 3, 25), 7, 1800, ZONE))
    assert set(result.frame["queue"]) == {"going", "paused"}
    (error,) = result.findings.of("error")
    assert (error.source, error.fix) == ("queue closed", "it looks closed and is left out")
    assert "no row with calls since 2024-02-16" in error.found
    assert {f.source for f in result.findings if f.rule == "stale-history"} == {"queue paused"}


def test_a_queue_that_opens_is_forecast_from_its_first_days() -> None:
    new = made_up_history(office_hours(2, "2024-03-11"), "2024-03-11")
    history = queues(going=made_up_history(office_hours(12)), new=new)
    result = forecast(history, Horizon(dt.date(2024, 3, 25), 7, 1800, ZONE))
    frame = result.frame[result.frame["queue"] == "new"]
    assert len(frame) == 5 * 16
    assert frame["calls"].to_numpy() == pytest.approx(30.0, rel=0.05)


def test_merged_queues_add_up_and_their_aht_is_sum_over_sum() -> None:
    old = made_up_history(office_hours(3), aht_s=200.0)
    other = made_up_history(office_hours(3) / 3, aht_s=400.0).assign(max_wait_s=50.0)
    merged = merge_queues(queues(old=old, other=other, kept=old), {"old": "new", "other": "new"})
    new = merged[merged["queue"] == "new"]
    assert set(merged["queue"]) == {"new", "kept"}
    assert len(new) == len(old)
    assert (new["offered"] == 40.0).all()
    assert new["aht_s"].to_numpy() == pytest.approx((30 * 200 + 10 * 400) / 40)
    assert (new["max_wait_s"] == 50.0).all()
    assert merged.loc[merged["queue"] == "kept", "max_wait_s"].isna().all()


def test_a_renamed_queue_goes_on_under_its_new_name() -> None:
    whole = made_up_history(office_hours(6))
    early = whole["interval_start"] < pd.Timestamp("2024-01-22", tz=ZONE)
    history = whole.assign(queue=np.where(early, "old", "new"))
    (series,) = read_history(merge_queues(history, {"old": "new"})).series
    np.testing.assert_array_equal(series.calls, read_history(whole).series[0].calls)


def test_days_past_the_known_opening_hours_are_said() -> None:
    series = read_history(made_up_history(office_hours(12))).series[0]
    assert "hours-unknown" not in rules(series, 56)
    assert rules(series, 63)["hours-unknown"].fix == "from 2024-05-20 on they are a guess"
    short = read_history(made_up_history(office_hours(2))).series[0]
    assert "hours-unknown" in rules(short, 21)


def test_unsorted_rows_are_read_as_sorted_ones_and_repeated_ones_refused() -> None:
    history = made_up_history(office_hours(6))
    shuffled = history.sample(frac=1, random_state=1)
    np.testing.assert_array_equal(read_history(shuffled).series[0].calls, read_history(history).series[0].calls)
    with pytest.raises(InputError, match=r"6 rows that repeat a key, expected one row per queue, interval_start"):
        read_history(pd.concat([history, history.iloc[:3]]))


def test_mixed_interval_lengths_are_refused() -> None:
    history = made_up_history(office_hours(6))
    hourly = history[history["interval_start"].dt.minute == 0]
    early = hourly["interval_start"] < pd.Timestamp("2024-01-22", tz=ZONE)
    late = history["interval_start"] >= pd.Timestamp("2024-01-22", tz=ZONE)
    for mixed in (pd.concat([hourly[early], history[late]]), queues(a=history, b=hourly)):
        with pytest.raises(InputError, match="intervals of 60 min, expected intervals of 30 min throughout"):
            read_history(mixed)
    assert read_history(hourly).series[0].interval_s == 3600


def test_intervals_without_calls_that_are_left_out_are_no_longer_interval() -> None:
    rng = np.random.default_rng(1)
    rates = np.where(rng.random((7 * 30, 48)) < 0.3, 1.0, np.nan)
    assert read_history(made_up_history(rates, aht_s=None)).series[0].interval_s == 1800


def spoilt(kind: str) -> np.ndarray:
    rates = office_hours(12)
    if kind == "zeros":
        rates *= 0
    if kind == "month lost":
        rates[28:58] = np.nan
    if kind == "a billion":
        rates[50, 20] = 1e9
    return rates[:7] if kind == "one week" else rates


@pytest.mark.parametrize("kind", ["zeros", "month lost", "a billion", "one week"])
def test_spoilt_histories_give_a_finite_forecast(kind: str) -> None:
    history = made_up_history(spoilt(kind))
    first = history["interval_start"].max().date() + dt.timedelta(days=3)
    frame = forecast(history, Horizon(first, 14, 1800, ZONE)).frame
    numbers = frame.filter(like="calls").to_numpy()
    assert len(frame) == 160
    assert np.isfinite(numbers).all()
    assert (numbers >= 0).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_a_week_that_repeats_is_the_week_to_come(seed: int, weeks: int) -> None:
    pattern = np.random.default_rng(seed).random((7, 48)) < 0.6
    rates = np.tile(np.where(pattern, 5.0, np.nan), (weeks, 1))
    train = Series("q", span(np.datetime64("2024-01-01"), 7 * weeks), rates, rates, rates, 1800, ZONE)
    np.testing.assert_array_equal(future_grid(train, 14, Calendar()).open, np.tile(pattern, (2, 1)))
