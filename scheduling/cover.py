"""Shifts and their breaks against the requirement: the rows that every model of this room shares.

Breaks are implicit: per shift and break a count for every start it may have, so that the model chooses
shifts and breaks together without one variable per combination (Aykin 1996, doi:10.1287/mnsc.42.4.591).
Where the windows of two breaks can collide, the k-th earliest start of the later break must not precede the
k-th earliest end of the one before; people who share a shift are then dealt their breaks in that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scheduling.problem import Calendar, Prices, Shift, break_starts
from scheduling.program import Program

Breaks = dict[tuple[int, int], dict[int, int]]


@dataclass(frozen=True)
class DayPlan:
    """How many work each shift that starts on one day, and when their breaks start.

    Parameters
    ----------
    counts : dict of shift index to people
    breaks : dict of (shift index, break number) to {start after shift start [s]: people}
    """

    counts: Mapping[int, int]
    breaks: Mapping[tuple[int, int], Mapping[int, int]]

    def cover(self, calendar: Calendar) -> np.ndarray:
        """People on the phone by period, shape (periods,)."""
        phone = np.zeros(calendar.periods, dtype=np.int64)
        for index, count in self.counts.items():
            shift = calendar.shifts[index]
            phone[calendar.span(shift)] += count
            for number, rule in enumerate(shift.template.breaks):
                for start_s, people in self.breaks[index, number].items():
                    first = calendar.period(shift.start + start_s)
                    phone[first : first + rule.length_s // calendar.step_s] -= people
        return phone


@dataclass(frozen=True)
class CoverRows:
    """Variables of the shared rows by what they stand for, kept to read a plan out of a solution.

    `needs` holds the row of each period that must be covered.
    """

    counts: dict[int, int]
    breaks: dict[tuple[int, int], dict[int, int]]
    missing: dict[int, int]
    needs: dict[int, int]

    def plan(self, values: np.ndarray, shifts: list[Shift]) -> DayPlan:
        counts = {s.index: int(values[self.counts[s.index]]) for s in shifts if values[self.counts[s.index]] > 0}
        breaks = {
            key: {start: int(values[at]) for start, at in starts.items() if values[at] > 0}
            for key, starts in self.breaks.items()
            if key[0] in counts
        }
        return DayPlan(counts, breaks)

    def phone(self, values: np.ndarray, shifts: list[Shift], calendar: Calendar) -> np.ndarray:
        """People on the phone by period, fractions kept, shape (periods,)."""
        on_phone = np.zeros(calendar.periods)
        for shift in shifts:
            on_phone[calendar.span(shift)] += values[self.counts[shift.index]]
            for number, rule in enumerate(shift.template.breaks):
                for start_s, at in self.breaks[shift.index, number].items():
                    first = calendar.period(shift.start + start_s)
                    on_phone[first : first + rule.length_s // calendar.step_s] -= values[at]
        return on_phone


def add_cover(
    program: Program,
    shifts: list[Shift],
    counts: dict[int, int],
    need: np.ndarray,
    calendar: Calendar,
    prices: Prices,
) -> CoverRows:
    """Add breaks, and the price of every period in which too few are on the phone.

    Parameters
    ----------
    program : Program
    shifts : list of Shift
    counts : dict of shift index to variable
        How many people work the shift.
    need : ndarray of int, shape (periods,)
        Requirement that these shifts are to meet; what none of them reaches is left out.
    calendar : Calendar
    prices : Prices
    """
    on_phone, breaks = add_phone(program, shifts, counts, need > 0, calendar)
    missing = {period: program.variable(int(need[period]), cost=prices.short) for period in on_phone}
    needs = {}
    for period, terms in on_phone.items():
        needs[period] = len(program.rows)
        program.row([*terms, (missing[period], 1)], least=int(need[period]))
    return CoverRows(counts, breaks, missing, needs)


def add_phone(
    program: Program, shifts: list[Shift], counts: dict[int, int], wanted: np.ndarray, calendar: Calendar
) -> tuple[dict[int, list[tuple[int, int]]], Breaks]:
    """Add breaks; the terms that count who is on the phone, by period, and the variables of the breaks.

    Parameters
    ----------
    program : Program
    shifts : list of Shift
    counts : dict of shift index to variable
    wanted : ndarray of bool, shape (periods,)
        Periods that are asked about; those that no shift reaches are left out.
    calendar : Calendar
    """
    reach = np.zeros(len(wanted), dtype=bool)
    for shift in shifts:
        reach[calendar.cells(shift.start, shift.template.length_s)] = True
    on_phone: dict[int, list[tuple[int, int]]] = {int(period): [] for period in np.flatnonzero(reach & wanted)}
    breaks: Breaks = {}
    for shift in shifts:
        for period in calendar.cells(shift.start, shift.template.length_s):
            if period in on_phone:
                on_phone[period].append((counts[shift.index], 1))
        for number, rule in enumerate(shift.template.breaks):
            most = program.upper[counts[shift.index]]
            starts = {start_s: program.variable(most) for start_s in break_starts(rule)}
            breaks[shift.index, number] = starts
            program.row([*((at, 1) for at in starts.values()), (counts[shift.index], -1)], 0, 0)
            for start_s, at in starts.items():
                for period in calendar.cells(shift.start + start_s, rule.length_s):
                    if period in on_phone:
                        on_phone[period].append((at, -1))
        _keep_order(program, shift, breaks)
    return on_phone, breaks


def _keep_order(program: Program, shift: Shift, breaks: dict[tuple[int, int], dict[int, int]]) -> None:
    rules = shift.template.breaks
    for number in range(1, len(rules)):
        before, rule = rules[number - 1], rules[number]
        earlier, later = breaks[shift.index, number - 1], breaks[shift.index, number]
        if max(earlier) + before.length_s <= rule.earliest_s:
            continue
        for moment in later:
            started = [(at, 1) for start_s, at in later.items() if start_s <= moment]
            ended = [(at, -1) for start_s, at in earlier.items() if start_s + before.length_s <= moment]
            program.row(started + ended, most=0)
