"""The error of every forecast model over the same past weeks, beside the least that chance allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reporting.charts.canvas import axes_for, legend_above, say_empty, shorten, tidy
from reporting.palette import LIGHT as COLOUR
from reporting.words import model_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def backtest_errors(summary: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Interval WAPE as bars, a group a queue and a bar a model, with the Poisson floor as a line.

    Parameters
    ----------
    summary : DataFrame
        Contract ``backtest``.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    from matplotlib.ticker import PercentFormatter

    ax = axes_for(ax)
    rows = summary.dropna(subset=["wape_interval"])
    if rows.empty:
        return say_empty(ax, "No backtest was possible")
    queues, models = sorted(rows["queue"].unique()), list(dict.fromkeys(rows["model"]))
    width = 0.8 / len(models)
    shades = [COLOUR["past"], COLOUR["muted"], COLOUR["forecast"], COLOUR["band-inner"], COLOUR["band-outer"]]
    for rank, model in enumerate(models):
        of_model = rows[rows["model"] == model].set_index("queue")["wape_interval"].reindex(queues)
        places = [place + (rank - (len(models) - 1) / 2) * width for place in range(len(queues))]
        ax.bar(places, of_model, width * 0.92, color=shades[rank % len(shades)], label=model_name(model))
    floors = rows.groupby("queue")["poisson_floor"].first().reindex(queues)
    for place, floor in enumerate(floors):
        ax.plot([place - 0.4, place + 0.4], [floor, floor], color=COLOUR["ink"], linewidth=1.2)
    ax.plot([], [], color=COLOUR["ink"], linewidth=1.2, label="Least possible (Poisson)")
    ax.set_xticks(range(len(queues)), [shorten(queue) for queue in queues])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_ylabel("WAPE per interval", color=COLOUR["muted"])
    handles, _ = ax.get_legend_handles_labels()
    legend_above(ax, handles)
    return tidy(ax)
