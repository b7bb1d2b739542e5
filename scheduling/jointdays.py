"""All queues' days in whole people, by skills, and dealt out to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.cover import DayPlan, add_phone
from scheduling.day import Supply, add_supply, merge_supplies
from scheduling.pooled import Cuts, Group, Skills, Terms, add_cuts, relax_together
from scheduling.problem import Team
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.redeal import redeal_week
from scheduling.relax import add_counts
from scheduling.roster import Roster
from scheduling.supply import supply_days
from scheduling.tours import assign_week

DAY_GAP = 0.005
# Below this a day of several groups is hardly better than nobody at work.
LEAST_EFFORT = 4.0
REDEAL_EFFORT = 0.5


@dataclass(frozen=True)
class JointPlan:
    """All queues' days in whole people.

    Parameters
    ----------
    bound : float
        No roster costs less [model units].
    prices : dict of queue to ndarray, shape (periods,)
        What one agent more required adds [model units].
    rosters : dict of frozenset of str to Roster, or None
        By skills, each with its own people; None where night shifts link days, or a day found no plan in time.
    """

    bound: float
    prices: dict[str, np.ndarray]
    rosters: dict[Skills, Roster] | None


def plan_together(
    team: Team, groups: Sequence[Group], cuts: Cuts, parts: Sequence[Sequence[int]], limits: Limits, jobs: int = 1
) -> JointPlan:
    """Rosters by skills from the relaxed weeks of all queues together.

    Parameters
    ----------
    team : Team
        Everybody, with the need of all queues together.
    groups : sequence of Group
    cuts : list of (frozenset of queues, need by period)
    parts : sequence of sequence of int
        Days that are relaxed together.
    limits : Limits
        `effort` is what all days may spend together.
    jobs : int
        Threads over days; the answer does not depend on it.

    """
    from joblib import Parallel, delayed

    bound: float = team.prices.short * int(team.unreachable.sum())
    prices: dict[str, np.ndarray] = {}
    plans: dict[Skills, dict[int, DayPlan]] = {group.skills: {} for group in groups}
    share = replace(limits, effort=max(LEAST_EFFORT, limits.effort / max(1, len(team.days))), gap=DAY_GAP)
    whole = not team.linked
    for days in parts:
        least, guides, added = relax_together(team, groups, cuts, days, limits)
        bound += least
        for queue, price in added.items():
            prices[queue] = prices.get(queue, 0.0) + price
        supplies = {g.skills: supply_days(g.team, g.crews, days, guides[g.skills], limits) for g in groups}
        given = {day: {can: by_day[day] for can, by_day in supplies.items()} for day in days}
        tasks = (delayed(_solve_day)(team, groups, cuts, day, given[day], share) for day in (days if whole else ()))
        try:
            found = list(Parallel(n_jobs=jobs, prefer="threads")(tasks))
        except OutOfTimeError:
            return JointPlan(bound, prices, None)
        for day, plan_of in zip(days, found, strict=False):
            for can, plan in plan_of.items():
                plans[can][day] = plan
    rosters = {group.skills: _deal(group.team, plans[group.skills], limits) for group in groups}
    return JointPlan(bound, prices, rosters if whole else None)


def _solve_day(
    team: Team,
    groups: Sequence[Group],
    cuts: Cuts,
    day: int,
    supplies: Mapping[Skills, Sequence[Supply]],
    limits: Limits,
) -> dict[Skills, DayPlan]:
    program, shifts = Program(), team.on_day(day)
    phone: dict[Skills, dict[int, Terms]] = {}
    counted, paused = {}, {}
    for group in groups:
        merged = merge_supplies(supplies[group.skills], frozenset(shift.index for shift in shifts))
        counts, cells = add_counts(program, group.team, [supply.crew for supply in merged], shifts)
        for number, supply in enumerate(merged):
            add_supply(program, supply, {paid_s: cell for (owner, _, paid_s), cell in cells.items() if owner == number})
        terms, breaks = add_phone(program, shifts, counts, team.need > 0, team.calendar)
        phone[group.skills], counted[group.skills], paused[group.skills] = terms, counts, breaks
    add_cuts(program, cuts, phone, {}, team.prices.short)
    solution = program.solve(limits)
    if solution is None:
        raise AssertionError("a day on which anybody may be missing always has a plan")
    return {can: day_plan(counted[can], paused[can], solution.values) for can in counted}


def day_plan(
    counts: Mapping[int, int], breaks: Mapping[tuple[int, int], Mapping[int, int]], values: np.ndarray
) -> DayPlan:
    """A day's plan out of a solution."""
    there = {index: int(values[at]) for index, at in counts.items() if values[at] > 0}
    starts = {
        key: {start_s: int(values[at]) for start_s, at in offers.items() if values[at] > 0}
        for key, offers in breaks.items()
        if key[0] in there
    }
    return DayPlan(there, starts)


def _deal(team: Team, plans: dict[int, DayPlan], limits: Limits) -> Roster:
    """Days dealt out to the people of one group; what nobody may take stays open."""
    shifts_of = {day: [i for i, count in plan.counts.items() for _ in range(count)] for day, plan in plans.items()}
    roster = Roster(team, {}, dict(plans))
    for week in sorted({team.calendar.week[day] for day in plans}):
        if assign_week(roster, week, shifts_of):
            redeal_week(roster, week, shifts_of, replace(limits, effort=REDEAL_EFFORT))
    return roster
