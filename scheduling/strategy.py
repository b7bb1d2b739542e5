"""Which way the rosters are made: queue by queue, or all queues together where agents have several skills."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scheduling.engine import TeamAnswer, schedule_team, together
from scheduling.joint import improve_together
from scheduling.jointdays import plan_together
from scheduling.pooled import cuts_of, groups_of
from scheduling.problem import Team
from scheduling.program import Limits
from scheduling.roster import Roster
from scheduling.worked import skills_of

Tell = Callable[[str], None]
# Queues that an ordinary machine makes side by side.
SIDE_BY_SIDE = 2
APART_SHARE = 0.5


@dataclass(frozen=True)
class Rostered:
    """Rosters of everybody.

    Parameters
    ----------
    rosters : dict of str to Roster
        By queue, or by skills separated by ``|``.
    bound : float
        No rosters cost less [currency].
    prices : mapping of queue to ndarray, shape (periods,)
        What one agent more required adds to the bound [currency].
    """

    rosters: dict[str, Roster]
    bound: float
    prices: Mapping[str, np.ndarray]


def make_rosters(
    teams: list[Team],
    needs: Mapping[str, np.ndarray],
    agents: pd.DataFrame | None,
    limits: Limits,
    n_jobs: int,
    tell: Tell,
) -> Rostered:
    """Make the rosters of all teams.

    Parameters
    ----------
    teams : list of Team
        One a queue that anybody serves; each person in one.
    needs : mapping of queue to ndarray of int, shape (periods,)
        Of all queues.
    agents : DataFrame or None
        The agents contract; None makes people up.
    limits : Limits
    n_jobs : int
    tell : callable

    Raises
    ------
    InfeasibleError
        If somebody has no legal roster, or nothing was found in time.
    """
    if agents is None or not (whole := _whole(teams, needs, agents)):
        return _by_queue(teams, needs, limits, n_jobs, tell)
    skills = {
        str(agent): frozenset(skills_of(text)) & set(needs)
        for agent, text in zip(agents["agent"], agents["skills"], strict=True)
    }
    cuts = cuts_of(needs)
    tell("days of all queues together, time of agents with several skills split over theirs")
    plan = plan_together(whole, groups_of(whole, skills), cuts, together(whole), limits, n_jobs)
    apart = _by_queue(teams, needs, replace(limits, effort=APART_SHARE * limits.effort), n_jobs, tell).rosters
    starts = [apart] if plan.rosters is None else [apart, _named(plan.rosters)]
    rest = replace(limits, effort=(1 - APART_SHARE) * limits.effort)
    found = improve_together(whole, starts, skills, cuts, plan.bound, rest)
    tell("all queues together: weeks assigned")
    money = whole.prices.money
    return Rostered(_named(found), plan.bound * money, {queue: price * money for queue, price in plan.prices.items()})


def _named(rosters: Mapping[frozenset[str], Roster]) -> dict[str, Roster]:
    return {"|".join(sorted(can)): mine for can, mine in rosters.items()}


def _whole(teams: Sequence[Team], needs: Mapping[str, np.ndarray], agents: pd.DataFrame) -> Team | None:
    """Everybody, with the need of all queues; None where nobody has several skills that are needed."""
    several = any(len(set(skills_of(text)) & set(needs)) > 1 for text in agents["skills"])
    if not several or not teams:
        return None
    people = tuple(person for team in teams for person in team.people)
    need = sum(needs.values(), start=np.zeros_like(teams[0].need))
    return replace(teams[0], queue="", need=need, people=people)


def _by_queue(teams: list[Team], needs: Mapping[str, np.ndarray], limits: Limits, n_jobs: int, tell: Tell) -> Rostered:
    answers = _solve(teams, limits, n_jobs, tell)
    served = {team.queue: answer for team, answer in zip(teams, answers, strict=True)}
    bound = sum(answer.bound for answer in answers)
    for queue in (queue for queue in needs if queue not in served and teams):
        bound += int(needs[queue].sum()) * teams[0].prices.short * teams[0].prices.money
    return Rostered(
        {queue: answer.roster for queue, answer in served.items()},
        bound,
        {queue: answer.prices for queue, answer in served.items()},
    )


def _solve(teams: list[Team], limits: Limits, n_jobs: int, tell: Tell) -> list[TeamAnswer]:
    from joblib import Parallel, delayed, effective_n_jobs

    jobs = effective_n_jobs(n_jobs)
    outer = max(1, min(jobs, len(teams)))
    share = replace(limits, effort=limits.effort * min(1.0, SIDE_BY_SIDE / max(1, len(teams))))
    tasks = (delayed(schedule_team)(team, share, jobs // outer, tell) for team in teams)
    return list(Parallel(n_jobs=outer, prefer="threads")(tasks))
