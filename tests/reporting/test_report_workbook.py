"""The workbooks, read back with another library: the same numbers, the same instants, text that stays text."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import reporting_views as made_up

from reporting import PlanView, TrackView, write_plan_workbook, write_track_workbook
from wfm.contracts import CONTRACTS
from wfm.timeaxis import days_grid


def table(book: Any, name: str) -> pd.DataFrame:
    """A sheet as text, numbers and instants; each local time is joined with the offset beside it."""
    header, _units, *rows = book[name].iter_rows(values_only=True)
    frame = pd.DataFrame(rows, columns=header, dtype=object)
    for column in [name for name in header if f"{name}_utc_offset" in header]:
        offsets = frame.pop(f"{column}_utc_offset")
        frame[column] = [
            dt.datetime.fromisoformat(f"{stamp.isoformat()}{offset}").timestamp() if stamp else None
            for stamp, offset in zip(frame[column], offsets, strict=True)
        ]
    return frame


def same(found: Any, want: Any) -> bool:
    if isinstance(want, pd.Timestamp):
        return found == (want.timestamp() if want.tz else want.to_pydatetime())
    if pd.isna(want):
        return found is None
    return bool(found == want)


def assert_equal(found: pd.DataFrame, want: pd.DataFrame) -> None:
    assert list(found.columns) == list(want.columns)
    assert len(found) == len(want)
    for name in want.columns:
        assert all(same(a, b) for a, b in zip(found[name], want[name], strict=True)), name


@pytest.fixture(scope="module")
def plan() -> PlanView:
    return made_up.plan_view()


@pytest.fixture(scope="module")
def track() -> TrackView:
    return made_up.track_view()


@pytest.fixture(scope="module")
def plan_book(plan: PlanView, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("books") / "plan.xlsx"
    write_plan_workbook(plan, path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def track_book(track: TrackView, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("books") / "track.xlsx"
    write_track_workbook(track, path)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("name", ["forecast", "requirement", "coverage", "schedule"])
def test_the_plan_reads_back(plan_book: Any, plan: PlanView, name: str) -> None:
    assert_equal(table(plan_book, name.capitalize()), getattr(plan, name))


@pytest.mark.parametrize("name", ["scorecard", "accuracy", "staffing", "adherence", "exceptions"])
def test_the_track_reads_back(track_book: Any, track: TrackView, name: str) -> None:
    assert_equal(table(track_book, name.capitalize()), getattr(track, name))


def test_forecast_and_actual_stand_side_by_side(track_book: Any, track: TrackView) -> None:
    found = table(track_book, "Forecast and actual")
    both = track.forecast.merge(track.actual, on=["queue", "interval_start"], suffixes=("", "_actual"))
    assert len(found) == len(both)
    error = dict(zip(zip(found["queue"], found["interval_start"], strict=True), found["error"], strict=True))
    for row in both.itertuples():
        assert error[row.queue, row.interval_start.timestamp()] == pytest.approx(row.calls - row.offered)


def test_times_and_numbers_are_real(plan_book: Any) -> None:
    sheet = plan_book["Forecast"]
    assert [cell.value for cell in sheet[1]][:4] == ["queue", "interval_start", "interval_start_utc_offset", "calls"]
    assert [cell.value for cell in sheet[2]][1:4] == ["local time", "±hh:mm", "calls"]
    assert isinstance(sheet["B3"].value, dt.datetime)
    assert sheet["B3"].number_format == "yyyy-mm-dd hh:mm"
    assert sheet["C3"].value == "+01:00"
    assert isinstance(sheet["D3"].value, float)
    assert sheet.freeze_panes == "C3"
    requirement = plan_book["Requirement"]
    level = [cell.value for cell in requirement[1]].index("service_level")
    assert requirement[3][level].number_format == "0.0%"


def test_gaps_are_coloured_by_rule(plan_book: Any) -> None:
    rules = plan_book["Coverage"].conditional_formatting
    assert {rule.operator for area in rules for rule in area.rules} == {"lessThan", "greaterThan"}
    header = [cell.value for cell in plan_book["Coverage"][1]]
    gap = openpyxl.utils.get_column_letter(header.index("gap") + 1)
    assert {str(area.sqref)[0] for area in rules} == {gap}


def test_the_week_grid_has_every_shift(plan_book: Any, plan: PlanView) -> None:
    _, header, _, *rows = plan_book["2026-W48"].iter_rows(values_only=True)
    assert header[0] == "agent"
    assert header[2] == "Mon 23 Nov"
    assert plan.schedule is not None
    first = plan.schedule[plan.schedule["agent"] == "Agent 02"]
    by_day = first.groupby(first["start"].dt.day)
    want = {day: f"{stretch['start'].min():%H:%M}–{stretch['end'].max():%H:%M}" for day, stretch in by_day}
    (row,) = (row for row in rows if row[0] == "Agent 02")
    assert {int(name.split()[1]): text for name, text in zip(header[2:9], row[2:9], strict=True) if text} == want
    hours = (first["end"] - first["start"]).dt.total_seconds() / 3600
    assert row[9] == pytest.approx(hours[first["paid"]].sum())


def test_the_read_me_names_the_run_and_what_words_mean(plan_book: Any, track_book: Any) -> None:
    lines = dict(plan_book["Read me"].iter_rows(values_only=True, max_col=2))
    assert lines["Run"] == "2026-W48.1"
    assert "answered within 20 s, of calls offered" in lines["Billing"]
    assert plan_book.sheetnames[0] == "Read me"
    assert dict(track_book["Read me"].iter_rows(values_only=True, max_col=2))["Held against plan"] == "2026-W47.1"
    explained = {(row[0], row[1]) for row in plan_book["Columns"].iter_rows(values_only=True, min_row=2)}
    for name in ("Forecast", "Requirement", "Coverage", "Schedule"):
        assert {(name, cell.value) for cell in plan_book[name][1]} <= explained


@pytest.mark.parametrize(
    "names", [("=HYPERLINK(1)", "+1", "-2"), ("@x", "http://example.com", "007"), ("<b>&😀", "שלום", "N" * 200)]
)
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, names: tuple[str, ...]) -> None:
    plan = made_up.plan_view(queues=names, title=names[0])
    assert plan.schedule is not None
    agent = plan.schedule["agent"].str.replace("Agent 01", names[1], regex=False)
    write_plan_workbook(replace(plan, schedule=plan.schedule.assign(agent=agent)), tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            assert not [cell for cell in row if cell.data_type == "f" or cell.hyperlink]
    assert {cell.value for cell in book["Forecast"]["A"][2:]} == set(names)
    assert names[1] in {cell.value for cell in book["2026-W48"]["A"]}


def test_the_same_view_gives_the_same_bytes_at_another_time(plan: PlanView, track: TrackView, tmp_path: Path) -> None:
    def both() -> list[bytes]:
        write_plan_workbook(plan, tmp_path / "p.xlsx")
        write_track_workbook(track, tmp_path / "t.xlsx")
        return [(tmp_path / name).read_bytes() for name in ("p.xlsx", "t.xlsx")]

    earlier = both()
    time.sleep(2.1)
    assert both() == earlier
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.xlsx", "t.xlsx"]


def test_both_passes_of_a_repeated_hour_are_kept_apart(tmp_path: Path) -> None:
    grid = days_grid(dt.date(2026, 10, 25), 1, 1800, made_up.ZONE)
    need = made_up.requirement(
        pd.DataFrame({"queue": "q", "interval_start": grid, "calls": [float(n) for n in range(50)], "aht_s": 300.0})
    )
    forecast = need[["queue", "interval_start", "calls", "aht_s"]]
    plan = made_up.plan_view(forecast=forecast, requirement=need, coverage=made_up.coverage(need), schedule=None)
    write_plan_workbook(plan, tmp_path / "p.xlsx")
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    assert_equal(table(book, "Forecast"), forecast)
    offsets = [cell.value for cell in book["Forecast"]["C"][2:]]
    assert (offsets.count("+02:00"), offsets.count("+01:00")) == (6, 44)


def test_sheets_without_rows_are_left_out(tmp_path: Path) -> None:
    empty = {name: CONTRACTS[name].empty(made_up.ZONE) for name in ("adherence", "exceptions", "scorecard")}
    write_track_workbook(made_up.track_view(**empty), tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.sheetnames == ["Read me", "Accuracy", "Forecast and actual", "Staffing", "Columns"]
    assert "no agent states" in " ".join(str(cell.value) for cell in book["Read me"]["B"])
    write_plan_workbook(
        replace(made_up.plan_view(), coverage=None, schedule=None, schedule_facts={}), tmp_path / "p.xlsx"
    )
    names = openpyxl.load_workbook(tmp_path / "p.xlsx").sheetnames
    assert names == ["Read me", "Summary", "Forecast", "Requirement", "Columns"]
