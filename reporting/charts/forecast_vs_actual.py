"""The locked forecast against the calls that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reporting.charts.canvas import axes_for, finish_week, one_queue, say_empty
from reporting.charts.forecast_bands import draw_bands
from reporting.charts.week_axis import WeekAxis, slots
from reporting.palette import LIGHT as COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def forecast_vs_actual(
    forecast: pd.DataFrame, actual: pd.DataFrame, *, queue: str | None = None, ax: Axes | None = None
) -> Axes:
    """Locked forecast with bands, calls offered, and a mark on each interval outside the 80 % band.

    Parameters
    ----------
    forecast : DataFrame
        Contract frame, as locked.
    actual : DataFrame
        interval_history of the same time.
    queue : str, optional
        Needed where the frames hold several queues; the axis then shows the open hours of all of them.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_for(ax)
    starts = pd.concat([forecast["interval_start"], actual["interval_start"]])
    forecast, actual = one_queue(forecast, queue), one_queue(actual, queue)
    if forecast.empty and actual.empty:
        return say_empty(ax, "Neither forecast nor calls for this queue")
    axis = WeekAxis.of(starts)
    if not forecast.empty:
        draw_bands(ax, axis, forecast)
        line = axis.trace(forecast, ["calls"])
        ax.plot(line["x"], line["calls"], color=COLOUR["forecast"], linewidth=1.6, label="Locked forecast")
    if not actual.empty:
        line = axis.trace(actual, ["offered"])
        ax.plot(line["x"], line["offered"], color=COLOUR["ink"], linewidth=1.2, label="Calls offered")
        _mark_outside(ax, axis, forecast, actual)
    return finish_week(ax, axis, "Calls per interval")


def _mark_outside(ax: Axes, axis: WeekAxis, forecast: pd.DataFrame, actual: pd.DataFrame) -> None:
    if not {"calls_p10", "calls_p90"} <= set(forecast.columns):
        return
    both = actual.merge(forecast[["queue", "interval_start", "calls_p10", "calls_p90"]], on=["queue", "interval_start"])
    outside = both[(both["offered"] < both["calls_p10"]) | (both["offered"] > both["calls_p90"])]
    found = slots(outside["interval_start"])
    x = axis.place(found["day"], found["second"], found["fold"]) + 0.5
    ax.plot(x, outside["offered"], "D", color=COLOUR["short"], markersize=3.6, label="Outside the 80 % band")
