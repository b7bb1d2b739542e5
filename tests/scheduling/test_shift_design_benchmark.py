"""Minimum shift design: the reader, the judge against hand counts, and the search against every plan."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import solve_problem
from scheduling.problems import Effort
from scheduling.shiftdesign import evaluate, to_table
from scheduling.shiftdesign.instance import Instance, ShiftType
from scheduling.shiftdesign.model import cost
from scheduling.shiftdesign.reading import is_instance, parse_instance, read_instance
from scheduling.shiftdesign.search import search
from wfm.errors import InputError

TEXT = """\
interval = 360;
days = 2;
demand = [0,2,1,0, 1,2,1,0];   % slots of six hours
shiftTypes = 2;
minStart = [1, 3];
maxStart = [2, 3];
minLength = [1, 2];
maxLength = [2, 2];
minDuties = 3;
maxDuties = 5.5;
avgMinutes = 2310;
weightUnderCover = 2;
weightOverCover = 1;
weightDutiesPerWeek = 0;
weightShiftInstances = 300;
"""


def rows(*given: tuple[int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(given, columns=["day", "start", "length", "workers"])


def small(demand: list[int], **change: int) -> Instance:
    values = {"under_weight": 1, "over_weight": 1, "duties_weight": 0, "shift_weight": 300} | change
    types = (ShiftType(1, 1, 1, 2), ShiftType(3, 3, 2, 2))
    return Instance(360, 2, tuple(demand), types, 3, 5, 2310, **values)


def test_reads_a_file_with_comments_and_decimals():
    instance = parse_instance(TEXT, "x.dzn")
    assert (instance.interval_min, instance.days, instance.slots) == (360, 2, 8)
    assert instance.demand == (0, 2, 1, 0, 1, 2, 1, 0)
    assert instance.shifts == ((1, 1), (1, 2), (2, 1), (2, 2), (3, 2))
    assert (instance.max_duties, instance.under_weight, instance.shift_weight) == (5.5, 2, 300)
    assert instance.slots_of(1, (3, 2)) == [7, 0]


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("interval = 360", "interval = 350", 1, "divides the day"),
        ("days = 2;", "days = 2", 2, "without ; at its end"),
        ("days = 2", "days = 3", 3, "3 days x 4 slots = 12"),
        ("[0,2", "[0,-2", 3, '"-2" at place 2'),
        ("[0,2,1,0, 1,2,1,0]", "7", 3, "a list of whole numbers"),
        ("[1, 3]", "[1, 3, 3]", 5, "2, one a shift type"),
        ("maxStart = [2", "maxStart = [4", 6, "the last slot of the day"),
        ("minLength = [1", "minLength = [3", 7, "at most maxLength, 2"),
        ("maxLength = [2, 2]", "maxLength = [2, 5]", 8, "at most 4 slots, a day"),
        ("minDuties = 3", "minDuties = 6", 9, "at most 5.5"),
        ("maxDuties = 5.5", "maxDuties = many", 10, "a number, 0 or more"),
        ("avgMinutes = 2310;", "avgMinutes = 2310;\nhello;", 12, "name = value;"),
        ("weightUnderCover", "weightUndercover", 12, "unknown field"),
        ("avgMinutes = 2310;", "avgMinutes = 2310; avgMinutes = 2310;", 11, "a second time"),
    ],
)
def test_faults_are_told_by_line(old: str, new: str, line: int, told: str):
    assert old in TEXT
    with pytest.raises(InputError) as caught:
        parse_instance(TEXT.replace(old, new, 1), "x.dzn")
    assert any(f.row == line and told in str(f) for f in caught.value.findings), str(caught.value)


def test_all_faults_are_told_at_once():
    broken = TEXT.replace("days = 2;", "").replace("[1, 3]", "[x, 3]").replace("= 2310", "= -1")
    with pytest.raises(InputError) as caught:
        parse_instance(broken, "x.dzn")
    assert {f.column or f.found for f in caught.value.findings} == {"no days", "minStart", "avgMinutes"}


def test_knows_its_format_from_others():
    assert is_instance(TEXT)
    assert is_instance(TEXT.replace("interval", "interwal"))
    assert not is_instance("SECTION_HORIZON\n7\n")


def test_judge_counts_by_hand():
    """Two workers 06-12 on day 0, one 12-24 on day 0, one 18-06 on day 1 (into day 0)."""
    verdict = evaluate(parse_instance(TEXT, ""), rows((0, 1, 1, 2), (0, 2, 2, 1), (1, 3, 2, 1)))
    # on duty 1 2 1 1 | 0 0 0 1; needed 0 2 1 0 | 1 2 1 0
    assert verdict.under_min == 4 * 360
    assert verdict.over_min == 3 * 360
    assert verdict.shifts == 3
    assert verdict.duties_a_week == pytest.approx(2310 * 4 / (6 * 360))
    assert verdict.objective == 2 * 4 * 360 + 3 * 360 + 3 * 300
    assert verdict.broken == ()


def test_judge_prices_duties_out_of_range():
    priced = small([0, 1, 0, 0, 0, 1, 0, 0], duties_weight=100)
    verdict = evaluate(priced, rows((0, 1, 1, 1), (1, 1, 1, 1)))
    assert verdict.duties_a_week == pytest.approx(2310 / 360)
    assert verdict.objective == pytest.approx(300 + 100 * (2310 / 360 - 5))
    assert evaluate(priced, rows()).duties_a_week is None


def test_judge_names_rows_that_are_not_allowed():
    verdict = evaluate(parse_instance(TEXT, ""), rows((2, 1, 1, 1), (0, 0, 1, 1), (0, 1, 3, 1), (0, 1, 1, -1)))
    assert [text.split(":")[1].strip() for text in verdict.broken] == [
        "the days are 0 to 1",
        "no shift type allows it",
        "no shift type allows it",
        "-1 workers",
    ]


def every_plan(instance: Instance, most: int):
    keys = [(shift, day) for shift in instance.shifts for day in range(instance.days)]
    for counts in itertools.product(range(most + 1), repeat=len(keys)):
        yield {key: count for key, count in zip(keys, counts, strict=True) if count}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 2), min_size=8, max_size=8).filter(any),
    st.sampled_from([1, 3]),
    st.sampled_from([0, 100, 720, 1500]),
    st.sampled_from([0, 200]),
)
def test_search_finds_the_least_of_all_plans(demand: list[int], under: int, shift: int, duties: int):
    instance = small(demand, under_weight=under, shift_weight=shift, duties_weight=duties)
    least = min(cost(instance, plan) for plan in every_plan(instance, 3))
    best = search(instance, deadline=time.monotonic() + 20, n_jobs=1)
    verdict = evaluate(instance, to_table(instance, best.plan))
    assert verdict.broken == ()
    assert verdict.objective == pytest.approx(best.objective)
    assert best.bound <= least + 1e-6
    if not duties:
        assert best.objective == pytest.approx(least)
        assert best.bound == pytest.approx(least)
    else:
        assert best.objective >= least - 1e-6
        assert best.objective <= least + 200


def test_free_surplus_and_free_shifts_have_no_cost():
    free = small([1, 2, 0, 1, 2, 2, 1, 0], over_weight=0, shift_weight=0)
    best = search(free, deadline=time.monotonic() + 20, n_jobs=2)
    assert (best.objective, best.bound) == (0, 0)
    assert evaluate(free, to_table(free, best.plan)).under_min == 0


def test_nobody_needed_is_nobody_planned():
    best = search(small([0] * 8), deadline=time.monotonic() + 5)
    assert (best.plan, best.objective, best.bound) == ({}, 0, 0)


def test_a_tiny_file_is_solved_and_proven(tmp_path: Path):
    file = tmp_path / "tiny.dzn"
    file.write_text(TEXT)
    told: list[str] = []
    answer = solve_problem(file, Effort(20, progress=told.append))
    assert answer.status == "optimal"
    assert answer.gap == 0
    assert told[-1] == f"objective {answer.objective:g}, bound {answer.bound:g}"
    assert evaluate(read_instance(file), answer.table).objective == answer.objective


@pytest.mark.parametrize(("number", "best"), [(1, 480), (2, 300), (3, 600)])
def test_published_instances_are_proven(shared_data: Path, number: int, best: int):
    """Best known values of the first data set in Di Gaspero et al. (2007)."""
    answer = solve_problem(shared_data / f"shift_design/RandomExample{number}.dzn", Effort(60))
    assert (answer.objective, answer.bound) == (best, best)


def test_unknown_files_are_refused_with_the_formats_that_are_known(tmp_path: Path):
    file = tmp_path / "notes.dzn"
    file.write_text("hello")
    with pytest.raises(InputError, match=r"none of the known problem formats.*\.dzn"):
        solve_problem(file)
    with pytest.raises(InputError, match="no such file"):
        solve_problem(tmp_path / "missing.dzn")
