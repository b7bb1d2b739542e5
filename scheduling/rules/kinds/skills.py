"""Agents serve only queues they have the skill for."""

from __future__ import annotations

from scheduling.rules import RULES, Breach, Record, Rule
from scheduling.worked import skills_of


def check(record: Record, _settings: None) -> list[Breach]:
    pairs = zip(record.agents["agent"], record.agents["skills"], strict=True)
    skills = {str(agent): set(skills_of(text)) for agent, text in pairs}
    breaches = []
    for shift in record.worked:
        if shift.agent not in skills:
            breaches.append(Breach(shift.agent, shift.day, 1, f"{shift}: no such agent"))
        elif lacking := shift.queues - skills[shift.agent]:
            words = f"{shift}: serves {', '.join(sorted(lacking))} without the skill"
            breaches.append(Breach(shift.agent, shift.day, 1, words))
    return breaches


RULES.add("skills", Rule("agents serve only queues they have the skill for", check, unit="shift"))
