"""Every rule's check finds a breach planted for it, and nothing in a clean week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from schedule_cases import DAY_SHIFT, RULES_SET, ZONE, people

from scheduling import RULES, check
from wfm.params import RuleSetting, ShiftRules

AGENTS = people(10.0, availability="mon-fri 08:00-18:00")
RULES_HERE = replace(RULES_SET, max_days_per_week=2, max_consecutive_days=2)


def shift_at(start: str, agent: str = "p00", queue: str = "calls", lunch_after_min: int = 150) -> pd.DataFrame:
    """A five-hour shift of 4.5 paid hours: break after an hour, lunch when told."""
    begin = pd.Timestamp(start, tz=ZONE)
    edges = [0, 60, 75, lunch_after_min, lunch_after_min + 30, 300]
    activities = ["phone", "break", "phone", "lunch", "phone"]
    rows = [
        {
            "version": "v1",
            "agent": agent,
            "start": begin + pd.Timedelta(minutes=first),
            "end": begin + pd.Timedelta(minutes=last),
            "activity": activity,
            "queue": queue if activity == "phone" else None,
            "paid": activity != "lunch",
            "productive": activity == "phone",
        }
        for first, last, activity in zip(edges, edges[1:], activities, strict=False)
    ]
    return pd.DataFrame(rows)


def shifts_at(*starts: str) -> pd.DataFrame:
    return pd.concat([shift_at(start) for start in starts], ignore_index=True)


def with_rule(name: str, **values: object) -> ShiftRules:
    return replace(RULES_HERE, rules=(RuleSetting(name, values),))


def without_break(schedule: pd.DataFrame) -> pd.DataFrame:
    return schedule.assign(
        activity=schedule["activity"].where(schedule["activity"] != "break", "phone"),
        queue=schedule["queue"].where(schedule["activity"] != "break", "calls"),
    )


CLEAN = shifts_at("2026-11-23 08:00", "2026-11-24 09:00")
THREE_DAYS = shifts_at("2026-11-23 08:00", "2026-11-24 08:00", "2026-11-25 08:00")

PLANTED: dict[str, list[tuple[pd.DataFrame, ShiftRules]]] = {
    "contract_hours": [
        (THREE_DAYS, RULES_HERE),
        (shifts_at("2026-11-23 08:00"), replace(RULES_HERE, min_contract_share=1.0)),
    ],
    "rest": [(shifts_at("2026-11-23 12:00", "2026-11-24 08:00"), replace(RULES_HERE, min_rest_s=16 * 3600))],
    "days_per_week": [
        (THREE_DAYS, RULES_HERE),
        (shifts_at("2026-11-23 08:00", "2026-11-23 14:00"), replace(RULES_HERE, min_rest_s=0)),
    ],
    "consecutive_days": [
        (THREE_DAYS, RULES_HERE),
        (shifts_at("2026-11-28 08:00", "2026-11-29 08:00", "2026-11-30 08:00"), RULES_HERE),
    ],
    "skills": [
        (shift_at("2026-11-23 08:00", queue="sales"), RULES_HERE),
        (shift_at("2026-11-23 08:00", "nobody"), RULES_HERE),
    ],
    "availability": [(shifts_at("2026-11-28 08:00"), RULES_HERE)],
    "weekends": [
        (shifts_at("2026-11-28 08:00", "2026-12-06 08:00"), with_rule("weekends", most=1, weeks=2)),
        (shifts_at("2026-11-29 08:00"), with_rule("weekends", most=0)),
    ],
    "whole_weekends": [(shifts_at("2026-11-28 08:00", "2026-11-30 08:00"), with_rule("whole_weekends"))],
    "period_hours": [(shifts_at("2026-11-23 08:00", "2026-11-30 08:00"), with_rule("period_hours", weeks=2, most=0.4))],
    "legal_breaks": [(without_break(shifts_at("2026-11-23 08:00")), with_rule("legal_breaks", law="california"))],
    "shift_length": [(shifts_at("2026-11-23 08:00"), with_rule("shift_length", most="4h"))],
    "runs_of_days": [
        (shifts_at("2026-11-23 08:00", "2026-11-25 08:00"), with_rule("runs_of_days", least_off=2)),
        (shifts_at("2026-11-23 08:00", "2026-11-25 08:00"), with_rule("runs_of_days", least_work=2)),
        (shifts_at("2026-11-23 08:00", "2026-11-24 08:00"), with_rule("runs_of_days", most_work=1)),
    ],
    "nights": [
        (shifts_at("2026-11-23 22:00"), with_rule("nights", most=0)),
        (shifts_at("2026-11-23 22:00", "2026-11-24 22:00"), with_rule("nights", in_a_row=1)),
    ],
    "start_times": [(shifts_at("2026-11-23 08:00", "2026-11-24 12:00"), with_rule("start_times", span="2h"))],
    "split_shifts": [(shifts_at("2026-11-23 08:00"), with_rule("split_shifts", most=0, gap="30min"))],
    "weekly_rest": [(shifts_at(*(f"2026-11-{day} 08:00" for day in range(23, 30))), with_rule("weekly_rest"))],
    "preferences": [(shifts_at("2026-11-23 08:00"), with_rule("preferences"))],
    "rotation": [(shifts_at("2026-11-23 08:00"), with_rule("rotation", pattern=["12:00-14:00"]))],
    "fairness": [
        (shifts_at("2026-11-23 08:00", "2026-11-24 08:00"), with_rule("fairness", hours="08:00-09:00")),
    ],
    "team_together": [
        (
            pd.concat([shift_at("2026-11-23 08:00"), shift_at("2026-11-23 09:00", "p01")]),
            with_rule("team_together", span="30min"),
        )
    ],
    "starts": [
        (shifts_at("2026-11-23 08:00"), with_rule("starts", within="08:00-08:30", most=0)),
        (shifts_at("2026-11-23 08:00"), with_rule("starts", within="09:00-09:30", least=1)),
    ],
    "shift": [
        (shifts_at("2026-11-23 08:15"), RULES_HERE),
        (shifts_at("2026-11-23 13:00"), RULES_HERE),
        (shift_at("2026-11-23 08:00", lunch_after_min=195), RULES_HERE),
        (without_break(shifts_at("2026-11-23 08:00")), RULES_HERE),
        (shifts_at("2026-11-23 08:00").assign(paid=True), RULES_HERE),
        (shifts_at("2026-11-23 08:00").iloc[:4], RULES_HERE),
        (shifts_at("2026-11-23 08:00"), replace(RULES_HERE, templates=(replace(DAY_SHIFT, weekdays=(1, 2)),))),
    ],
}


# Rules that read a table of their own: requests below, published shifts where a roster is made again.
HELD_AGAINST_TABLES = ("time_off_requests", "as_published")


def test_a_clean_week_breaks_nothing() -> None:
    assert check(CLEAN, AGENTS, RULES_HERE) == []


@pytest.mark.parametrize("name", [name for name in RULES if name not in HELD_AGAINST_TABLES])
def test_planted_breach_is_found(name: str) -> None:
    agents = people(10.0, 10.0, availability="mon-fri 08:00-18:00").assign(team="red", preferences="off mon")
    for schedule, rules in PLANTED[name]:
        assert any(line.startswith(f"{name}: ") for line in check(schedule, agents, rules)), (name, schedule)


def test_a_shift_in_requested_time_off_is_found() -> None:
    start = pd.Timestamp("2026-11-23 10:00", tz=ZONE)
    asked = pd.DataFrame(
        {"agent": ["p00"], "start": [start], "end": [start + pd.Timedelta("2h")], "kind": ["requested"]}
    )
    found = check(shift_at("2026-11-23 08:00"), AGENTS, with_rule("time_off_requests"), time_off=asked)
    assert [line for line in found if line.startswith("time_off_requests: ")]


def test_a_day_outside_employment_is_a_breach() -> None:
    hired = AGENTS.assign(hired_on=pd.Timestamp("2026-11-24"))
    assert [line for line in check(CLEAN, hired, RULES_HERE) if "not employed" in line]
    left = AGENTS.assign(valid_to=pd.Timestamp("2026-11-23"))
    assert [line for line in check(CLEAN, left, RULES_HERE) if "not employed" in line]


def test_each_rule_says_what_it_demands() -> None:
    assert all(rule.doc for _, rule in RULES.items())


Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.mark.parametrize(
    ("change", "breaches"),
    [
        (lambda frame: frame, 0),
        (lambda frame: frame[frame["agent"] != "p00"], 1),
    ],
)
def test_an_agent_left_out_is_below_the_contract(change: Change, breaches: int) -> None:
    both = pd.concat([CLEAN, CLEAN.assign(agent="p01")], ignore_index=True)
    agents = people(10.0, 10.0)
    found = check(change(both), agents, replace(RULES_HERE, min_contract_share=0.9))
    assert len(found) == breaches


def test_every_rule_that_can_be_set_is_in_the_page_on_scheduling() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "scheduling.md").read_text(encoding="utf-8")
    assert [name for name, rule in RULES.items() if rule.settings and f"`{name}`" not in page] == []
