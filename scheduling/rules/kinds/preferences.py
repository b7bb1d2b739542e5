"""Agents' wishes for days off and start times, weighed by seniority."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choices, Record, Rule
from scheduling.rules.moments import date_of, start_clock_s, worked_clock_s
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from scheduling.wishes import Wish, parse_wishes
from wfm.settings import read_share


@dataclass(frozen=True)
class Preferences:
    """Wishes are in the column `preferences` of the agents, `docs/scheduling.md` tells how they are written.

    Parameters
    ----------
    seniority : float
        How much more a wish counts for each unit of the agent's `seniority`: 0.1 makes ten of them count double.
    """

    seniority: float = setting(read_share, 0.0)

    def weight(self, wish: Wish, seniority: float) -> float:
        return wish.weight * (1 + self.seniority * seniority)


def _wishes(agents: pd.DataFrame) -> dict[str, tuple[tuple[Wish, ...], float]]:
    """Wishes and seniority of each agent who has any."""
    if "preferences" not in agents:
        return {}
    rank = agents["seniority"].fillna(0.0) if "seniority" in agents else pd.Series(0.0, agents.index)
    return {
        str(agent): (parse_wishes(str(text)), float(seniority))
        for agent, text, seniority in zip(agents["agent"], agents["preferences"], rank, strict=True)
        if not pd.isna(text) and str(text).strip()
    }


def add(rows: Rows, choices: Choices, team: Team, settings: Preferences) -> None:
    wishes = _wishes(rows.record.agents) if rows.record else {}
    for who, offers in choices.items():
        mine, seniority = wishes.get(team.people[who].agent, ((), 0.0))
        for choice in (one for one in offers if mine and one.shift.index >= 0):
            shift = choice.shift
            moment = (date_of(shift, team.calendar).weekday(), start_clock_s(shift, team.calendar))
            broken = [w for w in mine if w.broken_by(*moment, shift.end - shift.start) and w.weight > 0]
            if broken:
                rows.row([(choice.at, 1)], most=0, amount=sum(settings.weight(wish, seniority) for wish in broken))


def _alike(shift: Shift, team: Team, _settings: Preferences, record: Record | None) -> Hashable:
    """Which of all wishes the shift would break."""
    if record is None:
        return None
    if "kinds" not in record.known:
        record.known["kinds"] = sorted(
            {(wish.kind, wish.windows) for mine, _ in _wishes(record.agents).values() for wish in mine}
        )
    moment = (date_of(shift, team.calendar).weekday(), start_clock_s(shift, team.calendar), shift.end - shift.start)
    return tuple(Wish(kind, windows, 1.0, "").broken_by(*moment) for kind, windows in record.known["kinds"])


def check(record: Record, settings: Preferences) -> list[Breach]:
    if "wishes" not in record.known:
        record.known["wishes"] = _wishes(record.agents)
    wishes = record.known["wishes"]
    breaches = []
    for shift in record.worked:
        mine, seniority = wishes.get(shift.agent, ((), 0.0))
        for wish in mine:
            if wish.weight > 0 and wish.broken_by(shift.day.weekday(), worked_clock_s(shift), shift.length_s):
                words = f'{shift}: against the wish "{wish.text}"'
                breaches.append(Breach(shift.agent, shift.day, settings.weight(wish, seniority), words))
    return breaches


RULES.add(
    "preferences", Rule("wishes of agents, weighed by seniority", check, add, Preferences, unit="wish", alike=_alike)
)
