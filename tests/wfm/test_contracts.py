import pandas as pd
import pytest

from wfm.contracts import CONTRACTS, COVERAGE
from wfm.errors import Finding, InputError


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_contract_documents_each_column_and_accepts_its_own_empty_frame(name):
    contract = CONTRACTS[name]
    assert contract.doc
    assert set(contract.key) <= set(contract.names)
    assert all(column.doc for column in contract.columns)
    assert list(contract.validate(contract.empty("Europe/Amsterdam")).columns) == contract.names


@pytest.mark.parametrize("name", CONTRACTS)
def test_durations_carry_their_unit_in_name_and_dictionary(name):
    for column in CONTRACTS[name].columns:
        assert column.name.endswith("_s") == (column.unit == "s"), column.name
        assert column.name.endswith("_erl") == (column.unit == "erl"), column.name


def coverage_frame(**columns):
    times = pd.date_range("2026-01-05 08:00", periods=2, freq="30min", tz="UTC", unit="us")
    frame = {"queue": ["a", "a"], "interval_start": times, "required": [1.0, 2.0], "scheduled": [1.0, 1.0]}
    return pd.DataFrame(frame | {"gap": [0.0, -1.0]} | columns)


def test_extra_columns_stay_behind_the_contract_s_own():
    frame = coverage_frame()[["gap", "queue", "interval_start", "required", "scheduled"]].assign(note="x")
    assert list(COVERAGE.validate(frame).columns) == [*COVERAGE.names, "note"]


def test_everything_that_is_wrong_is_named_at_once_with_row_and_column():
    wrong = coverage_frame(required=[-1.0, 2.0], scheduled=[None, 1.0]).drop(columns="gap")
    with pytest.raises(InputError) as caught:
        COVERAGE.validate(wrong, "coverage.csv")
    found = {(f.rule, f.row, f.column) for f in caught.value.findings}
    assert found == {("bad-value", 2, "required"), ("null", 2, "scheduled"), ("missing-column", None, "gap")}


def test_a_repeated_key_is_one_finding():
    times = pd.DatetimeIndex(["2026-01-05 08:00"] * 2).tz_localize("UTC")
    with pytest.raises(InputError) as caught:
        COVERAGE.validate(coverage_frame(interval_start=times))
    assert [f.rule for f in caught.value.findings] == ["duplicate-key"]
    assert "one row per queue, interval_start" in str(caught.value)


def test_a_repeated_index_does_not_hide_a_repeated_key():
    frame = coverage_frame()
    with pytest.raises(InputError, match="4 rows that repeat a key"):
        COVERAGE.validate(pd.concat([frame, frame]))


def test_a_naive_time_or_a_text_in_a_number_is_a_wrong_kind_and_nothing_else():
    wrong = coverage_frame(required=["x", "2"], interval_start=pd.to_datetime(["2026-01-05", "2026-01-06"]))
    with pytest.raises(InputError) as caught:
        COVERAGE.validate(wrong)
    expected = {(f.column, f.expected) for f in caught.value.findings}
    assert expected == {("required", "a number"), ("interval_start", "a time with its zone")}


def test_a_finding_reads_as_file_row_column_what_and_how_to_fix():
    finding = Finding("volumes.csv", "bad-duration", '"5:1x"', "seconds or m:ss", row=1283, column="aht_s")
    assert str(finding) == 'volumes.csv:1283:aht_s: found "5:1x", expected seconds or m:ss'
