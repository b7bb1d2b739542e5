"""Calls meet agents: who is answered when, and by which group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.queueing import Array
from staffing.simulation.calls import Calls
from staffing.simulation.staff import StaffSteps


@dataclass(frozen=True, slots=True)
class Served:
    """What became of every call, and of every change of staff.

    Parameters
    ----------
    start_s : array, shape (calls,)
        When an agent took the call, or would have, had the caller not hung up; inf where nobody ever would [s].
    group : int array, shape (calls,)
        Group of the agent who took it, -1 where nobody did.
    effective_s : array, shape (days, staff steps)
        When each agent came or truly went: after the call in hand [s].
    """

    start_s: Array
    group: NDArray[np.int16]
    effective_s: Array

    @classmethod
    def unfilled(cls, calls: Calls, steps: StaffSteps) -> Served:
        size = calls.arrival_s.size
        return cls(np.empty(size), np.empty(size, np.int16), np.empty((calls.first.size - 1, steps.by.size)))


def serve(calls: Calls, steps: StaffSteps) -> Served:
    """One queue, first come first served, one group of agents."""
    from staffing.simulation import kernels

    served = Served.unfilled(calls, steps)
    kernels.serve(
        calls.first,
        calls.arrival_s,
        calls.handle_s,
        calls.patience_s,
        steps.at_s,
        steps.by,
        served.start_s,
        served.group,
        served.effective_s,
    )
    return served
