"""What a planner has to know about one queue's forecast before trusting it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from forecasting.calendars import Calendar
from forecasting.handletime import HandleTime
from forecasting.notes import about
from forecasting.opengrid import NEW_HOURS_WEEKS, RECENT_WEEKS, Grid, changed_hours, ordinary_week
from forecasting.series import DAY, Series, days_from
from forecasting.specialdays import SpecialDay, special_days
from wfm.errors import Finding, Severity

STOPPED_WEEKS = 4
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def remarks(series: Series, grid: Grid, first: np.datetime64, calendar: Calendar) -> Iterator[Finding]:
    """Findings about the history of a queue and the days from `first` on; an error means it can't be forecast."""
    last = series.days[series.active][-1]
    pattern = ordinary_week(series, calendar)
    if not pattern.any():
        found = f"no opening hours in the {RECENT_WEEKS} weeks before {series.end}, the last row on {last}"
        yield about(series.queue, "no-history", found, "the queue is left out", "error")
        return
    if series.end - last > 7 * STOPPED_WEEKS * DAY:
        found = f"no row with calls since {last}, weeks before the end of the history on {series.end - DAY}"
        yield about(series.queue, "no-history", found, "it looks closed and is left out", "error")
        return
    yield from _history_remarks(series, last, pattern)
    yield from _hours_remarks(series, grid, first, calendar)
    coming = special_days(series, calendar, pattern, grid.days[grid.days >= first])
    yield from _special_day_remarks(series.queue, coming)


def _history_remarks(series: Series, last: np.datetime64, pattern: np.ndarray) -> Iterator[Finding]:
    if series.weeks < 1:
        found = f"{len(series.days)} days of history"
        yield about(series.queue, "short-history", found, "the other weekdays are taken as closed")
    if dropped := _weekdays_taken_as_closed(series, pattern):
        found = f"{dropped} with rows in under a quarter of the last {RECENT_WEEKS} weeks"
        yield about(series.queue, "rare-weekday", found, "taken as closed", "note")
    if not np.nansum(series.calls):
        yield about(series.queue, "no-calls", "no call in the whole history", "zero is forecast")
    if series.end - last > 8 * DAY:
        yield about(series.queue, "stale-history", f"no row since {last}", "forecast as if the queue reopened")


def _hours_remarks(series: Series, grid: Grid, first: np.datetime64, calendar: Calendar) -> Iterator[Finding]:
    """Opening hours that changed of late, and days too far ahead to know theirs."""
    special = calendar.is_holiday(series.days) | calendar.is_eve(series.days)
    opened, closed = changed_hours(series.days, series.present, ~special)
    if (opened | closed).any():
        named = ", ".join(f"{WEEKDAYS[day]}s" for day in np.flatnonzero((opened | closed).any(axis=1)))
        found = f"opening hours on {named} that changed in the last {RECENT_WEEKS} weeks and held for {NEW_HOURS_WEEKS}"
        yield about(series.queue, "new-hours", found, "the new ones are used", "note")
    if first - series.end > 7 * DAY:
        found = f"a history that ends {days_from(series.end, first)} days before the forecast"
        yield about(series.queue, "stale-history", found, "errors grow with the distance")
    known_weeks = min(RECENT_WEEKS, int(np.ceil(series.weeks)))
    if len(grid.days) > 7 * known_weeks:
        found = f"opening hours known from {known_weeks} weeks of history, a forecast up to {grid.days[-1]}"
        yield about(
            series.queue, "hours-unknown", found, f"from {series.end + 7 * known_weeks * DAY} on they are a guess"
        )


def _weekdays_taken_as_closed(series: Series, pattern: np.ndarray) -> str:
    recent = slice(-7 * RECENT_WEEKS, None)
    seen = np.bincount(series.weekdays[recent][series.active[recent]], minlength=7) > 0
    return ", ".join(f"{WEEKDAYS[day]}s" for day in np.flatnonzero(seen & ~pattern.any(axis=1)))


def _special_day_remarks(queue: str, coming: Iterable[SpecialDay]) -> Iterator[Finding]:
    """One finding for all days of one kind that are treated alike."""
    treated = dict[tuple[str, str, str, Severity], list[str]]()
    for special in coming:
        if said := _treatment(special):
            treated.setdefault(said, []).append(f"{special.day} ({special.name})")
    for (rule, what, treatment, severity), days in treated.items():
        yield about(queue, rule, f"{what} {', '.join(days)}", treatment, severity)


def _treatment(special: SpecialDay) -> tuple[str, str, str, Severity] | None:
    """Rule, what the day is, what is done about it, and how loud to say so; None for an eve like any day."""
    what = "eve of public holiday" if special.eve else "public holiday"
    if not special.precedents:
        treatment = "there is no past one to learn from: forecast as an open day"
        return ("eve-open", what, treatment, "note") if special.eve else ("holiday-open", what, treatment, "warning")
    if special.closed:
        return "eve-closed" if special.eve else "holiday-closed", what, "closed, as on most past ones", "note"
    if special.hours is not None:
        return "half-day", what, "open for part of the day, as on past ones", "note"
    return None if special.eve else ("holiday-open", what, "open, as on most past ones", "note")


def absurd_handle_times(series: Series, handle_time: HandleTime) -> Iterator[Finding]:
    """One warning where handle seconds of the history were left out."""
    days = handle_time.damped_s.sum(axis=1)
    if days.any():
        worst = int(days.argmax())
        found = f"{days.sum():,.0f} s on {int((days > 0).sum())} days, most on {series.days[worst]}"
        yield about(
            series.queue, "absurd-handle-time", f"handle time that no mean of so many calls has: {found}", "left out"
        )
