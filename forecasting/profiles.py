"""The shape of the day: which share of its calls falls into each slot."""

from __future__ import annotations

import numpy as np

HALF_LIFE_WEEKS = 3.0
WEEKDAY_HALF_LIFE_WEEKS = 20.0
PRIOR_CALLS = 8000.0
LENT_CALLS = 2000.0
LASTING_CALLS = 100.0
EVEN_CALLS = 20.0


def weekday_profile(
    calls: np.ndarray, weekdays: np.ndarray, age_weeks: np.ndarray, lent: np.ndarray | None = None
) -> np.ndarray:
    """Shares of the day by weekday and slot: a shape common to all weekdays times each weekday's own ratio to it.

    The common shape follows the last weeks (half-life three weeks), as all days speak for it; what sets a weekday
    apart is learned over a longer time (20 weeks) and held towards 1 by 8,000 calls, so that a small queue has
    one shape and a large one seven. A slot's share is the weighted sum of its calls over that of the totals of
    the days that had it; the recent shape leans on the lasting one by 100 calls, and that on an even one by 20, so
    that no open slot of a small queue is forecast empty because nobody happened to call then.

    Parameters
    ----------
    calls : ndarray, shape (days, slots)
        NaN where closed; of ordinary days only.
    weekdays : ndarray of int, shape (days,)
    age_weeks : ndarray, shape (days,)
    lent : ndarray, shape (7, slots), optional
        Shares of sister queues, which count as much as 2,000 calls of the queue's own.

    Returns
    -------
    ndarray, shape (7, slots)
        Rows sum to 1, or are 0 for a weekday without calls.
    """
    totals, known, present = np.nansum(calls, axis=1), np.nan_to_num(calls), np.isfinite(calls)
    slow = 0.5 ** (age_weeks / WEEKDAY_HALF_LIFE_WEEKS)
    even = _normalised(present.any(axis=0).astype(float))
    lasting = _shares(known, present, totals, slow, even, EVEN_CALLS)
    recent = _shares(known, present, totals, 0.5 ** (age_weeks / HALF_LIFE_WEEKS), lasting, LASTING_CALLS)
    shares = np.zeros((7, calls.shape[1]))
    for weekday in np.unique(weekdays):
        same = weekdays == weekday
        weights, had = slow[same], present[same].any(axis=0)
        of_weekday = _normalised(np.where(had, lasting, 0.0))
        seen, expected = weights @ known[same], (weights * totals[same]) @ present[same] * of_weekday
        prior = PRIOR_CALLS * of_weekday
        ratio = np.divide(seen + prior, expected + prior, out=np.zeros_like(seen), where=prior > 0)
        shares[weekday] = _normalised(np.where(had, recent, 0.0) * ratio)
    return shares if lent is None else _held(shares, lent, _hours(present, weekdays), slow @ totals)


def _hours(present: np.ndarray, weekdays: np.ndarray) -> np.ndarray:
    """Slots that each weekday had, or any day where the weekday has not come yet, shape (7, slots)."""
    hours = np.array([present[weekdays == weekday].any(axis=0) for weekday in range(7)])
    return np.where(hours.any(axis=1, keepdims=True), hours, hours.any(axis=0))


def _held(shares: np.ndarray, lent: np.ndarray, hours: np.ndarray, calls: float) -> np.ndarray:
    """Shares held towards those lent by 2,000 calls; of a weekday that only one side knows, those of that side."""
    theirs = np.where(hours, lent, 0.0)
    theirs = theirs / np.maximum(theirs.sum(axis=1, keepdims=True), 1e-12)
    weight = np.where(shares.any(axis=1, keepdims=True), calls / (calls + LENT_CALLS), 0.0)
    weight = np.where(theirs.any(axis=1, keepdims=True), weight, 1.0)
    return np.asarray(weight * shares + (1 - weight) * theirs)


def _shares(
    known: np.ndarray, present: np.ndarray, totals: np.ndarray, weights: np.ndarray, prior: np.ndarray, calls: float
) -> np.ndarray:
    """Share of each slot, held towards `prior` as if by so many calls; 0 in slots that no day had."""
    of_days = (weights * totals) @ present + calls
    return np.where(present.any(axis=0), (weights @ known + calls * prior) / of_days, 0.0)


def _normalised(shares: np.ndarray) -> np.ndarray:
    return np.asarray(shares / (shares.sum() or 1.0))
