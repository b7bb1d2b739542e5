"""Paid hours over several weeks stay within the contract: more in one week is given back in another."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from scheduling.problem import Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule, by_day
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import by_agent
from wfm.settings import read_positive, read_share


@dataclass(frozen=True)
class PeriodHours:
    """Hours of a period of weeks, rolling.

    Parameters
    ----------
    weeks : int
        Length of the period; it ends with each week of the horizon.
    most : float
        Most paid time, as a share of the contract hours of those weeks.
    """

    weeks: int = setting(read_positive)
    most: float = setting(read_share, 1.0)


def add(rows: Rows, choices: Choices, team: Team, settings: PeriodHours) -> None:
    unit = team.prices.paid_unit_s
    for who, offers in choices.items():
        weeks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for choice in offers:
            weeks[team.calendar.week_of(choice.shift.day)].append((choice.at, choice.shift.paid_s // unit))
        most = int(settings.most * settings.weeks * team.people[who].contract_s + 1e-6) // unit
        for last in (week for week in weeks if week >= 0):
            terms = [term for week, part in weeks.items() if last - settings.weeks < week <= last for term in part]
            rows.row(terms, most=most, amount=unit / 3600)


def check(record: Record, settings: PeriodHours) -> list[Breach]:
    contract = dict(zip(record.agents["agent"], record.agents["contract_hours"], strict=True))
    breaches = []
    for agent, shifts in by_agent([*record.before, *record.worked]).items():
        most_h = settings.most * settings.weeks * contract.get(agent, 0.0)
        for last in record.mondays:
            first = last - dt.timedelta(weeks=settings.weeks - 1)
            period = [shift for shift in shifts if first <= shift.monday <= last]
            excess_h = record.excess(period, most_h, lambda shift: shift.paid_s / 3600)
            if excess_h > 1e-9:
                given_h = sum(shift.paid_s for shift in period) / 3600
                words = f"{agent} {settings.weeks} weeks to {last}: {given_h:g} paid hours, at most {most_h:g}"
                breaches.append(Breach(agent, last, excess_h, words))
    return breaches


RULES.add("period_hours", Rule("paid hours over several weeks", check, add, PeriodHours, unit="hour", alike=by_day))
