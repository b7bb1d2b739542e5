"""The real records beside the project, against counts made without this package's reading."""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections import Counter
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from ingest import Reading, read_calls, read_frame, read_history
from wfm.contracts import CALLS, INTERVAL_HISTORY
from wfm.errors import InputError

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real records are not on this machine")

VANAD = DATA / "vanad_2014_calls.parquet"
BANK = DATA / "bank_calls_5min.csv"
PWC = DATA / "pwc_call_center_5000.xlsx"


@pytest.fixture(scope="module")
def vanad() -> Reading:
    return read_history(VANAD, interval_s=1800, timezone="Europe/Amsterdam")


def query(text: str) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(text.replace("VANAD", f"(SELECT DISTINCT * FROM '{VANAD}')")).fetchall()


def test_vanad_counts_every_distinct_call_once(vanad: Reading) -> None:
    assert vanad.source == "vanad"
    assert query(f"SELECT count(*) FROM '{VANAD}'") == [(734_359,)]
    assert [(len(vanad.calls),)] == query("SELECT count(*) FROM VANAD") == [(734_347,)]
    dropped = [finding for finding in vanad.findings if finding.rule == "duplicate-row"]
    assert [finding.count for finding in dropped] == [12]
    CALLS.validate(vanad.calls)
    INTERVAL_HISTORY.validate(vanad.frame)


def test_vanad_days_agree_with_an_independent_count(vanad: Reading) -> None:
    frame = vanad.frame
    day = frame["interval_start"].dt.strftime("%Y-%m-%d")
    ours = frame.groupby(["queue", day])[["offered", "answered", "abandoned"]].sum().astype(int)
    truth = query(
        "SELECT queue_name::VARCHAR, strftime(date_received, '%Y-%m-%d'), count(*), count(answered), "
        "count(*) - count(answered) FROM VANAD GROUP BY ALL"
    )
    assert sorted((*key, *row) for key, row in zip(ours.index, ours.to_numpy().tolist(), strict=True)) == sorted(truth)


def test_vanad_intervals_agree_with_an_independent_count(vanad: Reading) -> None:
    busy = vanad.frame[vanad.frame["offered"] > 0]
    start = busy["interval_start"].dt.tz_localize(None).dt.strftime("%Y-%m-%d %H:%M:%S")
    names = ["offered", "answered_in_threshold", "short_abandoned", "talk_s", "wait_s", "max_wait_s"]
    ours = zip(busy["queue"], start, *(busy[name].astype(int) for name in names), strict=True)
    truth = query(
        "SELECT queue_name::VARCHAR, strftime(time_bucket(INTERVAL 30 MINUTE, date_received), '%Y-%m-%d %H:%M:%S'), "
        "count(*), count(*) FILTER (date_diff('second', date_received, answered) <= 20), "
        "count(*) FILTER (answered IS NULL AND date_diff('second', date_received, hangup) <= 5), "
        "sum(date_diff('second', answered, coalesce(transfer, hangup))) FILTER (answered IS NOT NULL), "
        "sum(date_diff('second', date_received, answered)) FILTER (answered IS NOT NULL), "
        "max(date_diff('second', date_received, coalesce(answered, hangup))) FROM VANAD GROUP BY ALL"
    )
    assert sorted(ours) == sorted((*row[:5], int(row[5] or 0), int(row[6] or 0), row[7]) for row in truth)


def test_vanad_handling_ends_at_the_transfer(vanad: Reading) -> None:
    rows = query("SELECT answered, transfer, hangup FROM VANAD WHERE answered IS NOT NULL")
    handled = [((transfer or hangup) - answered).total_seconds() for answered, transfer, hangup in rows]
    to_hangup = [(hangup - answered).total_seconds() for answered, transfer, hangup in rows if hangup]
    assert vanad.calls["talk_s"].notna().sum() == len(handled)
    assert vanad.frame["talk_s"].sum() == sum(handled)
    aht_s = (vanad.frame["aht_s"] * vanad.frame["answered"]).sum() / vanad.frame["answered"].sum()
    assert aht_s == pytest.approx(sum(handled) / len(handled), rel=1e-6)
    assert aht_s == pytest.approx(255.63, abs=0.005)
    assert sum(to_hangup) / len(to_hangup) == pytest.approx(354.02, abs=0.005)
    assert vanad.frame[["acw_s", "hold_s"]].isna().all(axis=None)


def test_vanad_is_closed_on_its_holidays(vanad: Reading) -> None:
    days = set(vanad.frame["interval_start"].dt.strftime("%m-%d"))
    assert days.isdisjoint({"01-01", "04-21", "05-29", "06-09"})
    assert vanad.frame[vanad.frame["queue"] == "18"]["interval_start"].min().strftime("%m-%d") == "03-03"
    gaps = "\n".join(str(finding) for finding in vanad.findings if finding.rule == "gap")
    assert "no calls on Mon 2014-04-21, Thu 2014-05-29, Mon 2014-06-09" in gaps


@pytest.mark.parametrize("interval_s", [300, 600, 900, 3600])
def test_vanad_totals_do_not_depend_on_the_interval(vanad: Reading, interval_s: int) -> None:
    from ingest import calls_to_history

    history = calls_to_history(vanad.calls, interval_s)
    for name in ("offered", "answered", "abandoned", "talk_s", "wait_s", "answered_in_threshold"):
        assert history[name].sum() == vanad.frame[name].sum(), name


def test_bank_as_it_is_and_summed() -> None:
    with BANK.open(newline="") as file:
        rows = [(dt.datetime.fromisoformat(row["DateTime"]), float(row["Calls"])) for row in csv.DictReader(file)]
    fine = read_history(BANK, interval_s=300, timezone="America/New_York")
    assert fine.source == "bank"
    assert fine.frame["queue"].unique().tolist() == ["bank_calls_5min"]
    starts = [at.to_pydatetime() for at in fine.frame["interval_start"].dt.tz_localize(None)]
    assert list(zip(starts, fine.frame["offered"], strict=True)) == rows
    assert fine.frame["aht_s"].isna().all()
    half_hours: Counter = Counter()
    for at, calls in rows:
        half_hours[at.replace(minute=at.minute // 30 * 30)] += calls
    coarse = read_history(BANK, interval_s=1800, timezone="America/New_York").frame
    assert coarse["offered"].tolist() == [half_hours[at] for at in sorted(half_hours)]
    gaps = [finding.found for finding in fine.findings if finding.rule == "gap"]
    assert gaps == ["no calls on Fri 2003-04-04, Mon 2003-04-07, Mon 2003-05-26, Fri 2003-07-04"]


def test_pwc_nulls_are_not_zeros() -> None:
    book = openpyxl.load_workbook(PWC, read_only=True)
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    book.close()
    answered = [row for row in rows if row[5] == "Y"]
    talk_s = [row[8].hour * 3600 + row[8].minute * 60 + row[8].second for row in answered]
    reading = read_history(PWC, interval_s=3600)
    assert reading.source == "pwc"
    total = reading.frame[["offered", "answered", "abandoned", "wait_s", "talk_s", "answered_in_threshold"]].sum()
    assert total[["offered", "answered", "abandoned"]].tolist() == [5000, 4054, 946] == [len(rows), len(answered), 946]
    assert total["wait_s"] / total["answered"] == pytest.approx(67.52, abs=0.005)
    assert total["wait_s"] == sum(row[7] for row in answered)
    assert total["talk_s"] == sum(talk_s)
    assert total["answered_in_threshold"] == 374
    assert reading.calls["wait_s"].isna().sum() == 946
    assert reading.frame["short_abandoned"].isna().all()
    assert reading.calls["resolved"].sum() == sum(row[6] == "Y" for row in answered)


def test_agent_events_are_no_calls_and_their_columns_are_named() -> None:
    with pytest.raises(InputError, match='headers "agent_id", "event_id", "ts", "state", "start_ts", "end_ts"'):
        read_calls(DATA / "five9_style_agent_events.csv")
    with pytest.raises(InputError, match=r"five9_style_agent_events\.csv:agent: found no such column"):
        read_frame(DATA / "five9_style_agent_events.csv", "agent_states")


@pytest.mark.slow
def test_the_log_is_read_in_time(tmp_path: Path) -> None:
    began = time.process_time()
    read_history(VANAD, interval_s=1800, timezone="Europe/Amsterdam")
    assert time.process_time() - began < 5
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM '{VANAD}') TO '{tmp_path / 'vanad.csv'}' (HEADER)")
    reading = read_history(tmp_path / "vanad.csv", interval_s=1800, timezone="Europe/Amsterdam")
    expected = read_history(VANAD, interval_s=1800, timezone="Europe/Amsterdam")
    pd.testing.assert_frame_equal(reading.frame, expected.frame)
