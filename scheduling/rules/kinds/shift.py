"""Every shift is one of the templates: start, length, and breaks in their windows and order."""

from __future__ import annotations

import pandas as pd

from scheduling.rules import RULES, Breach, Record, Rule
from scheduling.worked import Worked
from wfm.params import ShiftTemplate


def check(record: Record, _settings: None) -> list[Breach]:
    breaches = []
    for shift in record.worked:
        problems = [_mismatch(shift, template) for template in record.rules.templates]
        if all(problems):
            nearest = max(problems, key=lambda problem: _ORDER.index(problem.split(":")[0]))
            breaches.append(Breach(shift.agent, shift.day, 1, f"{shift}: fits no shift template, {nearest}"))
    return breaches


_ORDER = ("length", "start", "breaks", "activity", "break", "paid")


def _mismatch(shift: Worked, template: ShiftTemplate) -> str:
    """First reason why the shift is not of the template, empty when it is."""
    pauses = [stretch for stretch in shift.stretches if stretch.is_break]
    reasons = (
        ("length", shift.length_s != template.length_s),
        ("start", not _may_start(shift.start, template)),
        ("breaks", len(pauses) != len(template.breaks)),
        ("activity", any(p.activity != rule.name for p, rule in zip(pauses, template.breaks, strict=False))),
        ("break", not _breaks_fit(shift, template)),
        ("paid", shift.paid_s != template.paid_s),
    )
    return next((f"{word}: not as in {template.name}" for word, wrong in reasons if wrong), "")


def _may_start(start: pd.Timestamp, template: ShiftTemplate) -> bool:
    second = start.hour * 3600 + start.minute * 60 + start.second
    inside = template.earliest_start_s <= second <= template.latest_start_s
    on_step = (second - template.earliest_start_s) % template.start_step_s == 0
    return inside and on_step and start.weekday() in template.weekdays


def _breaks_fit(shift: Worked, template: ShiftTemplate) -> bool:
    pauses = [stretch for stretch in shift.stretches if stretch.is_break]
    return all(
        pause.length_s == rule.length_s
        and pause.paid == rule.paid
        and rule.earliest_s <= (pause.start - shift.start).total_seconds() <= rule.latest_s
        for pause, rule in zip(pauses, template.breaks, strict=False)
    )


RULES.add("shift", Rule("shifts and breaks are those of a template", check, unit="shift"))
