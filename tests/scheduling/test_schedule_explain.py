"""Explanations, held against what happens when the thing explained is changed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from schedule_cases import RULES_SET, people, requirement, week

from scheduling import build_schedule, rule_costs, who_paid
from scheduling.calendar import build_calendar, epoch_s
from scheduling.conflict import conflict
from scheduling.facts import read_facts
from scheduling.inputs import people_of
from scheduling.problem import Team
from scheduling.program import Limits
from scheduling.rules import Record
from scheduling.rules.force import in_force
from wfm.errors import InfeasibleError
from wfm.params import RuleSetting

AGENTS = people(*[20.0] * 4, availability=None)
WANTED = requirement(week(3), 3)
OPTIONS = {"horizon": week(3), "version": "v", "time_limit_s": 10.0}


def test_a_shadow_price_is_what_one_agent_less_saves_where_people_are_short():
    few = people(20.0)
    made = build_schedule(WANTED, few, RULES_SET, **OPTIONS)
    assert made.shadow_prices[["queue", "interval_start"]].equals(made.coverage[["queue", "interval_start"]])
    dearest = made.shadow_prices.loc[made.shadow_prices["price"].idxmax()]
    eased = WANTED.copy()
    eased.loc[eased["interval_start"] == dearest["interval_start"], "staff"] -= 1
    saved = made.cost - build_schedule(eased, few, RULES_SET, **OPTIONS).cost
    assert dearest["price"] == pytest.approx(0.5 * RULES_SET.understaffing_cost_per_hour)
    assert saved == pytest.approx(dearest["price"], rel=0.05)


def test_where_people_are_plenty_no_price_exceeds_a_shift_and_some_interval_has_one():
    made = build_schedule(WANTED, None, RULES_SET, **OPTIONS)
    assert made.shadow_prices["price"].between(-1e-6, 5 * RULES_SET.hourly_cost).all()
    assert made.shadow_prices["price"].max() > 0


def test_an_unserved_queue_has_the_price_of_missing_people():
    both = pd.concat([WANTED, requirement(week(3), 1, "fax")], ignore_index=True)
    made = build_schedule(both, AGENTS, RULES_SET, **OPTIONS)
    fax = made.shadow_prices[made.shadow_prices["queue"] == "fax"]
    assert (fax["price"] == 0.5 * RULES_SET.understaffing_cost_per_hour).all()


def test_who_paid_and_what_rules_cost():
    wishes = AGENTS.assign(preferences=["off mon-sun", None, "off mon x3", None])
    setting = (RuleSetting("preferences", {}, 10.0), RuleSetting("shift_length", {"most": "4h"}))
    rules = replace(RULES_SET, rules=setting)

    def build(under):
        return build_schedule(WANTED, wishes, under, **OPTIONS)

    made = build(rules)
    paid = who_paid(made.breaches)
    assert paid["price"].sum() == pytest.approx(made.breaches["price"].sum())
    assert set(paid["agent"]) <= {"p00", "p02"}
    costs = rule_costs(build, rules, made).set_index("rule")
    assert costs.loc["shift_length", "cost"] == pytest.approx(made.cost - build(replace(rules, rules=setting[:1])).cost)
    assert costs.loc["shift_length", "cost"] > 0


def team(agents: pd.DataFrame, rules) -> Team:
    calendar = build_calendar(week(7), rules, epoch_s(requirement(week(7), 3)["interval_start"]))
    facts = read_facts(None, None, None, agents=agents, dates=calendar.dates, timezone=calendar.timezone)
    from scheduling.inputs import need_by_queue, read_requirement

    wanted = read_requirement(requirement(week(7), 3), "staff", week(7))
    need = need_by_queue(wanted, "staff", calendar, 1800)["calls"]
    record = Record((), agents, rules, (), None, calendar.dates[0], calendar.dates[-1])
    members = tuple(people_of(agents, calendar, facts).values())
    return Team("calls", need, members, calendar, rules, in_force(rules), record)


def test_the_conflict_is_minimal_and_says_what_giving_up_does():
    rules = replace(
        RULES_SET,
        min_contract_share=1.0,
        rules=(
            RuleSetting("shift_length", {"most": "4h"}),
            RuleSetting("start_times", {"span": "5h"}),
            RuleSetting("preferences", {}, 5.0),
        ),
    )
    one = people(22.5)
    lines = conflict(team(one, rules), 0, Limits(1, 20.0, 0.0, 1e18, 60.0))
    first = lines[0]
    assert "contract_hours" in first
    assert "shift_length (most 4h)" in first
    assert "start_times" not in first
    assert "preferences" not in first
    assert "exists without" in first
    assert "shift_length (most 4h)" in first.split("exists without")[1]
    assert len(lines) == 1
    assert conflict(team(one, replace(rules, rules=rules.rules[1:])), 0, Limits(1, 20.0, 0.0, 1e18, 60.0)) == []


def test_an_infeasible_schedule_names_the_conflict():
    rules = replace(RULES_SET, min_contract_share=0.9)
    agents = people(40.0, availability="mon-tue")
    with pytest.raises(InfeasibleError) as problem:
        build_schedule(requirement(week(5), 3), agents, rules, **OPTIONS | {"horizon": week(5)})
    assert any("can't hold together" in reason for reason in problem.value.reasons)
