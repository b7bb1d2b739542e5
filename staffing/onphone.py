"""Who is on the phone when: a schedule, or agents by interval, as stretches that a simulation can step through."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffing.queueing import Array
from staffing.simulation.staff import StaffSteps
from wfm.contracts import AGENTS_ON_PHONE, SCHEDULE
from wfm.errors import Finding, Findings, InputError
from wfm.timeaxis import local_day


@dataclass(frozen=True)
class OnPhone:
    """Agents of every queue on the phone.

    Parameters
    ----------
    stretches : DataFrame
        queue, start, end, agents: so many agents from start to before end.
    paid : DataFrame
        queue, day, paid_hours: paid hours of the shifts that start on a local day, or of the day's intervals.
    by_person : bool
        Whether a stretch is one person's. Then who comes and who goes at one moment are two people: whoever goes
        finishes the call in hand while the other is free already. Else they cancel out.
    """

    stretches: pd.DataFrame
    paid: pd.DataFrame
    by_person: bool

    def of_queue(self, queue: str) -> pd.DataFrame:
        return self.stretches[self.stretches["queue"] == queue]


def on_phone(staff: pd.DataFrame, interval_s: int, findings: Findings) -> OnPhone:
    """Read a schedule or the agents of a requirement, told apart by their columns.

    Of a schedule the productive phone stretches count; breaks, meetings and training are out. Paid time without a
    queue, such as a paid break, goes to the queue of the shift around it.

    Parameters
    ----------
    staff : DataFrame
        Contract ``schedule``, or ``agents_on_phone`` such as a requirement.
    interval_s : int
        Interval length of the latter [s].
    findings : Findings
        Gets a note of paid time that belongs to no queue.

    Raises
    ------
    InputError
        If the frame is neither, holds several versions, a person twice at a time, or stretches that end before they
        start.
    """
    if "start" in staff.columns:
        return _of_schedule(SCHEDULE.validate(staff.reset_index(drop=True)), findings)
    frame = AGENTS_ON_PHONE.validate(staff.reset_index(drop=True))
    ends = frame["interval_start"] + pd.Timedelta(seconds=interval_s)
    stretches = frame[["queue", "agents"]].assign(start=frame["interval_start"], end=ends)
    hours = frame["staff"].astype(float) * interval_s / 3600 if "staff" in frame else np.nan
    paid = frame[["queue"]].assign(day=_day(frame["interval_start"]), paid_hours=hours)
    return OnPhone(stretches, _sum_of_days(paid), by_person=False)


def _of_schedule(schedule: pd.DataFrame, findings: Findings) -> OnPhone:
    ordered = schedule.sort_values(["agent", "start"], ignore_index=True)
    if problems := _problems(ordered):
        raise InputError(problems)
    same = ordered["agent"].eq(ordered["agent"].shift())
    shift = (~(same & ordered["start"].eq(ordered["end"].shift()))).cumsum()
    served = ordered["queue"].where(ordered["productive"].astype(bool) & ordered["activity"].eq("phone"))
    paid = pd.DataFrame(
        {
            "queue": served.groupby(shift).ffill().groupby(shift).bfill(),
            "day": _day(ordered["start"].groupby(shift).transform("first")),
            "paid_hours": (ordered["end"] - ordered["start"]).dt.total_seconds() / 3600,
        }
    )[ordered["paid"].astype(bool)]
    if lost := float(paid.loc[paid["queue"].isna(), "paid_hours"].sum()):
        what, fix = f"{lost:,.1f} paid hours of shifts without phone time", "they belong to no queue and are left out"
        findings.add(Finding("schedule", "no-queue", what, fix=fix, severity="note"))
    phone = ordered.assign(queue=served)[served.notna()]
    # Two stretches that follow each other on one queue are one: nobody goes in between.
    goes_on = phone["start"].eq(phone["end"].shift())
    for name in ("agent", "queue"):
        goes_on &= phone[name].eq(phone[name].shift())
    merged = phone.groupby((~goes_on).cumsum(), sort=False)
    stretches = merged.agg(queue=("queue", "first"), start=("start", "first"), end=("end", "last"))
    return OnPhone(stretches.reset_index(drop=True).assign(agents=1), _sum_of_days(paid), by_person=True)


def _problems(ordered: pd.DataFrame) -> list[Finding]:
    """What makes a schedule unfit to be lived through; rows as they are sorted by agent and start."""
    problems = []
    if len(versions := sorted(ordered["version"].unique())) > 1:
        fix = "keep the rows of the one that was in force"
        problems.append(Finding("schedule", "several-versions", ", ".join(versions), "one version", fix))
    for where, rule, expected in (
        (~(ordered["end"] > ordered["start"]), "no-length", "an end after the start"),
        (
            ordered["agent"].eq(ordered["agent"].shift()) & (ordered["start"] < ordered["end"].shift()),
            "overlap",
            "one activity of a person at a time",
        ),
    ):
        if where.any() and not problems:
            row = ordered[where].iloc[0]
            times = f"{row['start']:%Y-%m-%d %H:%M} to {row['end']:%Y-%m-%d %H:%M}"
            what = f"{row['agent']}, {row['activity']} from {times}"
            problems.append(Finding("schedule", rule, what, expected, count=int(where.sum())))
    return problems


def _day(times: pd.Series) -> pd.Series:
    return pd.Series(local_day(pd.DatetimeIndex(times)), times.index)


def _sum_of_days(paid: pd.DataFrame) -> pd.DataFrame:
    groups = paid.dropna(subset="queue").groupby(["queue", "day"], sort=True)["paid_hours"]
    return groups.sum(min_count=1).reset_index()


@dataclass(frozen=True)
class Span:
    """Local days that are lived through in one go, because agents are on the phone at the midnights between them.

    Parameters
    ----------
    days : list of Timestamp
        Naive midnights.
    start, end : Timestamp
        First midnight and the one after the last day, tz-aware.
    """

    days: list[pd.Timestamp]
    start: pd.Timestamp
    end: pd.Timestamp


def spans(stretches: pd.DataFrame, timezone: dt.tzinfo) -> list[Span]:
    """The days that a queue's stretches touch, in spans; stretches with no agent mark a day that is planned shut."""
    first = _day(stretches["start"])
    last = _day(stretches["end"] - pd.Timedelta(microseconds=1))
    touched = {day for a, b in zip(first, last, strict=True) for day in pd.date_range(a, b)}
    runs: list[list[pd.Timestamp]] = []
    staffed = stretches[stretches["agents"] > 0]
    for day in sorted(touched):
        midnight = day.tz_localize(timezone)
        before = ((staffed["start"] < midnight) & (staffed["end"] >= midnight)).any()
        after = ((staffed["start"] <= midnight) & (staffed["end"] > midnight)).any()
        if runs and runs[-1][-1] == day - pd.Timedelta(days=1) and before and after:
            runs[-1].append(day)
        else:
            runs.append([day])
    next_day = pd.Timedelta(days=1)
    return [Span(run, run[0].tz_localize(timezone), (run[-1] + next_day).tz_localize(timezone)) for run in runs]


def steps_of(stretches: pd.DataFrame, span: Span, *, by_person: bool) -> StaffSteps:
    """Single arrivals and departures of agents within a span; whoever stays past its end never goes."""
    inside = stretches[(stretches["end"] > span.start) & (stretches["start"] < span.end)]
    start, end = (np.maximum(seconds(inside[name], span.start), 0.0) for name in ("start", "end"))
    agents = inside["agents"].to_numpy(np.int64)
    at, change = np.concatenate([start, end]), np.concatenate([agents, -agents])
    keep = (at < (span.end - span.start).total_seconds()) & (change != 0)
    at, change = at[keep], change[keep]
    if not by_person:
        at, place = np.unique(at, return_inverse=True)
        change = np.bincount(place, weights=change, minlength=len(at)).astype(np.int64)
    # At one moment whoever goes is first: else the one who just came, idle as yet, would be sent instead.
    order = np.lexsort((change, at))
    at, change = at[order], change[order]
    by = np.repeat(np.sign(change), np.abs(change))
    return StaffSteps(np.repeat(at, np.abs(change)), by, np.zeros(by.size, np.int64))


def agents_by_interval(stretches: pd.DataFrame, starts: pd.DatetimeIndex, interval_s: int) -> Array:
    """Agents on the phone in each interval, weighted by time, shape (intervals,)."""
    begin, end = (seconds(stretches[name], starts[0]) for name in ("start", "end"))
    agents = stretches["agents"].to_numpy(float)
    edges = seconds(pd.Series(starts), starts[0])
    return np.asarray((_until(edges + interval_s, begin, end, agents) - _until(edges, begin, end, agents)) / interval_s)


def agents_at(stretches: pd.DataFrame, moments: pd.Series) -> Array:
    """Agents on the phone at each moment, shape (moments,)."""
    if stretches.empty:
        return np.zeros(len(moments))
    since = stretches["start"].iloc[0]
    at, agents, total = seconds(moments, since), stretches["agents"].to_numpy(float), np.zeros(len(moments))
    for sign, name in ((1, "start"), (-1, "end")):
        edges = seconds(stretches[name], since)
        order = np.argsort(edges)
        count = np.concatenate([[0.0], np.cumsum(agents[order])])
        total += sign * count[np.searchsorted(edges[order], at, side="right")]
    return total


def _until(moments: Array, begin: Array, end: Array, agents: Array) -> Array:
    """Agent-seconds before each moment."""
    total = np.zeros(len(moments))
    for sign, at in ((1.0, begin), (-1.0, end)):
        order = np.argsort(at)
        ordered, weight = at[order], agents[order]
        count, mass = (np.concatenate([[0.0], np.cumsum(v)]) for v in (weight, weight * ordered))
        place = np.searchsorted(ordered, moments, side="right")
        total += sign * (count[place] * moments - mass[place])
    return total


def seconds(times: pd.Series, since: pd.Timestamp) -> NDArray[np.float64]:
    """Seconds since a moment; a clock change in between counts as it passes."""
    return (times - since).dt.total_seconds().to_numpy(float)
