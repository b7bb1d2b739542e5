"""Days become weeks of people: linear assignment, one day after the other, then a pass for steady start times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.problem import Shift, Team
from scheduling.roster import Roster

DAY_S = 86_400
FORBIDDEN = 1e12
PRESSURE = 8.0
LENGTH_PER_H = 2.0


@dataclass
class _Week:
    """What each person of a team has done so far in the week, and the shift before."""

    paid_s: np.ndarray
    days: np.ndarray
    run: np.ndarray
    last_end: np.ndarray
    usual_start: np.ndarray


def assign_week(roster: Roster, week: int, shifts_of: Mapping[int, Sequence[int]]) -> int:
    """Give the shifts of a week to people; what nobody may take stays open.

    The cost of a pair is small where the person has to work most of the days left, where the shift is as
    long as the hours left per day, and where it starts when the person usually does.

    Parameters
    ----------
    roster : Roster
        Receives the week.
    week : int
    shifts_of : dict of day to shift indexes, with repetition

    Returns
    -------
    int
        Shifts that stay open.
    """
    team, open_shifts = roster.team, 0
    days = [day for day in team.days if team.calendar.week[day] == week]
    allowed = _allowed(team)
    can_work = np.array([[bool(p.allowed & {s.index for s in team.on_day(day)}) for day in days] for p in team.people])
    state = _before(roster, days[0] if days else 0, week)
    for position, day in enumerate(days):
        shifts = [team.calendar.shifts[index] for index in sorted(shifts_of.get(day, ()))]
        if day - 1 not in days[:position] and position:
            state.run[:] = 0
        days_open = can_work[:, position:].sum(axis=1)
        ahead = np.array([_next_start(person.fixed, day) for person in team.people])
        pairs = _match(_pair_costs(team, state, shifts, allowed, days_open, ahead)) if shifts else []
        open_shifts += len(shifts) - len(pairs)
        _work(roster, state, day, {person: shifts[at] for person, at in pairs})
    return open_shifts


def _allowed(team: Team) -> np.ndarray:
    grid = np.zeros((len(team.people), len(team.calendar.shifts)), dtype=bool)
    for row, person in enumerate(team.people):
        grid[row, sorted(person.allowed)] = True
    return grid


def _before(roster: Roster, first: int, week: int) -> _Week:
    people = len(roster.team.people)
    run, last_end = np.zeros(people, dtype=int), np.full(people, -np.inf)
    usual = np.full(people, np.nan)
    paid_s, days = np.zeros(people), np.zeros(people, dtype=int)
    calendar = roster.team.calendar
    for number, person in enumerate(roster.team.people):
        paid_s[number], days[number] = person.fixed_in(calendar, week)
        past = [calendar.shifts[i] for (who, day), i in roster.worked.items() if who == number and day < first]
        past += [shift for shift in person.fixed if shift.day < first]
        at_work = {shift.day for shift in past}
        while first - 1 - run[number] in at_work:
            run[number] += 1
        if past:
            last_end[number] = max(shift.end for shift in past)
            usual[number] = max(past, key=lambda shift: shift.start).start
    return _Week(paid_s, days, run, last_end, usual)


def _pair_costs(
    team: Team,
    state: _Week,
    shifts: Sequence[Shift],
    allowed: np.ndarray,
    days_open: np.ndarray,
    next_start: np.ndarray,
) -> np.ndarray:
    rules = team.rules
    contract = np.array([person.contract_s for person in team.people], dtype=float)
    paid = np.array([shift.paid_s for shift in shifts], dtype=float)
    start = np.array([shift.start for shift in shifts], dtype=float)
    hours_left = contract - state.paid_s
    days_left = np.minimum(rules.max_days_per_week - state.days, hours_left // paid.min())
    rest_s = max(rules.min_rest_s, team.calendar.step_s)
    legal = allowed[:, [shift.index for shift in shifts]] & (hours_left[:, None] >= paid)
    end = np.array([shift.end for shift in shifts], dtype=float)
    legal &= (state.last_end[:, None] + rest_s <= start) & (days_left > 0)[:, None]
    legal &= end + rest_s <= next_start[:, None]
    legal &= (state.run < rules.max_consecutive_days)[:, None]
    per_day = np.minimum(hours_left / np.maximum(days_left, 1), paid.max())
    pressure = days_left / np.maximum(days_open, 1)
    habit = np.nan_to_num(_clock_apart(start, state.usual_start[:, None]))
    costs = -PRESSURE * pressure[:, None] + LENGTH_PER_H * np.abs(paid - per_day[:, None]) / 3600 + habit / 3600
    return np.where(legal, costs, FORBIDDEN)


def _clock_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Distance of two times of day around the clock [s]."""
    apart = np.abs(one % DAY_S - other % DAY_S)
    return np.minimum(apart, DAY_S - apart)


def _match(costs: np.ndarray) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    people, shifts = linear_sum_assignment(costs)
    pairs = zip(people.tolist(), shifts.tolist(), strict=True)
    return [(person, shift) for person, shift in pairs if costs[person, shift] < FORBIDDEN]


def _next_start(given: Sequence[Shift], day: int) -> float:
    return min((shift.start for shift in given if shift.day > day), default=np.inf)


def _work(roster: Roster, state: _Week, day: int, given: Mapping[int, Shift]) -> None:
    at_work = np.zeros(len(state.run), dtype=bool)
    for number, person in enumerate(roster.team.people):
        for shift in (one for one in person.fixed if one.day == day):
            at_work[number], state.last_end[number] = True, shift.end
    for who, shift in given.items():
        roster.worked[who, day] = shift.index
        at_work[who] = True
        state.paid_s[who] += shift.paid_s
        state.days[who] += 1
        state.last_end[who] = shift.end
        state.usual_start[who] = shift.start
    state.run = np.where(at_work, state.run + 1, 0)


def steady_starts(roster: Roster, week: int) -> None:
    """Exchange the shifts of each day among those at work, so that people start at much the same time all week.

    Cover and cost stay as they are, every exchange is legal for each person alone, and where nothing better
    is legal the day stays as it is.
    """
    team, allowed = roster.team, _allowed(roster.team)
    for day in (day for day in team.days if team.calendar.week[day] == week):
        tours: dict[int, list[Shift]] = defaultdict(list)
        for (who, _), index in roster.worked.items():
            tours[who].append(team.calendar.shifts[index])
        for who, person in enumerate(team.people):
            tours[who] += person.fixed
        people = sorted(who for who, on in roster.worked if on == day)
        shifts = [team.calendar.shifts[roster.worked[who, day]] for who in people]
        costs = [_exchange_costs(team, who, tours[who], day, shifts, allowed[who]) for who in people]
        _exchange(roster, day, people, shifts, _match(np.array(costs)) if people else [])


def _exchange(
    roster: Roster, day: int, people: Sequence[int], shifts: Sequence[Shift], pairs: Sequence[tuple[int, int]]
) -> None:
    """Give the shifts to their new owners unless somebody would be left without, or a rule of the planner's worse."""
    if len(pairs) < len(people):
        return
    before, fines, offenders = dict(roster.worked), roster.judge.fines(roster), roster.judge.offenders(roster)
    for row, column in pairs:
        roster.worked[people[row], day] = shifts[column].index
    if roster.judge.fines(roster) > fines or set(roster.judge.offenders(roster)) - set(offenders):
        roster.worked = before


def _exchange_costs(
    team: Team, who: int, tour: Sequence[Shift], day: int, shifts: Sequence[Shift], allowed: np.ndarray
) -> np.ndarray:
    """Mean distance of each shift's start from the person's other starts of the week, shape (shifts,)."""
    person, week = team.people[who], team.calendar.week[day]
    starts = np.array([shift.start for shift in shifts])
    ends = np.array([shift.end for shift in shifts])
    rest_s = max(team.rules.min_rest_s, team.calendar.step_s)
    others = [shift for shift in tour if shift.day != day and team.calendar.week_of(shift.day) == week]
    paid = np.array([shift.paid_s for shift in shifts]) + sum(shift.paid_s for shift in others)
    legal = allowed[[shift.index for shift in shifts]] & (paid <= person.contract_s)
    legal &= paid >= team.least_paid_s(person, week)
    legal &= starts >= max((shift.end + rest_s for shift in tour if shift.day < day), default=0)
    legal &= ends <= min((shift.start - rest_s for shift in tour if shift.day > day), default=np.inf)
    usual = np.array([shift.start for shift in others])
    apart = _clock_apart(starts, usual[:, None]).mean(axis=0) if others else np.zeros(len(shifts))
    return np.where(legal, apart, FORBIDDEN)
