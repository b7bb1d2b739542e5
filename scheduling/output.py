"""A roster written as the frames of the contracts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from scheduling.problem import Shift
from scheduling.roster import Roster
from wfm.contracts import SCHEDULE

Row = tuple[str, int, int, str, str | None, bool, bool, str]


def schedule_frame(
    rosters: Mapping[str, Roster], version: str, published_at: pd.Timestamp | None, timezone: str
) -> pd.DataFrame:
    """Contiguous stretches of phone, breaks and lunch per agent.

    Parameters
    ----------
    rosters : dict of queue to Roster
    version : str
    published_at : Timestamp or None
    timezone : str

    Returns
    -------
    DataFrame
        The schedule contract, by agent and start.
    """
    rows = [row for queue, roster in rosters.items() for row in _rows(queue, roster)]
    if not rows:
        return SCHEDULE.empty(timezone)
    agent, start, end, activity, queue, paid, productive, shift = zip(*sorted(rows), strict=True)
    frame = pd.DataFrame(
        {
            "version": version,
            "agent": agent,
            "start": _local(start, timezone),
            "end": _local(end, timezone),
            "activity": activity,
            "queue": queue,
            "paid": paid,
            "productive": productive,
            "shift": shift,
            "published_at": pd.Series([published_at] * len(rows), dtype=f"datetime64[us, {timezone}]"),
        }
    )
    return SCHEDULE.validate(frame)


def made_up_agents(rosters: Mapping[str, Roster]) -> pd.DataFrame:
    """The agents contract of people who were made up, each with one skill."""
    people = [(p.agent, queue, p.contract_s / 3600) for queue, roster in rosters.items() for p in roster.team.people]
    return pd.DataFrame(sorted(people), columns=["agent", "skills", "contract_hours"])


def _local(seconds: Iterable[int], timezone: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(list(seconds), unit="s", utc=True)).tz_convert(timezone).as_unit("us")


def dealt_breaks(roster: Roster) -> Iterator[tuple[int, int, list[int]]]:
    """Person, shift index and break starts of every shift worked, after the shift's start [s].

    Breaks are dealt in order: who comes first in the list of a shift takes the earliest start of each break.
    """
    on_shift: dict[int, list[int]] = defaultdict(list)
    for (person, _), index in sorted(roster.worked.items()):
        on_shift[index].append(person)
    for index, people in sorted(on_shift.items()):
        shift = roster.team.calendar.shifts[index]
        breaks = roster.plans[shift.day].breaks
        starts = [
            [start for start, count in sorted(breaks[index, number].items()) for _ in range(count)]
            for number in range(len(shift.template.breaks))
        ]
        for place, person in enumerate(people):
            yield person, index, [column[place] for column in starts]


def _rows(queue: str, roster: Roster) -> list[Row]:
    rows: list[Row] = []
    for person, index, starts in dealt_breaks(roster):
        rows += _stretches(roster.team.people[person].agent, queue, roster.team.calendar.shifts[index], starts)
    return rows


def _stretches(agent: str, queue: str, shift: Shift, starts: list[int]) -> list[Row]:
    rows: list[Row] = []
    now, name = shift.start, shift.template.name
    for rule, start_s in zip(shift.template.breaks, starts, strict=True):
        begin = shift.start + start_s
        if begin > now:
            rows.append((agent, now, begin, "phone", queue, True, True, name))
        now = begin + rule.length_s
        rows.append((agent, begin, now, rule.name, None, rule.paid, False, name))
    if now < shift.end:
        rows.append((agent, now, shift.end, "phone", queue, True, True, name))
    return rows
