"""The week of all queues with fractions of people, where agents have several skills: a bound, and a guide."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.cover import add_phone
from scheduling.crews import Crew, add_day_limits, add_week_limits, crews_of
from scheduling.problem import Person, Team
from scheduling.program import Limits, Program
from scheduling.relax import Cell, Relaxation, add_counts

MOST_QUEUES = 5
Skills = frozenset[str]
Terms = list[tuple[int, int]]
Cuts = list[tuple[Skills, np.ndarray]]


@dataclass(frozen=True)
class Group:
    """People with the same skills, as a team that sees the need of all queues.

    Parameters
    ----------
    skills : frozenset of str
    team : Team
    crews : tuple of Crew
    """

    skills: Skills
    team: Team
    crews: tuple[Crew, ...]


def groups_of(team: Team, skills: Mapping[str, Skills]) -> list[Group]:
    """The people of a team by their skills."""
    members: dict[Skills, list[Person]] = defaultdict(list)
    for person in team.people:
        members[skills[person.agent]].append(person)
    teams = {can: replace(team, people=tuple(people)) for can, people in members.items()}
    return [Group(can, own, crews_of(own)) for can, own in teams.items()]


def cuts_of(needs: Mapping[str, np.ndarray]) -> Cuts:
    """Sets of queues and what each needs by period: all of them up to five queues, single ones and all beyond.

    Time can be split over queues so that nobody is missing if and only if for every set the agents with any skill of
    it are as many as it needs (Hall 1935). Beyond five queues the cuts tell less than the truth: a lower bound still.
    """
    queues = sorted(needs)
    sizes = range(1, len(queues) + 1) if len(queues) <= MOST_QUEUES else (1, len(queues))
    return [
        (frozenset(some), np.sum([needs[queue] for queue in some], axis=0))
        for size in sizes
        for some in itertools.combinations(queues, size)
    ]


def shortage(cuts: Cuts, on_phone: Mapping[Skills, np.ndarray]) -> np.ndarray:
    """Agents missing by period with time split at will, shape (periods,).

    Parameters
    ----------
    cuts : list of (frozenset of queues, need by period)
    on_phone : mapping of skills to ndarray, shape (periods,)
    """
    excess = [need - sum(there for group, there in on_phone.items() if group & some) for some, need in cuts]
    return np.maximum(np.max(excess, axis=0), 0)


def add_cuts(
    program: Program,
    cuts: Cuts,
    phone: Mapping[Skills, Mapping[int, Terms]],
    beside: Mapping[Skills, np.ndarray],
    short: int,
) -> dict[int, tuple[int, Skills]]:
    """The price of every period in which some set of queues lacks people.

    Parameters
    ----------
    program : Program
    cuts : list of (frozenset of queues, need by period)
    phone : mapping of skills to terms by period
    beside : mapping of skills to ndarray, shape (periods,)
        People on the phone beside those of the program.
    short : int
        Price of one agent missing in one period [model units].

    Returns
    -------
    dict of row to (period, frozenset of queues)
    """
    rows = {}
    for period in sorted({period for terms in phone.values() for period in terms}):
        excess = []
        for some, need in cuts:
            groups = [group for group in phone if group & some]
            wanted = int(need[period]) - sum(int(beside[group][period]) for group in groups if group in beside)
            if wanted > 0:
                excess.append((some, [term for group in groups for term in phone[group].get(period, ())], wanted))
        if excess:
            missing = program.variable(max(wanted for *_, wanted in excess), cost=short)
            for some, terms, wanted in excess:
                rows[len(program.rows)] = (period, some)
                program.row([*terms, (missing, 1)], least=wanted)
    return rows


def relax_together(
    team: Team, groups: Sequence[Group], cuts: Cuts, days: Sequence[int], limits: Limits
) -> tuple[float, dict[Skills, Relaxation], dict[str, np.ndarray]]:
    """Days of all queues with fractions of people.

    Parameters
    ----------
    team : Team
        Everybody, with the need of all queues together.
    groups : sequence of Group
    cuts : list of (frozenset of queues, need by period)
    days : sequence of int
    limits : Limits

    Returns
    -------
    bound : float
        No roster of these days costs less [model units].
    guides : dict of frozenset of str to Relaxation
        What each group gives to each day.
    prices : dict of queue to ndarray, shape (periods,)
        What one agent more required adds [model units].
    """
    program = Program()
    shifts = [shift for day in days for shift in team.on_day(day)]
    phone: dict[Skills, dict[int, Terms]] = {}
    cells_of: dict[Skills, dict[Cell, list[int]]] = {}
    for group in groups:
        counts, cells = add_counts(program, group.team, group.crews, shifts)
        by_day: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        by_week: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for (number, day, paid_s), variables in cells.items():
            by_day[number][day] += variables
            by_week[number, team.calendar.week[day]][paid_s] += variables
        for number, offers_by_day in by_day.items():
            add_day_limits(program, group.team, group.crews[number], offers_by_day)
        for (number, week), offers in by_week.items():
            add_week_limits(program, group.team, group.crews[number], week, offers)
        phone[group.skills], _ = add_phone(program, shifts, counts, team.need > 0, team.calendar)
        cells_of[group.skills] = cells
    rows = add_cuts(program, cuts, phone, {}, team.prices.short)
    solution = program.relax(limits)
    prices = {queue: np.zeros(team.calendar.periods) for some, _ in cuts for queue in some}
    for row, (period, some) in rows.items():
        for queue in some:
            prices[queue][period] += solution.duals[row]
    nothing = np.zeros(team.calendar.periods)
    guides = {
        can: Relaxation(0, {c: float(sum(solution.values[at] for at in on)) for c, on in cells.items()}, {}, nothing)
        for can, cells in cells_of.items()
    }
    return math.ceil(solution.bound - 1e-4), guides, prices
