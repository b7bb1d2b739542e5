"""`wfm staff --model simulation` and `--verify` on files and in a workspace."""

from __future__ import annotations

import json

import pandas as pd
import pytest

ASKED = ("--service-level", "0.8", "--answer-within", "20s", "--patience", "2min", "--timezone", "Europe/Amsterdam")


@pytest.fixture
def forecast(tmp_path):
    starts = pd.date_range("2026-11-30 08:00", periods=6, freq="30min", tz="Europe/Amsterdam")
    file = tmp_path / "forecast.csv"
    calls = [20.0, 60.0, 80.0, 60.0, 30.0, 0.0]
    pd.DataFrame({"queue": "sales", "interval_start": starts, "calls": calls, "aht_s": 600.0}).to_csv(file, index=False)
    return file


def test_a_simulated_requirement_holds_and_says_so(wfm, forecast, tmp_path) -> None:
    out = tmp_path / "requirement.csv"
    done = wfm("staff", forecast, *ASKED, "--model", "simulation", "--days", 600, "--verify", "-o", out)
    assert done.code == 0, done.err
    assert done.out == ""
    assert "moving agents" in done.err
    assert "Mon 2026-11-30" in done.err
    found = pd.read_csv(out)
    assert set(found["model"]) == {"simulation"}
    assert found["agents"].iloc[-1] == 0
    assert (found["service_level"] > 0.79).all()
    simulated = json.loads(wfm("simulate", forecast, out, *ASKED, "--days", 400, "-q", "--json").out)
    for row, level in zip(simulated["intervals"][:5], found["service_level"], strict=False):
        assert row["service_level_low"] - 0.01 < level < row["service_level_high"] + 0.01


def test_an_erlang_plan_of_long_calls_is_found_out(wfm, forecast) -> None:
    done = wfm("staff", forecast, *ASKED, "--verify", "--days", 400, "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)[0]["model"] == "erlang_a"
    assert "short in" in done.err
    assert "answered in time" in done.err
    quiet = wfm("staff", forecast, *ASKED, "--verify", "--days", 400, "--json", "-q")
    assert "simulating" not in quiet.err
    assert "short in" in quiet.err


def test_the_day_as_a_whole_is_passed_on(wfm, forecast) -> None:
    hours = {}
    for over in ("interval", "day"):
        for model in ("erlang_a", "simulation"):
            done = wfm("staff", forecast, *ASKED, "--model", model, "--over", over, "--json", "-q")
            assert done.code == 0, done.err
            hours[over, model] = sum(row["agents"] for row in json.loads(done.out))
    assert hours["day", "erlang_a"] < hours["interval", "erlang_a"]
    assert hours["day", "simulation"] < hours["interval", "simulation"]


def test_the_same_bytes_for_the_same_seed(wfm, forecast) -> None:
    asked = ("staff", forecast, *ASKED, "--model", "simulation", "--days", 200, "-q")
    assert wfm(*asked, "--seed", 3).out == wfm(*asked, "--seed", 3).out
    assert wfm(*asked, "--seed", 3).out != wfm(*asked, "--seed", 4).out


def test_patient_callers_are_announced(wfm, forecast) -> None:
    done = wfm("staff", forecast, "--service-level", "0.8", "--model", "simulation", "--days", 200, "--timezone", "UTC")
    assert done.code == 0
    assert "callers are taken to wait" in done.err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--days", "100"), 2, "--verify"),
        (("--seed", "1"), 2, "--verify"),
        (("--model", "simulation", "--load", "mol"), 2, "--load"),
        (("--model", "simulation", "--days", "3"), 2, "--days"),
        (("--model", "simulation", "--engine", "pyworkforce"), 2, "pyworkforce"),
        (("--model", "simulation", "--handle-cv", "0"), 2, "--handle-cv"),
        (("--model", "simulation", "--max-abandonment", "0"), 3, "max_abandonment"),
        (("--model", "simulated"), 2, "simulated"),
        (("--lines", "30", "--verify"), 2, "limited_lines"),
    ],
)
def test_senseless_options(wfm, forecast, options, code, words) -> None:
    done = wfm("staff", forecast, *ASKED, *options)
    assert done.code == code, done.err
    assert words in done.err
    assert "Traceback" not in done.err


def test_it_is_listed(wfm) -> None:
    names = [row["name"] for row in json.loads(wfm("models", "--json").out) if row["kind"] == "queue model"]
    assert "simulation" in names


def test_a_workspace_plans_by_simulation(wfm, tmp_path) -> None:
    days = pd.date_range("2026-09-07", periods=10 * 7, freq="D", tz="Europe/Amsterdam")
    starts = [day + pd.Timedelta(hours=9, minutes=30 * k) for day in days if day.weekday() < 5 for k in range(8)]
    history = pd.DataFrame({"queue": "sales", "interval_start": starts, "offered": 30, "aht_s": 300.0})
    history["offered"] += history.index.to_series().mod(7)
    history.to_csv(tmp_path / "history.csv", index=False)
    (tmp_path / "wfm.toml").write_text(
        '[workspace]\ntimezone = "Europe/Amsterdam"\n[data]\nhistory = "history.csv"\n'
        '[staffing]\nmodel = "simulation"\npatience = "2min"\nservice_level = 0.8\n'
        '[forecast]\nmodels = ["moving_average"]\nbacktest_weeks = 2\n',
        encoding="utf-8",
    )
    done = wfm("plan", folder=tmp_path)
    assert done.code == 0, done.err
    assert "moving agents" in done.err
    run = next((tmp_path / "runs").glob("2026-W*"))
    found = pd.read_csv(run / "requirement.csv")
    assert set(found["model"]) == {"simulation"}
    assert (found["service_level"] > 0.79).all()
    assert json.loads((run / "manifest.json").read_text(encoding="utf-8"))["specs"][0]["model"] == "simulation"
    edited = (tmp_path / "wfm.toml").read_text(encoding="utf-8").replace("simulation", "simulated")
    (tmp_path / "wfm.toml").write_text(edited, encoding="utf-8")
    refused = wfm("plan", "--force")
    assert refused.code == 3
    assert "simulation" in refused.err
