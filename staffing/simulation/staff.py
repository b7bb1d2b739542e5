"""Agents on the phone, interval by interval, as single arrivals and departures of agents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from staffing.queueing import Array
from wfm.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class StaffSteps:
    """One row a change by one agent, in order of time.

    Parameters
    ----------
    at_s : array
        When [s] after the start of the day.
    by : int array
        +1 an agent comes, -1 an agent goes.
    group : int array
        Which group of agents it concerns.
    """

    at_s: Array
    by: NDArray[np.int64]
    group: NDArray[np.int64]


def staff_steps(staff: ArrayLike, step_s: float) -> StaffSteps:
    """Changes of staff that make up a plan.

    Parameters
    ----------
    staff : array_like of int, shape (steps,)
        Agents on the phone in each step.
    step_s : float
        Length of a step [s].

    Raises
    ------
    InputError
        For agents that are negative or not whole.
    UsageProblem
        For a plan that is no row of steps.
    """
    refuse_senseless("staff", agents=staff)
    agents = np.atleast_1d(np.asarray(staff, dtype=np.int64))
    if agents.ndim != 1 or not agents.size:
        raise UsageProblem("staff: expected the agents of at least one step, in a row")
    change = np.diff(agents, prepend=0)
    step, size = np.arange(agents.size), np.abs(change)
    by = np.repeat(np.sign(change), size)
    return StaffSteps(np.repeat(step * float(step_s), size), by, np.zeros(by.size, np.int64))
