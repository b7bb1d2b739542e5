"""Files that a planner may hand over, the broken ones too: one clear line each, never a traceback."""

from __future__ import annotations

from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from ingest import read_calls, read_history
from wfm.errors import InputError, UsageProblem

HISTORY = (
    "Queue;Interval start;Offered;Answered;AHT\nSales;2026-01-05 08:00;10;9;300\nSales;2026-01-05 08:30;12;12;280\n"
)


def history(path: Path, **options: object) -> pd.DataFrame:
    return read_history(path, interval_s=1800, **options).frame


def rules(path: Path | list[Path], **options: object) -> list[tuple[str, int | None, str]]:
    """Rule, row and column of every error."""
    with pytest.raises(InputError) as caught:
        read_history(path, interval_s=1800, **options)
    return [(finding.rule, finding.row, finding.column) for finding in caught.value.findings]


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_endings(tmp_path: Path, delimiter: str, ending: str) -> None:
    path = written(tmp_path, "h.csv", HISTORY.replace(";", delimiter).replace("\n", ending))
    assert history(path)["offered"].tolist() == [10, 12]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "h.csv", HISTORY.replace("Sales", "Größe").encode(encoding))
    reading = read_history(path, interval_s=1800)
    assert reading.frame["queue"].unique().tolist() == ["Größe"]
    assert ("legacy-encoding" in [f.rule for f in reading.findings]) == (encoding == "cp1252")


def test_the_separator_line_of_excel_and_quoted_cells(tmp_path: Path) -> None:
    quoted = HISTORY.replace("Sales", '"Sales; ""hot"""')
    path = written(tmp_path, "h.csv", "sep=;\n" + quoted)
    assert history(path)["queue"].unique().tolist() == ['Sales; "hot"']


def test_rows_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = 'Queue,Interval start,Offered\n"two\nlines",2026-01-05 08:00,1\n\nb,2026-01-05 08:00,x\n'
    assert rules(written(tmp_path, "h.csv", text)) == [("bad-number", 5, "Offered")]


def test_blank_rows_are_skipped_and_said(tmp_path: Path) -> None:
    lines = HISTORY.splitlines()
    path = written(tmp_path, "h.csv", "\n".join([lines[0], "", ";;;;", *lines[1:], "", ""]))
    reading = read_history(path, interval_s=1800)
    assert len(reading.frame) == 2
    assert [(f.rule, f.row, f.count) for f in reading.findings] == [("blank-row", 2, 2)]


def test_every_format_reads_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, "h.csv", HISTORY)
    expected = history(path, timezone="Europe/Berlin")
    typed = pd.read_csv(path, sep=";", parse_dates=["Interval start"])
    duckdb.from_df(typed).write_parquet(str(tmp_path / "h.parquet"))
    typed.to_excel(tmp_path / "h.xlsx", index=False)
    for name in ("h.parquet", "h.xlsx"):
        pd.testing.assert_frame_equal(history(tmp_path / name, timezone="Europe/Berlin"), expected)


def test_instants_in_parquet_are_converted(tmp_path: Path) -> None:
    start = pd.Timestamp("2026-07-06 08:00", tz="Europe/Berlin")
    frame = pd.DataFrame({"queue": ["a"], "interval_start": [start], "offered": [3]})
    duckdb.from_df(frame).write_parquet(str(tmp_path / "h.parquet"))
    assert history(tmp_path / "h.parquet", timezone="Europe/Berlin")["interval_start"].tolist() == [start]


def test_the_first_sheet_that_fits_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["About", "this file"])
    sheet = book.create_sheet("Data")
    for row in ([], ["Queue", "Interval start", "Offered"], ["a", "2026-01-05 08:00", 4]):
        sheet.append(row)
    book.save(tmp_path / "h.xlsx")
    assert history(tmp_path / "h.xlsx")["offered"].tolist() == [4]


def test_a_folder_stands_for_its_exports(tmp_path: Path) -> None:
    written(tmp_path, "1.csv", HISTORY)
    written(tmp_path, "2.csv", HISTORY.replace("2026-01-05", "2026-01-06"))
    written(tmp_path, "notes.md", "not an export")
    assert len(history(tmp_path)) == 4


@pytest.mark.parametrize(
    ("name", "content", "rule", "row"),
    [
        ("h.csv", "", "empty-file", None),
        ("h.csv", "\n\n", "empty-file", None),
        ("h.csv", HISTORY.splitlines()[0], "no-rows", None),
        ("h.csv", HISTORY[:-15], "cut-off", 3),
        ("h.csv", HISTORY + '"Sales;2026', "cut-off", None),
        ("h.csv", HISTORY.replace(";9;", ";9;1;"), "wrong-field-count", 2),
        ("h.csv", HISTORY.replace(";9;", ";"), "wrong-field-count", 2),
        ("h.csv", b"\x00\x01\x02junk\xff", "not-text", None),
        ("h.csv", b"PK\x03\x04....", "not-text", None),
        ("h.parquet", b"PAR1 and then nothing", "unreadable", None),
        ("h.xlsx", b"PK\x03\x04 and then nothing", "unreadable", None),
        ("h.csv", "Something;else\n1;2\n", "unknown-layout", None),
        ("h.csv", HISTORY.replace("Offered", "Oferred"), "unknown-layout", None),
        ("h.csv", HISTORY.replace(";10;", ";ten;"), "bad-number", 2),
        ("h.csv", HISTORY.replace(";280", ";4:7x"), "bad-duration", 3),
        ("h.csv", HISTORY.replace("2026-01-05 08:30", "Monday"), "bad-time", 3),
        ("h.csv", HISTORY.replace("2026-01-05", "05/01/2026"), "ambiguous-date", None),
        ("h.csv", HISTORY.replace(";10;", ";;"), "null", 2),
        ("h.csv", HISTORY.replace("Sales;2026-01-05 08:30", ";2026-01-05 08:30"), "null", 3),
        ("h.csv", HISTORY.replace(";10;", ";-10;"), "bad-number", 2),
    ],
)
def test_a_broken_file_gives_one_clear_line(
    tmp_path: Path, name: str, content: str | bytes, rule: str, row: int | None
) -> None:
    path = written(tmp_path, name, content)
    assert [(found, at) for found, at, _ in rules(path)] == [(rule, row)]


def test_half_of_a_real_parquet_or_excel_file_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"queue": ["a"] * 999, "interval_start": "2026-01-05 08:00", "offered": range(999)})
    frame.to_excel(tmp_path / "h.xlsx", index=False)
    duckdb.from_df(frame).write_parquet(str(tmp_path / "h.parquet"))
    for name in ("h.xlsx", "h.parquet"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert rules(path) == [("unreadable", None, "")]


def test_missing_files_and_folders_without_exports(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert rules([tmp_path / "no.csv", empty]) == [("not-a-file", None, ""), ("missing-file", None, "")]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = HISTORY.replace(";10;", ";ten;").replace(";280", ";4:7x")
    paths = [written(tmp_path, "a.csv", text), written(tmp_path, "b.csv", "")]
    assert rules(paths) == [("empty-file", None, ""), ("bad-number", 2, "Offered"), ("bad-duration", 3, "AHT")]


def test_the_line_of_a_bad_cell_names_file_row_and_column(tmp_path: Path) -> None:
    path = written(tmp_path, "h.csv", HISTORY.replace(";280", ";4:7x"))
    with pytest.raises(InputError, match=r'h\.csv:3:AHT: found "4:7x", expected seconds, m:ss or h:mm:ss'):
        read_history(path, interval_s=1800)


def test_a_missing_column_names_what_the_near_layouts_miss(tmp_path: Path) -> None:
    path = written(tmp_path, "h.csv", "Queue,Interval start,AHT\na,2026-01-05 08:00,300\n")
    with pytest.raises(InputError, match='generic_history misses "offered"'):
        read_history(path, interval_s=1800)
    with pytest.raises(InputError, match="expected Offer; layout genesys needs it"):
        read_history(path, interval_s=1800, source="genesys")


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "h.csv", "Queue,Interval start,Offered,Offered\na,2026-01-05 08:00,1,2\n")
    assert rules(path)[0][0] == "repeated-column"


def test_logs_and_histories_do_not_mix(tmp_path: Path) -> None:
    log = written(tmp_path, "log.csv", "Queue,Received,Outcome\na,2026-01-05 08:00,answered\n")
    assert rules([written(tmp_path, "h.csv", HISTORY), log])[0][0] == "mixed-kinds"


def test_without_strict_the_errors_stay_in_the_findings(tmp_path: Path) -> None:
    paths = [written(tmp_path, "a.csv", HISTORY), written(tmp_path, "b.csv", "")]
    reading = read_history(paths, interval_s=1800, strict=False)
    assert len(reading.frame) == 2
    assert [finding.rule for finding in reading.findings.of("error")] == ["empty-file"]


def test_wrong_options_are_the_callers_fault(tmp_path: Path) -> None:
    path = written(tmp_path, "h.csv", HISTORY)
    for options in ({"interval_s": 1234}, {"timezone": "Mars/Base"}, {"source": "genesis"}):
        with pytest.raises(UsageProblem):
            read_history(path, **{"interval_s": 1800} | options)
    with pytest.raises(UsageProblem, match="interval histories"):
        read_calls(path, source="eleveo")
