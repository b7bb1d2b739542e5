"""What is given before anything is chosen: shifts worked before the horizon, locked shifts, approved leave."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scheduling.problem import Calendar, Shift
from scheduling.worked import Worked, approved, by_agent, worked_shifts
from wfm.contracts import SCHEDULE, TIME_OFF
from wfm.errors import Finding, InputError
from wfm.params import BreakRule, ShiftTemplate


@dataclass(frozen=True)
class Facts:
    """Given shifts and absences.

    Parameters
    ----------
    before, locked : tuple of Worked
        Shifts before the horizon, and those within it that must stay as they are, breaks included.
    locked_rows : DataFrame
        The schedule contract of the locked shifts.
    time_off : DataFrame or None
        The time_off contract, in the horizon's zone.
    """

    before: tuple[Worked, ...]
    locked: tuple[Worked, ...]
    locked_rows: pd.DataFrame
    time_off: pd.DataFrame | None

    def shifts(self, calendar: Calendar) -> dict[str, tuple[Shift, ...]]:
        """Given shifts of each agent in the solver's terms, by start."""
        return {
            agent: tuple(_as_shift(one, calendar) for one in shifts)
            for agent, shifts in by_agent([*self.before, *self.locked]).items()
        }

    def locked_days(self, first_day: dt.date) -> dict[str, frozenset[int]]:
        """Days of the horizon on which an agent's shift is locked."""
        days: dict[str, set[int]] = defaultdict(set)
        for shift in self.locked:
            days[shift.agent].add((shift.day - first_day).days)
        return {agent: frozenset(numbers) for agent, numbers in days.items()}

    def leave_s(self) -> dict[str, list[tuple[int, int]]]:
        """Approved absences of each agent, as Unix times [s]."""
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        rows = approved(self.time_off)
        for agent, start, end in zip(rows["agent"], rows["start"], rows["end"], strict=True):
            spans[str(agent)].append((int(start.timestamp()), int(end.timestamp())))
        return spans

    def cover(self, calendar: Calendar) -> dict[str, np.ndarray]:
        """People on the phone by queue and period through locked shifts, shape (periods,)."""
        on_phone: dict[str, np.ndarray] = {}
        for stretch in (s for shift in self.locked for s in shift.stretches if s.queue is not None):
            begin, end = (int(moment.timestamp()) for moment in (stretch.start, stretch.end))
            served = on_phone.setdefault(str(stretch.queue), np.zeros(calendar.periods, dtype=np.int64))
            # A period counts as covered only where the stretch fills it.
            served[-((calendar.origin - begin) // calendar.step_s) : calendar.period(end)] += 1
        return on_phone


def read_facts(
    history: pd.DataFrame | None,
    locked: pd.DataFrame | None,
    time_off: pd.DataFrame | None,
    *,
    agents: pd.DataFrame | None,
    dates: Sequence[dt.date],
    timezone: str,
) -> Facts:
    """Check what is given and bring it into the horizon's zone.

    Parameters
    ----------
    history : DataFrame or None
        The schedule contract; rows before the horizon are read, others ignored.
    locked : DataFrame or None
        The schedule contract; its shifts lie within the horizon.
    time_off : DataFrame or None
        The time_off contract.
    agents : DataFrame or None
        The agents contract.
    dates : sequence of date
        The horizon.
    timezone : str

    Raises
    ------
    InputError
        With every lock of an unknown agent, outside the horizon, doubled, or within approved leave.
    """
    before = tuple(one for one in _worked(history, timezone) if one.day < dates[0])
    rows = SCHEDULE.empty(timezone) if locked is None else _local(SCHEDULE.validate(locked, "locked"), timezone)
    leave = None if time_off is None else _local(TIME_OFF.validate(time_off, "time_off"), timezone)
    found = tuple(_worked(rows, timezone))
    known = set() if agents is None else set(agents["agent"])
    findings = [
        Finding("locked", "bad-lock", str(shift), wanted)
        for shift in found
        for wanted, wrong in (
            ("an agent of the agents frame", shift.agent not in known),
            (f"a shift from {dates[0]} to {dates[-1]}", not dates[0] <= shift.day <= dates[-1]),
            ("no approved leave at that time", _away(leave, shift)),
            ("one locked shift a day", sum(o.agent == shift.agent and o.day == shift.day for o in found) > 1),
        )
        if wrong
    ]
    if findings:
        raise InputError(findings)
    return Facts(before, found, rows, leave)


def without(needs: Mapping[str, np.ndarray], served: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is still needed beside what is served already, by queue."""
    return {queue: np.maximum(need - served.get(queue, 0), 0) for queue, need in needs.items()}


def _worked(schedule: pd.DataFrame | None, timezone: str) -> list[Worked]:
    return [] if schedule is None or schedule.empty else worked_shifts(_local(schedule, timezone))


def _local(frame: pd.DataFrame, timezone: str) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].dt.tz_convert(timezone) for name in ("start", "end")})


def _away(leave: pd.DataFrame | None, shift: Worked) -> bool:
    rows = approved(leave)
    return bool(((rows["agent"] == shift.agent) & (rows["start"] < shift.end) & (rows["end"] > shift.start)).any())


def _as_shift(worked: Worked, calendar: Calendar) -> Shift:
    start, end = int(worked.start.timestamp()), int(worked.end.timestamp())
    clock_s = worked.start.hour * 3600 + worked.start.minute * 60
    unpaid_s = round(worked.length_s - worked.paid_s)
    breaks = (BreakRule("unpaid", unpaid_s, 0, 0, paid=False),) if unpaid_s else ()
    template = ShiftTemplate("given", end - start, clock_s, clock_s, breaks=breaks)
    return Shift(-1, (worked.day - calendar.dates[0]).days, template, start, end)
