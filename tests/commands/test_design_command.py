"""`wfm design` on files."""

from __future__ import annotations

import json

import pandas as pd
import pytest

SHIFTS = """\
[schedule]
hourly_cost = 20

[[schedule.shifts]]
name = "early"
length = "6h"
earliest_start = "08:00"
latest_start = "10:00"
start_step = "1h"
[[schedule.shifts.breaks]]
name = "lunch"
length = "30min"
earliest = "2h"
latest = "3h"
paid = false
"""


@pytest.fixture
def files(tmp_path):
    """A morning that needs 2, a noon that needs 3, and an evening that no shift reaches."""
    grid = pd.date_range("2026-11-23 08:00", "2026-11-23 16:30", freq="30min", tz="Europe/Amsterdam")
    need = [2] * 6 + [3] * 6 + [1] * 4 + [1] * 2
    frame = pd.DataFrame({"queue": "calls", "interval_start": grid, "agents": need, "staff": need})
    rest = {"calls": 10.0, "aht_s": 180.0, "load_erl": 1.0, "service_level": 0.8, "asa_s": 20.0, "occupancy": 0.7}
    frame = frame.assign(**rest, abandonment=0.0, binding="service_level", model="erlang_c")
    frame.to_csv(tmp_path / "requirement.csv", index=False)
    (tmp_path / "shifts.toml").write_text(SHIFTS)
    return tmp_path


def design(wfm, files, *more):
    where = ("--shifts", files / "shifts.toml", "--timezone", "Europe/Amsterdam")
    return wfm("design", files / "requirement.csv", *where, *more)


def test_writes_shifts_and_coverage_and_says_what_they_cost(wfm, files):
    outcome = design(wfm, files, "-o", files / "shifts.csv", "--coverage", files / "coverage.csv")
    assert outcome.code == 0
    shifts, coverage = pd.read_csv(files / "shifts.csv"), pd.read_csv(files / "coverage.csv")
    assert set(shifts["shift"]) == {"early"}
    assert shifts["breaks"].str.fullmatch(r"lunch \d\d:\d\d-\d\d:\d\d").all()
    assert (coverage["gap"].iloc[:-2] >= 0).all()
    assert coverage["gap"].iloc[-2:].tolist() == [-1, -1]
    hours = 5.5 * shifts["agents"].sum()
    assert f"{shifts['agents'].sum()} shifts" in outcome.err
    assert f"{hours:.1f} paid hours, cost {hours * 20 + 500:,.0f}, bound" in outcome.err
    assert "Monday 2026-11-23 16:00 to 17:00: 1 agent-hours short at a cost of 500, no shift covers it" in outcome.err


def test_limits_engine_and_json(wfm, files):
    outcome = design(wfm, files, "--max-shifts", "1", "--json", "-q")
    starts = {row["start"] for row in json.loads(outcome.out)}
    assert len(starts) == 1
    outcome = design(wfm, files, "--engine", "pyworkforce", "-o", files / "peer.csv")
    assert outcome.code == 4
    assert "pyworkforce ends with INFEASIBLE on 2026-11-23" in outcome.err
    assert not (files / "peer.csv").exists()


def test_usage_and_missed_cover(wfm, files):
    outcome = design(wfm, files, "--min-staff", "4", "--max-staff", "2")
    assert outcome.code == 2
    assert "max_staff: found 2, expected 4 or more" in outcome.err
    assert design(wfm, files, "--fail-on", "coverage", "-q").code == 5
