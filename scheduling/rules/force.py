"""Which rules hold: those that always do, and those that the planner set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduling.problem import Shift, Team
from scheduling.program import Program
from scheduling.rules import RULES, Choices, Ruling
from scheduling.rules.rows import Rows
from scheduling.rules.settings import read_settings
from wfm.errors import Finding, Findings, UsageProblem
from wfm.params import RuleSetting, ShiftRules


def in_force(rules: ShiftRules) -> tuple[Ruling, ...]:
    """Every rule in force, those that always hold first.

    Raises
    ------
    InputError
        With every unknown rule and every setting that its rule refuses.
    """
    findings = Findings()
    standing = [Ruling(name, rule) for name, rule in RULES.items() if rule.settings is None]
    chosen = [_read(number, setting, findings) for number, setting in enumerate(rules.rules, 1)]
    findings.raise_for_errors()
    return (*standing, *(ruling for ruling in chosen if ruling))


def _read(number: int, setting: RuleSetting, findings: Findings) -> Ruling | None:
    where = f"schedule.rules[{number}]"
    try:
        rule = RULES[setting.rule]
    except UsageProblem as problem:
        findings.add(Finding("wfm.toml", "unknown-rule", f'"{setting.rule}"', str(problem), column=f"{where}.rule"))
        return None
    if rule.settings is None:
        expected = "a rule that can be set; this one always holds"
        findings.add(Finding("wfm.toml", "standing-rule", f'"{setting.rule}"', expected, column=f"{where}.rule"))
        return None
    try:
        return Ruling(setting.rule, rule, read_settings(rule.settings, setting.values), setting)
    except ValueError as problem:
        for part in str(problem).split("; "):
            key, _, words = part.partition(": ")
            found, _, wanted = words.removeprefix("found ").partition(", expected ")
            findings.add(Finding("wfm.toml", "bad-setting", found, wanted, column=f"{where}.{key}"))
        return None


def add_rules(
    program: Program,
    choices: Choices,
    team: Team,
    *,
    others: Mapping[int, Sequence[Shift]] | None = None,
    alone: bool = False,
) -> None:
    """The rows of every rule in force, for the people whom it concerns.

    Parameters
    ----------
    program : Program
    choices : mapping of person to sequence of Choice
    team : Team
    others : mapping of person to sequence of Shift, optional
        What those work who are not chosen anew.
    alone : bool
        Leave out the rules that look at several people at once.
    """
    for ruling, record in zip(team.rulings, team.records, strict=True):
        mine = {who: offers for who, offers in choices.items() if concerned_by(ruling, team, who)}
        if mine and ruling.rule.add and not (alone and ruling.rule.shared):
            price = None if ruling.price is None else team.prices.units(ruling.price)
            rest = {who: tour for who, tour in (others or {}).items() if concerned_by(ruling, team, who)}
            ruling.rule.add(Rows(program, price, rest, record), mine, team, ruling.settings)


def concerned(ruling: Ruling, team: Team) -> Sequence[int]:
    """Positions of the people whom a rule concerns."""
    return [who for who in range(len(team.people)) if concerned_by(ruling, team, who)]


def concerned_by(ruling: Ruling, team: Team, who: int) -> bool:
    """Whether a rule concerns the person at a position."""
    person = team.people[who]
    return ruling.concerns(person.agent, person.team, person.site)
