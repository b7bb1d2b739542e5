"""A finished schedule read back as the shifts that people work, without a look at the solver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from wfm.contracts import TIME_OFF
from wfm.contracts import skills_of as skills_of
from wfm.timeaxis import monday_of

# Work away from the phone, placed inside a shift; not a break.
MEETINGS = ("meeting", "training", "coaching", "back_office")


@dataclass(frozen=True, slots=True)
class Stretch:
    """One row of the schedule."""

    start: pd.Timestamp
    end: pd.Timestamp
    activity: str
    queue: str | None
    paid: bool

    @property
    def length_s(self) -> float:
        return (self.end - self.start).total_seconds()

    @property
    def is_break(self) -> bool:
        return self.activity != "phone" and self.activity not in MEETINGS


@dataclass(frozen=True, slots=True)
class Worked:
    """A shift as worked: stretches of one agent that follow each other without a gap."""

    agent: str
    stretches: tuple[Stretch, ...]

    @property
    def start(self) -> pd.Timestamp:
        return self.stretches[0].start

    @property
    def end(self) -> pd.Timestamp:
        return self.stretches[-1].end

    @property
    def day(self) -> dt.date:
        """Local day on which the shift starts."""
        return self.start.date()

    @property
    def monday(self) -> dt.date:
        return monday_of(self.day)

    @property
    def length_s(self) -> float:
        return (self.end - self.start).total_seconds()

    @property
    def paid_s(self) -> float:
        return sum(stretch.length_s for stretch in self.stretches if stretch.paid)

    @property
    def queues(self) -> set[str]:
        return {stretch.queue for stretch in self.stretches if stretch.queue is not None}

    def __str__(self) -> str:
        return f"{self.agent} {self.start:%a %Y-%m-%d %H:%M}"


def worked_shifts(schedule: pd.DataFrame) -> list[Worked]:
    """Join the stretches of a schedule into shifts, by agent and start.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract.
    """
    shifts: list[Worked] = []
    rows: list[Stretch] = []
    owner: str | None = None
    ordered = schedule.sort_values(["agent", "start"], kind="stable")
    queues = ordered["queue"].astype(object).where(ordered["queue"].notna(), None)
    columns = (ordered["agent"], ordered["start"], ordered["end"], ordered["activity"], queues, ordered["paid"])
    for agent, start, end, activity, queue, paid in zip(*columns, strict=True):
        if rows and (agent != owner or start != rows[-1].end):
            shifts.append(Worked(str(owner), tuple(rows)))
            rows = []
        owner = agent
        rows.append(Stretch(start, end, str(activity), queue, bool(paid)))
    if rows:
        shifts.append(Worked(str(owner), tuple(rows)))
    return shifts


def by_agent(worked: Sequence[Worked]) -> dict[str, list[Worked]]:
    """Shifts of each agent in order of time."""
    grouped: dict[str, list[Worked]] = {}
    for shift in sorted(worked, key=lambda one: (one.agent, one.start)):
        grouped.setdefault(shift.agent, []).append(shift)
    return grouped


def approved(time_off: pd.DataFrame | None) -> pd.DataFrame:
    """The approved rows of the time_off contract."""
    if time_off is None:
        return TIME_OFF.empty()
    return time_off[time_off["kind"] == "approved"]


def on_leave(leave: pd.DataFrame, agent: str, day: dt.date) -> bool:
    """Whether an agent's approved leave touches a local day."""
    if leave.empty:
        return False
    midnight = pd.Timestamp(day).tz_localize(leave["start"].dt.tz, ambiguous=True, nonexistent="shift_forward")
    after = pd.Timestamp(day + dt.timedelta(days=1))
    after = after.tz_localize(leave["start"].dt.tz, ambiguous=True, nonexistent="shift_forward")
    return bool(((leave["agent"] == agent) & (leave["start"] < after) & (leave["end"] > midnight)).any())


def employed_on(agent: pd.Series, day: dt.date) -> bool:
    """Whether a row of the agents frame holds on a local day."""
    first = max(_date(agent.get(name)) or dt.date.min for name in ("hired_on", "valid_from"))
    last = _date(agent.get("valid_to")) or dt.date.max
    return first <= day <= last


def _date(value: object) -> dt.date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()
