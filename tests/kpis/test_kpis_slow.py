"""Every KPI against a slow computation in plain Python, over random frames with nulls and empty groups."""

import datetime as dt
import math
from fractions import Fraction
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from kpis import KPIS, scorecard

ZONE = "Europe/Amsterdam"
THRESHOLDS = {"": 20.0, "b": 30.0}
QUEUES = ["a", "b", 'c"; DROP TABLE rows; --', "=1+1", None]
INSTANTS = st.integers(0, 40 * 48).map(
    lambda half: dt.datetime(2026, 3, 10, tzinfo=dt.UTC) + dt.timedelta(minutes=30 * half)
)
SECONDS = st.none() | st.integers(0, 10**10).map(lambda us: us / 10**6) | st.sampled_from([0.0, 20.0, 20.000001, 30.0])
COUNTS = st.none() | st.integers(0, 500).map(float)


def local(moment):
    return moment.astimezone(ZoneInfo(ZONE)).date()


def period_of(day, period):
    match period:
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "all":
            return None
    return day


def exact(value):
    return None if value is None else Fraction(round(value * 10**6), 10**6)


def add(values):
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if known else None


def known(rows, *columns):
    return [row for row in rows if all(row.get(column) is not None for column in columns)]


def of_calls(kpi, rows, first="talk_s"):
    offered = [r for r in rows if r["outcome"] not in ("blocked", "failed") and r["direction"] != "outbound"]
    answered = [r for r in offered if r["outcome"] == "answered"]
    abandoned = [r for r in offered if r["outcome"] == "abandoned"]
    waited = known(answered, "wait_s")
    left = known(abandoned, "wait_s")
    others = [r for r in offered if r["outcome"] not in ("answered", "abandoned")]

    def within(rows):
        return sum(r["wait_s"] <= exact(THRESHOLDS.get(r["queue"], 20.0)) for r in rows)

    blind = bool(answered) and not waited
    handled = known(answered, first)
    match kpi:
        case "service_level":
            return None if blind else within(waited), len(waited) + len(abandoned) + len(others)
        case "service_level_ignore_abandoned":
            return None if blind else within(waited), len(waited) + len(left) - within(left) + len(others)
        case "service_level_positive":
            return None if blind else within(waited) + within(left), len(waited) + len(left) + len(others)
        case "service_level_answered_only":
            return None if blind else within(waited), len(waited)
        case "abandonment_rate":
            return len(abandoned), len(offered)
        case "asa":
            return add(r["wait_s"] for r in waited), len(waited)
        case "average_wait":
            return add(r["wait_s"] for r in known(offered, "wait_s")), len(known(offered, "wait_s"))
        case "longest_wait":
            return max((r["wait_s"] for r in known(offered, "wait_s")), default=None), 1
        case "arrival_rate":
            return len(offered), len({local(r["offered_at"]) for r in offered})
        case "aht":
            return add(r[part] for r in handled for part in PARTS), len(handled)


def first_part(rows):
    """The first part of a handle time that any call has."""
    return next((part for part in PARTS if known(rows, part)), "talk_s")


def of_history(kpi, rows):
    def over(numerator, denominator):
        both = known(rows, numerator, denominator)
        return add(r[numerator] for r in both), add(r[denominator] for r in both)

    match kpi:
        case "service_level":
            return over("answered_in_threshold", "offered")
        case "service_level_answered_only":
            return over("answered_in_threshold", "answered")
        case "abandonment_rate":
            return over("abandoned", "offered")
        case "asa":
            return over("wait_s", "answered")
        case "longest_wait":
            return max((r["max_wait_s"] for r in known(rows, "max_wait_s")), default=None), 1
        case "arrival_rate":
            return add(r["offered"] for r in rows), len({local(r["interval_start"]) for r in rows})
        case "aht":
            both = known(rows, "aht_s", "answered")
            return add(exact(float(r["aht_s"]) * float(r["answered"])) for r in both), add(r["answered"] for r in both)


def of_presence(kpi, rows):
    both = known(rows, "handling_s", "available_s")
    return add(r["handling_s"] for r in both), add(r["handling_s"] + r["available_s"] for r in both)


def of_adherence(kpi, rows):
    if kpi == "adherence":
        return add(r["in_adherence_s"] for r in rows), add(r["scheduled_s"] - r["neutral_s"] for r in rows)
    return add(r["productive_worked_s"] for r in rows), add(r["productive_scheduled_s"] for r in rows)


def expected(kpis, rows, time, by, period, compute):
    """Figures by (kpi, group, period), the total under group None."""
    groups = {}
    for row in rows:
        day = row[time] if time == "day" else local(row[time])
        start = period_of(day, period)
        groups.setdefault((None, start), []).append(row)
        if by:
            groups.setdefault((row[by] if row[by] is not None else "(none)", start), []).append(row)
    figures = {}
    for (group, start), members in groups.items():
        for kpi in kpis:
            figures[kpi, group, start] = compute(kpi, members)
    return figures


def check(card, by, figures, recorded):
    """The card holds the figures expected, and a reason wherever there is none."""
    found = {}
    for row in card.to_dict("records"):
        group = row[by] if by and isinstance(row[by], str) else None
        start = None if pd.isna(row["period_start"]) else row["period_start"].date()
        found[row["kpi"], group, start] = row
    computed = {key: value for key, value in figures.items() if key[0] in recorded}
    assert set(found) >= set(computed)
    assert all(found[key]["why_null"] == found[key]["why_null"] for key in set(found) - set(computed))
    for key, (numerator, denominator) in computed.items():
        row = found[key]
        if numerator is None or not denominator:
            assert math.isnan(row["value"])
            assert row["why_null"] == KPIS[key[0]].why_null
        else:
            assert math.isclose(row["value"], numerator / denominator, rel_tol=1e-14)
            assert not isinstance(row["why_null"], str)
            if key[0] != "longest_wait":
                assert row["numerator"] == float(numerator)
                assert row["denominator"] == float(denominator)


def frame_of(rows, text=(), times=(), numbers=()):
    frame = pd.DataFrame(rows, columns=[*text, *times, *numbers])
    types = dict.fromkeys(numbers, "float64") | dict.fromkeys(times, f"datetime64[us, {ZONE}]")
    for column in times:
        frame[column] = pd.to_datetime(frame[column], utc=True).dt.tz_convert(ZONE)
    for column in text:
        frame[column] = pd.Series([row[column] for row in rows], dtype=object)
    return frame.astype(types)


def recorded_kpis(card):
    reasons = card["why_null"].fillna("")
    return set(card.loc[~reasons.str.startswith(("needs", "no rows")), "kpi"])


def exactly(rows, numbers):
    return [row | {name: exact(row[name]) for name in numbers} for row in rows]


PARTS = ("talk_s", "hold_s", "acw_s")
CALL_SECONDS = ("wait_s", "talk_s", "hold_s", "acw_s")
CALL = st.fixed_dictionaries(
    {
        "queue": st.sampled_from(QUEUES[:-1]),
        "offered_at": INSTANTS,
        "outcome": st.sampled_from(["answered"] * 3 + ["abandoned", "blocked", "flowout", "failed"]),
        "direction": st.sampled_from([None, "inbound", "outbound"]),
        "agent": st.sampled_from([None, "ann", "bob"]),
    }
    | dict.fromkeys(CALL_SECONDS, SECONDS)
)
PERIODS = st.sampled_from(["day", "week", "month", "all"])
ON_CALLS = [
    "abandonment_rate", "aht", "arrival_rate", "asa", "average_wait", "longest_wait", "service_level",
    "service_level_answered_only", "service_level_ignore_abandoned", "service_level_positive",
]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(CALL, min_size=1, max_size=40), PERIODS)
def test_calls(rows, period):
    frame = frame_of(rows, ("queue", "outcome", "direction", "agent"), ("offered_at",), CALL_SECONDS)
    frame.insert(0, "call_id", [str(number) for number in range(len(rows))])
    card = scorecard({"calls": frame}, kpis=ON_CALLS, period=period, answer_within_s=THRESHOLDS, timezone=ZONE)
    of_log = partial(of_calls, first=first_part(rows))
    figures = expected(ON_CALLS, exactly(rows, CALL_SECONDS), "offered_at", "queue", period, of_log)
    check(card, "queue", figures, recorded_kpis(card))


@settings(max_examples=8, deadline=None)
@given(st.lists(CALL, min_size=1, max_size=40))
def test_calls_by_agent_only_where_callers_who_gave_up_do_not_mislead(rows):
    frame = frame_of(rows, ("queue", "outcome", "direction", "agent"), ("offered_at",), CALL_SECONDS)
    frame.insert(0, "call_id", [str(number) for number in range(len(rows))])
    card = scorecard(
        {"calls": frame}, by=("agent",), kpis=ON_CALLS, period="all", answer_within_s=THRESHOLDS, timezone=ZONE
    )
    handled = ["aht", "asa"]
    of_log = partial(of_calls, first=first_part(rows))
    figures = expected(handled, exactly(rows, CALL_SECONDS), "offered_at", "agent", "all", of_log)
    figures |= expected(ON_CALLS, exactly(rows, CALL_SECONDS), "offered_at", None, "all", of_log)
    check(card, "agent", figures, recorded_kpis(card))
    assert set(card.loc[card["agent"].notna(), "kpi"]) <= set(handled)


HISTORY = ("offered", "answered", "abandoned", "answered_in_threshold", "aht_s", "wait_s", "max_wait_s")
INTERVAL = st.fixed_dictionaries(
    {"queue": st.sampled_from(QUEUES[:-1]), "interval_start": INSTANTS, "offered": st.integers(0, 500).map(float)}
    | dict.fromkeys(("answered", "abandoned", "answered_in_threshold"), COUNTS)
    | dict.fromkeys(("aht_s", "wait_s", "max_wait_s"), SECONDS)
)
ON_HISTORY = [
    "abandonment_rate", "aht", "arrival_rate", "asa", "longest_wait", "service_level", "service_level_answered_only",
]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(INTERVAL, min_size=1, max_size=30), PERIODS)
def test_interval_history(rows, period):
    frame = frame_of(rows, ("queue",), ("interval_start",), HISTORY)
    card = scorecard({"interval_history": frame}, kpis=ON_HISTORY, period=period, timezone=ZONE)
    figures = expected(ON_HISTORY, exactly(rows, HISTORY), "interval_start", "queue", period, of_history)
    check(card, "queue", figures, recorded_kpis(card))


PRESENT = st.fixed_dictionaries(
    {"queue": st.sampled_from(QUEUES), "interval_start": INSTANTS, "handling_s": SECONDS, "available_s": SECONDS}
)


@settings(max_examples=8, deadline=None)
@given(st.lists(PRESENT, min_size=1, max_size=30), PERIODS)
def test_presence(rows, period):
    numbers = ("handling_s", "available_s")
    frame = frame_of(rows, ("queue",), ("interval_start",), numbers)
    card = scorecard({"presence": frame}, kpis=["occupancy"], period=period, timezone=ZONE)
    figures = expected(["occupancy"], exactly(rows, numbers), "interval_start", "queue", period, of_presence)
    check(card, "queue", figures, recorded_kpis(card))


ADHERENCE = ("scheduled_s", "in_adherence_s", "neutral_s", "productive_scheduled_s", "productive_worked_s")
AGENT_DAY = st.fixed_dictionaries(
    {"agent": st.sampled_from(["ann", "bob"]), "day": st.dates(dt.date(2026, 3, 1), dt.date(2026, 4, 20))}
    | dict.fromkeys(ADHERENCE, st.integers(0, 10**11).map(lambda us: us / 10**6) | st.just(0.0))
)


@settings(max_examples=8, deadline=None)
@given(st.lists(AGENT_DAY, min_size=1, max_size=30), PERIODS)
def test_adherence(rows, period):
    frame = pd.DataFrame(rows).astype({"day": "datetime64[us]"})
    card = scorecard(
        {"adherence": frame}, by=("agent",), kpis=["adherence", "conformance"], period=period, timezone=ZONE
    )
    figures = expected(["adherence", "conformance"], exactly(rows, ADHERENCE), "day", "agent", period, of_adherence)
    check(card, "agent", figures, {"adherence", "conformance"})


def test_every_registered_kpi_is_computed_here():
    assert {*ON_CALLS, *ON_HISTORY, "occupancy", "adherence", "conformance"} == set(KPIS)
