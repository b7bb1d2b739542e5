"""The Erlang B formula, on which Erlang C and Erlang A stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from staffing.queueing import Array

LARGEST_LOG = 690.0
_STIRLING_FROM = 16.0


def inverse_blocking(load_erl: ArrayLike, agents: ArrayLike) -> Array:
    """One over the Erlang B blocking probability.

    1/B = sum over k of n! / ((n-k)! A^k) = e^A A^-n Gamma(n+1, A) (Jagerman 1974). From 0.8 A agents on it is
    the regularised incomplete gamma function over the Poisson probability in Stirling's form (Loader 2000), which
    keeps 1e-12 up to 20,000 erlangs; below, the sum itself, which then falls faster than 0.8^k.

    Parameters
    ----------
    load_erl : array_like
        Offered load A [erl], > 0.
    agents : array_like
        Agents or lines n, whole numbers >= 0; broadcasts with `load_erl`.

    Returns
    -------
    array
        Between 1 and about 1e300, which stands for anything larger.
    """
    load, agents = np.broadcast_arrays(np.asarray(load_erl, float), np.asarray(agents, float))
    crowded = agents < 0.8 * load
    inverse = np.empty(load.shape)
    inverse[crowded] = _sum(load[crowded], agents[crowded])
    inverse[~crowded] = _gamma_over_poisson(load[~crowded], agents[~crowded])
    return inverse


def _sum(load: Array, agents: Array) -> Array:
    term, total, k = np.ones_like(load), np.ones_like(load), 0
    while (term > 1e-17).any():
        term = term * (agents - k) / load
        total += term
        k += 1
    return total


def _gamma_over_poisson(load: Array, agents: Array) -> Array:
    from scipy.special import gammaincc

    surplus = load - agents
    near = np.log1p(np.maximum(surplus / agents, -0.5))
    log_ratio = np.where(surplus > -0.5 * agents, near, np.log(load / agents))
    exponent = surplus - agents * log_ratio + _stirling_remainder(agents)
    at_most: Array = gammaincc(agents + 1, load)
    return at_most * np.exp(np.minimum(exponent, LARGEST_LOG)) * np.sqrt(2 * np.pi * agents)


def _stirling_remainder(n: Array) -> Array:
    """log Gamma(n+1) minus Stirling's (n + 1/2) log n - n + log sqrt(2 pi), for n >= 1."""
    from scipy.special import gammaln

    large = np.maximum(n, _STIRLING_FROM)
    s = 1 / large**2
    series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / large
    if (n >= _STIRLING_FROM).all():
        return series
    small = np.minimum(n, _STIRLING_FROM)
    exact = gammaln(small + 1) - (small + 0.5) * np.log(small) + small - 0.5 * np.log(2 * np.pi)
    return np.where(n >= _STIRLING_FROM, series, exact)
