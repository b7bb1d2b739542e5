import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.timeaxis import (
    INTERVALS_S,
    day_grid,
    days_grid,
    floor_to_interval,
    infer_interval_s,
    local_day,
    monday_of,
    parse_interval_s,
    parse_week,
    slot_of,
    week_label,
)

AMSTERDAM = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("day", "half_hours"), [("2026-03-28", 48), ("2026-03-29", 46), ("2026-10-25", 50), ("2026-10-26", 48)]
)
def test_a_day_around_a_clock_change_has_46_48_or_50_half_hours(day, half_hours):
    grid = day_grid(pd.Timestamp(day), 1800, AMSTERDAM)
    assert len(grid) == half_hours
    assert set(local_day(grid)) == {pd.Timestamp(day)}


def test_the_repeated_hour_has_the_same_slot_twice_and_no_instant_twice():
    grid = day_grid(dt.date(2026, 10, 25), 3600, AMSTERDAM)
    assert slot_of(grid, 3600).tolist() == [0, 1, 2, 2, *range(3, 24)]
    assert grid.is_unique


def test_a_week_over_a_clock_change_is_one_hour_short():
    assert len(days_grid(dt.date(2026, 3, 23), 7, 1800, AMSTERDAM)) == 7 * 48 - 2


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1)),
    st.sampled_from(INTERVALS_S),
    st.sampled_from(["UTC", AMSTERDAM, "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"]),
)
def test_flooring_keeps_the_instant_inside_its_interval_on_the_wall_clock(moment, interval_s, zone):
    instants = pd.DatetimeIndex([moment]).tz_localize("UTC").tz_convert(zone)
    start = floor_to_interval(instants, interval_s)
    assert pd.Timedelta(0) <= (instants - start)[0] < pd.Timedelta(seconds=interval_s)
    wall = start.tz_localize(None)[0]
    assert (wall - wall.normalize()).total_seconds() % interval_s == 0


def test_weeks_are_named_by_the_iso_calendar():
    assert week_label(dt.date(2026, 11, 23)) == "2026-W48"
    assert week_label(dt.date(2027, 1, 1)) == "2026-W53"
    assert parse_week("2026-W53") == dt.date(2026, 12, 28)
    assert parse_week("2026-11-25") == monday_of(dt.date(2026, 11, 25)) == dt.date(2026, 11, 23)


@pytest.mark.parametrize("text", ["2025-W53", "2026-W00", "next week", "23.11.2026", ""])
def test_what_is_no_week_is_refused(text):
    with pytest.raises(ValueError, match="expected an ISO week"):
        parse_week(text)


def test_interval_lengths():
    assert [parse_interval_s(text) for text in ("5min", "15min", "0.5h", "3600")] == [300, 900, 1800, 3600]
    with pytest.raises(ValueError, match="5, 10, 15, 30 or 60"):
        parse_interval_s("7min")


def test_the_interval_length_of_a_frame_is_the_smallest_step_of_a_queue():
    times = pd.Series(pd.to_datetime(["2026-01-05 09:00", "2026-01-05 09:30", "2026-01-06 09:00", "2026-01-05 09:15"]))
    queue = pd.Series(["a", "a", "a", "b"])
    assert infer_interval_s(times.dt.tz_localize("UTC"), queue) == 1800
    with pytest.raises(ValueError, match="single interval"):
        infer_interval_s(times[3:].dt.tz_localize("UTC"), queue[3:])
