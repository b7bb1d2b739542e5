"""What a planner changed in the cells of a week grid, worked out into stretches with their breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from wfm.weekgrid import Span, shift_label, span_instants

Stretch = Mapping[str, Any]
Shift = tuple[Stretch, ...]
Pattern = tuple[tuple[pd.Timedelta, pd.Timedelta, str, bool, bool], ...]


@dataclass
class Patterns:
    """Breaks of the shifts that were written, by length and label; what a new shift takes its own from.

    Parameters
    ----------
    shifts : sequence of Shift
        All of the record.
    """

    shifts: Sequence[Shift]
    _by_length: dict[pd.Timedelta, Counter[tuple[str, Pattern]]] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    queues: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        served: dict[str, Counter[str]] = {}
        for shift in self.shifts:
            label = shift_label(shift)
            self.labels.add(label)
            length = shift[-1]["end"] - shift[0]["start"]
            self._by_length.setdefault(length, Counter())[label, _pattern(shift)] += 1
            served.setdefault(shift[0]["agent"], Counter()).update(row["queue"] for row in shift if row["queue"])
        self.queues = {agent: _most(counts) for agent, counts in served.items() if counts}

    def usual(self, length: pd.Timedelta, label: str) -> Pattern | None:
        """The most frequent division of a shift of this length, of those with the label where one is given."""
        counts = Counter[Pattern]()
        for (name, pattern), count in self._by_length.get(length, Counter()).items():
            if label in ("", name):
                counts[pattern] += count
        return _most(counts) if counts else None

    def only_queue(self) -> str | None:
        queues = set(self.queues.values()) | {row["queue"] for shift in self.shifts for row in shift if row["queue"]}
        return queues.pop() if len(queues) == 1 else None


def _most(counts: Counter[Any]) -> Any:
    """The most frequent; of several, the first in order."""
    return min(counts, key=lambda item: (-counts[item], repr(item)))


def _pattern(shift: Shift) -> Pattern:
    begin = shift[0]["start"]
    return tuple(
        (row["start"] - begin, row["end"] - begin, row["activity"], bool(row["paid"]), bool(row["productive"]))
        for row in shift
    )


def edited_day(
    day: pd.Timestamp, spans: Sequence[Span], old: Sequence[Shift], blank: Stretch, patterns: Patterns, zone: str
) -> list[Shift]:
    """The shifts of a changed cell.

    A span that is as written keeps its shift; the others take over the shifts that are left, in order, and what
    is then left is new or taken away.

    Parameters
    ----------
    day : Timestamp
        Local day.
    spans : sequence of Span
        What the cell says now.
    old : sequence of Shift
        What was written for the day.
    blank : Stretch
        agent, queue and version of a new shift.
    patterns : Patterns
    zone : str

    Raises
    ------
    ValueError
        In words, where a span is no shift; found, expected and fix are separated by ``|``.
    """
    wanted = [(*span_instants(day.date(), span, zone), span.label) for span in spans]
    left = list(old)
    shifts: list[Shift | None] = []
    for start, end, label in wanted:
        same = next((s for s in left if (s[0]["start"], s[-1]["end"]) == (start, end) and _labelled(s, label)), None)
        if same is not None:
            left.remove(same)
        shifts.append(same)
    for place, (start, end, label) in enumerate(wanted):
        if shifts[place] is None:
            before = left.pop(0) if left else None
            shifts[place] = _worked_out(start, end, label, before, blank, patterns)
    return [shift for shift in shifts if shift is not None]


def _labelled(shift: Shift, label: str) -> bool:
    return label in ("", shift_label(shift))


def _worked_out(
    start: pd.Timestamp, end: pd.Timestamp, label: str, before: Shift | None, blank: Stretch, patterns: Patterns
) -> Shift:
    if label and label not in patterns.labels:
        known = ", ".join(f'"{name}"' for name in sorted(patterns.labels) if name)
        raise ValueError(f'the shift "{label}"|{f"one of {known}" if known else "times alone"}|leave the name out')
    if before is not None and _labelled(before, label) and (moved := _moved(before, start, end)):
        return moved
    pattern = patterns.usual(end - start, label)
    length = f"{(end - start).total_seconds() / 3600:.4g} h"
    if pattern is None:
        what = f"a shift of {length}" + (f' named "{label}"' if label else "")
        if before is not None:
            away = [row for row in before if not row["productive"]]
            breaks = ", ".join(f"{row['activity']} {row['start']:%H:%M}–{row['end']:%H:%M}" for row in away)
            what += f", in which the breaks of the shift before ({breaks}) do not fit"
        raise ValueError(f"{what}|a length that is in the schedule, so that its breaks are known|use such a length")
    return _from_pattern(start, pattern, label, before, blank)


def _from_pattern(start: pd.Timestamp, pattern: Pattern, label: str, before: Shift | None, blank: Stretch) -> Shift:
    serves = any(productive for *_, productive in pattern)
    queue = next((row["queue"] for row in before or () if row["queue"]), blank["queue"])
    if serves and not queue:
        raise ValueError("a shift of somebody of whom no queue is known|a queue in the second column|fill it in")
    name = label or next((row["shift"] for row in before or () if row.get("shift")), None)
    return tuple(
        {
            **blank,
            "start": start + begin,
            "end": start + finish,
            "activity": activity,
            "queue": queue if productive else None,
            "paid": paid,
            "productive": productive,
            "shift": name if serves else None,
        }
        for begin, finish, activity, paid, productive in pattern
    )


def _moved(shift: Shift, start: pd.Timestamp, end: pd.Timestamp) -> Shift | None:
    """The shift at other times: moved whole where its length stays, else cut or drawn out at its ends.

    None where a break would be cut, lost or left at an edge.
    """
    first, last = shift[0]["start"], shift[-1]["end"]
    kept_edge = (start == first) != (end == last)
    by = pd.Timedelta(0) if kept_edge else start - first
    rows = [{**row, "start": row["start"] + by, "end": row["end"] + by} for row in shift]
    rows[0]["start"] = start if rows[0]["productive"] or len(rows) == 1 else rows[0]["start"]
    rows[-1]["end"] = end if rows[-1]["productive"] or len(rows) == 1 else rows[-1]["end"]
    kept: list[Stretch] = []
    for row in rows:
        inside = {**row, "start": max(row["start"], start), "end": min(row["end"], end)}
        whole = (inside["start"], inside["end"]) == (row["start"], row["end"])
        if not row["productive"] and not whole:
            return None
        if inside["start"] < inside["end"]:
            kept.append(inside)
    if not kept or kept[0]["start"] != start or kept[-1]["end"] != end:
        return None
    edges_as_before = all(
        new["productive"] or not old["productive"] for new, old in ((kept[0], shift[0]), (kept[-1], shift[-1]))
    )
    return tuple(kept) if edges_as_before else None
