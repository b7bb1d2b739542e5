"""All queues together: cuts equal flows, bounds hold, people with several skills fill what one queue alone can't."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_cases import HOUR, RULES_SET, people, requirement, week
from scipy.optimize import linear_sum_assignment

from scheduling import build_schedule, check
from scheduling.pooled import cuts_of, shortage
from wfm.params import RuleSetting, ShiftTemplate

GROUPS = [frozenset(some) for size in (1, 2, 3) for some in itertools.combinations("abc", size)]


@given(
    need=st.lists(st.integers(0, 4), min_size=3, max_size=3),
    there=st.lists(st.integers(0, 3), min_size=7, max_size=7),
)
@settings(max_examples=200, deadline=None)
def test_the_shortage_by_cuts_is_that_of_the_best_assignment(need, there):
    cuts = cuts_of({queue: np.array([count]) for queue, count in zip("abc", need, strict=True)})
    found = shortage(cuts, {group: np.array([count]) for group, count in zip(GROUPS, there, strict=True)})
    agents = [group for group, count in zip(GROUPS, there, strict=True) for _ in range(count)]
    places = [queue for queue, count in zip("abc", need, strict=True) for _ in range(count)]
    fits = np.array([[queue in group for queue in places] for group in agents]).reshape(len(agents), len(places))
    rows, columns = linear_sum_assignment(fits, maximize=True)
    assert found[0] == len(places) - fits[rows, columns].sum()


def two_queues(days: int, first: float, second: float) -> pd.DataFrame:
    parts = [requirement(week(days), first, "a"), requirement(week(days), second, "b", seed=2)]
    return pd.concat(parts, ignore_index=True)


def test_people_with_both_skills_work_where_they_are_missing_day_by_day():
    """Queue a is open on the first days only: who serves it works for b on the others."""
    wanted = pd.concat([requirement(week(2), 3, "a"), requirement(week(5), 3, "b", seed=2)], ignore_index=True)
    agents = pd.concat(
        [people(*[24.0] * 4, skills="b"), people(*[24.0] * 8, skills="a|b").assign(agent=[f"m{n}" for n in range(8)])],
        ignore_index=True,
    )
    options = {"horizon": week(5), "version": "v", "time_limit_s": 20.0}
    made = build_schedule(wanted, agents, RULES_SET, **options)
    assert check(made.schedule, agents, RULES_SET) == []
    assert made.bound <= made.cost
    rigid = build_schedule(wanted, agents.assign(skills=["b"] * 4 + ["a"] * 8), RULES_SET, **options)
    assert made.understaffed_hours < rigid.understaffed_hours / 2
    served = made.schedule.dropna(subset="queue").groupby("agent")["queue"].nunique()
    assert served.max() == 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flexible_people_never_cost_more_and_rules_hold(seed):
    wanted = two_queues(4, 3 + seed, 4)
    agents = people(*[22.5] * 14).assign(skills=["a"] * 5 + ["b"] * 5 + ["b|a"] * 4)
    rules = replace(RULES_SET, rules=(RuleSetting("start_times", {"span": "2h"}), RuleSetting("weekly_rest", {})))
    options = {"horizon": week(4), "version": "v", "time_limit_s": 10.0, "seed": seed}
    made = build_schedule(wanted, agents, rules, **options)
    assert check(made.schedule, agents, rules) == []
    assert made.bound <= made.cost
    again = build_schedule(wanted, agents, rules, **options | {"n_jobs": 2})
    pd.testing.assert_frame_equal(made.schedule, again.schedule)
    rigid = build_schedule(wanted, agents.assign(skills=["a"] * 5 + ["b"] * 9), rules, **options)
    assert made.cost <= rigid.cost * 1.02


def test_nights_that_link_days_are_rostered_too():
    night = ShiftTemplate("night", 8 * HOUR, 22 * HOUR, 22 * HOUR)
    day = ShiftTemplate("day", 8 * HOUR, 6 * HOUR, 14 * HOUR, 8 * HOUR)
    rules = replace(RULES_SET, templates=(night, day), max_days_per_week=5)
    wanted = pd.concat(
        [requirement(week(3), 2, "a", (0, 24)), requirement(week(3), 1, "b", (0, 24))], ignore_index=True
    )
    agents = people(*[40.0] * 16).assign(skills=["a"] * 6 + ["a|b"] * 10)
    made = build_schedule(wanted, agents, rules, horizon=week(3), version="v", time_limit_s=10.0)
    assert check(made.schedule, agents, rules) == []
    assert made.bound <= made.cost


def test_a_shadow_price_of_one_queue_is_that_of_the_people_it_can_have():
    wanted = two_queues(2, 4, 4)
    agents = people(*[9.0] * 8).assign(skills=["a"] * 6 + ["a|b"] * 2)
    made = build_schedule(wanted, agents, RULES_SET, horizon=week(2), version="v", time_limit_s=10.0)
    prices = made.shadow_prices.groupby("queue")["price"].sum()
    assert prices["b"] > prices["a"]
    dearest = made.shadow_prices.loc[made.shadow_prices["price"].idxmax()]
    assert dearest["price"] <= 0.5 * RULES_SET.understaffing_cost_per_hour + 1e-6
