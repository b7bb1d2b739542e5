"""What others forecast with: the planner's spreadsheet, three library models and their median, a NegBin GLM.

Each peer is a function of an `Origin` and knows only what lies before its cut-off, and which future days are public
holidays. None shares code with the room that is measured.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from peer_series import HORIZON_DAYS, Origin

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
DAY_QUANTILES = (0.025, 0.10, 0.90, 0.975)
GLM_WEEKS = 12
SHARE_DAYS = 8


@dataclass(frozen=True)
class Forecast:
    """Four weeks from one cut-off.

    Parameters
    ----------
    calls : ndarray, shape (28, slots)
        Expected calls.
    quantiles : ndarray, shape (7, 28, slots), or None
    day_quantiles : mapping of float to ndarray of shape (28,), or None
        Of day totals over the scored cells.
    """

    calls: np.ndarray
    quantiles: np.ndarray | None = None
    day_quantiles: dict[float, np.ndarray] | None = None


def sma(origin: Origin, back: int) -> np.ndarray:
    """Mean of the last `back` same weekdays with a row, by slot; 0 where none of them had the slot."""
    week = np.zeros((7, origin.known.shape[1]))
    for weekday in range(7):
        rows = origin.known[weekday::7]
        rows = rows[np.isfinite(rows).any(axis=1)][-back:]
        week[weekday] = np.nansum(rows, axis=0) / np.maximum(np.isfinite(rows).sum(axis=0), 1)
    return np.tile(week, (HORIZON_DAYS // 7, 1))


def glm_12w(origin: Origin) -> Forecast:
    """NegBin GLM of weekday x slot on the last twelve weeks: saturated, so that its mean is the mean of the cell.

    The dispersion maximises the likelihood given those means.
    """
    from scipy import optimize, stats

    mean = sma(origin, GLM_WEEKS)[:7]
    known = origin.known[-7 * GLM_WEEKS :]
    fitted = np.tile(mean, (len(known) // 7, 1))
    seen = np.isfinite(known) & (fitted > 0)
    y, mu = known[seen], fitted[seen]

    def loss(log_alpha: float) -> float:
        size = np.exp(-log_alpha)
        return -stats.nbinom.logpmf(np.round(y), size, size / (size + mu)).sum()

    size = np.exp(-optimize.minimize_scalar(loss, bounds=(-12, 3), method="bounded").x)
    calls = np.tile(mean, (HORIZON_DAYS // 7, 1))
    levels = np.array(QUANTILES)[:, None, None]
    quantiles = np.where(calls > 0, stats.nbinom.ppf(levels, size, size / (size + np.maximum(calls, 1e-9))), 0.0)
    return Forecast(calls, quantiles)


@dataclass(frozen=True)
class _Regular:
    """Operating weekdays x opening slots without a hole, as library models want it."""

    weekdays: np.ndarray
    slots: np.ndarray
    calls: np.ndarray

    def laid(self, future: np.ndarray, fallback: np.ndarray) -> np.ndarray:
        """A forecast of whole weeks put back among the other cells."""
        calls = fallback.copy()
        rows = np.flatnonzero(np.isin(np.arange(HORIZON_DAYS) % 7, self.weekdays))
        calls[np.ix_(rows, self.slots)] = np.maximum(future.reshape(len(rows), len(self.slots)), 0.0)
        return calls


def _regular(origin: Origin) -> _Regular:
    """Closed days are filled with the mean of the four same weekdays before, those at the start with those after."""
    present = np.isfinite(origin.known)
    by_weekday = present.reshape(-1, 7, present.shape[1])
    active = by_weekday.any(axis=2)
    weekdays = np.flatnonzero(active[-8:].mean(axis=0) >= 0.25)
    often = by_weekday.sum(axis=0) >= 0.5 * np.maximum(active.sum(axis=0), 1)[:, None]
    slots = np.flatnonzero((often & (active.sum(axis=0) > 0)[:, None])[weekdays].any(axis=0))
    calls = np.stack([_filled(origin.known[weekday::7][:, slots]) for weekday in weekdays], axis=1)
    return _Regular(weekdays, slots, calls.reshape(-1, len(slots)))


def _filled(rows: np.ndarray) -> np.ndarray:
    filled = rows.copy()
    open_slots = np.isfinite(rows).mean(axis=0) >= 0.25
    filled[:, ~open_slots] = 0.0
    for row in range(len(filled)):
        hole = ~np.isfinite(filled[row])
        if hole.any():
            near = filled[max(row - 4, 0) : row] if row and np.isfinite(filled[:row]).all() else rows[row + 1 : row + 5]
            seen = np.isfinite(near[:, hole]).sum(axis=0)
            filled[row, hole] = np.nansum(near[:, hole], axis=0) / np.maximum(seen, 1)
    return filled


def top_down_arima(origin: Origin) -> np.ndarray:
    """AutoARIMA of log day totals with a weekly season, x the share of the last eight same weekdays."""
    from statsforecast.models import AutoARIMA

    grid = _regular(origin)
    per_week = len(grid.weekdays)
    totals = grid.calls.sum(axis=1)
    horizon = HORIZON_DAYS // 7 * per_week
    log_totals = AutoARIMA(season_length=per_week).forecast(np.log1p(totals), h=horizon)["mean"]
    shares = np.stack([_share(grid.calls[weekday::per_week][-SHARE_DAYS:]) for weekday in range(per_week)])
    future = np.expm1(log_totals)[:, None] * np.tile(shares, (HORIZON_DAYS // 7, 1))
    return grid.laid(future, sma(origin, SHARE_DAYS))


def _share(rows: np.ndarray) -> np.ndarray:
    return rows.sum(axis=0) / max(rows.sum(), 1e-9)


def mstl_arima(origin: Origin) -> np.ndarray:
    """MSTL with daily and weekly seasons, its trend by AutoARIMA."""
    from statsforecast.models import MSTL, AutoARIMA

    grid = _regular(origin)
    seasons = sorted({len(grid.slots), len(grid.slots) * len(grid.weekdays)})
    model = MSTL(season_length=seasons, trend_forecaster=AutoARIMA())
    future = model.forecast(grid.calls.ravel(), h=HORIZON_DAYS // 7 * len(grid.weekdays) * len(grid.slots))["mean"]
    return grid.laid(np.asarray(future), sma(origin, SHARE_DAYS))


LAG_WEEKS = (1, 2)
ROUNDS = 300
BOOSTING = {
    "objective": "poisson",
    "learning_rate": 0.05,
    "num_leaves": 63,
    "min_data_in_leaf": 10,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "num_threads": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def lightgbm(origin: Origin) -> np.ndarray:
    """Poisson boosting on the same slot one and two weeks ago, their means, the day before and the calendar.

    The lags of later weeks are forecasts of the earlier ones.
    """
    import lightgbm as lgb

    known = origin.known_days
    calls = np.vstack([origin.known, np.full((HORIZON_DAYS, origin.known.shape[1]), np.nan)])
    calendar = _calendar(origin)
    x = np.concatenate([_features(calls, calendar, day) for day in range(14, known)])
    y = origin.known[14:].ravel()
    seen = np.isfinite(y)
    if not y[seen].sum():
        return np.zeros((HORIZON_DAYS, calls.shape[1]))
    model = lgb.train(BOOSTING, lgb.Dataset(x[seen], y[seen]), ROUNDS)
    usual = sma(origin, SHARE_DAYS)
    for day in range(known, known + HORIZON_DAYS):
        predicted = model.predict(_features(calls, calendar, day))
        calls[day] = np.where(usual[day - known] > 0, predicted, np.nan)
    return np.nan_to_num(calls[known:])


def _calendar(origin: Origin) -> np.ndarray:
    """Weekday, day of the month, days left in it, holiday, day after a holiday; shape (days, 5)."""
    days = origin.days
    month = days.astype("datetime64[M]")
    day_of_month = (days - month.astype("datetime64[D]")).astype(int)
    days_left = ((month + 1).astype("datetime64[D]") - days).astype(int)
    holiday = np.isin(days, origin.record.holidays)
    after = np.isin(days - np.where(np.arange(len(days)) % 7 == 0, 3, 1), origin.record.holidays)
    return np.column_stack([np.arange(len(days)) % 7, day_of_month, days_left, holiday, after]).astype(float)


def _features(calls: np.ndarray, calendar: np.ndarray, day: int) -> np.ndarray:
    slots = calls.shape[1]
    weeks = np.array([calls[day - 7 * k] if day >= 7 * k else np.full(slots, np.nan) for k in range(1, 7)])
    lags = [weeks[k - 1] for k in LAG_WEEKS]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        means = [np.nanmean(weeks[:k], axis=0) for k in (3, 6)]
    return np.column_stack([*lags, *means, calls[day - 1], np.arange(slots), np.tile(calendar[day], (slots, 1))])


LIBRARY: dict[str, Callable[[Origin], Forecast]] = {
    "top_down_arima": lambda origin: Forecast(top_down_arima(origin)),
    "mstl_arima": lambda origin: Forecast(mstl_arima(origin)),
    "lightgbm": lambda origin: Forecast(lightgbm(origin)),
    "glm_12w": glm_12w,
}
SPREADSHEET: dict[str, Callable[[Origin], Forecast]] = {
    "sma6": lambda origin: Forecast(sma(origin, 6)),
    "sma8": lambda origin: Forecast(sma(origin, 8)),
}
ENSEMBLE_OF = ("lightgbm", "top_down_arima", "mstl_arima", "sma8")


def median_of(forecasts: dict[str, Forecast]) -> Forecast:
    """Median of LightGBM, top-down AutoARIMA, MSTL + AutoARIMA and SMA8, cell by cell."""
    return Forecast(np.median([forecasts[name].calls for name in ENSEMBLE_OF], axis=0))
