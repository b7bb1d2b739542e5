"""`wfm staff --groups` and `wfm simulate --by-group` on files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

ASKED = ("--service-level", "0.8", "--answer-within", "20s", "--patience", "3min", "--timezone", "Europe/Amsterdam")
QUIET = ("--jobs", 1, "-q")


@pytest.fixture
def forecast(tmp_path):
    starts = pd.date_range("2026-11-30 08:00", periods=2, freq="30min", tz="Europe/Amsterdam")
    parts = [
        pd.DataFrame({"queue": queue, "interval_start": starts, "calls": [60.0, 30.0], "aht_s": aht})
        for queue, aht in (("sales", 180.0), ("support", 240.0))
    ]
    path = tmp_path / "forecast.csv"
    whole = pd.concat(parts)
    whole.assign(calls_p10=0.7 * whole["calls"], calls_p90=1.4 * whole["calls"]).to_csv(path, index=False)
    return path


@pytest.fixture
def groups(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text("group,skills,cost,max_agents\nsales,sales,1,\nsupport,support,1,4\nboth,sales|support,1.2,\n")
    return path


def test_groups_are_staffed_and_the_plan_is_simulated(wfm, forecast, groups, tmp_path):
    out, service = tmp_path / "need.csv", tmp_path / "service.csv"
    done = wfm(
        "staff",
        forecast,
        "--groups",
        groups,
        *ASKED,
        "--shrinkage",
        "0.3",
        "--jobs",
        1,
        "-o",
        out,
        "--service",
        service,
    )
    assert done.code == 0, done.err
    assert "lowest in threshold" in done.out
    assert "agent-hours at a cost of" in done.out
    need, got = pd.read_csv(out), pd.read_csv(service)
    assert list(need["group"].unique()) == ["sales", "support", "both"]
    assert need.loc[need["group"] == "support", "agents"].max() <= 4
    assert (need["staff"] >= need["agents"] / 0.7).all()
    assert got["met"].all()
    assert set(got["queue"]) == {"sales", "support"}
    told = wfm("simulate", forecast, out, "--by-group", *ASKED, "--days", 150, "-q")
    assert told.code == 0, told.err
    assert "support  Mon 2026-11-30" in told.out
    assert "group both  Mon 2026-11-30" in told.out
    first = ("--by-group", "--priority", "sales", *ASKED, "--days", 150, "-q", "--json")
    days = {row["queue"]: row for row in json.loads(wfm("simulate", forecast, out, *first).out)["days"]}
    plain = json.loads(wfm("simulate", forecast, out, "--by-group", *ASKED, "--days", 150, "-q", "--json").out)
    fair = {row["queue"]: row for row in plain["days"]}
    assert days["sales"]["service_level"] > fair["sales"]["service_level"] > 0.75
    assert days["support"]["service_level"] < fair["support"]["service_level"]
    assert sum(row["agent_hours"] for row in plain["groups"]) == need["agents"].sum() / 2
    written = tmp_path / "intervals.csv"
    wfm("simulate", forecast, out, "--by-group", *ASKED, "--days", 20, "-q", "--uncertain", "-o", written)
    assert len(pd.read_csv(written)) == 4


def test_agents_make_up_the_groups(wfm, forecast, tmp_path):
    people = tmp_path / "agents.csv"
    skills = ["sales"] * 8 + ["support"] * 8 + ["support|sales"] * 6 + ["mail"]
    pd.DataFrame({"agent": range(23), "skills": skills, "contract_hours": 38}).to_csv(people, index=False)
    done = wfm("staff", forecast, "--agents", people, *ASKED, *QUIET, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert {row["group"] for row in told["groups"]} == {"sales", "support", "support|sales"}
    assert all(row["agents"] <= 8 for row in told["groups"])
    assert all(row["met"] for row in told["queues"])
    assert set(told["bounds"][0]) == {"interval_start", "agents", "cost", "bound_agents", "bound_cost"}
    pd.read_csv(people).iloc[:12].to_csv(tmp_path / "few.csv", index=False)
    small = wfm("staff", forecast, "--agents", tmp_path / "few.csv", *ASKED, *QUIET)
    assert small.code == 4
    assert "support can put 4 on the phone" in small.err


def test_senseless_files_and_flags(wfm, forecast, groups, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("group,skills,cost,max_agents\nx,sales|nope,-1,\nx,support,1,two\n")
    wrong = wfm("staff", forecast, "--groups", bad, *ASKED)
    assert wrong.code == 3
    assert "max_agents" in wrong.err
    assert "Traceback" not in wrong.err
    bad.write_text("group,skills,cost\nx,sales|nope,1\ny,support,0\n")
    wrong = wfm("staff", forecast, "--groups", bad, *ASKED)
    assert wrong.code == 3
    assert 'bad.csv:2:skills: found "nope"' in wrong.err
    assert "bad.csv:3:cost" in wrong.err
    bad.write_text("group,skills\nx,sales\n")
    alone = wfm("staff", forecast, "--groups", bad, *ASKED)
    assert alone.code == 4
    assert "queue support: no group has this skill" in alone.err
    for flags in (
        ("--groups", groups, "--agents", groups),
        ("--groups", groups, "--over", "day"),
        ("--groups", groups, "--engine", "pyworkforce"),
        ("--groups", groups, "--priority", "nobody"),
        ("--groups", groups, "--model", "erlang_b"),
        ("--priority", "sales"),
    ):
        assert wfm("staff", forecast, *flags, *ASKED[:4]).code == 2, flags
    assert wfm("simulate", forecast, "--by-group", *ASKED).code == 2
    assert wfm("simulate", forecast, forecast, "--by-group", *ASKED).code == 3
    other = tmp_path / "other.csv"
    start = "2026-11-30T08:00:00+01:00"
    other.write_text(f"group,interval_start,skills,agents\nx,{start},sales|nope,3\n")
    refused = wfm("simulate", forecast, other, "--by-group", *ASKED)
    assert refused.code == 3
    assert '"nope"' in refused.err
    assert "nothing for 2 intervals" in refused.err
