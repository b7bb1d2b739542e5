"""Handing a schedule out and holding two against each other, as a planner does it."""

from __future__ import annotations

import io
import json
import sys

import icalendar
import openpyxl
import pandas as pd
import pytest

SCHEDULE = """\
version,agent,start,end,activity,queue,paid,productive,published_at
2026-W48.1,Ann,2026-11-23T08:00:00+01:00,2026-11-23T12:00:00+01:00,phone,sales,true,true,2026-11-20T17:00:00+01:00
2026-W48.1,Ann,2026-11-23T12:00:00+01:00,2026-11-23T12:30:00+01:00,lunch,,false,false,2026-11-20T17:00:00+01:00
2026-W48.1,Ann,2026-11-23T12:30:00+01:00,2026-11-23T16:30:00+01:00,phone,sales,true,true,2026-11-20T17:00:00+01:00
2026-W48.1,=Ben,2026-11-24T22:00:00+01:00,2026-11-25T06:00:00+01:00,phone,sales,true,true,2026-11-20T17:00:00+01:00
"""
ZONE = ("--timezone", "Europe/Amsterdam")


@pytest.fixture
def schedule(tmp_path):
    path = tmp_path / "schedule.csv"
    path.write_text(SCHEDULE, encoding="utf-8")
    return path


def test_a_file_goes_out_in_every_form_at_once(wfm, schedule, tmp_path):
    outcome = wfm(
        "export", schedule, *ZONE, "--grid", tmp_path / "w.xlsx", "--ics", tmp_path / "cal", "--json",
        tmp_path / "s.json", "--long", tmp_path / "long.csv", "-o", tmp_path / "same.csv",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert outcome.out == ""
    assert openpyxl.load_workbook(tmp_path / "w.xlsx")["2026-W48"]["A5"].value == "Ann"
    events = icalendar.Calendar.from_ical((tmp_path / "cal" / "Ann.ics").read_bytes()).walk("VEVENT")
    assert [event.decoded("dtstart").isoformat() for event in events] == ["2026-11-23T08:00:00+01:00"]
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["version"] == "2026-W48.1"
    long = pd.read_csv(tmp_path / "long.csv")
    assert long.loc[long["agent"] == "=Ben", "date"].tolist() == ["2026-11-24"]
    assert (tmp_path / "same.csv").read_text(encoding="utf-8") == SCHEDULE


def test_without_a_target_the_long_rows_are_printed_and_a_pipe_is_taken(wfm, schedule, monkeypatch):
    printed = wfm("export", schedule, *ZONE).out
    assert printed.splitlines()[0] == "agent,date,activity,queue,start,end,hours,paid,version"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(SCHEDULE.encode())))
    assert wfm("export", "-", *ZONE).out == printed


def test_json_is_printed_or_written_and_never_over_the_schedule(wfm, schedule, tmp_path):
    assert json.loads(wfm("export", schedule, *ZONE, "--json").out)["agents"][1]["agent"] == "Ann"
    outcome = wfm("export", "--json", schedule, *ZONE, folder=tmp_path)
    assert outcome.code == 2
    assert schedule.read_text(encoding="utf-8") == SCHEDULE


def test_a_changed_grid_comes_back_and_is_held_against_the_old(wfm, schedule, tmp_path):
    grid = tmp_path / "w.xlsx"
    wfm("export", schedule, *ZONE, "--grid", grid)
    book = openpyxl.load_workbook(grid)
    book["2026-W48"]["C5"] = "09:00–17:30"
    book["2026-W48"]["D4"] = None
    book.save(grid)
    outcome = wfm("diff", schedule, grid, *ZONE)
    assert outcome.code == 0, outcome.err
    assert [line.split()[3:5] for line in outcome.out.splitlines()[1:]] == [["Ann", "moved"], ["=Ben", "removed"]]
    assert "paid hours 16.0 → 8.0 (−8.0)" in outcome.err
    assert wfm("export", grid, "-o", tmp_path / "new.csv").code == 0
    assert pd.read_csv(tmp_path / "new.csv")["version"].unique().tolist() == ["2026-W48.1+edited"]


def test_a_bad_cell_stops_the_export_and_nothing_is_written(wfm, schedule, tmp_path):
    grid = tmp_path / "w.xlsx"
    wfm("export", schedule, *ZONE, "--grid", grid)
    book = openpyxl.load_workbook(grid)
    book["2026-W48"]["C5"] = "late"
    book["2026-W48"]["D4"] = "26:00–27:00"
    book.save(grid)
    outcome = wfm("export", grid, "-o", tmp_path / "new.csv")
    assert outcome.code == 3
    assert "[2026-W48]:C5" in outcome.err
    assert "[2026-W48]:D4" in outcome.err
    assert not (tmp_path / "new.csv").exists()


def test_calendars_cancel_what_is_gone(wfm, schedule, tmp_path):
    later = tmp_path / "later.csv"
    later.write_text(SCHEDULE.rpartition("2026-W48.1,=Ben")[0].replace("W48.1", "W48.2"), encoding="utf-8")
    outcome = wfm("export", later, *ZONE, "--ics", tmp_path / "cal", "--since", schedule)
    assert outcome.code == 0, outcome.err
    (index,) = [row for row in pd.read_csv(tmp_path / "cal" / "calendars.csv").itertuples() if row.agent == "=Ben"]
    (event,) = icalendar.Calendar.from_ical((tmp_path / "cal" / index.file).read_bytes()).walk("VEVENT")
    assert (str(event["status"]), event["sequence"]) == ("CANCELLED", 1)


def test_diff_as_json_and_files(wfm, schedule, tmp_path):
    later = tmp_path / "later.csv"
    later.write_text(SCHEDULE.replace("T12:30", "T12:45"), encoding="utf-8")
    outcome = wfm(
        "diff", schedule, later, *ZONE, "--json", "-q", "-o", tmp_path / "d.csv", "--coverage", tmp_path / "c.csv"
    )
    found = json.loads(outcome.out)
    assert found["changes"][0]["activities"] == "lunch 12:00–12:30 → 12:00–12:45"
    assert pd.read_csv(tmp_path / "d.csv")["change"].tolist() == ["activities"]
    assert pd.read_csv(tmp_path / "c.csv")["change"].tolist() == [-1.0]


def test_outside_a_workspace_a_schedule_must_be_named(wfm, tmp_path):
    for name in ("export", "diff"):
        outcome = wfm(name, folder=tmp_path)
        assert outcome.code == 2, name
        assert "workspace" in outcome.err
    (tmp_path / "runs").mkdir()
    assert wfm("export", tmp_path / "runs").code == 2


class TestInAWorkspace:
    def test_the_last_plan_goes_out_and_its_grid_is_the_published_schedule(self, wfm, demo_copy, demo_centre, tmp_path):
        outcome = wfm("export", "--grid", tmp_path / "w.xlsx", "--ics", tmp_path / "c.zip", folder=demo_copy)
        assert outcome.code == 0, outcome.err
        cover = dict(openpyxl.load_workbook(tmp_path / "w.xlsx")["Read me"].iter_rows(values_only=True, max_col=2))
        assert cover["Run"] == demo_centre.following.path.name
        for book in (tmp_path / "w.xlsx", demo_centre.following.path / "plan.xlsx"):
            assert wfm("export", book, "-o", tmp_path / "back.csv").code == 0
            published = (demo_centre.following.path / "schedule.csv").read_text(encoding="utf-8")
            assert (tmp_path / "back.csv").read_text(encoding="utf-8") == published

    def test_a_second_version_says_what_it_changes(self, wfm, demo_copy, demo_centre):
        week = demo_centre.following.week
        assert "one version" in wfm("diff", folder=demo_copy).err
        config = demo_copy / "wfm.toml"
        text = config.read_text(encoding="utf-8")
        assert "max_days_per_week = 5" in text
        config.write_text(text.replace("max_days_per_week = 5", "max_days_per_week = 4"), encoding="utf-8")
        assert wfm("plan", "--force", "-q", folder=demo_copy).code == 0
        run = demo_copy / "runs" / f"{week}.2"
        changes = pd.read_csv(run / "schedule_changes.csv")
        assert len(changes)
        facts = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["change_facts"]
        assert facts["old"] == f"{week}.1"
        assert sum(facts[kind] for kind in ("added", "removed", "moved", "activities")) == len(changes)
        page = (run / "report.html").read_text(encoding="utf-8")
        assert f"Changes against {week}.1" in page
        assert len(list(openpyxl.load_workbook(run / "plan.xlsx")["Changes"].rows)) == len(changes) + 2
        named = wfm("diff", demo_copy / "runs" / week, run, "--json", "-q")
        assert json.loads(named.out)["changes"] == json.loads(wfm("diff", "--json", "-q").out)["changes"]
