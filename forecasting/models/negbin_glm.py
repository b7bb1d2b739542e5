"""Negative-binomial regression of open intervals: weekday x slot, the calendar, recent weeks weighing more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.opengrid import Grid
from forecasting.operatingdays import operating_days
from forecasting.series import Series

HALF_LIFE_WEEKS = 12.0
DAY_SD = 0.1
LEAST_DISPERSION, MOST_DISPERSION = 1e-6, 10.0
ROUNDS = 4
STEPS = 60
LONGEST_STEP = 1.0
TOLERANCE = 1e-8


@MODELS.register("negbin_glm")
def fit_predict(train: Series, grid: Grid, calendar: Calendar) -> np.ndarray:
    """Log-linear mean, variance m + a m^2; the calendar's coefficients are held towards 0 by their prior.

    Intervals of one day share its factor, so that a day counts as one observation of variance 0.1^2 for the
    calendar and not as one an interval: the prior weighs as much more.
    Source: Hilbe 2011, Negative Binomial Regression, chapter 8; McCullagh and Nelder 1989, section 2.5.
    """
    days = operating_days(train, grid, calendar)
    rows = days.known[days.whole]
    effects = days.effects(calendar)
    x = np.column_stack([effect.x for effect in effects]).astype(float)
    sd = np.concatenate([np.full(effect.x.shape[1], effect.sd) for effect in effects])
    weights = 0.5 ** (train.age_weeks[rows] / HALF_LIFE_WEEKS)
    fitted = fit(train.calls[rows], train.weekdays[rows], x[: len(days.known)][days.whole], weights, sd)
    factor = np.zeros(len(grid.days))
    factor[days.future] = np.exp(x[len(days.known) :] @ fitted.coefficients)
    return np.asarray(grid.lay(fitted.week) * factor[:, None])


@dataclass(frozen=True, slots=True)
class NegBinFit:
    """A fitted regression.

    Parameters
    ----------
    week : ndarray, shape (7, slots)
        Expected calls of a day without calendar effects; 0 in cells that never had a call.
    coefficients : ndarray, shape (effects,)
    dispersion : float
        a in the variance m + a m^2.
    """

    week: np.ndarray
    coefficients: np.ndarray
    dispersion: float


def fit(calls: np.ndarray, weekdays: np.ndarray, x: np.ndarray, weights: np.ndarray, sd: np.ndarray) -> NegBinFit:
    """Maximum penalised likelihood of a regression saturated in weekday x slot; mean and dispersion in turn.

    Parameters
    ----------
    calls : ndarray, shape (days, slots)
        NaN where closed.
    weekdays : ndarray of int, shape (days,)
    x : ndarray, shape (days, effects)
        Calendar effects.
    weights : ndarray, shape (days,)
    sd : ndarray, shape (effects,)
        Prior standard deviation of each coefficient; infinite for none.
    """
    of_weekday = (np.arange(7)[:, None] == weekdays).astype(float)
    known = np.nan_to_num(calls)
    used = np.isfinite(calls) & (of_weekday @ known > 0)[weekdays]
    share = of_weekday @ (weights[:, None] * used)
    week = of_weekday @ (weights[:, None] * known) / np.where(share > 0, share, 1.0)
    coefficients, dispersion = np.zeros(x.shape[1]), LEAST_DISPERSION
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            mean = np.where(used, week[weekdays] * np.exp(x @ coefficients)[:, None], 0.0)
            cells, change = _step(known, mean, x, weights, of_weekday, coefficients, dispersion, sd)
            week, coefficients = week * np.exp(cells), coefficients + change
            if max(np.abs(cells).max(), np.abs(change).max(initial=0.0)) < TOLERANCE:
                break
        mean = week[weekdays] * np.exp(x @ coefficients)[:, None]
        dispersion = _dispersion(calls[used], mean[used], np.broadcast_to(weights[:, None], calls.shape)[used])
    return NegBinFit(week, coefficients, dispersion)


def _step(
    known: np.ndarray,
    mean: np.ndarray,
    x: np.ndarray,
    weights: np.ndarray,
    of_weekday: np.ndarray,
    coefficients: np.ndarray,
    dispersion: float,
    sd: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """One step of Fisher scoring: changes of the logs of the cells, shape (7, slots), and of the coefficients.

    The hundreds of cells make a diagonal block of the information matrix. They are eliminated, which leaves a
    system in the few calendar effects (Schur complement). No log moves by more than 1, as cells of a few calls would
    otherwise overshoot.
    """
    information = weights[:, None] * mean / (1 + dispersion * mean)
    score = np.where(mean > 0, weights[:, None] * (known - mean) / (1 + dispersion * mean), 0.0)
    of_cells, score_of_cells = of_weekday @ information, of_weekday @ score
    of_cells = np.where(of_cells > 0, of_cells, 1.0)
    mixed = np.einsum("wd,dk,ds->wsk", of_weekday, x, information, optimize=True)
    penalty = (1 + DAY_SD**2 * information.sum() / weights.sum()) / sd**2
    system = x.T @ (information.sum(axis=1)[:, None] * x) + np.diag(penalty)
    system = system - np.einsum("wsk,ws,wsl->kl", mixed, 1 / of_cells, mixed, optimize=True)
    right = x.T @ score.sum(axis=1) - penalty * coefficients
    right = right - np.einsum("wsk,ws->k", mixed, score_of_cells / of_cells)
    change = np.linalg.lstsq(system, right, rcond=None)[0]
    cells = (score_of_cells - mixed @ change) / of_cells
    longest = max(np.abs(cells).max(), np.abs(change).max(initial=0.0), LONGEST_STEP)
    return cells * (LONGEST_STEP / longest), change * (LONGEST_STEP / longest)


def _dispersion(y: np.ndarray, mean: np.ndarray, weights: np.ndarray) -> float:
    """The dispersion of greatest likelihood, the means given."""
    if not len(y):
        return LEAST_DISPERSION
    from scipy.optimize import minimize_scalar
    from scipy.special import gammaln

    def loss(log_dispersion: float) -> float:
        size = np.exp(-log_dispersion)
        chance = (
            gammaln(y + size) - gammaln(size) + size * np.log(size / (size + mean)) + y * np.log(mean / (size + mean))
        )
        return -float(weights @ chance)

    bounds = np.log(LEAST_DISPERSION), np.log(MOST_DISPERSION)
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))
