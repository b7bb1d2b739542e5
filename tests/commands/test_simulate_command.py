"""`wfm simulate` on files, as a table, as JSON and as intervals."""

from __future__ import annotations

import json

import pandas as pd
import pytest

ASKED = ("--service-level", "0.8", "--answer-within", "20s", "--patience", "2min", "--timezone", "Europe/Amsterdam")


@pytest.fixture
def files(wfm, tmp_path):
    starts = pd.date_range("2026-11-30 08:00", periods=8, freq="30min", tz="Europe/Amsterdam")
    forecast = tmp_path / "forecast.csv"
    pd.DataFrame({"queue": "sales", "interval_start": starts, "calls": 60.0, "aht_s": 180.0}).to_csv(
        forecast, index=False
    )
    requirement = tmp_path / "requirement.csv"
    assert wfm("staff", forecast, *ASKED, "-o", requirement).code == 0
    return forecast, requirement


def test_the_plan_is_simulated_by_day_and_interval(wfm, files, tmp_path) -> None:
    done = wfm("simulate", *files, *ASKED, "--days", 60, "-q")
    assert done.code == 0, done.err
    assert "sales  Mon 2026-11-30" in done.out
    told = json.loads(wfm("simulate", *files, *ASKED, "--days", 60, "-q", "--json").out)
    assert told["days"][0]["service_level"] > 0.75
    assert len(told["intervals"]) == 8
    out = tmp_path / "simulated.csv"
    wfm("simulate", *files, *ASKED, "--days", 60, "-q", "-o", out)
    assert len(pd.read_csv(out)) == 8


def test_senseless_flags_and_files(wfm, files) -> None:
    assert wfm("simulate", *files, *ASKED, "--handle-cv", "0").code == 2
    swapped = wfm("simulate", files[1], files[0], *ASKED)
    assert swapped.code == 3
    assert "Traceback" not in swapped.err
