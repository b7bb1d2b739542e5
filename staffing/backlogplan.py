"""A forecast of mail or back-office work to agents, and what the work does with given agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from staffing.backlog import Backlog, least_agents
from staffing.blending import spare_work_erl
from staffing.demand import Demand
from staffing.fifo import Course, Waiting
from staffing.queueing import Array, Workload
from staffing.search import gross_staff
from staffing.verified import stand_in
from wfm.channels import BACKLOG_MODEL
from wfm.errors import Finding, InfeasibleError, InputError, UsageProblem
from wfm.params import QueueSpec
from wfm.timeaxis import wall_clock
from wfm.weekhours import parse_week_hours, within_week_hours

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Horizon:
    """A queue's forecast on a grid without gaps, with what is taken to come before and after.

    Parameters
    ----------
    work : Backlog
    place : int array, shape (rows,)
        Interval of `work` that each row of the forecast is.
    span : (first, last)
        Boundaries of the forecast.
    """

    work: Backlog
    place: NDArray[np.int64]
    span: tuple[int, int]


def backlog_requirements(
    parts: Mapping[str, pd.DataFrame],
    specs: Mapping[str, QueueSpec],
    interval_s: int,
    demand: Demand,
    calls: Mapping[str, pd.DataFrame],
    backlog: Mapping[str, Sequence[Waiting]],
) -> dict[str, pd.DataFrame]:
    """`backlog_requirement` of several queues, which take the idle time of the queues of calls they blend with.

    Parameters
    ----------
    parts : mapping of str to DataFrame
        Forecast of each queue whose work waits, in the order of time.
    specs : mapping of str to QueueSpec
    interval_s : int
    demand : Demand
        Its risk is read.
    calls : mapping of str to DataFrame
        Requirement of the other queues.
    backlog : mapping of str to sequence of Waiting
        What waits in which queue at the beginning; others begin as a horizon alike would leave them.

    Raises
    ------
    UsageProblem
        For a backlog of a queue that has none, expected performance as risk, and queues that cannot blend.
    """
    if unknown := sorted(set(backlog) - set(parts)):
        known = ", ".join(sorted(parts)) or "none here"
        raise UsageProblem(f"backlog: found queue {', '.join(unknown)}, expected one of email or backoffice: {known}")
    idle_s = _idle_time(parts, specs, interval_s, calls)
    return {
        name: backlog_requirement(
            part,
            specs[name],
            interval_s,
            calls=replace(demand, load="sipp").of_queue(part, interval_s)[1],
            spare_s=idle_s.get(name),
            waiting=backlog.get(name),
        )
        for name, part in parts.items()
    }


def _idle_time(
    parts: Mapping[str, pd.DataFrame],
    specs: Mapping[str, QueueSpec],
    interval_s: int,
    calls: Mapping[str, pd.DataFrame],
) -> dict[str, Array]:
    """Work [s] in each row that agents of calls can do while they are idle; a queue of calls lends it once."""
    lent, found = dict[str, str](), dict[str, Array]()
    for name, part in parts.items():
        starts, total = pd.DatetimeIndex(part["interval_start"]), np.zeros(len(part))
        for queue in specs[name].blend_with:
            if queue not in calls:
                raise UsageProblem(
                    f"queue {name}: blend_with: found {queue}, expected a queue of calls with a forecast"
                )
            if queue in lent:
                raise UsageProblem(f"queue {name}: blend_with: found {queue}, which blends with {lent[queue]} already")
            lent[queue] = name
            row = calls[queue].set_index("interval_start")
            load = row["load_erl"].to_numpy(float)
            per_call, agents = row["aht_s"].fillna(0.0).to_numpy(float), row["agents"].to_numpy(int)
            borne = np.divide(load * interval_s, per_call, out=np.zeros(load.size), where=per_call > 0)
            work, _ = spare_work_erl(
                stand_in(specs[queue]), calls=borne, interval_s=interval_s, aht_s=per_call, agents=agents
            )
            total += pd.Series(work * interval_s, index=row.index).reindex(starts).fillna(0.0).to_numpy()
        if specs[name].blend_with:
            found[name] = total
    return found


def backlog_requirement(
    part: pd.DataFrame,
    spec: QueueSpec,
    interval_s: int,
    *,
    calls: ArrayLike | None = None,
    spare_s: ArrayLike | None = None,
    waiting: Sequence[Waiting] | None = None,
) -> pd.DataFrame:
    """Requirement of one queue whose work waits.

    Agents work in the rows of the forecast that lie in the queue's `agent_hours`, each for `max_occupancy` of the
    time; `min_agents` of them in every such row that expects work. Work that comes in the other rows waits for them.
    The horizon is taken to repeat itself: what follows it is like its beginning, and without a stated backlog it
    begins with the one that it would leave.

    Parameters
    ----------
    part : DataFrame
        Contract ``forecast``, rows of one queue in the order of time.
    spec : QueueSpec
    interval_s : int
    calls : array_like, shape (rows,), optional
        Items to staff for, instead of the expected ones.
    spare_s : array_like, shape (rows,), optional
        Work that others do in each row [s].
    waiting : sequence of Waiting, optional
        Backlog when the first row begins.

    Returns
    -------
    DataFrame
        Columns of the contract ``requirement``. `service_level` is the share of a row's items answered within the
        promise and `asa_s` the mean age at their answer; `abandonment` is null.

    Raises
    ------
    InputError
        If an item takes no time, or no row lies in the agents' hours.
    InfeasibleError
        If no number of agents keeps the service level.
    """
    horizon = _horizon(part, spec, interval_s, calls, spare_s, waiting)
    least = np.where(horizon.work.open & (horizon.work.items > 0), spec.min_agents, 0)
    base = replace(horizon.work, spare_s=horizon.work.spare_s + least * horizon.work.agent_s)
    try:
        more = least_agents(base, span=horizon.span)
    except InfeasibleError as problem:
        raise InfeasibleError(f"queue {spec.queue}: {problem}") from None
    agents = least + more
    course = horizon.work.course(agents)
    at = horizon.place
    binding = np.where(more > 0, "service_level", np.where(agents > 0, "minimum", "none"))
    expected = part["calls"].to_numpy(float)
    return part[["queue", "interval_start", "calls", "aht_s"]].assign(
        load_erl=Workload.of(expected, interval_s, part["aht_s"].fillna(0.0).to_numpy(float)).load_erl,
        agents=agents[at],
        staff=gross_staff(agents[at], spec.shrinkage),
        service_level=course.in_time[at],
        asa_s=course.age_s[at],
        occupancy=_occupancy(horizon.work, course, agents.astype(float))[at],
        abandonment=np.nan,
        binding=binding[at].tolist(),
        model=BACKLOG_MODEL,
    )


def backlog_course(
    part: pd.DataFrame,
    spec: QueueSpec,
    interval_s: int,
    agents: ArrayLike,
    *,
    waiting: Sequence[Waiting] | None = None,
) -> tuple[pd.DataFrame, Course]:
    """What the work of one queue does with given agents, by row and as a whole.

    Parameters
    ----------
    part, spec, interval_s, waiting
        As in `backlog_requirement`.
    agents : array_like, shape (rows,)
        Agents at work; outside `agent_hours` too.

    Returns
    -------
    rows : DataFrame
        queue, interval_start, calls (items that come), agents, done (items answered), backlog (items that wait at the
        end of the row), service_level, asa_s, occupancy.
    course : Course
        Of the intervals from the first row to the last.
    """
    horizon = _horizon(part, replace(spec, agent_hours=None), interval_s, None, None, waiting)
    if spec.agent_hours is not None:
        rests = _horizon(part, spec, interval_s, None, None, waiting).work
        horizon = replace(horizon, work=replace(horizon.work, open=rests.open))
    first, last = horizon.span
    given = np.zeros(last - first)
    given[horizon.place - first] = np.asarray(agents, float)
    staffed = given[(np.arange(horizon.work.items.size) - first) % given.size]
    course, at = horizon.work.course(staffed), horizon.place
    came = horizon.work.items[at]
    rows = part[["queue", "interval_start", "calls"]].assign(
        agents=np.asarray(agents),
        done=np.maximum(course.backlog[at] + came - course.backlog[at + 1], 0.0),
        backlog=course.backlog[at + 1],
        service_level=course.in_time[at],
        asa_s=course.age_s[at],
        occupancy=_occupancy(horizon.work, course, staffed)[at],
    )
    return rows, course


def _horizon(
    part: pd.DataFrame,
    spec: QueueSpec,
    interval_s: int,
    calls: ArrayLike | None,
    spare_s: ArrayLike | None,
    waiting: Sequence[Waiting] | None,
) -> Horizon:
    starts = pd.DatetimeIndex(part["interval_start"])
    rows = np.rint((starts - starts[0]).total_seconds().to_numpy() / interval_s).astype(np.int64)
    days = (wall_clock(starts[-1:])[0].normalize() - wall_clock(starts[:1])[0].normalize()).days + 1
    size = max(int(rows[-1]) + 1, days * _DAY_S // interval_s)
    expected = part["calls"].to_numpy(float) if calls is None else np.asarray(calls, float)
    aht = part["aht_s"].fillna(0.0).to_numpy(float)
    _refuse_no_time(spec, expected, aht)
    if spec.target.answer_within_s < interval_s:
        found, wanted = (
            f"{spec.target.answer_within_s:g} s of queue {spec.queue}",
            f"at least an interval, {interval_s} s",
        )
        fix = "promise hours, such as answer_within 24h, or staff it as chat"
        raise InputError(Finding("targets", "short-promise", found, wanted, fix, column="answer_within"))
    hours = spec.agent_hours
    inside = np.ones(rows.size, bool) if hours is None else within_week_hours(starts, parse_week_hours(hours))
    if not inside.any():
        found, wanted = f"no interval within {hours}", "hours in which the forecast has intervals"
        raise InputError(Finding("forecast", "no-agent-hours", f"{found} of queue {spec.queue}", wanted))
    columns = [np.zeros(size) for _ in range(4)]
    for column, values in zip(columns, (expected, aht, inside, 0.0 if spare_s is None else spare_s), strict=True):
        column[rows] = values
    usual = float(np.average(aht, weights=expected)) if expected.sum() > 0 else 1.0
    occupancy = spec.target.max_occupancy or 1.0
    one = Backlog(
        items=columns[0],
        aht_s=columns[1],
        interval_s=interval_s,
        answer_within_s=spec.target.answer_within_s,
        service_level=spec.target.service_level or 1.0,
        open=columns[2] > 0,
        promise_rests=spec.promise_runs == "agent_hours",
        agent_s=interval_s * occupancy,
        spare_s=columns[3],
        waiting=tuple(group if group.aht_s is not None else replace(group, aht_s=usual) for group in waiting or ()),
    )
    before = 0 if waiting is not None else size
    after = size * max(1, int(np.ceil(one.answer_within_s / max(float(one.promise_s[-1]), interval_s))))
    index = np.arange(-before, size + after) % size
    fields = {name: getattr(one, name)[index] for name in ("items", "aht_s", "open", "spare_s")}
    return Horizon(replace(one, **fields), rows + before, (before, before + size))


def _occupancy(work: Backlog, course: Course, agents: Array) -> Array:
    own = np.maximum(course.used_s - work.spare_s, 0.0)
    share = np.divide(own, agents * work.interval_s, out=np.full(own.shape, np.nan), where=agents > 0)
    return np.minimum(share, 1.0)


def _refuse_no_time(spec: QueueSpec, items: Array, aht_s: Array) -> None:
    if (none := (items > 0) & ~(aht_s > 0)).any():
        found = f"0 or nothing in {none.sum()} intervals of queue {spec.queue}"
        raise InputError(Finding("forecast", "missing-aht", found, "seconds > 0", "give --aht 5min", column="aht_s"))
