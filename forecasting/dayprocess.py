"""Log day totals as a Gaussian process: a level that moves, weekdays that drift, and held-back calendar effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.effects import Effect

LEVEL_PRIOR_VARIANCE = 4.0
WEEKDAY_PRIOR_VARIANCE = 1.0
DAY_SD = 0.12
OUTLYING = 1.5
LEAST_SCALE = 0.3


@dataclass(frozen=True, slots=True)
class Version:
    """How fast the level and the weekdays may move.

    Parameters
    ----------
    recent_sd, recent_weeks : float
        Short-lived deviations: standard deviation (log) and the weeks over which they fade.
    level_sd, level_weeks : float
        The level's own wandering.
    trend_sd, trend_weeks : float
        Smooth movement that is carried on for a while: a Matern 3/2 process.
    weekday_sd, weekday_weeks : float
        Drift of each weekday against the others.
    weekday_prior_variance : float
        Of each weekday's lasting deviation (log) from what is expected of it.
    """

    recent_sd: float
    recent_weeks: float
    level_sd: float
    level_weeks: float
    trend_sd: float
    trend_weeks: float
    weekday_sd: float
    weekday_weeks: float
    weekday_prior_variance: float = WEEKDAY_PRIOR_VARIANCE

    def level_covariance(self, lag_weeks: np.ndarray) -> np.ndarray:
        """Covariance of the level with itself, the prior of a constant included."""
        scaled = np.sqrt(3) * lag_weeks / self.trend_weeks
        return np.asarray(
            LEVEL_PRIOR_VARIANCE
            + self.level_sd**2 * np.exp(-lag_weeks / self.level_weeks)
            + self.trend_sd**2 * (1 + scaled) * np.exp(-scaled)
        )

    def recent_covariance(self, lag_weeks: np.ndarray) -> np.ndarray:
        """Covariance of short-lived deviations."""
        return np.asarray(self.recent_sd**2 * np.exp(-lag_weeks / self.recent_weeks))

    def weekday_covariance(self, lag_weeks: np.ndarray) -> np.ndarray:
        """Covariance of a weekday's own deviation with itself."""
        return np.asarray(self.weekday_prior_variance + self.weekday_sd**2 * np.exp(-lag_weeks / self.weekday_weeks))


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are observed, then those to forecast, with what is known of all of them.

    Parameters
    ----------
    number : ndarray of int, shape (days,)
        Calendar days from the first day of the history.
    weekday : ndarray of int, shape (days,)
    effects : tuple of Effect
        Over the same days.
    observed : int
        How many of the days, the first ones, are observed.
    """

    number: np.ndarray
    weekday: np.ndarray
    effects: tuple[Effect, ...]
    observed: int


@dataclass(frozen=True, slots=True)
class Fit:
    """One version fitted to the observed days.

    Parameters
    ----------
    mean : ndarray, shape (future days,)
        Expected log total.
    parts : mapping of str to ndarray, shape (future days,)
        What the level, recent weeks, the weekday and each calendar effect add to the centre; they sum to `mean`.
    factor : ndarray, shape (observed, observed)
        Lower Cholesky factor of the covariance of the observations.
    innovations : ndarray, shape (observed,)
        Standardised one-step-ahead errors.
    centre : float
        Median log total that the process is about.
    smearing : float
        What the mean of a day's calls is above exp(mean of its log): Duan's estimate, the average of
        exp(residual) (1983, JASA 78:605), over days weighted by their calls.
    """

    mean: np.ndarray
    parts: Mapping[str, np.ndarray]
    factor: np.ndarray
    innovations: np.ndarray
    centre: float
    smearing: float

    def from_earlier(self, known: int, until: int) -> np.ndarray:
        """Expected log totals of the observed days `known` to `until` had only the first `known` been seen.

        With y = L z the mean of a later observation given the first n is the sum of its first n entries
        L[t, j] z[j], so that every past cut-off is forecast from the one factor (Rasmussen and Williams 2006,
        Gaussian Processes for Machine Learning, eq. 2.23 and appendix A.4).
        """
        return np.asarray(self.centre + self.factor[known:until, :known] @ self.innovations[:known])


def fit_versions(
    totals: np.ndarray, days: Days, versions: Sequence[Version], lent: np.ndarray | float = 0.0
) -> list[Fit]:
    """Fit every version to the observed day totals.

    Observation noise is that of a day, 12 %, and of the count, 1 / calls; a first pass finds the days whose
    one-step-ahead error exceeds 1.5 robust standard deviations, and a second one trusts them less in proportion
    to the square of the excess, so that one odd day moves neither the level nor an effect.

    Parameters
    ----------
    totals : ndarray, shape (observed,)
        Calls of each observed day.
    days : Days
    versions : sequence of Version
    lent : ndarray, shape (observed,), optional
        Logs that are known from elsewhere: the process is fitted to what they leave.
    """
    logs = np.log(totals + 0.5) - lent
    centre = float(np.median(logs))
    noise = DAY_SD**2 + 1 / (totals + 1)
    lag = np.abs(days.number[:, None] - days.number)
    lag_weeks = np.arange(lag.max(initial=0) + 1) / 7
    same = days.weekday[:, None] == days.weekday
    calendar = {effect.name: effect.sd**2 * effect.x @ effect.x.T for effect in days.effects}
    shared = sum(calendar.values(), np.zeros(lag.shape))
    fits = []
    for version in versions:
        moving = {
            "level": version.level_covariance(lag_weeks)[lag],
            "recent": version.recent_covariance(lag_weeks)[lag],
            "weekday": np.where(same, version.weekday_covariance(lag_weeks)[lag], 0.0),
        }
        fits.append(_fit(logs - centre, noise, shared + sum(moving.values()), moving | calendar, centre, lent))
    return fits


def _fit(
    y: np.ndarray,
    noise: np.ndarray,
    covariance: np.ndarray,
    parts: Mapping[str, np.ndarray],
    centre: float,
    lent: np.ndarray | float,
) -> Fit:
    from scipy.linalg import solve_triangular

    n = len(y)
    factor, innovations = _innovations(y, covariance[:n, :n], noise)
    started = np.abs(innovations[min(20, n // 2) :])
    bound = OUTLYING * max(1.4826 * float(np.median(started)), LEAST_SCALE)
    noise = noise * np.maximum(np.abs(innovations) / bound, 1.0) ** 2
    factor, innovations = _innovations(y, covariance[:n, :n], noise)
    weights = solve_triangular(factor, innovations, lower=True, trans=1, check_finite=False)
    added = {name: part[n:, :n] @ weights for name, part in parts.items()}
    mean = centre + sum(added.values(), np.zeros(len(covariance) - n))
    return Fit(mean, added, factor, innovations, centre, _smearing(noise * weights, y + lent))


def _smearing(residuals: np.ndarray, logs: np.ndarray) -> float:
    """Rare spikes are left to the bands: residuals beyond two robust standard deviations count as those."""
    bound = 2 * 1.4826 * float(np.median(np.abs(residuals)))
    return float(np.average(np.exp(np.clip(residuals, -bound, bound)), weights=np.exp(logs - residuals)))


def _innovations(y: np.ndarray, covariance: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from scipy.linalg import solve_triangular

    factor = np.linalg.cholesky(covariance + np.diag(noise))
    return factor, solve_triangular(factor, y, lower=True, check_finite=False)
