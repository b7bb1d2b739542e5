"""A schedule as integers: whose stretches, of which shift, and which time around a shift is counted with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from adherence.statemap import PHONE, TIME_OFF
from adherence.stretches import HOUR_US, Cuts, Ints, Stretches, encode, from_us, names_in, to_us
from wfm.contract import Contract
from wfm.contracts import SCHEDULE
from wfm.errors import Finding, InputError
from wfm.timeaxis import local_day

SHIFT_GAP_US = 4 * HOUR_US
SHIFT_REACH_US = 12 * HOUR_US

_NEEDED = Contract(
    SCHEDULE.name,
    SCHEDULE.doc,
    ("agent", "start"),
    tuple(SCHEDULE.column(name) for name in ("agent", "start", "end", "activity")),
)


@dataclass(frozen=True, slots=True)
class Rota:
    """A schedule sorted by agent and start; stretches are labelled with their activity.

    Parameters
    ----------
    agents : Index
        Names of the scheduled agents, sorted.
    stretches : Stretches
        Shape (n,): the group is the agent, the label the activity.
    productive : array of bool, shape (n,)
    queue : array of int, shape (n,)
        Code of the queue served, -1 for none.
    shift : array of int, shape (n,)
        Shift that each stretch belongs to.
    shifts : Stretches
        Shape (k,): the group is the agent, the label the local day of the start [us since 1970].
    activities, queues : Index
        Names behind the codes.
    """

    agents: pd.Index
    stretches: Stretches
    productive: npt.NDArray[np.bool_]
    queue: Ints
    shift: Ints
    shifts: Stretches
    activities: pd.Index
    queues: pd.Index

    @property
    def window(self) -> tuple[int, int]:
        """From the first moment to the last that may count with any shift [us since 1970 UTC]."""
        if not len(self.shifts.start):
            return 0, 0
        return int(self.shifts.start.min()) - SHIFT_REACH_US, int(self.shifts.end.max()) + SHIFT_REACH_US

    @property
    def day_of_shift(self) -> Ints:
        """Number of the agent-day that each shift belongs to, counted in order from 0; shape (k,)."""
        agent, _, _, day = self.shifts
        begins = (agent[1:] != agent[:-1]) | (day[1:] != day[:-1])
        return np.append(0, np.cumsum(begins))[: len(agent)]

    def reach(self) -> Cuts:
        """Moments from which time counts with a shift; the label is the shift, or -1 for none.

        Time outside of every shift counts with the agent's nearest one, up to 12 hours away.
        """
        agent, start, end, _ = self.shifts
        since, until = start - SHIFT_REACH_US, end + SHIFT_REACH_US
        follows = agent[1:] == agent[:-1]
        middle = (end[:-1] + start[1:]) // 2
        since[1:] = np.where(follows, np.maximum(since[1:], middle), since[1:])
        until[:-1] = np.where(follows, np.minimum(until[:-1], middle), until[:-1])
        everyone = np.arange(len(self.agents))
        nobody = np.full(len(agent) + len(everyone), -1)
        return Cuts.sorted(
            np.concatenate([everyone, agent, agent]),
            np.concatenate([np.full(len(everyone), self.window[0] - 1), until, since]),
            np.concatenate([nobody, np.arange(len(agent))]),
        )


def read_rota(schedule: pd.DataFrame, timezone: str) -> Rota:
    """Read a schedule.

    A shift is a run of stretches of one agent with gaps of less than 4 hours; time off never joins two days
    into one shift.

    Parameters
    ----------
    schedule : DataFrame
        Columns agent, start, end, activity; queue and productive where known. Without `productive`, phone
        stretches are productive.
    timezone : str
        IANA name; its calendar gives a shift its day.

    Raises
    ------
    InputError
        If a column is missing, a stretch ends before it starts, or two stretches of an agent overlap.
    """
    frame = _NEEDED.validate(schedule)
    agents, activities = names_in(frame["agent"]), names_in(frame["activity"])
    queue_names = frame["queue"] if "queue" in frame else pd.Series(None, index=frame.index, dtype=object)
    queues = names_in(queue_names)
    rows = Stretches(
        encode(frame["agent"], agents),
        to_us(frame["start"]),
        to_us(frame["end"]),
        encode(frame["activity"], activities),
    )
    order = np.lexsort((rows.start, rows.group))
    _require_order(rows, order)
    rows = rows.take(order)
    shift, shifts = _shifts(rows, rows.label == activities.get_indexer([TIME_OFF])[0], timezone)
    productive = (
        frame["productive"].astype("boolean").fillna(False) if "productive" in frame else frame["activity"] == PHONE
    )
    return Rota(
        agents,
        rows,
        productive.to_numpy(bool)[order],
        encode(queue_names, queues)[order],
        shift,
        shifts,
        activities,
        queues,
    )


def _shifts(rows: Stretches, leave: npt.NDArray[np.bool_], timezone: str) -> tuple[Ints, Stretches]:
    day = local_day(from_us(rows.start, timezone)).as_unit("us").asi8
    same_agent = rows.group[1:] == rows.group[:-1]
    close = rows.start[1:] - rows.end[:-1] < SHIFT_GAP_US
    leave_between_days = (leave[1:] | leave[:-1]) & (day[1:] != day[:-1])
    begins = np.append(True, ~(same_agent & close & ~leave_between_days))[: len(day)]
    ends = np.append(begins[1:], True)[: len(day)]
    shifts = Stretches(rows.group[begins], rows.start[begins], rows.end[ends], day[begins])
    return np.cumsum(begins) - 1, shifts


def _require_order(rows: Stretches, order: Ints) -> None:
    findings = []
    backwards = np.flatnonzero(rows.end <= rows.start)
    if len(backwards):
        findings.append(_bad_rows(backwards, "ends-before-start", "an end at or before the start", "end after start"))
    earlier, later = order[:-1], order[1:]
    overlaps = (rows.group[earlier] == rows.group[later]) & (rows.start[later] < rows.end[earlier])
    if overlaps.any():
        expected = "one version, in which the stretches of an agent follow each other"
        findings.append(
            _bad_rows(np.sort(later[overlaps]), "overlap", "a stretch that overlaps another of its agent", expected)
        )
    if findings:
        raise InputError(findings)


def _bad_rows(rows: Ints, rule: str, found: str, expected: str) -> Finding:
    return Finding(SCHEDULE.name, rule, found, expected, row=int(rows[0]) + 2, count=len(rows))
