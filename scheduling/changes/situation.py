"""A published schedule with what it has to cover and to obey, and what a change does to both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from scheduling.checking import judge_schedule
from scheduling.coverage import staffed_hours
from scheduling.inputs import read_agents
from scheduling.rules import Record
from scheduling.rules.force import in_force
from scheduling.worked import Worked, worked_shifts
from wfm.contracts import SCHEDULE, TIME_OFF
from wfm.errors import Finding, InputError
from wfm.params import ShiftRules

# What a change asked for by the agent may break: hours that are given up or worked beyond the contract by consent.
CONSENTED = ("contract_hours", "shift")


@dataclass(frozen=True)
class Answer:
    """What becomes of a request.

    Parameters
    ----------
    granted : bool
    reasons : tuple of str
        Why not, in words; empty when granted.
    extra_short_h : float
        Agent-hours below the requirement that the change adds; negative where it helps.
    schedule : DataFrame
        The schedule contract with the change made, whether granted or not.
    alternatives : DataFrame or None
        Other ways to ask, best first.
    """

    granted: bool
    reasons: tuple[str, ...]
    extra_short_h: float
    schedule: pd.DataFrame
    alternatives: pd.DataFrame | None = None


@dataclass(frozen=True)
class Situation:
    """A published schedule in its surroundings.

    Parameters
    ----------
    schedule, requirement, agents : DataFrame
        Contract frames, times in one zone.
    rules : ShiftRules
    interval_s : int
        Interval length of the requirement [s].
    cover : str
        Column of the requirement that is to be covered.
    history, time_off : DataFrame or None
        As in `build_schedule`.
    """

    schedule: pd.DataFrame
    requirement: pd.DataFrame
    agents: pd.DataFrame
    rules: ShiftRules
    interval_s: int
    cover: str = "staff"
    history: pd.DataFrame | None = None
    time_off: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        schedule = SCHEDULE.validate(self.schedule, "schedule").reset_index(drop=True)
        if schedule.empty:
            raise InputError(Finding("schedule", "empty", "no rows", "a published schedule"))
        zone = schedule["start"].dt.tz
        object.__setattr__(self, "schedule", schedule)
        object.__setattr__(self, "agents", read_agents(self.agents))
        for name, frame in (("requirement", self.requirement), ("history", self.history), ("time_off", self.time_off)):
            if frame is not None:
                times = [c for c in ("interval_start", "start", "end") if c in frame]
                object.__setattr__(self, name, frame.assign(**{c: frame[c].dt.tz_convert(zone) for c in times}))

    @cached_property
    def worked(self) -> tuple[Worked, ...]:
        return tuple(worked_shifts(self.schedule))

    @cached_property
    def record(self) -> Record:
        days = [shift.day for shift in self.worked]
        before = [] if self.history is None else [w for w in worked_shifts(self.history) if w.day < min(days)]
        away = None if self.time_off is None else TIME_OFF.validate(self.time_off, "time_off")
        return Record((), self.agents, self.rules, before, away, min(days), max(days))

    @cached_property
    def short_h(self) -> float:
        """Agent-hours below the requirement as published."""
        return self.short_hours(self.schedule)

    @cached_property
    def broken(self) -> frozenset[str]:
        """Rules that the published schedule breaks, in words."""
        return frozenset(self._broken(self.schedule))

    def short_hours(self, schedule: pd.DataFrame) -> float:
        return staffed_hours(schedule, self.requirement, self.interval_s, cover=self.cover).understaffed

    def shift_of(self, agent: str, day: dt.date) -> Worked | None:
        """Shift of an agent that starts on a local day; raises InputError for an agent nobody knows."""
        if agent not in set(self.agents["agent"]):
            known = ", ".join(sorted(self.agents["agent"])[:5])
            raise InputError(Finding("agents", "unknown-agent", f'"{agent}"', f"an agent such as {known}"))
        return next((shift for shift in self.worked if shift.agent == agent and shift.day == day), None)

    def without(self, shifts: Iterable[Worked]) -> pd.DataFrame:
        """The schedule less some shifts."""
        return self.schedule[~self._rows(shifts)].reset_index(drop=True)

    def handed(self, shift: Worked, agent: str) -> pd.DataFrame:
        """Rows of a shift in the name of another agent."""
        return self.schedule[self._rows([shift])].assign(agent=agent)

    def answer(self, schedule: pd.DataFrame, *, tolerance_h: float, allowed: Iterable[str] = CONSENTED) -> Answer:
        """Judge a changed schedule: no rule newly broken but those `allowed`, no more than a tolerance short.

        Parameters
        ----------
        schedule : DataFrame
        tolerance_h : float
            Agent-hours below the requirement that may be added.
        allowed : iterable of str
            Rules that this kind of change may break.
        """
        frame = SCHEDULE.validate(schedule.sort_values(["agent", "start"], kind="stable", ignore_index=True))
        free = tuple(f"{name}: " for name in allowed)
        reasons = [line for line in self._broken(frame) if line not in self.broken and not line.startswith(free)]
        extra = self.short_hours(frame) - self.short_h
        if extra > tolerance_h + 1e-9:
            reasons.append(f"{extra:.2f} more agent-hours would be short, {tolerance_h:g} are accepted")
        return Answer(not reasons, tuple(reasons), extra, frame)

    def _broken(self, schedule: pd.DataFrame) -> list[str]:
        return judge_schedule(schedule, self.record, in_force(self.rules)).broken

    def _rows(self, shifts: Iterable[Worked]) -> pd.Series:
        mine = pd.Series(False, self.schedule.index)
        for shift in shifts:
            inside = (self.schedule["start"] >= shift.start) & (self.schedule["end"] <= shift.end)
            mine |= (self.schedule["agent"] == shift.agent) & inside
        return mine
