"""One day of some agents: the schedule above, what they did below, exceptions marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.charts.activities import ACTIVITY_GROUPS, group_of
from reporting.charts.canvas import axes_for, legend_above, say_empty, shorten, tidy
from reporting.palette import LIGHT as COLOUR
from reporting.words import slot_label
from wfm.timeaxis import local_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ABSENT = ("logged_off", "time_off")


def adherence_gantt(
    schedule: pd.DataFrame,
    agent_states: pd.DataFrame,
    exceptions: pd.DataFrame | None = None,
    *,
    day: pd.Timestamp | None = None,
    agents: list[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Two bars an agent on one local day: scheduled activities above states, exceptions underlined.

    Parameters
    ----------
    schedule, agent_states : DataFrame
        Contract frames, in the time zone of the centre.
    exceptions : DataFrame, optional
        agent, start, end of what was out of adherence.
    day : Timestamp, optional
        Local day; the first day of the schedule when omitted.
    agents : list of str, optional
        In the order from top to bottom; the first twelve by name when omitted.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    if schedule.empty:
        return say_empty(axes_for(ax), "No schedule to show")
    midnight = _midnight(schedule, day)
    planned = _within(schedule, midnight)
    agents = agents if agents is not None else sorted(planned["agent"].unique())[:12]
    ax = axes_for(ax, height=1.0 + 0.45 * len(agents))
    if not len(agents) or planned.empty:
        return say_empty(ax, "Nobody was scheduled on this day")
    drawn: dict[str, str] = {}
    _draw_bars(ax, planned, "activity", agents, (-0.38, 0.36), drawn)
    _draw_bars(ax, _within(agent_states, midnight), "state", agents, (0.02, 0.28), drawn)
    if exceptions is not None and len(exceptions):
        _draw_exceptions(ax, _within(exceptions, midnight), agents, drawn)
    _finish(ax, agents, planned, midnight, drawn)
    return ax


def _midnight(schedule: pd.DataFrame, day: pd.Timestamp | None) -> pd.Timestamp:
    first = local_day(schedule["start"]).min() if day is None else pd.Timestamp(day).normalize().tz_localize(None)
    return first.tz_localize(schedule["start"].dt.tz)


def _within(stretches: pd.DataFrame, midnight: pd.Timestamp) -> pd.DataFrame:
    """Stretches cut to the local day, with `from_h` and `hours`; an open stretch lasts to the day's end."""
    end_of_day = (midnight.tz_localize(None) + pd.Timedelta(days=1)).tz_localize(midnight.tz)
    start = stretches["start"].clip(lower=midnight)
    end = stretches["end"].fillna(end_of_day).clip(upper=end_of_day)
    hours = (end - start).dt.total_seconds() / 3600
    from_h = (start - midnight).dt.total_seconds() / 3600
    return stretches.assign(from_h=from_h, hours=hours)[hours > 0]


def _draw_bars(
    ax: Axes,
    stretches: pd.DataFrame,
    column: str,
    agents: list[str],
    place: tuple[float, float],
    drawn: dict[str, str],
) -> None:
    offset, height = place
    for row, agent in enumerate(agents):
        mine = stretches[(stretches["agent"] == agent) & ~stretches[column].isin(_ABSENT)]
        for label, group in mine.groupby(mine[column].map(group_of), sort=True):
            drawn[str(label)] = ACTIVITY_GROUPS[str(label)]
            bars = list(zip(group["from_h"], group["hours"], strict=True))
            ax.broken_barh(bars, (row + offset, height), facecolors=COLOUR[drawn[str(label)]], linewidth=0)


def _draw_exceptions(ax: Axes, exceptions: pd.DataFrame, agents: list[str], drawn: dict[str, str]) -> None:
    for row, agent in enumerate(agents):
        mine = exceptions[exceptions["agent"] == agent]
        if len(mine):
            drawn["Out of adherence"] = "short"
            bars = list(zip(mine["from_h"], mine["hours"], strict=True))
            ax.broken_barh(bars, (row + 0.32, 0.1), facecolors=COLOUR["short"], linewidth=0)


def _finish(ax: Axes, agents: list[str], planned: pd.DataFrame, midnight: pd.Timestamp, drawn: dict[str, str]) -> None:
    from matplotlib.patches import Patch

    ax.set_yticks(np.arange(len(agents)), labels=[shorten(name) for name in agents], parse_math=False)
    ax.set_ylim(len(agents) - 0.4, -0.6)
    first, last = np.floor(planned["from_h"].min() - 0.5), np.ceil((planned["from_h"] + planned["hours"]).max() + 0.5)
    ax.set_xlim(first, last)
    hours = np.arange(np.ceil(first), last, 2 if last - first > 10 else 1)
    wall = [(midnight + pd.Timedelta(hours=float(hour))) for hour in hours]
    ax.set_xticks(hours, labels=[slot_label(moment.hour * 3600 + moment.minute * 60) for moment in wall])
    tidy(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color=COLOUR["grid"], linewidth=0.8)
    handles = [Patch(color=COLOUR[colour], label=label) for label, colour in drawn.items()]
    legend_above(ax, handles)
