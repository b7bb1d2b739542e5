"""A horizontal axis of days side by side, each as wide as the opening hours of the week.

A column is a wall-clock slot; the hour that is repeated when clocks go back has columns of its own, so
that every interval of a 25-hour day has its place and 09:00 stands at the same place on every day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.palette import LIGHT as COLOUR
from reporting.words import day_label
from wfm.timeaxis import wall_clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def interval_of(starts: pd.Series) -> int:
    """Interval length [s] as the smallest step between the starts; 1800 where there is only one."""
    steps = pd.Series(pd.DatetimeIndex(starts).unique().sort_values()).diff().dt.total_seconds()
    return int(steps.min()) if len(steps) > 1 else 1800


def slots(starts: pd.Series) -> pd.DataFrame:
    """Local day, second of the day on the wall clock, and 1 for the second pass of a repeated hour.

    Parameters
    ----------
    starts : Series of tz-aware instants, shape (n,)

    Returns
    -------
    DataFrame, shape (n, 3)
        Columns day, second, fold.
    """
    wall = wall_clock(starts)
    second = wall.hour * 3600 + wall.minute * 60 + wall.second
    first_pass = wall.tz_localize(pd.DatetimeIndex(starts).tz, ambiguous=np.ones(len(wall), dtype=bool))
    fold = (first_pass != pd.DatetimeIndex(starts)).astype(int)
    return pd.DataFrame({"day": wall.normalize(), "second": second, "fold": fold})


@dataclass(frozen=True)
class WeekAxis:
    """Places of intervals on the axis; the width of an interval is 1.

    Parameters
    ----------
    interval_s : int
    days : DatetimeIndex
        Every local day from first to last, closed days too.
    columns : list of (second, fold)
        Slots that are open on any day, in the order in which they pass.
    """

    interval_s: int
    days: pd.DatetimeIndex
    columns: list[tuple[int, int]]

    @classmethod
    def of(cls, starts: pd.Series) -> WeekAxis:
        found = slots(starts)
        days = pd.date_range(found["day"].min(), found["day"].max(), freq="D")
        pairs = sorted(set(zip(found["second"].tolist(), found["fold"].tolist(), strict=True)), key=_passing_order)
        return cls(interval_of(starts), pd.DatetimeIndex(days), pairs)

    @property
    def pitch(self) -> float:
        """Distance from one day to the next."""
        return len(self.columns) * 1.04 + 0.5

    def place(self, day: pd.Series, second: pd.Series, fold: pd.Series) -> np.ndarray:
        """Left edge of each slot, shape (n,); NaN outside the axis."""
        order = {pair: rank for rank, pair in enumerate(self.columns)}
        column = np.array([order.get(pair, np.nan) for pair in zip(second, fold, strict=True)], dtype=float)
        row = self.days.get_indexer(pd.DatetimeIndex(day)).astype(float)
        row[row < 0] = np.nan
        return np.asarray(row * self.pitch + column)

    def trace(self, frame: pd.DataFrame, columns: list[str], *, steps: bool = False) -> pd.DataFrame:
        """Points to draw: x and `columns`, with a row of nulls wherever the centre is closed in between.

        Parameters
        ----------
        frame : DataFrame
            Of one queue, with interval_start.
        columns : list of str
            Numbers to draw.
        steps : bool
            Places points at the left edge and closes each run at its right edge, for ``steps-post``;
            otherwise points stand in the middle of their interval.
        """
        frame = frame.sort_values("interval_start")
        found = slots(frame["interval_start"])
        points = frame[columns].astype(float).reset_index(drop=True)
        points.insert(0, "x", self.place(found["day"], found["second"], found["fold"]) + (0.0 if steps else 0.5))
        elapsed = frame["interval_start"].diff().dt.total_seconds().to_numpy()
        begins = found["day"].diff().ne(pd.Timedelta(0)).to_numpy() | (elapsed != self.interval_s)
        return with_breaks(points, begins, steps=steps)

    def decorate(self, ax: Axes) -> None:
        """Names of the days below and a hair line between them."""
        middle = len(self.columns) / 2
        step = max(1, len(self.days) // 14)
        lefts = np.arange(len(self.days)) * self.pitch
        ax.set_xticks(lefts[::step] + middle, labels=[day_label(day) for day in self.days[::step]])
        for left in lefts[1:]:
            ax.axvline(left - (self.pitch - len(self.columns)) / 2, color=COLOUR["grid"], linewidth=0.8)
        ax.set_xlim(-0.5, lefts[-1] + len(self.columns) + 0.5)


def _passing_order(pair: tuple[int, int]) -> tuple[int, int]:
    second, fold = pair
    return (second // 3600 * 2 + fold, second)


def with_breaks(points: pd.DataFrame, begins: np.ndarray, *, steps: bool = False) -> pd.DataFrame:
    """The points with a row of nulls behind each run, so that no line joins two of them.

    Parameters
    ----------
    points : DataFrame, shape (n, k)
        With a column x.
    begins : array of bool, shape (n,)
        True where a run begins.
    steps : bool
        Repeats the last point of a run one interval further right.
    """
    gap = points.head(1) * np.nan
    pieces = []
    for _, run in points.groupby(np.cumsum(begins)):
        end = [run.tail(1).assign(x=run["x"].iloc[-1] + 1)] if steps else []
        pieces += [run, *end, gap]
    return pd.concat(pieces, ignore_index=True) if pieces else points
