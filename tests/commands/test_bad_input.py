"""Bad numbers on the command line and in tables: one clear error naming place and remedy, and no other row harmed."""

import csv

import pandas as pd
import pytest


def forecast(path, **cells):
    """Six half-hours of one queue; `cells` are (row, value) by column."""
    starts = pd.date_range("2026-11-23 09:00", periods=6, freq="30min", tz="Europe/Amsterdam")
    frame = pd.DataFrame({"queue": "sales", "interval_start": starts, "calls": 100.0, "aht_s": 180.0}).astype(object)
    for column, (row, value) in cells.items():
        frame.loc[row, column] = value
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--calls", "-5"), 2, "--calls"),
        (("--calls", "nan"), 3, "calls: found nan"),
        (("--calls", "inf"), 3, "calls: found inf"),
        (("--calls", "1e300"), 3, "calls: found 1e+300, expected a number of calls >= 0, at most 1e+12"),
        (("--calls", "9e8"), 3, "erlangs, expected at most 1,000,000"),
        (("--aht", "-3min"), 2, 'found "-3min"'),
        (("--aht", "nan"), 2, 'found "nan"'),
        (("--service-level", "1.0"), 3, "service_level: found 1.0, expected a share below 1"),
        (("--service-level", "0"), 2, "service_level: found 0.0"),
        (("--service-level", "80"), 2, "such as 0.8 or 80%"),
        (("--max-occupancy", "0"), 2, "max_occupancy: found 0.0"),
        (("--max-abandonment", "0", "--patience", "2min"), 3, "max_abandonment: found 0"),
        (("--max-abandonment", "1"), 2, "max_abandonment: found 1.0"),
        (("--asa", "0"), 2, "asa_s: found 0.0"),
        (("--patience", "0"), 2, "patience_s: found 0.0, expected seconds > 0"),
        (("--shrinkage", "1"), 2, "--shrinkage"),
        (("--shrinkage", "-0.1"), 2, "--shrinkage"),
        (("--shrinkage", "nan"), 2, "--shrinkage"),
        (("--interval", "0"), 2, "30min"),
        (("--lines", "5000000"), 3, "from 1 to 1,000,000"),
        (("--model", "erlang_q"), 2, "did you mean"),
    ],
)
def test_single_questions(wfm, flags, code, words):
    asked = {"--calls": "100", "--aht": "180s"} | dict(zip(flags[::2], flags[1::2], strict=True))
    found = wfm("erlang", *(part for pair in asked.items() for part in pair))
    assert found.code == code
    assert words in found.err
    assert "Traceback" not in found.err
    assert "queue :" not in found.err
    assert not found.out


@pytest.mark.parametrize(
    ("flag", "text", "seconds"),
    [
        ("--aht", "4", "4"),
        ("--patience", "2.5", "2.5"),
        ("--answer-within", "0.33", "0.33"),
        ("--chats-aht", "4,5,6", "4"),
    ],
)
def test_few_seconds_without_a_unit_are_asked_about(wfm, flag, text, seconds):
    asked = {"--calls": "100", "--aht": "180s"} | {flag: text}
    if flag == "--chats-aht":
        del asked["--aht"]
    found = wfm("erlang", *(part for pair in asked.items() for part in pair))
    assert found.code == 2
    assert f"which is {seconds} seconds: write {seconds}min or {seconds}s" in found.err
    with_unit = ",".join(f"{part}s" for part in text.split(","))
    assert wfm("erlang", *(part for pair in (asked | {flag: with_unit}).items() for part in pair)).code == 0


@pytest.mark.parametrize("flags", [("--aht", "0"), ("--answer-within", "0"), ("--aht", "12"), ("--aht", "0:08")])
def test_other_numbers_are_taken_as_they_stand(wfm, flags):
    asked = {"--calls": "100", "--aht": "180"} | dict([flags])
    assert wfm("erlang", *(part for pair in asked.items() for part in pair)).code == 0


def test_one_bad_row_stops_no_other(wfm, tmp_path):
    header = "id,calls,interval_s,aht_s,patience_s,agents,threshold_s,target_sl,target_threshold_s,shrinkage"
    good = "100,1800,180,,14,20,0.8,20,0.3"
    rows = {
        "first": good,
        "negative": "-100,1800,180,,14,20,0.8,20,0.3",
        "nan": "nan,1800,180,,14,20,0.8,20,0.3",
        "infinite": "100,1800,inf,,14,20,0.8,20,0.3",
        "no patience": "100,1800,180,0,14,20,0.8,20,0.3",
        "level 1": "100,1800,180,,14,20,1.0,20,0.3",
        "level 0": "100,1800,180,,14,20,0,20,0.3",
        "away": "100,1800,180,,14,20,0.8,20,1",
        "huge": "1e300,1800,1e300,,14,20,0.8,20,0.3",
        "load": "1e9,1800,180,,14,20,0.8,20,0.3",
        "ragged": "100,1800",
        "too many": "1,5,1800,180,,14,20,0.8,20,0.3,7",
        "minutes": "100,30,3,2,14,0.33,0.8,0.33,0.3",
        "last": good,
    }
    path = tmp_path / "cases.csv"
    path.write_text("\n".join([header, *(f"{name},{row}" for name, row in rows.items())]), encoding="utf-8")
    found = wfm("erlang", path, "-o", tmp_path / "answers.csv")
    assert found.code == 3
    with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        answers = {row["id"]: row for row in csv.DictReader(file)}
    assert {name for name, row in answers.items() if row["min_agents_sl"]} == {"first", "minutes", "last"}
    assert answers["first"]["min_agents_sl"] == answers["last"]["min_agents_sl"] == "14"
    for line, column in (
        (3, "calls"),
        (4, "calls"),
        (5, "aht_s"),
        (6, "patience_s"),
        (7, "target_sl"),
        (8, "target_sl"),
    ):
        assert f"cases.csv:{line}:{column}: found" in found.err
    assert "cases.csv:9:shrinkage: found" in found.err
    assert "cases.csv:10:calls: found" in found.err
    assert "cases.csv:11:calls: found 1e+08 erlangs" in found.err
    for column in ("aht_s", "patience_s", "threshold_s", "interval_s"):
        assert f"cases.csv:14:{column}: found" in found.err
    assert "cases.csv:12: found 3 fields, expected 10 fields as in the header" in found.err
    assert "cases.csv:13: found 12 fields" in found.err
    assert found.err.count("as if minutes were meant") == 5


def test_doubts_alone_are_no_error(wfm, tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("calls,interval_s,aht_s,agents\n100,30,3,14\n", encoding="utf-8")
    found = wfm("erlang", path)
    assert found.code == 0
    assert found.err.count("as if minutes were meant") == 2


@pytest.mark.parametrize("text", ["", "calls,interval_s,aht_s\n", "calls,aht_s\n1,2\n"])
def test_tables_without_rows_or_columns(wfm, tmp_path, text):
    path = tmp_path / "cases.csv"
    path.write_text(text, encoding="utf-8")
    found = wfm("erlang", path)
    assert found.code == 3
    assert "cases.csv" in found.err


@pytest.mark.parametrize("command", [("staff",), ("simulate", "--days", 3, "-q"), ("capacity", "--fte", 10)])
@pytest.mark.parametrize(
    ("cells", "code", "words"),
    [
        (
            {"calls": (1, -5), "aht_s": (2, -3)},
            3,
            ":3:calls: found",
        ),
        ({"calls": (1, "nan")}, 3, ":3:calls: found"),
        ({"calls": (1, "many")}, 3, ':3:calls: found "many"'),
        ({"calls": (1, "")}, 3, ":3:calls: found"),
        ({"aht_s": (1, "")}, 3, "aht_s: found nothing in 1"),
        ({"calls": (1, 1e300)}, 3, "calls: found 1e+300"),
        ({"queue": (1, "")}, 3, ":3:queue: found"),
        ({"aht_s": (1, 3)}, 0, ":3:aht_s: found 3 seconds, as if minutes were meant"),
    ],
)
def test_bad_forecasts(wfm, tmp_path, command, cells, code, words):
    good, bad = forecast(tmp_path / "good.csv"), forecast(tmp_path / "bad.csv", **cells)
    plan = tmp_path / "plan.csv"
    zone = ("--timezone", "Europe/Amsterdam")
    assert wfm("staff", good, "-o", plan, *zone).code == 0
    name, *flags = command
    found = wfm(name, bad, *([plan] if name == "simulate" else []), *flags, *zone)
    assert found.code == code
    assert words in found.err
    assert "Traceback" not in found.err


@pytest.mark.parametrize("command", [("staff",), ("simulate", "--days", 3), ("capacity", "--fte", 10)])
def test_targets_and_times_of_the_commands_on_forecasts(wfm, tmp_path, command):
    good, plan = forecast(tmp_path / "good.csv"), tmp_path / "plan.csv"
    zone = ("--timezone", "Europe/Amsterdam")
    wfm("staff", good, "-o", plan, *zone)
    name, *flags = command
    files = [good, plan] if name == "simulate" else [good]
    for asked, code in (
        (("--service-level", "0"), 2),
        (("--shrinkage", "1"), 2),
        (("--patience", "0"), 2),
        (("--patience", "2"), 2),
        (("--aht", "4"), 2),
        (("--max-occupancy", "nan"), 2),
    ):
        assert wfm(name, *files, *flags, *zone, *asked).code == code, asked


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--lines", "15", "--sources", "30"), "model limited_lines does not read --sources"),
        (("--lines", "15", "--redial", "0.3"), "does not read --redial"),
        (("--model", "erlang_c", "--patience", "2min"), "model erlang_c does not read --patience"),
        (("--max-abandonment", "5%"), "the only target, and callers who never hang up in model erlang_c"),
        (("--max-abandonment", "5%", "--model", "chat", "--chats-aht", "1,1.5"), "in model chat"),
    ],
)
def test_what_a_question_would_not_read_is_refused(wfm, flags, words):
    found = wfm("erlang", "--calls", 100, "--aht", "180s", *flags)
    assert (found.code, found.out) == (2, "")
    assert words in found.err


@pytest.mark.parametrize("flags", [("--lines", "25"), ("--patience", "2min"), ("--model", "erlang_b")])
def test_abandonment_may_be_the_only_target_where_calls_are_lost(wfm, flags):
    found = wfm("erlang", "--calls", 100, "--aht", "180s", "--max-abandonment", "5%", *flags)
    assert found.code == 0, found.err
    (answer,) = [line.split() for line in found.out.splitlines() if " < " in line]
    assert float(answer[-2].rstrip("%")) <= 5.0


def test_a_table_takes_its_questions_from_its_columns_only(wfm, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("calls,aht_s,interval_s,agents\n100,180,1800,14\n")
    assert wfm("erlang", cases).code == 0
    for flag in (("--aht", "3min"), ("--interval", "30min"), ("--calls", "3"), ("--shrinkage", "0.3")):
        found = wfm("erlang", cases, *flag)
        assert (found.code, found.out) == (2, "")
        assert f"{flag[0]}: for a single question only" in found.err


def test_an_interval_that_contradicts_the_rows_is_refused_or_said(wfm, tmp_path):
    file = forecast(tmp_path / "forecast.csv")
    whole = wfm("staff", file, "--interval", "30min")
    longer = wfm("staff", file, "--interval", "60min")
    assert (longer.code, longer.out) == (2, "")
    assert "--interval: found 60 min, expected at most 30 min" in longer.err
    shorter = wfm("staff", file, "--interval", "15min")
    assert shorter.code == 0
    assert "rows start 30 min apart and --interval says 15 min" in shorter.err
    assert (whole.code, whole.err) == (0, wfm("staff", file).err)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--handle-cv", "0.5"), "--handle-cv goes with --load mol"),
        (("--jobs", "2"), "--jobs: only with --groups"),
        (("--lines", "40", "--sources", "99"), "does not read --sources"),
        (("--model", "simulation", "--redial", "0.3"), "model simulation does not read --redial"),
        (("--max-abandonment", "3%"), "queue sales: found --max-abandonment as the only target"),
        (("--risk", "0.9"), "no calls_p10 and calls_p90 of queue sales"),
    ],
)
def test_staff_refuses_what_would_do_nothing(wfm, tmp_path, flags, words):
    found = wfm("staff", forecast(tmp_path / "forecast.csv"), *flags)
    assert found.code in (2, 3)
    assert not found.out
    assert words in found.err


def test_a_file_that_can_not_be_written_is_said_before_anything_is_read(wfm, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    wrong = {"x.foo": ".csv, .parquet, .xlsx", "nowhere/x.csv": "make it first", "folder.csv": "it is a folder"}
    for output, words in wrong.items():
        found = wfm("staff", tmp_path / "missing.csv", "-o", tmp_path / output)
        assert found.code == 2
        assert words in found.err


def test_quiet_keeps_errors_and_drops_notes(wfm, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("calls,aht_s,interval_s,agents,p_wait\n100,4,1800,14,1\nmany,180,1800,14,1\n")
    told, quiet = wfm("erlang", cases), wfm("erlang", cases, "-q")
    assert told.out == quiet.out
    assert (told.code, quiet.code) == (3, 3)
    assert "as if minutes were meant" in told.err
    assert quiet.err.strip() == f'{cases}:3:calls: found "many", expected a number of calls >= 0'


def test_a_handle_time_named_stands_for_a_column_that_is_not_there(wfm, tmp_path):
    whole, bare, some = (tmp_path / f"{name}.csv" for name in ("whole", "bare", "some"))
    forecast(whole)
    pd.read_csv(whole).drop(columns="aht_s").to_csv(bare, index=False)
    forecast(some, aht_s=(2, None))
    expected = wfm("staff", whole).out
    assert wfm("staff", bare, "--aht", "180s").out == expected
    assert wfm("staff", some, "--aht", "180s").out == expected
    missing = wfm("staff", bare)
    assert (missing.code, missing.out) == (3, "")
    assert "aht_s: found no such column" in missing.err


def test_a_requirement_of_another_forecast_is_told_by_its_first_interval(wfm, tmp_path):
    whole, plan, some = (tmp_path / f"{name}.csv" for name in ("whole", "plan", "some"))
    assert wfm("staff", forecast(whole), "-o", plan).code == 0
    pd.read_csv(plan).iloc[1:].to_csv(some, index=False)
    found = wfm("simulate", whole, some, "--days", 5, "-q")
    assert (found.code, found.out) == (3, "")
    assert "first 2026-11-23 09:00 of queue sales in the forecast" in found.err
