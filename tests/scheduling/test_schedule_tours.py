"""Steady start times: exchanged within a day, at no change of cover or cost."""

from __future__ import annotations

import pandas as pd
import pytest
from schedule_cases import RULES_SET, people, requirement, week

import scheduling.engine
from scheduling import build_schedule, check


def mean_deviation_h(schedule: pd.DataFrame) -> float:
    """Mean distance of an agent's starts from their own mean [h]."""
    first = schedule.groupby(["agent", schedule["start"].dt.date])["start"].min()
    hours = first.dt.hour + first.dt.minute / 60
    return float((hours - hours.groupby("agent").transform("mean")).abs().mean())


def test_starts_are_steadier_and_cover_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, agents = requirement(week(5), 5, hours=(8, 18)), people(*[20.0] * 9)
    options = {"horizon": week(5), "version": "v1", "time_limit_s": 10.0}
    steady = build_schedule(wanted, agents, RULES_SET, **options)
    monkeypatch.setattr(scheduling.engine, "steady_starts", lambda roster, week: None)
    as_found = build_schedule(wanted, agents, RULES_SET, **options)
    assert check(steady.schedule, agents, RULES_SET) == []
    assert mean_deviation_h(steady.schedule) < mean_deviation_h(as_found.schedule)
    pd.testing.assert_frame_equal(steady.coverage, as_found.coverage)
    assert steady.cost == as_found.cost
