"""Accuracy of point forecasts: sums over sums, null where nothing came in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def _over_actual(numerator: float, actual: np.ndarray) -> float:
    total = actual.sum()
    return float(numerator / total) if total > 0 else float("nan")


def wape(forecast: ArrayLike, actual: ArrayLike) -> float:
    """Weighted absolute percentage error: sum of absolute errors over the sum of actuals.

    Staffing error is about linear in forecast error, which makes it the measure that fits planning
    (Ding and Koole 2022, Probability in the Engineering and Informational Sciences).

    Parameters
    ----------
    forecast, actual : array_like, same shape

    Returns
    -------
    float
        A fraction; NaN when the actuals sum to 0.

    Examples
    --------
    >>> wape([90, 110], [100, 100])
    0.1
    """
    forecast, actual = np.asarray(forecast, dtype=float), np.asarray(actual, dtype=float)
    return _over_actual(np.abs(forecast - actual).sum(), actual)


def bias(forecast: ArrayLike, actual: ArrayLike) -> float:
    """Sum of errors (forecast - actual) over the sum of actuals: above 0 when too much was forecast.

    Parameters
    ----------
    forecast, actual : array_like, same shape

    Returns
    -------
    float
        A fraction; NaN when the actuals sum to 0.
    """
    forecast, actual = np.asarray(forecast, dtype=float), np.asarray(actual, dtype=float)
    return _over_actual((forecast - actual).sum(), actual)


def poisson_abs_error(rates: ArrayLike) -> float:
    """Expected sum of absolute errors when each count is Poisson and its rate is known: no forecast does better.

    The mean absolute deviation of a Poisson count is 2 exp(-m) m^(k+1) / k! with k = floor(m)
    (Johnson, Kemp and Kotz, Univariate Discrete Distributions, section 4.3).

    Parameters
    ----------
    rates : array_like
        Expected calls.
    """
    from scipy.special import gammaln

    rates = np.asarray(rates, dtype=float)
    rates = rates[rates > 0]
    whole = np.floor(rates)
    return float((2 * np.exp(-rates + (whole + 1) * np.log(rates) - gammaln(whole + 1))).sum())


def wql(quantile_forecasts: ArrayLike, quantiles: ArrayLike, actual: ArrayLike) -> float:
    """Mean weighted quantile loss: 2 x sum of pinball losses over the sum of actuals, averaged over the quantiles.

    The pinball loss of a forecast f of quantile q is max(q (y - f), (q - 1) (y - f)) (Koenker and Bassett 1978,
    Econometrica 46, section 3); the weighting is that of Gasthaus et al. 2019, AISTATS 89, section 4. With the
    median alone it is the WAPE.

    Parameters
    ----------
    quantile_forecasts : array_like, shape (quantiles, ...)
    quantiles : array_like, shape (quantiles,)
        Between 0 and 1.
    actual : array_like, shape (...)

    Returns
    -------
    float
        A fraction; NaN when the actuals sum to 0.

    Examples
    --------
    >>> wql([[90, 110]], [0.5], [100, 100])
    0.1
    """
    quantile_forecasts, actual = np.asarray(quantile_forecasts, dtype=float), np.asarray(actual, dtype=float)
    level = np.reshape(np.asarray(quantiles, dtype=float), (-1,) + (1,) * actual.ndim)
    error = actual - quantile_forecasts
    return _over_actual(2 * np.maximum(level * error, (level - 1) * error).sum() / level.size, actual)


def mase(forecast: ArrayLike, actual: ArrayLike, train: ArrayLike) -> float:
    """Mean absolute error over that of last week's calls within the training part.

    Hyndman and Koehler 2006, International Journal of Forecasting 22, section 3, with a season of a week over the
    cells that were open in both weeks.

    Parameters
    ----------
    forecast, actual : array_like, same shape
    train : array_like, shape (days, slots)
        Calls of consecutive days before the forecast; NaN where closed or lost.

    Returns
    -------
    float
        NaN when no cell was open in two weeks running, or the calls of all of them were the same.
    """
    train = np.asarray(train, dtype=float)
    steps = np.abs(train[7:] - train[:-7])
    steps = steps[np.isfinite(steps)]
    if not steps.any():
        return float("nan")
    return float(np.abs(np.asarray(forecast, dtype=float) - np.asarray(actual, dtype=float)).mean() / steps.mean())


def coverage(lower: ArrayLike, upper: ArrayLike, actual: ArrayLike) -> float:
    """Share of actuals within their band, its ends included; NaN when there are none.

    Parameters
    ----------
    lower, upper, actual : array_like, same shape
    """
    lower, upper, actual = (np.asarray(values, dtype=float) for values in (lower, upper, actual))
    return float(((lower <= actual) & (actual <= upper)).mean()) if actual.size else float("nan")
