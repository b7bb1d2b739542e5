"""The week grid: what a planner sees, and the round trip through a workbook that was changed and saved."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import made_schedules as made
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import ingest
import reporting
from reporting.palette import AWAY, STARTS
from wfm.errors import InputError, UsageProblem

MONDAY = dt.date(2026, 11, 23)
ANY = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def at(clock: str, day: int = 0, **more: Any) -> pd.Timestamp:
    return made.instant(MONDAY + dt.timedelta(days=day), clock, **more)


def week() -> pd.DataFrame:
    rows = made.full_shift("Ann", at("08:00"), shift="full") + made.full_shift("Ann", at("09:00", 1), shift="full")
    rows += made.full_shift("Ben", at("22:00"), hours=8.5, queue="care", shift="night")
    rows += made.full_shift("Ben", at("14:00", 2), hours=4, queue="care") + made.full_shift(
        "Ben", at("19:00", 2), hours=4, queue="care"
    )
    rows += made.stretches("Ann", [(at("08:00", 3), "time_off")], at("16:00", 3))
    return made.frame(rows)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "week.xlsx"
    people = pd.DataFrame({"agent": ["Ann", "Ben", "Cid"], "skills": ["sales", "care", "care|sales"]})
    reporting.write_grid_workbook(week(), path, timezone=made.ZONE, agents=people.assign(contract_hours=[32.0, 20, 40]))
    return path


def changed(path: Path, cells: dict[str, Any], sheet: str = "2026-W48") -> Path:
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book[sheet][place] = value
    book.save(path)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        ingest.read_week_grid(path)
    return [str(finding) for finding in caught.value.findings]


def of(schedule: pd.DataFrame, agent: str, day: int) -> list[tuple[str, str, str]]:
    date = f"{MONDAY + dt.timedelta(days=day):%Y-%m-%d}"
    rows = schedule[(schedule["agent"] == agent) & (schedule["start"].dt.strftime("%Y-%m-%d") == date)]
    return [(row.activity, f"{row.start:%H:%M}", f"{row.end:%H:%M}") for row in rows.itertuples()]


class TestWhatAPlannerSees:
    def test_a_cell_is_the_times_and_the_name_and_the_colour_the_start(self, book: Path) -> None:
        sheet = openpyxl.load_workbook(book)["2026-W48"]
        assert [cell.value for cell in sheet["A"][3:]] == ["Ann", "Ben", "Cid"]
        row = [cell.value or "" for cell in sheet[4]][2:9]
        assert row == ["08:00–16:30 full", "09:00–17:30 full", "", "08:00–16:00 time off", "", "", ""]
        assert [cell.value or "" for cell in sheet[5]][2:5] == ["22:00–06:30 night", "", "14:00–18:00\n19:00–23:00"]
        colours = {word: colour for _, _, word, colour in STARTS}
        for place, colour in (("C4", colours["morning"]), ("C5", colours["night"]), ("F4", AWAY)):
            assert sheet[place].fill.fgColor.rgb == f"FF{colour[1:].upper()}"
        assert sheet["C4"].number_format == "@"

    def test_totals_are_paid_hours_against_contract(self, book: Path) -> None:
        sheet = openpyxl.load_workbook(book)["2026-W48"]
        totals = {row[0].value: [cell.value for cell in row[9:12]] for row in sheet.iter_rows(min_row=4)}
        assert totals == {"Ann": [24.0, 32, -8.0], "Ben": [16.0, 20, -4.0], "Cid": [0.0, 40, -40.0]}
        assert sheet["L4"].number_format.startswith("+")

    def test_headers_are_frozen_and_print_on_every_page_of_one_width(self, book: Path) -> None:
        sheet = openpyxl.load_workbook(book)["2026-W48"]
        assert sheet.freeze_panes == "B4"
        assert sheet.print_title_rows == "$1:$3"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage

    def test_the_legend_names_every_colour(self, book: Path) -> None:
        sheet = openpyxl.load_workbook(book)["2026-W48"]
        legend = {cell.fill.fgColor.rgb[2:].lower(): cell.value for cell in sheet[1][2:9]}
        assert set(legend) == {colour[1:] for *_, colour in STARTS} | {AWAY[1:]}
        assert legend["cfc8ea"].startswith("night")

    def test_breaks_days_and_cover_are_sheets_of_their_own(self, book: Path) -> None:
        sheets = openpyxl.load_workbook(book)
        assert sheets.sheetnames == ["Read me", "2026-W48", "Days", "Breaks", "Schedule", "Columns"]
        header, _, *rows = sheets["Breaks"].iter_rows(values_only=True)
        assert [name for name in header if "offset" not in name] == [
            "agent", "date", "activity", "start", "end", "hours", "paid",
        ]  # fmt: skip
        lunch = next(row for row in rows if row[2] == "lunch")
        assert lunch[:4] == ("Ann", dt.datetime(2026, 11, 23), "lunch", dt.datetime(2026, 11, 23, 12))
        assert lunch[-2:] == (0.5, False)
        cover = dict(sheets["Read me"].iter_rows(values_only=True, max_col=2))
        assert (cover["Version"], cover["Time zone"]) == ("2026-W48.2", made.ZONE)
        assert "contract" in cover["contract hours"]

    def test_every_week_has_a_sheet(self, tmp_path: Path) -> None:
        rows = made.full_shift("Ann", at("08:00")) + made.full_shift("Ann", at("08:00", 9))
        reporting.write_grid_workbook(made.frame(rows), tmp_path / "w.xlsx", timezone=made.ZONE)
        assert openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames[1:3] == ["2026-W48", "2026-W49"]

    def test_other_files_and_mixed_versions_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageProblem, match=r"\.xlsx"):
            reporting.write_grid_workbook(week(), tmp_path / "w.csv", timezone=made.ZONE)
        two = pd.concat([week(), week().assign(version="2026-W48.3")])
        with pytest.raises(InputError, match="one version"):
            reporting.write_grid_workbook(two, tmp_path / "w.xlsx", timezone=made.ZONE)

    def test_the_same_schedule_gives_the_same_bytes_at_another_time(self, tmp_path: Path) -> None:
        written = []
        for name in ("a.xlsx", "b.xlsx"):
            reporting.write_grid_workbook(week(), tmp_path / name, timezone=made.ZONE)
            written.append((tmp_path / name).read_bytes())
            time.sleep(2.1 if name == "a.xlsx" else 0)
        assert written[0] == written[1]


class TestTheRoundTrip:
    @ANY
    @given(made.schedules())
    def test_an_untouched_grid_is_the_schedule_to_the_row_and_no_text_is_a_formula(
        self, tmp_path: Path, case: tuple[pd.DataFrame, str]
    ) -> None:
        schedule, zone = case
        reporting.write_grid_workbook(schedule, tmp_path / "w.xlsx", timezone=zone)
        back = ingest.read_week_grid(tmp_path / "w.xlsx")
        pd.testing.assert_frame_equal(back, schedule[back.columns], check_dtype=False)
        for sheet in openpyxl.load_workbook(tmp_path / "w.xlsx"):
            assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    @pytest.mark.parametrize("name", ["tab\there", "bell\x07", "_x0041_", *made.ODD_NAMES])
    def test_an_odd_name_comes_back_letter_by_letter(self, tmp_path: Path, name: str) -> None:
        schedule = made.frame(made.full_shift(name, at("08:00")))
        reporting.write_grid_workbook(schedule, tmp_path / "w.xlsx", timezone=made.ZONE)
        assert set(ingest.read_week_grid(changed(tmp_path / "w.xlsx", {"D4": "9-17:30"}))["agent"]) == {name}

    @pytest.mark.parametrize("moment", ["16:05:22.816368", "16:05:59.999999", "16:05:00.5"])
    def test_the_moment_of_publication_comes_back_to_the_microsecond(self, tmp_path: Path, moment: str) -> None:
        schedule = week()
        exact = pd.Timestamp(f"2026-11-20 {moment}", tz="UTC").tz_convert(made.ZONE).as_unit("us")
        schedule["published_at"] = pd.Series([exact] * len(schedule), dtype=schedule["published_at"].dtype)
        reporting.write_grid_workbook(schedule, tmp_path / "w.xlsx", timezone=made.ZONE)
        back = ingest.read_week_grid(tmp_path / "w.xlsx")
        pd.testing.assert_frame_equal(back, schedule[back.columns], check_dtype=False)

    def test_a_moved_shift_takes_its_breaks_along(self, book: Path) -> None:
        back = ingest.read_week_grid(changed(book, {"C4": "09:30–18:00 full"}))
        assert of(back, "Ann", 0) == [
            ("phone", "09:30", "11:30"), ("break", "11:30", "11:45"), ("phone", "11:45", "13:30"),
            ("lunch", "13:30", "14:00"), ("phone", "14:00", "16:00"), ("break", "16:00", "16:15"),
            ("phone", "16:15", "18:00"),
        ]  # fmt: skip
        assert set(back["version"]) == {"2026-W48.2+edited"}
        assert back["published_at"].isna().all()
        same = week()
        rest = back[~((back["agent"] == "Ann") & (back["start"].dt.day == 23))]
        assert len(rest) == len(same) - 7

    @pytest.mark.parametrize("text", ["09:00-16:30", "9-16:30", "0900–1630", "9.00 to 16.30 full", " 09:00 – 16:30 "])
    def test_breaks_stay_where_only_the_start_changes(self, book: Path, text: str) -> None:
        found = of(ingest.read_week_grid(changed(book, {"C4": text})), "Ann", 0)
        assert found[0] == ("phone", "09:00", "10:00")
        assert found[1] == ("break", "10:00", "10:15")
        assert found[-1] == ("phone", "14:45", "16:30")

    def test_a_cleared_cell_takes_the_shift_away(self, book: Path) -> None:
        back = ingest.read_week_grid(changed(book, {"C4": None, "F4": ""}))
        assert of(back, "Ann", 0) == of(back, "Ann", 3) == []
        assert len(of(back, "Ann", 1)) == 7

    def test_everything_can_be_cleared(self, book: Path) -> None:
        back = ingest.read_week_grid(changed(book, dict.fromkeys(["C4", "D4", "F4", "C5", "E5"])))
        assert back.empty

    def test_a_new_shift_has_the_breaks_of_its_length_and_the_queue_of_its_agent(self, book: Path) -> None:
        back = ingest.read_week_grid(changed(book, {"E6": "10:00–18:30", "D5": "08:00–12:00"}))
        assert of(back, "Cid", 2)[1::2] == [
            ("break", "12:00", "12:15"),
            ("lunch", "14:00", "14:30"),
            ("break", "16:30", "16:45"),
        ]
        assert set(back.loc[back["agent"] == "Cid", "queue"].dropna()) == {"care"}
        assert ("break", "10:00", "10:15") in of(back, "Ben", 1)

    def test_one_shift_of_a_split_day_changes_alone(self, book: Path) -> None:
        back = ingest.read_week_grid(changed(book, {"E5": "14:00–18:00\n20:00–24:00".replace("24:00", "00:00")}))
        found = of(back, "Ben", 2)
        assert found[:3] == of(week(), "Ben", 2)[:3]
        assert found[3:] == [("phone", "20:00", "22:00"), ("break", "22:00", "22:15"), ("phone", "22:15", "00:00")]

    def test_rows_may_be_sorted_and_columns_swapped(self, book: Path) -> None:
        workbook = openpyxl.load_workbook(book)
        sheet = workbook["2026-W48"]
        cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        cells = [*cells[:2], *reversed(cells[2:])]
        for number, row in enumerate(cells, 2):
            for column, value in enumerate([row[0], row[1], *reversed(row[2:9]), *row[9:]], 1):
                sheet.cell(number, column, value)
        workbook.save(book)
        pd.testing.assert_frame_equal(ingest.read_week_grid(book), week(), check_dtype=False)

    def test_every_problem_is_named_by_sheet_and_cell_and_nothing_is_applied(self, book: Path) -> None:
        changed(
            book,
            {
                "C4": "off", "D4": "25:00–26:00", "E4": "08:00–09:00", "F4": dt.datetime(2026, 8, 16),
                "C5": "22:00–06:30 nite", "D5": "05:00–13:30", "E6": "08:00–08:00",
            },
        )  # fmt: skip
        found = problems(book)
        for place in ("C4", "D4", "E4", "F4", "C5", "D5", "E6"):
            assert [text for text in found if f"[2026-W48]:{place}:" in text], place
        assert len(found) == 7
        assert '"nite"' in next(text for text in found if ":C5:" in text)
        assert "overlaps" in next(text for text in found if ":D5:" in text)

    def test_a_lost_row_or_a_second_one_is_refused(self, book: Path) -> None:
        workbook = openpyxl.load_workbook(book)
        workbook["2026-W48"]["A5"] = "Ann"
        workbook.save(book)
        found = problems(book)
        assert any('"Ben", who has shifts' in text for text in found)
        assert any('"Ann" a second time' in text for text in found)

    def test_the_record_and_the_breaks_are_not_for_editing(self, book: Path) -> None:
        changed(book, {"D3": dt.datetime(2026, 11, 23, 11)}, "Breaks")
        (text,) = problems(book)
        assert "[Breaks]:3" in text
        changed(book, {"A3": "2026-W48.9"}, "Schedule")
        (text,) = problems(book)
        assert "[Schedule]" in text

    def test_a_workbook_of_another_kind_and_a_broken_file_are_named(self, tmp_path: Path) -> None:
        openpyxl.Workbook().save(tmp_path / "x.xlsx")
        assert "a workbook that wfm export --grid or wfm plan wrote" in problems(tmp_path / "x.xlsx")[0]
        (tmp_path / "y.xlsx").write_bytes(b"PK not a zip")
        assert "does not open" in problems(tmp_path / "y.xlsx")[0]
        assert "no such file" in problems(tmp_path / "z.xlsx")[0]

    def test_read_schedule_takes_rows_and_grids_alike(self, book: Path, tmp_path: Path) -> None:
        reporting.write_frame(week(), tmp_path / "rows.csv")
        rows = ingest.read_schedule(tmp_path / "rows.csv", timezone=made.ZONE)
        pd.testing.assert_frame_equal(rows, ingest.read_schedule(book)[rows.columns], check_dtype=False)


class TestClockChanges:
    def grid(self, path: Path, rows: list[dict[str, object]]) -> Path:
        reporting.write_grid_workbook(made.frame(rows), path / "w.xlsx", timezone=made.ZONE)
        return path / "w.xlsx"

    def test_both_passes_of_the_repeated_hour_are_kept_apart(self, tmp_path: Path) -> None:
        early, late = (made.instant(made.AUTUMN, "02:30", fold=fold) for fold in (0, 1))
        rows = made.stretches("Ann", [(early, "phone")], late)
        rows += made.stretches("Ben", [(late, "phone")], made.instant(made.AUTUMN, "08:00"))
        path = self.grid(tmp_path, rows)
        sheet = openpyxl.load_workbook(path)["2026-W43"]
        assert [sheet["I4"].value, sheet["I5"].value] == ["02:30–02:30 again", "02:30 again–08:00"]
        pd.testing.assert_frame_equal(ingest.read_week_grid(path), made.frame(rows), check_dtype=False)

    def test_a_night_shift_through_a_change_ends_by_the_clock(self, tmp_path: Path) -> None:
        saturday = made.AUTUMN - dt.timedelta(days=1)
        rows = made.full_shift("Ann", made.instant(saturday, "22:00"), hours=9)
        path = self.grid(tmp_path, rows)
        sheet = openpyxl.load_workbook(path)["2026-W43"]
        assert sheet["H4"].value == "22:00–06:00"
        back = ingest.read_week_grid(changed(path, {"H4": "22:00–07:00"}, "2026-W43"))
        assert back["end"].max() == pd.Timestamp("2026-10-25 06:00", tz="UTC")

    def test_a_time_that_the_clock_skips_is_refused(self, tmp_path: Path) -> None:
        path = self.grid(tmp_path, made.full_shift("Ann", made.instant(made.SPRING, "08:00")))
        found = problems(changed(path, {"I4": "02:30–11:00"}, "2026-W13"))
        assert "the clock skips" in found[0]
        assert "[2026-W13]:I4" in found[0]
