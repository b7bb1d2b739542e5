"""The capacity plan against a head count kept person by person, and its hires against hand-made years."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffing.capacity import (
    WEEKS_A_YEAR,
    HiringClass,
    HiringRules,
    Workforce,
    plan_hires,
    project,
    weekly_requirement,
)

MONDAY = dt.date(2026, 1, 5)


def weeks_of(fte: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"week": pd.date_range(MONDAY, periods=len(fte), freq="7D"), "fte": fte})


def test_the_weekly_requirement_by_hand() -> None:
    """Two queues, 10 and 4 staff in two half-hours of a Monday and one of the next week."""
    starts = pd.DatetimeIndex(["2026-01-05 09:00", "2026-01-05 09:30", "2026-01-12 09:00"], tz="Europe/Amsterdam")
    rows = [
        {
            "queue": queue, "interval_start": start, "calls": 6.0, "aht_s": 300.0, "load_erl": 1.0, "agents": staff,
            "staff": staff, "service_level": 0.9, "asa_s": 5.0, "occupancy": 0.5, "abandonment": 0.0,
            "binding": "service_level", "model": "erlang_c",
        }
        for queue, staff in (("sales", 10), ("service", 4))
        for start in starts
    ]  # fmt: skip
    table = weekly_requirement(pd.DataFrame(rows), 1800, 40.0)
    assert table["week"].dt.date.tolist() == [MONDAY] * 3 + [MONDAY + dt.timedelta(days=7)] * 3
    assert table["queue"].isna().tolist() == [True, False, False] * 2
    assert table["paid_h"].tolist() == [14.0, 10.0, 4.0, 7.0, 5.0, 2.0]
    assert table["fte"].tolist() == pytest.approx([0.35, 0.25, 0.1, 0.175, 0.125, 0.05])
    assert table["calls"].tolist() == [24, 12, 12, 12, 6, 6]
    assert table["workload_h"].tolist() == pytest.approx([2.0, 1.0, 1.0, 1.0, 0.5, 0.5])


def test_a_year_of_attrition_takes_its_share() -> None:
    table = project(weeks_of([0.0] * 54), Workforce(100.0, annual_attrition=0.3))
    year = np.interp(WEEKS_A_YEAR, np.arange(54), table["productive_fte"])
    assert year == pytest.approx(70.0, abs=0.05)
    assert table["leavers"].sum() == pytest.approx(100 - table["people"].iloc[-1])


def test_a_class_learns_ramps_up_and_stays() -> None:
    workforce = Workforce(10.0, annual_attrition=0.0, training_weeks=2, ramp=(0.5, 0.75), early_attrition=0.2)
    table = project(weeks_of([12.0] * 7), workforce, [HiringClass(MONDAY + dt.timedelta(days=7), 5)])
    assert table["in_training"].tolist() == [0, 5, 5, 0, 0, 0, 0]
    assert table["hired"].tolist() == [0, 5, 0, 0, 0, 0, 0]
    assert table["productive_fte"].tolist() == pytest.approx([10, 10, 10, 12, 13, 14, 14])
    assert table["people"].tolist() == pytest.approx([10, 15, 15, 14, 14, 14, 14])
    assert table["leavers"].tolist() == pytest.approx([0, 0, 0, 1, 0, 0, 0])
    assert table["gap_fte"].tolist() == pytest.approx([-2, -2, -2, 0, 1, 2, 2])


def test_the_projection_is_the_mean_of_people_who_come_and_go() -> None:
    """Person by person: each stays another week with the weekly chance, trainees with that of their training."""
    workforce = Workforce(40.0, annual_attrition=0.4, training_weeks=3, ramp=(0.5,), early_attrition=0.1)
    classes = [HiringClass(MONDAY + dt.timedelta(weeks=w), n) for w, n in ((2, 10), (9, 6))]
    rng = np.random.default_rng(1)
    runs = np.zeros((4000, 20))
    for run in range(4000):
        people = [(-99, True)] * 40
        for week in range(20):
            stay = rng.random(len(people))
            kept = []
            for (start, trained), draw in zip(people, stay, strict=True):
                since = week - start
                if not trained:
                    if since < workforce.training_weeks:
                        kept.append((start, False))
                    elif draw > workforce.early_attrition:
                        kept.append((start, True))
                elif week == 0 or draw < workforce.weekly_stay:
                    kept.append((start, True))
            people = kept + [
                (week, False)
                for one in classes
                if one.start == MONDAY + dt.timedelta(weeks=week)
                for _ in range(one.people)
            ]
            runs[run, week] = sum(
                (0.5 if week - start == workforce.training_weeks else 1.0) for start, trained in people if trained
            )
    table = project(weeks_of([0.0] * 20), workforce, classes)
    assert table["productive_fte"].to_numpy() == pytest.approx(runs.mean(axis=0), rel=0.01)


def test_hires_begin_as_late_as_lets_them_be_ready() -> None:
    workforce = Workforce(20.0, annual_attrition=0.0, training_weeks=3, ramp=(0.5, 0.8))
    needs = weeks_of([20.0] * 12 + [26.0] * 8)
    classes = plan_hires(needs, workforce, HiringRules(largest=10), tolerance_fte=0.0)
    assert classes == (HiringClass(MONDAY + dt.timedelta(weeks=12 - 3 - 2), 6),)
    assert (project(needs, workforce, classes)["gap_fte"] >= -1e-9).all()


def test_too_late_is_as_early_as_possible_and_the_gap_stays_visible() -> None:
    workforce = Workforce(20.0, annual_attrition=0.0, training_weeks=4, ramp=(0.5,))
    needs = weeks_of([26.0] * 12)
    classes = plan_hires(needs, workforce, HiringRules(notice_weeks=2, largest=50), tolerance_fte=0.0)
    assert classes[0].start == MONDAY + dt.timedelta(weeks=2)
    gap = project(needs, workforce, classes)["gap_fte"]
    assert (gap[:6] < 0).all()
    assert (gap[7:] >= -1e-9).all()


@settings(max_examples=40, deadline=None)
@given(
    needs=st.lists(st.floats(0, 60), min_size=10, max_size=40),
    attrition=st.floats(0, 0.6),
    largest=st.integers(3, 30),
    smallest=st.integers(1, 3),
)
def test_classes_keep_their_rules_and_hiring_never_makes_a_gap_worse(needs, attrition, largest, smallest) -> None:
    workforce = Workforce(20.0, annual_attrition=attrition, training_weeks=2, ramp=(0.5,))
    rules = HiringRules(smallest, largest, notice_weeks=3, most_a_week=2)
    table = weeks_of(needs)
    classes = plan_hires(table, workforce, rules)
    assert all(smallest <= one.people <= largest for one in classes)
    starts = [one.start for one in classes]
    assert starts == sorted(starts)
    assert all(start >= MONDAY + dt.timedelta(weeks=3) for start in starts)
    assert max((starts.count(start) for start in starts), default=0) <= 2
    without, planned = project(table, workforce), project(table, workforce, classes)
    assert (planned["gap_fte"] >= without["gap_fte"] - 1e-9).all()


def test_senseless_settings_are_refused_together() -> None:
    with pytest.raises(ValueError, match=r"fte: found -1.*annual_attrition: found 1.2"):
        Workforce(-1.0, annual_attrition=1.2)
    with pytest.raises(ValueError, match="1 <= smallest <= largest"):
        HiringRules(smallest=5, largest=3)
