"""Random problems: what is returned keeps every rule, its coverage is a plain count, and its bound holds."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from schedule_cases import HOUR, MONDAY, ZONE, requirement, week
from test_schedule_agreement import SETTINGS, TEMPLATES

from scheduling import build_schedule, check
from scheduling.build import _teams
from scheduling.calendar import build_calendar, epoch_s
from scheduling.cover import DayPlan
from scheduling.facts import read_facts, without
from scheduling.inputs import need_by_queue, read_agents, read_requirement
from scheduling.problem import Team
from scheduling.program import Limits
from scheduling.relaxed import relax_people
from scheduling.roster import Roster
from scheduling.rules.force import in_force
from scheduling.search import Piece, choose
from scheduling.sharpen import sharpen
from wfm.errors import Findings, InfeasibleError
from wfm.params import Horizon, RuleSetting, ShiftRules

WISHES = ["off sat-sun", "start 07:00-09:00 x2", None, "not start 20:00-23:30; off wed x3", "off mon 08:00-12:00"]
WINDOWS = [None, None, "mon-fri", "mon-sun 07:00-16:00", "mon,tue,sat"]
LEGAL_AT_ALL = ("contract_hours", "rest", "days_per_week", "consecutive_days", "availability", "skills", "shift")


@dataclass
class Problem:
    """One random problem and what is given with it."""

    wanted: pd.DataFrame
    agents: pd.DataFrame
    rules: ShiftRules
    horizon: Horizon
    history: pd.DataFrame | None
    time_off: pd.DataFrame | None
    locked: pd.DataFrame | None = None

    @property
    def facts(self) -> dict[str, pd.DataFrame | None]:
        return {"history": self.history, "time_off": self.time_off}

    def build(self, **options):
        given = {"horizon": self.horizon, "version": "v", "time_limit_s": 3.0, "locked": self.locked} | self.facts
        return build_schedule(self.wanted, self.agents, self.rules, **given | options)

    def team(self) -> Team:
        wanted = read_requirement(self.wanted, "staff", self.horizon)
        people = read_agents(self.agents)
        calendar = build_calendar(self.horizon, self.rules, epoch_s(wanted["interval_start"]))
        facts = read_facts(
            self.history, self.locked, self.time_off, agents=people, dates=calendar.dates, timezone=calendar.timezone
        )
        needs = without(need_by_queue(wanted, "staff", calendar, self.horizon.interval_s), facts.cover(calendar))
        (team,) = _teams(people, needs, calendar, self.rules, in_force(self.rules), facts, Findings())
        return team


def random_problem(seed: int) -> Problem:
    random = np.random.default_rng(seed)
    count, days = int(random.integers(1, 5)), int(random.choice([2, 3, 7, 8]))
    horizon = week(days)
    others = random.permutation(3)[: random.integers(0, 4)] + 1
    templates = tuple(TEMPLATES[number] for number in sorted({int(random.integers(2)), *others.tolist()}))
    settings = []
    for name in random.permutation(sorted(SETTINGS))[: random.integers(0, 4)]:
        values = SETTINGS[name][random.integers(len(SETTINGS[name]))]
        settings.append(
            RuleSetting(str(name), values, None if random.random() < 0.5 else float(random.choice([3, 40])))
        )
    rules = ShiftRules(
        templates,
        min_rest_s=int(random.choice([0, 11])) * HOUR,
        max_days_per_week=int(random.choice([3, 5])),
        max_consecutive_days=int(random.choice([2, 6])),
        min_contract_share=float(random.choice([0.0, 0.0, 0.3])),
        rules=tuple(settings),
    )
    agents = pd.DataFrame(
        {
            "agent": [f"p{number}" for number in range(count)],
            "skills": "calls",
            "contract_hours": random.choice([16.0, 24.0, 40.0], count),
            "team": random.choice(["red", "blue"], count),
            "availability": random.choice(np.array(WINDOWS, dtype=object), count),
            "preferences": random.choice(np.array(WISHES, dtype=object), count),
            "seniority": random.integers(0, 4, count).astype(float),
        }
    )
    hours = (8, 20) if random.random() < 0.6 else (0, 24)
    wanted = requirement(horizon, int(random.integers(1, 4)), hours=hours, seed=seed)
    history = _history(agents, rules, seed) if random.random() < 0.5 else None
    off = pd.Timestamp(MONDAY + dt.timedelta(days=int(random.integers(days)))).tz_localize(ZONE)
    time_off = pd.DataFrame(
        {
            "agent": ["p0"],
            "start": [off],
            "end": [off + pd.Timedelta("1D")],
            "kind": random.choice(["requested", "approved"], 1),
            "weight": [1.5],
        }
    )
    return Problem(wanted, agents, rules, horizon, history, time_off if random.random() < 0.5 else None)


def _history(agents: pd.DataFrame, rules: ShiftRules, seed: int) -> pd.DataFrame | None:
    """What the same people worked the week before, under the rules that always hold."""
    horizon = week(7, MONDAY - dt.timedelta(days=7))
    plain = replace(rules, rules=(), min_contract_share=0.0)
    try:
        made = build_schedule(
            requirement(horizon, 2, seed=seed + 1), agents, plain, horizon=horizon, version="before", time_limit_s=2.0
        )
    except InfeasibleError:
        return None
    return None if made.schedule.empty else made.schedule


def counted(schedule: pd.DataFrame, wanted: pd.DataFrame, interval_s: int) -> list[float]:
    """Agents on the phone in each interval, minute by minute."""
    phone = schedule[schedule["activity"] == "phone"]
    spans = [
        (int(a.timestamp()) // 60, int(b.timestamp()) // 60) for a, b in zip(phone["start"], phone["end"], strict=True)
    ]
    found = []
    for start in wanted["interval_start"]:
        first = int(start.timestamp()) // 60
        minutes = range(first, first + interval_s // 60)
        found.append(sum(a <= minute < b for a, b in spans for minute in minutes) / len(minutes))
    return found


def solve_whole(team: Team, effort: float = 20.0) -> tuple[bool | None, float, float]:
    """Whether a roster exists, its cost and bound, from one exact model of everybody on every day."""
    roster = Roster(team, {}, {day: DayPlan({}, {}) for day in team.days})
    limits = Limits(1, effort, 0.0, time.monotonic() + 120, 120)
    piece = Piece(tuple(range(len(team.people))), team.days)
    try:
        found = choose(roster, piece, limits, must=True)
    except InfeasibleError:
        return None, np.inf, -np.inf
    if found is None:
        return False, np.inf, np.inf
    return True, roster.cost(), found[0] + team.prices.short * int(team.unreachable.sum())


def judge(problem: Problem) -> None:
    try:
        made = problem.build()
    except InfeasibleError:
        team = problem.team()
        assert solve_whole(team)[0] is not True
        return
    assert check(made.schedule, problem.agents, problem.rules, **problem.facts) == []
    rows = problem.wanted.sort_values("interval_start", ignore_index=True)
    interval_s = problem.horizon.interval_s
    assert made.coverage["scheduled"].tolist() == pytest.approx(counted(made.schedule, rows, interval_s))
    assert made.bound <= made.cost + 1e-9
    paid_h = (
        sum(s.total_seconds() for s in (made.schedule["end"] - made.schedule["start"])[made.schedule["paid"]]) / 3600
    )
    assert made.paid_hours == pytest.approx(paid_h)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_returned_breaks_a_rule(seed: int) -> None:
    judge(random_problem(seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 400))
def test_nothing_returned_breaks_a_rule_in_three_hundred(seed: int) -> None:
    judge(random_problem(seed))


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_bounds_stay_below_the_exact_optimum(seed: int) -> None:
    """The optimum is that of one model of everybody on every day; fractions and single days may not exceed it."""
    problem = random_problem(seed)
    team = problem.team()
    limits = Limits(1, 1.0, 0.0, time.monotonic() + 60, 60)
    exists, cost, _ = solve_whole(team, 5.0)
    if not exists:
        return
    guide = relax_people(team, limits)
    assert guide.bound <= cost + 1e-6 * max(1.0, cost)
    days = sharpen(team, guide, limits, 1)
    assert sum(days.parts.values()) >= guide.bound - 1e-6
    assert days.total(team) <= cost + 1e-6 * max(1.0, cost)
