"""Figures that others have printed, put through the scorecard."""

from pathlib import Path

import pandas as pd
import pytest

from kpis import scorecard

PWC = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "pwc_call_center_5000.xlsx"
START = pd.Timestamp("2026-03-02 09:00", tz="UTC")


def calls_of(*kinds):
    """Calls of one queue from (count, outcome, wait)."""
    rows = [(outcome, wait_s) for count, outcome, wait_s in kinds for _ in range(count)]
    frame = pd.DataFrame(rows, columns=["outcome", "wait_s"])
    return frame.assign(call_id=[str(number) for number in range(len(rows))], queue="all", offered_at=START)


def value_of(tables, kpi, **options):
    card = scorecard(tables, kpis=[kpi], timezone="UTC", **options)
    return card[card["queue"].isna()]["value"].item()


@pytest.mark.parametrize(
    ("kpi", "share"),
    [
        ("service_level_ignore_abandoned", 0.777778),
        ("service_level", 0.70),
        ("service_level_positive", 0.80),
        ("service_level_answered_only", 70 / 90),
    ],
)
def test_cisco_service_level_types(kpi, share):
    calls = calls_of((70, "answered", 20), (10, "abandoned", 20), (20, "answered", 20.5))
    assert value_of({"calls": calls}, kpi) == pytest.approx(share, abs=5e-7)


def test_cisco_intelligence_center_with_a_threshold_of_30_s():
    calls = calls_of((50, "answered", 30), (80, "answered", 31))
    value = value_of({"calls": calls}, "service_level_ignore_abandoned", answer_within_s=30)
    assert value == pytest.approx(0.3846, abs=5e-5)


def test_investopedia_abandonment():
    assert value_of({"calls": calls_of((40, "abandoned", 60), (960, "answered", 5))}, "abandonment_rate") == 0.04


@pytest.mark.skipif(not PWC.is_file(), reason="the real records are not on this machine")
def test_pwc_call_log_with_nulls_that_are_not_zeros():
    log = pd.read_excel(PWC)
    calls = pd.DataFrame(
        {
            "call_id": log["Call Id"],
            "queue": "all",
            "agent": log["Agent"],
            "offered_at": pd.to_datetime(log["Date"]).dt.tz_localize("UTC"),
            "outcome": log["Answered (Y/N)"].map({"Y": "answered", "N": "abandoned"}),
            "wait_s": log["Speed of answer in seconds"],
        }
    )
    tables = {"calls": calls}
    assert value_of(tables, "asa", period="all") == pytest.approx(67.52, abs=0.005)
    assert value_of(tables, "service_level", period="all") == 374 / 5000
    assert value_of(tables, "abandonment_rate", period="all") == 946 / 5000
    months = scorecard(tables, kpis=["abandonment_rate"], period="month", by=(), timezone="UTC")
    assert months["denominator"].tolist() == [1772, 1616, 1612]
    agents = scorecard(tables, kpis=["asa"], period="all", by=("agent",), timezone="UTC").set_index("agent")
    assert agents["value"]["Becky"] == pytest.approx(65.33, abs=0.005)
    assert agents["value"]["Joe"] == pytest.approx(70.99, abs=0.005)
