"""FTE required against FTE there, week by week, with the classes that begin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reporting.charts.canvas import axes_for, legend_above, say_empty, shorten, tidy
from reporting.palette import LIGHT as COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = ("-", "--", ":", "-.")


def capacity_gap(scenarios: Sequence[tuple[str, pd.DataFrame]], *, ax: Axes | None = None) -> Axes:
    """Steps of required FTE and a line of productive FTE; each scenario has its dash.

    Parameters
    ----------
    scenarios : sequence of (name, DataFrame)
        week, required_fte, productive_fte and hired of each.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    ax = axes_for(ax)
    shown = [(name, weeks) for name, weeks in scenarios if len(weeks)]
    if not shown:
        return say_empty(ax, "No week to plan")
    for rank, (_, weeks) in enumerate(shown):
        dash = DASHES[rank % len(DASHES)]
        first = rank == 0
        ax.step(
            weeks["week"], weeks["required_fte"], where="post", color=COLOUR["required"], linestyle=dash,
            linewidth=1.6, label="Required" if first else "_",
        )  # fmt: skip
        ax.plot(
            weeks["week"], weeks["productive_fte"], color=COLOUR["scheduled"], linestyle=dash, linewidth=1.6,
            label="Productive" if first else "_",
        )  # fmt: skip
        begins = weeks[weeks["hired"] > 0]
        ax.plot(
            begins["week"], begins["productive_fte"], linestyle="none", marker="^", color=COLOUR["present"],
            label="Class begins" if first else "_",
        )  # fmt: skip
    for rank, (name, _) in enumerate(shown if len(shown) > 1 else ()):
        ax.plot([], [], color=COLOUR["muted"], linestyle=DASHES[rank % len(DASHES)], label=shorten(name, 30))
    locator = AutoDateLocator()
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    ax.set_ylim(bottom=0)
    ax.set_ylabel("FTE", color=COLOUR["muted"])
    handles, _ = ax.get_legend_handles_labels()
    legend_above(ax, handles)
    return tidy(ax)
