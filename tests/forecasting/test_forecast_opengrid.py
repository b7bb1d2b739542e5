"""Opening hours, closed days, holidays and clock changes of the future."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from conftest import made_up_history

from forecasting import MODELS, forecast
from forecasting.calendars import Calendar, public_holidays
from forecasting.opengrid import future_grid
from forecasting.reading import read_history
from forecasting.series import span
from wfm.errors import UsageProblem
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
    by_day = MODELS["top_down"](train, future_grid(train, 14, calendar), calendar).sum(axis=1)
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
