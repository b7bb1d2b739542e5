"""Adherence and conformance of every agent and day, time-based and exact to the microsecond."""

from __future__ import annotations

import numpy as np
import pandas as pd

from adherence.comparison import Comparison, compare
from adherence.coverage import report_coverage, report_unscheduled_work
from adherence.departures import exceptions, unmapped_time
from adherence.log import Log, read_log
from adherence.result import AdherenceResult, from_sums
from adherence.rota import read_rota
from adherence.statemap import IN, LOGGED_OFF, NEUTRAL, OUT, UNMAPPED, read_rules
from adherence.stretches import Ints, split, sum_by
from wfm.errors import Findings
from wfm.timeaxis import check_timezone

_NEVER = np.iinfo(np.int64).max


def adherence(
    schedule: pd.DataFrame,
    states: pd.DataFrame,
    state_map: pd.DataFrame | None = None,
    *,
    timezone: str,
    until: pd.Timestamp | None = None,
) -> AdherenceResult:
    """Hold agent states against a schedule.

    For an agent and a day on which shifts start, S is the scheduled time, IN and N the scheduled time in
    states that the map calls `in` and `neutral` for the activity; a moment without a state row is in the
    state `logged_off`, and a pair that the map does not list is out. Then

        adherence   = IN / (S - N)
        conformance = time in productive states, in or out of shift / productive time scheduled

    where the productive states are those that are `in` for a productive activity. Time out of shift counts
    with the agent's nearest shift, up to 12 hours away. `late_s` and `left_early_s` run between the shift's
    edges and the first sign-on and last sign-off in it; they are null where the agent never signed on. A
    shift is a run of stretches with gaps of less than 4 hours and belongs to the local day it starts on.

    Parameters
    ----------
    schedule : DataFrame
        Contract `schedule`, one version; of it agent, start, end and activity are needed. Without
        `productive`, phone stretches are productive.
    states : DataFrame
        Contract `agent_states`; rows may overlap or lack an end, `adherence.log.read_log` has the rules.
    state_map : DataFrame, optional
        Columns state, activity, rule (in, out or neutral); `DEFAULT_STATE_MAP` when None.
    timezone : str
        IANA name.
    until : Timestamp, optional
        Moment at which states without end are cut; the last moment in the log when None.

    Returns
    -------
    AdherenceResult

    Raises
    ------
    InputError
        If a column is missing or unreadable, or stretches of the schedule overlap.

    References
    ----------
    .. [1] Calabrio, "About historical adherence": in / (scheduled - neutral).
    .. [2] CX Central, glossary; NICE CXone, Adherence report: conformance counts time out of shift.
    """
    check_timezone(timezone)
    findings = Findings()
    rota = read_rota(schedule, timezone)
    log = read_log(states, rota.agents, timezone, until, findings)
    rules = read_rules(state_map, log.states, rota.activities, findings)
    report_coverage(rota, log, timezone, findings)
    comparison = compare(rota, log, rules)
    return AdherenceResult(
        _measures(comparison, _worked(comparison, log, findings)),
        exceptions(comparison, timezone),
        unmapped_time(comparison),
        findings,
    )


def _measures(comparison: Comparison, worked: Ints) -> pd.DataFrame:
    rota = comparison.rota
    row_of_shift = rota.day_of_shift
    shift_of_row = np.flatnonzero(np.diff(row_of_shift, prepend=-1))
    rows = len(shift_of_row)
    of_stretch, of_piece = row_of_shift[rota.shift], row_of_shift[comparison.shift]
    length = comparison.length
    scheduled = rota.stretches.end - rota.stretches.start
    late, early = _edges(comparison)
    pieces, runs = comparison.out_runs()
    first_of_run = pieces[np.diff(runs, prepend=-1) > 0]
    sums = pd.DataFrame(
        {
            "scheduled_s": sum_by(of_stretch, scheduled, rows),
            "in_adherence_s": sum_by(of_piece, np.where(comparison.rule == IN, length, 0), rows),
            "neutral_s": sum_by(of_piece, np.where(comparison.rule == NEUTRAL, length, 0), rows),
            "late_s": late.groupby(row_of_shift).sum(min_count=1),
            "left_early_s": early.groupby(row_of_shift).sum(min_count=1),
            "productive_scheduled_s": sum_by(of_stretch, np.where(rota.productive, scheduled, 0), rows),
            "productive_worked_s": sum_by(row_of_shift, worked, rows),
            "exceptions": np.bincount(of_piece[first_of_run], minlength=rows),
        }
    )
    frame = from_sums(sums)
    frame.insert(0, "agent", rota.agents[rota.shifts.group[shift_of_row]])
    frame.insert(1, "day", rota.shifts.label[shift_of_row].view("M8[us]"))
    return frame


def _edges(comparison: Comparison) -> tuple[pd.Series, pd.Series]:
    """Time of each shift before the first sign-on and after the last sign-off, null where there is none.

    Only stretches in which the agent has to be signed on count, so that leave makes no one late.
    """
    rota, rules = comparison.rota, comparison.rules
    off_is_wrong = np.isin(rules.table[rules.states.get_loc(LOGGED_OFF)], (OUT, UNMAPPED))
    expected = off_is_wrong[rota.stretches.label]
    shifts = len(rota.shifts.group)
    begin, end = _bounds(rota.shift, rota.stretches.start, rota.stretches.end, expected, shifts)
    on = comparison.signed_on & expected[comparison.stretch]
    first_on, last_off = _bounds(comparison.shift, comparison.start, comparison.end, on, shifts)
    attended = first_on != _NEVER
    late = pd.Series(np.where(attended, first_on - begin, 0), dtype="Int64")
    early = pd.Series(np.where(attended, end - last_off, 0), dtype="Int64")
    return late.where(attended), early.where(attended)


def _bounds(shift: Ints, start: Ints, end: Ints, which: np.ndarray, shifts: int) -> tuple[Ints, Ints]:
    first, last = np.full(shifts, _NEVER), np.zeros(shifts, np.int64)
    np.minimum.at(first, shift[which], start[which])
    np.maximum.at(last, shift[which], end[which])
    return first, last


def _worked(comparison: Comparison, log: Log, findings: Findings) -> Ints:
    """Time in productive states that counts with each shift [us]."""
    rota, rules = comparison.rota, comparison.rules
    productive = np.zeros(len(rota.activities), dtype=bool)
    productive[rota.stretches.label[rota.productive]] = True
    worked = log.of_agents(len(rota.agents)).within(*rota.window).of_states(np.flatnonzero(rules.fitting(productive)))
    reach = rota.reach()
    pieces = split(worked, reach)
    shift = reach.label[pieces.cut]
    report_unscheduled_work(pieces.length[shift < 0], findings)
    return sum_by(shift[shift >= 0], pieces.length[shift >= 0], len(rota.shifts.group))
