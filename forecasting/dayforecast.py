"""Day totals forecast by several versions of one process, averaged by how well each did before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from forecasting.calendars import Calendar
from forecasting.dayprocess import Days, Fit, Version, fit_versions
from forecasting.effects import calendar_effects
from forecasting.opengrid import Grid
from forecasting.series import Series, days_from, weekday_of

STEADY, SLOW, QUICK = (0.03, 2.0, 0.05, 100.0), (0.05, 4.0, 0.10, 50.0), (0.08, 4.0, 0.15, 26.0)
NO_TREND, TREND = (0.0, 1.0), (0.3, 40.0)
VERSIONS = tuple(
    Version(*level, *trend, *weekday)
    for level, trend in ((STEADY, NO_TREND), (SLOW, NO_TREND), (QUICK, NO_TREND), ((0.05, 3.0, 0.0, 1.0), TREND))
    for weekday in ((0.10, 20.0), (0.25, 8.0))
)
LENDING = VERSIONS[2]
LENT_WEEKDAY_VARIANCE = 0.03
NOTHING_LENT: Mapping[str, np.ndarray] = MappingProxyType({})
WINDOW_WEEKS = 106
REHEARSED_WEEKS = 12
REHEARSED_DAYS = 28
LEAST_REHEARSAL_WEEKS = 4
LEAST_REHEARSAL_SHARE = 0.5
MEMORY_WEEKS = 30.0
SHARPNESS = 12.0
WHOLE_DAY_SHARE = 0.75
TYPICAL_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class DayForecast:
    """Totals of the days of the grid, and of past weeks as they would have been forecast.

    Parameters
    ----------
    totals : ndarray, shape (days,)
        Calls of each day of the grid, were it open as its weekday usually is.
    parts : mapping of str to ndarray, shape (days,)
        Logs that add up to the log of `totals` + 0.5: typical (one value), level, recent, weekday and calendar effects.
    rehearsed : mapping of int to ndarray, shape (28,)
        By days from the first day of the history to the cut-off: totals of the 28 days that followed, NaN
        where a day was not fitted.
    """

    totals: np.ndarray
    parts: Mapping[str, np.ndarray]
    rehearsed: Mapping[int, np.ndarray]


def whole_days(train: Series) -> np.ndarray:
    """Days open for three quarters of their weekday's usual slots, with 35 % of its median calls, shape (days,)."""
    slots, totals = train.present.sum(axis=1), np.nan_to_num(train.totals)
    usual_slots, usual_calls = np.zeros(7), np.zeros(7)
    for weekday in range(7):
        same = train.active & (train.weekdays == weekday)
        if same.any():
            usual_slots[weekday], usual_calls[weekday] = np.median(slots[same]), np.median(totals[same])
    enough = slots >= WHOLE_DAY_SHARE * usual_slots[train.weekdays]
    return np.asarray(train.active & enough & (totals >= TYPICAL_SHARE * usual_calls[train.weekdays]))


def forecast_days(
    train: Series, grid: Grid, calendar: Calendar, whole: np.ndarray, lent: Mapping[str, np.ndarray] = NOTHING_LENT
) -> DayForecast:
    """Forecast the day totals of the grid.

    Every version is rehearsed at up to twelve weekly cut-offs inside the history; its weight is
    exp(-12 x (loss / least loss - 1)), the loss being the sum of absolute errors of the 28 days that followed,
    with a half-life of 30 weeks. The weighted mean is taken over logs, so that the parts of the forecast add up.

    Parameters
    ----------
    train : Series
    grid : Grid
    calendar : Calendar
    whole : ndarray of bool, shape (days,)
        Days to learn from.
    lent : mapping of str to ndarray, shape (days of the history and then of the grid,)
        Logs of weekdays and calendar effects that sister queues are known to have; what the queue has of its own
        is held near them.
    """
    n, known = len(train.days), _recent(whole)
    open_weekdays = usually_open(train)
    days = _days(train, grid, calendar, np.concatenate([known, np.arange(n, n + len(grid.days))]), len(known))
    of_sisters = sum(lent.values(), np.zeros(n + len(grid.days)))
    versions = [replace(v, weekday_prior_variance=LENT_WEEKDAY_VARIANCE) for v in VERSIONS] if lent else VERSIONS
    fits = fit_versions(train.totals[known], days, versions, of_sisters[known])
    least = max(7 * LEAST_REHEARSAL_WEEKS, n * LEAST_REHEARSAL_SHARE)
    cutoffs = [n - 7 * back for back in range(1, REHEARSED_WEEKS + 1) if n - 7 * back >= least]
    rehearsed = {cutoff: _rehearse(fits, known, cutoff, of_sisters[known]) for cutoff in cutoffs}
    weights = _weights(train, known, rehearsed)
    parts = {"typical": np.full(len(grid.days), fits[0].centre)}
    parts |= {name: np.tensordot(weights, [fit.parts[name] for fit in fits], 1) for name in fits[0].parts}
    smearing = float(weights @ np.log([fit.smearing for fit in fits]))
    parts["level"] = parts["level"] + smearing
    parts |= {name: parts.get(name, 0.0) + logs[n:] for name, logs in lent.items()}
    totals = np.maximum(np.exp(np.sum(list(parts.values()), axis=0)) - 0.5, 0.0)
    blended = {cut: np.maximum(np.exp(weights @ logs + smearing) - 0.5, 0.0) for cut, logs in rehearsed.items()}
    return DayForecast(totals, _centred(parts, grid, open_weekdays), blended)


def _centred(parts: Mapping[str, np.ndarray], grid: Grid, open_weekdays: np.ndarray) -> dict[str, np.ndarray]:
    """The same parts, with the weekdays told against the mean of a week's operating days, the rest as level."""
    n = len(grid.days)
    starts = np.maximum(np.minimum(np.arange(n) // 7 * 7, n - 7), 0)
    weights = open_weekdays[grid.weekdays].astype(float)
    sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (weights * np.exp(parts["weekday"]), weights)]
    ends = np.minimum(starts + 7, n)
    of_week, counted = (total[ends] - total[starts] for total in sums)
    common = np.log(np.divide(of_week, counted, out=np.ones(n), where=counted > 0))
    return {**parts, "level": parts["level"] + common, "weekday": parts["weekday"] - common}


def usually_open(train: Series) -> np.ndarray:
    """Weekdays that were open on at least a quarter of their occurrences, shape (7,)."""
    occurrences = np.bincount(train.weekdays, minlength=7)
    return np.asarray(np.bincount(train.weekdays[train.active], minlength=7) >= np.maximum(occurrences / 4, 1))


def _recent(whole: np.ndarray) -> np.ndarray:
    return np.flatnonzero(whole & (np.arange(len(whole)) >= len(whole) - 7 * WINDOW_WEEKS))


def _days(train: Series, grid: Grid, calendar: Calendar, rows: np.ndarray, observed: int) -> Days:
    """Rows of the days of the history and then of the grid, the first of them observed."""
    days = np.concatenate([train.days, grid.days])
    is_open = np.concatenate([train.active, grid.open.any(axis=1)])
    effects = calendar_effects(days, is_open, usually_open(train)[weekday_of(days)], calendar)
    return Days(rows, weekday_of(days[rows]), tuple(effect.of(rows) for effect in effects), observed)


def parts_of_days(
    train: Series, grid: Grid, calendar: Calendar, whole: np.ndarray, first: np.datetime64
) -> Mapping[str, np.ndarray]:
    """What makes the log totals of the days from `first`, within the history, to the end of the grid.

    Parameters
    ----------
    train, grid, calendar, whole
        As of `forecast_days`.
    first : datetime64[D]

    Returns
    -------
    mapping of str to ndarray, shape (days,)
        Logs by cause; the level is told against the history's median.
    """
    known = _recent(whole)
    wanted = np.arange(days_from(train.days[0], first), len(train.days) + len(grid.days))
    days = _days(train, grid, calendar, np.concatenate([known, wanted]), len(known))
    return fit_versions(train.totals[known], days, [LENDING])[0].parts


def _rehearse(fits: list[Fit], known: np.ndarray, cutoff: int, lent: np.ndarray) -> np.ndarray:
    """Log totals of the 28 days from `cutoff` on by every version, shape (versions, 28); NaN on days not fitted."""
    first, last = np.searchsorted(known, [cutoff, cutoff + REHEARSED_DAYS])
    logs = np.full((len(fits), REHEARSED_DAYS), np.nan)
    logs[:, known[first:last] - cutoff] = [fit.from_earlier(first, last) + lent[first:last] for fit in fits]
    return logs


def _weights(train: Series, known: np.ndarray, rehearsed: Mapping[int, np.ndarray]) -> np.ndarray:
    losses = np.zeros(len(VERSIONS))
    for back, (cutoff, logs) in enumerate(rehearsed.items()):
        actual = np.full(REHEARSED_DAYS, np.nan)
        actual[: len(train.days) - cutoff] = train.totals[cutoff : cutoff + REHEARSED_DAYS]
        scored = np.isfinite(logs[0])
        errors = np.abs(np.exp(logs[:, scored]) - 0.5 - actual[scored])
        losses += 0.5 ** (back / MEMORY_WEEKS) * errors.sum(axis=1)
    if not losses.any():
        return np.full(len(VERSIONS), 1 / len(VERSIONS))
    weights = np.exp(-SHARPNESS * (losses / max(losses.min(), 1e-9) - 1))
    return np.asarray(weights / weights.sum())
