"""Replay against an event list in plain Python, what must always hold, and what is said of calls left out."""

from __future__ import annotations

import heapq
from collections import deque

import numpy as np
import pandas as pd
import pytest
from made_logs import AGENTS, INTERVALS, simulated_log
from schedule_rows import ZONE, schedule

import staffing.replayedqueue
from staffing.estimates import estimate
from staffing.replaying import over_days, replay_days
from staffing.simulation import Constant
from wfm.errors import InputError
from wfm.params import QueueSpec, ServiceTarget
from wfm.timeaxis import days_grid

WITHIN_S, PATIENCE_S = 20.0, 47.0


def spec(queue: str = "q", patience_s: float | None = PATIENCE_S) -> dict[str, QueueSpec]:
    return {queue: QueueSpec(queue, ServiceTarget(0.8, WITHIN_S, max_occupancy=None), patience_s=patience_s)}


def log_of(moments: pd.DatetimeIndex, handle_s, queue: str = "q", wait_s=5.0, outcome="answered") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "call_id": [f"{queue}{i}-{moments[0].day if len(moments) else 0}" for i in range(len(moments))],
            "queue": queue,
            "offered_at": moments,
            "wait_s": wait_s,
            "talk_s": handle_s,
            "outcome": outcome,
        }
    )


def random_day(day: str, calls: int, seed: int, hours: float = 24.0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    start = pd.Timestamp(day, tz=ZONE)
    moments = start + pd.to_timedelta(np.sort(random.random(calls)) * hours * 3600, unit="s").round("us")
    return log_of(pd.DatetimeIndex(moments), random.lognormal(5.2, 0.7, calls))


def event_list(calls: list[tuple[float, float]], patience_s: float, shifts: list[tuple[float, float]]) -> list[float]:
    """Wait of each answered call, inf of each lost one: people come and go, take calls and finish them, one by one.

    Of busy people one goes who would be free first of those there; at one moment staff changes come first.
    """
    events: list[tuple[float, int, int]] = []
    for begin, end in shifts:
        events += [(end, 0, -1), (begin, 1, -1)]
    events += [(at, 2, number) for number, (at, _) in enumerate(calls)]
    heapq.heapify(events)
    idle = 0
    busy: dict[int, float] = {}
    leaving: set[int] = set()
    queue: deque[int] = deque()
    waits = [np.inf] * len(calls)

    def take(now: float) -> None:
        nonlocal idle
        while queue and idle:
            number = queue.popleft()
            arrived, handle = calls[number]
            if now - arrived <= patience_s:
                idle -= 1
                waits[number], busy[number] = now - arrived, now + handle
                heapq.heappush(events, (now + handle, -1, number))

    while events:
        now, kind, number = heapq.heappop(events)
        if kind == 0:
            if idle:
                idle -= 1
            else:
                leaving.add(min(busy.keys() - leaving, key=lambda one: busy[one]))
        elif kind == 1:
            idle += 1
        elif kind == 2:
            queue.append(number)
        else:
            idle += number not in leaving
            leaving.discard(number)
            del busy[number]
        take(now)
    return waits


@pytest.fixture
def constant_patience(monkeypatch):
    monkeypatch.setattr(staffing.replayedqueue, "Exponential", Constant)


SHIFTS = [
    *((f"d{i}", "2026-10-25 07:30", "2026-10-25 12:00", "2026-10-25 12:30", "2026-10-25 16:00") for i in range(3)),
    *((f"e{i}", "2026-10-25 12:00", "2026-10-25 15:15", "2026-10-25 15:30", "2026-10-25 20:00") for i in range(3)),
    *((f"n{i}", "2026-10-24 20:00", "2026-10-25 02:30", "2026-10-25 03:15", "2026-10-25 08:00") for i in range(2)),
]


@pytest.mark.parametrize("seed", range(4))
def test_a_schedule_with_breaks_a_night_and_a_clock_change_equals_an_event_list(constant_patience, seed) -> None:
    rows = []
    for agent, start, out, back, end in SHIFTS:
        rows += [(agent, start, out, "phone", "q"), (agent, out, back, "break", None), (agent, back, end, "phone", "q")]
    staff = schedule(rows)
    calls = pd.concat([random_day("2026-10-24 19:00", 60, seed, 5), random_day("2026-10-25", 900, 10 + seed, 22)])
    found = replay_days(calls, staff, spec(), interval_s=1800, replications=1)

    origin = pd.Timestamp("2026-10-24", tz=ZONE)
    phone = staff[staff["activity"] == "phone"]
    shifts = [
        ((a - origin).total_seconds(), (b - origin).total_seconds())
        for a, b in zip(phone["start"], phone["end"], strict=True)
    ]
    at = (calls["offered_at"] - origin).dt.total_seconds().to_numpy()
    waits = np.array(event_list(list(zip(at, calls["talk_s"], strict=True)), PATIENCE_S, shifts))
    day = calls["offered_at"].dt.tz_localize(None).dt.normalize().to_numpy()
    for row in found.days.itertuples():
        own = waits[day == row.day]
        assert row.offered == len(own)
        assert row.service_level == pytest.approx((own <= WITHIN_S).mean(), abs=1e-12)
        assert row.abandonment == pytest.approx(np.isinf(own).mean(), abs=1e-12)
        assert row.asa_s == pytest.approx(own[np.isfinite(own)].mean(), abs=1e-6)
    starts = found.intervals["interval_start"]
    assert starts.is_unique
    place = starts.searchsorted(calls["offered_at"], side="right") - 1
    levels = pd.Series(waits <= WITHIN_S).groupby(place).mean()
    assert found.intervals["service_level"].dropna().to_numpy() == pytest.approx(levels.to_numpy(), abs=1e-12)


def test_agents_by_interval_equal_an_event_list(constant_patience) -> None:
    grid = days_grid(pd.Timestamp("2026-03-02"), 1, 1800, ZONE)[16:36]
    agents = np.random.default_rng(3).integers(1, 9, len(grid))
    calls = random_day("2026-03-02 08:00", 700, 5, 10)
    staff = pd.DataFrame({"queue": "q", "interval_start": grid, "agents": agents})
    [row] = replay_days(calls, staff, spec(), interval_s=1800, replications=1).days.itertuples()
    # Numbers of agents: a seat that is kept is one shift.
    shifts, seats = [], []
    for moment, count in zip([*range(len(grid)), len(grid)], [*agents, 0], strict=True):
        at = (16 + moment) * 1800.0
        while len(seats) > count:
            shifts.append((seats.pop(), at))
        while len(seats) < count:
            seats.append(at)
    at = (calls["offered_at"] - pd.Timestamp("2026-03-02", tz=ZONE)).dt.total_seconds()
    waits = np.array(event_list(list(zip(at, calls["talk_s"], strict=True)), PATIENCE_S, shifts))
    assert row.service_level == pytest.approx((waits <= WITHIN_S).mean(), abs=1e-12)
    assert row.abandonment == pytest.approx(np.isinf(waits).mean(), abs=1e-12)
    assert row.agent_hours == pytest.approx(agents.sum() / 2)
    assert np.isnan(row.paid_hours)


def by_interval(day: str, agents: int, queue: str = "q", days: int = 1) -> pd.DataFrame:
    grid = days_grid(pd.Timestamp(day), days, 1800, ZONE)
    return pd.DataFrame({"queue": queue, "interval_start": grid, "agents": agents})


def test_with_an_agent_for_every_call_nobody_waits() -> None:
    calls = random_day("2026-03-02", 400, 7)
    [row] = replay_days(
        calls, by_interval("2026-03-02", 400), spec(), interval_s=1800, replications=3
    ).days.itertuples()
    assert (row.service_level, row.asa_s, row.abandonment) == (1.0, 0.0, 0.0)
    assert row.service_level_low == row.service_level_high == 1.0
    assert (row.short_intervals, row.met) == (0, True)


def test_without_patience_and_agents_nobody_is_answered() -> None:
    calls = random_day("2026-03-02", 50, 8)
    [row] = replay_days(calls, by_interval("2026-03-02", 0), spec(), interval_s=1800, replications=3).days.itertuples()
    assert (row.service_level, row.abandonment) == (0.0, 1.0)
    assert np.isnan(row.asa_s)


def test_more_agents_serve_better_and_the_same_seed_brings_the_same() -> None:
    calls = random_day("2026-03-02", 1500, 9)
    levels = [
        replay_days(calls, by_interval("2026-03-02", n), spec(), interval_s=1800, replications=30).days.iloc[0]
        for n in (3, 4, 5, 6)
    ]
    assert np.all(np.diff([row["service_level"] for row in levels]) > 0)
    assert np.all(np.diff([row["abandonment"] for row in levels]) < 0)
    again = replay_days(calls, by_interval("2026-03-02", 3), spec(), interval_s=1800, replications=30).days.iloc[0]
    pd.testing.assert_series_equal(again, levels[0])


def test_patience_is_drawn_around_its_mean() -> None:
    """All call at once, and a minute later there is an agent for each: those still there have waited a minute."""
    calls = log_of(pd.DatetimeIndex([pd.Timestamp("2026-03-02 07:59", tz=ZONE)] * 200), 100.0)
    staff = schedule([(f"a{i}", "2026-03-02 08:00", "2026-03-02 09:00", "phone", "q") for i in range(200)])
    [row] = replay_days(calls, staff, spec(), interval_s=1800, replications=100).days.itertuples()
    assert row.abandonment == pytest.approx(1 - np.exp(-60 / PATIENCE_S), abs=0.01)
    assert row.asa_s == pytest.approx(60.0)
    [calm] = replay_days(calls, staff, spec(patience_s=None), interval_s=1800, replications=2).days.itertuples()
    assert calm.abandonment == 0


def test_a_log_replayed_with_its_own_agents_gives_back_what_it_delivered() -> None:
    """Patience and the handle times of lost calls are unknown to the log: estimated, they bring its figures again."""
    days = 20
    log = simulated_log(150.0, days, 3)
    grid = [t for d in range(days) for t in days_grid(pd.Timestamp("2026-03-02") + pd.Timedelta(days=d), 1, 1800, ZONE)]
    staff = pd.DataFrame({"queue": "sales", "interval_start": pd.DatetimeIndex(grid)})
    hour = staff["interval_start"].dt.hour
    staff["agents"] = np.where((hour >= 8) & (hour < 8 + INTERVALS / 2), AGENTS, 0)
    patience_s = float(estimate(log)[0]["patience_s"].iloc[0])
    [row] = over_days(
        replay_days(log, staff, spec("sales", patience_s), interval_s=1800, replications=20).days
    ).itertuples()
    assert row.days == days
    assert row.log_abandonment > 0.03
    assert row.service_level == pytest.approx(row.log_service_level, abs=0.015)
    assert row.abandonment == pytest.approx(row.log_abandonment, abs=0.007)
    assert row.asa_s == pytest.approx(row.log_asa_s, rel=0.06)


def test_the_log_as_it_was_stands_beside() -> None:
    calls = random_day("2026-03-02", 40, 10).assign(
        wait_s=[5.0] * 20 + [60.0] * 10 + [3.0] * 10, outcome=["answered"] * 30 + ["abandoned"] * 10
    )
    calls.loc[calls["outcome"] == "abandoned", "talk_s"] = np.nan
    found = replay_days(calls, by_interval("2026-03-02", 9), spec(), interval_s=1800, replications=5)
    [row] = found.days.itertuples()
    assert row.log_service_level == pytest.approx(20 / 40)
    assert row.log_asa_s == pytest.approx((20 * 5 + 10 * 60) / 30)
    assert row.log_abandonment == pytest.approx(10 / 40)
    offered = found.intervals["offered"]
    assert (found.intervals["log_service_level"] * offered).sum() == pytest.approx(20)
    blind = replay_days(
        calls.drop(columns="wait_s"), by_interval("2026-03-02", 9), spec(), interval_s=1800, replications=2
    )
    assert np.isnan(blind.days["log_service_level"].iloc[0])


def test_handle_times_of_lost_calls_are_drawn_from_the_queue_s_own() -> None:
    """Every known call lasts 100 s: so do the drawn ones, whatever other queues do."""
    calls = random_day("2026-03-02", 60, 11).assign(talk_s=100.0)
    calls.loc[calls.index[::3], ["talk_s", "outcome"]] = [np.nan, "abandoned"]
    other = log_of(calls["offered_at"].array, 9000.0, "other")
    [row] = replay_days(
        pd.concat([calls, other]), by_interval("2026-03-02", 60), spec(), interval_s=1800, replications=4
    ).days.itertuples()
    assert row.occupancy * row.agent_hours * 3600 == pytest.approx(60 * 100, rel=1e-9)


def test_two_queues_of_one_schedule_are_replayed_each_with_its_own_agents() -> None:
    rows = [(f"s{i}", "2026-03-02 08:00", "2026-03-02 16:00", "phone", "sales") for i in range(9)]
    rows += [("c", "2026-03-02 08:00", "2026-03-02 16:00", "phone", "care")]
    one = random_day("2026-03-02 08:00", 200, 12, 8)
    calls = pd.concat([one.assign(queue=q, call_id=q + one["call_id"]) for q in ("sales", "care")])
    days = replay_days(calls, schedule(rows), spec("sales") | spec("care"), interval_s=1800, replications=5).days
    level = days.set_index("queue")["service_level"]
    assert level["sales"] > 0.99
    assert level["care"] < 0.5


def test_days_without_staff_are_left_out_and_said() -> None:
    calls = pd.concat([random_day(f"2026-03-0{day}", 30, day) for day in (1, 2, 3, 4, 9)])
    staff = pd.concat([by_interval("2026-03-02", 9), by_interval("2026-03-04", 9)])
    found = replay_days(calls, staff, spec(), interval_s=1800, replications=2)
    assert found.days["day"].dt.day.tolist() == [2, 4]
    told = {f.rule: f for f in found.findings}
    assert "Tue 2026-03-03, when 30 calls came" in told["missing-staff"].found
    assert told["missing-staff"].severity == "warning"
    assert told["other-days"].found == "2 days with calls before or after the staffed ones"


def test_calls_outside_the_staffed_hours_count_and_are_said() -> None:
    calls = random_day("2026-03-02 06:00", 100, 13, 4)
    staff = schedule([(f"a{i}", "2026-03-02 08:00", "2026-03-02 12:00", "phone", "q") for i in range(9)])
    found = replay_days(calls, staff, spec(), interval_s=1800, replications=5)
    early = int((calls["offered_at"].dt.hour < 8).sum())
    [warning] = [f for f in found.findings if f.rule == "outside-staff"]
    assert warning.found.startswith(f"{early} calls while nobody is on the phone, on Mon 2026-03-02")
    assert found.days["offered"].tolist() == [100]
    assert found.days["abandonment"].iloc[0] == pytest.approx(early / 100, abs=0.02)


def test_calls_after_the_last_night_shift_of_a_schedule_are_no_part_of_it() -> None:
    staff = schedule([(f"a{i}", "2026-03-02 22:00", "2026-03-03 06:00", "phone", "q") for i in range(9)])
    calls = pd.concat([random_day("2026-03-02 22:00", 30, 14, 2), random_day("2026-03-03", 48, 15)])
    found = replay_days(calls, staff, spec(), interval_s=1800, replications=2)
    night = int((calls["offered_at"] < pd.Timestamp("2026-03-03 06:00", tz=ZONE)).sum())
    assert found.days["offered"].sum() == night
    assert [f.rule for f in found.findings] == ["after-schedule"]
    assert found.days["paid_hours"].tolist() == [72.0, 0.0]


def test_what_can_not_be_replayed_is_refused() -> None:
    calls = random_day("2026-03-02", 20, 16)
    with pytest.raises(InputError, match="calls of the days staffed"):
        replay_days(calls, by_interval("2026-05-04", 3), spec(), interval_s=1800)
    with pytest.raises(InputError, match="staff of x, calls of q"):
        replay_days(calls, by_interval("2026-03-02", 3, "x"), spec(), interval_s=1800)
    with pytest.raises(InputError, match="no handle time in queue q"):
        replay_days(calls.assign(talk_s=np.nan), by_interval("2026-03-02", 3), spec(), interval_s=1800)
    with pytest.raises(InputError, match="a queue with targets"):
        replay_days(calls, by_interval("2026-03-02", 3), spec("other"), interval_s=1800)
    both = pd.concat([by_interval("2026-03-02", 3), by_interval("2026-03-02", 3, "x")])
    rules = {f.rule: f for f in replay_days(calls, both, spec(), interval_s=1800, replications=2).findings}
    assert "queue x, which has no call" in rules["unknown-queue"].found


def test_a_call_left_open_is_replayed_and_said() -> None:
    calls = random_day("2026-03-02", 20, 17)
    calls.loc[calls.index[0], "talk_s"] = 9 * 3600.0
    found = replay_days(calls, by_interval("2026-03-02", 3), spec(), interval_s=1800, replications=2)
    assert [f.rule for f in found.findings] == ["long-handling"]


def test_sums_over_days_are_ratios_of_sums() -> None:
    calls = pd.concat([random_day("2026-03-02", 900, 18), random_day("2026-03-03", 90, 19)])
    found = replay_days(calls, by_interval("2026-03-02", 3, days=3), spec(), interval_s=1800, replications=10)
    [row] = over_days(found.days).itertuples()
    days = found.days
    answered = days["offered"] * (1 - days["abandonment"])
    assert (row.days, row.offered, row.agent_hours) == (2, 990, 216.0)
    assert row.service_level == pytest.approx((days["offered"] * days["service_level"]).sum() / 990)
    assert row.asa_s == pytest.approx((answered * days["asa_s"]).sum() / answered.sum())
    assert row.days_met == int((days["service_level"] >= 0.8).sum())


def test_the_real_log_in_a_few_seconds(shared_data) -> None:
    import ingest

    calls = ingest.read_calls([shared_data / "vanad_2014_calls.parquet"], timezone=ZONE).frame
    grid = days_grid(pd.Timestamp("2014-05-12"), 5, 1800, ZONE)
    staff = pd.DataFrame({"queue": "5", "interval_start": grid, "agents": np.where(grid.hour < 8, 0, 30)})
    found = replay_days(calls, staff, spec("5", 990.0), interval_s=1800, replications=5)
    history = ingest.calls_to_history(calls[calls["queue"] == "5"], 1800, answer_within_s=WITHIN_S)
    history = history[(history["interval_start"] >= grid[0]) & (history["interval_start"] <= grid[-1])]
    assert found.days["offered"].sum() == history["offered"].sum()
    assert (found.days["log_service_level"] * found.days["offered"]).sum() == pytest.approx(
        history["answered_in_threshold"].sum()
    )
