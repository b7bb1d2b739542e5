"""`wfm capacity` as a planner runs it: a year of forecast in, people and hire dates out."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest

from staffing.scenarios import parse_scenario


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory):
    """Twenty weeks, four half-hours a day on weekdays, growing by 2 % a week."""
    days = pd.date_range("2026-11-30", periods=140, tz="Europe/Amsterdam")
    days = days[days.day_of_week < 5]
    starts = pd.DatetimeIndex(
        np.concatenate([days + pd.Timedelta(minutes=540 + 30 * i) for i in range(4)])
    ).sort_values()
    growth = 1.02 ** ((starts - starts[0]) // pd.Timedelta(weeks=1))
    frame = pd.DataFrame({"queue": "sales", "interval_start": starts, "calls": 60.0 * growth, "aht_s": 240.0})
    path = tmp_path_factory.mktemp("capacity") / "year.csv"
    frame.to_csv(path, index=False)
    return path


TARGETS = ("--service-level", "0.8", "--answer-within", "20s", "--shrinkage", "30%", "--timezone", "Europe/Amsterdam")


def test_scenarios_side_by_side_and_the_weeks_behind_them(wfm, year, tmp_path) -> None:
    done = wfm("capacity", year, "--fte", 2.5, *TARGETS, "--what-if", "volume +20%", "--json")
    told = json.loads(done.out)
    scenarios = pd.DataFrame(told["scenarios"]).set_index("scenario")
    assert scenarios.index.tolist() == ["as planned", "volume +20%"]
    assert scenarios.loc["volume +20%", "calls"] == pytest.approx(1.2 * scenarios.loc["as planned", "calls"])
    assert scenarios.loc["volume +20%", "peak_fte"] > scenarios.loc["as planned", "peak_fte"]
    weeks = pd.DataFrame(told["weeks"])
    assert weeks.groupby("scenario").size().tolist() == [20, 20]
    assert (weeks["gap_fte"] - (weeks["productive_fte"] - weeks["required_fte"])).abs().max() < 1e-9


def test_table_workbook_csv_and_figure(wfm, year, tmp_path) -> None:
    out, plot = tmp_path / "capacity.xlsx", tmp_path / "gap.png"
    done = wfm("capacity", year, "--fte", 2, *TARGETS, "--notice", 2, "-o", out, "--plot", plot)
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["scenarios", "weeks", "classes"]
    assert book["weeks"].max_row == 2 + 20
    assert plot.stat().st_size > 10_000
    printed = wfm("capacity", year, "--fte", 2, *TARGETS, "--notice", 2).out
    assert "as planned: hire " in printed
    wfm("capacity", year, "--fte", 2, *TARGETS, "-o", tmp_path / "weeks.csv")
    assert len(pd.read_csv(io.StringIO((tmp_path / "weeks.csv").read_text()))) == 20


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--what-if", "volume up"), "expected volume +10%"),
        (("--attrition", "130%"), "0 to 1"),
        (("--hours", "0"), "hours_per_week: found 0"),
        (("--ramp", "half"), "expected a share"),
    ],
)
def test_senseless_flags_are_usage_errors(wfm, year, flags, said) -> None:
    done = wfm("capacity", year, "--fte", 2, "--timezone", "Europe/Amsterdam", *flags)
    assert done.code == 2
    assert said in done.err


def test_words_of_a_scenario() -> None:
    one = parse_scenario("volume +10%, AHT -5%, service level 90% in 10s")
    assert (one.volume, one.aht, one.service_level, one.answer_within_s) == pytest.approx((1.1, 0.95, 0.9, 10.0))
    with pytest.raises(ValueError, match="below -100"):
        parse_scenario("volume -120%")


def test_nothing_is_written_where_one_file_can_not_be(wfm, year, tmp_path) -> None:
    out, plot = tmp_path / "weeks.csv", tmp_path / "gap.png"
    asked = ("capacity", year, "--fte", 2, "--timezone", "Europe/Amsterdam")
    assert wfm(*asked, "-o", out, "--plot", tmp_path / "gap.foo").code == 2
    assert wfm(*asked, "-o", tmp_path / "weeks.foo", "--plot", plot).code == 2
    assert not out.exists()
    assert not plot.exists()
    piped = wfm(*asked, "-o", "-").out
    assert len(pd.read_csv(io.StringIO(piped))) == 20


def test_no_class_is_smaller_than_is_worth_its_trainer(wfm, year) -> None:
    asked = ("capacity", year, "--fte", 2, *TARGETS, "--notice", 2, "--attrition", "40%")
    single, larger = (wfm(*asked, "--least-class", least).out for least in (1, 8))
    sizes = [[int(n) for n in re.findall(r"(\d+) on ", out)] for out in (single, larger)]
    assert min(sizes[0]) < 8 <= min(sizes[1])
    assert wfm(*asked, "--least-class", 30, "--class-size", 10).code == 2
