"""Long rows and the JSON document of a schedule."""

from __future__ import annotations

import datetime as dt
import json

import made_schedules as made
import pandas as pd
from hypothesis import HealthCheck, given, settings

import reporting

MONDAY = dt.date(2026, 11, 23)


def test_a_stretch_after_midnight_belongs_to_the_day_of_its_shift() -> None:
    rows = made.full_shift("Ann", made.instant(MONDAY, "22:00"))
    long = reporting.roster_frame(made.frame(rows), timezone=made.ZONE)
    assert list(long.columns) == ["agent", "date", "activity", "queue", "start", "end", "hours", "paid", "version"]
    assert set(long["date"]) == {pd.Timestamp(MONDAY)}
    assert long["hours"].sum() == 8.5


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(made.schedules())
def test_the_document_holds_every_stretch_at_its_instant(case: tuple[pd.DataFrame, str]) -> None:
    schedule, zone = case
    text = json.dumps(reporting.roster_json(schedule, timezone=zone), allow_nan=False)
    assert text == json.dumps(reporting.roster_json(schedule.sample(frac=1, random_state=3), timezone=zone))
    found = [
        (agent["agent"], pd.Timestamp(row["start"]).timestamp(), pd.Timestamp(row["end"]).timestamp(), row["activity"])
        for agent in json.loads(text)["agents"]
        for shift in agent["shifts"]
        for row in shift["stretches"]
    ]
    want = [(row.agent, row.start.timestamp(), row.end.timestamp(), row.activity) for row in schedule.itertuples()]
    assert sorted(found) == sorted(want)


def test_paid_hours_of_an_agent_are_those_of_the_shifts() -> None:
    rows = made.full_shift("Ann", made.instant(MONDAY, "08:00")) + made.full_shift(
        "Ann", made.instant(MONDAY, "08:00", days=1)
    )
    document = reporting.roster_json(made.frame(rows), timezone=made.ZONE)
    assert document["version"] == "2026-W48.2"
    assert document["published_at"].startswith("2026-11-20T17:05:00+01:00")
    assert document["agents"][0]["paid_hours"] == 16.0
    assert [shift["day"] for shift in document["agents"][0]["shifts"]] == ["2026-11-23", "2026-11-24"]
