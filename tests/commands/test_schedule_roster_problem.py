"""`wfm schedule --problem` on a benchmark file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

PROBLEM = """\
SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
Ann,E=7|L=7,2400,1440,5,2,2,1
Bob,E=7|L=7,2400,1440,5,2,2,1
SECTION_DAYS_OFF
Ann,2
SECTION_SHIFT_OFF_REQUESTS
Bob,0,L,4
SECTION_COVER
0,E,1,100,1
0,L,1,10,1
4,L,2,100,1
"""


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    path = tmp_path / "problem.txt"
    path.write_text(PROBLEM)
    return path


def test_the_roster_is_written_and_its_cost_said(wfm, problem, tmp_path):
    out = tmp_path / "roster.csv"
    outcome = wfm("schedule", "--problem", str(problem), "--time-limit", "30s", "-o", str(out))
    assert outcome.code == 0
    assert "gap 0.00%" in outcome.out
    assert "optimal" in outcome.out
    assert outcome.out.startswith("objective ")
    assert list(pd.read_csv(out).columns) == ["employee", "day", "shift"]


def test_a_gap_ends_the_search(wfm, problem):
    answer = json.loads(wfm("schedule", "--problem", str(problem), "--gap", "50%", "--seed", "3", "--json", "-q").out)
    assert answer["bound"] <= answer["objective"]
    assert answer["gap"] <= 0.5
    assert wfm("schedule", "requirement.csv", "--gap", "1%").code == 2


def test_a_bad_file_lists_its_faults_by_line(wfm, problem):
    problem.write_text(PROBLEM.replace("L,480,E", "L,eight hours,E").replace("Ann,2", "Eve,2"))
    outcome = wfm("schedule", "--problem", str(problem))
    assert outcome.code == 3
    assert "problem.txt:5:Length in mins" in outcome.err
    assert "problem.txt:10:EmployeeID" in outcome.err


def test_rules_that_contradict_are_infeasible(wfm, problem):
    problem.write_text(PROBLEM.replace("Bob,E=7|L=7,2400", "Bob,E=1|L=1,2400"))
    outcome = wfm("schedule", "--problem", str(problem))
    assert outcome.code == 4
    assert "Bob" in outcome.err


def test_no_time_gives_no_roster_and_says_so(wfm, problem, tmp_path):
    out = tmp_path / "roster.csv"
    outcome = wfm("schedule", "--problem", str(problem), "--time-limit", "0.000001s", "-o", str(out))
    assert outcome.code == 4
    assert "no roster was found" in outcome.err
    assert not out.exists()
