"""Coverage and hours against a count minute by minute."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_cases import ZONE, minutes_on_phone

from scheduling import coverage
from scheduling.coverage import staffed_hours
from wfm.contracts import COVERAGE

OPENING = pd.Timestamp("2026-10-25 01:00", tz=ZONE)
STRETCH = st.tuples(
    st.integers(-60, 400), st.integers(1, 200), st.sampled_from(["phone", "break"]), st.sampled_from("ab")
)


def frames(stretches: list[tuple[int, int, str, str]], need: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    start = [OPENING + pd.Timedelta(minutes=first) for first, _, _, _ in stretches]
    schedule = pd.DataFrame(
        {
            "agent": [f"p{row}" for row in range(len(stretches))],
            "start": pd.Series(start, dtype=f"datetime64[us, {ZONE}]"),
            "end": pd.Series(
                [at + pd.Timedelta(minutes=length) for at, (_, length, _, _) in zip(start, stretches, strict=True)],
                dtype=f"datetime64[us, {ZONE}]",
            ),
            "activity": pd.Series([activity for _, _, activity, _ in stretches], dtype="str"),
            "queue": pd.Series([queue for _, _, _, queue in stretches], dtype="str"),
        }
    )
    starts = pd.date_range(OPENING, periods=len(need), freq="30min")
    return schedule, pd.DataFrame({"queue": "a", "interval_start": starts, "staff": need})


@settings(max_examples=60, deadline=None)
@given(st.lists(STRETCH, max_size=8), st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_coverage_and_hours_equal_a_minute_count(stretches: list[tuple[int, int, str, str]], need: list[int]) -> None:
    schedule, requirement = frames(stretches, need)
    found = coverage(schedule, requirement, 1800)
    COVERAGE.validate(found)
    counts = minutes_on_phone(schedule, "a", OPENING, 30 * len(need))
    required = [value for value in need for _ in range(30)]
    means = np.array(counts, dtype=float).reshape(-1, 30).mean(axis=1)
    np.testing.assert_allclose(found["scheduled"], means, atol=1e-9)
    np.testing.assert_allclose(found["gap"], means - need, atol=1e-9)

    hours = staffed_hours(schedule, requirement, 1800)
    short = sum(max(r - c, 0) for r, c in zip(required, counts, strict=True)) / 60
    phone = schedule[(schedule["activity"] == "phone") & (schedule["queue"] == "a")]
    on_phone = (phone["end"] - phone["start"]).dt.total_seconds().sum() / 3600
    assert hours.understaffed == pytest.approx(short)
    assert hours.scheduled == pytest.approx(on_phone)
    assert hours.overstaffed == pytest.approx(on_phone - sum(need) / 2 + short)


def test_a_surplus_never_pays_for_a_gap_inside_an_interval() -> None:
    schedule, requirement = frames([(0, 15, "phone", "a"), (0, 15, "phone", "a")], [1])
    assert coverage(schedule, requirement, 1800)["gap"].tolist() == [0.0]
    hours = staffed_hours(schedule, requirement, 1800)
    assert (hours.understaffed, hours.overstaffed) == (0.25, 0.25)


def test_another_column_can_be_covered() -> None:
    schedule, requirement = frames([(0, 60, "phone", "a")], [1, 1])
    found = coverage(schedule, requirement.assign(agents=[3, 4]), 1800, cover="agents")
    assert found["required"].tolist() == [3.0, 4.0]
