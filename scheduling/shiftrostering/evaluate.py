"""Judges a roster of a benchmark instance from the files alone: its objective, and every rule that it breaks, in words.

Shares nothing with the engines that make rosters, so that neither can hide the other's mistake.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from scheduling.shiftrostering.instance import Employee, Instance
from wfm.errors import Finding, Findings, InputError

COLUMNS = ["employee", "day", "shift"]

Roster = dict[tuple[str, int], str]


@dataclass(frozen=True)
class Verdict:
    """Objective of a roster, its parts, and the hard rules it breaks."""

    on_requests: int
    off_requests: int
    under: int
    over: int
    broken: tuple[str, ...]

    @property
    def objective(self) -> int:
        return self.on_requests + self.off_requests + self.under + self.over


def read_roster(path: str | Path, instance: Instance) -> Roster:
    """Read ``employee,day,shift`` rows; days off have none.

    Raises
    ------
    InputError
        With one finding for each fault, by line.
    """
    findings, roster = Findings(), {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if [cell.strip() for cell in header] != COLUMNS:
            raise InputError(Finding(str(path), "bad-header", ",".join(header), ",".join(COLUMNS), row=1))
        for cells in rows:
            if not cells:
                continue
            row = rows.line_num
            known = (
                len(cells) == 3
                and cells[0] in instance.employees
                and cells[1].isdecimal()
                and int(cells[1]) < instance.days
                and cells[2] in instance.shifts
            )
            if not known:
                expected = "an employee, a day from 0 and a shift of the instance"
                findings.add(Finding(str(path), "bad-row", ",".join(cells), expected, row=row))
            elif (cells[0], int(cells[1])) in roster:
                findings.add(Finding(str(path), "double-key", ",".join(cells), "one shift a day", row=row))
            else:
                roster[cells[0], int(cells[1])] = cells[2]
    findings.raise_for_errors()
    return roster


def evaluate(instance: Instance, roster: Roster) -> Verdict:
    """Objective and broken rules of a roster.

    A run of shifts that touches the first or the last day counts as long enough, as if it went on beyond it; so does
    a run of days off. No shift is counted outside the horizon against the most consecutive ones.
    """
    broken = [text for person in instance.employees.values() for text in _broken(instance, person, roster)]
    staffed = Counter((day, shift) for (_, day), shift in roster.items())
    on = sum(r.weight for r in instance.on_requests if roster.get((r.employee, r.day)) != r.shift)
    off = sum(r.weight for r in instance.off_requests if roster.get((r.employee, r.day)) == r.shift)
    under = sum(max(0, c.need - staffed[c.day, c.shift]) * c.under for c in instance.cover)
    over = sum(max(0, staffed[c.day, c.shift] - c.need) * c.over for c in instance.cover)
    return Verdict(on, off, under, over, tuple(broken))


def _broken(instance: Instance, person: Employee, roster: Roster) -> list[str]:
    shifts = [roster.get((person.name, day)) for day in range(instance.days)]
    broken = []
    for day, shift in enumerate(shifts):
        if shift and (person.name, day) in instance.days_off:
            broken.append(f"works {shift} on day {day}, a day off")
        if shift and day and (before := shifts[day - 1]) and shift in instance.shifts[before].not_before:
            broken.append(f"works {shift} on day {day} after {before}")
    for shift, count in Counter(shift for shift in shifts if shift).items():
        if count > (most := person.max_shifts.get(shift, 0)):
            broken.append(f"works {shift} {count} times, at most {most}")
    minutes = sum(instance.shifts[shift].minutes for shift in shifts if shift)
    if not person.min_minutes <= minutes <= person.max_minutes:
        broken.append(f"works {minutes} minutes, expected {person.min_minutes} to {person.max_minutes}")
    weekends = sum(any(shifts[day] for day in days) for days in instance.weekends())
    if weekends > person.max_weekends:
        broken.append(f"works on {weekends} weekends, at most {person.max_weekends}")
    broken += _broken_runs(person, [shift is not None for shift in shifts])
    return [f"{person.name} {text}" for text in broken]


def _broken_runs(person: Employee, works: list[bool]) -> list[str]:
    broken, begin = [], 0
    for working, days in groupby(works):
        length = len(list(days))
        inside = begin > 0 and begin + length < len(works)
        if working and length > person.max_consecutive_shifts:
            broken.append(f"works {length} days in a row from day {begin}, at most {person.max_consecutive_shifts}")
        if working and inside and length < person.min_consecutive_shifts:
            broken.append(f"works {length} days in a row from day {begin}, at least {person.min_consecutive_shifts}")
        if not working and inside and length < person.min_consecutive_days_off:
            broken.append(f"is off {length} days in a row from day {begin}, at least {person.min_consecutive_days_off}")
        begin += length
    return broken
