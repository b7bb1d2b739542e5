"""Bracketed searches on the real line, all rows at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

PRECISION = 1e-14
NOTHING = 1e-18
MOST_STEPS = 100  # where rounding in the function keeps the last digits moving


def last_holding(holds: Callable[[Rows, Array], NDArray[np.bool_]], low: Array, high: Array) -> tuple[Array, Array]:
    """Halve intervals in which a condition stops to hold, down to a relative width of 1e-14 or 1e-18 of the whole.

    Parameters
    ----------
    holds : callable
        ``holds(rows, values)`` for some rows by index; true at `low`, false at `high`, and once false it stays so.
    low, high : array, shape (n,)

    Returns
    -------
    low, high : array, shape (n,)
        Largest value known to hold and smallest known not to.
    """
    low, high = low.astype(float), high.astype(float)
    rows, least = np.arange(low.size), NOTHING * (high - low)
    while True:
        middle = low[rows] + (high[rows] - low[rows]) / 2
        wide = high[rows] - low[rows] > np.maximum(PRECISION * np.abs(high[rows]), least[rows])
        rows, middle = rows[wide], middle[wide]
        if not rows.size:
            return low, high
        met = holds(rows, middle)
        low[rows[met]], high[rows[~met]] = middle[met], middle[~met]


def root(function: Callable[[Rows, Array], Array], low: Array, high: Array) -> Array:
    """Where increasing functions cross zero, by regula falsi with halved weights (Illinois; Dowell and Jarratt 1971).

    For functions of mild curvature, as balances of loads are.

    Parameters
    ----------
    function : callable
        ``function(rows, values)`` for some rows by index; at most 0 at `low` and at least 0 at `high`.
    low, high : array, shape (n,)

    Returns
    -------
    array, shape (n,)
        To a relative 1e-14, or as near as rounding in `function` allows.
    """
    left, right = low.astype(float), high.astype(float)
    rows = np.arange(low.size)
    at_left, at_right = function(rows, left), function(rows, right)
    best, side = np.where(-at_left < at_right, left, right), np.zeros(low.size)
    rows = rows[(at_left < 0) & (at_right > 0)]
    for _ in range(MOST_STEPS):
        if not rows.size:
            break
        share = at_left[rows] / (at_left[rows] - at_right[rows])
        guess = left[rows] + (right[rows] - left[rows]) * share
        value = function(rows, guess)
        moved = np.abs(guess - best[rows]) > PRECISION * np.abs(guess)
        best[rows] = guess
        for under, ends, heights, others, sign in (
            (value < 0, left, at_left, at_right, -1.0),
            (value > 0, right, at_right, at_left, 1.0),
        ):
            here = rows[under]
            others[here] *= np.where(side[here] == sign, 0.5, 1.0)
            ends[here], heights[here], side[here] = guess[under], value[under], sign
        rows = rows[moved & (value != 0) & (right[rows] - left[rows] > PRECISION * np.abs(guess))]
    return best
