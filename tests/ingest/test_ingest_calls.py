"""Call logs: what follows from what, contradictions, duplicates and overlapping exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ingest import read_calls, read_history
from wfm.contracts import CALLS
from wfm.errors import InputError

HEADER = "queue,offered_at,answered_at,ended_at,outcome\n"
ROWS = (
    "a,2026-01-05 08:00:00,2026-01-05 08:00:10,2026-01-05 08:03:10,answered\n"
    "a,2026-01-05 08:01:00,,2026-01-05 08:01:30,abandoned\n"
    "b,2026-01-05 08:02:00,2026-01-05 08:02:05,2026-01-05 08:04:05,answered\n"
)


def written(folder: Path, text: str, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rules(reading) -> dict[str, tuple[int | None, int]]:
    return {finding.rule: (finding.row, finding.count) for finding in reading.findings}


def test_waits_and_talk_times_follow_from_the_moments(tmp_path: Path) -> None:
    calls = read_calls(written(tmp_path, HEADER + ROWS)).frame
    CALLS.validate(calls)
    assert calls["call_id"].tolist() == ["log:2", "log:3", "log:4"]
    assert calls["wait_s"].tolist() == [10, 30, 5]
    np.testing.assert_array_equal(calls["talk_s"], [180, np.nan, 120])
    assert calls["acw_s"].isna().all()


def test_moments_follow_from_the_durations(tmp_path: Path) -> None:
    text = "queue,offered_at,wait_s,talk_s,hold_s,outcome\na,2026-01-05 08:00,10,100,5,answered\n"
    call = read_calls(written(tmp_path, text)).frame.iloc[0]
    assert call["answered_at"] == pd.Timestamp("2026-01-05 08:00:10", tz="UTC")
    assert call["ended_at"] == pd.Timestamp("2026-01-05 08:01:55", tz="UTC")


def test_a_handle_time_that_is_not_split_gives_the_talk_time(tmp_path: Path) -> None:
    text = "queue,offered_at,handle time,acw\na,2026-01-05 08:00,100,30\na,2026-01-05 08:10,,\n"
    calls = read_calls(written(tmp_path, text)).frame
    assert calls["outcome"].tolist() == ["answered", "abandoned"]
    assert calls["talk_s"].tolist()[0] == 70


def test_an_unknown_outcome_is_refused_with_the_words_that_are_known(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ROWS.replace(",abandoned", ",vanished"))
    with pytest.raises(InputError, match=r'log\.csv:3:outcome: found "vanished", expected one of answered, abandoned'):
        read_calls(path)


def test_a_call_without_any_word_on_its_outcome_is_refused(tmp_path: Path) -> None:
    text = "queue,offered_at,is answered\na,2026-01-05 08:00,yes\na,2026-01-05 08:10,\n"
    with pytest.raises(InputError, match=r"log\.csv:3:was_answered: found nothing, expected yes or no"):
        read_calls(written(tmp_path, text))


def test_contradictions_become_unknown_and_the_call_counts(tmp_path: Path) -> None:
    text = (
        HEADER
        + "a,2026-01-05 08:00:00,2026-01-05 07:59:00,2026-01-05 08:03:00,answered\n"
        + "a,2026-01-05 08:01:00,2026-01-05 08:02:00,2026-01-05 08:01:30,answered\n"
        + "a,2026-01-05 08:05:00,2026-01-05 08:05:00,2026-01-05 13:05:00,answered\n"
        + "a,2026-01-05 08:06:00,2026-01-05 08:06:00,2026-01-05 08:07:00,answered\n"
    )
    reading = read_history(written(tmp_path, text), interval_s=1800)
    assert reading.calls is not None
    CALLS.validate(reading.calls)
    assert rules(reading) == {
        "answered-before-offered": (2, 1),
        "ended-before-answered": (3, 1),
        "absurd-handle-time": (4, 1),
    }
    np.testing.assert_array_equal(reading.calls["wait_s"], [np.nan, 60, 0, 0])
    np.testing.assert_array_equal(reading.calls["talk_s"], [240, np.nan, np.nan, 60])
    assert reading.frame[["offered", "answered", "aht_s"]].iloc[0].tolist() == [4, 4, 150]


def test_negative_durations_become_unknown(tmp_path: Path) -> None:
    header = "queue,offered_at,wait_s,talk_s,outcome\n"
    rows = "a,2026-01-05 08:00,-5,100,answered\na,2026-01-05 08:01,5,-0:10,answered\n"
    reading = read_calls(written(tmp_path, header + rows))
    assert [(f.rule, f.row, f.column) for f in reading.findings] == [
        ("negative-duration", 2, "wait_s"),
        ("negative-duration", 3, "talk_s"),
    ]
    np.testing.assert_array_equal(reading.frame["wait_s"], [np.nan, 5])


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + ROWS)
    once, twice = read_history(path, interval_s=1800), read_history([path, path], interval_s=1800)
    pd.testing.assert_frame_equal(twice.frame, once.frame)
    pd.testing.assert_frame_equal(twice.calls, once.calls)
    assert rules(twice)["overlap"] == (2, 3)


def test_overlapping_exports_count_each_call_once_in_any_order(tmp_path: Path) -> None:
    lines = ROWS.splitlines(keepends=True)
    whole = read_calls(written(tmp_path, HEADER + ROWS, "whole.csv")).frame
    first = written(tmp_path, HEADER + "".join(lines[:2]), "first.csv")
    second = written(tmp_path, HEADER + "".join(lines[1:]), "second.csv")
    for paths in ([first, second], [second, first]):
        both = read_calls(paths).frame
        pd.testing.assert_frame_equal(both.drop(columns="call_id"), whole.drop(columns="call_id"))


def test_equal_rows_of_one_file_are_one_call_and_a_warning(tmp_path: Path) -> None:
    reading = read_calls(written(tmp_path, HEADER + ROWS + ROWS.splitlines()[0] + "\n"))
    assert len(reading.frame) == 3
    assert rules(reading) == {"unsorted": (None, 1), "duplicate-row": (5, 1)}


def test_of_one_call_id_the_last_row_read_stands(tmp_path: Path) -> None:
    header = "call_id,queue,offered_at,talk_s,outcome\n"
    early = written(tmp_path, header + "x,a,2026-01-05 08:00,,answered\ny,a,2026-01-05 08:01,50,answered\n", "1.csv")
    late = written(tmp_path, header + "x,a,2026-01-05 08:00,70,answered\n", "2.csv")
    reading = read_calls([early, late])
    assert reading.frame["call_id"].tolist() == ["x", "y"]
    assert reading.frame["talk_s"].tolist() == [70, 50]
    assert rules(reading) == {"repeated-call-id": (2, 1)}


def test_files_of_one_name_in_two_folders_keep_their_calls_apart(tmp_path: Path) -> None:
    paths = []
    for day in ("05", "06"):
        (tmp_path / day).mkdir()
        paths.append(written(tmp_path / day, HEADER + ROWS.replace("01-05", f"01-{day}")))
    calls = read_calls(paths).frame
    CALLS.validate(calls)
    assert calls["call_id"].tolist() == ["log:2", "log:3", "log:4", "log(2):2", "log(2):3", "log(2):4"]


def test_rows_in_any_order_are_sorted_and_it_is_said(tmp_path: Path) -> None:
    lines = ROWS.splitlines(keepends=True)
    reading = read_calls(written(tmp_path, HEADER + "".join(lines[::-1])))
    assert reading.frame["offered_at"].is_monotonic_increasing
    assert rules(reading) == {"unsorted": (None, 1)}


def test_a_missing_weekday_is_listed_as_a_gap(tmp_path: Path) -> None:
    days = [
        day for day in pd.date_range("2026-01-05", "2026-02-27", freq="B") if f"{day:%m-%d}" not in ("01-13", "01-20")
    ]
    rows = "".join(f"{queue},{day:%Y-%m-%d} 08:00,,,abandoned\n" for day in days for queue in "ab")
    rows += "b,2026-01-20 08:00,,,abandoned\n"
    gaps = [finding for finding in read_calls(written(tmp_path, HEADER + rows)).findings if finding.rule == "gap"]
    assert sorted(gap.found for gap in gaps) == ["no calls in queue a on Tue 2026-01-20", "no calls on Tue 2026-01-13"]


def test_clock_changes_are_reported_with_their_row(tmp_path: Path) -> None:
    rows = "a,2026-03-29 01:59,,,abandoned\na,2026-03-29 02:30,,,abandoned\na,2026-10-25 02:30,,,abandoned\n"
    reading = read_calls(written(tmp_path, HEADER + rows), timezone="Europe/Amsterdam")
    assert rules(reading) == {"skipped-hour": (3, 1), "repeated-hour": (4, 1)}
    assert [str(at)[11:] for at in reading.frame["offered_at"]] == [
        "01:59:00+01:00",
        "03:30:00+02:00",
        "02:30:00+02:00",
    ]


def test_an_answer_after_the_clock_went_back_waited_no_extra_hour(tmp_path: Path) -> None:
    rows = "a,2026-10-25 02:59:50,2026-10-25 02:00:20,2026-10-25 02:05:20,answered\n"
    call = read_calls(written(tmp_path, HEADER + rows), timezone="Europe/Amsterdam").frame.iloc[0]
    assert call[["wait_s", "talk_s"]].tolist() == [30, 300]
