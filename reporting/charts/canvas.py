"""What every chart shares: axes to draw on, quiet spines, a legend above, and the queue it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from reporting.palette import LIGHT as COLOUR
from wfm.errors import UsageProblem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from reporting.charts.week_axis import WeekAxis


def axes_for(ax: Axes | None, height: float = 3.2) -> Axes:
    """`ax`, or the axes of a new pyplot figure, which notebooks show by themselves."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(figsize=(11, height), layout="constrained")[1]


def one_queue(frame: pd.DataFrame, queue: str | None) -> pd.DataFrame:
    """Rows of `queue`, or of the only queue there is.

    Raises
    ------
    UsageProblem
        If several queues are there and none is named.
    """
    if queue is not None:
        return frame[frame["queue"] == queue]
    queues = sorted(frame["queue"].unique())
    if len(queues) > 1:
        raise UsageProblem(f"the frame holds {len(queues)} queues, expected queue= one of {', '.join(queues)}")
    return frame


def tidy(ax: Axes) -> Axes:
    """A light grid, no box, quiet text."""
    ax.set_axisbelow(True)
    ax.grid(axis="y", color=COLOUR["grid"], linewidth=0.8)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(COLOUR["past"])
    ax.tick_params(axis="both", colors=COLOUR["muted"], length=0)
    ax.set_facecolor("none")
    return ax


def finish_week(ax: Axes, axis: WeekAxis, ylabel: str) -> Axes:
    """Days below, whole numbers from zero at the side, the legend above."""
    from matplotlib.ticker import MaxNLocator

    axis.decorate(ax)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))
    ax.set_ylabel(ylabel, color=COLOUR["muted"])
    handles, _ = ax.get_legend_handles_labels()
    legend_above(ax, handles)
    return tidy(ax)


def legend_above(ax: Axes, handles: Sequence[Any], **options: Any) -> None:
    """One row of legend entries above the plot."""
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=len(handles) or 1,
        frameon=False,
        labelcolor=COLOUR["ink"],
        handlelength=1.2,
        columnspacing=1.5,
        borderaxespad=0.2,
        borderpad=0.3,
        **options,
    )


def shorten(name: str, most: int = 24) -> str:
    """A name cut to `most` characters with an ellipsis."""
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def say_empty(ax: Axes, message: str) -> Axes:
    """A sentence in place of a chart that has nothing to show."""
    ax.set_axis_off()
    ax.text(0.5, 0.5, message, ha="center", va="center", color=COLOUR["muted"], transform=ax.transAxes)
    return ax
