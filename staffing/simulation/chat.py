"""Simulate chat: agents with several customers at once, each of whom takes longer for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import ArrayLike

from staffing.inputs import refuse_senseless
from staffing.queueing import Array
from staffing.simulation.calls import Calls, Demand, DrawnDays, batches
from staffing.simulation.days import refuse_no_days, steps_of_day
from staffing.simulation.outcomes import ChatTime
from staffing.simulation.result import SimulationResult
from staffing.simulation.serving import Served
from staffing.simulation.staff import StaffSteps
from staffing.simulation.tally import Tally, Timesheet
from wfm.channels import concurrency_problem
from wfm.errors import Finding, InputError


def simulate_chat(
    demand: Demand,
    staff: ArrayLike,
    *,
    concurrency: Sequence[float],
    interval_s: float,
    answer_within_s: float = 30.0,
    staff_step_s: float | None = None,
    replications: int = 100,
    seed: int = 0,
) -> SimulationResult:
    """Run a staff plan against many drawn days of one chat queue.

    A chat goes to the agent with the fewest chats, of equals to the one whose number last changed longest ago; where
    all have as many as they may, customers wait, first come first served, and leave when their patience ends. All
    chats of an agent advance at the pace of their number: what takes the first of `concurrency` alone takes the k-th
    while the agent has k. A chat is answered when an agent takes it up. An agent whose shift ends takes no more chats
    and finishes those in hand; first goes who has the fewest, of equals who ends one first. An agent who comes takes as
    many of those waiting as places allow. Days begin and end as in `simulate`.

    Parameters
    ----------
    demand : Demand
        Expected chats per interval; handle time of a chat that is alone; patience.
    staff, interval_s, answer_within_s, staff_step_s, replications, seed
        As in `simulate`.
    concurrency : sequence of float
        Handle times with 1, 2, … chats at once, such as (400, 520, 660), as many as an agent may have; only their
        ratios to the first count.

    Returns
    -------
    SimulationResult
        `occupancy` is the share of places for chats that are taken; `engagement`, `chats_at_once` and `aht_s` are
        measures too.

    Raises
    ------
    InputError
        As `simulate`; for handle times that fall with more chats, or with which an agent does less for having more.
    UsageProblem
        As `simulate`.
    """
    refuse_senseless("chat", interval_s=interval_s, answer_within_s=answer_within_s)
    refuse_no_days(replications)
    times = [float(time) for time in concurrency]
    if problem := concurrency_problem(times):
        raise InputError(Finding("chat", "bad-concurrency", *problem, column="concurrency"))
    intervals = demand.intervals
    steps = steps_of_day(staff, interval_s if staff_step_s is None else staff_step_s, intervals * interval_s)
    days = DrawnDays(demand, interval_s, replications, SeedSequence(seed).spawn(1)[0])
    tally = Tally(replications, intervals, interval_s, [answer_within_s])
    time = Timesheet(replications, 1, intervals, interval_s)
    engaged, spent, length = np.zeros((3, replications, intervals))
    for part in batches(days.calls_per_day):
        calls = days.draw(part)
        served = _serve(calls, steps, times, interval_s, engaged[part], spent[part], length[part])
        tally.add(part, 0, calls, served)
        time.add_staff(part, served, steps)
    time.add_seconds(slice(0, replications), (spent / len(times))[:, None])
    agents, counts = time.of(0), tally.of(0)
    chats = ChatTime(engaged, spent, agents.staffed_s, length, counts.answered)
    return SimulationResult(counts, agents, interval_s, answer_within_s, chats=chats)


def _serve(
    calls: Calls,
    steps: StaffSteps,
    times: Sequence[float],
    interval_s: float,
    engaged: Array,
    spent: Array,
    length: Array,
) -> Served:
    """Run some days; seconds are added up in the last three, of shape (days, intervals)."""
    from staffing.simulation import chat_kernels as kernels

    places, agents = len(times), max(int((steps.by > 0).sum()), 1)
    leaves = 1 << (agents - 1).bit_length()
    size = calls.arrival_s.size
    start, end, effective = np.empty(size), np.full(size, np.nan), np.empty((len(spent), steps.by.size))
    desk = kernels.Desk(
        arrival=calls.arrival_s,
        handle=calls.handle_s,
        patience=calls.patience_s,
        start=start,
        end=end,
        agents=np.zeros(agents, kernels.AGENT),
        over=np.empty((agents, places)),
        chat=np.empty((agents, places), np.int64),
        ends=np.empty(2 * leaves),
        takes=np.empty(2 * leaves),
        pace=times[0] / np.array([np.inf, *times]),
        queue=np.zeros(4, np.int64),
        chats=spent,
        engaged=engaged,
        interval_s=float(interval_s),
    )
    kernels.run_days(desk, calls.first, steps.at_s, steps.by, effective)
    answered = ~np.isnan(end)
    day = np.repeat(np.arange(len(length)), np.diff(calls.first))
    interval = np.minimum(calls.arrival_s // interval_s, length.shape[1] - 1).astype(np.int64)
    np.add.at(length, (day[answered], interval[answered]), (end - start)[answered])
    return Served(start, np.where(answered, 0, -1).astype(np.int16), effective)
