"""Who and what can be exchanged: people alike to every rule, and shifts of a day alike to everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from scheduling.problem import Shift, Team
from scheduling.rules import Record, Ruling


@dataclass(frozen=True, slots=True)
class Atom:
    """Shifts of one day that nobody and no rule of the relaxed horizon tells apart.

    Parameters
    ----------
    number : int
        Position in the sequence of atoms.
    shifts : tuple of Shift
    """

    number: int
    shifts: tuple[Shift, ...]

    @property
    def day(self) -> int:
        return self.shifts[0].day

    @property
    def paid_s(self) -> int:
        return self.shifts[0].paid_s


def told(team: Team) -> list[tuple[Ruling, Record | None]]:
    """Rulings, each with its record, whose rows can be written for atoms: they say what they see of a shift."""
    return [
        (ruling, record)
        for ruling, record in zip(team.rulings, team.records, strict=True)
        if ruling.rule.add and ruling.rule.alike and not ruling.rule.shared
    ]


def atoms_of(team: Team) -> tuple[Atom, ...]:
    """Shifts of the team by what people and rules see of them, by day."""
    offers = sorted({tuple(sorted(person.allowed)) for person in team.people})
    sets = [frozenset(offer) for offer in offers]
    rulings = told(team)
    groups: dict[tuple[Hashable, ...], list[Shift]] = defaultdict(list)
    for shift in team.shifts:
        seen = tuple(
            ruling.rule.alike(shift, team, ruling.settings, record) for ruling, record in rulings if ruling.rule.alike
        )
        able = tuple(shift.index in allowed for allowed in sets)
        if any(able):
            groups[shift.day, shift.paid_s, able, seen].append(shift)
    return tuple(Atom(number, tuple(shifts)) for number, shifts in enumerate(groups.values()))


def kinds_of(team: Team) -> list[tuple[int, ...]]:
    """Positions of people alike in all that a rule may read of them."""
    useful = frozenset(shift.index for shift in team.shifts)
    rows = _rows(team)
    groups: dict[tuple[Hashable, ...], list[int]] = defaultdict(list)
    for who, person in enumerate(team.people):
        named = tuple(ruling.setting is not None and person.agent in ruling.setting.agents for ruling in team.rulings)
        key = (person.contract_s, person.allowed & useful, person.employed, person.fixed, person.team, person.site)
        groups[(*key, named, rows.get(person.agent))].append(who)
    return [tuple(members) for members in groups.values()]


def _rows(team: Team) -> dict[str, Hashable]:
    """What the tables say of each agent beside the name."""
    record = team.record
    if record is None:
        return {}
    said: dict[str, list[Hashable]] = {}
    for frame in (record.agents, record.time_off):
        if frame is None or frame.empty:
            continue
        others = [name for name in frame.columns if name not in ("agent", "name", "skills")]
        for agent, *values in frame[["agent", *others]].itertuples(index=False, name=None):
            clean = tuple(None if pd.isna(value) else value for value in values)
            said.setdefault(str(agent), []).append(clean)
    for (agent, date), times in (record.published or {}).items():
        said.setdefault(agent, []).append((date, times))
    return {agent: tuple(values) for agent, values in said.items()}
