"""Small scheduling problems, and slow obvious counts to hold the answers against."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from wfm.params import BreakRule, Horizon, ShiftRules, ShiftTemplate
from wfm.timeaxis import days_grid

HOUR = 3600
MINUTE = 60
MONDAY = dt.date(2026, 11, 23)
ZONE = "Europe/Amsterdam"

BREAKS = (
    BreakRule("break", 15 * MINUTE, 60 * MINUTE, 90 * MINUTE),
    BreakRule("lunch", 30 * MINUTE, 120 * MINUTE, 180 * MINUTE, paid=False),
)
DAY_SHIFT = ShiftTemplate("day", 5 * HOUR, 8 * HOUR, 12 * HOUR, HOUR, BREAKS)
SHORT_SHIFT = ShiftTemplate("short", 3 * HOUR, 8 * HOUR, 14 * HOUR, HOUR, BREAKS[:1])
RULES_SET = ShiftRules((DAY_SHIFT, SHORT_SHIFT))


def week(days: int = 7, first: dt.date = MONDAY, interval_s: int = 1800, timezone: str = ZONE) -> Horizon:
    return Horizon(first, days, interval_s, timezone)


def requirement(
    horizon: Horizon, peak: float, queue: str = "calls", hours: tuple[int, int] = (8, 17), seed: int = 1
) -> pd.DataFrame:
    """Noisy requirement that rises to `peak` at noon, on every day of the horizon."""
    random = np.random.default_rng(seed)
    grid = days_grid(horizon.first_day, horizon.days, horizon.interval_s, horizon.timezone)
    grid = grid[(grid.hour >= hours[0]) & (grid.hour < hours[1])]
    middle = (hours[0] + hours[1]) / 2
    shape = 1 - 0.6 * np.abs(np.asarray(grid.hour, dtype=float) - middle) / (hours[1] - hours[0])
    staff = np.ceil(peak * shape * random.uniform(0.7, 1.0, len(grid))).astype(int)
    return pd.DataFrame({"queue": queue, "interval_start": grid, "agents": staff, "staff": staff})


def people(*contracts: float, skills: str = "calls", availability: str | None = None) -> pd.DataFrame:
    names = [f"p{number:02d}" for number in range(len(contracts))]
    frame = pd.DataFrame({"agent": names, "skills": skills, "contract_hours": list(map(float, contracts))})
    return frame if availability is None else frame.assign(availability=availability)


def minutes_on_phone(schedule: pd.DataFrame, queue: str, start: pd.Timestamp, minutes: int) -> list[int]:
    """Agents on the phone in each minute from `start` on, counted row by row."""
    phone = schedule[(schedule["activity"] == "phone") & (schedule["queue"] == queue)]
    counts = []
    for minute in range(minutes):
        now = start + pd.Timedelta(minutes=minute)
        counts.append(int(((phone["start"] <= now) & (now < phone["end"])).sum()))
    return counts
