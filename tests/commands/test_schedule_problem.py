"""`wfm schedule --problem`: a benchmark file solved from the command line."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from scheduling.shiftdesign import evaluate, read_instance

TINY = """\
interval = 240;
days = 1;
demand = [0,1,2,2,1,0];
shiftTypes = 1;
minStart = [1];
maxStart = [2];
minLength = [2];
maxLength = [3];
minDuties = 3;
maxDuties = 5;
avgMinutes = 2310;
weightUnderCover = 1;
weightOverCover = 1;
weightDutiesPerWeek = 0;
weightShiftInstances = 60;
"""


@pytest.fixture
def tiny(tmp_path):
    file = tmp_path / "tiny.dzn"
    file.write_text(TINY)
    return file


def test_prints_objective_bound_gap_and_time_and_writes_the_shifts(wfm, tiny, tmp_path):
    out = tmp_path / "shifts.csv"
    outcome = wfm("schedule", "--problem", tiny, "--time-limit", "20s", "-o", out)
    assert outcome.code == 0
    assert outcome.out.startswith("objective 120, bound 120, gap 0.00%, ")
    table = pd.read_csv(out)
    assert list(table.columns) == ["day", "start", "length", "workers", "from", "until"]
    verdict = evaluate(read_instance(tiny), table)
    assert (verdict.objective, verdict.broken) == (120, ())
    assert table["until"].tolist() == ["16:00", "20:00"]


def test_json_and_standard_output(wfm, tiny):
    told = json.loads(wfm("schedule", "--problem", tiny, "--json", "-q").out)
    assert (told["objective"], told["bound"], told["gap"], told["status"]) == (120, 120, 0, "optimal")
    outcome = wfm("schedule", "--problem", tiny, "-q")
    assert outcome.out.splitlines()[0] == "day,start,length,workers,from,until"
    assert "objective 120" in outcome.err


def test_other_inputs_and_faulty_files_are_refused(wfm, tiny):
    outcome = wfm("schedule", "requirement.csv", "--problem", tiny, "--agents", "agents.csv")
    assert outcome.code == 2
    assert "leave out --agents, REQUIREMENT" in outcome.err
    tiny.write_text(TINY.replace("days = 1", "days = 2"))
    outcome = wfm("schedule", "--problem", tiny)
    assert outcome.code == 3
    assert "tiny.dzn:3:demand: found 6 numbers, expected 2 days x 6 slots = 12" in outcome.err
