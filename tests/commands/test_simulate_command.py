"""`wfm simulate` on files, as a table, as JSON and as intervals."""

from __future__ import annotations

import io
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


def days_of(wfm, files, *flags):
    return json.loads(wfm("simulate", *files, *ASKED, "--days", 60, "-q", "--json", *flags).out)["days"][0]


def test_redials_callbacks_and_chats(wfm, files) -> None:
    plain, again = days_of(wfm, files), days_of(wfm, files, "--redial", "0.8")
    assert "lost_callers" not in plain
    assert again["abandonment"] > plain["abandonment"]
    assert again["lost_callers"] < again["abandonment"]
    back = days_of(wfm, files, "--callback-after", "30s", "--callback-within", "1h", "--callback-reserve", "1")
    assert back["callbacks"] > 0
    assert back["time_to_callback_s"] < 3600
    assert back["service_level"] > plain["service_level"]
    assert days_of(wfm, files, "--chats-aht", "180s,240s")["chats_at_once"] > 1
    shown = wfm("simulate", *files, *ASKED, "--days", 20, "-q", "--callback-after", "30s", "--redial", "0.5").out
    assert "called back" in shown
    assert "callers lost" in shown


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--callback-accept", "0.3"), "needs --callback-after"),
        (("--callback-after", "1min", "--callback-reserve", "1"), "needs --callback-within"),
        (("--staff", "r.csv", "--redial", "0.5"), "leave out"),
        (("--redial", "1.5"), "redial"),
    ],
)
def test_flags_that_do_nothing_are_refused(wfm, files, flags, words) -> None:
    asked = ASKED if "--staff" in flags else (*files, *ASKED)
    told = wfm("simulate", *asked, "-q", *flags)
    assert told.code == 2
    assert words in told.err


def test_redials_need_callers_who_hang_up(wfm, files) -> None:
    told = wfm("simulate", *files, "--service-level", "0.8", "--redial", "0.5", "--timezone", "Europe/Amsterdam")
    assert told.code == 2
    assert "--patience" in told.err


def test_the_service_level_is_named_and_a_dash_writes_the_intervals(wfm, files) -> None:
    shown = wfm("simulate", *files, *ASKED, "--days", 10, "-q").out
    assert "share of offered calls answered within 20 s" in shown
    piped = wfm("simulate", *files, *ASKED, "--days", 10, "-q", "-o", "-").out
    assert len(pd.read_csv(io.StringIO(piped))) == 8
    assert json.loads(wfm("simulate", *files, *ASKED, "--days", 10, "-q", "-o", "-", "--json").out)["days"]


def test_rows_left_out_of_a_forecast_need_the_interval(wfm, files, tmp_path) -> None:
    some = tmp_path / "some.csv"
    pd.read_csv(files[0]).iloc[::2].to_csv(some, index=False)
    plan = tmp_path / "some_plan.csv"
    assert wfm("staff", some, *ASKED, "--interval", "30min", "-o", plan).code == 0
    hourly = json.loads(wfm("simulate", some, plan, *ASKED, "--days", 60, "--json").out)["days"][0]
    halved = json.loads(wfm("simulate", some, plan, *ASKED, "--days", 60, "--json", "--interval", "30min").out)
    assert hourly["agent_hours"] == 2 * halved["days"][0]["agent_hours"]
    assert hourly["service_level"] > halved["days"][0]["service_level"] + 0.05


@pytest.mark.parametrize(
    "flags",
    [
        ("--redial-after", "3min"),
        ("--callback-accept", "0.5"),
        ("--callback-after", "1min", "--callback-reserve", "2"),
        ("--uncertain",),
    ],
)
def test_what_would_do_nothing_is_refused(wfm, files, flags) -> None:
    found = wfm("simulate", *files, *ASKED, "--days", 10, *flags)
    assert found.code in (2, 3)
    assert not found.out
    assert "needs" in found.err or "no calls_p10" in found.err
