import datetime as dt
from fractions import Fraction

import pytest

from wfm.params import BreakRule, Horizon, QueueSpec, ServiceTarget, ShiftRules, ShiftTemplate, Shrinkage

DAY = ShiftTemplate("day", 8 * 3600, 8 * 3600, 9 * 3600)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"service_level": 80}, "service_level"),
        ({"service_level": 0}, "service_level"),
        ({"answer_within_s": -1}, "answer_within_s"),
        ({"asa_s": 0}, "asa_s"),
        ({"max_occupancy": 1.2}, "max_occupancy"),
        ({"max_abandonment": 1}, "max_abandonment"),
        ({"service_level": None, "max_occupancy": None}, "no target"),
        ({"service_level": float("nan")}, "service_level"),
    ],
)
def test_a_target_out_of_range_is_refused_by_name(values, named):
    with pytest.raises(ValueError, match=named):
        ServiceTarget(**values)


def test_all_that_is_wrong_with_a_target_is_said_at_once():
    with pytest.raises(ValueError, match=r"service_level.*max_occupancy"):
        ServiceTarget(service_level=2, max_occupancy=3)


@pytest.mark.parametrize("written", [0.3, "0.3", Fraction(3, 10)])
def test_shrinkage_is_the_decimal_that_was_written(written):
    assert Shrinkage(written).rate == Fraction(3, 10)


@pytest.mark.parametrize("written", [1, 1.0, -0.1, "x", float("nan"), float("inf")])
def test_shrinkage_outside_zero_to_one_is_refused(written):
    with pytest.raises(ValueError, match="shrinkage"):
        Shrinkage(written)


def test_erlang_a_needs_patience():
    with pytest.raises(ValueError, match="patience_s"):
        QueueSpec("sales", model="erlang_a")
    assert QueueSpec("sales", model="erlang_a", patience_s=120).patience_s == 120


def test_a_break_window_must_lie_inside_the_shift():
    lunch = BreakRule("lunch", 1800, 3 * 3600, 8 * 3600)
    with pytest.raises(ValueError, match="after the shift"):
        ShiftTemplate("short", 6 * 3600, 8 * 3600, 9 * 3600, breaks=(lunch,))


def test_unpaid_breaks_are_not_paid():
    lunch = BreakRule("lunch", 1800, 3 * 3600, 4 * 3600, paid=False)
    pause = BreakRule("break", 900, 3600, 2 * 3600)
    assert ShiftTemplate("day", 30600, 8 * 3600, 9 * 3600, breaks=(pause, lunch)).paid_s == 8 * 3600


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"templates": ()}, "found no shift"),
        ({"templates": (DAY, DAY)}, "more than once"),
        ({"templates": (DAY,), "min_rest_s": 90_000}, "min_rest"),
        ({"templates": (DAY,), "max_days_per_week": 8}, "max_days_per_week"),
        ({"templates": (DAY,), "hourly_cost": 900.0}, "understaffing_cost_per_hour"),
    ],
)
def test_rules_that_cannot_hold_are_refused_by_name(values, named):
    with pytest.raises(ValueError, match=named):
        ShiftRules(**values)


def test_a_horizon_needs_days_a_known_interval_and_a_known_zone():
    assert Horizon(dt.date(2026, 11, 23), 7, 1800, "Europe/Amsterdam").days == 7
    for days, interval_s, zone in ((0, 1800, "UTC"), (7, 1000, "UTC"), (7, 1800, "Mars/Base")):
        with pytest.raises(ValueError, match="expected"):
            Horizon(dt.date(2026, 11, 23), days, interval_s, zone)
