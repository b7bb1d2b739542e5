"""The command line as a planner meets it: help, pipes, exit codes, and every kind of bad input."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import cli
from commands.output import write_issues
from wfm import __version__
from wfm.errors import Finding


def test_version(wfm):
    assert wfm("--version").out.strip() == f"wfm, version {__version__}"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_that_ends_with_an_example(wfm, name):
    outcome = wfm(name, "--help")
    assert outcome.code == 0
    assert f"Example: wfm {name}" in " ".join(outcome.out.split())


def test_help_imports_neither_pandas_nor_a_solver():
    script = (
        "import sys, cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'ortools', 'statsmodels', 'duckdb', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_misspelt_command_is_answered_with_the_nearest(wfm):
    outcome = wfm("forcast")
    assert outcome.code == 2
    assert 'Did you mean "forecast"' in outcome.err


def test_a_command_without_files_outside_a_workspace_is_a_usage_error(wfm, tmp_path):
    for name in ("check", "forecast", "backtest", "staff", "schedule", "plan", "track", "report"):
        outcome = wfm(name, folder=tmp_path)
        assert outcome.code == 2, name
        assert "workspace" in outcome.err


def test_a_bug_is_one_line_and_exit_code_1(wfm, monkeypatch):
    monkeypatch.setattr("commands.models.emit_table", lambda *_: 1 / 0)
    outcome = wfm("models")
    assert outcome.code == 1
    assert outcome.err.count("\n") == 1
    assert "ZeroDivisionError" in outcome.err


def test_models_lists_every_registry(wfm):
    kinds = {row["kind"] for row in json.loads(wfm("models", "--json").out)}
    assert len(kinds) == 6
    out = wfm("models").out
    for name in ("seasonal_naive", "top_down", "erlang_a", "service_level", "shift_design", "vanad"):
        assert name in out


def test_erlang_answers_the_textbook_question(wfm):
    asked = ("erlang", "--calls", 100, "--interval", "30min", "--aht", "180s")
    targets = ("--service-level", "0.8", "--answer-within", "20s")
    answer = json.loads(wfm(*asked, *targets, "--json").out)
    assert answer["answer"]["agents"] == 14
    assert answer["answer"]["service_level"] == pytest.approx(0.88835001917946688, abs=1e-12)
    assert [row["agents"] for row in answer["trade_off"]] == list(range(11, 20))
    assert "88.8%" in wfm(*asked, *targets).out


def test_erlang_with_patience_is_erlang_a(wfm):
    answer = json.loads(
        wfm("erlang", "--calls", 1000, "--aht", "180", "--patience", "2min", "--service-level", "80%", "--json").out
    )
    assert (answer["model"], answer["answer"]["agents"]) == ("erlang_a", 96)


@pytest.mark.parametrize(
    "flags",
    [
        ("--calls", "-1", "--aht", "180"),
        ("--calls", "100"),
        ("--calls", "100", "--aht", "three minutes"),
        ("--calls", "100", "--aht", "180", "--service-level", "80"),
        ("--calls", "100", "--aht", "180", "--shrinkage", "1.2"),
        ("--calls", "100", "--aht", "180", "--model", "erlang_a"),
        ("--calls", "100", "--aht", "180", "--model", "erlang_z"),
        ("--calls", "100", "--aht", "180", "--interval", "7min"),
        ("cases.csv", "--service-level", "0.9"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_usage_error(wfm, flags):
    outcome = wfm("erlang", *flags)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Traceback" not in outcome.err


def test_a_bad_row_in_a_table_of_cases_does_not_stop_the_others(wfm, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text(
        "id,calls,interval_s,aht_s,agents,threshold_s,target_sl\na,100,1800,180,14,20,0.8\nb,x,1800,180,14,20,0.8\n",
        encoding="utf-8",
    )
    outcome = wfm("erlang", cases, "-o", tmp_path / "answers.csv")
    assert outcome.code == 3
    assert "cases.csv:3:calls" in outcome.err
    answers = pd.read_csv(tmp_path / "answers.csv")
    assert answers["min_agents_sl"].tolist()[0] == 14
    assert pd.isna(answers["min_agents_sl"][1])


@pytest.fixture(scope="module")
def files(demo_centre, tmp_path_factory):
    return tmp_path_factory.mktemp("chain"), sorted((demo_centre.folder / "data").glob("calls-*.parquet"))


class TestTheChainOnFiles:
    """forecast | staff | schedule, on the demo's own exports and in pipes."""

    def test_from_calls_to_schedule(self, wfm, files):
        folder, calls = files
        zone = ("--timezone", "Europe/Amsterdam")
        done = wfm("forecast", *calls, *zone, "--interval", "30min", "--weeks", 1, "-o", folder / "forecast.csv")
        assert done.code == 0, done.err
        assert done.out == ""
        done = wfm(
            "staff", folder / "forecast.csv", *zone, "--service-level", "0.8", "--answer-within", "20s",
            "--shrinkage", "0.3", "-o", folder / "requirement.csv",
        )  # fmt: skip
        assert done.code == 0, done.err
        requirement = pd.read_csv(folder / "requirement.csv")
        busy = requirement[requirement["agents"] > 0]
        assert (busy["service_level"] >= 0.8).all()
        assert (busy["staff"] >= busy["agents"] / 0.7 - 1e-9).all()
        done = wfm(
            "schedule", folder / "requirement.csv", *zone, "-o", folder / "schedule.csv",
            "--coverage", folder / "coverage.csv", "--fail-on", "coverage",
        )  # fmt: skip
        assert done.code == 0, done.err
        assert (pd.read_csv(folder / "coverage.csv")["gap"] >= -1e-9).all()

    def test_a_pipe_of_all_three(self, wfm, files, monkeypatch):
        _, calls = files
        zone = ("--timezone", "Europe/Amsterdam")
        piped = wfm("forecast", *calls, *zone, "--weeks", 1, "-q").out
        for step in (("staff", "-", *zone), ("schedule", "-", *zone, "-q")):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped.encode())))
            outcome = wfm(*step)
            assert outcome.code == 0, outcome.err
            piped = outcome.out
        assert piped.startswith("version,agent,start,end,activity,queue,")

    def test_the_same_bytes_for_any_number_of_processes(self, wfm, files):
        _, calls = files
        zone = ("--timezone", "Europe/Amsterdam")
        first = wfm("forecast", *calls, *zone, "--weeks", 1, "-q")
        second = wfm("forecast", *calls, *zone, "--weeks", 1, "-q", "--jobs", 1)
        assert first.out == second.out
        assert first.out.startswith("queue,interval_start,")

    def test_backtest_prints_every_model_against_the_naive_one(self, wfm, files):
        _, calls = files
        result = json.loads(wfm("backtest", *calls, "--timezone", "Europe/Amsterdam", "--weeks", 4, "--json").out)
        models = {row["model"] for row in result["summary"]}
        assert {"seasonal_naive", "moving_average", "top_down"} <= models
        for queue, chosen in result["chosen"].items():
            rows = {row["model"]: row for row in result["summary"] if row["queue"] == queue}
            assert rows[chosen]["wape_interval"] <= rows["seasonal_naive"]["wape_interval"]

    def test_check_finds_nothing_wrong_with_the_demo(self, wfm, demo_centre):
        outcome = wfm("check", folder=demo_centre.folder)
        assert outcome.code == 0
        assert "error" not in outcome.out


REQUIREMENT = (
    "queue,interval_start,calls,aht_s,load_erl,agents,staff,service_level,asa_s,occupancy,abandonment,binding,model"
)


@pytest.mark.parametrize(
    ("command", "text", "asks_for"),
    [
        ("staff", "queue,interval_start,calls,aht_s\na,2026-01-05T09:00:00+00:00,100,180\n", "--interval"),
        (
            "schedule",
            REQUIREMENT
            + "".join(
                f"\na,2026-01-05T{h}:00:00+01:00,9,180,1,2,2,0.9,5,0.5,0,service_level,erlang_c" for h in (10, 11)
            ),
            "--timezone",
        ),
        (
            "staff",
            "queue,interval_start,calls,aht_s\na,2026-03-28T09:00:00+01:00,9,180\na,2026-03-30T09:00:00+02:00,9,180\n",
            "--timezone",
        ),
    ],
)
def test_what_a_file_leaves_open_is_asked_for(wfm, tmp_path, command, text, asks_for):
    path = tmp_path / "frame.csv"
    path.write_text(text, encoding="utf-8")
    outcome = wfm(command, path, folder=tmp_path)
    assert outcome.code in (2, 3), outcome.err
    assert asks_for in outcome.err


def test_the_zone_of_files_is_the_flag_s_the_environment_s_or_the_workspace_s(wfm, demo_centre, tmp_path, monkeypatch):
    calls = sorted((demo_centre.folder / "data").glob("calls-*.parquet"))
    asked = ("forecast", *calls, "--weeks", 1, "-q", "--models", "seasonal_naive")
    named = wfm(*asked, "--timezone", "Europe/Amsterdam", folder=tmp_path)
    assert wfm(*asked, folder=demo_centre.folder).out == named.out
    unnamed = wfm(*asked, folder=tmp_path)
    assert "taken as UTC" in unnamed.err
    assert unnamed.out != named.out
    monkeypatch.setenv("WFM_TIMEZONE", "Europe/Amsterdam")
    assert wfm(*asked, folder=tmp_path).out == named.out


def test_options_of_files_are_refused_for_the_workspace_s_own(wfm, demo_centre):
    outcome = wfm("forecast", "--interval", "15min", folder=demo_centre.folder)
    assert outcome.code == 2
    assert "--interval" in outcome.err


def test_more_errors_than_are_shown_are_written_beside_or_where_there_is_room(wfm, tmp_path):
    files = []
    for number in range(22):
        files.append(tmp_path / f"empty{number}.csv")
        files[-1].touch()
    out = tmp_path / "out.csv"
    outcome = wfm("forecast", *files, "--timezone", "UTC", "-o", out, folder=tmp_path)
    assert outcome.code == 3
    assert f"2 more; all 22 are in {out}.issues.csv" in outcome.err
    assert "Traceback" not in outcome.err
    elsewhere = Path(write_issues([Finding("calls.csv", "bad-number", "x")], str(tmp_path / "missing" / "out.csv")))
    assert elsewhere.name == "wfm-issues.csv"
    assert "calls.csv" in elsewhere.read_text(encoding="utf-8-sig")
