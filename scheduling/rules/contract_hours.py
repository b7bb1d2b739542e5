"""Paid hours of an ISO week: at most the contract, at least the agreed share of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pandas as pd

from scheduling.problem import Team, least_paid_s
from scheduling.program import Program
from scheduling.rules import RULES, Choices, Rule
from scheduling.worked import Worked, employed_on, skills_of
from wfm.params import ShiftRules


def add(program: Program, choices: Choices, team: Team) -> None:
    """Rows for the weeks that are not fixed as a whole."""
    unit = team.prices.paid_unit_s
    for person, offers in choices.items():
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            weeks[team.calendar.week[choice.shift.day]].append((choice.at, choice.shift.paid_s // unit))
        for week, terms in weeks.items():
            if all(program.lower[at] for at, _ in terms):
                continue
            least = -(-team.least_paid_s(team.people[person], week) // unit)
            program.row(terms, least, team.people[person].contract_s // unit)


def check(worked: Sequence[Worked], agents: pd.DataFrame, rules: ShiftRules) -> list[str]:
    paid: dict[tuple, float] = defaultdict(float)
    queue_of: dict[str, set[str]] = defaultdict(set)
    open_days: dict[tuple, set] = defaultdict(set)
    for shift in worked:
        paid[shift.agent, shift.monday] += shift.paid_s
        queue_of[shift.agent] |= shift.queues
        for queue in shift.queues:
            open_days[queue, shift.monday].add(shift.day)
    breaches = []
    for _, row in agents.sort_values("agent").iterrows():
        contract_s = round(row["contract_hours"] * 3600)
        queues = queue_of.get(row["agent"]) or set(skills_of(row["skills"]))
        for monday in sorted({monday for _, monday in open_days}):
            days = [{d for d in open_days.get((queue, monday), ()) if employed_on(row, d)} for queue in queues]
            least = least_paid_s(rules, contract_s, min(map(len, days), default=0))
            given = paid.get((row["agent"], monday), 0.0)
            if not least <= given <= contract_s:
                breaches.append(
                    f"{row['agent']} week of {monday}: {given / 3600:g} paid hours, "
                    f"the contract allows {least / 3600:g} to {contract_s / 3600:g}"
                )
    return breaches


RULES.add("contract_hours", Rule("paid hours of a week stay within the contract", check, add))
