"""Periods of the scorecard: buckets of the local calendar."""

from __future__ import annotations

import difflib

import numpy as np
import numpy.typing as npt
import pandas as pd

from wfm.errors import UsageProblem

PERIODS = ("day", "week", "month", "all")


def check_period(period: str) -> str:
    """Return `period` if there is one of that name, else raise UsageProblem."""
    if period not in PERIODS:
        near = difflib.get_close_matches(period, PERIODS, n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise UsageProblem(f'unknown period "{period}", expected one of {", ".join(PERIODS)}{hint}')
    return period


def period_of(days: pd.DatetimeIndex, period: str) -> npt.NDArray[np.int64]:
    """First day of the period of each local day, as days since 1970; weeks start on Monday, ``all`` is 0.

    Parameters
    ----------
    days : naive midnights, shape (n,)
    period : str
        One of `PERIODS`.

    Returns
    -------
    array of int, shape (n,)
    """
    dates = days.to_numpy().astype("M8[D]")
    match period:
        case "week":
            dates = dates - days.day_of_week.to_numpy().astype("m8[D]")
        case "month":
            dates = dates.astype("M8[M]").astype("M8[D]")
        case "all":
            dates = np.zeros(len(days), "M8[D]")
    return np.asarray(dates.astype(np.int64))


def period_start(first_days: pd.Series, timezone: str) -> pd.DatetimeIndex:
    """Instant at which each day begins in `timezone`; the first moment there is, where midnight is skipped.

    Parameters
    ----------
    first_days : days since 1970, null for no period, shape (n,)
    timezone : str
        IANA name.
    """
    midnights = first_days.fillna(0).to_numpy(np.int64).astype("M8[D]").astype("M8[us]")
    midnights[first_days.isna()] = np.datetime64("NaT", "us")
    first_of_two = np.ones(len(midnights), dtype=bool)
    return pd.DatetimeIndex(midnights).tz_localize(timezone, ambiguous=first_of_two, nonexistent="shift_forward")
