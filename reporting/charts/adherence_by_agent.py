"""Adherence of agents, the lowest on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.charts.canvas import axes_for, say_empty, shorten, tidy
from reporting.palette import LIGHT as COLOUR
from reporting.reckon import pool_adherence
from reporting.words import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def adherence_by_agent(adherence: pd.DataFrame, *, most: int = 20, ax: Axes | None = None) -> Axes:
    """A bar per agent, from 100 % down to the adherence, so that its length is the time out of adherence.

    Adherence is time in adherence over scheduled time without neutral time, sum over sum.

    Parameters
    ----------
    adherence : DataFrame
        Contract frame, one row an agent and day.
    most : int
        How many agents are drawn, the lowest first.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    agents = pool_adherence(adherence, "agent").dropna(subset="adherence")
    agents = agents.sort_values(["adherence", "agent"]).head(most)
    ax = axes_for(ax, height=0.8 + 0.28 * len(agents))
    if agents.empty:
        return say_empty(ax, "No adherence to show")
    rows = np.arange(len(agents))
    ax.barh(rows, 1 - agents["adherence"], left=agents["adherence"], height=0.62, color=COLOUR["required"])
    for row, value in enumerate(agents["adherence"]):
        ax.text(value, row, f"{percent(value)} ", va="center", ha="right", fontsize="small", color=COLOUR["ink"])
    ax.set_yticks(rows, labels=[shorten(name) for name in agents["agent"]], parse_math=False)
    ax.invert_yaxis()
    widest = max(1 - agents["adherence"].min(), 0.01)
    ax.set_xlim(1 - 1.15 * widest, 1 + 0.03 * widest)
    ax.xaxis.set_major_formatter(lambda value, _: percent(value, 0))
    tidy(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color=COLOUR["grid"], linewidth=0.8)
    return ax
