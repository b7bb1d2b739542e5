import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfm.units import format_duration, parse_duration_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20s", 20),
        ("180", 180),
        ("3min", 180),
        ("3 min", 180),
        ("8h30min", 30600),
        ("1,5min", 90),
        ("0:47", 47),
        ("5:12", 312),
        ("90:00", 5400),
        ("1:05:12", 3912),
        ("26:00:00", 93600),
        (12.5, 12.5),
        ("0", 0),
    ],
)
def test_durations_as_people_write_them(text, seconds):
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "x", "-5", "5:1x", "1:60:00", "5:60", "20 parsecs", "nan", "inf", "1e3"])
def test_what_is_no_duration_is_refused_with_what_was_found(text):
    with pytest.raises(ValueError, match="expected seconds"):
        parse_duration_s(text)


@given(st.integers(60, 400_000))
def test_a_printed_duration_of_a_minute_or_more_reads_back(seconds):
    assert parse_duration_s(format_duration(seconds)) == seconds


def test_durations_that_are_no_number_are_printed_as_such():
    assert format_duration(float("nan")) == "–"
    assert format_duration(float("inf")) == "∞"
    assert format_duration(-312) == "-5:12"
    assert format_duration(47.4) == "47 s"
