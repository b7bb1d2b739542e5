"""Schedules and requirements as agents on the phone, against counting minute by minute."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from schedule_rows import ZONE, schedule

from staffing.onphone import agents_at, agents_by_interval, on_phone, spans, steps_of
from wfm.errors import Findings, InputError
from wfm.timeaxis import days_grid

DAY = schedule(
    [
        ("ann", "2026-03-02 08:00", "2026-03-02 10:00", "phone", "sales"),
        ("ann", "2026-03-02 10:00", "2026-03-02 10:15", "break", None),
        ("ann", "2026-03-02 10:15", "2026-03-02 12:00", "phone", "sales"),
        ("ann", "2026-03-02 12:00", "2026-03-02 12:30", "lunch", None),
        ("ann", "2026-03-02 12:30", "2026-03-02 16:30", "phone", "sales"),
        ("bob", "2026-03-02 09:00", "2026-03-02 11:00", "phone", "sales"),
        ("bob", "2026-03-02 11:00", "2026-03-02 13:00", "phone", "care"),
        ("cas", "2026-03-02 22:00", "2026-03-03 02:00", "phone", "care"),
        ("cas", "2026-03-03 02:00", "2026-03-03 02:15", "break", None),
        ("cas", "2026-03-03 02:15", "2026-03-03 06:00", "phone", "care"),
    ]
)


def read(frame: pd.DataFrame, interval_s: int = 1800):
    findings = Findings()
    return on_phone(frame, interval_s, findings), findings


def by_minute(rows: pd.DataFrame, queue: str, grid: pd.DatetimeIndex, interval_s: int) -> list[float]:
    """The slow way: everybody asked at every minute."""
    phone = rows[(rows["activity"] == "phone") & (rows["queue"] == queue)]
    counts = []
    for start in grid:
        minutes = pd.date_range(start, periods=interval_s // 60, freq="1min")
        there = [((minutes >= a) & (minutes < b)).sum() for a, b in zip(phone["start"], phone["end"], strict=True)]
        counts.append(sum(there) / len(minutes))
    return counts


@pytest.mark.parametrize("queue", ["sales", "care"])
def test_agents_by_interval_equal_counting_second_by_minute(queue) -> None:
    present, _ = read(DAY)
    grid = days_grid(pd.Timestamp("2026-03-02"), 2, 900, ZONE)
    own = present.of_queue(queue)
    assert agents_by_interval(own, grid, 900) == pytest.approx(by_minute(DAY, queue, grid, 900))
    instants = pd.Series(grid + pd.Timedelta(seconds=1))
    expected = [((own["start"] <= t) & (own["end"] > t)).sum() for t in instants]
    assert agents_at(own, instants).tolist() == expected


def test_breaks_are_out_and_paid_time_goes_to_the_queue_of_its_shift() -> None:
    present, findings = read(DAY)
    assert present.by_person
    paid = present.paid.set_index(["queue", "day"])["paid_hours"]
    monday = pd.Timestamp("2026-03-02")
    assert paid["sales", monday] == pytest.approx(8.0 + 2.0)  # ann without lunch, bob's first half
    assert paid["care", monday] == pytest.approx(2.0 + 8.0)  # the night belongs to the day it starts on
    assert len(paid) == 2
    assert not list(findings)


def test_stretches_that_follow_each_other_on_one_queue_are_one() -> None:
    two = schedule(
        [
            ("ann", "2026-03-02 08:00", "2026-03-02 10:00", "phone", "sales"),
            ("ann", "2026-03-02 10:00", "2026-03-02 12:00", "phone", "sales"),
            ("bob", "2026-03-02 12:00", "2026-03-02 13:00", "phone", "sales"),
        ]
    )
    assert len(read(two)[0].stretches) == 2


def test_a_night_shift_joins_its_days_and_a_day_shift_does_not() -> None:
    present, _ = read(DAY)
    zone = DAY["start"].dt.tz
    assert [len(span.days) for span in spans(present.of_queue("sales"), zone)] == [1]
    assert [len(span.days) for span in spans(present.of_queue("care"), zone)] == [2]
    around_the_clock = pd.DataFrame(
        {"queue": "q", "interval_start": days_grid(pd.Timestamp("2026-03-02"), 3, 1800, ZONE), "agents": 2}
    )
    assert [len(s.days) for s in spans(read(around_the_clock)[0].stretches, zone)] == [3]
    shut = around_the_clock.assign(agents=np.where(around_the_clock["interval_start"].dt.hour < 8, 0, 2))
    assert [len(s.days) for s in spans(read(shut)[0].stretches, zone)] == [1, 1, 1]


def test_steps_of_people_and_of_numbers() -> None:
    """At noon one person goes and one comes: two people, but no change in a number of agents."""
    people, _ = read(
        schedule(
            [
                ("ann", "2026-03-02 08:00", "2026-03-02 12:00", "phone", "q"),
                ("bob", "2026-03-02 12:00", "2026-03-02 16:00", "phone", "q"),
            ]
        )
    )
    [span] = spans(people.stretches, people.stretches["start"].dt.tz)
    steps = steps_of(people.stretches, span, by_person=True)
    assert steps.at_s.tolist() == [8 * 3600, 12 * 3600, 12 * 3600, 16 * 3600]
    assert steps.by.tolist() == [1, -1, 1, -1]
    numbers = steps_of(people.stretches, span, by_person=False)
    assert numbers.at_s.tolist() == [8 * 3600, 16 * 3600]


def test_seconds_pass_over_a_clock_change() -> None:
    """On 25 October the hour from 2 to 3 comes twice: a shift from midnight to six lasts seven hours."""
    night, _ = read(schedule([("ann", "2026-10-25 00:00", "2026-10-25 06:00", "phone", "q")]))
    [span] = spans(night.stretches, night.stretches["start"].dt.tz)
    assert steps_of(night.stretches, span, by_person=True).at_s.tolist() == [0, 7 * 3600]
    assert night.paid["paid_hours"].tolist() == [7.0]
    grid = days_grid(pd.Timestamp("2026-10-25"), 1, 3600, ZONE)
    assert len(grid) == 25
    assert agents_by_interval(night.stretches, grid, 3600).tolist() == [1.0] * 7 + [0.0] * 18


def test_whoever_stays_past_the_last_midnight_never_goes() -> None:
    late, _ = read(schedule([("ann", "2026-03-02 20:00", "2026-03-03 00:00", "phone", "q")]))
    [span] = spans(late.stretches, late.stretches["start"].dt.tz)
    assert steps_of(late.stretches, span, by_person=True).by.tolist() == [1]


def test_a_requirement_is_agents_by_interval() -> None:
    grid = days_grid(pd.Timestamp("2026-03-02"), 1, 1800, ZONE)[16:20]
    present, _ = read(
        pd.DataFrame({"queue": "q", "interval_start": grid, "agents": [3, 3, 5, 2], "staff": [4, 4, 7, 3]})
    )
    [span] = spans(present.stretches, grid.tz)
    steps = steps_of(present.stretches, span, by_person=present.by_person)
    assert steps.by.tolist() == [1, 1, 1, 1, 1, -1, -1, -1, -1, -1]
    assert agents_by_interval(present.stretches, grid, 1800).tolist() == [3, 3, 5, 2]
    assert present.paid["paid_hours"].tolist() == [9.0]


def test_what_is_no_schedule_is_refused() -> None:
    twice = pd.concat([DAY, DAY.assign(version="v2")])
    with pytest.raises(InputError, match="v1, v2"):
        read(twice)
    double = pd.concat([DAY, DAY.iloc[[0]].assign(start=DAY["start"][0] + pd.Timedelta(minutes=5))])
    with pytest.raises(InputError, match="one activity of a person at a time"):
        read(double)
    with pytest.raises(InputError, match="an end after the start"):
        read(DAY.assign(end=DAY["start"]))
    with pytest.raises(InputError, match="agents"):
        read(pd.DataFrame({"queue": ["q"], "interval_start": [DAY["start"][0]], "agents": [2.5]}))


def test_a_shift_without_phone_time_is_said() -> None:
    course = schedule([("dan", "2026-03-02 08:00", "2026-03-02 12:00", "training", None)])
    _, findings = read(pd.concat([DAY, course]))
    assert ["4.0 paid hours" in f.found for f in findings] == [True]
