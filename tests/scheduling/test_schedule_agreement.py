"""What a rule adds to a model and what its check finds agree: the price of a roster is the price of its breaches."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from schedule_cases import BREAKS, HOUR, MINUTE, MONDAY, ZONE, requirement, week

from scheduling.calendar import build_calendar, epoch_s
from scheduling.cover import DayPlan
from scheduling.facts import read_facts
from scheduling.inputs import people_of
from scheduling.output import schedule_frame
from scheduling.problem import Team
from scheduling.program import Limits, Program
from scheduling.roster import Roster
from scheduling.rules import RULES, Choice, Record
from scheduling.rules.force import add_rules, in_force
from scheduling.worked import worked_shifts
from wfm.params import BreakRule, RuleSetting, ShiftRules, ShiftTemplate

SPLIT = BreakRule("gap", 2 * HOUR, 2 * HOUR, 3 * HOUR, paid=False)
TEMPLATES = (
    ShiftTemplate("day", 5 * HOUR, 8 * HOUR, 12 * HOUR, 2 * HOUR, BREAKS),
    ShiftTemplate("short", 3 * HOUR, 8 * HOUR, 14 * HOUR, 3 * HOUR, BREAKS[:1]),
    ShiftTemplate("split", 8 * HOUR, 8 * HOUR, 9 * HOUR, HOUR, (SPLIT,)),
    ShiftTemplate("night", 8 * HOUR, 20 * HOUR, 23 * HOUR, 90 * MINUTE),
)
PRICE = 10.0
AGENTS = pd.DataFrame(
    {
        "agent": [f"p{number}" for number in range(6)],
        "skills": "calls",
        "contract_hours": [40.0, 30.0, 20.0, 40.0, 40.0, 40.0],
        "team": ["red", "red", "blue", "blue", None, "red"],
        "site": "here",
        "preferences": ["off sat-sun", "start 07:00-09:00 x2", None, "not start 20:00-23:30; off wed x3", None, None],
        "seniority": [0.0, 5.0, 1.0, 2.0, 0.0, 0.0],
    }
)
SETTINGS: dict[str, list[dict[str, object]]] = {
    "weekends": [{"most": 0, "weeks": 1}, {"most": 1, "weeks": 3}],
    "whole_weekends": [{}],
    "period_hours": [{"weeks": 2}, {"weeks": 3, "most": 0.5}],
    "legal_breaks": [{"law": "eu"}, {"law": "california"}],
    "shift_length": [{"most": "4h"}, {"least": "4h", "most": "6h"}],
    "runs_of_days": [{"least_work": 3}, {"least_off": 3}, {"most_work": 2}, {"least_work": 2, "least_off": 2}],
    "as_published": [{}, {"called_in": 1.0}],
    "nights": [{"most": 1}, {"in_a_row": 1}, {"most": 2, "weeks": 2, "in_a_row": 2, "night": "22:00-05:00"}],
    "start_times": [{"span": "1h"}, {"span": "5h"}],
    "split_shifts": [{"most": 0}, {"most": 1, "gap": "2h"}],
    "weekly_rest": [{}, {"rest": "48h"}],
    "time_off_requests": [{}],
    "preferences": [{}, {"seniority": 0.5}],
    "rotation": [{"pattern": ["08:00-10:00", "12:00-23:30"]}, {"pattern": ["20:00-04:00"], "shift": 1}],
    "fairness": [{"hours": "22:00-06:00"}, {"weekdays": "sat-sun", "weeks": 2}],
    "team_together": [{}, {"span": "2h"}],
    "starts": [{"within": "08:00-09:00", "most": 1}, {"within": "20:00-23:30", "least": 2}],
}


def rules_with(
    name: str, values: dict[str, object], price: float | None = PRICE, **whom: tuple[str, ...]
) -> ShiftRules:
    rules = ShiftRules(TEMPLATES, max_days_per_week=7, max_consecutive_days=14, min_rest_s=0)
    return replace(rules, rules=(RuleSetting(name, values, price),))


class Case:
    """Random tours of six people over two weeks, the week before given."""

    def __init__(self, rules: ShiftRules, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.horizon = week(14)
        wanted = requirement(self.horizon, 3, hours=(0, 24))
        self.rules = rules
        self.calendar = build_calendar(self.horizon, rules, epoch_s(wanted["interval_start"]))
        past = week(7, MONDAY - dt.timedelta(days=7))
        before = build_calendar(past, rules, epoch_s(wanted["interval_start"]))
        history = self._worked(before, rules)
        off = pd.Timestamp("2026-11-26 10:00", tz=ZONE)
        self.time_off = pd.DataFrame(
            {
                "agent": ["p0", "p3"],
                "start": [off, off],
                "end": [off + pd.Timedelta("1D"), off + pd.Timedelta("3D")],
                "kind": "requested",
                "weight": [1.0, 2.5],
            }
        )
        given = {"agents": AGENTS, "dates": self.calendar.dates, "timezone": ZONE}
        self.facts = read_facts(history, None, self.time_off, **given)
        people = people_of(AGENTS, self.calendar, self.facts)
        need = np.ones(self.calendar.periods, dtype=np.int64)
        dates = self.calendar.dates
        published = {
            (AGENTS["agent"][who], dates[day]): (self.calendar.shifts[i].start, self.calendar.shifts[i].end)
            for (who, day), i in self._tours(self.calendar).items()
        }
        given = (self.facts.before, self.facts.time_off, dates[0], dates[-1])
        self.record = Record((), AGENTS, rules, *given, published=published)
        everybody = tuple(people.values())
        alone = tuple(ruling for ruling in in_force(rules) if ruling.setting)
        self.team = Team("calls", need, everybody, self.calendar, rules, alone, self.record)
        self.tours = self._tours(self.calendar)

    def _tours(self, calendar) -> dict[tuple[int, int], int]:
        on_day = [[s.index for s in calendar.shifts if s.day == day] for day in range(len(calendar.dates))]
        worked: dict[tuple[int, int], int] = {}
        for who in range(len(AGENTS)):
            for day, offers in enumerate(on_day):
                free = [i for i in offers if self._rested(calendar, worked.get((who, day - 1)), i)]
                if free and self.random.random() < 0.65:
                    worked[who, day] = int(self.random.choice(free))
        return worked

    @staticmethod
    def _rested(calendar, before: int | None, index: int) -> bool:
        return before is None or calendar.shifts[before].end < calendar.shifts[index].start

    def _worked(self, calendar, rules: ShiftRules) -> pd.DataFrame:
        need = np.ones(calendar.periods, dtype=np.int64)
        given = {"agents": AGENTS, "dates": calendar.dates, "timezone": ZONE}
        people = people_of(AGENTS, calendar, read_facts(None, None, None, **given))
        team = Team("calls", need, tuple(people.values()), calendar, rules)
        return self.frame(team, self._tours(calendar))

    @staticmethod
    def frame(team: Team, tours: dict[tuple[int, int], int]) -> pd.DataFrame:
        """The schedule of tours, every break at its earliest start."""
        roster = Roster(team, dict(tours))
        for day in range(len(team.calendar.dates)):
            counts = roster.counts(day)
            breaks = {
                (index, number): {rule.earliest_s: count}
                for index, count in counts.items()
                for number, rule in enumerate(team.calendar.shifts[index].template.breaks)
            }
            roster.plans[day] = DayPlan(counts, breaks)
        return schedule_frame({"calls": roster}, "v", None, ZONE)

    def price_in_model(self, chosen: list[int]) -> Fraction | None:
        """Least price of the tours [model units], `chosen` people as variables; None where they are illegal."""
        program = Program()
        choices, wanted = {}, {}
        for who in chosen:
            offers = [Choice(who, s, program.variable(1)) for s in self.calendar.shifts]
            wanted |= {c.at: int(self.tours.get((who, c.shift.day)) == c.shift.index) for c in offers}
            fixed = [Choice(who, shift, program.variable(1, lower=1)) for shift in self.team.people[who].fixed]
            choices[who] = offers + fixed
        others = {
            who: [self.calendar.shifts[i] for (p, _), i in sorted(self.tours.items()) if p == who]
            for who in range(len(AGENTS))
            if who not in chosen
        }
        add_rules(program, choices, self.team, others=others)
        for at, value in wanted.items():
            program.row([(at, 1)], value, value)
        solution = program.solve(Limits(1, 30.0, 0.0, 1e18, 60.0))
        return None if solution is None else Fraction(round(solution.objective))

    def breaches(self) -> float:
        (ruling,) = [r for r in self.team.rulings if r.setting]
        worked = worked_shifts(self.frame(self.team, self.tours))
        found = ruling.rule.check(ruling.narrow(replace(self.record, worked=worked)), ruling.settings)
        return sum(breach.amount for breach in found)


CASES = [(name, values) for name, options in SETTINGS.items() for values in options]


def test_every_rule_that_can_be_set_is_held_against_its_check() -> None:
    assert set(SETTINGS) == {name for name, rule in RULES.items() if rule.settings is not None}


@pytest.mark.parametrize(("name", "values"), CASES, ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_price_in_the_model_is_that_of_the_check(name: str, values: dict[str, object], seed: int) -> None:
    case = Case(rules_with(name, values), seed)
    everybody = list(range(len(AGENTS)))
    model = case.price_in_model(everybody)
    assert model is not None
    units = case.team.prices.units(PRICE)
    assert float(model) == pytest.approx(units * case.breaches(), rel=0.03, abs=0.5 * units / 10)


@pytest.mark.parametrize(("name", "values"), CASES, ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)])
def test_held_rules_allow_exactly_the_rosters_without_breach(name: str, values: dict[str, object]) -> None:
    for seed in (4, 5):
        case = Case(rules_with(name, values, None), seed)
        legal = case.price_in_model(list(range(len(AGENTS)))) is not None
        assert legal == (case.breaches() == 0)
