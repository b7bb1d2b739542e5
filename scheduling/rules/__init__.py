"""What a roster must obey: one file a rule, with what the model adds and what an independent check reads.

`add` speaks to the solver, `check` reads a finished schedule and shares nothing with `add` but the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from wfm.params import ShiftRules
from wfm.registry import Registry

if TYPE_CHECKING:
    from scheduling.problem import Shift, Team
    from scheduling.program import Program
    from scheduling.worked import Worked


@dataclass(frozen=True, slots=True)
class Choice:
    """Variable `at` is 1 when the person at `Team.people[person]` works `shift`."""

    person: int
    shift: Shift
    at: int


Choices = Mapping[int, Sequence[Choice]]
Add = Callable[["Program", Choices, "Team"], None]
Check = Callable[[Sequence["Worked"], pd.DataFrame, ShiftRules], list[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the roster.

    Parameters
    ----------
    doc : str
        What it demands, in a planner's words.
    check : callable
        Breaches in a finished schedule, in words.
    add : callable, optional
        Adds the rule's rows for the people of `choices`; None where the offer of shifts already keeps it.
    """

    doc: str
    check: Check
    add: Add | None = None


RULES: Registry[Rule] = Registry("schedule rule", "scheduling.rules")


def add_rules(program: Program, choices: Choices, team: Team) -> None:
    """Every rule's rows."""
    for _, rule in RULES.items():
        if rule.add:
            rule.add(program, choices, team)
