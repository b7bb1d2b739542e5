"""A real day lived through again, call by call, with other agents: what a plan would have delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffing.onphone import OnPhone, on_phone, spans
from staffing.queueing import Array
from staffing.replayedqueue import QueueReplay, day_list
from wfm.callfacts import handle_time_s, is_offered, seconds_of
from wfm.contracts import CALLS
from wfm.errors import Finding, Findings, InputError
from wfm.params import QueueSpec
from wfm.timeaxis import local_day


@dataclass(frozen=True)
class Replay:
    """Replayed days.

    Parameters
    ----------
    intervals : DataFrame
        queue, interval_start, agents (on the phone, weighted by time), offered; service_level (answered within the
        threshold / offered), asa_s, abandonment, occupancy as the plan delivers them, means over the replications;
        log_service_level, log_asa_s, log_abandonment as they were; target (service level), met.
    days : DataFrame
        queue, day, offered, agent_hours (planned on the phone), paid_hours, the same measures, the service level that
        5 % and 95 % of the replications stay below (service_level_low, service_level_high), those of the log,
        intervals (with calls), short_intervals (of these, below the target), target, met.
    findings : Findings
        What was left out or assumed.
    """

    intervals: pd.DataFrame
    days: pd.DataFrame
    findings: Findings


def replay_days(
    calls: pd.DataFrame,
    staff: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    *,
    interval_s: int,
    replications: int = 200,
    seed: int = 1,
) -> Replay:
    """Replay every day of every queue that the staff covers.

    Calls come when they came and are handled as long as they were; only what a log can't know is drawn anew in each
    replication: patience, exponential with the mean of the queue's specification and endless without one, and the
    handle time of calls that nobody answered, from those of the queue. A day begins empty unless agents are on the
    phone at midnight. An agent whose time ends, at the shift's end or before a break, goes at once if idle, else after
    the call in hand; where several are busy, whoever is free first goes.

    Parameters
    ----------
    calls : DataFrame
        Contract ``calls``; offered calls count. Those of other days serve as handle times to draw from.
    staff : DataFrame
        Contract ``schedule``, or ``agents_on_phone`` such as a requirement.
    specs : mapping of str to QueueSpec
        Target and patience by queue.
    interval_s : int
        Interval length of the result, and of `staff` where that has intervals [s].
    replications, seed : int

    Raises
    ------
    InputError
        If the staff can't be read, or no queue and day has both calls and staff.
    """
    findings = Findings()
    frame = CALLS.validate(calls.reset_index(drop=True))
    frame = frame[is_offered(frame)].reset_index(drop=True)
    present = on_phone(staff, interval_s, findings)
    log = _log_of(frame)
    queues = _queues(log, present, specs, findings)
    parts, days = [], []
    for queue in queues:
        own = log[log["queue"] == queue]
        run = QueueReplay(queue, own, present, specs[queue], interval_s, replications, seed, findings)
        for span in spans(present.of_queue(queue), frame["offered_at"].dt.tz):
            intervals, by_day = run.replay(span)
            parts.append(intervals)
            days.append(by_day)
        run.tell()
    by_day = pd.concat(days, ignore_index=True)
    _note_other_days(log[log["queue"].isin(queues)], by_day, findings)
    if not by_day["offered"].sum():
        raise InputError(Finding("calls", "other-days", _range(log), f"calls of the days staffed, {_range(by_day)}"))
    return Replay(pd.concat(parts, ignore_index=True), by_day, findings)


def over_days(days: pd.DataFrame) -> pd.DataFrame:
    """One row a queue over all its days: sums, and ratios of sums.

    Parameters
    ----------
    days : DataFrame
        `Replay.days`, of one or several replays.

    Returns
    -------
    DataFrame
        queue, days, offered, agent_hours, paid_hours, the measures of the plan and of the log, intervals,
        short_intervals, days_met. Days without a call cost hours and count in nothing else.
    """
    rows = []
    for queue, part in days.groupby("queue", sort=True):
        offered = part["offered"].to_numpy(float)
        row: dict[str, object] = {"queue": queue, "days": int((offered > 0).sum())}
        row |= {name: part[name].sum(min_count=1) for name in ("offered", "agent_hours", "paid_hours")}
        for prefix in ("", "log_"):
            lost = part[f"{prefix}abandonment"].to_numpy(float)
            row[f"{prefix}service_level"] = _mean(part[f"{prefix}service_level"], offered)
            row[f"{prefix}asa_s"] = _mean(part[f"{prefix}asa_s"], offered * (1 - lost))
            row[f"{prefix}abandonment"] = _mean(part[f"{prefix}abandonment"], offered)
        row["occupancy"] = _mean(part["occupancy"], part["agent_hours"].to_numpy(float))
        row |= {name: int(part[name].sum()) for name in ("intervals", "short_intervals")}
        rows.append(row | {"days_met": int((part["met"].astype(bool) & (offered > 0)).sum())})
    return pd.DataFrame(rows)


def _mean(values: pd.Series, weights: Array) -> float:
    known = values.notna().to_numpy() & (weights > 0)
    return float(np.average(values[known], weights=weights[known])) if known.any() else np.nan


def _log_of(calls: pd.DataFrame) -> pd.DataFrame:
    """What the replay reads of each call."""
    wait = seconds_of(calls, "wait_s")
    answered = (calls["outcome"] == "answered").to_numpy()
    return pd.DataFrame(
        {
            "queue": calls["queue"].astype(str),
            "offered_at": calls["offered_at"],
            "day": local_day(calls["offered_at"]),
            "handle_s": handle_time_s(calls),
            "wait_s": wait,
            "answered": answered,
            "abandoned": (calls["outcome"] == "abandoned").to_numpy(),
        }
    )


def _queues(log: pd.DataFrame, present: OnPhone, specs: Mapping[str, QueueSpec], findings: Findings) -> list[str]:
    """Queues with calls and staff; a queue with only one of them is said, and none at all is an error."""
    called, staffed = set(log["queue"]), set(present.stretches["queue"])
    both = sorted(called & staffed)
    if alone := ", ".join(sorted(called - staffed)):
        findings.add(
            Finding("staff", "unstaffed-queue", f"nobody for queue {alone}", fix="not replayed", severity="note")
        )
    for queue in sorted(staffed - called):
        what, fix = f"queue {queue}, which has no call", "not replayed; one queue a stretch"
        findings.add(
            Finding("staff", "unknown-queue", what, f"one of {', '.join(sorted(called))}", fix, severity="warning")
        )
    errors = [
        Finding("calls", "no-handle-time", f"no handle time in queue {queue}", "talk, hold or after-call work")
        for queue in both
        if log.loc[log["queue"] == queue, "handle_s"].isna().all()
    ]
    known = ", ".join(sorted(specs)) or "none"
    errors += [
        Finding("staff", "no-spec", f"queue {queue}", f"a queue with targets ({known})", column="queue")
        for queue in both
        if queue not in specs
    ]
    if not both:
        what = (
            f"staff of {', '.join(sorted(staffed)) or 'no queue'}, calls of {', '.join(sorted(called)) or 'no queue'}"
        )
        errors.append(Finding("staff", "other-queues", what, "a queue that has both"))
    if errors:
        raise InputError(errors)
    return both


def _note_other_days(log: pd.DataFrame, days: pd.DataFrame, findings: Findings) -> None:
    """Days with calls and no staff: amid the staffed days somebody was forgotten, outside they are other weeks."""
    outside = set[pd.Timestamp]()
    for queue, planned in days.groupby("queue", sort=True)["day"]:
        own = log.loc[log["queue"] == queue, "day"]
        counts = own[~own.isin(planned)].value_counts().sort_index()
        inside = counts[(counts.index > planned.min()) & (counts.index < planned.max())]
        outside |= set(counts.index) - set(inside.index)
        if len(inside):
            what = f"no staff on {day_list(list(inside.index))}, when {inside.sum()} calls came"
            findings.add(Finding(f"queue {queue}", "missing-staff", what, fix="not replayed", severity="warning"))
    if outside:
        days = "1 day" if len(outside) == 1 else f"{len(outside)} days"
        what = f"{days} with calls before or after the staffed ones"
        findings.add(Finding("calls", "other-days", what, fix="not replayed", severity="note"))


def _range(frame: pd.DataFrame) -> str:
    return f"{frame['day'].min():%Y-%m-%d} to {frame['day'].max():%Y-%m-%d}"
