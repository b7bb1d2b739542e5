"""One queue's roster: the week relaxed, each day in whole people, days dealt out as weeks, then improved."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scheduling.crews import crews_of, reachable_s
from scheduling.day import DayAnswer, Supply, solve_day
from scheduling.fill import fill
from scheduling.patterns import patterns
from scheduling.problem import Person, Team
from scheduling.program import Limits
from scheduling.redeal import redeal_week
from scheduling.relax import Relaxation, relax_week
from scheduling.relaxed import relax_people
from scheduling.roster import Roster
from scheduling.rules import Record
from scheduling.search import improve, improve_week, prove
from scheduling.sharpen import sharpen
from scheduling.supply import supply_days
from scheduling.tours import assign_week, steady_starts

Tell = Callable[[str], None]
DAY_GAP = 0.001
DAY_SHARE = 0.8
LEAST_EFFORT = 0.25
MOST_EFFORT = 4.0
FILL_SHARE = 0.3
REDEAL_EFFORT = 0.5
MADE_UP_CONTRACT_S = 40 * 3600


@dataclass(frozen=True)
class TeamAnswer:
    """A roster with the proven lower bound of its cost [currency].

    `prices`, shape (periods,), is what one agent more required in a period adds to the bound [currency].
    """

    roster: Roster
    bound: float
    prices: np.ndarray


def schedule_team(team: Team, limits: Limits, jobs: int, tell: Tell) -> TeamAnswer:
    """Roster one queue.

    Parameters
    ----------
    team : Team
        Without people, as many as the cover needs are made up.
    limits : Limits
        `effort` is the deterministic time for the whole team.
    jobs : int
        Threads over days; the answer does not depend on it.
    tell : callable
        Told what is being done.
    """
    if team.people:
        return _schedule_people(team, limits, jobs, tell)
    bound, answers, prices = _plan_days(team, limits, jobs, tell)
    roster = _assign(team, answers, limits)
    weeks = _weeks(roster.team)
    for days in weeks:
        week = team.calendar.week[days[0]]
        effort = (1 - DAY_SHARE) * limits.effort / len(weeks)
        part = replace(limits, effort=effort, seed=limits.seed + week)
        improve_week(roster, week, bound, part)
        tell(f"queue {team.queue}: week of {team.calendar.dates[days[0]]} assigned")
    for days in weeks:
        steady_starts(roster, team.calendar.week[days[0]])
    return TeamAnswer(roster, bound * team.prices.money, prices * team.prices.money)


def _schedule_people(team: Team, limits: Limits, jobs: int, tell: Tell) -> TeamAnswer:
    """People with contracts and rules: the horizon relaxed, patterns of whole people, days filled, all improved."""
    guide = relax_people(team, limits)
    days = sharpen(team, guide, limits, jobs)
    bound = max(guide.bound, days.total(team))
    tell(f"queue {team.queue}: relaxed, no roster costs less than {_money(team, bound):,.0f}")
    effort = min(MOST_EFFORT, max(LEAST_EFFORT, FILL_SHARE * limits.effort / max(1, len(team.days))))
    roster = fill(team, guide, patterns(team, guide, limits), days.alone, replace(limits, effort=effort))
    tell(f"queue {team.queue}: days filled")
    improve(roster, bound, replace(limits, effort=(1 - FILL_SHARE) * limits.effort))
    bound = prove(roster, bound, limits)
    tell(f"queue {team.queue}: improved to {_money(team, roster.cost()):,.0f}")
    for week in sorted({team.calendar.week[day] for day in team.days}):
        steady_starts(roster, week)
    return TeamAnswer(roster, _money(team, bound), guide.prices * team.prices.money)


def _money(team: Team, units: float) -> float:
    return units * team.prices.money


def _plan_days(
    team: Team, limits: Limits, jobs: int, tell: Tell
) -> tuple[int | float, dict[int, DayAnswer], np.ndarray]:
    """Every day in whole people, a lower bound of the roster's cost, and what each period adds to it [model units]."""
    crews = crews_of(team)
    effort = max(LEAST_EFFORT, DAY_SHARE * limits.effort / max(1, len(team.days)))
    share = replace(limits, effort=effort, gap=DAY_GAP)
    bound: float = team.prices.short * int(team.unreachable.sum())
    answers: dict[int, DayAnswer] = {}
    prices = np.where(team.unreachable > 0, float(team.prices.short), 0.0)
    for days in together(team):
        relaxed = relax_week(team, crews, days, limits)
        supplies = supply_days(team, crews, days, relaxed, limits)
        found = _solve_days(team, relaxed, supplies, share, jobs)
        free = not team.linked and all(one.heads is None for part in supplies.values() for one in part)
        bound += max(relaxed.bound, sum(answer.bound for answer in found.values()) if free else 0.0)
        answers |= found
        prices = prices + relaxed.prices
        tell(f"queue {team.queue}: days from {team.calendar.dates[days[0]]} planned")
    return bound, answers, prices


def together(team: Team) -> list[tuple[int, ...]]:
    """Days that have to be relaxed together: weeks, or the horizon where night shifts link its days."""
    return [team.days] if team.linked else _weeks(team)


def _weeks(team: Team) -> list[tuple[int, ...]]:
    weeks: dict[int, list[int]] = defaultdict(list)
    for day in team.days:
        weeks[team.calendar.week[day]].append(day)
    return [tuple(days) for _, days in sorted(weeks.items())]


def _solve_days(
    team: Team,
    relaxed: Relaxation,
    supplies: Mapping[int, Sequence[Supply]],
    limits: Limits,
    jobs: int,
) -> dict[int, DayAnswer]:
    """Days side by side; where night shifts link them, one after the other, each knowing the night before it.

    A linked day leaves to the days after it what the relaxed week gives to them.
    """
    from joblib import Parallel, delayed

    if not team.linked:
        tasks = (delayed(solve_day)(team, day, given, team.need, limits) for day, given in supplies.items())
        return dict(zip(supplies, Parallel(n_jobs=jobs, prefer="threads")(tasks), strict=True))
    answers: dict[int, DayAnswer] = {}
    before = np.zeros_like(team.need)
    for day, given in supplies.items():
        later = sum((phone for on, phone in relaxed.phone.items() if on > day), start=np.zeros(len(team.need)))
        need = team.need - before - np.floor(later + 1e-6).astype(np.int64)
        answers[day] = solve_day(team, day, given, np.maximum(need, 0), limits)
        before = before + answers[day].plan.cover(team.calendar)
    return answers


def _assign(team: Team, answers: Mapping[int, DayAnswer], limits: Limits) -> Roster:
    """Deal the days out to people; made-up people are added until nothing stays open."""
    shifts_of = {
        day: [index for index, count in answer.plan.counts.items() for _ in range(count)]
        for day, answer in answers.items()
    }
    weeks = _weeks(team)
    size = 0 if team.people else _fewest(team, weeks, shifts_of)
    while True:
        staffed = team if team.people else _staffed(team, size)
        roster = Roster(staffed, {}, {day: answer.plan for day, answer in answers.items()})
        open_shifts = 0
        for week in (team.calendar.week[days[0]] for days in weeks):
            if assign_week(roster, week, shifts_of):
                open_shifts += redeal_week(roster, week, shifts_of, replace(limits, effort=REDEAL_EFFORT))
        if team.people or not open_shifts:
            return roster
        size += math.ceil(open_shifts / team.rules.max_days_per_week)


def _fewest(team: Team, weeks: Sequence[Sequence[int]], shifts_of: Mapping[int, Sequence[int]]) -> int:
    """No fewer people than this can work all shifts."""
    most_s = reachable_s(team.rules, MADE_UP_CONTRACT_S)
    sizes = [1]
    for days in weeks:
        worked = [team.calendar.shifts[index].paid_s for day in days for index in shifts_of[day]]
        sizes += [len(shifts_of[day]) for day in days]
        sizes += [math.ceil(len(worked) / team.rules.max_days_per_week), math.ceil(sum(worked) / most_s)]
    return max(sizes)


def _staffed(team: Team, size: int) -> Team:
    """The team with so many full-time people made up."""
    everything = frozenset(shift.index for shift in team.calendar.shifts)
    days = frozenset(range(len(team.calendar.dates)))
    contract_s = reachable_s(team.rules, MADE_UP_CONTRACT_S)
    people = tuple(Person(str(number), contract_s, everything, days) for number in range(size))
    names = [person.agent for person in people]
    agents = pd.DataFrame({"agent": names, "skills": team.queue, "contract_hours": contract_s / 3600})
    dates = team.calendar.dates
    record = Record((), agents, team.rules, (), None, dates[0], dates[-1])
    return replace(team, people=people, record=record)
