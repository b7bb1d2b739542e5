"""Multiple seasonal decomposition of the open intervals; the level that is left follows a damped trend."""

from __future__ import annotations

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.models.ets import damped_ets
from forecasting.opengrid import Grid
from forecasting.operatingdays import operating_days
from forecasting.series import Series

RECENT_WEEKS = 12
SEASON_WINDOW = 53


@MODELS.register("mstl")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """MSTL of the square roots of open intervals with a season of a day and one of a week.

    The open cells of a week follow each other without the closed ones. What the seasons leave is averaged by day
    and forecast by damped exponential smoothing. The mean of a square is the square of the mean plus the variance
    of the errors, of the day's level and by cell of the week. The season of a day is left out where weekdays differ
    in their hours. Source: Bandara, Hyndman and Bergmeir 2021, arXiv:2107.13462.
    """
    days = operating_days(train, grid, calendar)
    roots = np.sqrt(days.open_cells())
    seasons = _seasons(roots.ravel(), days.hours).reshape(roots.shape)
    day_of_cell = np.nonzero(days.hours)[0]
    level = _by_day(roots - seasons, day_of_cell)
    variance = ((roots - seasons - level[:, day_of_cell])[-RECENT_WEEKS:] ** 2).mean(axis=0)
    ahead, of_level = damped_ets(level.ravel(), 1, len(days.future))
    mean = ahead[np.nonzero(days.future_cells())[0]]
    mean = np.maximum(mean + np.resize(seasons[-1], len(mean)), 0.0)
    return days.lay_cells(mean**2 + np.resize(variance, len(mean)) + of_level)


def _seasons(values: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Sum of the seasons of each open interval, shape of `values`."""
    from statsmodels.tsa.seasonal import MSTL

    periods = season_lengths(hours)
    seasonal = MSTL(values, periods=periods, windows=[SEASON_WINDOW] * len(periods)).fit().seasonal
    return np.asarray(seasonal.reshape(len(values), -1).sum(axis=1))


def season_lengths(hours: np.ndarray) -> list[int]:
    """Open cells of a day, where all days have the same hours, and of a week; hours has shape (season, slots)."""
    alike = (hours == hours[0]).all()
    return sorted({int(hours[0].sum()), int(hours.sum())} - {1}) if alike else [int(hours.sum())]


def _by_day(cells: np.ndarray, day_of_cell: np.ndarray) -> np.ndarray:
    """Mean of the cells of each day, shape (weeks, days)."""
    return np.stack([cells[:, day_of_cell == day].mean(axis=1) for day in range(day_of_cell.max() + 1)], axis=1)
