"""Frames of Shiftcast's own contracts, read back from files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import read_frame, read_state_map
from wfm.contracts import CONTRACTS
from wfm.errors import InputError, UsageProblem

AMSTERDAM = "Europe/Amsterdam"


def written(folder: Path, text: str, name: str = "frame.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def errors(path: Path, contract: str, **options: object) -> list[tuple[str, int | None, str]]:
    with pytest.raises(InputError) as caught:
        read_frame(path, contract, **options)
    return [(finding.rule, finding.row, finding.column) for finding in caught.value.findings]


FORECAST = "queue,interval_start,calls,aht_s,model,cutoff\n"


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=20))
def test_floats_come_back_to_the_last_digit(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    starts = pd.date_range("2026-01-05", periods=len(values), freq="30min", tz="UTC").as_unit("us")
    frame = pd.DataFrame({"queue": "a", "interval_start": starts, "calls": values, "aht_s": values[::-1]})
    path = tmp_path_factory.mktemp("own") / "forecast.csv"
    frame.to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_frame(path, "forecast"), frame, check_exact=True)


def test_a_frame_reads_the_same_from_every_format(tmp_path: Path) -> None:
    start = pd.DatetimeIndex(["2026-03-28 08:00", "2026-03-30 08:00"]).tz_localize(AMSTERDAM).as_unit("us")
    frame = pd.DataFrame({"version": "1", "agent": ["7", "8"], "start": start, "end": start + pd.Timedelta(hours=1)})
    frame = frame.assign(activity="phone", queue=["5", None], paid=True, productive=pd.array([True, False]))
    text = frame.assign(start=[at.isoformat() for at in frame["start"]], end=[at.isoformat() for at in frame["end"]])
    text.to_csv(tmp_path / "s.csv", index=False)
    text.to_excel(tmp_path / "s.xlsx", index=False)
    duckdb.from_df(frame).write_parquet(str(tmp_path / "s.parquet"))
    for name in ("s.csv", "s.xlsx", "s.parquet"):
        read = read_frame(tmp_path / name, "schedule", timezone=AMSTERDAM)
        assert read["start"].tolist() == frame["start"].tolist()
        assert str(read["end"].dt.tz) == AMSTERDAM
        assert read[["agent", "activity", "paid", "productive"]].to_numpy().tolist() == [
            ["7", "phone", True, True],
            ["8", "phone", True, False],
        ]
        assert read["queue"].isna().tolist() == [False, True]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    from types import SimpleNamespace

    text = "queue,interval_start,required,scheduled,gap\na,2026-01-05T08:00Z,2,1,-1\n"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
    assert read_frame("-", "coverage")["gap"].tolist() == [-1]


def test_one_offset_needs_no_zone_and_varying_offsets_do(tmp_path: Path) -> None:
    winter, summer = "a,2026-03-28T08:00:00+01:00,1,,,\n", "a,2026-03-30T08:00:00+02:00,1,,,\n"
    fixed = read_frame(written(tmp_path, FORECAST + winter), "forecast")
    assert fixed["interval_start"].iloc[0].isoformat() == "2026-03-28T08:00:00+01:00"
    path = written(tmp_path, FORECAST + winter + summer)
    with pytest.raises(InputError, match=r"offsets that vary \(\+01:00, \+02:00\).*--timezone Europe/Amsterdam"):
        read_frame(path, "forecast")
    frame = read_frame(path, "forecast", timezone=AMSTERDAM)
    assert [at.isoformat()[-14:] for at in frame["interval_start"]] == ["08:00:00+01:00", "08:00:00+02:00"]


def test_utc_stays_utc(tmp_path: Path) -> None:
    for offset in ("Z", "+00:00", "+0000"):
        frame = read_frame(written(tmp_path, FORECAST + f"a,2026-03-28T08:00{offset},1,,,\n"), "forecast")
        assert str(frame["interval_start"].dt.tz) == "UTC"


def test_times_without_offset_need_a_zone(tmp_path: Path) -> None:
    path = written(tmp_path, FORECAST + "a,2026-03-28 08:00,1,,,\n")
    assert errors(path, "forecast") == [("no-zone", None, "interval_start")]
    assert read_frame(path, "forecast", timezone=AMSTERDAM)["interval_start"].iloc[0].hour == 8


def test_what_a_planner_writes_by_hand(tmp_path: Path) -> None:
    text = (
        "Agent;Skills;Contract hours;Hired on;Note\n101;Sales|Support;37,5;2020-02-01;likes mornings\n102;Sales;38;;\n"
    )
    frame = read_frame(written(tmp_path, text), "agents")
    assert frame["agent"].tolist() == ["101", "102"]
    assert frame["contract_hours"].tolist() == [37.5, 38]
    assert frame["hired_on"].iloc[0] == pd.Timestamp("2020-02-01")
    assert frame.columns.tolist() == ["agent", "skills", "contract_hours", "hired_on", "Note"]


def test_counts_are_whole_and_durations_may_be_clocks(tmp_path: Path) -> None:
    header = ",".join(CONTRACTS["requirement"].names) + "\n"
    row = "a,2026-01-05T08:00Z,10,5:00,1.67,4,6,81%,12.5,0.42,,service_level,erlang_c\n"
    frame = read_frame(written(tmp_path, header + row), "requirement")
    assert frame["agents"].dtype == np.int64
    assert frame[["aht_s", "service_level", "asa_s"]].iloc[0].tolist() == [300, 0.81, 12.5]
    bad = written(tmp_path, header + row.replace(",4,6,", ",4.5,6,"))
    assert [rule for rule, *_ in errors(bad, "requirement")] == ["bad-value"]


def test_everything_wrong_is_said_at_once_with_row_and_column(tmp_path: Path) -> None:
    text = "agent,start,end,paid,state\n7,2026-01-05T08:00Z,noon,x,ready\n"
    assert errors(written(tmp_path, text), "schedule") == [
        ("missing-column", None, "version"),
        ("missing-column", None, "activity"),
        ("missing-column", None, "queue"),
        ("missing-column", None, "productive"),
        ("bad-time", 2, "end"),
        ("bad-flag", 2, "paid"),
    ]


def test_what_breaks_the_contract_is_refused_by_its_row_in_the_file(tmp_path: Path) -> None:
    text = FORECAST + "\na,2026-01-05T08:00Z,1,,,\n\na,2026-01-05T08:30Z,-1,,,\n"
    assert errors(written(tmp_path, text), "forecast") == [("bad-value", 5, "calls")]
    twice = FORECAST + "a,2026-01-05T08:00Z,1,,,\n" * 2
    assert [rule for rule, *_ in errors(written(tmp_path, twice), "forecast")] == ["duplicate-key"]


def test_broken_files_and_wrong_names(tmp_path: Path) -> None:
    assert errors(tmp_path / "no.csv", "agents") == [("missing-file", None, "")]
    assert errors(tmp_path, "agents") == [("not-a-file", None, "")]
    assert errors(written(tmp_path, "agent,skills,contract_hours\n"), "agents") == [("no-rows", None, "")]
    with pytest.raises(UsageProblem, match="unknown frame"):
        read_frame(tmp_path / "a.csv", "agent")
    with pytest.raises(UsageProblem, match="timezone"):
        read_frame(tmp_path / "a.csv", "agents", timezone="Mars")


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_every_contract_reads_what_it_writes(tmp_path: Path, contract: str) -> None:
    samples = {"text": "word", "time": "2026-01-05T08:00:00+00:00", "date": "2026-01-05", "number": "1", "count": "1"}
    columns = CONTRACTS[contract].columns
    cells = [c.choices[0] if c.choices else samples.get(c.kind, "true") for c in columns]
    path = written(tmp_path, ",".join(c.name for c in columns) + "\n" + ",".join(cells) + "\n")
    frame = read_frame(path, contract)
    assert frame.columns.tolist() == CONTRACTS[contract].names
    assert len(frame) == 1


def test_the_state_map(tmp_path: Path) -> None:
    path = written(tmp_path, "State;Activity;Rule\nready;phone;IN\nlunch;phone;out\n")
    assert read_state_map(path)["rule"].tolist() == ["in", "out"]
    with pytest.raises(InputError, match=r'frame\.csv:3:Rule: found "maybe", expected in, out or neutral'):
        read_state_map(written(tmp_path, "State;Activity;Rule\nready;phone;in\nlunch;phone;maybe\n"))
    with pytest.raises(InputError, match="expected rule"):
        read_state_map(written(tmp_path, "State;Activity\nready;phone\n"))
