"""The figures that the page computes itself, against hand-made cases and slow re-implementations."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import reporting_views as made_up
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.reckon import closed_days, days_at_risk, hours_of, pool_adherence, recent_week_calls, shifts, stretches
from reporting.words import (
    gap_label,
    humanise,
    in_text,
    number,
    percent,
    service_level_in_words,
    service_levels_in_words,
    signed,
    targets_in_words,
)

ZONE = made_up.ZONE
GRID = made_up.open_grid(made_up.MONDAY, days=2)


def slow_stretches(gaps: list[float]) -> list[tuple[int, int, float, float]]:
    """(first, last, sign, hours) by walking along; a new day begins at 24 half-hours."""
    found: list[list[float]] = []
    for place, gap in enumerate(gaps):
        sign = np.sign(gap)
        if sign == 0:
            continue
        if found and found[-1][1] == place - 1 and found[-1][2] == sign and place % 24:
            found[-1][1] = place
            found[-1][3] += abs(gap) / 2
        else:
            found.append([place, place, sign, abs(gap) / 2])
    return sorted((int(a), int(b), float(s), h) for a, b, s, h in found)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([-2.0, -0.5, 0.0, 0.0, 1.0]), min_size=48, max_size=48))
def test_stretches_equal_a_walk_along_the_days(gaps: list[float]) -> None:
    frame = pd.DataFrame({"queue": "q", "interval_start": GRID})
    found = stretches(frame, pd.Series(gaps), 1800)
    place = {start: rank for rank, start in enumerate(GRID)}
    half = pd.Timedelta(minutes=30)
    walked = [(place[run.start], place[run.end - half], run.sign, run.hours) for run in found.itertuples()]
    assert sorted(walked) == slow_stretches(gaps)
    assert found["hours"].is_monotonic_decreasing
    short_h, over_h, intervals = hours_of(pd.Series(gaps), 1800)
    assert short_h == pytest.approx(found.loc[found["sign"] < 0, "hours"].sum())
    assert over_h == pytest.approx(found.loc[found["sign"] > 0, "hours"].sum())
    assert intervals == sum(gap < 0 for gap in gaps)


def test_a_stretch_never_joins_two_queues() -> None:
    frame = pd.DataFrame({"queue": ["a", "b"], "interval_start": [GRID[0], GRID[1]]})
    assert len(stretches(frame, pd.Series([-1.0, -1.0]), 1800)) == 2


def test_a_day_at_risk_by_hand() -> None:
    # 12 extra calls of 300 s in half an hour are 2 erlangs, 2.5 agents at 20 % shrinkage; 1 agent is spare.
    start = GRID[:1]
    forecast = pd.DataFrame({"queue": "q", "interval_start": start, "calls": 30.0, "calls_p90": 42.0, "aht_s": 300.0})
    coverage = pd.DataFrame({"queue": "q", "interval_start": start, "required": 10.0, "scheduled": 11.0, "gap": 1.0})
    (row,) = days_at_risk(forecast, coverage, [{"queue": "q", "shrinkage": 0.2}], 1800).itertuples()
    assert (row.short_h, row.needed_h, row.share) == (pytest.approx(0.75), pytest.approx(6.25), pytest.approx(0.12))
    mail = {"queue": "q", "shrinkage": 0.2, "channel": "email"}
    assert days_at_risk(forecast, coverage, [mail], 1800).empty


def test_recent_weeks_weigh_every_weekday_the_same() -> None:
    days = pd.date_range("2026-11-02", periods=17, freq="D", tz=ZONE)
    history = pd.DataFrame({"queue": "q", "interval_start": days, "offered": [1000.0] * 3 + [10.0] * 14})
    assert recent_week_calls(history)["q"] == 70.0


def test_a_weekday_that_used_to_be_open_is_noticed() -> None:
    past = pd.DataFrame({"queue": "q", "interval_start": made_up.open_grid(dt.date(2026, 11, 16)), "offered": 5.0})
    ahead = pd.DataFrame({"queue": "q", "interval_start": made_up.open_grid(made_up.MONDAY), "calls": 5.0})
    thursday = ahead["interval_start"].dt.day_of_week == 3
    assert closed_days(ahead, past).empty
    assert closed_days(ahead[~thursday], past)["day"].tolist() == [pd.Timestamp("2026-11-26")]
    assert closed_days(ahead.assign(calls=ahead["calls"].where(~thursday, 0.0)), past)["queue"].tolist() == ["q"]


def test_pooled_adherence_is_sum_over_sum() -> None:
    rows = pd.DataFrame(
        {
            "agent": ["a", "a", "b"], "day": pd.to_datetime(["2026-11-23", "2026-11-24", "2026-11-23"]),
            "scheduled_s": [100.0, 900.0, 50.0], "in_adherence_s": [0.0, 800.0, 0.0], "neutral_s": [0.0, 100.0, 50.0],
            "exceptions": [1, 2, 0],
        }
    )  # fmt: skip
    pooled = pool_adherence(rows, "agent").set_index("agent")
    assert pooled.loc["a", "adherence"] == pytest.approx(800 / 900)
    assert pd.isna(pooled.loc["b", "adherence"])
    assert pooled["exceptions"].tolist() == [3, 0]


def test_a_night_shift_belongs_to_the_day_on_which_it_starts() -> None:
    times = pd.to_datetime(["2026-11-23 22:00", "2026-11-24 01:00", "2026-11-24 01:30", "2026-11-24 22:00"])
    ends = pd.to_datetime(["2026-11-24 01:00", "2026-11-24 01:30", "2026-11-24 06:00", "2026-11-25 02:00"])
    schedule = pd.DataFrame(
        {
            "agent": "a", "start": times.tz_localize(ZONE), "end": ends.tz_localize(ZONE),
            "paid": pd.array([True, False, True, True], dtype="boolean"), "productive": [True, False, True, True],
        }
    )  # fmt: skip
    found = shifts(schedule)
    assert found["day"].dt.day.tolist() == [23, 24]
    assert found["paid_h"].tolist() == [7.5, 4.0]
    assert found["end"].dt.hour.tolist() == [6, 2]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (number(1234567.4), "1,234,567"),
        (number(-0.04, 1), "0.0"),
        (number(None), "–"),
        (number(float("nan")), "–"),
        (number(float("inf")), "∞"),
        (number(-1500), "−1,500"),
        (signed(0.0), "0"),
        (signed(2.0), "+2"),
        (gap_label(-0.5), "−0.5"),
        (gap_label(-2.0), "−2"),
        (percent(0.8349), "83.5\xa0%"),
        (humanise("service_level_answered_only"), "Service level answered only"),
        (humanise("asa"), "ASA"),
        (in_text("Billing"), "Billing"),
        (in_text("שלום"), "\u2068שלום\u2069"),
        (service_level_in_words({"answer_within_s": 90.0}), "answered within 1:30, of calls offered"),
    ],
)
def test_words(printed: str, expected: str) -> None:
    assert printed == expected


def test_service_levels_name_the_threshold_of_each_queue() -> None:
    specs = [{"queue": name, "answer_within_s": limit} for name, limit in (("a", 20.0), ("b", 15.0), ("c", 20.0))]
    assert service_levels_in_words(specs[:1]) == "Service level: calls answered within 20 s, of calls offered."
    assert service_levels_in_words(specs).endswith("the threshold is 15 s for b; 20 s for a, c.")


def test_only_targets_that_are_set_are_promised() -> None:
    spec = {
        "service_level": None,
        "answer_within_s": 20.0,
        "asa_s": 30.0,
        "max_occupancy": None,
        "max_abandonment": 0.05,
    }
    assert targets_in_words(spec) == ["average speed of answer at most 30 s", "abandonment at most 5\xa0%"]
