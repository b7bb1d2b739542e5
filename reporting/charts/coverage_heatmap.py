"""Net staffing, weekday by interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.charts.canvas import axes_for, legend_above, one_queue, say_empty
from reporting.charts.week_axis import WeekAxis, slots
from reporting.palette import LIGHT as COLOUR
from reporting.words import day_label, gap_label, slot_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = ("short-3", "short-2", "short-1", "even", "over-1", "over-2", "over-3")
MOST_NUMBERED_COLUMNS = 40
EVEN = 0.05


def coverage_heatmap(coverage: pd.DataFrame, *, queue: str | None = None, ax: Axes | None = None) -> Axes:
    """One cell an interval, coloured by scheduled minus required and numbered where it is not even.

    Parameters
    ----------
    coverage : DataFrame
        Contract frame.
    queue : str, optional
        Needed where the frame holds several queues; the axis then shows the open hours of all of them.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_for(ax)
    rows = one_queue(coverage, queue)
    if rows.empty:
        return say_empty(ax, "No coverage for this queue")
    axis = WeekAxis.of(coverage["interval_start"])
    gaps = _grid(axis, rows)
    bounds = _bounds(gaps)
    classes = _classes(gaps, bounds)
    _draw_cells(ax, classes)
    if len(axis.columns) <= MOST_NUMBERED_COLUMNS:
        _number_cells(ax, gaps, classes)
    _name_days_and_hours(ax, axis)
    _legend(ax, bounds)
    return ax


def _grid(axis: WeekAxis, coverage: pd.DataFrame) -> np.ndarray:
    """Gap in agents, shape (days, columns); NaN where closed."""
    found = slots(coverage["interval_start"])
    order = {pair: rank for rank, pair in enumerate(axis.columns)}
    column = [order[pair] for pair in zip(found["second"], found["fold"], strict=True)]
    gaps = np.full((len(axis.days), len(axis.columns)), np.nan)
    gaps[axis.days.get_indexer(pd.DatetimeIndex(found["day"])), column] = coverage["gap"].to_numpy(dtype=float)
    return gaps


def _bounds(gaps: np.ndarray) -> tuple[float, float]:
    """Gaps above which the second and the third shade begin: 1 and 2 agents, or more where gaps are large."""
    largest = np.nanmax(np.abs(gaps), initial=0.0)
    return (1.0, 2.0) if largest <= 6 else (float(round(largest / 5)), float(round(largest / 2)))


def _classes(gaps: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    """Rank of each gap in `CLASSES`; NaN where closed."""
    size = np.searchsorted((EVEN, *bounds), np.nan_to_num(np.abs(gaps)))
    return np.where(np.isnan(gaps), np.nan, np.sign(gaps) * size + 3)


def _draw_cells(ax: Axes, classes: np.ndarray) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colours = ListedColormap([COLOUR[name] for name in CLASSES])
    norm = BoundaryNorm(np.arange(-0.5, len(CLASSES)), len(CLASSES))
    cells = np.ma.masked_invalid(classes)
    ax.pcolormesh(cells, cmap=colours, norm=norm, edgecolors=COLOUR["ground"], linewidth=1.2, clip_on=False)


def _number_cells(ax: Axes, gaps: np.ndarray, classes: np.ndarray) -> None:
    for (row, column), gap in np.ndenumerate(gaps):
        if not np.isnan(gap) and classes[row, column] != 3:
            ink = COLOUR["on-strong"] if classes[row, column] in (0, 6) else COLOUR["ink"]
            ax.text(column + 0.5, row + 0.5, gap_label(gap), ha="center", va="center", fontsize="x-small", color=ink)


def _name_days_and_hours(ax: Axes, axis: WeekAxis) -> None:
    ax.invert_yaxis()
    ax.set_yticks(np.arange(len(axis.days)) + 0.5, labels=[day_label(day) for day in axis.days])
    whole = [(rank, pair) for rank, pair in enumerate(axis.columns) if pair[0] % 3600 == 0]
    shown = whole[:: 1 + (len(whole) - 1) // 13]
    ax.set_xticks([rank for rank, _ in shown], labels=[slot_label(*pair) for _, pair in shown])
    ax.tick_params(axis="both", colors=COLOUR["muted"], length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_facecolor("none")


def _legend(ax: Axes, bounds: tuple[float, float]) -> None:
    from matplotlib.patches import Patch

    low, high = bounds
    sizes = (f"up to {low:g}", f"{low:g} to {high:g}", f"above {high:g}")
    short = [(f"short-{rank}", f"short {text}") for rank, text in enumerate(sizes, 1)][::-1]
    over = [(f"over-{rank}", f"over {text}") for rank, text in enumerate(sizes, 1)]
    handles = [Patch(color=COLOUR[name], label=label) for name, label in [*short, ("even", "even"), *over]]
    legend_above(ax, handles, fontsize="small")
