"""The independent check of a finished schedule: every rule reads it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from scheduling.rules import Breach, Record, Ruling
from scheduling.rules.force import in_force
from scheduling.worked import worked_shifts
from wfm.params import ShiftRules

COLUMNS = ["rule", "agent", "day", "amount", "unit", "price", "words"]


@dataclass(frozen=True)
class Judgement:
    """What every rule says of a schedule.

    Parameters
    ----------
    record : Record
    breaches : tuple of (Ruling, Breach)
    """

    record: Record
    breaches: tuple[tuple[Ruling, Breach], ...]

    @property
    def price(self) -> float:
        """What the priced rules that are broken cost [currency]."""
        return sum(breach.amount * (ruling.price or 0.0) for ruling, breach in self.breaches)

    @property
    def broken(self) -> list[str]:
        """Rules that must hold and do not, in words."""
        return [f"{ruling.name}: {breach}" for ruling, breach in self.breaches if ruling.price is None]

    def frame(self) -> pd.DataFrame:
        """Priced rules that are broken, one row a breach."""
        rows = [
            (r.name, b.agent, b.day, b.amount, r.rule.unit, b.amount * r.price, b.words)
            for r, b in self.breaches
            if r.price is not None
        ]
        return pd.DataFrame(rows, columns=COLUMNS)


def check(
    schedule: pd.DataFrame,
    agents: pd.DataFrame,
    rules: ShiftRules,
    *,
    history: pd.DataFrame | None = None,
    time_off: pd.DataFrame | None = None,
) -> list[str]:
    """Every breach of every rule that must hold, in words.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract, times in the local zone of the centre.
    agents : DataFrame
        The agents contract.
    rules : ShiftRules
    history : DataFrame, optional
        The schedule contract of the weeks before.
    time_off : DataFrame, optional
        The time_off contract.

    Returns
    -------
    list of str
        ``rule: breach``, by rule; empty when the schedule is clean.
    """
    days = schedule["start"].dt.date
    first, last = (days.min(), days.max()) if len(days) else (None, None)
    before = () if history is None else [one for one in worked_shifts(history) if first is None or one.day < first]
    record = Record((), agents, rules, before, time_off, first, last)
    return judge_schedule(schedule, record, in_force(rules)).broken


def judge_schedule(schedule: pd.DataFrame, record: Record, rulings: Sequence[Ruling]) -> Judgement:
    """Every breach of every rule in force.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract.
    record : Record
        Its agents, rules, earlier shifts and absences; the shifts worked are those of the schedule.
    rulings : sequence of Ruling
    """
    record = replace(record, worked=worked_shifts(schedule))
    found = [
        (ruling, breach) for ruling in rulings for breach in ruling.rule.check(ruling.narrow(record), ruling.settings)
    ]
    return Judgement(record, tuple(found))
