"""Interval histories: lengths, grids, duplicates, gaps and clock changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ingest import read_history
from wfm.contracts import INTERVAL_HISTORY
from wfm.errors import InputError
from wfm.timeaxis import day_grid

HEADER = "Queue,Interval start,Offered,AHT\n"
AMSTERDAM = "Europe/Amsterdam"


def written(folder: Path, rows: list[str], name: str = "h.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text(header + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def half_hours(day: str = "2026-01-05", first: int = 16, last: int = 24, queue: str = "a") -> list[str]:
    return [f"{queue},{day} {half // 2:02d}:{half % 2 * 30:02d},{half},300" for half in range(first, last)]


def rules(reading) -> dict[str, tuple[int | None, int]]:
    return {finding.rule: (finding.row, finding.count) for finding in reading.findings}


def refused(paths: Path | list[Path], interval_s: int = 1800) -> dict[str, tuple[int | None, int]]:
    with pytest.raises(InputError) as caught:
        read_history(paths, interval_s=interval_s, timezone=AMSTERDAM)
    return {finding.rule: (finding.row, finding.count) for finding in caught.value.findings}


def test_volume_and_aht_without_more_leave_the_rest_unknown(tmp_path: Path) -> None:
    reading = read_history(written(tmp_path, half_hours()), interval_s=1800, timezone=AMSTERDAM)
    INTERVAL_HISTORY.validate(reading.frame)
    assert not len(reading.findings)
    assert reading.frame["offered"].tolist() == list(range(16, 24))
    assert reading.frame["aht_s"].eq(300).all()
    assert reading.frame[["answered", "abandoned", "talk_s", "hold_s", "acw_s"]].isna().all(axis=None)


def test_aht_follows_from_the_sums(tmp_path: Path) -> None:
    header = "queue,interval_start,offered,answered,abandoned,talk_s,acw_s\n"
    rows = ["a,2026-01-05 08:00,10,8,2,2000,400", "a,2026-01-05 08:30,1,0,1,0,0"]
    frame = read_history(written(tmp_path, rows, header=header), interval_s=1800).frame
    np.testing.assert_array_equal(frame["aht_s"], [300, np.nan])


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, half_hours())
    once, twice = read_history(path, interval_s=1800), read_history([path, path], interval_s=1800)
    pd.testing.assert_frame_equal(twice.frame, once.frame)
    assert rules(twice) == {"overlap": (2, 8)}


def test_an_interval_twice_with_equal_values_counts_once(tmp_path: Path) -> None:
    rows = half_hours()
    reading = read_history(written(tmp_path, [*rows, rows[3]]), interval_s=1800)
    assert len(reading.frame) == 8
    assert rules(reading)["duplicate-interval"] == (10, 1)


def test_a_duplicated_hour_with_other_values_names_both_rows(tmp_path: Path) -> None:
    path = written(tmp_path, [*half_hours(), "a,2026-01-05 09:30,99,300"])
    with pytest.raises(InputError, match=r"h.csv:10: found a duplicated hour: 2026-01-05 09:30 of queue a .* row 5,"):
        read_history(path, interval_s=1800)
    other = written(tmp_path, ["a,2026-01-05 09:30,98,300"], "other.csv")
    whole = written(tmp_path, half_hours(), "whole.csv")
    with pytest.raises(InputError, match=r"other.csv:2: .* row 5 of .*whole.csv"):
        read_history([whole, other], interval_s=1800)


def test_rows_off_the_grid_are_refused(tmp_path: Path) -> None:
    rows = [*half_hours(), "a,2026-01-05 12:07,5,300"]
    assert refused(written(tmp_path, rows)) == {"off-grid": (10, 1)}


def test_finer_intervals_are_summed_and_coarser_ones_refused(tmp_path: Path) -> None:
    path = written(tmp_path, half_hours())
    hours = read_history(path, interval_s=3600, timezone=AMSTERDAM)
    assert hours.frame["offered"].tolist() == [33, 37, 41, 45]
    assert "finer-intervals" in rules(hours)
    assert refused(path, 900) == {"too-coarse": (2, 8)}


def test_lengths_that_do_not_divide_the_wanted_one_are_refused(tmp_path: Path) -> None:
    rows = [f"a,2026-01-05 08:{minute:02d},1,300" for minute in range(0, 60, 10)]
    assert refused(written(tmp_path, rows), 900) == {"uneven-intervals": (2, 6)}


def test_mixed_lengths_are_summed_if_they_divide_and_refused_if_not(tmp_path: Path) -> None:
    quarters = [f"a,2026-01-06 {hour:02d}:{minute:02d},1,300" for hour in range(8, 12) for minute in (0, 15, 30, 45)]
    path = written(tmp_path, half_hours() + quarters)
    assert read_history(path, interval_s=1800).frame["offered"].tolist() == [*range(16, 24), *[2] * 8]
    assert refused(path, 900) == {"too-coarse": (2, 8)}


def test_the_end_of_the_interval_is_believed_where_there_is_one(tmp_path: Path) -> None:
    header = "Queue,Interval start,Interval end,Offered\n"
    rows = ["a,2026-01-05 08:00,2026-01-05 09:00,5", "a,2026-01-05 10:30,2026-01-05 11:00,5"]
    with pytest.raises(InputError, match="found an interval of 60 min at 2026-01-05 08:00:00"):
        read_history(written(tmp_path, rows, header=header), interval_s=1800)


def test_a_missing_interval_stays_missing_and_is_a_warning(tmp_path: Path) -> None:
    rows = [row for day in ("05", "12", "19") for row in half_hours(f"2026-01-{day}")]
    del rows[11]
    reading = read_history(written(tmp_path, rows), interval_s=1800)
    assert len(reading.frame) == 23
    assert rules(reading) == {"missing-interval": (13, 1)}


def test_a_history_of_days_with_calls_only_has_no_gap_at_night_or_weekend(tmp_path: Path) -> None:
    days = pd.date_range("2026-01-05", "2026-02-13", freq="B")
    rows = [row for day in days for row in half_hours(f"{day:%Y-%m-%d}")]
    assert not len(read_history(written(tmp_path, rows), interval_s=1800).findings)
    lost = [row for row in rows if "2026-01-21" not in row]
    gaps = read_history(written(tmp_path, lost), interval_s=1800).findings
    assert [finding.found for finding in gaps] == ["no calls on Wed 2026-01-21"]


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-06-01"])
@pytest.mark.parametrize("order", [1, -1])
def test_a_whole_day_of_local_times_gives_each_instant_once(tmp_path: Path, day: str, order: int) -> None:
    grid = day_grid(pd.Timestamp(day), 1800, AMSTERDAM)
    rows = [f"{queue},{start:%Y-%m-%d %H:%M},{number},300" for number, start in enumerate(grid) for queue in "ab"]
    reading = read_history(written(tmp_path, rows[::order]), interval_s=1800, timezone=AMSTERDAM)
    for queue in "ab":
        mine = reading.frame[reading.frame["queue"] == queue]
        assert mine["interval_start"].tolist() == grid.tolist()
        assert mine["offered"].tolist() == list(range(len(grid)))
    assert {finding.severity for finding in reading.findings} <= {"note"}


def test_every_sum_of_parts_is_kept(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    header = "queue,interval_start,offered,answered,abandoned,talk_s,hold_s,acw_s,aht_s,wait_s,max_wait_s\n"
    starts = pd.date_range("2026-01-05 08:00", periods=36, freq="5min")
    counts = rng.integers(0, 9, (36, 2))
    seconds = rng.integers(0, 900, (36, 5))
    rows = [
        f"a,{start},{n + k},{n},{k},{t},{h},{w},{'' if n == 0 else (t + h + w) / n},{q},{m}"
        for start, (n, k), (t, h, w, q, m) in zip(starts, counts, seconds, strict=True)
    ]
    frame = read_history(written(tmp_path, rows, header=header), interval_s=3600).frame
    totals = np.column_stack([counts.sum(axis=1), counts, seconds]).reshape(3, 12, 8)
    names = ["offered", "answered", "abandoned", "talk_s", "hold_s", "acw_s", "wait_s"]
    np.testing.assert_array_equal(frame[names], totals.sum(axis=1)[:, :7])
    np.testing.assert_array_equal(frame["max_wait_s"], totals[:, :, 7].max(axis=1))
    busy = counts[:, 0] > 0
    handled = np.where(busy, seconds[:, :3].sum(axis=1), 0).reshape(3, 12).sum(axis=1)
    np.testing.assert_allclose(frame["aht_s"], handled / counts[:, 0].reshape(3, 12).sum(axis=1))
