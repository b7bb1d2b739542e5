"""Who works when: the shifts of a day or a week by their start, with breaks, and the staff on the phone below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reporting.charts.activities import ACTIVITY_GROUPS, group_of
from reporting.charts.canvas import axes_for, legend_above, say_empty, shorten, tidy
from reporting.charts.requirement_vs_schedule import draw_required, draw_short
from reporting.palette import LIGHT as COLOUR
from reporting.words import day_label, slot_label
from wfm.timeaxis import local_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NAMED = 60
STRIP_ROWS = 7.0
DAY_H = 24


def schedule_gantt(
    schedule: pd.DataFrame,
    coverage: pd.DataFrame | None = None,
    *,
    day: pd.Timestamp | None = None,
    days: int = 1,
    most: int = 60,
    ax: Axes | None = None,
) -> Axes:
    """A bar an agent from start to end of each shift, breaks cut out in their colour, the earliest shift on top.

    Below stand the staff required and the staff on the phone, all queues of `coverage` together.

    Parameters
    ----------
    schedule : DataFrame
        Contract frame, in the time zone of the centre.
    coverage : DataFrame, optional
        Contract frame.
    day : Timestamp, optional
        First local day; that of the schedule when omitted.
    days : int
        Number of days.
    most : int
        How many agents are drawn; of more, every second, third… in the order of their starts.
    ax : Axes, optional

    Returns
    -------
    Axes
        Those of the bars; the staff is drawn on axes inside them.
    """
    if schedule.empty:
        return say_empty(axes_for(ax), "No schedule to show")
    first = local_day(schedule["start"]).min() if day is None else pd.Timestamp(day).normalize().tz_localize(None)
    begin, end = ((first + pd.Timedelta(days=n)).tz_localize(schedule["start"].dt.tz) for n in (0, days))
    planned = _within(schedule, begin, end)
    agents = agents_drawn(planned, most)
    strip = STRIP_ROWS if coverage is not None and len(_within_intervals(coverage, begin, end)) else 0.0
    ax = axes_for(ax, height=1.0 + 0.2 * (len(agents) + strip))
    if not agents:
        return say_empty(ax, "Nobody is scheduled on this day")
    groups = _draw_bars(ax, planned, agents)
    span = _span(planned, days)
    _finish(ax, agents, begin, days, span, groups, strip)
    if strip:
        assert coverage is not None
        _draw_strip(ax, _within_intervals(coverage, begin, end), begin, span, strip / (len(agents) + 1 + strip))
    return ax


def agents_drawn(planned: pd.DataFrame, most: int) -> list[str]:
    """Agents by start and end of their first shift, at most `most` of them at even steps of that order."""
    order = planned.groupby("agent").agg(start=("start", "min"), end=("end", "max")).reset_index()
    names: list[str] = order.sort_values(["start", "end", "agent"])["agent"].tolist()
    return names[:: -(-len(names) // most)] if names else []


def _within(schedule: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Stretches that begin in the days shown, with `from_h` since their first midnight and `hours`."""
    rows = schedule[(schedule["start"] >= begin) & (schedule["start"] < end)]
    from_h = (rows["start"] - begin).dt.total_seconds() / 3600
    hours = (rows["end"] - rows["start"]).dt.total_seconds() / 3600
    return rows.assign(from_h=from_h, hours=hours)


def _within_intervals(coverage: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    rows = coverage[(coverage["interval_start"] >= begin) & (coverage["interval_start"] < end)]
    return rows.groupby("interval_start", as_index=False)[["required", "scheduled"]].sum()


def _span(planned: pd.DataFrame, days: int) -> tuple[float, float]:
    low, high = planned["from_h"].min(), (planned["from_h"] + planned["hours"]).max()
    if days > 1:
        return 0.0, float(max(high, days * DAY_H))
    return float(np.floor(low - 0.25)), float(np.ceil(high + 0.25))


def _draw_bars(ax: Axes, planned: pd.DataFrame, agents: list[str]) -> list[str]:
    """Draw and give the groups of activities that are there."""
    rank = {agent: row for row, agent in enumerate(agents)}
    shown = planned[planned["agent"].isin(rank)]
    groups = shown["activity"].map(group_of)
    for group in ACTIVITY_GROUPS:
        rows = shown[groups == group]
        if rows.empty:
            continue
        places = rows["agent"].map(rank)
        ax.barh(
            places, rows["hours"], left=rows["from_h"], height=0.72, color=COLOUR[ACTIVITY_GROUPS[group]], linewidth=0
        )
    return [group for group in ACTIVITY_GROUPS if (groups == group).any()]


def _finish(
    ax: Axes,
    agents: list[str],
    begin: pd.Timestamp,
    days: int,
    span: tuple[float, float],
    groups: list[str],
    strip: float,
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    named = len(agents) <= MOST_NAMED
    ax.set_yticks(np.arange(len(agents)) if named else [], labels=[shorten(name) for name in agents] if named else [])
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.set_ylim(len(agents) - 0.3 + strip, -0.7)
    ax.set_xlim(*span)
    hours = np.arange(0, days * DAY_H, DAY_H) if days > 1 else np.arange(np.ceil(span[0]), span[1], _step(span))
    moments = [begin + pd.Timedelta(hours=float(hour)) for hour in hours]
    labels = [day_label(m) if days > 1 else slot_label(m.hour * 3600 + m.minute * 60, m.fold) for m in moments]
    ax.set_xticks(hours, labels=labels, ha="left" if days > 1 else "center")
    tidy(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(axis="x", color=COLOUR["grid"], linewidth=0.8)
    handles: list[Patch | Line2D] = [Patch(color=COLOUR[ACTIVITY_GROUPS[group]], label=group) for group in groups]
    if strip:
        handles.append(Line2D([], [], color=COLOUR["required"], label="Staff required"))
        handles.append(Patch(color=COLOUR["short"], label="Short"))
        handles.append(Line2D([], [], color=COLOUR["scheduled"], label="On the phone"))
    legend_above(ax, handles)


def _step(span: tuple[float, float]) -> int:
    return 1 if span[1] - span[0] <= 13 else 2


def _draw_strip(ax: Axes, rows: pd.DataFrame, begin: pd.Timestamp, span: tuple[float, float], share: float) -> None:
    """Required and scheduled on axes that take the lowest `share` of the bars' axes."""
    from matplotlib.ticker import MaxNLocator

    below = ax.inset_axes((0, 0, 1, share * 0.86))
    points = _steps(rows, begin)
    draw_required(below, points, "required", "Staff required")
    draw_short(below, points, "required", "scheduled")
    below.step(points["x"], points["scheduled"], where="post", color=COLOUR["scheduled"], linewidth=1.4)
    below.set_xlim(*span)
    below.set_ylim(bottom=0)
    below.set_xticks([])
    below.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True, prune="lower"))
    tidy(below)


def _steps(rows: pd.DataFrame, begin: pd.Timestamp) -> pd.DataFrame:
    """Points for steps-post, with a row of nulls wherever intervals do not follow each other."""
    x = (rows["interval_start"] - begin).dt.total_seconds() / 3600
    length = float(x.diff().min()) if len(x) > 1 else 0.5
    points = rows[["required", "scheduled"]].astype(float).assign(x=x.to_numpy())
    ends = points[(-points["x"].diff(-1) > length * 1.5) | (points.index == points.index[-1])]
    closing = [ends.assign(x=ends["x"] + length), ends.assign(x=ends["x"] + length, required=np.nan, scheduled=np.nan)]
    return pd.concat([points, *closing]).sort_values("x", kind="stable", ignore_index=True)
