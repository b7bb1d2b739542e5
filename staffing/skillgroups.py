"""Groups of agents alike: what they handle, what an hour of theirs costs, how many there are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from numpy.typing import ArrayLike

from staffing.search import Agents, gross_staff
from wfm.contracts import AGENTS, SKILL_GROUPS, skills_of
from wfm.errors import Finding, InputError
from wfm.params import QueueSpec, Shrinkage

Problem = tuple[str, str, str, str]  # column, rule, found, expected


@dataclass(frozen=True, slots=True)
class SkillGroup:
    """Agents alike.

    Parameters
    ----------
    group : str
    skills : tuple of str
        Queues that they handle, best first.
    cost : float
        Cost of an agent-hour, in any unit.
    max_agents : int, optional
        Most that can be on the phone in any interval; no limit when None.
    shrinkage : Shrinkage, optional
        The largest of its queues when None.
    """

    group: str
    skills: tuple[str, ...]
    cost: float = 1.0
    max_agents: int | None = None
    shrinkage: Shrinkage | None = None

    def staff(self, agents: ArrayLike, specs: Mapping[str, QueueSpec]) -> Agents:
        """People to schedule so that `agents` are on the phone."""
        return gross_staff(agents, self.shrinkage or _largest_shrinkage(self.skills, specs))


def groups_of(frame: pd.DataFrame, queues: Sequence[str], source: str = "skill_groups") -> tuple[SkillGroup, ...]:
    """Groups of a table.

    Parameters
    ----------
    frame : DataFrame
        Contract `SKILL_GROUPS`.
    queues : sequence of str
        Skills that there are.
    source : str
        File named in the findings.

    Raises
    ------
    InputError
        For every duplicate group, unknown or repeated skill, cost that is not above 0 and shrinkage of 1.
    """
    rows = SKILL_GROUPS.validate(frame.reset_index(drop=True), source)
    groups, findings = [], []
    for row, cells in enumerate(rows.to_dict("records"), start=2):
        share = cells.get("shrinkage")
        known = {name: cells[name] for name in ("cost", "max_agents") if _is_given(cells.get(name))}
        if "max_agents" in known:
            known["max_agents"] = int(known["max_agents"])
        group = SkillGroup(str(cells["group"]), skills_of(cells["skills"]), **known)
        problems = list(_problems(group, queues))
        if _is_given(share) and not float(share) < 1:
            problems.append(("shrinkage", "bad-value", f"{share:g}", "less than 1, such as 0.3"))
        elif _is_given(share):
            group = SkillGroup(group.group, group.skills, group.cost, group.max_agents, Shrinkage(share))
        findings += [_finding(problem, source, row) for problem in problems]
        groups.append(group)
    if findings:
        raise InputError(findings)
    return tuple(groups)


def groups_of_agents(
    agents: pd.DataFrame, queues: Sequence[str], specs: Mapping[str, QueueSpec], cost: float = 1.0
) -> tuple[SkillGroup, ...]:
    """One group for each list of skills that agents have, as many on the phone as shrinkage leaves of its people.

    Parameters
    ----------
    agents : DataFrame
        Contract ``agents``. Skills that are no queue of `queues` are left out.
    queues : sequence of str
    specs : mapping of str to QueueSpec
        For the shrinkage.
    cost : float
        Cost of an agent-hour, the same for everybody.

    Raises
    ------
    InputError
        If nobody has a skill of `queues`.
    """
    people = AGENTS.validate(agents.reset_index(drop=True))
    wanted = [tuple(s for s in skills_of(text) if s in queues) for text in people["skills"]]
    counts = pd.Series([skills for skills in wanted if skills], dtype=object).value_counts(sort=False)
    if counts.empty:
        raise InputError(Finding("agents", "no-skill", "no agent with a skill of the forecast", ", ".join(queues)))
    return tuple(
        SkillGroup("|".join(skills), skills, cost, _on_phone(int(heads), _largest_shrinkage(skills, specs)))
        for skills, heads in counts.items()
    )


def refuse_groups(groups: Sequence[SkillGroup], queues: Sequence[str]) -> None:
    """Raise `InputError` with everything that is wrong with groups for these queues."""
    names = [group.group for group in groups]
    findings = [_finding(p, f"group {group.group}") for group in groups for p in _problems(group, queues)]
    findings += [
        Finding("skill_groups", "duplicate-key", f"group {name} {names.count(name)} times", "each group once")
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    if not groups:
        findings.append(Finding("skill_groups", "no-rows", "no group", "at least one"))
    if findings:
        raise InputError(findings)


def _problems(group: SkillGroup, queues: Sequence[str]) -> Iterator[Problem]:
    if not group.skills:
        yield "skills", "null", "no skill", "queues separated by |, best first"
    for skill in dict.fromkeys(group.skills):
        if skill not in queues:
            yield "skills", "unknown-queue", f'"{skill}"', f"a queue of the forecast ({', '.join(queues)})"
        if group.skills.count(skill) > 1:
            yield "skills", "bad-value", f"{skill} {group.skills.count(skill)} times", "each skill once"
    if not (math.isfinite(group.cost) and group.cost > 0):
        yield "cost", "bad-value", f"{group.cost:g}", "a number above 0"
    if group.max_agents is not None and group.max_agents < 0:
        yield "max_agents", "bad-value", f"{group.max_agents}", "0 or more agents, or nothing for no limit"


def _finding(problem: Problem, source: str, row: int | None = None) -> Finding:
    column, rule, found, expected = problem
    return Finding(source, rule, found, expected, row=row, column=column)


def _is_given(value: object) -> bool:
    return value is not None and value == value


def _largest_shrinkage(skills: Sequence[str], specs: Mapping[str, QueueSpec]) -> Shrinkage:
    return max((specs[skill].shrinkage for skill in skills), key=lambda shrinkage: shrinkage.rate)


def _on_phone(heads: int, shrinkage: Shrinkage) -> int:
    """Most agents whose staff with shrinkage is no more than the heads."""
    return math.floor(heads * (1 - shrinkage.rate))
