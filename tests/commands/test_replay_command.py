"""`wfm simulate --calls`: real days against a schedule or agents by interval."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

ZONE = ("--timezone", "Europe/Amsterdam")
HEADER = "version,agent,start,end,activity,queue,paid,productive\n"


@pytest.fixture
def log(tmp_path):
    """Two days of 200 calls from 8 to 12, a tenth of them lost."""
    random = np.random.default_rng(1)
    parts = []
    for day in ("2026-03-02", "2026-03-03"):
        start = pd.Timestamp(f"{day} 08:00") + pd.to_timedelta(np.sort(random.random(200)) * 4 * 3600, unit="s").floor(
            "s"
        )
        lost = np.arange(200) % 10 == 0
        parts.append(
            pd.DataFrame(
                {
                    "call_id": [f"{day}-{i}" for i in range(200)],
                    "queue": "sales",
                    "offered_at": start,
                    "wait_s": np.where(lost, 90, 30),
                    "talk_s": np.where(lost, np.nan, 240),
                    "outcome": np.where(lost, "abandoned", "answered"),
                }
            )
        )
    pd.concat(parts).to_csv(tmp_path / "calls.csv", index=False)
    return tmp_path / "calls.csv"


@pytest.fixture
def schedule(tmp_path):
    lines = []
    for day in ("2026-03-02", "2026-03-03"):
        for agent in range(8):
            lines += [
                f"v1,a{agent},{day} 08:00,{day} 10:00,phone,sales,true,true",
                f"v1,a{agent},{day} 10:00,{day} 10:15,break,,true,false",
                f"v1,a{agent},{day} 10:15,{day} 12:00,phone,sales,true,true",
            ]
    (tmp_path / "schedule.csv").write_text(HEADER + "\n".join(lines) + "\n")
    return tmp_path / "schedule.csv"


def test_a_schedule(wfm, log, schedule, tmp_path) -> None:
    done = wfm("simulate", "--calls", log, "--staff", schedule, *ZONE, "-q")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[1].startswith("sales  Mon 2026-03-02")
    assert lines[3].startswith("sales  2 days")
    assert lines[-1].startswith("In threshold: share of offered calls answered within 20 s")
    assert "queue sales: mean patience 6:00, told from these calls" in done.err
    assert "nobody is on the phone" in done.err  # all eight are on their break at ten
    told = json.loads(wfm("simulate", "--calls", log, "--staff", schedule, *ZONE, "-q", "--json").out)
    monday = told["days"][0]
    assert (monday["agent_hours"], monday["paid_hours"]) == (30.0, 32.0)
    assert (monday["log_service_level"], monday["log_abandonment"]) == (0.0, 0.1)
    assert monday["service_level"] > 0.8
    assert told["total"][0]["offered"] == 400
    out = tmp_path / "intervals.csv"
    assert wfm("simulate", "--calls", log, "--staff", schedule, *ZONE, "-q", "-o", out).out == ""
    assert pd.read_csv(out)["offered"].sum() == 400


def test_agents_by_interval_and_estimates(wfm, log, tmp_path) -> None:
    staff, estimates = tmp_path / "staff.csv", tmp_path / "estimates.csv"
    starts = pd.date_range("2026-03-02 08:00", periods=8, freq="30min")
    pd.DataFrame({"queue": "sales", "interval_start": starts, "agents": 4}).to_csv(staff, index=False)
    assert wfm("estimate", log, *ZONE, "-o", estimates).code == 0
    asked = ("simulate", "--calls", log, "--staff", staff, *ZONE, "-q", "--json", "--service-level", "0.9")
    known = json.loads(wfm(*asked, "--estimates", estimates).out)
    assert known == json.loads(wfm(*asked).out)
    assert [day["day"] for day in known["days"]] == ["2026-03-02"]
    assert known["days"][0]["target"] == 0.9
    assert known["days"][0]["paid_hours"] is None
    hasty = json.loads(wfm(*asked, "--patience", "30s").out)
    assert hasty["days"][0]["abandonment"] > known["days"][0]["abandonment"]


def test_a_log_in_which_nobody_hung_up(wfm, schedule, log) -> None:
    calls = pd.read_csv(log)
    calls[calls["outcome"] == "answered"].to_csv(log, index=False)
    done = wfm("simulate", "--calls", log, "--staff", schedule, *ZONE, "-q", "--json")
    assert "nobody hung up in these calls, callers are taken to wait" in done.err
    assert all(day["abandonment"] == 0 for day in json.loads(done.out)["days"])


def test_senseless_flags_and_files(wfm, log, schedule, tmp_path) -> None:
    assert wfm("simulate", "f.csv", "r.csv", "--calls", log, "--staff", schedule).code == 2
    alone = wfm("simulate", "--calls", log, *ZONE, folder=tmp_path)
    assert alone.code == 2
    assert "--staff" in alone.err
    swapped = wfm("simulate", "--calls", schedule, "--staff", log, *ZONE)
    assert swapped.code == 3
    assert "Traceback" not in swapped.err
    other = tmp_path / "other.csv"
    other.write_text(schedule.read_text().replace("sales", "care"))
    wrong = wfm("simulate", "--calls", log, "--staff", other, *ZONE)
    assert wrong.code == 3
    assert "staff of care, calls of sales" in wrong.err


def test_a_workspace_replays_its_last_plan(wfm, demo_copy) -> None:
    """The week that the demo lived through, with the schedule planned for it."""
    run = sorted(path for path in (demo_copy / "runs").iterdir() if path.name.endswith("-track"))[0]
    planned = demo_copy / "runs" / run.name.removesuffix("-track")
    done = wfm("simulate", "--staff", planned / "schedule.csv", "-q", "--json", "--days", 20, folder=demo_copy)
    assert done.code == 0, done.err
    days = pd.DataFrame(json.loads(done.out)["days"])
    assert set(days["queue"]) == set(pd.read_csv(planned / "requirement.csv")["queue"])
    assert (days["paid_hours"] >= days["agent_hours"]).mean() > 0.9
    assert days["log_service_level"].notna().all()
    last = wfm("simulate", "--calls", *next((demo_copy / "data").glob("calls*")).parts[-1:], folder=demo_copy / "data")
    assert last.code == 3  # the next week has no calls yet
    assert "calls of the days staffed" in last.err
