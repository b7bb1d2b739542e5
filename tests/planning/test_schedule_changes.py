"""The difference of two schedules against a plain count and hand-made cases."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning import compare_schedules
from reporting import difference_in_words, difference_table

ZONE = "Europe/Amsterdam"
MONDAY = dt.date(2026, 11, 23)


def shift(
    agent: str, day: int, start: float, hours: float = 8.5, lunch: float = 4.0, queue: str = "sales"
) -> list[dict]:
    begin = pd.Timestamp(MONDAY).tz_localize(ZONE) + pd.Timedelta(days=day, hours=start)
    cuts = [0.0, lunch, lunch + 0.5, hours]
    return [
        {
            "version": "v", "agent": agent, "start": begin + pd.Timedelta(hours=low),
            "end": begin + pd.Timedelta(hours=high), "activity": activity,
            "queue": queue if activity == "phone" else None,
            "paid": activity == "phone", "productive": activity == "phone",
        }
        for low, high, activity in zip(cuts, cuts[1:], ("phone", "lunch", "phone"), strict=False)
    ]  # fmt: skip


def frame(*shifts: list[dict]) -> pd.DataFrame:
    made = pd.DataFrame([row for rows in shifts for row in rows])
    for name in ("start", "end"):
        made[name] = made[name].astype(f"datetime64[us, {ZONE}]")
    return made


def compare(old: pd.DataFrame, new: pd.DataFrame, **more: object):
    return compare_schedules(old, new, names=("old", "new"), **more)


def kinds(found) -> list[tuple[str, str]]:
    return [(row.agent, row.change) for row in found.changes.itertuples()]


def test_each_kind_of_change_is_told_apart():
    old = frame(shift("Ann", 0, 8), shift("Ben", 0, 9), shift("Cid", 1, 8), shift("Dan", 1, 10), shift("Eve", 2, 8))
    new = frame(
        shift("Ann", 0, 8),
        shift("Ben", 0, 9.5),
        shift("Cid", 1, 8, lunch=4.25),
        shift("Dan", 2, 10),
        shift("Eve", 2, 8, queue="care"),
    )
    found = compare(old, new)
    assert kinds(found) == [
        ("Ben", "moved"), ("Cid", "activities"), ("Dan", "removed"), ("Dan", "added"), ("Eve", "activities"),
    ]  # fmt: skip
    rows = {(row.agent, row.change): row for row in found.changes.itertuples()}
    moved = rows["Ben", "moved"]
    assert (moved.start_min, moved.end_min, moved.paid_hours) == (30, 30, 0)
    assert pd.isna(moved.activities)
    assert f"{moved.old_start:%H:%M}-{moved.new_end:%H:%M}" == "09:00-18:00"
    assert rows["Cid", "activities"].activities == "lunch 12:00 → 12:15"
    assert rows["Eve", "activities"].activities == "queue sales → care"
    assert rows["Dan", "removed"].paid_hours == -8
    assert found.facts["moved"] == found.facts["added"] == found.facts["removed"] == 1


def test_a_longer_shift_tells_minutes_and_paid_hours():
    found = compare(frame(shift("Ann", 0, 8)), frame(shift("Ann", 0, 7.5, hours=9.5, lunch=4.5)))
    (row,) = found.changes.itertuples()
    assert (row.change, row.start_min, row.end_min, row.paid_hours) == ("moved", -30, 30, 1)
    assert pd.isna(row.activities)


def test_of_two_shifts_a_day_only_the_one_that_moved_is_named():
    old = frame(shift("Ann", 0, 6, hours=4, lunch=2), shift("Ann", 0, 14, hours=4, lunch=2))
    new = frame(shift("Ann", 0, 6, hours=4, lunch=2), shift("Ann", 0, 15, hours=4, lunch=2))
    (row,) = compare(old, new).changes.itertuples()
    assert (row.change, f"{row.old_start:%H:%M}") == ("moved", "14:00")


def test_who_published_it_and_the_order_of_rows_make_no_difference():
    old = frame(shift("Ann", 0, 8), shift("Ben", 3, 9))
    new = old.sample(frac=1, random_state=1).assign(version="other", published_at=pd.Timestamp("2026-11-01", tz=ZONE))
    found = compare(old, new)
    assert found.changes.empty
    assert found.coverage.empty
    assert difference_in_words(found.facts, found.coverage)[0] == "old → new: no shift differs"


def test_a_night_of_a_clock_change_is_compared_by_instants():
    old = frame(shift("Ann", -30, 22, hours=9))
    new = old.assign(**{name: old[name].dt.tz_convert("UTC") for name in ("start", "end")})
    assert compare(new, old).changes.empty


def test_short_hours_are_counted_against_the_requirement():
    start = pd.Timestamp(MONDAY).tz_localize(ZONE) + pd.Timedelta(hours=8)
    grid = pd.date_range(start, periods=34, freq="15min", unit="us")
    need = pd.DataFrame({"queue": "sales", "interval_start": grid, "staff": 1})
    found = compare(frame(shift("Ann", 0, 8)), frame(shift("Ann", 0, 9)), requirement=need, interval_s=900)
    assert found.facts["old_short_hours"] == pytest.approx(0.5)
    assert found.facts["new_short_hours"] == pytest.approx(1.5)


def test_a_table_for_people_has_signs_and_no_zeros():
    found = compare(frame(shift("Ann", 0, 8)), frame(shift("Ann", 0, 9), shift("Ben", 0, 8)))
    header, rows = difference_table(found.changes)
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert cells[0] == {
        "Day": "Mon 23 Nov", "Agent": "Ann", "Change": "moved", "Before": "08:00–16:30", "After": "09:00–17:30",
        "Start": "+60 min", "End": "+60 min", "Paid hours": "", "Within the shift": "",
    }  # fmt: skip
    assert (cells[1]["Change"], cells[1]["Paid hours"]) == ("added", "+8.00")


DAYS = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 3)), st.tuples(st.integers(24, 40), st.sampled_from([12, 16, 17]))
)


def built(shifts: dict) -> pd.DataFrame:
    rows = [
        shift(agent, day, start / 4, hours=length / 2 if length != 17 else 8.5, lunch=3.0)
        for (agent, day), (start, length) in shifts.items()
    ]
    return frame(*rows) if rows else frame(shift("Z", 0, 8)).iloc[:0]


def quarters(schedule: pd.DataFrame) -> Counter:
    """Agents on the phone of each queue in each quarter of an hour; all shifts here begin on one."""
    count: Counter = Counter()
    for row in schedule[schedule["productive"]].itertuples():
        for quarter in pd.date_range(row.start, row.end, freq="15min", inclusive="left"):
            count[row.queue, quarter] += 1
    return count


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS, DAYS)
def test_rows_hours_and_coverage_agree_with_a_count(before: dict, after: dict):
    old, new = built(before), built(after)
    found = compare(old, new)
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    assert {(row.agent, (row.day.date() - MONDAY).days) for row in found.changes.itertuples()} == changed
    paid = [
        (frame["end"] - frame["start"])[frame["paid"].astype(bool)].sum() / pd.Timedelta(hours=1)
        for frame in (old, new)
    ]
    assert found.changes["paid_hours"].sum() == pytest.approx(paid[1] - paid[0])
    was, now = quarters(old), quarters(new)
    want = {key: float(now[key] - was[key]) for key in {*was, *now} if now[key] != was[key]}
    shown = {(row.queue, row.interval_start): row.change for row in found.coverage.itertuples()}
    assert shown == pytest.approx(want)
