"""E-mail and back office: the least agents with whom work that waits is answered within hours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.fifo import Course, Waiting, follow
from staffing.queueing import Array
from wfm.errors import InfeasibleError

_SLACK = 1e-9
_HALVINGS = 8


@dataclass(frozen=True, slots=True)
class Backlog:
    """Work that comes, when it may be done, and what is promised; the intervals follow each other without gap.

    Parameters
    ----------
    items, aht_s : array, shape (intervals,)
        Items that come and their mean handle time [s].
    interval_s : float
        Interval length [s].
    answer_within_s : float
        The promise [s].
    service_level : float
        Share of items answered within it, in (0, 1].
    open : bool array, shape (intervals,)
        Where agents may work.
    promise_rests : bool
        Whether the promise runs in open intervals only.
    agent_s : float
        Work that an agent does in an interval [s]: its length times productivity and the occupancy wanted.
    spare_s : array, shape (intervals,)
        Work that others do anyway [s], such as agents between calls.
    waiting : tuple of Waiting
        Backlog when the first interval begins.
    """

    items: Array
    aht_s: Array
    interval_s: float
    answer_within_s: float
    service_level: float
    open: NDArray[np.bool_]
    promise_rests: bool
    agent_s: float
    spare_s: Array
    waiting: tuple[Waiting, ...] = ()

    @property
    def promise_s(self) -> Array:
        """Time for which a promise has run at each boundary [s]."""
        runs = self.open if self.promise_rests else np.ones(self.items.size, bool)
        return self.interval_s * np.concatenate([[0.0], np.cumsum(runs)])

    def course(self, agents: ArrayLike) -> Course:
        """What the backlog does with agents in each interval."""
        return follow(
            self.items,
            self.aht_s,
            self.spare_s + self.agent_s * np.asarray(agents, float),
            interval_s=self.interval_s,
            answer_within_s=self.answer_within_s,
            promise_s=self.promise_s,
            waiting=self.waiting,
        )


def least_agents(work: Backlog, *, span: tuple[int, int] | None = None, level: bool = True) -> NDArray[np.int64]:
    """Least peak of agents that keeps the promise, and among such plans the least agent-intervals.

    Work that agents have done until a boundary is at least what is due by then and at most what has come. A plan K of
    agents summed up to the boundaries is feasible if and only if K(j) - K(i) agents do the work due by j that was
    not there by i, for all i < j. Such differences hold for the least K of every boundary at once, which working as
    late as possible gives, and for the largest K of the same total; between them the plan is spread. With a service
    level below 1 the peak is the least with which, all agents working all open hours, the share in time is reached;
    what is late then stays so, and where spreading would cost the share, work is done earlier than it is due.

    Parameters
    ----------
    work : Backlog
    span : (first, last), optional
        Boundaries between which agents are planned and items judged, all of `work` when None. Intervals before them
        hold a horizon that is alike, worked by the peak of agents, and those after them more such horizons, so that
        the backlog must not grow from one to the next.
    level : bool
        Spread the agents as evenly as the promise lets them; else as late as possible.

    Returns
    -------
    int array, shape (intervals,)
        0 where agents may not work. Before the span the peak; after it the plan again, or the peak where nothing comes
        before.

    Raises
    ------
    InfeasibleError
        If no number of agents reaches the service level, because the promise ends while nobody works.
    """
    work = _on_the_grid(work)
    first, last = span or (0, work.items.size)
    peak, busiest, due = _least_peak(work, first, last, repeats=span is not None)
    search = _Search(work, first, last, peak, busiest, due, level, repeats=span is not None)
    if search.holds(plan := search.plan(0.0)):
        return plan
    plan, low, high = search.plan(1.0), 0.0, 1.0
    if not search.holds(plan):
        return _around(_as_early(busiest, work, peak)[first:last], first, peak, work)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if search.holds(trial := search.plan(middle)):
            plan, high = trial, middle
        else:
            low = middle
    return plan


@dataclass(frozen=True, slots=True)
class _Search:
    """Plans of one peak between two boundaries; `busiest` and `due` are work done by the peak, and to be done [s]."""

    work: Backlog
    first: int
    last: int
    peak: int
    busiest: Array
    due: Array
    level: bool
    repeats: bool

    def plan(self, share: float) -> NDArray[np.int64]:
        """The plan for work done by a share of the way from as late as is due to as early as the peak can."""
        work, first, last = self.work, self.first, self.last
        come, spare = _come(work), np.concatenate([[0.0], np.cumsum(work.spare_s)])
        due = self.due + share * (self.busiest - self.due) - spare
        wanted = _reachable(due, self.peak, work)[first : last + 1]
        if self.repeats:
            left = 0.0 if first > 0 else come[0]
            wanted[-1] = max(wanted[-1], min(self.busiest[last], come[last] - left) - spare[last])
        inside = _Span(
            come=(come - spare)[first : last + 1],
            due=_reachable(wanted, self.peak, replace(work, open=work.open[first:last])),
            open=work.open[first:last],
            agent_s=work.agent_s,
            begun=float(self.busiest[first] - spare[first]),
        )
        return _around(_spread(inside, self.peak, self.level), first, self.peak, work)

    def holds(self, plan: NDArray[np.int64]) -> bool:
        """Whether a plan reaches the share in time; all work that is due is always done."""
        if self.work.service_level >= 1:
            return True
        share = self.work.course(plan).share_in_time(slice(self.first, self.last))
        return share >= self.work.service_level - _SLACK


def _around(plan: NDArray[np.int64], first: int, peak: int, work: Backlog) -> NDArray[np.int64]:
    """A plan, the peak before it and the plan again after it; after a plan that comes first the peak."""
    place = np.arange(work.items.size) - first
    again = (place >= 0) & ((first > 0) | (place < plan.size))
    return np.where(again, plan[place % plan.size], np.where(work.open, peak, 0))


def _as_early(busiest: Array, work: Backlog, peak: int) -> NDArray[np.int64]:
    """Agents who answer each item when `peak` agents in all open intervals would."""
    waits = _come(work) - busiest
    catches_up = (waits[:-1] > 0) & (waits[1:] <= _SLACK * max(float(busiest[-1]), 1.0))
    needed = np.ceil((np.diff(busiest) - work.spare_s) / work.agent_s - _SLACK).astype(np.int64)
    return np.where(work.open, np.where(catches_up, peak, np.clip(needed, 0, peak)), 0)


def _on_the_grid(work: Backlog) -> Backlog:
    """Promise and ages in whole intervals, to the safe side: what is in time in them is in time."""
    step = work.interval_s
    ages = tuple(replace(group, age_s=np.ceil(group.age_s / step - _SLACK) * step) for group in work.waiting)
    return replace(work, answer_within_s=np.floor(work.answer_within_s / step + _SLACK) * step, waiting=ages)


def _come(work: Backlog) -> Array:
    """Work that has come by each boundary [s]."""
    begun = sum(group.work_s for group in work.waiting)
    return begun + np.concatenate([[0.0], np.cumsum(work.items * work.aht_s)])


def _due(work: Backlog, everyone: Course) -> Array:
    """Work that must be done by each boundary [s], where all is to be in time.

    Items that wait and that not even `everyone` could answer in time are done first, in time for those that can be,
    and at the latest as if their promise began with the first agent.
    """
    promise, slack = work.promise_s, _SLACK * max(work.answer_within_s, 1.0)
    old = sorted(work.waiting, key=lambda group: -group.age_s)
    amounts = np.cumsum([group.work_s for group in old])
    ends = promise[0] - np.array([group.age_s for group in old]) + work.answer_within_s
    last = np.searchsorted(promise, ends + slack, side="right") - 1
    saved = (last >= 0) & (everyone.done_s[last] >= amounts * (1 - _SLACK) - _SLACK)
    come, own = _come(work), np.flatnonzero(work.items > 0) + 1
    first = promise[int(np.argmax(work.open))]
    total = np.concatenate([amounts[saved], come[:1], come[own]])
    ends = np.concatenate(
        [ends[saved], [first + max(work.answer_within_s, work.interval_s)], promise[own] + work.answer_within_s]
    )
    total, ends = total[order := np.argsort(ends, kind="stable")], ends[order]
    following = np.append(promise[1:], promise[-1] + work.interval_s)
    by = np.maximum(following - slack, promise + slack)
    known = np.searchsorted(ends, by, side="left")
    return np.concatenate([[0.0], np.maximum.accumulate(total)])[known]


def _least_peak(work: Backlog, first: int, last: int, *, repeats: bool) -> tuple[int, Array, Array]:
    """Fewest agents who, all working in every open interval, keep the service level.

    Returns
    -------
    peak : int
    busiest, due : array, shape (intervals + 1,)
        Work that they have done by each boundary, and must have done [s].
    """
    come = _come(work)
    most = int(np.ceil(come[-1] / work.agent_s)) + 1
    everyone = work.course(np.where(work.open, most, 0))
    due, tolerance = _due(work, everyone), _SLACK * max(float(come[-1]), 1.0)

    def holds(course: Course) -> bool:
        waits = come - course.done_s
        grows = repeats and waits[2 * last - first] > waits[last] + tolerance
        if work.service_level < 1:
            return not grows and course.share_in_time(slice(first, last)) >= work.service_level - _SLACK
        return not grows and bool((due <= course.done_s + tolerance).all())

    if not holds(everyone):
        raise InfeasibleError(
            f"found {everyone.share_in_time(slice(first, last)):.1%} in time with any number of agents, "
            f"expected {work.service_level:.1%}: the promise of {work.answer_within_s / 3600:g} h ends for the others "
            "before anybody works; promise longer, let it run in agent_hours only, or lower the service level"
        )
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(work.course(np.where(work.open, middle, 0))) else (middle, high)
    busiest = work.course(np.where(work.open, high, 0)).done_s
    return high, busiest, np.minimum(due, busiest)


def _reachable(due: Array, peak: int, work: Backlog) -> Array:
    """Work that must be done by each boundary so that `peak` agents do all that is due later in time."""
    able = work.agent_s * peak * np.concatenate([[0.0], np.cumsum(work.open)])
    ahead: Array = np.maximum.accumulate((due - able)[::-1])[::-1]
    return ahead + able


@dataclass(frozen=True, slots=True)
class _Span:
    """The boundaries that are planned; work [s] less what others do anyway."""

    come: Array
    due: Array
    open: NDArray[np.bool_]
    agent_s: float
    begun: float


def _spread(work: _Span, peak: int, level: bool) -> NDArray[np.int64]:
    """Agents of each interval, between as late as possible and the largest plan of the same total."""
    agents, slots = np.zeros(work.open.size, np.int64), np.concatenate([[0], np.cumsum(work.open)])
    budget, after = _total(work), _needed_after(work)
    done, given = work.begun, 0
    for k in range(agents.size):
        if work.open[k]:
            wanted = need = _whole((work.due[k + 1] - done) / work.agent_s)
            if level:
                steep = float(((work.due[k + 1 :] - done) / (slots[k + 1 :] - slots[k])).max())
                useful = int(np.floor((work.come[k + 1] - done) / work.agent_s + _SLACK))
                wanted = min(_whole(steep / work.agent_s), useful, peak, budget - given - after[k + 1])
            agents[k] = max(need, wanted, 0)
            given += agents[k]
        done = min(done + work.agent_s * agents[k], work.come[k + 1])
    return agents


def _whole(agents: float) -> int:
    return int(np.ceil(agents - _SLACK * max(abs(agents), 1.0)))


def _total(work: _Span) -> int:
    """Least agent-intervals, those of working as late as possible."""
    done, total = work.begun, 0
    for k in range(work.open.size):
        more = max(_whole((work.due[k + 1] - done) / work.agent_s), 0) if work.open[k] else 0
        total, done = total + more, min(done + work.agent_s * more, work.come[k + 1])
    return total


def _needed_after(work: _Span) -> NDArray[np.int64]:
    """Least agent-intervals from each boundary on, if all that has come by then were done."""
    needed = np.zeros(work.come.size, np.int64)
    for i in range(work.come.size - 2, -1, -1):
        short = (work.due[i + 1 :] - work.come[i]) / work.agent_s
        more = np.ceil(short - _SLACK * np.maximum(np.abs(short), 1.0))
        needed[i] = max(needed[i + 1], int(np.max(np.where(more > 0, more + needed[i + 1 :], 0))))
    return needed
