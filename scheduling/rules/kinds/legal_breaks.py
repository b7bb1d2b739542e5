"""Every shift has the breaks that a law asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scheduling.problem import Team, break_starts
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.worked import Worked
from wfm.breaklaw import LAWS, BreakLaw
from wfm.params import ShiftTemplate

Pause = tuple[float, float, bool]


def _read_law(value: Any) -> str:
    if value not in LAWS:
        raise ValueError(f'found "{value}", expected one of {", ".join(LAWS)}')
    return str(value)


@dataclass(frozen=True)
class LegalBreaks:
    """A law of `wfm.breaklaw`.

    Parameters
    ----------
    law : str
    """

    law: str = setting(_read_law)


def add(rows: Rows, choices: Choices, _team: Team, settings: LegalBreaks) -> None:
    """A shift is offered only if its breaks keep the law wherever in their windows they fall."""
    law, known = LAWS[settings.law], dict[ShiftTemplate, int]()
    for choice in (one for offers in choices.values() for one in offers if one.shift.index >= 0):
        template = choice.shift.template
        if template not in known:
            latest = [(float(break_starts(rule)[-1]), float(rule.length_s), rule.paid) for rule in template.breaks]
            known[template] = len(_problems(law, template.length_s, latest))
        if known[template]:
            rows.row([(choice.at, 1)], most=0, amount=known[template])


def check(record: Record, settings: LegalBreaks) -> list[Breach]:
    return [
        Breach(shift.agent, shift.day, 1, f"{shift}: {problem} ({LAWS[settings.law].title})")
        for shift in record.worked
        for problem in _problems(LAWS[settings.law], shift.length_s, _pauses(shift))
    ]


def _pauses(shift: Worked) -> list[Pause]:
    return [
        ((stretch.start - shift.start).total_seconds(), stretch.length_s, stretch.paid)
        for stretch in shift.stretches
        if stretch.activity in ("break", "lunch") or not stretch.paid
    ]


def _problems(law: BreakLaw, length_s: float, pauses: list[Pause]) -> list[str]:
    """What is missing; an unpaid rest counts as a rest, a meal does not."""
    total_s, one_s = law.meal_s(length_s)
    meals = [(start, long) for start, long, paid in pauses if not paid and long >= one_s]
    problems = []
    if sum(long for _, long in meals) < total_s:
        given = sum(long for _, long in meals) / 60
        problems.append(f"{given:g} minutes of meal breaks, {total_s / 60:g} are asked for")
    elif total_s and law.meal_before_s is not None and min(start for start, _ in meals) > law.meal_before_s:
        problems.append(f"the first meal break starts more than {law.meal_before_s / 3600:g} h into the shift")
    rests = sum(paid and long >= law.rest_s for _, long, paid in pauses)
    if rests < law.rest_count(length_s):
        problems.append(f"{rests} rest breaks, {law.rest_count(length_s)} are asked for")
    return problems


RULES.add("legal_breaks", Rule("breaks that the law asks for", check, add, LegalBreaks, unit="breach"))
