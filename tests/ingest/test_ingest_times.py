"""Dates whose format the whole column decides, and local times through both clock changes."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.times import parse_clocks, parse_times
from ingest.zones import localise, localise_after

AMSTERDAM = "Europe/Amsterdam"


def cells(*values: object) -> pd.Series:
    return pd.Series(list(values), dtype=object)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05 08:30:00", "2026-01-05 08:30"),
        ("2026-01-05T08:30", "2026-01-05 08:30"),
        ("2026-01-05", "2026-01-05"),
        ("20260105 08:30", "2026-01-05 08:30"),
        (" 2026-01-05 08:30:00.250 ", "2026-01-05 08:30:00.250"),
        ("2026/01/05 8:30", "2026-01-05 08:30"),
        ("25.01.2026 08:30", "2026-01-25 08:30"),
        ("25/01/2026 08:30:15", "2026-01-25 08:30:15"),
        ("01/25/2026 8:30 PM", "2026-01-25 20:30"),
        ("5-Jan-2026 08:30", "2026-01-05 08:30"),
        ("Jan 5, 2026 08:30", "2026-01-05 08:30"),
        ("Mon, 05 Jan 2026 08:30:00", "2026-01-05 08:30"),
        ("46027.354166666664", "2026-01-05 08:30"),
    ],
)
def test_times_in_text(text: str, expected: str) -> None:
    parsed = parse_times(cells(text, ""))
    assert parsed.values[0] == pd.Timestamp(expected)
    assert parsed.values[1] is pd.NaT
    assert not parsed.bad.any()
    assert parsed.refused is None


def test_one_row_decides_the_format_of_its_column_and_it_is_said() -> None:
    parsed = parse_times(cells("05/01/2026", "13/01/2026"))
    assert parsed.values.tolist() == [pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-13")]
    assert parsed.said == [("date-format", "dates such as 05/01/2026, read as %d/%m/%Y")]


def test_a_column_that_nothing_decides_is_refused_with_both_readings() -> None:
    refused = parse_times(cells("05/01/2026", "06/01/2026")).refused
    assert refused is not None
    rule, _, expected, fix = refused
    assert rule == "ambiguous-date"
    assert "5 Jan 2026" in expected
    assert "1 May 2026" in expected
    assert "--date-format" in fix


def test_days_that_read_the_same_both_ways_are_not_ambiguous() -> None:
    parsed = parse_times(cells("05/05/2026", "06/06/2026"))
    assert parsed.refused is None
    assert parsed.values[1] == pd.Timestamp("2026-06-06")


def test_a_declared_format_decides_and_is_strict() -> None:
    parsed = parse_times(cells("05/01/2026", "13/01/2026"), "%m/%d/%Y")
    assert parsed.values[0] == pd.Timestamp("2026-05-01")
    assert parsed.bad.tolist() == [False, True]


@pytest.mark.parametrize("text", ["2026", "31/02/2026", "soon", "2026-13-01", "12:30"])
def test_what_is_no_date_is_bad(text: str) -> None:
    assert parse_times(cells("2026-01-05 08:00", text)).bad.tolist() == [False, True]


def test_offsets_are_honoured() -> None:
    parsed = parse_times(cells("2026-01-05T08:30+01:00", "2026-07-05T08:30+02:00", "2026-01-05T08:30:00Z"))
    assert [str(time) for time in parsed.values] == [
        "2026-01-05 07:30:00+00:00",
        "2026-07-05 06:30:00+00:00",
        "2026-01-05 08:30:00+00:00",
    ]


def test_times_with_and_without_offset_do_not_mix() -> None:
    assert parse_times(cells("2026-01-05T08:30+01:00", "2026-01-05T09:00")).bad.tolist() == [False, True]


def test_excel_dates_of_every_kind() -> None:
    column = cells(dt.datetime(2026, 1, 5, 8, 30), dt.date(2026, 1, 5), 46027.5, "2026-01-05 08:30", None)
    parsed = parse_times(column)
    assert [str(time) for time in parsed.values[:4]] == [
        "2026-01-05 08:30:00",
        "2026-01-05 00:00:00",
        "2026-01-05 12:00:00",
        "2026-01-05 08:30:00",
    ]
    assert not parsed.bad.any()


def test_clocks_of_every_kind() -> None:
    column = cells("09:12:58", "9:12", "9:12 PM", dt.time(9, 12), 0.5, "", "25:00")
    parsed = parse_clocks(column)
    np.testing.assert_array_equal(parsed.values, [33178, 33120, 76320, 33120, 43200, np.nan, np.nan])
    assert parsed.bad.tolist() == [False] * 6 + [True]


@settings(deadline=None)
@given(st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1)), min_size=1, max_size=10))
def test_every_time_comes_back_from_iso_text(times: list[dt.datetime]) -> None:
    parsed = parse_times(cells(*(time.isoformat() for time in times)))
    assert parsed.values.to_pydatetime().tolist() == times


@settings(deadline=None)
@given(st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31)), st.sampled_from("/.-"))
def test_a_date_is_read_right_or_refused_and_never_read_wrong(day: dt.date, mark: str) -> None:
    parsed = parse_times(cells(f"{day:%d{mark}%m{mark}%Y}"))
    assert (parsed.refused is not None) == (day.day <= 12 and day.day != day.month)
    assert parsed.refused is not None or parsed.values[0] == pd.Timestamp(day)


def wall(*texts: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(texts)


def test_a_time_that_spring_skips_moves_one_hour_forward() -> None:
    read = localise(wall("2026-03-29 01:30", "2026-03-29 02:30", "2026-03-29 03:30"), AMSTERDAM)
    assert [str(time)[11:] for time in read.times] == ["01:30:00+01:00", "03:30:00+02:00", "03:30:00+02:00"]
    assert read.skipped.tolist() == [False, True, False]
    assert not read.unclear.any()


AUTUMN = ("2026-10-25 01:30", "2026-10-25 02:00", "2026-10-25 02:30", "2026-10-25 02:00", "2026-10-25 02:30")
OFFSETS = ["+02:00", "+02:00", "+02:00", "+01:00", "+01:00"]


def test_the_repeated_hour_follows_the_order_of_a_sorted_log() -> None:
    read = localise(wall(*AUTUMN), AMSTERDAM)
    assert [str(time)[-6:] for time in read.times] == OFFSETS
    assert not read.unclear.any()


def test_a_log_that_is_sorted_downwards_is_read_upwards() -> None:
    read = localise(wall(*AUTUMN[::-1]), AMSTERDAM)
    assert [str(time)[-6:] for time in read.times] == OFFSETS[::-1]


def test_one_pass_alone_is_the_first_and_unclear() -> None:
    read = localise(wall("2026-10-25 01:30", "2026-10-25 02:10", "2026-10-25 02:10", "2026-10-25 03:00"), AMSTERDAM)
    assert [str(time)[-6:] for time in read.times] == ["+02:00", "+02:00", "+02:00", "+01:00"]
    assert read.unclear.tolist() == [False, True, True, False]


def test_the_order_of_an_unsorted_log_proves_nothing() -> None:
    read = localise(wall("2026-10-25 09:00", *AUTUMN, "2026-10-26 08:00"), AMSTERDAM)
    assert read.unclear.tolist() == [False, False, True, True, True, True, False]


def test_each_queue_of_a_history_repeats_its_hour() -> None:
    times = wall(*(f"2026-10-25 02:{minute}" for minute in ("00", "00", "30", "30", "00", "00", "30", "30")))
    read = localise(times, AMSTERDAM, np.array([0, 1, 0, 1, 0, 1, 0, 1]))
    assert [str(time)[-6:] for time in read.times] == ["+02:00"] * 4 + ["+01:00"] * 4
    assert not read.unclear.any()


def test_an_hourly_history_repeats_its_hour_by_standing_still() -> None:
    read = localise(wall("2026-10-25 02:00", "2026-10-25 02:00", "2026-10-25 03:00"), AMSTERDAM, np.zeros(3, int))
    assert [str(time)[-6:] for time in read.times] == ["+02:00", "+01:00", "+01:00"]


def test_what_follows_an_instant_is_never_before_it() -> None:
    arrival = pd.DatetimeIndex(["2026-10-25 02:50"]).tz_localize(AMSTERDAM, ambiguous=np.array([True]))
    answered = localise_after(wall("2026-10-25 02:10"), AMSTERDAM, arrival)
    assert (answered - arrival)[0] == pd.Timedelta(minutes=20)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 366 * 48 - 1), min_size=1, max_size=60, unique=True),
    st.sampled_from([AMSTERDAM, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_sorted_instants_survive_their_local_clock(halves: list[int], timezone: str) -> None:
    first = pd.Timestamp("2026-01-01", tz="UTC")
    instants = pd.DatetimeIndex([first + pd.Timedelta(minutes=30 * half) for half in sorted(halves)])
    local = instants.tz_convert(timezone)
    read = localise(local.tz_localize(None), timezone)
    assert str(read.times.tz) == timezone
    for got, truth, unclear in zip(read.times.tz_convert("UTC"), instants, read.unclear, strict=True):
        assert unclear or got == truth
