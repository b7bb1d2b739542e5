"""The fast computation equals a grid of single seconds, exactly."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from adherence import LOGGED_OFF, adherence, presence

DAYS = 4
SECONDS = (DAYS + 3) * 86400
ACTIVITIES = ("phone", "break", "lunch", "meeting", "time_off")
STATES = ("ready", "on_call", "on_hold", "acw", "break", "lunch", "meeting", "not_ready", LOGGED_OFF, "odd")
PRODUCTIVE = {"ready", "on_call", "on_hold", "acw"}
CLOCK_CHANGES = [
    ("Europe/Amsterdam", "2026-03-26"),
    ("Europe/Amsterdam", "2026-10-22"),
    ("America/New_York", "2026-10-29"),
    ("Asia/Kolkata", "2026-06-01"),
]


def rule_of(state, activity):
    if state == "odd":
        return "out"
    if activity == "time_off":
        return "neutral"
    if activity == "meeting" and state in PRODUCTIVE:
        return "neutral"
    if activity == "phone":
        return "in" if state in PRODUCTIVE else "out"
    return "in" if state == activity else "out"


STATE_MAP = pd.DataFrame(
    [(s, a, rule_of(s, a)) for s in STATES for a in ACTIVITIES if s != "odd"], columns=["state", "activity", "rule"]
)


CODE = {state: code for code, state in enumerate(STATES)}
PRODUCTIVE_CODES = [CODE[state] for state in sorted(PRODUCTIVE)]
RULE = {activity: np.array([rule_of(state, activity) for state in STATES]) for activity in ACTIVITIES}


def random_week(seed, agents, first):
    """Stretches in even seconds from `first`: night shifts, gaps, leave, unfinished, overlapping and wild states."""
    rng = np.random.default_rng(seed)
    schedule, states = [], []
    for number in range(agents):
        agent = f"agent {number:03d}"
        time = 86400 + int(rng.integers(0, 43200)) * 2
        while time < (DAYS + 1) * 86400:
            for _ in range(int(rng.integers(1, 7))):
                length = 2 * int(rng.integers(1, 5400))
                activity = str(rng.choice(ACTIVITIES, p=[0.5, 0.15, 0.15, 0.15, 0.05]))
                queue = str(rng.choice(["sales", "service"])) if activity == "phone" and rng.random() < 0.9 else None
                schedule.append((agent, time, time + length, activity, queue))
                time += length + (2 * int(rng.integers(0, 3600)) if rng.random() < 0.2 else 0)
            time += int(rng.choice([2 * 3600, 4 * 3600, 12 * 3600, 30 * 3600]))
        time = 43200 + int(rng.integers(0, 43200)) * 2
        while time < (DAYS + 2) * 86400 and number % 17:
            length = 2 * int(rng.integers(0, 4000))
            end = None if rng.random() < 0.02 else time + length
            states.append((agent, time, end, str(rng.choice(STATES))))
            time += int(rng.choice([length, length, length + 600, max(0, length - 200), length + 40000]))
    rng.shuffle(states)
    schedule = pd.DataFrame(schedule, columns=["agent", "start", "end", "activity", "queue"])
    states = pd.DataFrame(states, columns=["agent", "start", "end", "state"], dtype=object)
    return schedule, states, first


def as_frames(schedule, states, first, zone):
    start = pd.Timestamp(first, tz="UTC")

    def instants(seconds):
        return (start + pd.to_timedelta(seconds.astype("float64"), unit="s")).dt.tz_convert(zone)

    return tuple(
        frame.assign(start=instants(frame["start"]), end=instants(frame["end"])) for frame in (schedule, states)
    )


def state_grid(states, last):
    """State of every second: a state holds until it ends or the next one starts, whatever that one is."""
    grid = np.full(SECONDS, CODE[LOGGED_OFF], dtype=np.int8)
    rows = [row for row in states.itertuples() if row.end is None or row.end > row.start]
    for row in sorted(rows, key=lambda row: row.start):
        grid[row.start :] = CODE[LOGGED_OFF]
        grid[row.start : last if row.end is None else row.end] = CODE[row.state]
    return grid


def shifts_of(schedule, local_day):
    shifts = []
    for row in schedule.sort_values("start").itertuples():
        previous = shifts[-1][-1] if shifts else None
        joins = previous is not None and row.start - previous.end < 4 * 3600
        if joins and "time_off" in (row.activity, previous.activity):
            joins = local_day(row.start) == local_day(previous.start)
        if joins:
            shifts[-1].append(row)
        else:
            shifts.append([row])
    return shifts


def expected_rows(agent, schedule, states, last, local_day):
    grid = state_grid(states, last)
    shifts = shifts_of(schedule, local_day)
    nearest = nearest_shift(shifts, np.flatnonzero(np.isin(grid, PRODUCTIVE_CODES)))
    rows = {}
    for number, shift in enumerate(shifts):
        row = rows.setdefault(
            local_day(shift[0].start),
            dict.fromkeys(["S", "IN", "N", "runs", "planned", "worked"], 0) | {"late": [], "early": []},
        )
        row["worked"] += int((nearest == number).sum())
        begin, length = shift[0].start, shift[-1].end - shift[0].start
        out, expected, on = (np.zeros(length, dtype=bool) for _ in range(3))
        for stretch in shift:
            span = slice(stretch.start - begin, stretch.end - begin)
            state = grid[stretch.start : stretch.end]
            rules = RULE[stretch.activity][state]
            row["S"] += len(rules)
            row["IN"] += int((rules == "in").sum())
            row["N"] += int((rules == "neutral").sum())
            row["planned"] += len(rules) * (stretch.activity == "phone")
            out[span] = rules == "out"
            if stretch.activity != "time_off":
                expected[span] = True
                on[span] = state != CODE[LOGGED_OFF]
        row["runs"] += int((np.diff(out.astype(int), prepend=0) == 1).sum())
        if on.any():
            due, seen = np.flatnonzero(expected), np.flatnonzero(on)
            row["late"].append(seen[0] - due[0])
            row["early"].append(due[-1] - seen[-1])
    return {(agent, day): row for day, row in rows.items()}


def nearest_shift(shifts, seconds):
    """Shift nearest to the middle of each of the seconds, -1 for none within 12 hours."""
    middle = seconds + 0.5
    best, distance = np.full(len(middle), -1), np.full(len(middle), 12 * 3600.0)
    for number, shift in enumerate(shifts):
        away = np.maximum(shift[0].start - middle, middle - shift[-1].end).clip(0)
        nearer = away < distance
        best[nearer], distance[nearer] = number, away[nearer]
    return best


@pytest.mark.parametrize(("zone", "first"), CLOCK_CHANGES)
def test_every_figure_equals_a_grid_of_seconds(zone, first):
    schedule, states, first = random_week(7, 50, first)
    result = adherence(*as_frames(schedule, states, first, zone), STATE_MAP, timezone=zone)

    def local_day(second):
        moment = dt.datetime.fromisoformat(first).replace(tzinfo=dt.UTC) + dt.timedelta(seconds=int(second))
        return moment.astimezone(ZoneInfo(zone)).date()

    last = max(states["start"].max(), states["end"].dropna().max())
    expected = {}
    for agent, rows in schedule.groupby("agent"):
        expected |= expected_rows(agent, rows, states[states["agent"] == agent], last, local_day)

    assert len(result.frame) == len(expected)
    for row in result.frame.itertuples():
        want = expected[row.agent, row.day.date()]
        assert (row.scheduled_s, row.in_adherence_s, row.neutral_s) == (want["S"], want["IN"], want["N"])
        assert (row.productive_scheduled_s, row.productive_worked_s) == (want["planned"], want["worked"])
        assert row.exceptions == want["runs"]
        assert_same(row.adherence, want["IN"], want["S"] - want["N"])
        assert_same(row.conformance, want["worked"], want["planned"])
        for found, known in ((row.late_s, want["late"]), (row.left_early_s, want["early"])):
            assert found == sum(known) if known else np.isnan(found)


def assert_same(found, numerator, denominator):
    if denominator == 0:
        assert np.isnan(found)
    else:
        assert found == numerator / denominator


@pytest.mark.parametrize(("zone", "first"), CLOCK_CHANGES[:2])
def test_exceptions_cover_exactly_what_is_out(zone, first):
    schedule, states, first = random_week(11, 50, first)
    result = adherence(*as_frames(schedule, states, first, zone), STATE_MAP, timezone=zone)
    out_s = (result.frame["scheduled_s"] - result.frame["neutral_s"] - result.frame["in_adherence_s"]).sum()
    listed = result.exceptions
    assert (listed["end"] - listed["start"]).dt.total_seconds().sum() == out_s
    assert listed["minutes"].sum() * 60 == pytest.approx(out_s, rel=1e-12)
    assert len(listed) == result.frame["exceptions"].sum()
    assert not listed.duplicated(["agent", "start"]).any()
    touching = listed.sort_values(["agent", "start"])
    follows = (touching["agent"] == touching["agent"].shift()) & (touching["start"] == touching["end"].shift())
    assert not follows[touching["day"] == touching["day"].shift()].any()


def test_time_in_unlisted_pairs_is_that_of_the_unlisted_state():
    schedule, states, first = random_week(3, 30, "2026-03-26")
    result = adherence(*as_frames(schedule, states, first, "UTC"), STATE_MAP, timezone="UTC")
    last = max(states["start"].max(), states["end"].dropna().max())
    seconds = {}
    for agent, rows in schedule.groupby("agent"):
        grid = state_grid(states[states["agent"] == agent], last)
        for row in rows.itertuples():
            odd = int((grid[row.start : row.end] == CODE["odd"]).sum())
            seconds[row.activity] = seconds.get(row.activity, 0) + odd
    assert dict(zip(result.unmapped["activity"], result.unmapped["seconds"], strict=True)) == seconds
    assert set(result.unmapped["state"]) == {"odd"}


@pytest.mark.parametrize("interval_s", [900, 3600])
def test_presence_equals_a_grid_of_seconds(interval_s):
    zone, first = "Europe/Amsterdam", "2026-03-26"
    schedule, states, first = random_week(5, 20, first)
    found = presence(*as_frames(schedule, states, first, zone), interval_s, timezone=zone)
    last = max(states["start"].max(), states["end"].dropna().max())
    scheduled = np.zeros(SECONDS // interval_s)
    present, handling, ready = (np.zeros(SECONDS // interval_s) for _ in range(3))
    for agent, rows in schedule.groupby("agent"):
        grid = state_grid(states[states["agent"] == agent], last)
        phone = np.zeros(SECONDS)
        for row in rows[rows["activity"] == "phone"].itertuples():
            phone[row.start : row.end] = 1
        scheduled += phone.reshape(-1, interval_s).sum(axis=1)
        present += np.isin(grid, PRODUCTIVE_CODES).reshape(-1, interval_s).sum(axis=1)
        handling += np.isin(grid, [CODE["on_call"], CODE["on_hold"], CODE["acw"]]).reshape(-1, interval_s).sum(axis=1)
        ready += (grid == CODE["ready"]).reshape(-1, interval_s).sum(axis=1)
    starts = pd.Timestamp(first, tz="UTC") + pd.to_timedelta(np.arange(SECONDS // interval_s) * interval_s, unit="s")
    want = pd.DataFrame(
        {"scheduled": scheduled, "present": present, "handling_s": handling, "available_s": ready}, index=starts
    )
    got = found.groupby("interval_start")[["scheduled", "present", "handling_s", "available_s"]].sum()
    want = want.loc[(want.index >= got.index[0]) & (want.index <= got.index[-1])]
    got = got.reindex(want.index, fill_value=0.0)
    assert np.allclose(got["scheduled"] * interval_s, want["scheduled"], rtol=0, atol=1e-6)
    assert np.allclose(got["present"] * interval_s, want["present"], rtol=0, atol=1e-6)
    assert np.array_equal(got["handling_s"].round(6), want["handling_s"])
    assert np.array_equal(got["available_s"].round(6), want["available_s"])
