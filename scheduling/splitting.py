"""Agents with several skills serve, moment by moment, the queue among theirs that needs them most.

Shifts are chosen queue by queue; afterwards the phone time of agents who can do more is split anew over all queues, so
that a surplus of one fills the gap of another. At each moment this is a flow from agents by their skills to queues by
their need: every set of queues is covered as far as the agents with any skill of the set allow (the cuts of that flow).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scheduling.worked import skills_of
from wfm.contracts import SCHEDULE

SHORT, SWITCH, CHOICE = 10_000, 20, 1


@dataclass
class _Agent:
    """One agent with several skills that are needed, and the periods on the phone."""

    name: str
    skills: tuple[str, ...]
    present: np.ndarray
    queue: str
    served: dict[int, str]


def split_over_queues(
    schedule: pd.DataFrame,
    requirement: pd.DataFrame,
    agents: pd.DataFrame,
    interval_s: int,
    cover: str,
    fixed: frozenset[tuple[str, int]] = frozenset(),
) -> pd.DataFrame:
    """Split phone stretches of agents with several skills over their queues at least shortage.

    An agent changes queue only where that fills a gap. Calls are routed one by one: the split says for which queue an
    agent is counted, not that another one's calls are refused.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract.
    requirement : DataFrame
        queue, interval_start and `cover`.
    agents : DataFrame
        The agents contract.
    interval_s : int
        Interval length [s].
    cover : str
        Column of the requirement that is to be covered.
    fixed : frozenset of (agent, Unix time [s])
        Phone stretches, by start, that stay as they are.

    Returns
    -------
    DataFrame
        The schedule contract; shifts, breaks and paid time are unchanged.
    """
    needed = set(requirement["queue"].astype(str))
    skills = {
        str(agent): tuple(s for s in skills_of(text) if s in needed)
        for agent, text in zip(agents["agent"], agents["skills"], strict=True)
    }
    starts = pd.DatetimeIndex(schedule["start"]).as_unit("s").asi8
    kept = np.array([(a, int(s)) in fixed for a, s in zip(schedule["agent"], starts, strict=True)], dtype=bool)
    able = schedule["agent"].map(lambda name: len(skills.get(name, ())) > 1).to_numpy(dtype=bool)
    phone = ((schedule["activity"] == "phone") & schedule["queue"].notna()).to_numpy(dtype=bool)
    free = phone & able & ~kept
    if not free.any():
        return schedule
    grid = _Grid.of(schedule, requirement, interval_s)
    need = grid.need(requirement, interval_s, cover) - grid.served(schedule[phone & ~free])
    people = _people(schedule[free], skills, grid)
    for period in range(grid.periods):
        _serve(people, period, need[:, period], grid)
    rows = pd.concat([schedule[~free], _rows(schedule[free], people, grid)], ignore_index=True)
    return SCHEDULE.validate(rows.sort_values(["agent", "start"], kind="stable", ignore_index=True))


@dataclass(frozen=True)
class _Grid:
    """Periods so fine that nothing begins or ends within one."""

    origin: int
    step_s: int
    periods: int
    queues: tuple[str, ...]

    @classmethod
    def of(cls, schedule: pd.DataFrame, requirement: pd.DataFrame, interval_s: int) -> _Grid:
        edges = np.concatenate([_seconds(schedule["start"]), _seconds(schedule["end"])])
        begins = _seconds(requirement["interval_start"])
        origin, last = int(min(edges.min(), begins.min())), int(max(edges.max(), begins.max() + interval_s))
        step_s = math.gcd(interval_s, *np.unique(edges - origin).tolist(), *np.unique(begins - origin).tolist())
        periods = (last - origin) // step_s
        return cls(origin, step_s, periods, tuple(sorted(requirement["queue"].astype(str).unique())))

    def span(self, start: int, end: int) -> slice:
        return slice((start - self.origin) // self.step_s, (end - self.origin) // self.step_s)

    def need(self, requirement: pd.DataFrame, interval_s: int, cover: str) -> np.ndarray:
        """Agents required, shape (queues, periods)."""
        wanted = np.zeros((len(self.queues), self.periods), dtype=np.int64)
        begins = _seconds(requirement["interval_start"])
        staff = np.ceil(requirement[cover].to_numpy(float) - 1e-9).astype(np.int64)
        for queue, start, count in zip(requirement["queue"].astype(str), begins, staff, strict=True):
            wanted[self.queues.index(queue), self.span(int(start), int(start) + interval_s)] = count
        return wanted

    def served(self, phone: pd.DataFrame) -> np.ndarray:
        """Agents on the phone, shape (queues, periods)."""
        there = np.zeros((len(self.queues), self.periods), dtype=np.int64)
        for queue, start, end in zip(phone["queue"], _seconds(phone["start"]), _seconds(phone["end"]), strict=True):
            if queue in self.queues:
                there[self.queues.index(queue), self.span(int(start), int(end))] += 1
        return there


def _seconds(times: pd.Series) -> np.ndarray:
    return pd.DatetimeIndex(times).as_unit("s").asi8


def _people(phone: pd.DataFrame, skills: Mapping[str, tuple[str, ...]], grid: _Grid) -> list[_Agent]:
    people = []
    for name, rows in phone.groupby("agent", sort=True):
        present = np.zeros(grid.periods, dtype=bool)
        for start, end in zip(_seconds(rows["start"]), _seconds(rows["end"]), strict=True):
            present[grid.span(int(start), int(end))] = True
        people.append(_Agent(str(name), skills[str(name)], present, str(rows["queue"].iloc[0]), {}))
    return people


def _serve(people: Sequence[_Agent], period: int, need: np.ndarray, grid: _Grid) -> None:
    """Queues for everybody on the phone in a period."""
    choosing: dict[tuple[tuple[str, ...], str], list[_Agent]] = defaultdict(list)
    for agent in (one for one in people if one.present[period]):
        choosing[agent.skills, agent.queue].append(agent)
    for (skills, queue), members in choosing.items():
        choosing[skills, queue] = sorted(members, key=lambda agent: agent.name)
    for (skills, queue), counts in _flow(choosing, need, grid.queues).items():
        waiting = list(choosing[skills, queue])
        for new, count in sorted(counts.items(), key=lambda item: item[0] != queue):
            for agent in waiting[:count]:
                agent.served[period], agent.queue = new, new
            waiting = waiting[count:]


def _flow(
    choosing: Mapping[tuple[tuple[str, ...], str], Sequence[_Agent]], left: np.ndarray, queues: Sequence[str]
) -> dict[tuple[tuple[str, ...], str], dict[str, int]]:
    """How many of each group go to each queue by a least-cost flow: gaps first, then changes, then first skills."""
    from ortools.graph.python import min_cost_flow

    flow = min_cost_flow.SimpleMinCostFlow()
    groups = list(choosing)
    sink, source = len(groups) + len(queues), len(groups) + len(queues) + 1
    arcs: dict[int, tuple[tuple[tuple[str, ...], str], str]] = {}
    total = 0
    for number, (skills, queue) in enumerate(groups):
        size = len(choosing[skills, queue])
        total += size
        flow.add_arc_with_capacity_and_unit_cost(source, number, size, 0)
        for rank, skill in enumerate(skills):
            cost = CHOICE * rank + (0 if skill == queue else SWITCH)
            arc = flow.add_arc_with_capacity_and_unit_cost(number, len(groups) + queues.index(skill), size, cost)
            arcs[arc] = (skills, queue), skill
    for at in range(len(queues)):
        flow.add_arc_with_capacity_and_unit_cost(len(groups) + at, sink, max(0, int(left[at])), -SHORT)
        flow.add_arc_with_capacity_and_unit_cost(len(groups) + at, sink, total, 0)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("everybody on the phone can serve some queue")
    found: dict[tuple[tuple[str, ...], str], dict[str, int]] = {group: {} for group in groups}
    for arc, (group, skill) in arcs.items():
        if count := flow.flow(arc):
            found[group][skill] = count
    return found


def _rows(phone: pd.DataFrame, people: Sequence[_Agent], grid: _Grid) -> pd.DataFrame:
    """Phone stretches cut where the queue changes."""
    by_name = {agent.name: agent for agent in people}
    zone = phone["start"].dt.tz
    parts = []
    for row, start, end in zip(phone.to_dict("records"), _seconds(phone["start"]), _seconds(phone["end"]), strict=True):
        served = by_name[row["agent"]].served
        span = grid.span(int(start), int(end))
        cuts = [p for p in range(span.start, span.stop) if p == span.start or served[p] != served[p - 1]]
        for first, last in zip(cuts, [*cuts[1:], span.stop], strict=True):
            begin, stop = (grid.origin + at * grid.step_s for at in (first, last))
            parts.append(row | {"start": begin, "end": stop, "queue": served[first]})
    frame = pd.DataFrame(parts, columns=phone.columns)
    times = {
        name: pd.DatetimeIndex(pd.to_datetime(frame[name].astype("int64"), unit="s", utc=True)).tz_convert(zone)
        for name in ("start", "end")
    }
    return frame.assign(**{name: value.as_unit("us") for name, value in times.items()})
