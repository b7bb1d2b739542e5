"""Required against scheduled, counted from the schedule's own rows; used for a plan and after the week alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.contracts import COVERAGE


@dataclass(frozen=True, slots=True)
class Hours:
    """Agent-hours on the phone beside the requirement; scheduled = required - understaffed + overstaffed."""

    required: float
    scheduled: float
    understaffed: float
    overstaffed: float


def coverage(
    schedule: pd.DataFrame, requirement: pd.DataFrame, interval_s: int, *, cover: str = "staff"
) -> pd.DataFrame:
    """Staff required and scheduled per queue and required interval.

    Parameters
    ----------
    schedule : DataFrame
        The schedule contract; phone stretches count.
    requirement : DataFrame
        The requirement contract.
    interval_s : int
        Interval length [s].
    cover : str
        Column of the requirement that is to be covered.

    Returns
    -------
    DataFrame
        The coverage contract, by queue and interval start; `scheduled` is weighted by time.
    """
    parts = []
    for queue, rows in requirement.sort_values(["queue", "interval_start"], kind="stable").groupby("queue", sort=True):
        starts = _seconds(rows["interval_start"])
        edges, levels = _levels(schedule, str(queue))
        agent_s = _integral(edges, levels, starts + interval_s) - _integral(edges, levels, starts)
        required = rows[cover].to_numpy(dtype=float)
        scheduled = agent_s / interval_s
        parts.append(
            rows[["queue", "interval_start"]].assign(required=required, scheduled=scheduled, gap=scheduled - required)
        )
    frame = pd.concat(parts, ignore_index=True) if parts else COVERAGE.empty()
    return COVERAGE.validate(frame)


def staffed_hours(schedule: pd.DataFrame, requirement: pd.DataFrame, interval_s: int, *, cover: str = "staff") -> Hours:
    """Agent-hours over all queues, exact to the second: a surplus in one minute never pays for a gap in another.

    Time on the phone outside every required interval counts as overstaffed.

    Parameters
    ----------
    schedule, requirement : DataFrame
        As in `coverage`.
    interval_s : int
    cover : str
    """
    required_s = scheduled_s = short_s = 0.0
    for queue, rows in requirement.groupby("queue", sort=True):
        ordered = rows.sort_values("interval_start")
        starts, values = _seconds(ordered["interval_start"]), ordered[cover].to_numpy(dtype=float)
        edges, levels = _levels(schedule, str(queue))
        cuts = np.unique(np.concatenate([edges, starts, starts + interval_s]))
        middle, length = cuts[:-1], np.diff(cuts)
        at = np.searchsorted(starts, middle, side="right") - 1
        need = np.where((at >= 0) & (middle < starts[at] + interval_s), values[at], 0.0)
        on_phone = levels[np.searchsorted(edges, middle, side="right")]
        required_s += float(need @ length)
        scheduled_s += float(on_phone @ length)
        short_s += float(np.maximum(need - on_phone, 0) @ length)
    over_s = scheduled_s - required_s + short_s
    return Hours(required_s / 3600, scheduled_s / 3600, short_s / 3600, over_s / 3600)


def _seconds(times: pd.Series) -> np.ndarray:
    return pd.DatetimeIndex(times).as_unit("us").asi8 / 1e6


def _levels(schedule: pd.DataFrame, queue: str) -> tuple[np.ndarray, np.ndarray]:
    """Moments at which the number on the phone changes, and the number before the first and after each."""
    phone = schedule[(schedule["activity"] == "phone") & (schedule["queue"] == queue)]
    moments = np.concatenate([_seconds(phone["start"]), _seconds(phone["end"])])
    steps = np.concatenate([np.ones(len(phone)), -np.ones(len(phone))])
    edges, at = np.unique(moments, return_inverse=True)
    return edges, np.concatenate([[0.0], np.cumsum(np.bincount(at, weights=steps, minlength=len(edges)))])


def _integral(edges: np.ndarray, levels: np.ndarray, until: np.ndarray) -> np.ndarray:
    """Agent-seconds on the phone before each moment."""
    if not len(edges):
        return np.zeros(len(until))
    total = np.concatenate([[0.0], np.cumsum(levels[1:-1] * np.diff(edges))])
    at = np.searchsorted(edges, until, side="right")
    return np.where(at > 0, total[at - 1] + levels[at] * (until - edges[at - 1]), 0.0)
