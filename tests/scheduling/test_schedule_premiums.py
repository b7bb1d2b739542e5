"""Premiums: counted minute by minute, inside the cost, and avoided where that is cheaper."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from schedule_cases import HOUR, MONDAY, RULES_SET, SHORT_SHIFT, ZONE, people, requirement, week

from scheduling import build_schedule
from scheduling.premiums import premium_s, worked_premium_s
from scheduling.worked import worked_shifts
from wfm.config import load_shift_rules
from wfm.errors import InputError
from wfm.params import Premium, ShiftTemplate

NIGHT = Premium(0.25, 20 * HOUR, 30 * HOUR)
SUNDAY = Premium(0.5, weekdays=(6,))
LONG = ShiftTemplate("long", 9 * HOUR, 0, 23 * HOUR, HOUR)


@pytest.mark.parametrize("start", ["2026-10-24 18:00", "2026-10-24 23:00", "2026-10-25 00:00", "2026-11-25 12:00"])
def test_a_premium_is_that_of_every_minute(start):
    rules = replace(RULES_SET, templates=(LONG,), premiums=(NIGHT, SUNDAY))
    begin = pd.Timestamp(start, tz=ZONE)
    minutes = pd.date_range(begin, periods=9 * 60, freq="1min")
    late = (minutes.hour >= 20) | (minutes.hour < 6)
    worth = 60 * (0.25 * late.sum() + 0.5 * (minutes.day_of_week == 6).sum())
    assert premium_s(rules, int(begin.timestamp()), LONG, ZONE) == pytest.approx(worth)


def test_cost_holds_the_premiums_and_unpaid_breaks_lower_them():
    rules = replace(RULES_SET, premiums=(Premium(1.0, 8 * HOUR, 18 * HOUR),))
    made = build_schedule(requirement(week(2), 3), None, rules, horizon=week(2), version="v", time_limit_s=10.0)
    doubled = 2 * made.paid_hours * rules.hourly_cost
    assert made.cost == pytest.approx(doubled + made.understaffed_hours * rules.understaffing_cost_per_hour)
    assert made.bound <= made.cost
    assert made.gap < 0.02
    paid = sum(shift.paid_s for shift in worked_shifts(made.schedule))
    assert sum(worked_premium_s(rules, shift) for shift in worked_shifts(made.schedule)) == pytest.approx(paid)


def test_dear_hours_are_left_to_the_shifts_that_meet_least_of_them():
    evening = replace(SHORT_SHIFT, name="evening", earliest_start_s=14 * HOUR, latest_start_s=16 * HOUR)
    rules = replace(RULES_SET, templates=(evening,))
    wanted = requirement(week(1), 2, hours=(16, 17))
    late = replace(rules, premiums=(Premium(0.5, 17 * HOUR, 22 * HOUR),))
    made = build_schedule(wanted, people(20.0, 20.0), late, horizon=week(1), version="v", time_limit_s=10.0)
    assert set(made.schedule.groupby("agent")["start"].min().dt.hour) == {14}
    assert MONDAY.weekday() == 0


def test_premiums_are_read_and_checked(tmp_path):
    text = """
    [schedule]
    [[schedule.shifts]]
    name = "day"
    length = "8h"
    earliest_start = "08:00"
    latest_start = "12:00"
    breaks = []
    [[schedule.premiums]]
    share = 0.25
    hours = "20:00-06:00"
    weekdays = "sat-sun"
    """
    (tmp_path / "wfm.toml").write_text(text)
    assert load_shift_rules(tmp_path / "wfm.toml").premiums == (Premium(0.25, 20 * HOUR, 30 * HOUR, (5, 6)),)
    (tmp_path / "wfm.toml").write_text(text.replace("0.25", "0"))
    with pytest.raises(InputError, match="share"):
        load_shift_rules(tmp_path / "wfm.toml")
