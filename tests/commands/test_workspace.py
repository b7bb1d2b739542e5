"""A planner's weeks in a workspace: published versions, faults, and what bad input leaves untouched."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import ingest
import reporting

ROOT = Path(__file__).resolve().parents[2]
HEADER = "call_id,queue,offered_at,answered_at,ended_at,wait_s,talk_s,hold_s,acw_s,outcome\n"


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def edit(path: Path, pattern: str, text: str) -> None:
    old = path.read_text(encoding="utf-8")
    new, times = re.subn(pattern, text, old, count=1, flags=re.MULTILINE)
    assert times == 1, f"{pattern} is not in {path.name}"
    path.write_text(new, encoding="utf-8")


class TestTheDemo:
    def test_the_week_behind_and_the_week_ahead_are_published(self, demo_centre):
        names = sorted(path.name for path in (demo_centre.folder / "runs").iterdir() if path.name != ".lock")
        week, following = demo_centre.plan.week, demo_centre.following.week
        assert names == [week, f"{week}-track", following]
        for name in ("forecast.csv", "requirement.csv", "schedule.csv", "report.html", "plan.xlsx", "manifest.json"):
            assert (demo_centre.plan.path / name).is_file()
        for name in ("accuracy.csv", "adherence.csv", "staffing.csv", "scorecard.csv", "report.html", "track.xlsx"):
            assert (demo_centre.track.path / name).is_file()

    def test_the_manifest_says_what_was_read_chosen_and_written(self, demo_centre):
        manifest = demo_centre.plan.manifest
        assert "wfm.toml" in manifest["inputs"]
        assert manifest["versions"]["shiftcast"]
        for queue in {spec["queue"] for spec in manifest["specs"]}:
            assert manifest["models"][queue]["model"]
            assert manifest["models"][queue]["why"]
        assert str(demo_centre.folder) not in json.dumps(manifest)
        demo_centre.plan.verify()

    @pytest.mark.slow
    def test_a_second_demo_is_the_same_to_the_byte(self, demo_centre, tmp_path):
        from demo import small_spec
        from planning import run_demo

        run_demo(tmp_path / "again", small_spec(), n_jobs=2)
        assert fingerprint(tmp_path / "again") == fingerprint(demo_centre.folder)

    def test_a_folder_in_use_is_left_alone(self, wfm, demo_copy):
        before = fingerprint(demo_copy)
        outcome = wfm("demo", demo_copy)
        assert outcome.code == 2
        assert "not empty" in outcome.err
        assert fingerprint(demo_copy) == before


class TestPlanning:
    def test_a_published_week_is_not_overwritten(self, wfm, demo_copy):
        before = fingerprint(demo_copy / "runs")
        outcome = wfm("plan", folder=demo_copy)
        assert outcome.code == 2
        assert "--force" in outcome.err
        assert fingerprint(demo_copy / "runs") == before

    def test_force_publishes_a_new_version_and_keeps_the_old(self, wfm, demo_copy, demo_centre):
        before = fingerprint(demo_copy / "runs")
        outcome = wfm("plan", "--force", "-q", folder=demo_copy)
        assert outcome.code == 0, outcome.err
        after = fingerprint(demo_copy / "runs")
        assert before.items() <= after.items()
        new = demo_copy / "runs" / f"{demo_centre.following.week}.2"
        assert json.loads((new / "manifest.json").read_text(encoding="utf-8"))["version"].endswith(".2")
        old = demo_centre.following.path / "forecast.csv"
        assert (new / "forecast.csv").read_bytes() == old.read_bytes()

    def test_dry_run_names_what_would_be_written_and_writes_nothing(self, wfm, demo_copy):
        before = fingerprint(demo_copy)
        outcome = wfm("plan", "--week", "2026-W40", "--dry-run", folder=demo_copy)
        assert outcome.code == 0
        assert "write runs/2026-W40/" in outcome.out.replace(os.sep, "/")
        assert fingerprint(demo_copy) == before

    def test_a_past_week_is_planned_without_looking_ahead(self, wfm, demo_copy, demo_centre):
        week = demo_centre.plan.week
        wfm("plan", "--week", week, "--force", "-q", folder=demo_copy)
        again = (demo_copy / "runs" / f"{week}.2" / "forecast.csv").read_bytes()
        assert again == (demo_centre.plan.path / "forecast.csv").read_bytes()

    def test_later_opening_hours_do_not_reach_into_the_past(self, wfm, demo_copy, demo_centre):
        monday = pd.Timestamp(demo_centre.following.manifest["first_day"])
        rows = [f"late{day},service,{monday + pd.Timedelta(days=day, hours=23)},,,9,,,,abandoned" for day in range(40)]
        (demo_copy / "data" / "calls-late.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
        outcome = wfm("plan", "--week", demo_centre.plan.week, "--force", "-q", folder=demo_copy)
        assert outcome.code == 0, outcome.err
        again = demo_copy / "runs" / f"{demo_centre.plan.week}.2"
        for name in ("interval_history.csv", "forecast.csv", "requirement.csv"):
            assert (again / name).read_bytes() == (demo_centre.plan.path / name).read_bytes(), name

    def test_coverage_can_fail_a_run_that_is_published_all_the_same(self, wfm, demo_copy):
        (demo_copy / "data" / "agents.csv").write_text(
            "\n".join((demo_copy / "data" / "agents.csv").read_text(encoding="utf-8").splitlines()[:3]) + "\n",
            encoding="utf-8",
        )
        outcome = wfm("plan", "--force", "-q", "--fail-on", "coverage", folder=demo_copy)
        assert outcome.code == 5
        assert "short of the requirement" in outcome.err


class TestTracking:
    def test_the_locked_version_is_the_last_one_published_before_the_week(self, wfm, demo_copy, demo_centre):
        week = demo_centre.plan.week
        wfm("plan", "--week", week, "--force", "-q", folder=demo_copy)
        outcome = wfm("track", "--week", week, "--force", "-q", "--json", folder=demo_copy)
        assert outcome.code == 0, outcome.err
        assert json.loads(outcome.out)["plan_version"] == f"{week}.1"

    def test_tracking_twice_without_news_changes_nothing(self, wfm, demo_copy, demo_centre):
        before = fingerprint(demo_copy)
        outcome = wfm("track", "--week", demo_centre.track.week, folder=demo_copy)
        assert outcome.code == 0
        assert "has tracked these files already" in outcome.err
        assert fingerprint(demo_copy) == before

    def test_a_changed_plan_is_not_tracked_against(self, wfm, demo_copy, demo_centre):
        path = demo_copy / "runs" / demo_centre.plan.path.name / "forecast.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("0", "1"), encoding="utf-8")
        outcome = wfm("track", "--week", demo_centre.plan.week, "--force", folder=demo_copy)
        assert outcome.code == 3
        assert "forecast.csv" in outcome.err
        assert "published" in outcome.err

    def test_a_week_that_has_not_begun_cannot_be_tracked(self, wfm, demo_copy, demo_centre):
        outcome = wfm("track", "--week", demo_centre.following.week, folder=demo_copy)
        assert outcome.code == 3
        assert "no interval of the week" in outcome.err

    @pytest.mark.parametrize(("promised", "code"), [(1.0, 5), (0.01, 0)])
    def test_a_missed_kpi_can_fail_the_run(self, wfm, demo_copy, demo_centre, promised, code):
        manifest = demo_copy / "runs" / demo_centre.plan.path.name / "manifest.json"
        edit(manifest, r'"service_level": [0-9.]+', f'"service_level": {promised}')
        asked = ("track", "--force", "--week", demo_centre.plan.week, "-q", "--fail-on", "service_level")
        outcome = wfm(*asked, folder=demo_copy)
        assert outcome.code == code, outcome.err

    def test_a_kpi_without_a_target_cannot_fail_the_run_silently(self, wfm, demo_copy, demo_centre):
        outcome = wfm("track", "--force", "--week", demo_centre.plan.week, "-q", "--fail-on", "aht", folder=demo_copy)
        assert outcome.code == 2
        assert "nothing was judged" in outcome.err

    def test_targets_edited_after_publication_do_not_count(self, wfm, demo_copy, demo_centre):
        edit(demo_copy / "wfm.toml", r'^answer_within = "[^"]+"', 'answer_within = "1s"')
        edit(demo_copy / "wfm.toml", r'^interval = "[^"]+"', 'interval = "15min"')
        outcome = wfm("track", "--force", "--week", demo_centre.plan.week, "-q", folder=demo_copy)
        assert outcome.code == 0, outcome.err
        new = demo_copy / "runs" / f"{demo_centre.track.path.name}.2"
        for name in ("scorecard.csv", "accuracy.csv", "staffing.csv"):
            assert (new / name).read_bytes() == (demo_centre.track.path / name).read_bytes(), name

    def test_a_week_that_is_not_over_is_tracked_as_far_as_the_exports_go(self, wfm, demo_copy, demo_centre):
        path = next((demo_copy / "data").glob(f"calls-{demo_centre.plan.week}*"))
        calls = ingest.read_frame(path, "calls", timezone="Europe/Amsterdam")
        noon = pd.Timestamp(demo_centre.plan.manifest["first_day"] + "T12:00").tz_localize("Europe/Amsterdam")
        noon += pd.Timedelta(days=2)
        reporting.write_frame(calls[calls["offered_at"] < noon], path)
        outcome = wfm("track", "--force", "--week", demo_centre.plan.week, "-q", "--json", folder=demo_copy)
        manifest = json.loads(outcome.out)
        assert "week-not-over" in {finding["rule"] for finding in manifest["warnings"]}
        new = demo_copy / "runs" / f"{demo_centre.track.path.name}.2"
        whole, part = (pd.read_csv(folder / "adherence.csv") for folder in (demo_centre.track.path, new))
        assert sorted(part["day"].unique()) == sorted(whole["day"].unique())[:3]
        today = part["day"].max()
        before, as_before = (frame[frame["day"] < today].reset_index(drop=True) for frame in (whole, part))
        pd.testing.assert_frame_equal(as_before, before)
        assert pd.read_csv(new / "forecast.csv")["interval_start"].max() < noon.isoformat()

    def test_an_unknown_kpi_is_named_before_anything_is_written(self, wfm, demo_copy):
        before = fingerprint(demo_copy)
        outcome = wfm("track", "--fail-on", "service_levle", folder=demo_copy)
        assert outcome.code == 2
        assert "service_level" in outcome.err
        assert fingerprint(demo_copy) == before


class TestReport:
    def test_the_report_is_the_same_page_again(self, wfm, demo_centre, tmp_path):
        page = tmp_path / "page.html"
        assert wfm("report", "-o", page, folder=demo_centre.folder).code == 0
        assert page.read_bytes() == (demo_centre.following.path / "report.html").read_bytes()


def spoil_state_map(folder):
    (folder / "data" / "state_map.csv").write_text("state,activity,rule\nready,phone,perhaps\n", encoding="utf-8")


def spoil_log(text):
    def spoil(folder):
        (folder / "data" / "calls-extra.csv").write_text(text, encoding="utf-8")

    return spoil


def cut_log(folder):
    path = next((folder / "data").glob("calls-history*.parquet"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change_config(pattern, text):
    return lambda folder: edit(folder / "wfm.toml", pattern, text)


def empty_agents(folder):
    path = folder / "data" / "agents.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


def drop_shifts(folder):
    path = folder / "wfm.toml"
    path.write_text(path.read_text(encoding="utf-8").split("[schedule]")[0], encoding="utf-8")


BAD = {
    "a missing column": (spoil_log("queue,answered_at\nservice,2026-11-02 09:00\n"), 3, "calls-extra.csv"),
    "text in a number": (
        spoil_log(HEADER + "x1,service,2026-11-02 09:00:00,,,5:1x,,,,abandoned\n"),
        3,
        "calls-extra.csv:2:wait_s",
    ),
    "a wrong date format": (
        spoil_log(HEADER + "x1,service,02/11/26 at nine,,,5,,,,abandoned\n"),
        3,
        "calls-extra.csv:2:offered_at",
    ),
    "an empty file": (spoil_log(""), 3, "calls-extra.csv"),
    "a file cut in half": (cut_log, 3, "calls-history"),
    "a queue without history": (change_config(r"\Z", "\n[queues.ghost]\nservice_level = 0.9\n"), 3, "queues.ghost"),
    "agents but no shifts": (drop_shifts, 3, "schedule.shifts"),
    "no agents at all": (empty_agents, 3, "agents"),
    "an unknown setting": (change_config(r"^\[forecast\]", "[forecast]\nweekz = 2"), 3, "forecast.weekz"),
    "an infeasible rule set": (
        change_config(r"^\[schedule\]", "[schedule]\nmin_contract_share = 1.0\nmin_rest = '24h'"),
        4,
        "infeasible",
    ),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_is_one_clear_line_and_leaves_every_run_untouched(wfm, demo_copy, fault):
    spoil, code, named = BAD[fault]
    spoil(demo_copy)
    before = fingerprint(demo_copy / "runs")
    outcome = wfm("plan", "--force", "-q", folder=demo_copy)
    assert outcome.code == code, outcome.err
    assert named in outcome.err
    assert "Traceback" not in outcome.err
    assert len(outcome.err.splitlines()) <= 3
    assert fingerprint(demo_copy / "runs") == before


def test_a_bad_state_map_stops_tracking_and_is_listed_by_check(wfm, demo_copy, demo_centre):
    spoil_state_map(demo_copy)
    outcome = wfm("track", "--week", demo_centre.plan.week, "--force", folder=demo_copy)
    assert outcome.code == 3
    assert "state_map.csv:2:rule" in outcome.err
    assert "state_map.csv:2:rule" in wfm("check", folder=demo_copy).out


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
@pytest.mark.parametrize("moment", ["at once", "while forecasting", "while scheduling", "while writing"])
def test_kill_9_leaves_the_published_plan_whole_and_the_next_plan_possible(wfm, demo_copy, moment):
    before = fingerprint(demo_copy / "runs")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "plan", "--force", "--jobs", "1"],
        cwd=demo_copy,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    words = {"while forecasting": "forecasting", "while scheduling": "scheduling", "while writing": "writing"}
    with process:
        if moment in words:
            assert any(words[moment] in line for line in process.stderr)
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert {k: v for k, v in fingerprint(demo_copy / "runs").items() if ".partial" not in k} == before
    assert wfm("plan", "--force", "-q", folder=demo_copy).code == 0
    assert not list((demo_copy / "runs").glob(".*.partial"))


def test_init_writes_a_workspace_once(wfm, tmp_path):
    outcome = wfm("init", tmp_path / "acme", "--timezone", "Europe/Amsterdam")
    assert outcome.code == 0
    assert wfm("init", tmp_path / "acme").code == 2
    outcome = wfm("plan", folder=tmp_path / "acme")
    assert outcome.code == 3
    assert "data.calls" in outcome.err


def test_the_workspace_says_how_sure_and_with_which_load_to_staff(wfm, demo_copy):
    def agents(*flags):
        told = json.loads(wfm("staff", "--json", *flags, folder=demo_copy).out)
        return sum(row["agents"] for row in told)

    plain = agents()
    config = demo_copy / "wfm.toml"
    config.write_text(
        config.read_text().replace('model = "erlang_a"', 'model = "erlang_a"\nrisk = 0.95\nload = "mol"', 1)
    )
    assert agents() > plain
    assert agents() == agents("--risk", "0.95", "--load", "mol")
    assert agents("--risk", "0.95", "--load", "sipp") != agents()
