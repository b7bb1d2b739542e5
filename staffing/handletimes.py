"""Distributions of handle times, as far as the load of a changing day depends on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from staffing.simulation.distributions import Distribution

Array = NDArray[np.float64]
Limited = Callable[[Array, Array, float], Array]


def _exponential(x: Array, mean: Array, _cv: float) -> Array:
    return np.asarray(-mean * np.expm1(-x / mean))


def _deterministic(x: Array, mean: Array, _cv: float) -> Array:
    return np.minimum(x, mean)


def _lognormal(x: Array, mean: Array, cv: float) -> Array:
    from scipy.special import log_ndtr, ndtr

    sigma = np.sqrt(np.log1p(cv**2))
    with np.errstate(divide="ignore"):
        z = (np.log(x / mean) + sigma**2 / 2) / sigma
    return np.asarray(mean * ndtr(z - sigma) + x * np.exp(log_ndtr(-z)))


def _gamma(x: Array, mean: Array, cv: float) -> Array:
    from scipy.special import gammainc, gammaincc

    shape = 1 / cv**2
    scaled = x * shape / mean
    return np.asarray(mean * gammainc(shape + 1, scaled) + x * gammaincc(shape, scaled))


LIMITED: dict[str, Limited] = {
    "exponential": _exponential,
    "deterministic": _deterministic,
    "lognormal": _lognormal,
    "gamma": _gamma,
}


@dataclass(frozen=True, slots=True)
class HandleTimes:
    """Shape of the handle times; their mean is that of each interval.

    Parameters
    ----------
    kind : str
        lognormal, gamma, exponential or deterministic.
    cv : float
        Coefficient of variation, of lognormal and gamma.

    Raises
    ------
    ValueError
        If the kind is unknown or the coefficient is not positive.
    """

    kind: str = "lognormal"
    cv: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in LIMITED:
            raise ValueError(f'found "{self.kind}", expected one of {", ".join(LIMITED)}')
        if not 0 < self.cv < np.inf:
            raise ValueError(f"cv: found {self.cv}, expected a number above 0")

    def limited_mean_s(self, x_s: ArrayLike, mean_s: ArrayLike) -> Array:
        """E[min(S, x)], the integral of P(S > u) from 0 to x [s]; 0 where x <= 0 or the mean is 0."""
        x, mean = np.broadcast_arrays(np.asarray(x_s, float), np.asarray(mean_s, float))
        positive = (x > 0) & (mean > 0)
        value = LIMITED[self.kind](np.where(positive, x, 1.0), np.where(positive, mean, 1.0), self.cv)
        return np.where(positive, value, 0.0)

    def sampler(self, mean_s: float) -> Distribution:
        """The distribution that simulated calls of this mean are drawn from."""
        from staffing.simulation.distributions import Constant, Exponential, Gamma, Lognormal

        match self.kind:
            case "lognormal":
                return Lognormal(mean_s, self.cv)
            case "gamma":
                return Gamma(mean_s, self.cv)
            case "exponential":
                return Exponential(mean_s)
        return Constant(mean_s)
