"""What a planner has to know about one queue's forecast before trusting it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forecasting.calendars import Calendar
from forecasting.notes import about
from forecasting.opengrid import RECENT_WEEKS, Grid, closed_on_holidays, weekly_pattern
from forecasting.series import DAY, Series, weekday_of
from wfm.errors import Finding


def remarks(series: Series, grid: Grid, first: np.datetime64, calendar: Calendar) -> Iterator[Finding]:
    """Findings about the history of a queue and the days from `first` on; an error means it can't be forecast."""
    last = series.days[series.active][-1]
    pattern = weekly_pattern(series.days, series.present, ~calendar.is_holiday(series.days))
    if not pattern.any():
        expected = f"rows in the last {RECENT_WEEKS} weeks before {series.end}; it is left out"
        yield about(series.queue, "no-history", f"no row since {last}", expected, "error")
        return
    if series.weeks < 1:
        yield about(
            series.queue, "short-history", f"{len(series.days)} days", "at least a week; other weekdays are closed"
        )
    if not np.nansum(series.calls):
        yield about(series.queue, "no-calls", "no call in the whole history", "at least one; zero is forecast")
    if series.end - last > 8 * DAY:
        yield about(series.queue, "stale-history", f"no row since {last}", f"rows up to {series.end}")
    if first - series.end > 7 * DAY:
        yield about(series.queue, "stale-history", f"a history that ends before {series.end}", f"rows up to {first}")
    yield from _holiday_remarks(series, grid, first, calendar, pattern)


def _holiday_remarks(
    series: Series, grid: Grid, first: np.datetime64, calendar: Calendar, pattern: np.ndarray
) -> Iterator[Finding]:
    days = [day for day in grid.days[grid.days >= first] if pattern[weekday_of(day)].any()]
    met = ", ".join(f"{day} ({calendar.holidays[day]})" for day in days if day in calendar.holidays)
    if not met:
        return
    closed = closed_on_holidays(series, calendar, pattern)
    if closed is None:
        yield about(series.queue, "holiday-open", met, "a past public holiday to learn from; forecast as an open day")
    elif closed:
        expected = "no rows, as on most past public holidays"
        yield about(series.queue, "holiday-closed", met, expected, "note")
