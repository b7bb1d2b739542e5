"""Availability as people write it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from scheduling.availability import free_stretches
from wfm.weekhours import parse_week_hours

H = 3600


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("mon-fri 07:00-19:00", [(day, 7 * H, 19 * H) for day in range(5)]),
        ("Mon, Wed 08:30-12:00", [(0, 8 * H + 1800, 12 * H), (2, 8 * H + 1800, 12 * H)]),
        ("sat-mon 10:00-14:00", [(0, 10 * H, 14 * H), (5, 10 * H, 14 * H), (6, 10 * H, 14 * H)]),
        ("monday 8:00-12:00; friday", [(0, 8 * H, 12 * H), (4, 0, 24 * H)]),
        ("tue 08:00-12:00, 13:00-17:00, sat", [(1, 8 * H, 12 * H), (1, 13 * H, 17 * H), (5, 0, 24 * H)]),
        ("sun 22:00-06:00", [(6, 22 * H, 30 * H)]),
        ("tue 18:00–24:00", [(1, 18 * H, 24 * H)]),
        ("09:00-17:00", [(day, 9 * H, 17 * H) for day in range(7)]),
    ],
)
def test_reads(text: str, windows: list[tuple[int, int, int]]) -> None:
    assert list(parse_week_hours(text)) == windows


@pytest.mark.parametrize("text", ["", "whenever", "mon 25:00-26:00", "mon 08:00", "mon-fri 08:00-24:30", "mon;;tue"])
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="expected weekdays and hours"):
        parse_week_hours(text)


def test_whole_days_join_over_midnight_and_over_the_clock_change() -> None:
    stretches = free_stretches(parse_week_hours("sat,sun"), dt.date(2026, 10, 24), 2, "Europe/Amsterdam")
    assert stretches == [
        (pd.Timestamp("2026-10-24", tz="Europe/Amsterdam"), pd.Timestamp("2026-10-26", tz="Europe/Amsterdam"))
    ]
    assert (stretches[0][1] - stretches[0][0]) == pd.Timedelta(hours=49)
