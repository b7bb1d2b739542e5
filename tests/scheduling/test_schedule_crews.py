"""Full weeks: every legal week fits into one, and each is legal."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise

import pytest

from scheduling.crews import full_weeks, reachable_s
from scheduling.defaults import default_rules
from scheduling.feasibility import breaks_that_collide


@pytest.mark.parametrize(
    ("lengths", "days", "most"),
    [((8, 6, 4), 5, 40), ((8, 6, 4), 5, 38), ((8, 6, 4), 5, 30), ((9, 5), 4, 23), ((8,), 5, 7), ((7, 6, 5, 4), 6, 29)],
)
def test_full_weeks_dominate_every_legal_week(lengths: tuple[int, ...], days: int, most: int) -> None:
    full = full_weeks(lengths, days, most)
    assert full is not None
    brims = [sorted(week.elements(), reverse=True) for week in full]
    assert all(len(week) <= days and sum(week) <= most for week in brims)
    for count in range(days + 1):
        for week in combinations_with_replacement(lengths, count):
            if sum(week) <= most:
                assert any(
                    len(brim) >= count and all(a >= b for a, b in zip(brim, week, strict=False)) for brim in brims
                ), week


def test_too_many_weeks_are_not_listed() -> None:
    assert full_weeks(tuple(range(60, 20, -1)), 6, 200) is None


def test_reachable_hours_are_a_sum_of_shifts() -> None:
    rules = default_rules()
    assert reachable_s(rules, 40 * 3600) == 40 * 3600
    assert reachable_s(rules, 39 * 3600) == 38 * 3600
    assert reachable_s(rules, 3 * 3600) == 0


def test_default_rules_are_sound() -> None:
    rules = default_rules()
    assert breaks_that_collide(rules) == []
    full = rules.templates[0]
    assert (full.length_s, full.paid_s) == (30_600, 28_800)
    ends = [(rule.latest_s + rule.length_s, later.earliest_s) for rule, later in pairwise(full.breaks)]
    assert all(end <= start for end, start in ends)
