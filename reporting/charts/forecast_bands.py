"""The forecast of a week with its bands, over the same weekdays of recent weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reporting.charts.canvas import axes_for, finish_week, one_queue, say_empty
from reporting.charts.week_axis import WeekAxis, slots, with_breaks
from reporting.palette import LIGHT as COLOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RECENT_WEEKS = 4


def forecast_bands(
    forecast: pd.DataFrame, history: pd.DataFrame | None = None, *, queue: str | None = None, ax: Axes | None = None
) -> Axes:
    """Expected calls per interval with the 50 % and 80 % bands and the last weeks behind.

    Parameters
    ----------
    forecast : DataFrame
        Contract frame; bands are drawn where its quantiles are.
    history : DataFrame, optional
        interval_history; its last four weeks are drawn on the same weekdays.
    queue : str, optional
        Needed where the frame holds several queues; the axis then shows the open hours of all of them.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_for(ax)
    rows = one_queue(forecast, queue)
    if rows.empty:
        return say_empty(ax, "No forecast for this queue")
    axis = WeekAxis.of(forecast["interval_start"])
    if history is not None and len(history := one_queue(history, queue)):
        _draw_recent(ax, axis, history)
    draw_bands(ax, axis, rows)
    line = axis.trace(rows, ["calls"])
    ax.plot(line["x"], line["calls"], color=COLOUR["forecast"], linewidth=1.8, label="Forecast (mean)")
    return finish_week(ax, axis, "Calls per interval")


def draw_bands(ax: Axes, axis: WeekAxis, forecast: pd.DataFrame) -> None:
    """The 80 % band and, inside it, the 50 % band, where the forecast has their quantiles."""
    for low, high, colour, label in (
        ("calls_p10", "calls_p90", "band-outer", "80 % band"),
        ("calls_p25", "calls_p75", "band-inner", "50 % band"),
    ):
        if {low, high} <= set(forecast.columns) and forecast[[low, high]].notna().any(axis=None):
            band = axis.trace(forecast, [low, high])
            ax.fill_between(band["x"], band[low], band[high], color=COLOUR[colour], linewidth=0, label=label)


def _draw_recent(ax: Axes, axis: WeekAxis, history: pd.DataFrame) -> None:
    found = slots(history["interval_start"]).assign(offered=history["offered"].to_numpy(dtype=float))
    weeks_ago = -((found["day"] - axis.days[0]).dt.days // 7)
    found = found[weeks_ago.between(1, RECENT_WEEKS)].sort_values(["day", "fold", "second"])
    moved = found["day"] + pd.to_timedelta(7 * weeks_ago[found.index], unit="D")
    for shift in range(0, len(axis.days), 7):
        x = axis.place(moved + pd.Timedelta(days=shift), found["second"], found["fold"]) + 0.5
        points = pd.DataFrame({"x": x, "offered": found["offered"].to_numpy()})
        line = with_breaks(points, found["day"].ne(found["day"].shift()).to_numpy())
        label = "_" if shift else "Recent weeks"
        ax.plot(line["x"], line["offered"], color=COLOUR["past"], linewidth=0.8, label=label)
