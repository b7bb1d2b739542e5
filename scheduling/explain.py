"""Why a roster costs what it does: dear intervals, priced rules and who paid, what each rule costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from scheduling.calendar import epoch_s
from scheduling.problem import Calendar
from wfm.params import ShiftRules

if TYPE_CHECKING:
    from scheduling.result import ScheduleResult


def shadow_prices(
    requirement: pd.DataFrame,
    prices: Mapping[str, np.ndarray],
    calendar: Calendar,
    interval_s: int,
    rules: ShiftRules,
) -> pd.DataFrame:
    """What one agent more would add in each required interval.

    Parameters
    ----------
    requirement : DataFrame
        queue and interval_start.
    prices : mapping of queue to ndarray, shape (periods,)
        By period of the model [currency]; a queue that nobody serves is missing all that it needs.
    calendar : Calendar
    interval_s : int
    rules : ShiftRules

    Returns
    -------
    DataFrame
        queue, interval_start, price [currency].
    """
    width = interval_s // calendar.step_s
    short = rules.understaffing_cost_per_hour * interval_s / 3600
    parts = []
    for queue, rows in requirement.groupby("queue", sort=True):
        first = (epoch_s(rows["interval_start"]) - calendar.origin) // calendar.step_s
        if queue in prices:
            price = sum(prices[str(queue)][first + offset] for offset in range(width))
        else:
            price = np.full(len(rows), short)
        parts.append(rows[["queue", "interval_start"]].assign(price=price))
    return pd.concat(parts, ignore_index=True)


def who_paid(breaches: pd.DataFrame) -> pd.DataFrame:
    """Priced rules by what they cost and whose roster bears it.

    Parameters
    ----------
    breaches : DataFrame
        Of a `ScheduleResult`.

    Returns
    -------
    DataFrame
        rule, agent, breaches, amount, unit, price [currency], the dearest first.
    """
    sums = breaches.groupby(["rule", "agent", "unit"], sort=True).agg(
        breaches=("amount", "size"), amount=("amount", "sum"), price=("price", "sum")
    )
    table = sums.reset_index()[["rule", "agent", "breaches", "amount", "unit", "price"]]
    return table.sort_values("price", ascending=False, kind="stable", ignore_index=True)


def rule_costs(build: Callable[[ShiftRules], ScheduleResult], rules: ShiftRules, made: ScheduleResult) -> pd.DataFrame:
    """What each rule that the planner set costs: the schedule made again without it.

    Parameters
    ----------
    build : callable
        Makes the schedule under some rules.
    rules : ShiftRules
    made : ScheduleResult
        Under all of them.

    Returns
    -------
    DataFrame
        rule, setting (in words), price (null where it is held), cost [currency]: saved in all without the rule;
        paid_hours and understaffed_hours saved. Below zero where the search found less without it: as sure as the gap.
    """
    rows = []
    for number, setting in enumerate(rules.rules):
        others = tuple(one for place, one in enumerate(rules.rules) if place != number)
        without = build(replace(rules, rules=others))
        words = ", ".join(f"{key} {value}" for key, value in setting.values.items())
        hours = (made.paid_hours - without.paid_hours, made.understaffed_hours - without.understaffed_hours)
        rows.append((setting.rule, words, setting.price, made.cost - without.cost, *hours))
    columns = ["rule", "setting", "price", "cost", "paid_hours", "understaffed_hours"]
    return pd.DataFrame(rows, columns=columns).sort_values("cost", ascending=False, kind="stable", ignore_index=True)
