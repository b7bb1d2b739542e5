"""The load that a changing day offers: calls are still being handled after the interval they came in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from staffing.handletimes import Array, HandleTimes

METHODS = ("sipp", "lagged", "mol")
POINTS = 8
REACH_MEANS = 20.0


def offered_load(
    calls: ArrayLike,
    aht_s: ArrayLike,
    starts_s: ArrayLike,
    interval_s: float,
    *,
    method: str = "mol",
    handle_times: HandleTimes | None = None,
) -> Array:
    """Mean load of each interval of one queue [erl].

    * ``sipp``, stationary and independent period by period: calls x AHT / interval;
    * ``lagged``: the rate one mean handle time earlier (Green, Kolesar and Soares 2001, Operations Research 49:549);
    * ``mol``, modified offered load: the mean of m(t), the integral of lambda(t - u) P(S > u) over u >= 0, the
      agents that would be busy if there were always one free (Jennings, Mandelbaum, Massey and Whitt 1996,
      Management Science 42:1383). Calls bring their own interval's handle time.

    Parameters
    ----------
    calls, aht_s : array_like, shape (intervals,)
        Expected calls and their mean handle time [s]; intervals without calls may have an AHT of NaN.
    starts_s : array_like, shape (intervals,)
        Start of each interval [s], increasing; between the intervals, and before the first, no call comes.
    interval_s : float
    method : str
    handle_times : HandleTimes, optional
        Shape of the handle times; lognormal with a coefficient of variation of 1 when None.

    Returns
    -------
    ndarray, shape (intervals,)

    Raises
    ------
    ValueError
        If the method is unknown or the starts do not increase by at least an interval.
    """
    calls, starts = np.asarray(calls, float), np.asarray(starts_s, float)
    aht = np.where(calls > 0, np.asarray(aht_s, float), 0.0)
    if method not in METHODS:
        raise ValueError(f'found "{method}", expected one of {", ".join(METHODS)}')
    if (np.diff(starts) < interval_s * (1 - 1e-9)).any():
        raise ValueError("starts_s: expected intervals that follow each other without overlap")
    if method == "sipp" or not len(calls):
        return np.asarray(calls * aht / interval_s)
    if method == "lagged":
        return _lagged(calls, aht, starts, interval_s)
    return _modified(calls, aht, starts, interval_s, handle_times or HandleTimes())


def _lagged(calls: Array, aht: Array, starts: Array, interval_s: float) -> Array:
    """Work that came between one mean handle time before the interval began and before it ended, over its length."""
    lag = np.where(calls > 0, aht, np.average(aht, weights=np.where(calls.sum() > 0, calls, 1.0)))
    edges = np.concatenate([starts, starts + interval_s])
    arrived = np.concatenate([[0.0], np.cumsum(calls * aht)])
    order = np.argsort(edges, kind="stable")
    known = np.concatenate([arrived[:-1], arrived[1:]])[order]
    until = [np.interp(starts + shift - lag, edges[order], known) for shift in (0.0, interval_s)]
    return np.asarray((until[1] - until[0]) / interval_s)


def _modified(calls: Array, aht: Array, starts: Array, interval_s: float, handle_times: HandleTimes) -> Array:
    """With a constant rate in each interval j, m(t) is the sum of lambda_j (H(t - s_j) - H(t - s_j - interval)),
    H(x) = E[min(S, x)]; its mean over the interval by Gauss-Legendre quadrature.
    """
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    load = np.zeros(len(calls))
    reach = REACH_MEANS * aht.max(initial=0.0) * max(handle_times.cv, 1.0) + interval_s
    first = np.searchsorted(starts, starts - reach)
    widest = int((np.arange(len(starts)) - first).max(initial=0)) + 1
    for back in range(widest):
        late = np.arange(back, len(starts))
        early = late - back
        since = (starts[late] - starts[early])[:, None] + (nodes + 1) / 2 * interval_s
        held = handle_times.limited_mean_s(since, aht[early, None])
        held = held - handle_times.limited_mean_s(since - interval_s, aht[early, None])
        load[late] += calls[early] / interval_s * (held @ weights) / 2
    return load
