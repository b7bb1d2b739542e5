"""Agents serve only queues they have the skill for."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from scheduling.rules import RULES, Rule
from scheduling.worked import Worked, skills_of
from wfm.params import ShiftRules


def check(worked: Sequence[Worked], agents: pd.DataFrame, rules: ShiftRules) -> list[str]:
    skills = {str(agent): set(skills_of(text)) for agent, text in zip(agents["agent"], agents["skills"], strict=True)}
    breaches = []
    for shift in worked:
        if shift.agent not in skills:
            breaches.append(f"{shift}: no such agent")
        elif lacking := shift.queues - skills[shift.agent]:
            breaches.append(f"{shift}: serves {', '.join(sorted(lacking))} without the skill")
    return breaches


RULES.add("skills", Rule("agents serve only queues they have the skill for", check))
