"""The rest of a day that has begun: what came so far moves it, as far as past days say that it should."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

PERSISTENCES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
DAY_PERSISTENCES = (0.6, 0.7, 0.8, 0.9, 1.0)
MOST_SHARED = 0.9
PRIOR_SD = 0.10
PRIOR_DAYS = 3
TRUST_DAYS = 12
NOISE_PRIOR_DAYS = 5
ROBUST_SPREADS = 3.0
ABSURD_SPREADS = 8.0
LEAST_FACTOR, MOST_FACTOR = 0.2, 5.0


@dataclass(frozen=True, slots=True)
class DayNoise:
    """How the rates of one day stray from their forecast, relative to it.

    Two slots k apart have the covariance common + fading x persistence^k: a busyness that all the day shares is too
    rigid, independent slots are unreal (Oreshkin, Regnard and L'Ecuyer 2016, Operations Research 64).

    Parameters
    ----------
    common, fading : float
        Variances of the part that all slots of a day share and of the part that fades.
    persistence : float
        Correlation of the fading part from one slot to the next, 0 to 1.
    own : ndarray, shape (slots,)
        Variance of a slot's own rate, beyond that of Poisson counts.
    trust : float
        Share of the update that is made, 0 to 1: below 1 while few days are known.
    day : float
        Variance of the deviation of a whole day.
    shared, day_persistence : float
        Covariance of the deviations of days k apart that were forecast together: shared x day_persistence^k.
    """

    common: float
    fading: float
    persistence: float
    own: np.ndarray
    trust: float = 1.0
    day: float = 0.0
    shared: float = 0.0
    day_persistence: float = 0.0

    @classmethod
    def of_day(cls, day_sd: float, overdispersion: float, slots: int) -> DayNoise:
        """One factor for all the day, of standard deviation `day_sd`, and slots with the same `overdispersion`."""
        return cls(day_sd**2, 0.0, 0.0, np.full(slots, overdispersion))

    def covariance(self, slots: np.ndarray) -> np.ndarray:
        """Covariance of the rates of `slots` (indices, shape (n,)) without their own noise, shape (n, n)."""
        apart = np.abs(slots[:, None] - slots)
        return np.asarray(self.common + self.fading * self.persistence**apart)


@dataclass(frozen=True, slots=True)
class RestOfDay:
    """The intervals that are still to come: those after the last count.

    Parameters
    ----------
    calls : ndarray, shape (slots,)
        Expected calls; the forecast where they were counted, updated where a count is lost or still to come, 0 where
        the queue is closed.
    slot_sd : ndarray, shape (slots,)
        Relative standard deviation of an interval's rate, without its Poisson noise; 0 where counted or
        closed.
    total : float
        Expected calls of the rest of the day.
    day_sd : float
        Relative standard deviation of the factor of the whole rest; 0 where nothing is left.
    total_sd : float
        Standard deviation of the calls of the rest, the noise of intervals and counts included.
    """

    calls: np.ndarray
    slot_sd: np.ndarray
    total: float
    day_sd: float
    total_sd: float

    def total_quantile(self, q: float) -> float:
        """Quantile `q` of the calls of the rest of the day, log-normal with mean `total`."""
        if self.total <= 0:
            return 0.0
        variance = float(np.log1p((self.total_sd / self.total) ** 2))
        return self.total * float(np.exp(NormalDist().inv_cdf(q) * np.sqrt(variance) - variance / 2))


def start_of_day(before: np.ndarray, noise: DayNoise) -> float:
    """Factor on the forecast of a day that the days before it suggest; give `update_day` the forecast times it.

    The best linear estimate from the deviations of the days before, as in `update_day`. The noise of the day is
    left as it was: taking off what is explained made updates at half day worse on real queues.

    Parameters
    ----------
    before : ndarray, shape (days,)
        Calls / forecast - 1 of the days before that were forecast together with this one, yesterday first; NaN for
        a closed or unknown day.
    noise : DayNoise
    """
    back = np.flatnonzero(np.isfinite(before))
    if not len(back) or noise.shared <= 0:
        return 1.0
    apart = np.abs(back[:, None] - back)
    between = noise.shared * noise.day_persistence**apart + np.diag(np.full(len(back), noise.day - noise.shared))
    gain = np.linalg.solve(between, noise.shared * noise.day_persistence ** (back + 1))
    most = ABSURD_SPREADS * np.sqrt(noise.day)
    factor = 1 + noise.trust * float(gain @ np.minimum(before[back], most))
    return float(np.clip(factor, LEAST_FACTOR, MOST_FACTOR))


def update_day(mean: np.ndarray, calls: np.ndarray, noise: DayNoise) -> RestOfDay:
    """Expected calls of the rest of a day, given those of the intervals that are over.

    The best linear estimate of the relative rates: 1 + C_ro (C_oo + N)^-1 (calls / mean - 1), with C of `noise`
    and N = 1 / mean + own noise of what is over (Rasmussen and Williams 2006, Gaussian Processes, equation 2.25).
    With a common factor alone its weight is prior variance / (prior variance + 1 / expected so far + overdispersion
    of what was seen). It is linear in the counts, so the mean stays a mean. One count lifts it by 8 of its standard
    deviations at most, and a slot by a factor of 0.2 to 5.

    Parameters
    ----------
    mean : ndarray, shape (slots,)
        Forecast calls; 0 where closed.
    calls : ndarray, shape (slots,)
        Calls that came; NaN where the interval is not over or its count is lost. What comes while closed is not used.
    noise : DayNoise

    Raises
    ------
    ValueError
        If the shapes differ or the forecast is negative or not finite.
    """
    mean, calls = np.asarray(mean, dtype=float), np.asarray(calls, dtype=float)
    if not mean.shape == calls.shape == noise.own.shape:
        raise ValueError(f"found shapes {mean.shape}, {calls.shape} and {noise.own.shape}, expected one")
    if not (np.isfinite(mean) & (mean >= 0)).all():
        raise ValueError("found a forecast below 0 or not finite, expected calls")
    seen, rest = np.flatnonzero((mean > 0) & np.isfinite(calls)), np.flatnonzero((mean > 0) & ~np.isfinite(calls))
    factor, left = _condition(mean[seen], calls[seen], seen, rest, noise)
    updated, slot_sd, own = mean.copy(), np.zeros_like(mean), noise.own[rest]
    updated[rest] *= np.clip(factor, LEAST_FACTOR, MOST_FACTOR)
    slot_sd[rest] = np.sqrt(np.diag(left) + own)
    to_come = np.where(rest > _last_known(calls), updated[rest], 0.0)
    total, of_factors = float(to_come.sum()), float(to_come @ left @ to_come)
    day_sd = float(np.sqrt(of_factors)) / total if total > 0 else 0.0
    return RestOfDay(updated, slot_sd, total, day_sd, float(np.sqrt(of_factors + own @ to_come**2 + total)))


def _last_known(calls: np.ndarray) -> int:
    known = np.flatnonzero(np.isfinite(calls))
    return int(known[-1]) if len(known) else -1


def _condition(
    mean: np.ndarray, calls: np.ndarray, seen: np.ndarray, rest: np.ndarray, noise: DayNoise
) -> tuple[np.ndarray, np.ndarray]:
    """Factors of the slots to come and their covariance after the update, of which `trust` is made."""
    covariance = noise.covariance(np.concatenate([seen, rest]))
    n = len(seen)
    of_seen = covariance[:n, :n] + np.diag(1 / mean + noise.own[seen])
    gain = np.linalg.solve(of_seen, covariance[:n, n:])
    most = ABSURD_SPREADS * np.sqrt(np.diag(of_seen))
    factor = 1 + noise.trust * (np.minimum(calls / mean - 1, most) @ gain)
    made = noise.trust * (2 - noise.trust)
    left = covariance[n:, n:] - made * covariance[n:, :n] @ gain
    return factor, (left + left.T) / 2


def fit_intraday(actual: np.ndarray, predicted: np.ndarray, days_together: int = 7) -> DayNoise:
    """How days stray from a forecast of their kind, from past days.

    The moments of the residuals by lag, sum e_s e_s+k / sum m_s m_s+k with Poisson variance taken off, are matched
    by least squares. Days that miss by more than 3 robust standard deviations count as much less as they miss more.
    The noise of each slot leans on that of all by five days, the common part on 10 % by three, and twelve days stand
    against trust, so that a new queue is hardly updated.

    Parameters
    ----------
    actual, predicted : ndarray, shape (days, slots)
        Calls; NaN in `actual` where they are unknown, 0 in `predicted` where closed. Forecasts made as early as the
        one to be updated: those of rolling origins.
    days_together : int
        Consecutive rows that were forecast from one cut-off.
    """
    known = np.isfinite(actual) & (predicted > 0)
    known &= known.any(axis=1)[:, None]
    mean, error = np.where(known, predicted, 0.0), np.where(known, np.nan_to_num(actual) - predicted, 0.0)
    used = known.any(axis=1)
    mean, error = mean[used], error[used]
    days = len(mean)
    weights = _day_weights(mean.sum(axis=1), error.sum(axis=1))
    products, sizes, counts = (weights * error.T) @ error, (weights * mean.T) @ mean, weights @ mean
    common, fading, persistence = _match(products, sizes)
    squares = np.diag(sizes)
    beyond = np.diag(products) - counts - (common + fading) * squares
    of_all = max(float(beyond.sum()) / max(float(squares.sum()), 1e-12), 0.0)
    seen = known[used].sum(axis=0)
    each = beyond / np.where(squares > 0, squares, 1.0)
    own = np.maximum((seen * each + NOISE_PRIOR_DAYS * of_all) / (seen + NOISE_PRIOR_DAYS), 0.0)
    common = (days * common + PRIOR_DAYS * PRIOR_SD**2) / (days + PRIOR_DAYS)
    deviation = np.full(len(used), np.nan)
    deviation[used] = error.sum(axis=1) / mean.sum(axis=1)
    between = _between_days(deviation[: len(used) // days_together * days_together].reshape(-1, days_together))
    return DayNoise(common, fading, persistence, own, days / (days + TRUST_DAYS), *between)


def _between_days(deviation: np.ndarray) -> tuple[float, float, float]:
    """Variance of a day, what it shares with its neighbours, and how that lasts; shape (cut-offs, days together).

    Least squares on the mean products by lag, of deviations clipped at 3 robust standard deviations.
    """
    known = np.isfinite(deviation)
    if not known.any():
        return 0.0, 0.0, 0.0
    bound = ROBUST_SPREADS * 1.4826 * float(np.median(np.abs(deviation[known])))
    clipped = np.where(known, np.clip(np.nan_to_num(deviation), -bound, bound), 0.0)
    lags = range(1, deviation.shape[1])
    products = np.array([(clipped[:, lag:] * clipped[:, :-lag]).sum() for lag in lags])
    pairs = np.array([(known[:, lag:] & known[:, :-lag]).sum() for lag in lags])
    day, best = float((clipped**2).sum() / known.sum()), (np.inf, 0.0, 0.0)
    for persistence in DAY_PERSISTENCES:
        shape = persistence ** np.arange(1, deviation.shape[1])
        shared = max(float(products @ shape) / max(float(pairs @ shape**2), 1.0), 0.0)
        miss = float(((products - pairs * shared * shape) ** 2 / np.maximum(pairs, 1)).sum())
        if miss < best[0]:
            best = (miss, min(shared, MOST_SHARED * day), persistence)
    return day, best[1], best[2]


def _day_weights(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Squares of the Huber weights of the days' relative errors, shape (days,)."""
    miss = np.abs(error / mean)
    bound = ROBUST_SPREADS * 1.4826 * float(np.median(miss)) if len(miss) else 0.0
    return np.asarray((bound / np.maximum(miss, bound)) ** 2 if bound > 0 else np.ones(len(miss)))


def _match(products: np.ndarray, sizes: np.ndarray) -> tuple[float, float, float]:
    """Common and fading variance and persistence that come nearest to the moments of lags 1 and on."""
    lag = np.abs(np.subtract.outer(np.arange(len(sizes)), np.arange(len(sizes))))
    size, product = (np.bincount(lag.ravel(), matrix.ravel())[1:] for matrix in (sizes, products))
    root = np.sqrt(size)
    aim = product / np.where(size > 0, root, 1.0)
    best = (float(aim @ aim), 0.0, 0.0, PERSISTENCES[0])
    for persistence in PERSISTENCES:
        columns = np.column_stack([root, root * persistence ** np.arange(1, len(sizes))])
        for chosen in ([0, 1], [0], [1]):
            variances = np.zeros(2)
            variances[chosen] = np.linalg.lstsq(columns[:, chosen], aim, rcond=None)[0]
            miss = float(((aim - columns @ variances) ** 2).sum())
            if (variances >= 0).all() and miss < best[0]:
                best = (miss, float(variances[0]), float(variances[1]), persistence)
    return best[1:]
