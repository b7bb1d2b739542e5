"""What a planner of the centre could expect: calls by queue, day and half-hour before chance has its say."""

from __future__ import annotations

import datetime as dt

import numpy as np

from demo.centre import Queue, closed_days
from demo.spec import SLOT_S, SLOTS_A_DAY, DemoSpec, Span

AFTER_CLOSURE = (1.16, 1.05)
BEFORE_CLOSURE = 0.94
CAMPAIGN_WEEKS = (33, 9)
CAMPAIGN_DAYS = 14
OUTAGE_WEEK = 20
OUTAGE_HOURS = (10.5, 13.5)


def calendar_factor(spec: DemoSpec, queue: Queue, span: Span) -> np.ndarray:
    """Volume of each day relative to the mean day, 0 where the queue is closed; shape (days,).

    Growth, yearly season, weekday, invoice run and campaigns multiply; public holidays close the centre
    and push calls to the first two open days after, and a little from the day before.
    """
    kind = queue.kind
    ahead = np.array([(day - spec.live_week).days for day in span.dates])
    of_year = np.array([day.timetuple().tm_yday for day in span.dates])
    of_month = np.array([day.day for day in span.dates])
    weekday = np.array(kind.weekday)[[day.weekday() for day in span.dates]]
    factor: np.ndarray = (1 + kind.growth) ** (ahead / 365.25)
    factor *= 1 + kind.season * np.cos(2 * np.pi * (of_year - kind.season_peak) / 365.25)
    factor *= 1 + kind.billing * np.exp(-0.5 * ((of_month - 26) / 1.5) ** 2)
    for week in CAMPAIGN_WEEKS:
        since = ahead + 7 * week
        factor *= 1 + kind.campaign * ((since >= 0) & (since < CAMPAIGN_DAYS)) * np.exp(-since.clip(0) / CAMPAIGN_DAYS)
    factor *= weekday / np.mean(kind.weekday) * _holiday_factor(spec, queue, span)
    return factor


def _holiday_factor(spec: DemoSpec, queue: Queue, span: Span) -> np.ndarray:
    margin = 10
    days = [span.first + dt.timedelta(days=day) for day in range(-margin, span.days + margin)]
    holidays = closed_days(spec, days[0], days[-1])
    closed = np.array([day in holidays for day in days])
    usual = np.array([queue.kind.weekday[day.weekday()] > 0 for day in days])
    factor = np.where(closed, 0.0, 1.0)
    for holiday in np.flatnonzero(closed & usual):
        after = holiday + np.flatnonzero((usual & ~closed)[holiday:])[: len(AFTER_CLOSURE)]
        factor[after] = np.maximum(factor[after], AFTER_CLOSURE[: len(after)])
        if factor[holiday - 1] == 1:
            factor[holiday - 1] = BEFORE_CLOSURE
    return factor[margin:-margin]


def expected_calls(spec: DemoSpec, queue: Queue, volume: float, span: Span) -> np.ndarray:
    """Expected calls by day and half-hour, shape (days, 48), where the mean day has `volume` calls."""
    weekdays = [day.weekday() for day in span.dates]
    calls: np.ndarray = volume * calendar_factor(spec, queue, span)[:, None] * queue.kind.profile()[weekdays]
    return calls


def outage_factor(spec: DemoSpec, queue: Queue, span: Span) -> np.ndarray:
    """Multiple of the expected calls while the network is down, which nobody expects; shape (days, 48)."""
    factor = np.ones((span.days, SLOTS_A_DAY))
    day = (spec.live_week - dt.timedelta(weeks=OUTAGE_WEEK) - span.first).days + 1
    if 0 <= day < span.days:
        first, last = (int(hour * 3600) // SLOT_S for hour in OUTAGE_HOURS)
        factor[day, first:last] = queue.kind.outage
    return factor
