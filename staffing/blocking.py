"""The Erlang B formula, on which Erlang C and Erlang A stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.queueing import Array
from staffing.roots import root

LARGEST_LOG = 690.0
_STIRLING_FROM = 16.0


def _double_exponential() -> tuple[Array, Array]:
    """Nodes and weights on (0, inf) that resolve an exponential fall and its bend a thousand times finer."""
    t = np.arange(-7.4, 4.9, 0.14)
    nodes = np.exp(t - np.exp(-t - 4))
    return nodes, 0.14 * nodes * (1 + np.exp(-t - 4))


HALF_LINE = _double_exponential()


def inverse_blocking(load_erl: ArrayLike, agents: ArrayLike) -> Array:
    """One over the Erlang B blocking probability.

    1/B = integral over t > 0 of e^-t (1 + t/A)^n = e^A A^-n Gamma(n+1, A), also between whole numbers of agents
    (Jagerman 1974). From 0.8 A agents on it is the regularised incomplete gamma function over the Poisson
    probability in Stirling's form (Loader 2000), which keeps 1e-12 up to 20,000 erlangs; below, the integral itself,
    which then falls faster than e^(-t/5).

    Parameters
    ----------
    load_erl : array_like
        Offered load A [erl], > 0.
    agents : array_like
        Agents or lines n >= 0; broadcasts with `load_erl`.

    Returns
    -------
    array
        Between 1 and about 1e300, which stands for anything larger.
    """
    load, agents = np.broadcast_arrays(np.asarray(load_erl, float), np.asarray(agents, float))
    crowded = agents < 0.8 * load
    inverse = np.empty(load.shape)
    inverse[crowded] = _integral(load[crowded], agents[crowded])
    inverse[agents == 0] = 1.0
    inverse[~crowded] = _gamma_over_poisson(load[~crowded], agents[~crowded])
    return inverse


def _integral(load: Array, agents: Array) -> Array:
    nodes, weights = HALF_LINE
    scale = 1 / (1 - agents / load)
    total = np.zeros_like(load)
    for node, weight in zip(nodes, weights, strict=True):
        t = scale * node
        total += weight * np.exp(agents * np.log1p(t / load) - t)
    return scale * total


def _gamma_over_poisson(load: Array, agents: Array) -> Array:
    from scipy.special import gammaincc

    exponent = deviance(agents, load) + stirling_remainder(agents)
    at_most: Array = gammaincc(agents + 1, load)
    return at_most * np.exp(np.minimum(exponent, LARGEST_LOG)) * np.sqrt(2 * np.pi * agents)


def deviance(n: Array, mean: Array) -> Array:
    """n log(n / mean) + mean - n without cancellation, for n > 0 (Loader 2000)."""
    surplus = mean - n
    near = np.log1p(np.maximum(surplus / n, -0.5))
    return surplus - n * np.where(surplus > -0.5 * n, near, np.log(mean / n))


def stirling_remainder(n: Array) -> Array:
    """log Gamma(n+1) minus Stirling's (n + 1/2) log n - n + log sqrt(2 pi), for n > 0."""
    from scipy.special import gammaln

    large = np.maximum(n, _STIRLING_FROM)
    s = 1 / large**2
    series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / large
    if (n >= _STIRLING_FROM).all():
        return series
    small = np.minimum(n, _STIRLING_FROM)
    exact = gammaln(small + 1) - (small + 0.5) * np.log(small) + small - 0.5 * np.log(2 * np.pi)
    return np.where(n >= _STIRLING_FROM, series, exact)


def load_with_redials(load: Array, share: Array, lost: Callable[..., Array], *queue: Array) -> Array:
    """The load A' = A + r P(lost; A') A' in which lost callers call again, between A and A / (1 - r).

    Parameters
    ----------
    load, share : array
        First calls A [erl] and share r of lost calls that call again, below 1; of one shape.
    lost : callable
        ``lost(load, *queue)``, the share lost; lost calls never grow faster than the load.
    *queue : array
        What else `lost` reads, of the same shape.
    """
    shape = load.shape
    first, again, *rest = (array.ravel() for array in (load, share, *queue))

    def surplus(rows: NDArray[np.int64], attempts: Array) -> Array:
        return attempts * (1 - again[rows] * lost(attempts, *(array[rows] for array in rest))) - first[rows]

    return root(surplus, first, first / (1 - again)).reshape(shape)
