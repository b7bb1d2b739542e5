"""Numbers and durations, column by column, in every way that exports write them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.durations import parse_durations
from ingest.numbers import parse_numbers


def cells(*values: object) -> pd.Series:
    return pd.Series(list(values), dtype=object)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "20", "300"], [1, 20, 300]),
        (["1.5", "20", "300"], [1.5, 20, 300]),
        (["1,5", "20", "300"], [1.5, 20, 300]),
        (["1.234,5", "20"], [1234.5, 20]),
        (["1,234.5", "20"], [1234.5, 20]),
        (["1.234", "0,5"], [1234, 0.5]),
        (["1,234", "0.5"], [1234, 0.5]),
        (["1.234.567", "1.234"], [1234567, 1234]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["1.234", "1234.5"], [1.234, 1234.5]),
        (["0.125", "0.250"], [0.125, 0.25]),
        (["1 234,5", "1\u202f234"], [1234.5, 1234]),
        (["1'234.50"], [1234.5]),
        (["12.5%", "100%"], [0.125, 1.0]),
        (["-3", "+4", "1e3"], [-3, 4, 1000]),
        (["7", "", "NaN%", "Infinity%", "n/a", " "], [7, *[np.nan] * 5]),
    ],
)
def test_a_column_decides_its_decimal_mark(texts: list[str], expected: list[float]) -> None:
    parsed = parse_numbers(cells(*texts))
    np.testing.assert_array_equal(parsed.values, expected)
    assert not parsed.bad.any()
    assert parsed.refused is None


@pytest.mark.parametrize("texts", [["1.234"], ["1,234"], ["980", "1.234", "2.500"]])
def test_thousands_and_decimals_that_nothing_tells_apart_are_refused(texts: list[str]) -> None:
    refused = parse_numbers(cells(*texts)).refused
    assert refused is not None
    assert refused[0] == "ambiguous-number"


def test_in_the_tools_own_files_the_point_is_decimal() -> None:
    assert parse_numbers(cells("1.234"), own=True).values[0] == 1.234


@pytest.mark.parametrize("text", ["05.01.2026", "abc", "1.2.3", "12:30", "1,23,4", ".", "True"])
def test_text_never_becomes_a_number(text: str) -> None:
    parsed = parse_numbers(cells("1", text))
    assert parsed.bad.tolist() == [False, True]
    assert np.isnan(parsed.values[1])


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_comes_back_to_the_last_digit(values: list[float]) -> None:
    parsed = parse_numbers(cells(*map(repr, values)), own=True)
    assert parsed.values.tolist() == values


@settings(deadline=None)
@given(st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=20))
def test_german_and_english_columns_read_the_same(values: list) -> None:
    english = [f"{value:,.2f}" for value in values]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    expected = [float(value) for value in values]
    assert parse_numbers(cells(*english)).values.tolist() == expected
    assert parse_numbers(cells(*german)).values.tolist() == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("312", 312),
        ("312,5", 312.5),
        ("5:12", 312),
        ("05:12", 312),
        ("0:05:12", 312),
        ("1:05:12", 3912),
        ("00:05:12.250", 312.25),
        (" 26:00:00.000", 93600),
        ("1 day, 2:00:00", 93600),
        ("2 days 00:00:01", 172801),
        ("90:30", 5430),
        ("-0:05", -5),
        ("20s", 20),
        ("3min", 180),
        ("", np.nan),
        ("Infinity", np.nan),
    ],
)
def test_durations_in_text(text: str, seconds: float) -> None:
    parsed = parse_durations(cells(text))
    np.testing.assert_array_equal(parsed.values, [seconds])
    assert not parsed.bad.any()


@pytest.mark.parametrize("text", ["5:1x", "5:72", "1:72:00", "soon", "05.01.2026"])
def test_what_is_no_duration_is_bad(text: str) -> None:
    assert parse_durations(cells("5:12", text)).bad.tolist() == [False, True]


def test_excel_durations_of_every_kind() -> None:
    column = cells(dt.time(0, 5, 12), dt.timedelta(hours=26), dt.datetime(1900, 1, 1, 2), 312, "5:12", None)
    parsed = parse_durations(column, typed=True)
    np.testing.assert_array_equal(parsed.values, [312, 93600, 93600, 312, 312, np.nan])


def test_excel_numbers_below_one_are_fractions_of_a_day_and_this_is_said() -> None:
    parsed = parse_durations(cells(0.25, 0.5, None), typed=True)
    np.testing.assert_array_equal(parsed.values, [21600, 43200, np.nan])
    assert parsed.said[0][0] == "day-fractions"
    assert parse_durations(cells(0.25, 0.5)).values.tolist() == [0.25, 0.5]


def test_a_unit_scales_numbers_and_not_clocks() -> None:
    assert parse_durations(cells("1500", "0:03"), 0.001).values.tolist() == [1.5, 3.0]


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_a_clock_of_any_length_is_its_seconds(seconds: int) -> None:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    assert parse_durations(cells(f"{hours}:{minutes:02d}:{rest:02d}")).values[0] == seconds
    assert parse_durations(cells(f"{seconds // 60}:{rest:02d}")).values[0] == seconds
