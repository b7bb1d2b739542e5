"""Paid hours of an ISO week: at most the contract, at least the agreed share of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pandas as pd

from scheduling.problem import Team, least_paid_s
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.rows import Rows
from scheduling.worked import approved, employed_on, on_leave, skills_of


def add(rows: Rows, choices: Choices, team: Team, _settings: None) -> None:
    unit = team.prices.paid_unit_s
    for who, offers in choices.items():
        person = team.people[who]
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            if choice.shift.index >= 0:
                weeks[team.calendar.week_of(choice.shift.day)].append((choice.at, choice.shift.paid_s // unit))
        for week, terms in weeks.items():
            given_s, _ = person.fixed_in(team.calendar, week)
            least = -(-(team.least_paid_s(person, week) - given_s) // unit)
            most = max(0, person.contract_s - given_s) // unit
            rows.row(terms, min(least, most), most)


def check(record: Record, _settings: None) -> list[Breach]:
    paid: dict[tuple, float] = defaultdict(float)
    queue_of: dict[str, set[str]] = defaultdict(set)
    open_days: dict[tuple, set] = defaultdict(set)
    for shift in (*record.before, *record.worked):
        paid[shift.agent, shift.monday] += shift.paid_s
    for shift in record.worked:
        queue_of[shift.agent] |= shift.queues
        for queue in shift.queues:
            open_days[queue, shift.monday].add(shift.day)
    breaches = []
    leave = approved(record.time_off)
    for _, row in record.agents.sort_values("agent").iterrows():
        queues = queue_of.get(row["agent"]) or set(skills_of(row["skills"]))
        for monday in sorted({monday for _, monday in open_days}):
            days = [{d for d in open_days.get((queue, monday), ()) if _at_work(row, d, leave)} for queue in queues]
            given = paid.get((row["agent"], monday), 0.0)
            breaches += _judge(record, row, monday, min(map(len, days), default=0), given)
    return breaches


def _at_work(row: pd.Series, day: dt.date, leave: pd.DataFrame) -> bool:
    return employed_on(row, day) and not on_leave(leave, row["agent"], day)


def _judge(record: Record, row: pd.Series, monday: dt.date, days: int, given_s: float) -> list[Breach]:
    contract_s = round(row["contract_hours"] * 3600)
    least_s = least_paid_s(record.rules, contract_s, days)
    if least_s <= given_s <= contract_s:
        return []
    words = (
        f"{row['agent']} week of {monday}: {given_s / 3600:g} paid hours, "
        f"the contract allows {least_s / 3600:g} to {contract_s / 3600:g}"
    )
    return [Breach(row["agent"], monday, max(least_s - given_s, given_s - contract_s) / 3600, words)]


RULES.add(
    "contract_hours", Rule("paid hours of a week stay within the contract", check, add, unit="hour", alike=by_day)
)
