"""Tables of cases: answers behind the questions, bad rows reported and left null."""

import numpy as np
import pandas as pd
import pytest

from staffing import performance, required_agents, solve_cases
from wfm.errors import InputError
from wfm.params import ServiceTarget

QUESTIONS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "calls": [100, 100, 60, 0],
        "interval_s": 1800,
        "aht_s": [180, 180, 300, 180],
        "patience_s": [None, 120, None, 45],
        "agents": [14, 12, None, 0],
        "threshold_s": [20, 20, None, 20],
        "target_sl": [0.8, 0.8, 0.9, 0.8],
        "target_threshold_s": [20, 20, 10, 20],
        "target_asa_s": [None, 1, 30, 30],
        "target_occupancy": [0.85, None, None, 0.85],
        "shrinkage": [0.3, 0.3, None, 0.3],
        "remark": ["x", "y", "z", ""],
    }
)


def test_answers_stand_behind_the_questions():
    found, findings = solve_cases(QUESTIONS)
    assert not list(findings)
    pd.testing.assert_frame_equal(found[QUESTIONS.columns], QUESTIONS)
    patient = performance("erlang_c", calls=100, interval_s=1800, aht_s=180, agents=14)
    leaving = performance("erlang_a", calls=100, interval_s=1800, aht_s=180, agents=12, patience_s=120)
    for name, metric in (("sl_offered", "service_level"), ("asa_answered_s", "asa_s"), ("p_abandon", "abandonment")):
        expected = [getattr(patient, metric), getattr(leaving, metric), np.nan, 1.0 if name == "sl_offered" else 0.0]
        np.testing.assert_array_equal(found[name], np.array(expected, float))
    assert found["min_agents_sl"].tolist() == [14, 12, 15, 0]
    quick = ServiceTarget(None, asa_s=1, max_occupancy=None)
    least = int(required_agents("erlang_a", calls=100, interval_s=1800, aht_s=180, patience_s=120, target=quick).agents)
    assert found["min_agents_asa"].tolist()[1:] == [least, found["min_agents_asa"][2], 0]
    assert found["min_agents_occ"].isna().tolist() == [False, True, True, False]
    assert found["min_agents_all"].tolist() == [14, max(12, least), 15, 0]
    assert found["gross_sl"].isna().tolist() == [False, False, True, False]
    assert found["gross_sl"].tolist()[:2] == [20, 18]


def test_text_and_numbers_give_the_same():
    text = QUESTIONS.astype(object).where(QUESTIONS.notna(), "").astype(str)
    results = [name for name in solve_cases(QUESTIONS)[0].columns if name not in QUESTIONS]
    pd.testing.assert_frame_equal(solve_cases(text)[0][results], solve_cases(QUESTIONS)[0][results])


def test_columns_that_are_missing_are_not_asked():
    found, findings = solve_cases(QUESTIONS[["calls", "interval_s", "aht_s", "agents"]])
    assert not list(findings)
    assert found["occupancy"].notna().tolist() == [True, True, False, True]
    assert found[["sl_offered", "min_agents_sl", "min_agents_all", "gross_all"]].isna().all(axis=None)


def test_a_target_without_its_own_threshold_takes_that_of_the_question():
    found, _ = solve_cases(QUESTIONS.drop(columns="target_threshold_s").iloc[:2])
    assert found["min_agents_sl"].tolist() == [14, 12]


def test_a_bad_row_is_reported_and_stops_no_other():
    bad = QUESTIONS.astype(object)
    bad.loc[0, "calls"], bad.loc[0, "shrinkage"] = -5, "30"
    bad.loc[1, "patience_s"] = "inf"
    bad.loc[2, ["target_threshold_s", "aht_s"]] = ["", ""]
    bad.index = [7, 7, 8, 9]
    found, findings = solve_cases(bad, "cases.csv")
    assert [(f.row, f.column, f.found) for f in findings] == [
        (2, "calls", '"-5"'),
        (4, "aht_s", "nothing"),
        (3, "patience_s", '"inf"'),
        (2, "shrinkage", '"30"'),
        (4, "target_threshold_s", "nothing"),
    ]
    assert str(next(iter(findings))) == 'cases.csv:2:calls: found "-5", expected a number of calls >= 0'
    results = found.drop(columns=QUESTIONS.columns)
    assert results.isna().all(axis=1).tolist() == [True, True, True, False]
    assert found["id"].tolist() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("agents", "2.5"),
        ("agents", "-1"),
        ("target_sl", "1"),
        ("target_sl", "80"),
        ("target_sl", "0"),
        ("target_occupancy", "1.01"),
        ("target_asa_s", "0"),
        ("shrinkage", "1"),
        ("interval_s", "0"),
        ("calls", "nan"),
        ("threshold_s", "-1"),
        ("aht_s", "3:00"),
    ],
)
def test_senseless_cells_are_found(column, value):
    table = QUESTIONS.iloc[:1].astype(object)
    table.loc[0, column] = value
    _, findings = solve_cases(table)
    assert [(f.row, f.column, f.severity) for f in findings] == [(2, column, "error")]


def test_result_columns_are_computed_anew_and_that_is_said():
    found, findings = solve_cases(QUESTIONS.assign(p_wait=9.0, queue_len=1))
    assert found["p_wait"].max() <= 1
    assert [(f.found, f.severity) for f in findings] == [("result columns, computed anew: p_wait, queue_len", "note")]


def test_a_table_that_is_no_table_of_cases_is_refused():
    with pytest.raises(InputError) as problem:
        solve_cases(QUESTIONS.drop(columns=["calls", "aht_s"]), "cases.csv")
    assert [f.column for f in problem.value.findings] == ["calls", "aht_s"]
    with pytest.raises(InputError, match="no rows"):
        solve_cases(QUESTIONS.iloc[:0])


def test_shares_may_be_written_in_per_cent_and_stay_exact() -> None:
    plain = QUESTIONS.assign(target_sl=0.8, target_occupancy=0.85, shrinkage=0.3)
    words = QUESTIONS.assign(target_sl="80%", target_occupancy=" 85 %", shrinkage="30%")
    (found, findings), (expected, _) = solve_cases(words), solve_cases(plain)
    assert not list(findings)
    results = [name for name in expected if name not in QUESTIONS]
    pd.testing.assert_frame_equal(found[results], expected[results])
    for cell in ("80", "%", "-5%", "100%", "inf%", "1/0%"):
        _, findings = solve_cases(QUESTIONS.assign(target_sl=cell))
        assert {f.column for f in findings.of("error")} == {"target_sl"}, cell
    _, findings = solve_cases(QUESTIONS.assign(agents="50%"))
    assert {f.column for f in findings.of("error")} == {"agents"}


def test_a_table_that_asks_nothing_says_so() -> None:
    found, findings = solve_cases(QUESTIONS[["calls", "interval_s", "aht_s"]], "cases.csv")
    assert [str(f) for f in findings] == [
        "cases.csv: found no question, expected one of agents, target_sl, target_asa_s, target_occupancy filled in "
        "some row at least"
    ]
    assert found.drop(columns=["calls", "interval_s", "aht_s"]).isna().all(axis=None)
