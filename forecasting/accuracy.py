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
