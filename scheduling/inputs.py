"""Requirement and agents as they come, checked whole and turned into the solver's terms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from scheduling.availability import free_stretches
from scheduling.calendar import epoch_s
from scheduling.facts import Facts
from scheduling.problem import Calendar, Person
from scheduling.worked import employed_on
from wfm.contracts import AGENTS
from wfm.errors import Finding, Findings, InputError
from wfm.params import Horizon
from wfm.weekhours import parse_week_hours


def read_requirement(requirement: pd.DataFrame, cover: str, horizon: Horizon) -> pd.DataFrame:
    """Queue, interval start in the horizon's zone and the column to cover, by queue and start.

    Raises
    ------
    InputError
        With every missing column, unusable value, repeated or overlapping interval and row outside the horizon.
    """
    findings = Findings()
    for name in ("queue", "interval_start", cover):
        if name not in requirement.columns:
            findings.add(Finding("requirement", "missing-column", "no such column", name, column=name))
    findings.raise_for_errors()
    if requirement.empty:
        raise InputError(Finding("requirement", "empty", "no rows", "staff required per queue and interval"))
    if not isinstance(requirement["interval_start"].dtype, pd.DatetimeTZDtype):
        raise InputError(
            Finding("requirement", "bad-value", "times without a zone", "a time with its zone", column="interval_start")
        )
    frame = pd.DataFrame(
        {
            "queue": requirement["queue"].astype(str).to_numpy(),
            "interval_start": requirement["interval_start"].dt.tz_convert(horizon.timezone).to_numpy(),
            cover: pd.to_numeric(requirement[cover], errors="coerce").to_numpy(dtype=float),
        }
    )
    frame["interval_start"] = pd.DatetimeIndex(requirement["interval_start"]).tz_convert(horizon.timezone)
    _check_values(frame, cover, findings)
    _check_times(frame, horizon, findings)
    findings.raise_for_errors()
    return frame.sort_values(["queue", "interval_start"], kind="stable", ignore_index=True)


def _check_values(frame: pd.DataFrame, cover: str, findings: Findings) -> None:
    bad = np.flatnonzero(~(frame[cover] >= 0) | np.isinf(frame[cover]))
    if len(bad):
        findings.add(
            Finding(
                "requirement",
                "bad-value",
                f'"{frame[cover].iloc[bad[0]]:g}"',
                "a number of agents, 0 or more",
                row=int(bad[0]) + 2,
                column=cover,
                count=len(bad),
            )
        )


def _check_times(frame: pd.DataFrame, horizon: Horizon, findings: Findings) -> None:
    zone = horizon.timezone
    first = pd.Timestamp(horizon.first_day).tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    last_day = pd.Timestamp(horizon.first_day) + pd.Timedelta(days=horizon.days)
    last = last_day.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    times = frame["interval_start"]
    outside = np.flatnonzero((times < first) | (times >= last))
    if len(outside):
        findings.add(
            Finding(
                "requirement",
                "outside-horizon",
                f"{times.iloc[outside[0]]}",
                f"{horizon.days} days from {horizon.first_day}",
                fix="plan more days, or cut the requirement",
                row=int(outside[0]) + 2,
                column="interval_start",
                count=len(outside),
            )
        )
    ordered = frame.sort_values(["queue", "interval_start"], kind="stable")
    apart = ordered.groupby("queue")["interval_start"].diff().dt.total_seconds()
    close = ordered.index[(apart < horizon.interval_s).to_numpy()]
    if len(close):
        findings.add(
            Finding(
                "requirement",
                "overlapping-intervals",
                f"interval starts {apart[close[0]]:g} s apart",
                f"at least {horizon.interval_s} s within a queue",
                row=int(close[0]) + 2,
                column="interval_start",
                count=len(close),
            )
        )


def need_by_queue(frame: pd.DataFrame, cover: str, calendar: Calendar, interval_s: int) -> dict[str, np.ndarray]:
    """Agents required by queue and period of the grid; a longer interval's requirement holds in each of its periods."""
    needs = {}
    width = interval_s // calendar.step_s
    for queue, rows in frame.groupby("queue", sort=True):
        need = np.zeros(calendar.periods, dtype=np.int64)
        first = (epoch_s(rows["interval_start"]) - calendar.origin) // calendar.step_s
        values = np.ceil(rows[cover].to_numpy() - 1e-9).astype(np.int64)
        for offset in range(width):
            need[first + offset] = values
        needs[str(queue)] = need
    return needs


def read_agents(agents: pd.DataFrame) -> pd.DataFrame:
    """The agents frame by the contract, by agent.

    Raises
    ------
    InputError
        With every broken rule of the contract, and every availability that can't be read.
    """
    if agents.empty:
        raise InputError(Finding("agents", "empty", "no rows", "one row per agent"))
    frame = AGENTS.validate(agents, "agents")
    findings = Findings()
    if "availability" in frame.columns:
        for row, text in enumerate(frame["availability"], 2):
            try:
                _windows(text)
            except ValueError as problem:
                found, expected = str(problem).removeprefix("found ").split(", expected ")
                findings.add(Finding("agents", "bad-availability", found, expected, row=row, column="availability"))
    findings.raise_for_errors()
    return frame.sort_values("agent", kind="stable", ignore_index=True)


def people_of(agents: pd.DataFrame, calendar: Calendar, facts: Facts) -> dict[str, Person]:
    """Each agent in the solver's terms: legal shifts by availability, employment, leave and locks."""
    legal: dict[object, frozenset[int]] = {}
    people = {}
    given, locked = facts.shifts(calendar), facts.locked_days(calendar.dates[0])
    leave = facts.leave_s()
    for _, row in agents.iterrows():
        agent, text = row["agent"], _text(row, "availability")
        if text not in legal:
            legal[text] = _legal(text, calendar)
        employed = frozenset(day for day, date in enumerate(calendar.dates) if employed_on(row, date))
        free = employed - locked.get(agent, frozenset())
        allowed = frozenset(index for index in legal[text] if calendar.shifts[index].day in free)
        if agent in leave:
            allowed -= {i for i in allowed if _meets(calendar.shifts[i].start, calendar.shifts[i].end, leave[agent])}
            employed -= {day for day in employed if _meets(*_day_s(calendar, day), leave[agent])}
        people[agent] = Person(
            agent,
            round(row["contract_hours"] * 3600),
            allowed,
            employed,
            given.get(agent, ()),
            _text(row, "team"),
            _text(row, "site"),
            float(row["seniority"]) if _text(row, "seniority") else 0.0,
        )
    return people


def _text(row: pd.Series, name: str) -> str | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else str(value)


def _day_s(calendar: Calendar, day: int) -> tuple[int, int]:
    ends = (*calendar.midnights[1:], calendar.midnights[-1] + 86_400)
    return calendar.midnights[day], ends[day]


def _meets(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < until and end > since for since, until in spans)


def _windows(text: object) -> tuple[tuple[int, int, int], ...] | None:
    return None if text is None or pd.isna(text) else parse_week_hours(str(text))


def _legal(text: str | None, calendar: Calendar) -> frozenset[int]:
    windows = _windows(text)
    if windows is None:
        return frozenset(shift.index for shift in calendar.shifts)
    first: dt.date = calendar.dates[0]
    stretches = free_stretches(windows, first, len(calendar.dates), calendar.timezone)
    free = [(int(start.timestamp()), int(end.timestamp())) for start, end in stretches]
    return frozenset(s.index for s in calendar.shifts if any(a <= s.start and s.end <= b for a, b in free))
