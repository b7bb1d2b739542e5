"""Day total x profile: day totals of a process with calendar effects, spread by the weekday's recent shape."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forecasting.calendars import Calendar
from forecasting.dayforecast import REHEARSED_DAYS, forecast_days, whole_days
from forecasting.models import MODELS, CannotFit, Prediction
from forecasting.opengrid import Grid, weekly_pattern
from forecasting.profiles import weekday_profile
from forecasting.rehearsal import Rehearsal
from forecasting.series import Series
from forecasting.sisters import lend

MIN_WHOLE_DAYS = 10
LEAST_BORROWING_DAYS = 1


@MODELS.register("top_down")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> Prediction:
    """Day totals from slow and fast versions averaged by past error, times the day's shape.

    A day that opens for part of its weekday's usual hours gets the share of those hours.
    """
    whole, lent = whole_days(train), lend(train, grid, calendar)
    least = LEAST_BORROWING_DAYS if lent.parts else MIN_WHOLE_DAYS
    if whole.sum() < least:
        raise CannotFit(f"{whole.sum()} whole days, fewer than {least}")
    days = forecast_days(train, grid, calendar, whole, lent.parts)
    usual = weekly_pattern(train.days, train.present, ~calendar.is_holiday(train.days))
    calls = days.totals[:, None] * grid.lay(_shares(train, whole, len(train.days), usual, lent.shares))
    return Prediction(calls, _rehearsals(train, whole, days.rehearsed, lent.shares), days.parts)


def _shares(train: Series, whole: np.ndarray, known: int, usual: np.ndarray, lent: np.ndarray | None) -> np.ndarray:
    """Profile of the first `known` days, shape (7, slots); over the usual opening hours it sums to 1."""
    learned = np.flatnonzero(whole[:known])
    age_weeks = (known - learned) / 7
    shares = weekday_profile(train.calls[learned], train.weekdays[learned], age_weeks, lent)
    of_usual = np.where(usual, shares, 0.0).sum(axis=1, keepdims=True)
    return np.asarray(shares / np.where(of_usual > 0, of_usual, 1.0))


def _rehearsals(
    train: Series, whole: np.ndarray, rehearsed: Mapping[int, np.ndarray], lent: np.ndarray | None
) -> tuple[Rehearsal, ...]:
    every_slot = np.ones((7, train.calls.shape[1]), dtype=bool)
    weeks = []
    for cutoff, totals in rehearsed.items():
        shares = _shares(train, whole, cutoff, every_slot, lent)
        for lead in range(REHEARSED_DAYS // 7):
            days = slice(cutoff + 7 * lead, cutoff + 7 * lead + 7)
            if days.stop > len(train.days):
                break
            scored = np.isfinite(totals[7 * lead : 7 * lead + 7])[:, None]
            actual = np.where(scored, train.calls[days], np.nan)
            of_open = np.where(train.present[days], shares[train.weekdays[days]], 0.0)
            share = of_open / np.maximum(of_open.sum(axis=1, keepdims=True), 1e-12)
            predicted = np.nan_to_num(totals[7 * lead : 7 * lead + 7])[:, None] * share
            weeks.append(Rehearsal(train.days[cutoff], lead + 1, actual, predicted))
    return tuple(weeks)
