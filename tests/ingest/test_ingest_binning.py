"""Calls counted per interval, against a slow and obvious count call by call."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import calls_to_history, resample_history
from wfm.contracts import CALLS, INTERVAL_HISTORY
from wfm.errors import InputError

AMSTERDAM = "Europe/Amsterdam"
WITHIN_S, SHORT_S = 20.0, 5.0


def calls_of(rows: list[dict], timezone: str) -> pd.DataFrame:
    frame = pd.DataFrame({"call_id": [str(number) for number in range(len(rows))]})
    frame["queue"] = [row["queue"] for row in rows]
    frame["offered_at"] = pd.DatetimeIndex([row["at"] for row in rows]).tz_convert(timezone).as_unit("us")
    for name in ("wait_s", "talk_s", "hold_s", "acw_s"):
        frame[name] = [math.nan if row.get(name) is None else float(row[name]) for row in rows]
    frame["outcome"] = [row["outcome"] for row in rows]
    return CALLS.validate(frame)


def slowly(rows: list[dict], interval_s: int, timezone: str) -> dict[tuple, dict]:
    """Count the rows one by one, with the standard library only."""
    zone = ZoneInfo(timezone)

    def start_of(at: dt.datetime) -> dt.datetime:
        local = at.astimezone(zone)
        second = local.hour * 3600 + local.minute * 60 + local.second
        return at - dt.timedelta(seconds=second % interval_s, microseconds=local.microsecond)

    offered = [row for row in rows if row["outcome"] not in ("blocked", "failed")]
    bins: defaultdict[tuple, list[dict]] = defaultdict(list)
    for row in offered:
        bins[row["queue"], start_of(row["at"])].append(row)
    called: defaultdict[str, set] = defaultdict(set)
    for queue, start in bins:
        local = start.astimezone(zone)
        called[queue].add((local.date(), (local.hour * 3600 + local.minute * 60) // interval_s))
    for queue, hits in called.items():
        for day in {day for day, _ in hits}:
            usual = [slot for slot in {slot for _, slot in hits} if in_use(hits, day, slot)]
            at = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
            while at.astimezone(zone).date() == day:
                local = at.astimezone(zone)
                if usual and min(usual) <= (local.hour * 3600 + local.minute * 60) // interval_s <= max(usual):
                    bins[queue, at]
                at += dt.timedelta(seconds=interval_s)
    return {key: summed(group) for key, group in bins.items()}


def in_use(hits: set[tuple[dt.date, int]], day: dt.date, slot: int) -> bool:
    """Whether the calls of the same weekday, four weeks back and four ahead, show that a slot is in use on a day."""
    active = {d for d, _ in hits if d.weekday() == day.weekday() and abs((d - day).days) <= 28}
    with_call = {d for d in active if (d, slot) in hits}
    if len(with_call) < (1 if len(active) < 4 else 2):
        return False
    earlier, later = {d for d in active if d < day}, {d for d in active if d > day}
    today = day in with_call
    return (today or len(earlier) < 2 or bool(earlier & with_call)) and (
        today or len(later) < 2 or bool(later & with_call)
    )


def summed(group: list[dict]) -> dict:
    answered = [row for row in group if row["outcome"] == "answered"]
    handled = [
        row["talk_s"] + (row.get("hold_s") or 0) + (row.get("acw_s") or 0)
        for row in answered
        if row["talk_s"] is not None
    ]
    waits = [row["wait_s"] for row in group if row["wait_s"] is not None]
    return {
        "offered": len(group),
        "answered": len(answered),
        "abandoned": sum(row["outcome"] == "abandoned" for row in group),
        "short_abandoned": sum(
            row["outcome"] == "abandoned" and row["wait_s"] is not None and row["wait_s"] <= SHORT_S for row in group
        ),
        "answered_in_threshold": sum(row["wait_s"] is not None and row["wait_s"] <= WITHIN_S for row in answered),
        "talk_s": sum(row["talk_s"] or 0 for row in answered),
        "hold_s": sum(row.get("hold_s") or 0 for row in answered),
        "acw_s": sum(row.get("acw_s") or 0 for row in answered),
        "wait_s": sum(row["wait_s"] or 0 for row in answered),
        "aht_s": sum(handled) / len(handled) if handled else math.nan,
        "max_wait_s": max(waits, default=math.nan),
    }


FULL = {"queue": "z", "at": dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC)}
FULL |= {"wait_s": 1, "talk_s": 1, "hold_s": 1, "acw_s": 1}
ALL_RECORDED = [FULL | {"outcome": "answered"}, FULL | {"outcome": "abandoned"}]

seconds = st.one_of(st.none(), st.integers(0, 40))
call = st.fixed_dictionaries(
    {
        "queue": st.sampled_from(["a", "b"]),
        "at": st.datetimes(dt.datetime(2026, 10, 20), dt.datetime(2026, 10, 28)).map(
            lambda at: at.replace(tzinfo=dt.UTC)
        ),
        "wait_s": seconds,
        "talk_s": seconds,
        "hold_s": seconds,
        "acw_s": seconds,
        "outcome": st.sampled_from(
            ["answered", "answered", "abandoned", "blocked", "flowout", "callback", "voicemail", "failed"]
        ),
    }
)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(call, max_size=40), st.sampled_from([300, 900, 1800, 3600]), st.sampled_from([AMSTERDAM, "Asia/Kolkata"])
)
def test_counting_agrees_with_counting_by_hand(calls: list[dict], interval_s: int, timezone: str) -> None:
    rows = calls + ALL_RECORDED
    history = calls_to_history(calls_of(rows, timezone), interval_s, answer_within_s=WITHIN_S, short_abandon_s=SHORT_S)
    expected = slowly(rows, interval_s, timezone)
    starts = [start.to_pydatetime() for start in history["interval_start"].dt.tz_convert("UTC")]
    keys = list(zip(history["queue"], starts, strict=True))
    assert keys == sorted(expected)
    for name in next(iter(expected.values())):
        np.testing.assert_allclose(history[name], [expected[key][name] for key in sorted(expected)], err_msg=name)
    INTERVAL_HISTORY.validate(history)


MONDAY = dt.datetime(2026, 9, 7, tzinfo=ZoneInfo(AMSTERDAM))
moments = st.tuples(st.integers(0, 12), st.sampled_from([0, 1]), st.integers(7, 12), st.sampled_from([0, 30]))


@settings(deadline=None, max_examples=60)
@given(st.lists(moments, min_size=1, max_size=60), st.sampled_from([1800, 3600]))
def test_open_slots_of_many_weeks_agree_with_looking_around_each_day(moments: list[tuple], interval_s: int) -> None:
    rows = [
        answered(MONDAY + dt.timedelta(days=7 * week + day, hours=hour, minutes=minute))
        for week, day, hour, minute in moments
    ]
    history = calls_to_history(calls_of(rows, AMSTERDAM), interval_s)
    starts = [start.to_pydatetime() for start in history["interval_start"].dt.tz_convert("UTC")]
    assert list(zip(history["queue"], starts, strict=True)) == sorted(slowly(rows, interval_s, AMSTERDAM))


def at(text: str, timezone: str = AMSTERDAM) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def answered(when: dt.datetime, **more: object) -> dict:
    return {"queue": "a", "at": when, "outcome": "answered", "wait_s": 0, "talk_s": 60} | more


def test_volume_and_handle_time_belong_to_the_interval_of_arrival() -> None:
    late = answered(at("2026-01-05 09:29:50"), wait_s=100, talk_s=3000)
    history = calls_to_history(calls_of([late], AMSTERDAM), 1800)
    assert history["interval_start"].dt.strftime("%H:%M").tolist() == ["09:00"]
    assert history["talk_s"].tolist() == [3000]


def test_a_wait_equal_to_the_threshold_is_within_it() -> None:
    rows = [answered(at("2026-01-05 09:00"), wait_s=wait) for wait in (20, 20.001, 19)]
    history = calls_to_history(calls_of(rows, AMSTERDAM), 1800, answer_within_s=20)
    assert history["answered_in_threshold"].tolist() == [2]


@pytest.mark.parametrize(("day", "half_hours"), [("2026-03-29", 46), ("2026-10-24", 48), ("2026-10-25", 50)])
def test_a_day_of_23_24_or_25_hours_has_all_its_intervals(day: str, half_hours: int) -> None:
    rows = [answered(at(f"{day} 00:00")), answered(at(f"{day} 23:59"))]
    history = calls_to_history(calls_of(rows, AMSTERDAM), 1800)
    assert len(history) == half_hours
    steps = history["interval_start"].diff().dropna()
    assert (steps == pd.Timedelta(minutes=30)).all()
    assert history["offered"].sum() == 2


def test_open_slots_are_filled_with_zeros_and_closed_days_have_no_rows() -> None:
    mondays = [f"2026-01-{day:02d}" for day in (5, 12, 26)]
    rows = [answered(at(f"{day} {clock}")) for day in mondays for clock in ("09:10", "10:40")]
    history = calls_to_history(calls_of(rows, AMSTERDAM), 1800)
    assert history["interval_start"].dt.strftime("%d %H:%M").tolist() == [
        f"{day[-2:]} {clock}" for day in mondays for clock in ("09:00", "09:30", "10:00", "10:30")
    ]
    zero = history[history["offered"] == 0]
    assert len(zero) == 6
    assert (zero[["answered", "abandoned", "answered_in_threshold", "talk_s", "wait_s"]] == 0).all(axis=None)
    assert zero[["aht_s", "max_wait_s", "acw_s"]].isna().all(axis=None)


def test_one_stray_call_in_many_days_does_not_open_the_night() -> None:
    first = at("2026-01-05 09:00")
    rows = [answered(first + dt.timedelta(weeks=week)) for week in range(30)]
    history = calls_to_history(calls_of([*rows, answered(at("2026-01-05 03:00"))], AMSTERDAM), 1800)
    assert len(history) == 31
    assert (history["offered"] == 1).all()


def evenings(open_weeks: range, called_every: int = 1) -> pd.DataFrame:
    """Twenty Mondays with calls at 9 and 16, in some weeks at 18 also; rows from 17:00 on."""
    rows = [answered(MONDAY + dt.timedelta(weeks=week, hours=hour)) for week in range(20) for hour in (9, 16)]
    rows += [answered(MONDAY + dt.timedelta(weeks=week, hours=18)) for week in open_weeks[::called_every]]
    history = calls_to_history(calls_of(rows, AMSTERDAM), 1800)
    day = (history["interval_start"].dt.tz_localize(None).dt.normalize() - MONDAY.replace(tzinfo=None)).dt.days
    return history.assign(week=day // 7)[history["interval_start"].dt.hour >= 17]


@pytest.mark.parametrize("open_weeks", [range(8, 20), range(12), range(6, 14)])
def test_a_change_of_opening_hours_leaves_the_other_weeks_as_they_were(open_weeks: range) -> None:
    rows = evenings(open_weeks)
    assert sorted(set(rows["week"])) == list(open_weeks)
    assert len(rows) == 3 * len(open_weeks)


def test_a_quiet_evening_between_others_is_open_with_zero_calls() -> None:
    quiet = evenings(range(8, 20), called_every=2)
    assert sorted(set(quiet["week"])) == list(range(8, 20))
    assert quiet[quiet["interval_start"].dt.hour == 18]["offered"].tolist() == [1, 0] * 6


def test_what_the_log_does_not_record_is_null_and_not_zero() -> None:
    rows = [answered(at("2026-01-05 09:00"), wait_s=None), answered(at("2026-01-05 10:00"), wait_s=None)]
    rows.append({"queue": "a", "at": at("2026-01-05 09:05"), "outcome": "abandoned"})
    history = calls_to_history(calls_of(rows, AMSTERDAM), 1800)
    for name in ("hold_s", "acw_s", "wait_s", "answered_in_threshold", "short_abandoned", "max_wait_s"):
        assert history[name].isna().all(), name
    assert history["talk_s"].tolist() == [60, 0, 60]


def test_a_call_of_unknown_handle_time_counts_and_stays_out_of_aht() -> None:
    rows = [answered(at("2026-01-05 09:00"), talk_s=talk) for talk in (100, 200, None)]
    history = calls_to_history(calls_of(rows, AMSTERDAM), 1800)
    assert history[["answered", "aht_s"]].iloc[0].tolist() == [3, 150]


def test_outbound_calls_are_not_offered() -> None:
    calls = calls_of([answered(at("2026-01-05 09:00")), answered(at("2026-01-05 09:00"))], AMSTERDAM)
    history = calls_to_history(calls.assign(direction=["inbound", "outbound"]), 1800)
    assert history["offered"].tolist() == [1]


def test_no_calls_make_an_empty_history() -> None:
    history = calls_to_history(CALLS.empty(AMSTERDAM), 1800)
    assert history.empty
    assert str(history["interval_start"].dtype) == f"datetime64[us, {AMSTERDAM}]"


@settings(deadline=None, max_examples=15)
@given(st.lists(call, max_size=40), st.sampled_from([600, 900, 1800, 3600]))
def test_counting_finely_and_summing_is_counting_coarsely(calls: list[dict], interval_s: int) -> None:
    log = calls_of(calls + ALL_RECORDED, AMSTERDAM)
    coarse = calls_to_history(log, interval_s)
    summed_up = resample_history(calls_to_history(log, 300), interval_s)
    there = coarse.merge(summed_up[["queue", "interval_start"]])
    pd.testing.assert_frame_equal(there.drop(columns="aht_s"), summed_up.drop(columns="aht_s"), check_dtype=False)


def history_of(starts: list[str], **columns: list) -> pd.DataFrame:
    frame = pd.DataFrame({"queue": "a", "interval_start": pd.DatetimeIndex(starts).tz_localize(AMSTERDAM)})
    values = {"offered": 1.0, "answered": np.nan, "abandoned": np.nan, "aht_s": np.nan} | columns
    return INTERVAL_HISTORY.validate(frame.assign(**values))


QUARTERS = ["2026-01-05 09:00", "2026-01-05 09:15", "2026-01-05 09:30"]


def test_summing_weights_aht_by_calls_and_keeps_what_is_unknown() -> None:
    fine = history_of(QUARTERS, offered=[10, 30, 5], answered=[10, 30, np.nan], aht_s=[100, 200, 300])
    coarse = resample_history(fine, 1800)
    assert coarse["offered"].tolist() == [40, 5]
    assert coarse["aht_s"].tolist() == [175, 300]
    np.testing.assert_array_equal(coarse["answered"], [40, np.nan])


def test_intervals_are_never_split() -> None:
    hours = history_of(["2026-01-05 09:00", "2026-01-05 10:00", "2026-01-05 11:00"])
    with pytest.raises(InputError, match="found intervals of 60 min, expected intervals that divide 30 min"):
        resample_history(hours, 1800)
    with pytest.raises(InputError, match="found intervals of 10 min"):
        resample_history(history_of(["2026-01-05 09:00", "2026-01-05 09:10", "2026-01-05 09:20"]), 900)


def test_a_threshold_of_each_queue_and_one_for_the_rest() -> None:
    rows = [answered(at("2026-01-05 09:00"), queue=queue, wait_s=30) for queue in "abc"]
    calls = calls_of(rows, AMSTERDAM)
    history = calls_to_history(calls, 1800, answer_within_s={"": 20, "a": 30, "b": 29})
    assert history["answered_in_threshold"].tolist() == [1, 0, 0]
