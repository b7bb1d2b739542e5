"""The planner's events: campaigns, mailings and outages, when they happen and what they are expected to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.series import DAY, DAY_S, days_from, span
from wfm.contracts import EVENTS
from wfm.errors import Finding, Findings, Severity

CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::00)?")
PERIOD_DAYS = {"weekly": 7, "monthly": 28, "yearly": 365}
EFFECT_RANGE = {"multiplicative": (-1.0, 9.0), "outage": (0.0, 1.0), "additive": (-np.inf, np.inf)}
EFFECT_WORDS = {"multiplicative": "-1 to 9, such as 0.25 for +25 %", "outage": "a share from 0 to 1"}


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the events file.

    Parameters
    ----------
    name : str
        Events of one name share an effect.
    kind : str
        ``multiplicative``, ``additive`` or ``outage``.
    first_day, last_day : datetime64[D]
        Local days of the first occurrence, both included.
    start_s, end_s : int
        Part of each day that is concerned, in seconds on the wall clock; past midnight when `end_s` > 86400.
    queue : str, optional
        None for all queues.
    effect : float, optional
        The planner's expectation: relative change, calls a day, or share of the calls lost.
    repeats : str, optional
        ``weekly``, ``monthly`` or ``yearly``.
    until : datetime64[D], optional
        Last day on which a repetition may begin.
    registered_on : datetime64[D], optional
        Day on which it became known; None for always.
    """

    name: str
    kind: str
    first_day: np.datetime64
    last_day: np.datetime64
    start_s: int = 0
    end_s: int = DAY_S
    queue: str | None = None
    effect: float | None = None
    repeats: str | None = None
    until: np.datetime64 | None = None
    registered_on: np.datetime64 | None = None

    def concerns(self, queue: str) -> bool:
        return self.queue is None or self.queue == queue

    def occurrences(self, first: np.datetime64, last: np.datetime64) -> Iterator[np.ndarray]:
        """Days of each occurrence that touches `first` to `last`, datetime64[D].

        The 31st and 29 February fall on the last day of a shorter month.
        """
        length = days_from(self.first_day, self.last_day) + 1
        for start in self._starts(last):
            if start + length * DAY > first - DAY:
                yield span(start, length)

    def _starts(self, last: np.datetime64) -> Iterator[np.datetime64]:
        limit = last if self.until is None else min(last, self.until)
        start, n = self.first_day, 0
        while start <= limit:
            yield start
            if self.repeats is None:
                return
            n += 1
            start = self._repetition(n)

    def _repetition(self, n: int) -> np.datetime64:
        if self.repeats == "weekly":
            return self.first_day + 7 * n * DAY
        months = pd.DateOffset(months=n * (12 if self.repeats == "yearly" else 1))
        return _day(pd.Timestamp(self.first_day) + months)

    def cells(self, days: np.ndarray, occurrence: np.ndarray, slots: int) -> np.ndarray:
        """Intervals that one occurrence touches, bool of shape (days, slots).

        Parameters
        ----------
        days : ndarray of datetime64[D], shape (days,)
            Consecutive.
        occurrence : ndarray of datetime64[D]
            As `occurrences` gives it.
        slots : int
            Intervals a day.
        """
        starts = np.arange(2 * slots) * (DAY_S // slots)
        touched = (starts < self.end_s) & (starts + DAY_S // slots > self.start_s)
        same_day = np.isin(days, occurrence)[:, None] & touched[:slots]
        return np.asarray(same_day | np.isin(days, occurrence + DAY)[:, None] & touched[slots:])


def read_events(frame: pd.DataFrame, queues: Collection[str], findings: Findings) -> tuple[Event, ...]:
    """Check the planner's events.

    Parameters
    ----------
    frame : DataFrame
        Contract ``events``.
    queues : collection of str
        Queues of the history.
    findings : Findings
        Receives a warning for each event of an unknown queue, which is kept and concerns nothing.

    Raises
    ------
    InputError
        With every row that is not an event and every pair of rows that contradict each other.
    """
    frame = EVENTS.validate(frame.reset_index(drop=True)).reindex(columns=EVENTS.names)
    problems = Findings()
    events = [_event(row, cells, problems) for row, cells in enumerate(frame.to_dict("records"))]
    problems.extend(_contradictions(events))
    problems.raise_for_errors()
    for row, event in enumerate(events):
        if event.queue is not None and event.queue not in queues:
            fix = "the event concerns no queue"
            findings.add(_found(row, "unknown-queue", f'"{event.queue}"', "a queue of the history", fix, "queue"))
    return tuple(events)


def _found(row: int, rule: str, found: str, expected: str, fix: str = "", column: str = "") -> Finding:
    severity: Severity = "warning" if rule == "unknown-queue" else "error"
    return Finding("events", rule, found, expected, fix, row=row + 2, column=column, severity=severity)


def _event(row: int, cells: Mapping[Hashable, Any], problems: Findings) -> Event:
    known: dict[str, Any] = {str(name): None if pd.isna(value) else value for name, value in cells.items()}
    start_s = _clock(row, "start_time", known["start_time"], 0, problems)
    end_s = _clock(row, "end_time", known["end_time"], DAY_S, problems)
    if start_s == end_s:
        problems.add(_found(row, "empty-time", f"{known['start_time']} to {known['end_time']}", "a later end"))
    event = Event(
        name=known["event"],
        kind=known["kind"],
        first_day=_day(known["first_day"]),
        last_day=_day(known["last_day"] or known["first_day"]),
        start_s=start_s,
        end_s=end_s if end_s > start_s else end_s + DAY_S,
        queue=known["queue"],
        effect=known["effect"],
        repeats=known["repeats"],
        until=known["until"] and _day(known["until"]),
        registered_on=known["registered_on"] and _day(known["registered_on"]),
    )
    problems.extend(_faults(row, event))
    return event


def _day(value: pd.Timestamp) -> np.datetime64:
    return np.datetime64(value.date(), "D")


def _clock(row: int, column: str, text: str | None, default_s: int, problems: Findings) -> int:
    """Seconds since midnight of HH:MM; 24:00 is the end of the day."""
    if text is None:
        return default_s
    match = CLOCK.fullmatch(text.strip())
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 if match and int(match[2]) < 60 else DAY_S + 1
    if seconds > DAY_S:
        problems.add(_found(row, "bad-time", f'"{text}"', "a time of day such as 09:30", column=column))
        return default_s
    return seconds


def _faults(row: int, event: Event) -> Iterator[Finding]:
    """What is wrong with one event by itself."""
    length = days_from(event.first_day, event.last_day) + 1
    if length < 1:
        yield _found(row, "last-before-first", str(event.last_day), f"{event.first_day} or later", column="last_day")
    if event.until is not None and event.repeats is None:
        yield _found(row, "until-alone", str(event.until), "weekly, monthly or yearly in repeats", column="until")
    if event.until is not None and event.until < event.first_day:
        yield _found(row, "until-before-first", str(event.until), f"{event.first_day} or later", column="until")
    if event.repeats and length > PERIOD_DAYS[event.repeats]:
        yield _found(row, "overlaps-itself", f"{length} days", f"no longer than it takes to come {event.repeats}")
    least, most = EFFECT_RANGE[event.kind]
    if event.effect is not None and not (np.isfinite(event.effect) and least <= event.effect <= most):
        yield _found(row, "bad-effect", f"{event.effect:g}", EFFECT_WORDS.get(event.kind, "a number"), column="effect")


def _contradictions(events: list[Event]) -> Iterator[Finding]:
    kinds = dict[str, tuple[int, str]]()
    seen = Counter[Event]()
    for row, event in enumerate(events):
        first, kind = kinds.setdefault(event.name, (row, event.kind))
        if event.kind != kind:
            expected = f"{kind}, as in row {first + 2}"
            yield _found(row, "two-kinds", f'"{event.name}" {event.kind}', expected, "use two names", "kind")
        seen[event] += 1
        if seen[event] == 2:
            yield _found(row, "duplicate-event", f'"{event.name}" once more', "each occurrence once")
