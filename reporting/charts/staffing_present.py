"""Agents required, scheduled and present, through the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reporting.charts.canvas import axes_for, finish_week, one_queue, say_empty
from reporting.charts.requirement_vs_schedule import draw_required, draw_short
from reporting.charts.week_axis import WeekAxis
from reporting.palette import LIGHT as COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def staffing_present(staffing: pd.DataFrame, *, queue: str | None = None, ax: Axes | None = None) -> Axes:
    """Steps of agents required on the phone, scheduled and present, with what was short of the requirement.

    Parameters
    ----------
    staffing : DataFrame
        queue, interval_start, required_agents, scheduled, present (null where unknown).
    queue : str, optional
        Needed where the frame holds several queues; the axis then shows the open hours of all of them.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_for(ax)
    rows = one_queue(staffing, queue)
    if rows.empty:
        return say_empty(ax, "No staffing for this queue")
    axis = WeekAxis.of(staffing["interval_start"])
    steps = axis.trace(rows, ["required_agents", "scheduled", "present"], steps=True)
    draw_required(ax, steps, "required_agents", "Required on the phone")
    if steps["scheduled"].notna().any():
        ax.step(
            steps["x"], steps["scheduled"], where="post", color=COLOUR["scheduled"], linewidth=1.2, label="Scheduled"
        )
    if steps["present"].notna().any():
        draw_short(ax, steps, "required_agents", "present")
        ax.step(steps["x"], steps["present"], where="post", color=COLOUR["present"], linewidth=1.7, label="Present")
    return finish_week(ax, axis, "Agents")
