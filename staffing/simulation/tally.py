"""Counting simulated days, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from staffing.queueing import Array
from staffing.simulation.calls import Calls
from staffing.simulation.result import AgentTime, CallCounts
from staffing.simulation.serving import Served
from staffing.simulation.staff import StaffSteps


class Tally:
    """Counts of calls per queue, replication and interval of arrival."""

    def __init__(self, days: int, intervals: int, interval_s: float, answer_within_s: Sequence[float]) -> None:
        self._interval_s, self._within_s = float(interval_s), [float(within) for within in answer_within_s]
        queues = len(self._within_s)
        self._counts = np.zeros((queues, days, intervals, 9), np.int64)
        self._sums = np.zeros((queues, days, intervals, 3))

    def add(self, days: slice, queue: int, calls: Calls, served: Served) -> None:
        """Count the calls of one queue, of the replications `days`."""
        from staffing.simulation import kernels

        kernels.count_calls(
            calls.first,
            calls.arrival_s,
            calls.patience_s,
            served.start_s,
            self._interval_s,
            self._within_s[queue],
            self._counts[queue, days],
            self._sums[queue, days],
        )

    def of(self, queue: int) -> CallCounts:
        return CallCounts(
            *np.moveaxis(self._counts[queue], -1, 0).copy(), *np.moveaxis(self._sums[queue], -1, 0).copy()
        )


class Timesheet:
    """Seconds of agents per group, replication and interval of the clock."""

    def __init__(self, days: int, groups: int, intervals: int, interval_s: float) -> None:
        self._interval_s = float(interval_s)
        self._busy, self._staffed = (np.zeros((days, groups, intervals)) for _ in range(2))

    def add_calls(self, days: slice, calls: Calls, served: Served) -> None:
        """Time in calls, of the replications `days`."""
        from staffing.simulation import kernels

        kernels.spend_in_calls(
            calls.first, calls.handle_s, served.start_s, served.group, self._interval_s, self._busy[days]
        )

    def add_seconds(self, days: slice, busy_s: Array) -> None:
        """Time counted elsewhere, shape (days, groups, intervals) [s]."""
        self._busy[days] += busy_s

    def add_staff(self, days: slice, served: Served, steps: StaffSteps) -> None:
        """Time on the phone, of the replications `days`."""
        from staffing.simulation import kernels

        kernels.spend_on_phone(steps.by, steps.group, served.effective_s, self._interval_s, self._staffed[days])

    def of(self, group: int) -> AgentTime:
        return AgentTime(self._busy[:, group].copy(), self._staffed[:, group].copy())
