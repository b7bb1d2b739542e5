"""The benchmark format: reading with every fault at once, and a judge that counts and names."""

from __future__ import annotations

from pathlib import Path

import pytest
from rostering_cases import TINY

from scheduling.problems import Effort, solve_problem
from scheduling.shiftrostering.evaluate import evaluate, read_roster
from scheduling.shiftrostering.reading import parse_instance, read_instance
from wfm.errors import InfeasibleError, InputError


def test_an_instance_is_read_whole() -> None:
    instance = parse_instance(TINY.replace("\n", "\r\n"), "tiny.txt")
    assert instance.days == 7
    assert instance.shifts["L"].not_before == {"E"}
    ann = instance.employees["Ann"]
    assert ann.max_shifts == {"E": 7, "L": 1}
    assert (ann.max_minutes, ann.min_minutes, ann.max_consecutive_shifts) == (2400, 1000, 3)
    assert (ann.min_consecutive_shifts, ann.min_consecutive_days_off, ann.max_weekends) == (2, 2, 1)
    assert instance.days_off == {("Ann", 2)}
    assert [len(part) for part in (instance.on_requests, instance.off_requests, instance.cover)] == [2, 1, 4]
    assert instance.weekends() == [[5, 6]]


def test_every_fault_of_a_file_is_listed_with_its_line() -> None:
    text = (
        TINY.replace("L,600,E", "L,6oo,Q")
        .replace("Ann,E=7|L=1,2400,1000,3,2,2,1", "Ann,E=7|X=1,2400,3000,3,4,2,1")
        .replace("Ann,2\n", "Eve,2\n")
        .replace("Bob,5,L,2", "Bob,7,L,2")
        .replace("3,E,2,100,1", "0,E,2,100,1")
        .replace("6,L,1,50,2", "6,L,1,50")
        .replace("SECTION_SHIFT_OFF_REQUESTS", "SECTION_WISHES")
    )
    with pytest.raises(InputError) as raised:
        parse_instance(text, "tiny.txt")
    found = {(finding.row, finding.rule) for finding in raised.value.findings}
    lines = text.splitlines()

    def line(start: str) -> int:
        return next(number for number, one in enumerate(lines, start=1) if one.startswith(start))

    assert found >= {
        (line("L,6oo"), "bad-number"),
        (line("L,6oo"), "unknown-shift"),
        (line("Ann,E=7"), "unknown-shift"),
        (line("Ann,E=7"), "contradiction"),
        (line("Eve,2"), "unknown-employee"),
        (line("Bob,7"), "out-of-range"),
        (line("0,E,2"), "double-key"),
        (line("6,L"), "wrong-field-count"),
        (line("SECTION_WISHES"), "unknown-section"),
    }
    assert all(str(finding).startswith("tiny.txt:") for finding in raised.value.findings)


@pytest.mark.parametrize("section", ["SECTION_HORIZON", "SECTION_SHIFTS", "SECTION_STAFF", "SECTION_COVER"])
def test_a_file_that_was_cut_off_is_said_to_be(section: str) -> None:
    with pytest.raises(InputError, match=section):
        parse_instance(TINY[: TINY.index(section)] + "SECTION_DAYS_OFF\n", "tiny.txt")


def test_the_objective_is_counted_part_by_part() -> None:
    instance = parse_instance(TINY, "tiny.txt")
    verdict = evaluate(instance, {("Bob", 0): "L", ("Ann", 3): "E", ("Ann", 4): "E", ("Bob", 6): "L"})
    assert (verdict.on_requests, verdict.off_requests) == (3 + 2, 4)
    assert (verdict.under, verdict.over) == (100 + 100, 0)
    assert verdict.objective == 209
    assert evaluate(instance, {("Ann", 6): "L", ("Bob", 6): "L"}).over == 2


def test_every_broken_rule_is_named() -> None:
    instance = parse_instance(TINY, "tiny.txt")
    worst = {("Ann", day): "L" if day in (0, 4) else "E" for day in (0, 1, 2, 3, 4, 6)} | {("Bob", 3): "E"}
    said = "\n".join(evaluate(instance, worst).broken)
    for words in (
        "Ann works E on day 2, a day off",
        "Ann works E on day 1 after L",
        "Ann works L 2 times, at most 1",
        "Ann works 3120 minutes, expected 1000 to 2400",
        "Ann works 5 days in a row from day 0, at most 3",
        "Ann is off 1 days in a row from day 5, at least 2",
        "Bob works E 1 times, at most 0",
        "Bob works 480 minutes, expected 1000 to 2400",
    ):
        assert words in said
    short = {("Ann", 3): "E", ("Bob", 5): "L", ("Bob", 6): "L"}
    assert "Ann works 1 days in a row from day 3, at least 2" in evaluate(instance, short).broken
    weekend = parse_instance(TINY.replace("4,1,1,1", "4,1,1,0"), "tiny.txt")
    assert "Bob works on 1 weekends, at most 0" in evaluate(weekend, short).broken


def test_runs_cut_by_the_edges_are_long_enough() -> None:
    instance = parse_instance(TINY, "tiny.txt")
    edges = {("Ann", 0): "E", ("Ann", 6): "E"}
    assert not [words for words in evaluate(instance, edges).broken if "in a row" in words]


def test_a_problem_file_is_solved_and_judged(tmp_path: Path) -> None:
    file = tmp_path / "tiny.txt"
    file.write_text(TINY)
    answer = solve_problem(file, Effort(time_limit_s=20))
    assert list(answer.table.columns) == ["employee", "day", "shift"]
    answer.table.to_csv(tmp_path / "roster.csv", index=False)
    instance = read_instance(file)
    verdict = evaluate(instance, read_roster(tmp_path / "roster.csv", instance))
    assert (verdict.objective, verdict.broken) == (answer.objective, ())
    assert answer.gap == 0
    assert sum(answer.parts.values()) == answer.objective


def test_contradicting_rules_name_the_employee(tmp_path: Path) -> None:
    file = tmp_path / "tiny.txt"
    file.write_text(TINY.replace("Ann,E=7|L=1,2400,1000", "Ann,E=7|L=1,1010,1000"))
    with pytest.raises(InfeasibleError, match="Ann"):
        solve_problem(file, Effort(time_limit_s=20))


def test_rows_that_no_roster_may_have_are_listed(tmp_path: Path) -> None:
    instance = parse_instance(TINY, "tiny.txt")
    file = tmp_path / "roster.csv"
    file.write_text("employee,day,shift\nAnn,0,E\nAnn,0,L\nEve,0,E\nAnn,7,E\nAnn,-1,Unknown\n")
    with pytest.raises(InputError) as raised:
        read_roster(file, instance)
    assert [finding.row for finding in raised.value.findings] == [3, 4, 5, 6]


def test_other_texts_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.txt"
    file.write_text("employee,day,shift\n")
    with pytest.raises(InputError, match="none of the known problem formats"):
        solve_problem(file, Effort())
