"""What a row of the calls contract says: whether the call was offered, and how long an agent was busy with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOT_OFFERED = ("blocked", "failed")
HANDLE_PARTS = ("talk_s", "hold_s", "acw_s")


def is_offered(calls: pd.DataFrame) -> NDArray[np.bool_]:
    """Which calls count as offered: not the blocked, failed and outbound ones."""
    offered: NDArray[np.bool_] = ~calls["outcome"].isin(NOT_OFFERED).to_numpy()
    if "direction" in calls:
        offered &= calls["direction"].ne("outbound").to_numpy()
    return offered


def seconds_of(calls: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column of durations [s], shape (n,); NaN throughout where the log has no such column."""
    return calls[column].to_numpy(dtype=float) if column in calls else np.full(len(calls), np.nan)


def handle_time_s(calls: pd.DataFrame) -> NDArray[np.float64]:
    """Talk + hold + after-call work of answered calls [s], shape (n,); NaN where it is not known.

    It is known where the first of the three that the log records at all is; a later part that is missing counts 0.
    """
    answered = (calls["outcome"] == "answered").to_numpy()
    parts = [np.where(answered, seconds_of(calls, name), np.nan) for name in HANDLE_PARTS]
    recorded = [part for part in parts if not np.isnan(part).all()]
    if not recorded:
        return np.full(len(calls), np.nan)
    return np.where(np.isnan(recorded[0]), np.nan, np.sum([np.nan_to_num(part) for part in recorded], axis=0))
