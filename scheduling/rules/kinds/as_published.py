"""A roster made again stays as it was published, but for a price per change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from scheduling.problem import Shift, Team
from scheduling.rules import RULES, Breach, Choice, Choices, Record, Rule
from scheduling.rules.moments import date_of
from scheduling.rules.rows import Rows
from scheduling.rules.settings import setting
from wfm.settings import read_share


@dataclass(frozen=True)
class AsPublished:
    """A change is a shift dropped or moved; somebody called in on a day off counts more.

    Parameters
    ----------
    called_in : float
        Changes that a shift on a day off is worth.
    """

    called_in: float = setting(read_share, 2.0)


def add(rows: Rows, choices: Choices, team: Team, settings: AsPublished) -> None:
    published = rows.record.published if rows.record else None
    if published is None:
        return
    for who, offers in choices.items():
        days: dict[int, list[Choice]] = defaultdict(list)
        for choice in (one for one in offers if one.shift.index >= 0):
            days[choice.shift.day].append(choice)
        for today in days.values():
            was = published.get((team.people[who].agent, date_of(today[0].shift, team.calendar)))
            if was is None:
                rows.row([(choice.at, 1) for choice in today], most=0, amount=settings.called_in)
            else:
                same = [(c.at, 1) for c in today if (c.shift.start, c.shift.end) == was]
                rows.row(same, least=1)


def _alike(shift: Shift, team: Team, _settings: AsPublished, record: Record | None) -> Hashable:
    """The very shift where somebody was to work it."""
    if record is None or record.published is None:
        return None
    day, times = date_of(shift, team.calendar), (shift.start, shift.end)
    return times if any(on == day and was == times for (_, on), was in record.published.items()) else None


def check(record: Record, settings: AsPublished) -> list[Breach]:
    if record.published is None:
        return []
    now = {(w.agent, w.day): (int(w.start.timestamp()), int(w.end.timestamp())) for w in record.worked}
    agents = set(record.agents["agent"])
    breaches = []
    for (agent, day), was in sorted(record.published.items()):
        if agent in agents and now.get((agent, day)) != was:
            verb = "moved" if (agent, day) in now else "dropped"
            breaches.append(Breach(agent, day, 1, f"{agent} {day}: the published shift is {verb}"))
    for (agent, day), _ in sorted(now.items()):
        if (agent, day) not in record.published:
            breaches.append(Breach(agent, day, settings.called_in, f"{agent} {day}: called in on a day off"))
    return breaches


RULES.add(
    "as_published", Rule("a roster made again stays as published", check, add, AsPublished, unit="change", alike=_alike)
)
