"""The shape of the day: which share of its calls falls into each slot."""

from __future__ import annotations

import numpy as np

HALF_LIFE_WEEKS = 8.0
TYPICAL_SHARE = 0.35


def weekday_profile(calls: np.ndarray, weekdays: np.ndarray, age_weeks: np.ndarray) -> np.ndarray:
    """Exponentially weighted shares of the day by weekday and slot.

    A slot's share is the weighted sum of its calls over that of the totals of the days that had it. Days below
    35 % of their weekday's median total are left out.

    Parameters
    ----------
    calls : ndarray, shape (days, slots)
        NaN where closed.
    weekdays : ndarray of int, shape (days,)
    age_weeks : ndarray, shape (days,)

    Returns
    -------
    ndarray, shape (7, slots)
        Rows sum to 1, or are 0 for a weekday without calls.
    """
    totals, known = np.nansum(calls, axis=1), np.nan_to_num(calls)
    shares = np.zeros((7, calls.shape[1]))
    for weekday in np.unique(weekdays):
        same = weekdays == weekday
        typical = same & (totals >= TYPICAL_SHARE * np.median(totals[same]))
        weights = 0.5 ** (age_weeks[typical] / HALF_LIFE_WEEKS)
        of_days = (weights * totals[typical]) @ np.isfinite(calls[typical])
        share = weights @ known[typical] / np.where(of_days > 0, of_days, 1.0)
        shares[weekday] = share / (share.sum() or 1.0)
    return shares
