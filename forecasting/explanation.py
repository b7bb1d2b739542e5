"""Why a day's forecast is what it is: contributions in calls that add up to the forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecasting.calendars import Calendar
from forecasting.eventeffects import EventEffect, with_events
from forecasting.opengrid import Grid
from forecasting.predicting import Predicted
from forecasting.series import Series
from forecasting.weekpattern import average_week
from wfm.errors import UsageProblem

TYPICAL = "typical day"
WORDS = {
    "level": "level and trend",
    "recent": "recent weeks",
    "weekday": "weekday",
    "holiday": "open holiday",
    "closure": "days around a closure",
    "month": "time of the month",
    "year": "time of the year",
    "hours": "opening hours",
    "model": "the model's own view",
    "clock": "change of the clock",
}
NO_EXPLANATION = pd.DataFrame(
    {
        "queue": pd.Series(dtype="str"),
        "day": pd.Series(dtype="datetime64[us]"),
        "part": pd.Series(dtype="str"),
        "calls": pd.Series(dtype="float64"),
        "share": pd.Series(dtype="float64"),
        "average_calls": pd.Series(dtype="float64"),
    }
)
RECENT_WEEKS = 8
LEAST_TOLD = 0.5


def explain(
    train: Series,
    grid: Grid,
    made: Predicted,
    model: str,
    calendar: Calendar,
    first: np.datetime64,
    counted: np.ndarray,
) -> pd.DataFrame:
    """Split each open day's calls into a typical day and what is added to it.

    A model that multiplies its parts is split by the logarithmic mean L(T, B) = (T - B) / ln(T / B) of the day's
    total T and a typical day B: a part of log c adds L c calls, and the parts add up to T - B (Ang 2004, Energy
    Policy 32:1131, the logarithmic mean Divisia index). For other models the typical day and the weekday are means
    of the last eight weeks, and the rest is the model's. Events are added one after the other.

    Parameters
    ----------
    train : Series
    grid : Grid
    made : Predicted
    model : str
        The model whose forecast is explained.
    calendar : Calendar
    first : datetime64[D]
        First day to explain.
    counted : ndarray, shape (days,)
        Calls of each day's intervals, which a 25-hour day has one more of and a 23-hour day one less.

    Returns
    -------
    DataFrame
        queue, day, part, calls, share (of a typical day), average_calls (of the last six same weekdays).
    """
    rows = np.flatnonzero(grid.open.any(axis=1) & (grid.days >= first))
    if not len(rows):
        return NO_EXPLANATION
    ordinary = made.ordinary[model]
    totals = ordinary.calls.sum(axis=1)
    parts = _of_logs(ordinary.parts, totals) if ordinary.parts else _of_weekdays(made.past.series, grid, totals)
    parts |= _of_events(ordinary.calls, grid, made.past.effects)
    moved = counted - np.sum(list(parts.values()), axis=0)
    if not np.allclose(moved[rows], 0.0, atol=1e-6):
        parts[WORDS["clock"]] = moved
    average = grid.lay(average_week(train, calendar, weekdays_back=6)).sum(axis=1)
    typical = np.where(parts[TYPICAL] > 0, parts[TYPICAL], np.nan)
    columns = {
        "queue": train.queue,
        "day": np.repeat(pd.DatetimeIndex(grid.days[rows]).as_unit("us"), len(parts)),
        "part": list(parts) * len(rows),
        "calls": np.column_stack([calls[rows] for calls in parts.values()]).ravel().round(4),
        "share": np.column_stack([(calls / typical)[rows] for calls in parts.values()]).ravel().round(6),
        "average_calls": np.repeat(average[rows].round(4), len(parts)),
    }
    return pd.DataFrame(columns)


def _of_logs(logs: Mapping[str, np.ndarray], totals: np.ndarray) -> dict[str, np.ndarray]:
    """Contributions of log parts; what the hours of the day take away closes the sum.

    Half a call is part of every total, as the logs are those of the total + 0.5.
    """
    base, total = np.exp(logs["typical"]), totals + 0.5
    ratio = np.log(total / base)
    even = np.isclose(ratio, 0.0)
    mean = np.where(even, total, (total - base) / np.where(even, 1.0, ratio))
    parts = {WORDS[name]: mean * log for name, log in logs.items() if name != "typical"}
    hours = ratio - sum((log for name, log in logs.items() if name != "typical"), np.zeros(len(totals)))
    if not np.allclose(hours, 0.0, atol=1e-6):
        parts[WORDS["hours"]] = mean * hours
    return {TYPICAL: base - 0.5, **parts}


def _of_weekdays(train: Series, grid: Grid, totals: np.ndarray) -> dict[str, np.ndarray]:
    recent = slice(-7 * RECENT_WEEKS, None)
    days, weekdays = train.totals[recent], train.weekdays[recent]
    known = np.isfinite(days)
    typical = float(days[known].mean()) if known.any() else 0.0
    counts = np.bincount(weekdays[known], minlength=7)
    sums = np.bincount(weekdays[known], days[known], minlength=7)
    of_weekday = np.where(counts > 0, sums / np.maximum(counts, 1), typical)[grid.weekdays]
    typical_days = np.full(len(totals), typical)
    return {TYPICAL: typical_days, WORDS["weekday"]: of_weekday - typical, WORDS["model"]: totals - of_weekday}


def _of_events(calls: np.ndarray, grid: Grid, effects: Sequence[EventEffect]) -> dict[str, np.ndarray]:
    """Calls that each event adds to the days."""
    added, before = dict[str, np.ndarray](), calls.sum(axis=1)
    for place, effect in enumerate(effects, start=1):
        after = with_events(calls, grid, effects[:place]).sum(axis=1)
        if not np.allclose(after, before):
            name = f"{effect.name} (event)" if effect.name in (TYPICAL, *WORDS.values()) else effect.name
            added[name] = after - before
        before = after
    return added


def in_words(explanation: pd.DataFrame, queue: str, day: pd.Timestamp) -> str:
    """One day's explanation as sentences.

    Raises
    ------
    UsageProblem
        If the queue or the day is not part of the forecast.
    """
    of_queue = explanation[explanation["queue"] == queue]
    if of_queue.empty:
        known = ", ".join(sorted(explanation["queue"].unique()))
        raise UsageProblem(f'no forecast of queue "{queue}" to explain, expected one of {known}')
    rows = of_queue[of_queue["day"] == day]
    if rows.empty:
        first, last = of_queue["day"].min().date(), of_queue["day"].max().date()
        raise UsageProblem(f"no open day {day.date()} of queue {queue} in the forecast, which runs {first} to {last}")
    total, average = rows["calls"].sum(), float(rows["average_calls"].iloc[0])
    typical = rows[rows["part"] == TYPICAL]["calls"].sum()
    against = ""
    if average > 0:
        change = round(100 * (total / average - 1))
        told = f"{change:+d} % against" if change else "as"
        against = f", {told} the average of the last six {day:%A}s ({average:,.0f})"
    lines = [f"{queue}, {day:%A %Y-%m-%d}: {total:,.0f} calls{against}"]
    lines.append(f"  {typical:>10,.0f}          a typical day of the history")
    others = rows[(rows["part"] != TYPICAL) & (rows["calls"].abs() >= LEAST_TOLD)]
    for row in others.loc[others["calls"].abs().sort_values(ascending=False, kind="stable").index].itertuples():
        share = f"{row.share:+.1%}" if row.share == row.share else ""
        lines.append(f"  {row.calls:>+10,.0f}  {share:>7} {row.part}")
    return "\n".join(lines).replace("%", " %")
