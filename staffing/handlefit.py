"""How long calls are handled, from a call log: mean, spread and shape, with what a few odd calls must not decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from staffing.handletimes import Array

LEVEL = 0.90
FEW_HANDLED = 30
SHORTEST, LONGEST = 0.10, 0.995
COMPARED = (0.25, 0.50, 0.75, 0.90, 0.95)
FAR_OUT = 3.0
LEAST_FENCE = 10.0

Tails = Callable[[Array, float, float], tuple[Array, Array]]
Quantiles = Callable[[Array, float, float], Array]


@dataclass(frozen=True, slots=True)
class HandleFit:
    """Handle times of one queue.

    Parameters
    ----------
    calls : int
        Handle times that count.
    left_out : int
        Handle times above `fence_s`, which do not.
    fence_s : float
        See `fence_s` [s].
    aht_s, cv : float
        Mean [s], and standard deviation over it.
    aht_low_s, aht_high_s, cv_low, cv_high : float
        Their 90 % intervals.
    shape : str
        Kind of `HandleTimes`: lognormal, gamma, exponential, or deterministic where all are alike; empty where there
        are fewer than 30, which tell no shape.
    quantiles_s : mapping of float to float
        Handle times at the shares `COMPARED` of the calls [s].
    misfit : float
        Largest relative error of the shape with this mean and cv at those shares; NaN without a shape.
    """

    calls: int
    left_out: int
    fence_s: float
    aht_s: float
    cv: float
    aht_low_s: float
    aht_high_s: float
    cv_low: float
    cv_high: float
    shape: str
    quantiles_s: Mapping[float, float]
    misfit: float


def fit_handle_times(handle_s: ArrayLike) -> HandleFit:
    """Mean, coefficient of variation and shape of handle times.

    A handle time above the fence is a call left open, no call: it is left out. The intervals are those of the delta
    method on logarithms with Student's t, so that few calls give a wide one. The shape is that of the greatest
    likelihood (BIC, as the exponential has one parameter less) of the times rounded to whole seconds, where the
    shortest tenth and the longest half per cent count only as such: seconds of a misrouted call and the far tail
    would else decide about the calls that keep agents busy.

    Parameters
    ----------
    handle_s : array_like, shape (calls,)
        Known handle times [s]; at least one.
    """
    given = np.asarray(handle_s, float)
    fence = fence_s(given)
    kept = given[given <= fence]
    mean, cv = float(kept.mean()), 0.0
    if kept.max() > kept.min():
        cv = float(kept.std(ddof=1)) / mean
    shape = _shape(kept, mean, cv) if len(kept) >= FEW_HANDLED else ""
    shares = np.array(COMPARED)
    seen = np.quantile(kept, shares)
    misfit = (
        float(np.max(np.abs(quantiles_s(shape, shares, mean, cv) / np.maximum(seen, 1.0) - 1))) if shape else np.nan
    )
    return HandleFit(
        len(kept),
        len(given) - len(kept),
        fence,
        mean,
        cv if len(kept) > 1 else np.nan,
        *_around(mean, cv**2, len(kept)),
        *_around(cv, _variance_of_log_cv(kept, mean, cv, shape), len(kept)),
        shape,
        dict(zip(COMPARED, seen.tolist(), strict=True)),
        misfit,
    )


def fence_s(handle_s: Array) -> float:
    """Longest handle time that can be one: three interquartile ranges above the upper quartile, on logarithms.

    Tukey's far-out fence (1977); of a million lognormal calls it takes one or two away. It is never below ten medians,
    for queues whose calls are all alike.
    """
    low, middle, high = np.quantile(np.maximum(handle_s, 1.0), (0.25, 0.5, 0.75))
    return float(max(high * (high / low) ** FAR_OUT, LEAST_FENCE * middle))


def quantiles_s(shape: str, shares: Array, mean_s: float, cv: float) -> Array:
    """Quantiles of a shape with this mean and coefficient of variation [s]."""
    if shape == "deterministic":
        return np.full(shares.shape, mean_s)
    return SHAPES[shape][1](shares, mean_s, cv)


def _around(value: float, variance: float, n: int) -> tuple[float, float]:
    """Interval of a positive value whose logarithm has `variance` / n; unbounded for a single call."""
    from scipy.special import stdtrit

    if n < 2:
        return 0.0, np.inf
    reach = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * np.sqrt(max(variance, 0.0) / n)
    return value * float(np.exp(-reach)), value * float(np.exp(reach))


def _variance_of_log_cv(values: Array, mean: float, cv: float, shape: str) -> float:
    """n times the variance of log(standard deviation / mean), by the delta method.

    The larger of what the sample says and what the shape does: a sample rarely holds the long calls that its kurtosis
    comes from. Without a shape the usual one counts, lognormal.
    """
    if cv == 0:
        return 0.0
    away = values - mean
    m2, m3, m4 = (float((away**power).mean()) for power in (2, 3, 4))
    seen = _log_cv_variance(m4 / m2**2, m3 / m2**1.5, cv)
    if shape in ("gamma", "exponential"):
        return max(seen, _log_cv_variance(3 + 6 * cv**2, 2 * cv, cv))
    w = 1 + cv**2
    return max(seen, _log_cv_variance(w**4 + 2 * w**3 + 3 * w**2 - 3, (w + 2) * cv, cv))


def _log_cv_variance(kurtosis: float, skewness: float, cv: float) -> float:
    return (kurtosis - 1) / 4 + cv**2 - skewness * cv


def _lognormal_tails(x: Array, mean: float, cv: float) -> tuple[Array, Array]:
    from scipy.special import ndtr

    sigma = np.sqrt(np.log1p(cv**2))
    with np.errstate(divide="ignore"):
        z = (np.log(x / mean) + sigma**2 / 2) / sigma
    return ndtr(z), ndtr(-z)


def _lognormal_quantiles(shares: Array, mean: float, cv: float) -> Array:
    from scipy.special import ndtri

    sigma = np.sqrt(np.log1p(cv**2))
    return np.asarray(mean * np.exp(sigma * ndtri(shares) - sigma**2 / 2))


def _gamma_tails(x: Array, mean: float, cv: float) -> tuple[Array, Array]:
    from scipy.special import gammainc, gammaincc

    return gammainc(cv**-2, x / (mean * cv**2)), gammaincc(cv**-2, x / (mean * cv**2))


def _gamma_quantiles(shares: Array, mean: float, cv: float) -> Array:
    from scipy.special import gammaincinv

    return np.asarray(mean * cv**2 * gammaincinv(cv**-2, shares))


def _exponential_tails(x: Array, mean: float, _cv: float) -> tuple[Array, Array]:
    return -np.expm1(-x / mean), np.exp(-x / mean)


def _exponential_quantiles(shares: Array, mean: float, _cv: float) -> Array:
    return np.asarray(-mean * np.log1p(-shares))


# Distribution function and its complement, quantiles, number of parameters.
SHAPES: dict[str, tuple[Tails, Quantiles, int]] = {
    "lognormal": (_lognormal_tails, _lognormal_quantiles, 2),
    "gamma": (_gamma_tails, _gamma_quantiles, 2),
    "exponential": (_exponential_tails, _exponential_quantiles, 1),
}


def _shape(values: Array, mean: float, cv: float) -> str:
    if cv == 0:
        return "deterministic"
    scores = {name: _bic(values, name, mean, cv) for name in SHAPES}
    return min(scores, key=lambda name: scores[name])


def _bic(values: Array, shape: str, mean: float, cv: float) -> float:
    from scipy.optimize import minimize

    tails, _, parameters = SHAPES[shape]
    whole = np.round(values)
    seconds, counts = np.unique(np.clip(whole, *np.quantile(whole, (SHORTEST, LONGEST)).round()), return_counts=True)
    below, above = seconds - 0.5, seconds + 0.5
    below[0], above[-1] = 0.0, np.inf

    def minus_log_likelihood(logs: Array) -> float:
        m, spread = np.exp(np.clip(logs, -20, 20))
        (low, low_rest), (high, high_rest) = tails(below, m, spread), tails(above, m, spread)
        # The difference of the smaller tails keeps its digits.
        chance = np.where(high < 0.5, high - low, low_rest - high_rest)
        return float(-(counts @ np.log(np.maximum(chance, 1e-300))))

    start = np.log([mean, cv])
    found = minimize(minus_log_likelihood, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-2})
    return float(2 * found.fun + parameters * np.log(len(values)))
