"""What a planner has to know about one queue's forecast before trusting it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.calendars import Calendar
from forecasting.notes import about
from forecasting.opengrid import RECENT_WEEKS, Grid, closed_on_holidays, weekly_pattern
from forecasting.series import DAY, Series, days_from, weekday_of
from wfm.errors import Finding

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def remarks(series: Series, grid: Grid, first: np.datetime64, calendar: Calendar) -> Iterator[Finding]:
    """Findings about the history of a queue and the days from `first` on; an error means it can't be forecast."""
    last = series.days[series.active][-1]
    pattern = weekly_pattern(series.days, series.present, ~calendar.is_holiday(series.days))
    if not pattern.any():
        found = f"no opening hours in the {RECENT_WEEKS} weeks before {series.end}, the last row on {last}"
        yield about(series.queue, "no-history", found, "the queue is left out", "error")
        return
    if series.weeks < 1:
        found = f"{len(series.days)} days of history"
        yield about(series.queue, "short-history", found, "the other weekdays are taken as closed")
    if dropped := _weekdays_taken_as_closed(series, pattern):
        yield about(
            series.queue,
            "rare-weekday",
            f"{dropped} with rows in under a quarter of the last {RECENT_WEEKS} weeks",
            "taken as closed",
            "note",
        )
    if not np.nansum(series.calls):
        yield about(series.queue, "no-calls", "no call in the whole history", "zero is forecast")
    if series.end - last > 8 * DAY:
        yield about(series.queue, "stale-history", f"no row since {last}", "forecast as if the queue reopened")
    if first - series.end > 7 * DAY:
        found = f"a history that ends {days_from(series.end, first)} days before the forecast"
        yield about(series.queue, "stale-history", found, "errors grow with the distance")
    yield from _holiday_remarks(series, grid, first, calendar, pattern)


def _weekdays_taken_as_closed(series: Series, pattern: np.ndarray) -> str:
    recent = slice(-7 * RECENT_WEEKS, None)
    seen = np.bincount(series.weekdays[recent][series.active[recent]], minlength=7) > 0
    return ", ".join(f"{WEEKDAYS[day]}s" for day in np.flatnonzero(seen & ~pattern.any(axis=1)))


def _holiday_remarks(
    series: Series, grid: Grid, first: np.datetime64, calendar: Calendar, pattern: np.ndarray
) -> Iterator[Finding]:
    days = [day for day in grid.days[grid.days >= first] if pattern[weekday_of(day)].any()]
    met = ", ".join(f"{day} ({calendar.holidays[day]})" for day in days if day in calendar.holidays)
    if not met:
        return
    closed = closed_on_holidays(series, calendar, pattern)
    if closed is None:
        treatment = "there is no past one to learn from: forecast as an open day"
        yield about(series.queue, "holiday-open", f"public holiday {met}", treatment)
    elif closed:
        yield about(series.queue, "holiday-closed", f"public holiday {met}", "closed, as on most past ones", "note")
    else:
        yield about(series.queue, "holiday-open", f"public holiday {met}", "open, as on most past ones", "note")
