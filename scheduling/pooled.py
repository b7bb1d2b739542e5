"""A lower bound of the cost of all queues together, where agents have several skills."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from scheduling.cover import add_phone
from scheduling.crews import add_day_limits, add_week_limits, crews_of
from scheduling.problem import Person, Team
from scheduling.program import Limits, Program
from scheduling.relax import add_counts

MOST_QUEUES = 5
Terms = list[tuple[int, int]]


def pooled_bound(
    team: Team,
    needs: Mapping[str, np.ndarray],
    skills: Mapping[str, frozenset[str]],
    weeks: Sequence[Sequence[int]],
    limits: Limits,
) -> float:
    """No roster of all queues costs less [currency]: its weeks with fractions of people, time split at will.

    For every set of queues, agents with any skill of the set cover what the set needs, or it is paid for as missing:
    the cuts of the flow from agents to queues, which together say that the time can be split so (Hall 1935). Beyond
    five queues only single queues and all of them together are cut, which is weaker and still valid.

    Parameters
    ----------
    team : Team
        Everybody, with the need of all queues together.
    needs : mapping of queue to ndarray of int, shape (periods,)
    skills : mapping of agent to frozenset of str
        Queues that each can serve.
    weeks : sequence of sequence of int
        Days that are relaxed together.
    limits : Limits
    """
    groups: dict[frozenset[str], list[Person]] = defaultdict(list)
    for person in team.people:
        groups[skills[person.agent]].append(person)
    bound = 0.0
    for days in weeks:
        bound += _relaxed(team, needs, groups, days, limits)
    return (bound + team.prices.short * int(team.unreachable.sum())) * team.prices.money


def _relaxed(
    team: Team,
    needs: Mapping[str, np.ndarray],
    groups: Mapping[frozenset[str], Sequence[Person]],
    days: Sequence[int],
    limits: Limits,
) -> float:
    program = Program()
    shifts = [shift for day in days for shift in team.on_day(day)]
    phone: dict[frozenset[str], dict[int, Terms]] = {}
    for can, people in groups.items():
        own = replace(team, people=tuple(people))
        crews = crews_of(own)
        counts, cells = add_counts(program, own, crews, shifts)
        by_day: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        by_week: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for (number, day, paid_s), variables in cells.items():
            by_day[number][day] += variables
            by_week[number, team.calendar.week[day]][paid_s] += variables
        for number, offers_by_day in by_day.items():
            add_day_limits(program, own, crews[number], offers_by_day)
        for (number, week), offers in by_week.items():
            add_week_limits(program, own, crews[number], week, offers)
        phone[can], _ = add_phone(program, shifts, counts, team.need > 0, team.calendar)
    reached = sorted({period for terms in phone.values() for period in terms})
    for period in reached:
        _add_cuts(program, team, {queue: int(need[period]) for queue, need in needs.items()}, phone, period)
    return program.relax(limits).bound


def _add_cuts(
    program: Program,
    team: Team,
    need: Mapping[str, int],
    phone: Mapping[frozenset[str], Mapping[int, Terms]],
    period: int,
) -> None:
    queues = [queue for queue, count in need.items() if count > 0]
    missing = {queue: program.variable(need[queue], cost=team.prices.short) for queue in queues}
    sizes = range(1, len(queues) + 1) if len(queues) <= MOST_QUEUES else {1, len(queues)}
    for size in sizes:
        for some in itertools.combinations(queues, size):
            terms = [term for can, on_phone in phone.items() if can & set(some) for term in on_phone.get(period, ())]
            short = [(missing[queue], 1) for queue in some]
            program.row([*terms, *short], least=sum(need[queue] for queue in some))
