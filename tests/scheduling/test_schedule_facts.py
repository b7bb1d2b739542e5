"""What is given: weeks before, locked shifts, leave; and rules that the planner sets, held or priced."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from schedule_cases import RULES_SET, ZONE, people, requirement, week
from test_schedule_rules import shift_at, shifts_at

from scheduling import build_schedule, check
from wfm.errors import InputError
from wfm.params import RuleSetting

FIVE_DAYS = replace(RULES_SET, max_days_per_week=7, max_consecutive_days=3)
AGENTS = people(40.0, 40.0, 40.0)
WANTED = requirement(week(7), 2)


def leave(agent: str, start: str, end: str, kind: str = "approved") -> pd.DataFrame:
    times = {name: [pd.Timestamp(at, tz=ZONE)] for name, at in (("start", start), ("end", end))}
    return pd.DataFrame({"agent": [agent], **times, "kind": [kind]})


def build(rules=FIVE_DAYS, **given):
    options = {"horizon": week(7), "version": "v", "time_limit_s": 20.0} | given
    return build_schedule(WANTED, AGENTS, rules, **options)


def days_of(schedule: pd.DataFrame, agent: str) -> set[str]:
    return set(schedule.loc[schedule["agent"] == agent, "start"].dt.strftime("%m-%d"))


def test_days_in_a_row_and_rest_run_on_from_the_week_before() -> None:
    history = pd.concat([shift_at(f"2026-11-{day} 12:00", f"p0{n}") for day in (20, 21, 22) for n in range(2)])
    found = build(history=history)
    assert not {"p00", "p01"} & set(found.schedule.loc[found.schedule["start"].dt.day == 23, "agent"])
    assert check(found.schedule, AGENTS, FIVE_DAYS, history=history) == []
    alone = build()
    assert {"p00", "p01"} & set(alone.schedule.loc[alone.schedule["start"].dt.day == 23, "agent"])
    broken = check(alone.schedule, AGENTS, FIVE_DAYS, history=history)
    assert any("day 4 in a row" in line for line in broken)


def test_a_locked_shift_stays_and_serves() -> None:
    locked = shift_at("2026-11-24 08:00", "p01", lunch_after_min=180)
    found = build(locked=locked)
    kept = found.schedule[(found.schedule["agent"] == "p01") & (found.schedule["start"].dt.day == 24)]
    columns = ["start", "end", "activity", "paid"]
    assert kept[columns].reset_index(drop=True).equals(locked[columns].astype(kept[columns].dtypes))
    assert (found.schedule["version"] == "v").all()
    assert check(found.schedule, AGENTS, FIVE_DAYS) == []
    assert found.bound <= found.cost


def test_leave_is_kept_free_and_lowers_the_least_hours() -> None:
    rules = replace(RULES_SET, min_contract_share=0.5)
    off = leave("p00", "2026-11-23", "2026-11-28")
    found = build(rules, time_off=off)
    assert not days_of(found.schedule, "p00") & {"11-23", "11-24", "11-25", "11-26", "11-27"}
    assert check(found.schedule, AGENTS, rules, time_off=off) == []
    assert any("approved leave" in line for line in check(shifts_at("2026-11-23 08:00"), AGENTS, rules, time_off=off))


@pytest.mark.parametrize(
    ("locked", "off", "wanted"),
    [
        (shift_at("2026-11-24 08:00", "nobody"), None, "an agent of the agents frame"),
        (shift_at("2026-12-24 08:00"), None, "a shift from 2026-11-23 to 2026-11-29"),
        (shift_at("2026-11-24 08:00"), leave("p00", "2026-11-24", "2026-11-25"), "no approved leave"),
        (shifts_at("2026-11-24 06:00", "2026-11-24 14:00"), None, "one locked shift a day"),
    ],
)
def test_locks_that_contradict_are_refused(locked, off, wanted) -> None:
    with pytest.raises(InputError, match=wanted):
        build(locked=locked, time_off=off)


def test_a_rule_that_must_hold_holds() -> None:
    history = pd.concat([shift_at("2026-11-21 08:00", agent) for agent in AGENTS["agent"][:2]])
    rules = replace(FIVE_DAYS, rules=(RuleSetting("weekends", {"most": 1, "weeks": 2}),))
    found = build(rules, history=history)
    weekend = found.schedule[found.schedule["start"].dt.day >= 28]
    assert set(weekend["agent"]) == {"p02"}
    assert check(found.schedule, AGENTS, rules, history=history) == []


def test_a_priced_rule_is_broken_where_that_is_cheaper_and_costs_its_price() -> None:
    def fined(price):
        rules = replace(FIVE_DAYS, rules=(RuleSetting("weekends", {"most": 0, "weeks": 1}, price=price),))
        return build(rules)

    cheap, dear = fined(1.0), fined(1e5)
    assert len(cheap.breaches)
    assert cheap.breaches["price"].sum() == pytest.approx(cheap.breaches["amount"].sum())
    paid = cheap.paid_hours * FIVE_DAYS.hourly_cost + cheap.understaffed_hours * FIVE_DAYS.understaffing_cost_per_hour
    assert cheap.cost == pytest.approx(paid + cheap.breaches["price"].sum())
    assert dear.breaches.empty
    assert dear.understaffed_hours > cheap.understaffed_hours


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (RuleSetting("weekend", {"most": 1}), 'did you mean "weekends"'),
        (RuleSetting("rest", {}), "always holds"),
        (RuleSetting("weekends", {"mots": 1}), "did you mean most"),
        (RuleSetting("weekends", {"most": "many"}), "whole number"),
    ],
)
def test_a_rule_set_wrongly_is_said(setting, said) -> None:
    with pytest.raises(InputError, match=said):
        build(replace(FIVE_DAYS, rules=(setting,)))


def test_a_rule_concerns_those_it_names() -> None:
    rules = replace(FIVE_DAYS, rules=(RuleSetting("weekends", {"most": 0}, agents=("p00",)),))
    found = build(rules)
    weekend = found.schedule[found.schedule["start"].dt.day >= 28]
    assert "p00" not in set(weekend["agent"])
    assert set(weekend["agent"])
