"""The worked examples that vendors print."""

import pandas as pd
import pytest

from adherence import adherence

STATE_MAP = pd.DataFrame(
    [("working", "work", "in"), ("working", "overtime", "in"), ("pause", "work", "neutral")],
    columns=["state", "activity", "rule"],
)


def at(clock):
    return pd.Timestamp(f"2026-03-03 {clock}", tz="America/Chicago")


def measure(scheduled, worked):
    """One agent: stretches of work scheduled, and (state, start, end) lived."""
    schedule = pd.DataFrame(
        [("ann", at(start), at(end), "work", True) for start, end in scheduled],
        columns=["agent", "start", "end", "activity", "productive"],
    )
    states = pd.DataFrame(
        [("ann", at(start), at(end), state) for state, start, end in worked], columns=["agent", "start", "end", "state"]
    )
    return adherence(schedule, states, STATE_MAP, timezone="America/Chicago")


def test_cx_central_glossary():
    row = measure([("09:00", "10:00")], [("working", "09:15", "10:15")]).frame.iloc[0]
    assert (row["adherence"], row["conformance"]) == (0.75, 1.0)
    assert (row["late_s"], row["left_early_s"], row["exceptions"]) == (900, 0, 1)


def test_calabrio_historical_adherence_leaves_neutral_time_out():
    row = measure([("08:00", "14:00")], [("working", "08:00", "11:00"), ("pause", "11:00", "13:00")]).frame.iloc[0]
    assert (row["scheduled_s"], row["in_adherence_s"], row["neutral_s"]) == (6 * 3600, 3 * 3600, 2 * 3600)
    assert row["adherence"] == 0.75


def test_nice_cxone_adherence_report():
    result = measure([("09:00", "17:00")], [("working", "09:30", "17:30")])
    row = result.frame.iloc[0]
    assert (row["adherence"], row["conformance"]) == (0.9375, 1.0)
    late = result.exceptions.iloc[0]
    assert (late["start"], late["end"], late["minutes"]) == (at("09:00"), at("09:30"), 30.0)


def test_genesys_cloud_where_time_out_of_shift_does_not_count():
    row = measure([("09:00", "10:00")], [("working", "09:10", "10:10")]).frame.iloc[0]
    assert row["adherence"] == pytest.approx(0.833333, abs=5e-7)
    assert row["conformance"] == 1.0
