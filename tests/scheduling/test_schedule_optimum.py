"""Tiny problems solved by trying every roster."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from schedule_cases import HOUR, MINUTE, people, requirement, week

from scheduling import build_schedule, check
from wfm.params import BreakRule, ShiftRules, ShiftTemplate

BREAK = BreakRule("break", 30 * MINUTE, 60 * MINUTE, 75 * MINUTE, paid=False)
LONG = ShiftTemplate("long", 4 * HOUR, 8 * HOUR, 10 * HOUR, 2 * HOUR, (BREAK,))
SHORT = ShiftTemplate("short", 2 * HOUR, 9 * HOUR, 12 * HOUR, 3 * HOUR)
RULES_TINY = ShiftRules((LONG, SHORT), understaffing_cost_per_hour=90.0)
QUARTERS = 96


def offers() -> list[tuple[int, int, float, np.ndarray]]:
    """Start and end [quarter], paid hours and quarters on the phone of everything one agent can do on a day."""
    found = []
    for template in RULES_TINY.templates:
        for start_s in range(template.earliest_start_s, template.latest_start_s + 1, template.start_step_s):
            pauses = [range(rule.earliest_s, rule.latest_s + 1, 15 * MINUTE) for rule in template.breaks]
            for begins in product(*pauses):
                phone = np.zeros(QUARTERS, dtype=int)
                phone[start_s // 900 : (start_s + template.length_s) // 900] = 1
                for rule, begin in zip(template.breaks, begins, strict=True):
                    phone[(start_s + begin) // 900 : (start_s + begin + rule.length_s) // 900] = 0
                found.append((start_s // 900, (start_s + template.length_s) // 900, template.paid_s / HOUR, phone))
    return found


def legal_weeks(days: int, contract: float, rules: ShiftRules) -> list[tuple[float, np.ndarray]]:
    """Paid hours and phone, shape (days, 96), of every legal way through the days."""
    weeks = []
    for way in product([None, *offers()], repeat=days):
        worked = [(day, offer) for day, offer in enumerate(way) if offer]
        paid = sum(offer[2] for _, offer in worked)
        rest = [(96 * (b - a) + later[0] - earlier[1]) / 4 for (a, earlier), (b, later) in pairwise(worked)]
        runs = "".join("x" if offer else "-" for offer in way)
        if paid > contract or len(worked) > rules.max_days_per_week:
            continue
        if any(hours < rules.min_rest_s / HOUR for hours in rest) or "x" * (rules.max_consecutive_days + 1) in runs:
            continue
        weeks.append((paid, np.stack([offer[3] if offer else np.zeros(QUARTERS, dtype=int) for offer in way])))
    return weeks


def least_cost(wanted: pd.DataFrame, contracts: list[float], days: int, rules: ShiftRules) -> float:
    need = np.zeros((days, QUARTERS), dtype=int)
    first = wanted["interval_start"].min().normalize()
    for start, staff in zip(wanted["interval_start"], wanted["staff"], strict=True):
        quarter = start.hour * 4 + start.minute // 15
        need[(start.normalize() - first).days, quarter : quarter + 2] = staff
    totals = {(0.0, np.zeros((days, QUARTERS), dtype=np.int8).tobytes())}
    for contract in contracts:
        totals = {
            (paid + more, (np.frombuffer(phone, dtype=np.int8).reshape(days, QUARTERS) + on.astype(np.int8)).tobytes())
            for paid, phone in totals
            for more, on in legal_weeks(days, contract, rules)
        }
    return min(
        paid * rules.hourly_cost
        + np.maximum(need - np.frombuffer(phone, dtype=np.int8).reshape(days, QUARTERS), 0).sum()
        / 4
        * rules.understaffing_cost_per_hour
        for paid, phone in totals
    )


@pytest.mark.parametrize(
    ("days", "contracts", "change", "seed"),
    [
        (1, [40.0, 40.0, 40.0], {}, 1),
        (2, [40.0, 4.0], {}, 2),
        (2, [6.0, 6.0], {}, 3),
        (3, [9.0], {"min_rest_s": 21 * HOUR}, 4),
        (3, [40.0], {"max_consecutive_days": 1}, 5),
        (3, [40.0], {"max_days_per_week": 2}, 6),
        (2, [40.0, 40.0], {"min_rest_s": 22 * HOUR, "hourly_cost": 31.7}, 7),
    ],
)
def test_cost_is_the_least_of_all_rosters(days: int, contracts: list[float], change: dict, seed: int) -> None:
    rules = replace(RULES_TINY, **change)
    wanted = requirement(week(days), 3, hours=(8, 14), seed=seed)
    agents = people(*contracts)
    found = build_schedule(wanted, agents, rules, horizon=week(days), version="v1", time_limit_s=20)
    assert check(found.schedule, agents, rules) == []
    assert found.cost == pytest.approx(least_cost(wanted, contracts, days, rules))
    assert found.status == "optimal"
    assert found.bound == pytest.approx(found.cost)
    assert found.gap == pytest.approx(0.0, abs=1e-6)
