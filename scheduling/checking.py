"""The independent check of a finished schedule: every rule reads it back."""

from __future__ import annotations

import pandas as pd

from scheduling.rules import RULES
from scheduling.worked import worked_shifts
from wfm.params import ShiftRules


def check(schedule: pd.DataFrame, agents: pd.DataFrame, rules: ShiftRules) -> list[str]:
    """Every breach of every rule, in words.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract, times in the local zone of the centre.
    agents : DataFrame
        The agents contract.
    rules : ShiftRules

    Returns
    -------
    list of str
        ``rule: breach``, by rule; empty when the schedule is clean.
    """
    worked = worked_shifts(schedule)
    return [f"{name}: {breach}" for name, rule in RULES.items() for breach in rule.check(worked, agents, rules)]
