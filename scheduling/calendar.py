"""The days of a horizon, the grid of the model and every shift that may start."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from scheduling.premiums import premium_s
from scheduling.problem import BREAK_STEP_S, Calendar, Shift
from wfm.errors import Finding, InputError
from wfm.params import Horizon, ShiftRules, ShiftTemplate
from wfm.timeaxis import monday_of

DAY_S = 86_400


def epoch_s(times: pd.DatetimeIndex | pd.Series) -> np.ndarray:
    """Unix time [s] of tz-aware instants, shape preserved."""
    return pd.DatetimeIndex(times).as_unit("s").asi8


def build_calendar(horizon: Horizon, rules: ShiftRules, required_at: np.ndarray) -> Calendar:
    """Lay out days, grid and shifts.

    Shifts start by the wall clock and last their length in elapsed time, so that a night shift over a clock
    change ends an hour earlier or later on the wall. A start that the clock skips is not offered; of a start
    that comes twice the first is meant.

    Parameters
    ----------
    horizon : Horizon
    rules : ShiftRules
    required_at : ndarray of int
        Unix times at which required intervals start [s].

    Raises
    ------
    InputError
        If shifts, breaks or interval starts don't fall on whole minutes.
    """
    dates = tuple(day.date() for day in pd.date_range(horizon.first_day, periods=horizon.days, freq="D"))
    walls = pd.DatetimeIndex(dates)
    first_of_two = np.ones(len(walls), dtype=bool)
    midnights = epoch_s(walls.tz_localize(horizon.timezone, ambiguous=first_of_two, nonexistent="shift_forward"))
    origin = int(midnights[0])
    mondays = sorted({monday_of(date) for date in dates})
    step_s = _step_s(horizon, rules, required_at - origin)
    shifts = _shifts(dates, rules, horizon.timezone)
    last = max([int(midnights[-1]) + 2 * DAY_S, *(shift.end for shift in shifts)])
    return Calendar(
        dates,
        tuple(midnights.tolist()),
        tuple(mondays.index(monday_of(date)) for date in dates),
        origin,
        step_s,
        math.ceil((last - origin) / step_s),
        tuple(shifts),
        horizon.timezone,
    )


def _step_s(horizon: Horizon, rules: ShiftRules, offsets: np.ndarray) -> int:
    parts = [BREAK_STEP_S, horizon.interval_s, *map(int, offsets)]
    for template in rules.templates:
        parts += [template.length_s, template.earliest_start_s, template.start_step_s]
        parts += [part for rule in template.breaks for part in (rule.length_s, rule.earliest_s)]
    step_s = math.gcd(*parts)
    if step_s % 60:
        raise InputError(
            Finding("schedule.shifts", "odd-seconds", "times with seconds", "shifts and breaks in whole minutes")
        )
    return step_s


def _starts_s(template: ShiftTemplate) -> range:
    return range(template.earliest_start_s, template.latest_start_s + 1, template.start_step_s)


def _shifts(dates: tuple, rules: ShiftRules, timezone: str) -> list[Shift]:
    offers = [
        (day, template, pd.Timestamp(date) + pd.Timedelta(seconds=start_s))
        for day, date in enumerate(dates)
        for template in rules.templates
        if date.weekday() in template.weekdays
        for start_s in _starts_s(template)
    ]
    if not offers:
        return []
    walls = pd.DatetimeIndex([wall for _, _, wall in offers])
    instants = walls.tz_localize(timezone, ambiguous=np.ones(len(walls), dtype=bool), nonexistent="NaT")
    kept = [
        (day, template, int(start))
        for (day, template, _), start, skipped in zip(offers, epoch_s(instants), instants.isna(), strict=True)
        if not skipped
    ]
    return [
        Shift(i, day, template, start, start + template.length_s, premium_s(rules, start, template, timezone))
        for i, (day, template, start) in enumerate(kept)
    ]
