"""A benchmark instance as the arrays that the column engine solves, and its rosters by name."""

from __future__ import annotations

import numpy as np

from scheduling.columns import RosterProblem
from scheduling.shiftrostering.evaluate import Roster
from scheduling.shiftrostering.instance import Instance


def to_problem(instance: Instance) -> RosterProblem:
    """Arrays in the order of the file."""
    staff, shifts = list(instance.employees.values()), list(instance.shifts.values())
    person, column = _order(instance.employees), _order(instance.shifts)
    size = (len(staff), instance.days, len(shifts))
    max_shifts = np.array([[one.max_shifts.get(shift.name, 0) for shift in shifts] for one in staff], np.int64)
    allowed = np.repeat(max_shifts[:, None, :] > 0, instance.days, axis=1)
    for name, day in instance.days_off:
        allowed[person[name], day] = False
    wish = np.zeros(size)
    for request in instance.on_requests:
        wish[person[request.employee], request.day, column[request.shift]] -= request.weight
    for request in instance.off_requests:
        wish[person[request.employee], request.day, column[request.shift]] += request.weight
    need, under, over = (np.zeros(size[1:], kind) for kind in (np.int64, float, float))
    for cover in instance.cover:
        cell = cover.day, column[cover.shift]
        need[cell], under[cell], over[cell] = cover.need, cover.under, cover.over
    weekend = np.full(instance.days, -1)
    for number, days in enumerate(instance.weekends()):
        weekend[days] = number
    return RosterProblem(
        minutes=np.array([shift.minutes for shift in shifts], np.int64),
        may_follow=np.array([[other.name not in shift.not_before for other in shifts] for shift in shifts], bool),
        allowed=allowed,
        must_work=np.zeros(size[:2], bool),
        wish_cost=wish,
        fixed_cost=float(sum(request.weight for request in instance.on_requests)),
        max_shifts=max_shifts,
        min_minutes=np.array([one.min_minutes for one in staff], np.int64),
        max_minutes=np.array([one.max_minutes for one in staff], np.int64),
        max_run=np.array([one.max_consecutive_shifts for one in staff], np.int64),
        min_run=np.array([one.min_consecutive_shifts for one in staff], np.int64),
        min_rest=np.array([one.min_consecutive_days_off for one in staff], np.int64),
        max_weekends=np.array([one.max_weekends for one in staff], np.int64),
        weekend=weekend,
        need=need,
        under_price=under,
        over_price=over,
    )


def to_roster(instance: Instance, chosen: np.ndarray) -> Roster:
    """Shift names by employee and day from an array (E, D) of shift types."""
    names, shifts = list(instance.employees), list(instance.shifts)
    who, day = np.nonzero(chosen >= 0)
    return {(names[e], int(d)): shifts[chosen[e, d]] for e, d in zip(who, day, strict=True)}


def _order(names: dict) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}
