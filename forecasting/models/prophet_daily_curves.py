"""Prophet on the open intervals with a curve of its own for each weekday; optional."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.opengrid import Grid
from forecasting.operatingdays import operating_days
from forecasting.optional import needed
from forecasting.series import Series, weekday_of

CURVE_ORDER, MONTH_ORDER, MONTH_DAYS = 8, 2, 30.4375


@MODELS.register("prophet")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Multiplicative seasons: a daily curve a weekday, a month; holidays by name; negative calls cut to 0."""
    with _quiet():
        library = needed("prophet")
    operating_days(train, grid, calendar)
    known = _frame(train.days, train.present, train.interval_s).assign(y=train.calls[train.present])
    if known["y"].nunique() == 1:
        return np.where(grid.open, known["y"].iloc[0], 0.0)
    model = library.Prophet(
        daily_seasonality=False,
        weekly_seasonality=False,
        yearly_seasonality=False,
        seasonality_mode="multiplicative",
        holidays=_holidays(calendar),
        uncertainty_samples=0,
    )
    for weekday in np.unique(train.weekdays[train.active]):
        model.add_seasonality(f"on_{weekday}", period=1, fourier_order=CURVE_ORDER, condition_name=f"on_{weekday}")
    model.add_seasonality("month", period=MONTH_DAYS, fourier_order=MONTH_ORDER)
    calls = np.zeros(grid.open.shape)
    with _quiet():
        model.fit(known, seed=1)
        if grid.open.any():
            calls[grid.open] = model.predict(_frame(grid.days, grid.open, train.interval_s))["yhat"]
    return np.maximum(calls, 0.0)


def _frame(days: np.ndarray, cells: np.ndarray, interval_s: int) -> pd.DataFrame:
    """One row a cell: its wall-clock start and which weekday it is on."""
    day, slot = np.nonzero(cells)
    starts = days[day].astype("datetime64[s]") + slot * np.timedelta64(interval_s, "s")
    on = {f"on_{weekday}": weekday_of(days[day]) == weekday for weekday in range(7)}
    return pd.DataFrame({"ds": pd.DatetimeIndex(starts).as_unit("us"), **on})


def _holidays(calendar: Calendar) -> pd.DataFrame | None:
    if not calendar.holidays:
        return None
    days = pd.DatetimeIndex(np.array(list(calendar.holidays), dtype="datetime64[s]"))
    return pd.DataFrame({"ds": days, "holiday": list(calendar.holidays.values())})


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what says nothing about the calls: progress lines, a missing plotly, Prophet's use of an older pandas."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.disable(before)
