"""Frames on their way out: what is read back is what was written."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting import frame_to_json, write_frame
from wfm.errors import UsageProblem
from wfm.timeaxis import day_grid

ZONE = "Europe/Amsterdam"
AUTUMN, SPRING = dt.date(2026, 10, 25), dt.date(2026, 3, 29)


def mixed(times: pd.DatetimeIndex) -> pd.DataFrame:
    n = len(times)
    return pd.DataFrame(
        {
            "queue": [None, *["=1+1", "+cmd", "-x", "@sum", 'a,"b"\nc', "Ärger 😀 שלום"] * n][:n],
            "interval_start": times,
            "calls": np.where(np.arange(n) % 3 == 0, np.nan, np.arange(n) / 3 + 0.1),
            "agents": np.arange(n),
            "paid": pd.array([True, False, None] * n, dtype="boolean")[:n],
            "day": pd.Series(times.tz_localize(None).normalize()),
        }
    )


def read_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(("day", "intervals"), [(AUTUMN, 50), (SPRING, 46)])
def test_csv_of_a_day_with_a_clock_change_reads_back_exactly(tmp_path: Path, day: dt.date, intervals: int) -> None:
    frame = mixed(day_grid(day, 1800, ZONE))
    assert len(frame) == intervals
    write_frame(frame, tmp_path / "f.csv")
    rows = read_rows((tmp_path / "f.csv").read_text(encoding="utf-8"))
    instants = [dt.datetime.fromisoformat(row["interval_start"]).timestamp() for row in rows]
    assert instants == [stamp.timestamp() for stamp in frame["interval_start"]]
    assert len(set(instants)) == intervals
    for row, calls, queue, paid in zip(rows, frame["calls"], frame["queue"], frame["paid"], strict=True):
        assert row["calls"] == "" if math.isnan(calls) else float(row["calls"]) == calls
        assert row["queue"] == ("" if pd.isna(queue) else queue)
        assert row["paid"] == ("" if pd.isna(paid) else str(paid).lower())
        assert row["day"] == day.isoformat()


def test_csv_spells_times_as_iso_8601_with_the_offset_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    times = pd.DatetimeIndex(["2026-11-23T07:00Z", "2026-07-01T06:30Z"]).tz_convert(ZONE)
    write_frame(pd.DataFrame({"t": times}), "-")
    assert capsys.readouterr().out == "t\n2026-11-23T08:00:00+01:00\n2026-07-01T08:30:00+02:00\n"


def test_timezone_moves_the_clock_and_not_the_instant(capsys: pytest.CaptureFixture[str]) -> None:
    write_frame(pd.DataFrame({"t": pd.DatetimeIndex(["2026-11-23T07:00:00.25Z"])}), "-", timezone="America/St_Johns")
    assert capsys.readouterr().out == "t\n2026-11-23T03:30:00.250000-03:30\n"


@settings(deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20),
    st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(ZoneInfo("UTC"))),
    st.sampled_from([ZONE, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_any_float_and_any_instant_reads_back(values: list[float], moment: dt.datetime, zone: str) -> None:
    times = pd.DatetimeIndex([moment] * len(values)).tz_convert(zone)
    rows = frame_to_json(pd.DataFrame({"x": values, "t": times}))
    assert [row["x"] for row in json.loads(json.dumps(rows))] == values
    assert {dt.datetime.fromisoformat(row["t"]).timestamp() for row in rows} == {moment.timestamp()}


def test_csv_floats_are_repr(capsys: pytest.CaptureFixture[str]) -> None:
    write_frame(pd.DataFrame({"x": [0.1 + 0.2, 1e22, -0.0, 5.0]}), "-")
    assert capsys.readouterr().out.split()[1:] == ["0.30000000000000004", "1e+22", "-0.0", "5.0"]


def test_json_has_no_nan_and_no_infinity() -> None:
    frame = pd.DataFrame({"x": [1.5, np.nan, np.inf], "q": ["a", None, "b"], "d": pd.to_datetime(["2026-01-02"] * 3)})
    assert json.loads(json.dumps(frame_to_json(frame), allow_nan=False)) == [
        {"x": 1.5, "q": "a", "d": "2026-01-02"},
        {"x": None, "q": None, "d": "2026-01-02"},
        {"x": None, "q": "b", "d": "2026-01-02"},
    ]


def test_xlsx_keeps_numbers_numbers_and_text_text(tmp_path: Path) -> None:
    frame = mixed(day_grid(AUTUMN, 1800, ZONE))
    write_frame(frame, tmp_path / "f.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == list(frame.columns)
    for cells, (_, row) in zip(rows, frame.iterrows(), strict=True):
        queue, time, calls, agents, *_ = cells
        assert queue.data_type != "f"
        assert queue.value == (None if pd.isna(row["queue"]) else row["queue"])
        assert dt.datetime.fromisoformat(time.value).timestamp() == row["interval_start"].timestamp()
        assert calls.value is None if math.isnan(row["calls"]) else calls.value == row["calls"]
        assert agents.value == row["agents"]


def test_parquet_keeps_instants_numbers_and_nulls(tmp_path: Path) -> None:
    import duckdb

    frame = mixed(day_grid(AUTUMN, 1800, ZONE))
    write_frame(frame, tmp_path / "f.parquet")
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(tmp_path / "f.parquet")).project(
            "queue, epoch_us(interval_start), calls, agents, paid"
        )
        read = rows.fetchall()
    for row, want in zip(read, frame.itertuples(), strict=True):
        queue, micros, calls, agents, paid = row
        assert (queue is None) == pd.isna(want.queue)
        assert micros == round(want.interval_start.timestamp() * 1e6)
        assert (calls is None) == math.isnan(want.calls)
        assert calls is None or calls == want.calls
        assert agents == want.agents
        assert (paid is None) == pd.isna(want.paid)


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
def test_an_empty_frame_keeps_its_columns(tmp_path: Path, suffix: str) -> None:
    from wfm.contracts import SCHEDULE

    target = tmp_path / f"f.{suffix}"
    write_frame(SCHEDULE.empty(ZONE), target)
    if suffix == "csv":
        assert target.read_text(encoding="utf-8") == ",".join(SCHEDULE.names) + "\n"
    elif suffix == "xlsx":
        assert [cell.value for cell in next(openpyxl.load_workbook(target).active.iter_rows())] == SCHEDULE.names
    else:
        import duckdb

        assert duckdb.connect().read_parquet(str(target)).columns == SCHEDULE.names


@pytest.mark.parametrize("name", ["f.txt", "f", "none/f.csv"])
def test_a_target_that_can_not_be_written_is_the_users_problem(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageProblem, match="can't write"):
        write_frame(pd.DataFrame({"x": [1]}), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_earlier_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "f.csv"
    write_frame(pd.DataFrame({"x": [1]}), target)
    with pytest.raises(UnicodeEncodeError):
        write_frame(pd.DataFrame({"x": ["\ud800"]}, dtype=object), target)
    assert target.read_text(encoding="utf-8") == "x\n1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["f.csv"]
