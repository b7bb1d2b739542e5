"""`wfm change` on files: yes, no, and what would be written."""

from __future__ import annotations

import json

import pandas as pd
import pytest

ZONE = "Europe/Amsterdam"
SHIFTS = """
[schedule]
[[schedule.shifts]]
name = "day"
length = "4h"
earliest_start = "08:00"
latest_start = "12:00"
breaks = []
"""


@pytest.fixture
def on_files(wfm, tmp_path):
    """Two agents, a shift each on Monday and Tuesday; one is needed on Monday from eight to twelve."""
    starts = [pd.Timestamp(at, tz=ZONE) for at in ("2026-11-30 08:00", "2026-12-01 08:00")]
    four = pd.Timedelta("4h")
    rows = {"agent": ["ann", "bob"], "start": starts, "end": [at + four for at in starts]}
    schedule = pd.DataFrame(
        {"version": "v", **rows, "activity": "phone", "queue": "q", "paid": True, "productive": True}
    )
    grid = pd.date_range(starts[0], periods=8, freq="30min")
    requirement = pd.DataFrame(
        {"queue": "q", "interval_start": grid, "calls": 9.0, "aht_s": 200.0, "load_erl": 1.0, "agents": 1, "staff": 1}
        | dict.fromkeys(["service_level", "asa_s", "occupancy", "abandonment"], 0.5)
        | {"binding": "service_level", "model": "erlang_c"}
    )
    agents = pd.DataFrame({"agent": ["ann", "bob"], "skills": "q", "contract_hours": [8.0, 8.0]})
    named = []
    for name, frame in (("schedule", schedule), ("requirement", requirement), ("agents", agents)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
        named += [f"--{name}", tmp_path / f"{name}.csv"]
    (tmp_path / "wfm.toml").write_text(SHIFTS)
    given = [*named, "--shifts", tmp_path / "wfm.toml", "--timezone", ZONE]
    return lambda *asked: wfm("change", *asked, *given)


def test_a_swap_is_granted_and_written(on_files, tmp_path):
    out = tmp_path / "swapped.csv"
    done = on_files("swap", "ann", "2026-11-30", "bob", "2026-12-01", "-o", out)
    assert (done.code, done.out.split(":")[0]) == (0, "yes")
    swapped = pd.read_csv(out)
    assert dict(zip(swapped["agent"], swapped["start"].str[:10], strict=True)) == {
        "bob": "2026-11-30",
        "ann": "2026-12-01",
    }


def test_time_off_that_leaves_a_gap_is_refused_with_other_days(on_files, tmp_path):
    out = tmp_path / "off.csv"
    done = on_files("time-off", "ann", "2026-11-30", "2026-12-01", "-o", out)
    assert done.code == 4
    assert "no: +4.00 agent-hours short" in done.out
    assert "instead Tue 2026-12-01 00:00: yes" in done.out
    assert not out.exists()
    told = json.loads(on_files("time-off", "ann", "2026-11-30", "2026-12-01", "--tolerance", 4, "--json").out)
    assert told["granted"]


def test_an_absence_is_filled_by_the_other(on_files, tmp_path):
    done = on_files("absence", "ann", "2026-11-30", "2026-12-01", "--json", "-o", tmp_path / "mended.csv")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["unmended_short_h"], told["short_h"]) == (4.0, 0.0)
    assert [(row["agent"], row["was"], row["now"]) for row in told["changes"]] == [("bob", None, "08:00–12:00")]


def test_a_meeting_and_breaks_are_placed(on_files, tmp_path):
    asked = tmp_path / "meetings.csv"
    asked.write_text(
        "name,activity,agents,length_s,earliest,latest,together\n"
        "talk,meeting,bob,1800,2026-12-01 08:00,2026-12-01 12:00,true\n"
    )
    told = json.loads(on_files("activities", asked, "--json").out)
    assert [(row["name"], row["agent"]) for row in told["places"]] == [("talk", "bob")]
    assert "0 breaks moved" in on_files("breaks").out
    asked.write_text(asked.read_text().replace("bob", "eve"))
    assert on_files("activities", asked).code == 3


def test_offers_and_mistakes(on_files):
    found = json.loads(on_files("offers", "2026-11-30", "2026-12-01", "--json").out)
    assert {(row["kind"], row["agent"]) for row in found} == {("time_off", "bob")}
    assert on_files("swap", "eve", "2026-11-30", "bob", "2026-12-01").code == 3
    assert on_files("swap", "ann", "2026-12-04", "bob", "2026-12-01").code == 3
    assert on_files("offers", "yesterday", "2026-12-01").code == 2
