"""Local wall-clock times made into instants, through the hours that clock changes skip and repeat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Localised:
    """Instants, and which of them needed a rule.

    Parameters
    ----------
    times : tz-aware DatetimeIndex, shape (n,)
    skipped : ndarray of bool, shape (n,)
        Local times that the spring change skips; moved one hour forward.
    unclear : ndarray of bool, shape (n,)
        Local times of the repeated hour where the order of the file does not show which pass they are.
    """

    times: pd.DatetimeIndex
    skipped: np.ndarray
    unclear: np.ndarray


def localise(wall: pd.DatetimeIndex, timezone: str, groups: np.ndarray | None = None) -> Localised:
    """Read local wall-clock times as instants.

    In the hour that autumn repeats, times are its first pass until the file shows the second: the clock steps back
    in a file that is sorted otherwise or, with `groups`, a group's clock steps back or stands still. A file that is
    sorted downwards is read upwards.

    Parameters
    ----------
    wall : DatetimeIndex without zone, shape (n,)
        In the order of the file. Tz-aware times are only converted.
    timezone : str
        IANA name.
    groups : ndarray of int, shape (n,), optional
        Queue of each row of an interval history, where a time stands once a queue and pass.
    """
    never = np.zeros(len(wall), bool)
    if wall.tz is not None:
        return Localised(wall.tz_convert(timezone), never, never)
    times = wall.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    odd = np.asarray(times.isna() & wall.notna())
    if not odd.any():
        return Localised(times, never, never)
    first_pass = wall.tz_localize(timezone, ambiguous=np.ones(len(wall), bool), nonexistent="NaT")
    skipped = odd & np.asarray(first_pass.isna())
    repeated = odd & ~skipped
    second, shown = _second_pass(wall, repeated, groups)
    instants = wall.tz_localize(timezone, ambiguous=~second, nonexistent=pd.Timedelta(hours=1))
    return Localised(instants, skipped, repeated & ~shown)


def localise_after(wall: pd.DatetimeIndex, timezone: str, earliest: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Read local wall-clock times that follow a known instant: of two readings, the first that is not before it."""
    if wall.tz is not None:
        return wall.tz_convert(timezone)
    forward = pd.Timedelta(hours=1)
    first = wall.tz_localize(timezone, ambiguous=np.ones(len(wall), bool), nonexistent=forward)
    early = np.asarray(first < earliest)
    if not early.any():
        return first
    second = wall.tz_localize(timezone, ambiguous=np.zeros(len(wall), bool), nonexistent=forward)
    return first.where(~early, second)


def _second_pass(
    wall: pd.DatetimeIndex, repeated: np.ndarray, groups: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Which times belong to the second pass, and for which the file shows both passes."""
    known = wall[wall.notna()]
    order = -1 if known[-1] < known[0] else 1
    frame = pd.DataFrame({"wall": wall, "group": 0 if groups is None else groups})[repeated][::order]
    keys = [frame["group"], frame["wall"].dt.normalize()]
    step = frame["wall"].groupby(keys).diff()
    back = step < pd.Timedelta(0)
    if groups is not None:
        back |= step == pd.Timedelta(0)
    elif not wall[~repeated].dropna()[::order].is_monotonic_increasing:
        back &= False
    second = back.groupby(keys).cumsum() > 0
    both = second.groupby(keys).transform("any")
    return _placed(second, len(wall)), _placed(both, len(wall))


def _placed(flags: pd.Series, length: int) -> np.ndarray:
    placed = np.zeros(length, bool)
    placed[flags.index.to_numpy()] = flags.to_numpy(dtype=bool)
    return placed
