"""All queues at once, where agents have several skills: rosters by what people can do, cover by every set of queues.

Queue by queue each agent has one team, and a surplus of one team does not see the gap of another. Here people are held
by their skills. With time split over queues at will, a period is short by the largest excess, over all sets of queues,
of what the set needs over the people on the phone with any skill of it (max-flow, min-cut). Pieces of the whole are
chosen anew in exact models with these cuts, the others' shifts fixed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduling.conflict import conflict
from scheduling.cover import DayPlan, add_phone
from scheduling.jointdays import day_plan
from scheduling.judge import Judge
from scheduling.output import dealt_breaks
from scheduling.pooled import Cuts, Skills, add_cuts, shortage
from scheduling.problem import Shift, Team, break_starts
from scheduling.program import Limits, OutOfTimeError, Program
from scheduling.roster import Roster
from scheduling.rules import Choice
from scheduling.rules.force import add_rules
from wfm.errors import InfeasibleError

PIECE = 700
MENDED = 4
STEP_EFFORT = 0.5
LEAST_SPENT = 0.02
PIECE_GAP = 1e-4
PATIENCE_S = 1.0
IDLE = 12
GOOD_GAP = 0.005


def improve_together(
    team: Team,
    starts: Sequence[Mapping[str, Roster]],
    skills: Mapping[str, Skills],
    cuts: Cuts,
    bound: float,
    limits: Limits,
) -> dict[Skills, Roster]:
    """Rosters by skills, improved piece by piece with the cover of all queues together.

    Parameters
    ----------
    team : Team
        Everybody, with the need of all queues together.
    starts : sequence of mapping to Roster
        Rosters of everybody to begin with, by queue or by skills; the best of them is improved.
    skills : mapping of agent to frozenset of str
        Queues that each can serve.
    cuts : list of (frozenset of queues, need by period)
    bound : float
        Proven lower bound of the cost [model units]; the search stops there.
    limits : Limits
        `effort` is what all steps may spend together.

    Returns
    -------
    dict of frozenset of str to Roster
        By skills, each with everybody as its team.

    Raises
    ------
    InfeasibleError
        If somebody can't be given a legal week.
    """
    floors = [_Floor.of(team, start, skills, cuts) for start in starts]
    floor = min(floors, key=lambda one: (len(one.wrong()), one.cost()))
    floor.settle(replace(limits, effort=STEP_EFFORT, gap=PIECE_GAP))
    if wrong := floor.wrong():
        names = ", ".join(team.people[who].agent for who in wrong)
        reason = f"{names}: no legal week was found beside those of the others"
        raise InfeasibleError([reason, *(line for who in wrong[:MENDED] for line in conflict(team, who, limits))])
    left, idle = limits.effort, 0
    for people, days in _pieces(floor, limits.seed):
        if left <= 0 or idle > IDLE or limits.remaining_s() < PATIENCE_S or floor.near(bound):
            break
        gained, spent = floor.choose(people, days, replace(limits, effort=min(left, STEP_EFFORT), gap=PIECE_GAP))
        left -= max(spent, LEAST_SPENT)
        idle = 0 if gained else idle + 1
    return floor.rosters


def _pieces(floor: _Floor, seed: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """People drawn at random over a week, and over the days that are most short, in turn."""
    random = np.random.default_rng(np.random.SeedSequence([seed, len(floor.team.people)]))
    calendar = floor.team.calendar
    weeks = sorted({calendar.week[day] for day in floor.team.days})
    while True:
        order = [int(who) for who in random.permutation(len(floor.team.people))]
        short = floor.short()
        by_day = {day: int(short[calendar.day_of_period() == day].sum()) for day in floor.team.days}
        worst = sorted((day for day in by_day if by_day[day]), key=lambda day: (-by_day[day], day))
        for day in worst:
            yield next(_groups(floor, order, (day,))), (day,)
        for week in weeks:
            days = tuple(day for day in floor.team.days if calendar.week[day] == week)
            for group in _groups(floor, order, days):
                yield group, days


def _groups(floor: _Floor, order: Sequence[int], days: Sequence[int]) -> Iterator[tuple[int, ...]]:
    group: list[int] = []
    offers = 0
    for who in order:
        group.append(who)
        offers += len(floor.offers(who, days))
        if offers >= PIECE:
            yield tuple(sorted(group))
            group, offers = [], 0
    if group:
        yield tuple(sorted(group))


def _first_breaks(
    roster: Roster,
    day: int,
    breaks: dict[tuple[Skills, int], dict[tuple[int, int], Counter[int]]],
    member: Sequence[Skills],
    place: Mapping[str, int],
) -> None:
    """Breaks of a day whose shifts differ from its plan: each as early as it may be, until they are chosen anew."""
    for (who, on), index in roster.worked.items():
        if on == day:
            group, free_s = member[place[roster.team.people[who].agent]], 0
            for number, rule in enumerate(roster.team.calendar.shifts[index].template.breaks):
                start_s = next(start for start in break_starts(rule) if start >= free_s)
                breaks[group, day][index, number][start_s] += 1
                free_s = start_s + rule.length_s


@dataclass
class _Floor:
    """Rosters whose teams hold the same people, in the same order: one for each list of skills."""

    team: Team
    rosters: dict[Skills, Roster]
    member: list[Skills]
    cuts: Cuts
    judge: Judge

    @classmethod
    def of(cls, team: Team, rosters: Mapping[str, Roster], skills: Mapping[str, Skills], cuts: Cuts) -> _Floor:
        """From rosters that each hold some of the people, by queue or by skills."""
        place = {person.agent: who for who, person in enumerate(team.people)}
        member = [skills[person.agent] for person in team.people]
        made = {group: Roster(team) for group in dict.fromkeys(member)}
        breaks: dict[tuple[Skills, int], dict[tuple[int, int], Counter[int]]]
        breaks = defaultdict(lambda: defaultdict(Counter))
        for roster in rosters.values():
            settled = set(roster.plans) - set(roster.unsettled())
            for (who, day), index in roster.worked.items():
                number = place[roster.team.people[who].agent]
                made[member[number]].worked[number, day] = index
            on_time = replace(roster, worked={key: i for key, i in roster.worked.items() if key[1] in settled})
            for who, index, starts in dealt_breaks(on_time):
                group = member[place[roster.team.people[who].agent]]
                for number, start_s in enumerate(starts):
                    breaks[group, team.calendar.shifts[index].day][index, number][start_s] += 1
            for day in set(roster.plans) - settled:
                _first_breaks(roster, day, breaks, member, place)
        for group, roster in made.items():
            for day in team.days:
                roster.plans[day] = DayPlan(dict(roster.counts(day)), breaks[group, day])
        return cls(team, made, member, cuts, Judge.of(team))

    def offers(self, who: int, days: Collection[int]) -> list[Shift]:
        allowed = self.team.people[who].allowed
        return [shift for day in days for shift in self.team.on_day(day) if shift.index in allowed]

    def short(self) -> np.ndarray:
        """Agents missing by period, time split at will, shape (periods,)."""
        return shortage(self.cuts, {group: roster.cover() for group, roster in self.rosters.items()})

    def wrong(self) -> list[int]:
        """People below their least hours, or in whose roster a rule that must hold is broken."""
        union, weeks = self.everybody(), set(self.team.calendar.week)
        return sorted({*self.judge.offenders(union), *(w for week in weeks for w in union.below_contract(week))})

    def near(self, bound: float) -> bool:
        cost = self.cost()
        return cost - bound <= GOOD_GAP * cost

    def settle(self, limits: Limits) -> None:
        """Give everybody a legal week, and every day its breaks, whatever that costs."""
        wrong = self.wrong()
        for week in sorted(set(self.team.calendar.week)):
            days = tuple(day for day in self.team.days if self.team.calendar.week[day] == week)
            for first in range(0, len(wrong), MENDED):
                self.choose(
                    tuple(wrong[first : first + MENDED]), days, replace(limits, effort=4 * limits.effort), must=True
                )
        for day in self.team.days:
            self.choose((), (day,), limits)

    def everybody(self) -> Roster:
        return Roster(self.team, {key: i for roster in self.rosters.values() for key, i in roster.worked.items()})

    def cost(self) -> int:
        """Paid time, missing people and broken rules at their prices [model units]."""
        prices, shifts = self.team.prices, self.team.calendar.shifts
        paid = sum(prices.shift(shifts[i]) for roster in self.rosters.values() for i in roster.worked.values())
        return int(paid + prices.short * self.short().sum()) + self.judge.fines(self.everybody())

    def choose(
        self, people: tuple[int, ...], days: tuple[int, ...], limits: Limits, must: bool = False
    ) -> tuple[bool, float]:
        """Choose some people's shifts of some days anew; whether that was cheaper, and the effort spent."""
        program = Program()
        choices = {who: self._choices(program, who, days) for who in people}
        counts, breaks = self._cover(program, choices, days)
        rest = self.everybody()
        shared = any(ruling.rule.shared for ruling in self.team.rulings)
        others = {who: rest.tour(who) for who in range(len(self.team.people)) if who not in choices} if shared else {}
        add_rules(program, choices, self.team, others=others)
        try:
            solution = program.solve(limits, self._hint(choices, counts, breaks))
        except OutOfTimeError:
            return False, limits.effort
        if solution is None:
            return False, 0.0
        before, kept = self.cost(), {g: (dict(r.worked), dict(r.plans)) for g, r in self.rosters.items()}
        self._take(choices, counts, breaks, days, solution.values)
        if must or self.cost() < before:
            return True, solution.effort
        for group, (worked, plans) in kept.items():
            self.rosters[group].worked, self.rosters[group].plans = worked, plans
        return False, solution.effort

    def _choices(self, program: Program, who: int, days: Collection[int]) -> list[Choice]:
        prices, worked = self.team.prices, self.rosters[self.member[who]].worked
        free = [Choice(who, s, program.variable(1, cost=prices.shift(s))) for s in self.offers(who, days)]
        elsewhere = [i for (person, day), i in sorted(worked.items()) if person == who and day not in days]
        shifts = [self.team.calendar.shifts[index] for index in elsewhere]
        given = (*shifts, *self.team.people[who].fixed)
        return free + [Choice(who, shift, program.variable(1, lower=1)) for shift in given]

    def _cover(
        self, program: Program, choices: Mapping[int, Sequence[Choice]], days: Collection[int]
    ) -> tuple[dict[Skills, dict[int, int]], dict[Skills, dict[tuple[int, int], dict[int, int]]]]:
        """Counts and breaks by skills, and the price of every period in which some set of queues is short."""
        shifts = [shift for day in days for shift in self.team.on_day(day)]
        offered = {shift.index for shift in shifts}
        counts: dict[Skills, dict[int, int]] = {}
        breaks: dict[Skills, dict[tuple[int, int], dict[int, int]]] = {}
        phone: dict[Skills, dict[int, list[tuple[int, int]]]] = {}
        beside: dict[Skills, np.ndarray] = {}
        for group, roster in self.rosters.items():
            terms: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for choice in (one for who, mine in choices.items() if self.member[who] == group for one in mine):
                if choice.shift.index in offered and not program.lower[choice.at]:
                    terms[choice.shift.index].append((choice.at, 1))
            there = Counter(i for (who, day), i in roster.worked.items() if who not in choices and day in days)
            own = [shift for shift in shifts if terms[shift.index] or there[shift.index]]
            counts[group] = {}
            for shift in own:
                fixed, mine = there[shift.index], terms[shift.index]
                counts[group][shift.index] = program.variable(fixed + len(mine), lower=fixed)
                program.row([*mine, (counts[group][shift.index], -1)], -fixed, -fixed)
            phone[group], breaks[group] = add_phone(program, own, counts[group], self.team.need > 0, self.team.calendar)
            plans = [plan.cover(self.team.calendar) for day, plan in roster.plans.items() if day not in days]
            beside[group] = sum(plans, start=np.zeros_like(self.team.need))
        add_cuts(program, self.cuts, phone, beside, self.team.prices.short)
        return counts, breaks

    def _hint(
        self,
        choices: Mapping[int, Sequence[Choice]],
        counts: Mapping[Skills, Mapping[int, int]],
        breaks: Mapping[Skills, Mapping[tuple[int, int], Mapping[int, int]]],
    ) -> dict[int, int]:
        """The rosters as they are, by variable."""
        hint = {}
        for who, offers in choices.items():
            worked = self.rosters[self.member[who]].worked
            for choice in (one for one in offers if one.shift.index >= 0):
                hint[choice.at] = int(worked.get((who, choice.shift.day)) == choice.shift.index)
        for group, roster in self.rosters.items():
            for index, at in counts[group].items():
                hint[at] = roster.counts(self.team.calendar.shifts[index].day)[index]
            for (index, number), starts in breaks[group].items():
                plan = roster.plans.get(self.team.calendar.shifts[index].day)
                known = plan.breaks.get((index, number), {}) if plan else {}
                hint |= {at: known.get(start_s, 0) for start_s, at in starts.items()}
        return hint

    def _take(
        self,
        choices: Mapping[int, Sequence[Choice]],
        counts: Mapping[Skills, Mapping[int, int]],
        breaks: Mapping[Skills, Mapping[tuple[int, int], Mapping[int, int]]],
        days: Collection[int],
        values: np.ndarray,
    ) -> None:
        for who, offers in choices.items():
            worked = self.rosters[self.member[who]].worked
            for day in days:
                worked.pop((who, day), None)
            for choice in (one for one in offers if one.shift.index >= 0 and one.shift.day in days):
                if values[choice.at]:
                    worked[who, choice.shift.day] = choice.shift.index
        for group, roster in self.rosters.items():
            for day in days:
                mine = {i: at for i, at in counts[group].items() if self.team.calendar.shifts[i].day == day}
                roster.plans[day] = day_plan(mine, breaks[group], values)
