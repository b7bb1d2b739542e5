"""Simulate one queue: a plan against drawn days, or against a day as it was."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from staffing.simulation.behaviour import Callbacks, Redials, Tasks
from staffing.simulation.calls import Calls, Demand, DrawnDays, batches, given_days
from staffing.simulation.distributions import Distribution
from staffing.simulation.result import SimulationResult
from staffing.simulation.serving import serve
from staffing.simulation.staff import StaffSteps, staff_steps
from staffing.simulation.tally import Tally, Timesheet
from wfm.errors import UsageProblem


def simulate(
    demand: Demand,
    staff: ArrayLike,
    *,
    interval_s: float,
    answer_within_s: float = 20.0,
    staff_step_s: float | None = None,
    redials: Redials | None = None,
    callbacks: Callbacks | None = None,
    tasks: Tasks | None = None,
    replications: int = 100,
    seed: int = 0,
) -> SimulationResult:
    """Run a staff plan against many drawn days of one first-come-first-served queue.

    A day begins empty. An agent whose shift ends goes at once if idle, else after the call in hand; where several
    are busy, whoever is free first goes. After the last interval its agents stay until every call that arrived is
    answered or has hung up. A caller hangs up when the patience ends before an agent is free; at the very moment
    the agent comes first, and a change of staff comes before both.

    Parameters
    ----------
    demand : Demand
        Expected calls per interval, handle time, patience.
    staff : array_like of int, shape (steps,)
        Agents on the phone per step: people who are in, on no break.
    interval_s : float
        Length of an interval [s].
    answer_within_s : float
        Service-level threshold [s].
    staff_step_s : float, optional
        Length of a staff step [s], where it is not an interval; the steps must cover the same day.
    redials, callbacks, tasks : optional
        Callers who call again or are called back, work that fills idle time: rules as told there.
    replications : int
        How many days.
    seed : int
        The same seed and demand bring the same callers, whatever the staff.

    Returns
    -------
    SimulationResult

    Raises
    ------
    InputError
        For parameters that are negative or not finite.
    UsageProblem
        For staff that does not cover the intervals, or no replication.
    """
    refuse_senseless("simulation", interval_s=interval_s, answer_within_s=answer_within_s)
    refuse_no_days(replications)
    if redials or callbacks or tasks:
        from staffing.simulation.floor_result import run_single

        rules = (redials, callbacks, tasks)
        return run_single(demand, staff, rules, interval_s, answer_within_s, staff_step_s, replications, seed)
    steps = steps_of_day(staff, interval_s if staff_step_s is None else staff_step_s, demand.intervals * interval_s)
    days = DrawnDays(demand, interval_s, replications, SeedSequence(seed).spawn(1)[0])
    return _run(days, steps, demand.intervals, interval_s, answer_within_s)


def replay(
    arrival_s: ArrayLike,
    handle_s: ArrayLike,
    staff: ArrayLike | StaffSteps,
    *,
    patience: Distribution,
    interval_s: float,
    intervals: int,
    handle: Distribution | None = None,
    answer_within_s: float = 20.0,
    staff_step_s: float | None = None,
    replications: int = 100,
    seed: int = 0,
) -> SimulationResult:
    """Run a staff plan against a day as it was, call by call; only patience is drawn.

    Parameters
    ----------
    arrival_s, handle_s : array_like, shape (calls,)
        When each call arrived after the start of the day and how long it was handled [s], in any order; a handle
        time is nan where the caller hung up.
    staff : array_like or StaffSteps
        As in `simulate`, or single arrivals and departures of agents in order of time.
    interval_s, answer_within_s, staff_step_s, replications, seed
        As in `simulate`.
    patience : Distribution
    intervals : int
        Length of the day in intervals.
    handle : Distribution, optional
        Draws the handle times that are nan.

    Returns
    -------
    SimulationResult

    Raises
    ------
    InputError
        As `simulate`; for arrivals outside the day, and handle times that are nan where `handle` is not given.
    UsageProblem
        As `simulate`.
    """
    refuse_senseless("replay", interval_s=interval_s, answer_within_s=answer_within_s)
    refuse_no_days(replications)
    horizon_s = intervals * interval_s
    step_s = interval_s if staff_step_s is None else staff_step_s
    steps = staff if isinstance(staff, StaffSteps) else steps_of_day(staff, step_s, horizon_s)
    days = given_days(arrival_s, handle_s, handle, patience, horizon_s, replications, SeedSequence(seed))
    return _run(days, steps, intervals, interval_s, answer_within_s)


class _Days(Protocol):
    calls_per_day: NDArray[np.int64]

    def draw(self, days: slice) -> Calls: ...


def refuse_no_days(replications: int) -> None:
    """Raise `UsageProblem` for less than one replication."""
    if replications < 1:
        raise UsageProblem(f"replications: found {replications}, expected at least 1")


def steps_of_day(staff: ArrayLike, step_s: float, horizon_s: float) -> StaffSteps:
    """The steps of a staff plan [s], which must cover a day of `horizon_s`, or a `UsageProblem`."""
    refuse_senseless("staff", interval_s=step_s)
    covered_s = np.atleast_1d(staff).shape[-1] * step_s
    if not np.isclose(covered_s, horizon_s):
        raise UsageProblem(f"staff: found {covered_s:g} s in steps of {step_s:g} s, expected {horizon_s:g} s")
    return staff_steps(staff, step_s)


def _run(days: _Days, steps: StaffSteps, intervals: int, interval_s: float, answer_within_s: float) -> SimulationResult:
    tally = Tally(days.calls_per_day.size, intervals, interval_s, [answer_within_s])
    time = Timesheet(days.calls_per_day.size, 1, intervals, interval_s)
    for part in batches(days.calls_per_day):
        calls = days.draw(part)
        served = serve(calls, steps)
        tally.add(part, 0, calls, served)
        time.add_calls(part, calls, served)
        time.add_staff(part, served, steps)
    return SimulationResult(tally.of(0), time.of(0), interval_s, answer_within_s)
