"""Staff required against staff scheduled, through the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reporting.charts.canvas import axes_for, finish_week, one_queue, say_empty
from reporting.charts.week_axis import WeekAxis
from reporting.palette import LIGHT as COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def requirement_vs_schedule(frame: pd.DataFrame, *, queue: str | None = None, ax: Axes | None = None) -> Axes:
    """Steps of required staff, and of scheduled staff with what is short between them.

    Parameters
    ----------
    frame : DataFrame
        A coverage frame, or a requirement frame, of which `staff` is drawn alone.
    queue : str, optional
        Needed where the frame holds several queues; the axis then shows the open hours of all of them.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_for(ax)
    rows = one_queue(frame, queue)
    if rows.empty:
        return say_empty(ax, "No requirement for this queue")
    axis = WeekAxis.of(frame["interval_start"])
    required = "required" if "required" in frame.columns else "staff"
    drawn = [required, "scheduled"] if "scheduled" in frame.columns else [required]
    steps = axis.trace(rows, drawn, steps=True)
    draw_required(ax, steps, required, "Staff required")
    if "scheduled" in drawn:
        draw_short(ax, steps, required, "scheduled")
        ax.step(
            steps["x"], steps["scheduled"], where="post", color=COLOUR["scheduled"], linewidth=1.6, label="Scheduled"
        )
    return finish_week(ax, axis, "Agents")


def draw_required(ax: Axes, steps: pd.DataFrame, column: str, label: str) -> None:
    """The requirement as a filled step."""
    ax.fill_between(steps["x"], steps[column], step="post", color=COLOUR["required-fill"], linewidth=0)
    ax.step(steps["x"], steps[column], where="post", color=COLOUR["required"], linewidth=1.1, label=label)


def draw_short(ax: Axes, steps: pd.DataFrame, required: str, there: str) -> None:
    """What `there` lacks of `required`, to the end of each interval."""
    ax.fill_between(
        steps["x"],
        steps[[there, required]].min(axis=1, skipna=False),
        steps[required],
        step="post",
        color=COLOUR["short"],
        linewidth=0,
        label="Short",
    )
