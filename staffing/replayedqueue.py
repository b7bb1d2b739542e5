"""One queue's real days against its planned agents: the calls of a span of days, simulated and counted."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffing.handlefit import fence_s
from staffing.onphone import OnPhone, Span, agents_at, agents_by_interval, seconds, steps_of
from staffing.queueing import Array
from staffing.simulation import Empirical, Exponential, Infinite, SimulationResult, replay
from wfm.errors import Finding, Findings, Severity
from wfm.params import QueueSpec
from wfm.timeaxis import days_grid, local_day

MEASURES = ("service_level", "asa_s", "abandonment", "occupancy")
LONG_CALL_S = 7200.0
SHOWN_DAYS = 7


class QueueReplay:
    """Replays one queue, span by span.

    Parameters
    ----------
    queue : str
    log : DataFrame
        Its offered calls: offered_at, day (local), handle_s (NaN where unknown), wait_s, answered, abandoned.
    present : OnPhone
    spec : QueueSpec
        Target and patience.
    interval_s, replications, seed : int
    findings : Findings
        Gets what was left out or assumed.
    """

    def __init__(
        self,
        queue: str,
        log: pd.DataFrame,
        present: OnPhone,
        spec: QueueSpec,
        interval_s: int,
        replications: int,
        seed: int,
        findings: Findings,
    ) -> None:
        self._queue, self._present, self._spec = queue, present, spec
        self._log = log.sort_values("offered_at", ignore_index=True)
        self._interval_s, self._replications, self._seed, self._findings = interval_s, replications, seed, findings
        self._stretches = present.of_queue(queue)
        self._shift_days = set(local_day(pd.DatetimeIndex(self._stretches["start"])))
        self._alone: dict[pd.Timestamp, int] = {}
        self._long = 0
        known = log["handle_s"].dropna().to_numpy(float)
        self._handle = Empirical(known[known <= fence_s(known)])
        self._patience = Exponential(spec.patience_s) if spec.patience_s else Infinite()

    def replay(self, span: Span) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Intervals and days of a span."""
        on_phone = self._stretches[(self._stretches["end"] > span.start) & (self._stretches["start"] < span.end)]
        own = self._calls(span, on_phone)
        grid = days_grid(span.days[0], len(span.days), self._interval_s, str(span.start.tz))
        day = local_day(grid)
        found = replay(
            seconds(own["offered_at"], span.start),
            own["handle_s"].to_numpy(float),
            steps_of(on_phone, span, by_person=self._present.by_person),
            patience=self._patience,
            handle=self._handle,
            interval_s=float(self._interval_s),
            intervals=len(grid),
            answer_within_s=self._spec.target.answer_within_s,
            replications=self._replications,
            seed=self._seed_of(span),
        )
        agents = agents_by_interval(on_phone, grid, self._interval_s)
        intervals = self._of_intervals(own, grid, agents, found, span)
        rows = [self._of_day(own, one, np.flatnonzero(day == one), intervals, found) for one in span.days]
        # Shut intervals without a call are no part of the answer.
        shown = (intervals["agents"] > 0) | (intervals["offered"] > 0)
        return intervals[shown], pd.DataFrame(rows)

    def _seed_of(self, span: Span) -> int:
        key = (self._seed, zlib.crc32(self._queue.encode()), span.days[0].toordinal())
        return int(np.random.SeedSequence(key).generate_state(1)[0])

    def _calls(self, span: Span, on_phone: pd.DataFrame) -> pd.DataFrame:
        """Calls of the span; on a last day that only sees the end of a shift, those up to it."""
        first, last = self._log["offered_at"].searchsorted([span.start, span.end])
        own = self._log.iloc[first:last]
        if span.days[-1] not in self._shift_days:
            ends = on_phone["end"]
            over = (own["offered_at"] >= ends[ends <= span.end].max()).to_numpy()
            if over.any():
                what = f"{over.sum()} calls after the last shift, which ends on {day_list(span.days[-1:])}"
                self._tell("after-schedule", what, "not replayed", severity="note")
            own = own[~over]
        self._long += int((own["handle_s"] > LONG_CALL_S).sum())
        alone = own["day"][agents_at(on_phone, own["offered_at"]) == 0]
        self._alone |= alone.value_counts().to_dict()
        return own

    def tell(self) -> None:
        """Findings of all spans replayed."""
        if self._alone:
            count, days = sum(self._alone.values()), day_list(sorted(self._alone))
            what = f"{count} call{'s' * (count > 1)} while nobody is on the phone, on {days}"
            self._tell("outside-staff", what, "offered, and waiting until somebody comes or they hang up")
        if self._long:
            what = f"{self._long} handle times above 2 hours"
            self._tell("long-handling", what, "replayed as they were; are they calls left open?")

    def _tell(self, rule: str, what: str, fix: str, severity: Severity = "warning") -> None:
        self._findings.add(Finding(f"queue {self._queue}", rule, what, fix=fix, severity=severity))

    def _of_intervals(
        self, own: pd.DataFrame, grid: pd.DatetimeIndex, agents: Array, found: SimulationResult, span: Span
    ) -> pd.DataFrame:
        place = (seconds(own["offered_at"], span.start) // self._interval_s).astype(int)
        columns: dict[str, object] = {"queue": self._queue, "interval_start": grid, "agents": agents}
        columns["offered"] = np.bincount(place, minlength=len(grid))
        columns |= {name: ratio(*(part.sum(axis=0) for part in found.ratio(name))) for name in MEASURES}
        frame = pd.DataFrame(columns).assign(**self._as_it_was(own, place, len(grid)))
        return self._judged(frame)

    def _of_day(
        self,
        own: pd.DataFrame,
        day: pd.Timestamp,
        cells: NDArray[np.int64],
        intervals: pd.DataFrame,
        found: SimulationResult,
    ) -> dict[str, object]:
        rows = intervals.iloc[cells]
        row: dict[str, object] = {"queue": self._queue, "day": day, "offered": int(rows["offered"].sum())}
        row["agent_hours"] = float(rows["agents"].sum() * self._interval_s / 3600)
        paid = self._present.paid
        hours = paid.loc[(paid["queue"] == self._queue) & (paid["day"] == day), "paid_hours"]
        row["paid_hours"] = float(hours.sum(min_count=1)) if len(hours) else 0.0
        for name in MEASURES:
            above, below = (part[:, cells].sum(axis=1) for part in found.ratio(name))
            row[name] = float(ratio(above.sum(), below.sum()))
            if name == "service_level":
                each = ratio(above, below)
                ends = np.quantile(each, (0.05, 0.95)) if np.isfinite(each).all() else (np.nan, np.nan)
                row |= {"service_level_low": float(ends[0]), "service_level_high": float(ends[1])}
        today = own[own["day"] == day]
        row |= {name: float(v[0]) for name, v in self._as_it_was(today, np.zeros(len(today), int), 1).items()}
        asked = rows[rows["offered"] > 0]
        row |= {"intervals": len(asked), "short_intervals": int((~asked["met"].astype(bool)).sum())}
        return self._judged(pd.DataFrame([row])).iloc[0].to_dict()

    def _judged(self, frame: pd.DataFrame) -> pd.DataFrame:
        target = self._spec.target.service_level
        if target is None:
            return frame.assign(target=np.nan, met=True)
        return frame.assign(target=target, met=frame["service_level"].isna() | (frame["service_level"] >= target))

    def _as_it_was(self, calls: pd.DataFrame, place: NDArray[np.int64], size: int) -> dict[str, Array]:
        """What the log says of the calls of each place; null where it knows no wait."""
        wait, answered = calls["wait_s"].to_numpy(float), calls["answered"].to_numpy()
        known = ~np.isnan(wait)

        def count(where: NDArray[np.bool_], weights: Array | None = None) -> Array:
            return np.bincount(place[where], None if weights is None else weights[where], size).astype(float)

        offered = count(np.ones(len(calls), bool))
        in_time = count(answered & known & (wait <= self._spec.target.answer_within_s))
        waits_known = count(answered & known) == count(answered)
        return {
            "log_service_level": np.where(waits_known, ratio(in_time, offered), np.nan),
            "log_asa_s": ratio(count(answered & known, wait), count(answered & known)),
            "log_abandonment": ratio(count(calls["abandoned"].to_numpy()), offered),
        }


def ratio(above: Array, below: Array) -> Array:
    """Elementwise; NaN over nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.asarray(below) > 0, np.asarray(above, float) / below, np.nan)


def day_list(days: list[pd.Timestamp]) -> str:
    """Days in words, the first few of many."""
    shown = ", ".join(f"{day:%a %Y-%m-%d}" for day in days[:SHOWN_DAYS])
    return shown if len(days) <= SHOWN_DAYS else f"{shown} and {len(days) - SHOWN_DAYS} more days"
