"""What differs between two schedules: shifts, what is within them, paid hours, and staff on the phone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd

from planning.runs import Run, version_before
from planning.tables import read_tables
from wfm.contracts import COVERAGE_CHANGES, SCHEDULE_CHANGES
from wfm.timeaxis import floor_to_interval
from wfm.weekgrid import shift_numbers

KINDS = ("added", "removed", "moved", "activities")
DEFAULT_INTERVAL_S = 900
EVEN = 1e-9
Key = tuple[str, pd.Timestamp]


@dataclass(frozen=True)
class Worked:
    """A shift with its stretches."""

    start: pd.Timestamp
    end: pd.Timestamp
    paid_h: float
    stretches: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ScheduleDifference:
    """Two schedules held against each other.

    Parameters
    ----------
    changes : DataFrame
        Contract ``schedule_changes``, by day and agent.
    coverage : DataFrame
        Contract ``coverage_changes``.
    facts : dict
        old, new (names); added, removed, moved, activities (shifts); agents (people concerned); old_paid_hours,
        new_paid_hours; where the requirement is known old_short_hours and new_short_hours (agent-hours below it).
    """

    changes: pd.DataFrame
    coverage: pd.DataFrame
    facts: dict[str, Any]


def compare_schedules(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    names: tuple[str, str],
    requirement: pd.DataFrame | None = None,
    interval_s: int | None = None,
) -> ScheduleDifference:
    """Hold two schedules against each other; who published them when, and as what version, makes no difference.

    Parameters
    ----------
    old, new : DataFrame
        Contract frames; times are shown in the zone of the new one.
    names : (str, str)
        What the two are called.
    requirement : DataFrame, optional
        Contract frame, against which short hours are counted.
    interval_s : int, optional
        Interval length of the coverage; 15 minutes when left out.

    Returns
    -------
    ScheduleDifference
    """
    zone = new["start"].dt.tz
    old = old.assign(**{name: old[name].dt.tz_convert(zone) for name in ("start", "end")})
    changes = schedule_changes(old, new)
    covered = _coverage(old, new, requirement, interval_s or DEFAULT_INTERVAL_S)
    counts = Counter(changes["change"])
    facts: dict[str, Any] = {"old": names[0], "new": names[1]} | {kind: counts[kind] for kind in KINDS}
    facts["agents"] = int(changes["agent"].nunique())
    facts |= {"old_paid_hours": _paid_hours(old), "new_paid_hours": _paid_hours(new)}
    if requirement is not None:
        for name in ("old", "new"):
            short = (covered["required"] - covered[f"{name}_scheduled"]).clip(lower=0).sum()
            facts[f"{name}_short_hours"] = float(short * (interval_s or DEFAULT_INTERVAL_S) / 3600)
    covered["change"] = covered["new_scheduled"] - covered["old_scheduled"]
    coverage = covered[covered["change"].abs() > EVEN]
    return ScheduleDifference(changes, COVERAGE_CHANGES.validate(coverage.reset_index(drop=True)), facts)


def difference_from_before(run: Run, tables: Mapping[str, pd.DataFrame]) -> ScheduleDifference | None:
    """The tables of a plan that is to be published against the version before; None where one has no schedule."""
    before = version_before(run)
    earlier = read_tables(before).get("schedule") if before is not None else None
    if before is None or earlier is None or "schedule" not in tables:
        return None
    requirement = tables["requirement"]
    interval_s = before.manifest["interval_s"]
    return compare_schedules(
        earlier,
        tables["schedule"],
        names=(before.version, run.version),
        requirement=requirement,
        interval_s=interval_s,
    )


def schedule_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Every shift that was added, removed or moved, or within which something changed.

    Shifts of an agent and local day are matched: equal times first, then in order. What is then left was added or
    removed; a shift that goes to another day is both.

    Parameters
    ----------
    old, new : DataFrame
        Contract frames in one time zone.

    Returns
    -------
    DataFrame
        Contract ``schedule_changes``, by day, agent and start.
    """
    before, after = _shifts(old), _shifts(new)
    rows = []
    for key in sorted({*before, *after}, key=lambda key: (key[1], key[0])):
        for was, now in _matched(before.get(key, []), after.get(key, [])):
            row = _change(key, was, now)
            if row is not None:
                rows.append(row)
    if not rows:
        return SCHEDULE_CHANGES.empty(str(new["start"].dt.tz))
    frame = pd.DataFrame(rows, columns=SCHEDULE_CHANGES.names)
    zone = new["start"].dt.tz
    for name in ("old_start", "old_end", "new_start", "new_end"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(zone).astype(f"datetime64[us, {zone}]")
    numbers = {name: frame[name].astype(float) for name in ("start_min", "end_min", "paid_hours")}
    return SCHEDULE_CHANGES.validate(frame.assign(**numbers, day=pd.DatetimeIndex(frame["day"]).as_unit("us")))


def _shifts(schedule: pd.DataFrame) -> dict[Key, list[Worked]]:
    rows = schedule.sort_values(["agent", "start"], ignore_index=True)
    stretches: dict[int, list[Mapping[str, Any]]] = {}
    wanted = ["start", "end", "activity", "queue", "paid", "productive"]
    plain = rows[wanted].astype(object).where(rows[wanted].notna(), None).to_dict("records")
    numbers, agents = shift_numbers(rows).tolist(), rows["agent"].tolist()
    first: dict[int, str] = {}
    for number, agent, record in zip(numbers, agents, plain, strict=True):
        stretches.setdefault(number, []).append({str(name): value for name, value in record.items()})
        first.setdefault(number, agent)
    found: dict[Key, list[Worked]] = {}
    for number, parts in stretches.items():
        start, end = parts[0]["start"], parts[-1]["end"]
        paid_s = sum((part["end"] - part["start"]).total_seconds() for part in parts if part["paid"])
        key = (first[number], start.tz_localize(None).normalize())
        found.setdefault(key, []).append(Worked(start, end, paid_s / 3600, tuple(parts)))
    return found


def _matched(old: Sequence[Worked], new: Sequence[Worked]) -> list[tuple[Worked | None, Worked | None]]:
    before, after = ({(shift.start, shift.end): shift for shift in shifts} for shifts in (old, new))
    pairs: list[tuple[Worked | None, Worked | None]] = [(before[at], after[at]) for at in before if at in after]
    moved: list[Worked | None] = [shift for at, shift in before.items() if at not in after]
    other: list[Worked | None] = [shift for at, shift in after.items() if at not in before]
    return pairs + list(zip_longest(moved, other))


def _change(key: Key, was: Worked | None, now: Worked | None) -> tuple[Any, ...] | None:
    """A row of the contract; None where nothing differs."""
    agent, day = key
    paid_h = (now.paid_h if now else 0.0) - (was.paid_h if was else 0.0)
    if was is None or now is None:
        one = (None, None) if was is None else (was.start, was.end)
        other = (None, None) if now is None else (now.start, now.end)
        return (agent, day, "added" if was is None else "removed", *one, *other, None, None, None, paid_h)
    start_min, end_min = ((b - a).total_seconds() / 60 for a, b in ((was.start, now.start), (was.end, now.end)))
    moved = bool(start_min or end_min)
    words = _within(was, now, now.start - was.start if moved and start_min == end_min else pd.Timedelta(0))
    if not moved and not words:
        return None
    kind = "moved" if moved else "activities"
    times = (was.start, was.end, now.start, now.end)
    return (agent, day, kind, *times, start_min, end_min, "; ".join(words) or None, paid_h)


def _within(was: Worked, now: Worked, by: pd.Timedelta) -> list[str]:
    """What moved within a shift, beyond its own move; breaks of a kind are matched in order."""
    words = []
    names = dict.fromkeys(row["activity"] for shift in (was, now) for row in shift.stretches if not row["productive"])
    for name in names:
        before, after = (
            [row for row in shift.stretches if row["activity"] == name and not row["productive"]]
            for shift in (was, now)
        )
        for old, new in zip_longest(before, after):
            words += _moved_part(str(name).replace("_", " "), old, new, by)
    served = [
        dict.fromkeys(str(row["queue"]) for row in shift.stretches if row["productive"] and row["queue"])
        for shift in (was, now)
    ]
    if list(served[0]) != list(served[1]):
        words.append(f"queue {', '.join(served[0]) or 'none'} → {', '.join(served[1]) or 'none'}")
    elif not words and not by and _places(was) != _places(now) and (was.start, was.end) == (now.start, now.end):
        words.append("times of the queues")
    return words


def _places(shift: Worked) -> list[tuple[Any, ...]]:
    return [(row["start"], row["end"], row["activity"], row["queue"], row["paid"]) for row in shift.stretches]


def _moved_part(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, by: pd.Timedelta) -> list[str]:
    if old is None or new is None:
        return [f"{name} {_span(old or new)} {'added' if old is None else 'removed'}"]  # type: ignore[arg-type]
    if (old["start"] + by, old["end"] + by) != (new["start"], new["end"]):
        same_length = old["end"] - old["start"] == new["end"] - new["start"]
        shown = (f"{old['start']:%H:%M}", f"{new['start']:%H:%M}") if same_length else (_span(old), _span(new))
        return [f"{name} {shown[0]} → {shown[1]}"]
    return [f"{name} {'paid' if new['paid'] else 'unpaid'}"] if old["paid"] != new["paid"] else []


def _span(row: Mapping[str, Any]) -> str:
    return f"{row['start']:%H:%M}–{row['end']:%H:%M}"


def _paid_hours(schedule: pd.DataFrame) -> float:
    hours = (schedule["end"] - schedule["start"]).dt.total_seconds() / 3600
    return float(hours[schedule["paid"].fillna(False).astype(bool)].sum())


def _coverage(old: pd.DataFrame, new: pd.DataFrame, requirement: pd.DataFrame | None, interval_s: int) -> pd.DataFrame:
    """queue, interval_start, required, old_scheduled, new_scheduled of every interval with a need or a person."""
    import scheduling

    known = requirement[["queue", "interval_start", "staff"]] if requirement is not None else None
    grid = _grid((old, new), known, interval_s, str(new["start"].dt.tz))
    needed = grid.assign(staff=0.0)
    counts = [scheduling.coverage(schedule, needed, interval_s)["scheduled"].to_numpy() for schedule in (old, new)]
    covered = scheduling.coverage(new, needed, interval_s)[["queue", "interval_start"]]
    covered = covered.assign(required=np.nan, old_scheduled=counts[0], new_scheduled=counts[1])
    if known is not None:
        keyed = covered.drop(columns="required").merge(known, on=["queue", "interval_start"], how="left")
        covered["required"] = keyed["staff"].fillna(0.0).to_numpy(dtype=float)
    return covered


def _grid(schedules: Iterable[pd.DataFrame], known: pd.DataFrame | None, interval_s: int, zone: str) -> pd.DataFrame:
    """Intervals in which somebody serves a queue in one of the schedules, or is needed."""
    found: set[tuple[str, pd.Timestamp]] = set()
    step = pd.Timedelta(seconds=interval_s)
    for schedule in schedules:
        phone = schedule[(schedule["activity"] == "phone") & schedule["queue"].notna()]
        firsts = floor_to_interval(phone["start"], interval_s)
        spans = set(zip(phone["queue"], firsts, phone["end"], strict=True))
        for queue, first, end in spans:
            found.update((queue, start) for start in pd.date_range(first, end, freq=step, inclusive="left"))
    frame = pd.DataFrame(sorted(found), columns=["queue", "interval_start"])
    if not found:
        frame = COVERAGE_CHANGES.empty(zone)[["queue", "interval_start"]]
    frame["interval_start"] = frame["interval_start"].astype(f"datetime64[us, {zone}]")
    if known is not None:
        need = known[["queue", "interval_start"]].assign(
            interval_start=known["interval_start"].dt.tz_convert(zone).astype(f"datetime64[us, {zone}]")
        )
        frame = pd.concat([frame, need], ignore_index=True).drop_duplicates()
    return frame.sort_values(["queue", "interval_start"], ignore_index=True)
