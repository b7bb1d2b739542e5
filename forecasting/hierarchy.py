"""Queue, skill group and centre forecast alike, and brought to agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.calendars import Calendar
from forecasting.dayforecast import REHEARSED_DAYS, DayForecast, forecast_days, usually_open, whole_days
from forecasting.distribution import Noise, noise_of
from forecasting.models import CannotFit
from forecasting.opengrid import Grid
from forecasting.rehearsal import Rehearsal
from forecasting.series import Series, days_from
from forecasting.sisters import summed

MIN_WHOLE_DAYS = 28


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Day totals forecast for a queue, a group or the centre, and how far they stray.

    Parameters
    ----------
    days : ndarray of datetime64[D], shape (days,)
        From the day after the history on.
    calls : ndarray, shape (days,)
        Of days without events.
    is_open, as_usual : ndarray of bool, shape (days,)
        Open at all; open at the usual hours of its weekday, or closed as usual.
    noise : Noise
    """

    days: np.ndarray
    calls: np.ndarray
    is_open: np.ndarray
    as_usual: np.ndarray
    noise: Noise

    @property
    def variance(self) -> np.ndarray:
        """Of each day's total, Poisson noise included [calls squared], shape (days,)."""
        return np.asarray((self.noise.sd_of(self.days) * self.calls) ** 2 + self.calls)


def reconcile(
    queues: np.ndarray, queue_variance: np.ndarray, sums: np.ndarray, sum_variance: np.ndarray, members: np.ndarray
) -> np.ndarray:
    """Forecasts of queues that agree with independent forecasts of their sums, weighted by their variances.

    Minimum trace reconciliation with a diagonal covariance W (Wickramasuriya, Athanasopoulos and Hyndman 2019,
    JASA 114:804, eq. 12 and 13), b + W_b A' (W_a + A W_b A')^-1 (a - A b) for the queues b and their sums a. The
    forecast of a sum is what the reconciled queues add up to. What would be negative is set to 0.

    Parameters
    ----------
    queues, queue_variance : ndarray, shape (days, queues)
        Base forecasts, and the variances of their errors; a forecast with variance 0 is left as it is.
    sums, sum_variance : ndarray, shape (days, sums)
        NaN where there is no base forecast of a sum.
    members : ndarray of bool, shape (sums, queues)
        Which queues each sum is made of.

    Returns
    -------
    ndarray, shape (days, queues)
    """
    weights = members.astype(float)
    known = np.isfinite(sums) & (sum_variance + queue_variance @ weights.T > 0)
    gap = np.where(known, sums - queues @ weights.T, 0.0)
    both = known[:, :, None] & known[:, None, :]
    shared = np.einsum("aq,dq,bq->dab", weights, queue_variance, weights)
    own = np.where(known, sum_variance, 1.0)[:, :, None] * np.eye(len(members))
    share = np.linalg.solve(np.where(both, shared, 0.0) + own, gap[:, :, None])[:, :, 0]
    return np.asarray(np.maximum(queues + queue_variance * (share @ weights), 0.0))


def sums_of(queues: Sequence[str], groups: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Members (bool, shape (queues,)) of every group of two queues or more that is not the whole centre, and of it."""
    of_queue = np.array([groups.get(queue, "") for queue in queues])
    named = {group: of_queue == group for group in sorted(set(groups.values()))}
    proper = {f"group {group}": of for group, of in named.items() if 2 <= of.sum() < len(queues)}
    return proper | {"centre": np.ones(len(queues), dtype=bool)}


def forecast_sum(members: Sequence[Series], forecasts: Sequence[DayTotals], calendar: Calendar) -> DayTotals:
    """Day totals of several queues together, forecast from their summed history as one queue's are.

    Only days are learned from on which every member that exists has a row where its weekday is usually open.

    Parameters
    ----------
    members : sequence of Series
        To learn from, all up to the same day.
    forecasts : sequence of DayTotals
        Of each of them, over the same days; they tell which days are open and which as usual.
    calendar : Calendar

    Raises
    ------
    CannotFit
        If fewer than four weeks of days can be learned from.
    """
    pool = summed(members, "sum")
    whole = whole_days(pool) & _complete(pool, members)
    if whole.sum() < MIN_WHOLE_DAYS:
        raise CannotFit(f"{whole.sum()} days on which all queues are known, fewer than {MIN_WHOLE_DAYS}")
    days = forecasts[0].days
    is_open = np.any([one.is_open for one in forecasts], axis=0)
    as_usual = np.all([one.as_usual for one in forecasts], axis=0)
    made = forecast_days(pool, Grid(days, is_open[:, None]), calendar, whole)
    return DayTotals(days, np.where(is_open, made.totals, 0.0), is_open, as_usual, noise_of(_rehearsals(pool, made)))


def _complete(pool: Series, members: Sequence[Series]) -> np.ndarray:
    complete = np.ones(len(pool.days), dtype=bool)
    for one in members:
        rows = slice(days_from(pool.days[0], one.days[0]), days_from(pool.days[0], one.end))
        complete[rows] &= one.active | ~usually_open(one)[one.weekdays]
    return complete


def _rehearsals(pool: Series, made: DayForecast) -> list[Rehearsal]:
    weeks = []
    for cutoff, totals in made.rehearsed.items():
        for lead in range(min(REHEARSED_DAYS, len(pool.days) - cutoff) // 7):
            predicted = totals[7 * lead : 7 * lead + 7, None]
            actual = pool.totals[cutoff + 7 * lead : cutoff + 7 * lead + 7, None]
            actual = np.where(np.isfinite(predicted), actual, np.nan)
            weeks.append(Rehearsal(pool.days[cutoff], lead + 1, actual, np.nan_to_num(predicted)))
    return weeks
