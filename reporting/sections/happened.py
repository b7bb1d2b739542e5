"""The opening of a week that has happened: what was missed and where to look."""

from __future__ import annotations

import pandas as pd

from reporting.content import Card, Cards, Point, Section, Tile, Tiles
from reporting.reckon import hours_of, pool_adherence, stretches
from reporting.sections.opening import MOST_POINTS, findings_card, run_points
from reporting.sections.scorecard import kpi_value, queue_name
from reporting.views import TrackView
from reporting.words import (
    clock,
    day_label,
    humanise,
    number,
    percent,
    service_levels_in_words,
    short_number,
    signed_percent,
)
from wfm.timeaxis import local_day

KEY = ["queue", "interval_start"]
MOST_DAYS = 4


def happened(view: TrackView) -> Section:
    """Figures at a glance, then targets missed, days off the forecast, intervals short, largest exceptions."""
    cards = [_targets(view), _days_off(view), _short(view), *_exceptions(view), findings_card(view.findings)]
    return Section("happened", "What to look into", [Tiles(_tiles(view)), Cards(cards)])


def present_gap(view: TrackView) -> pd.Series:
    """Agents present minus agents required on the phone, null where one is not known."""
    if view.staffing is None:
        return pd.Series(dtype=float)
    return (view.staffing["present"] - view.staffing["required_agents"]).astype(float)


def _tiles(view: TrackView) -> list[Tile]:
    tiles = [_offered(view), *_forecast_error(view), _adherence(view)]
    gap = present_gap(view).dropna()
    if len(gap):
        short_h, _, intervals = hours_of(gap, view.interval_s)
        tone = "short" if intervals else "good"
        tiles.append(
            Tile(
                "Agent-hours short", short_number(short_h), f"of those required, in {number(intervals)} intervals", tone
            )
        )
    if view.scorecard is not None and "status" in view.scorecard:
        judged = view.scorecard["status"].dropna()
        missed = int((judged == "missed").sum())
        tiles.append(Tile("Targets missed", number(missed), f"of {len(judged)}", "short" if missed else "good"))
    return tiles


def _offered(view: TrackView) -> Tile:
    offered, expected = float(view.actual["offered"].sum()), float(view.forecast["calls"].sum())
    return Tile("Calls offered", number(offered), f"{number(expected)} forecast")


def _forecast_error(view: TrackView) -> list[Tile]:
    rows = view.accuracy[(view.accuracy["level"] == "interval") & (view.accuracy["measure"] == "calls")]
    total = rows[rows["queue"].isna()] if len(rows) > 1 else rows
    return [
        Tile("Forecast error", percent(row.wape), f"WAPE per interval; bias {signed_percent(row.bias)}")
        for row in total.itertuples()
    ]


def _adherence(view: TrackView) -> Tile:
    if view.adherence is None:
        return Tile("Adherence", "–", "no agent states")
    pooled = pool_adherence(view.adherence.assign(all=0), "all")["adherence"].iloc[0]
    return Tile("Adherence", percent(pooled), "of scheduled time without neutral time")


def _targets(view: TrackView) -> Card:
    if view.scorecard is None or "status" not in view.scorecard:
        return Card("note", "Targets", "No scorecard in this run.")
    missed = view.scorecard[view.scorecard["status"] == "missed"]
    if missed.empty:
        return Card("good", "Targets", "Every target that was set was met.")
    points = [
        Point(
            queue_name(row.get("queue")),
            f"{humanise(row['kpi'])} {kpi_value(row['value'], row['unit'])}, "
            f"target {kpi_value(row['target'], row['unit'])}",
        )
        for _, row in missed.iterrows()
    ]
    more = f"{len(points) - MOST_POINTS} more in the scorecard" if len(points) > MOST_POINTS else ""
    return Card("short", "Targets missed", service_levels_in_words(view.specs), points[:MOST_POINTS], more)


def _days_off(view: TrackView) -> Card:
    both = view.forecast[[*KEY, "calls"]].merge(view.actual[[*KEY, "offered"]], on=KEY)
    days = (
        both.assign(day=local_day(both["interval_start"]))
        .groupby(["queue", "day"], as_index=False)[["calls", "offered"]]
        .sum()
    )
    days = days.assign(error=days["calls"] - days["offered"])
    days = days.sort_values("error", key=abs, ascending=False, kind="stable")
    points = [
        Point(
            row.queue,
            f"{day_label(row.day)}: {number(row.offered)} calls offered, {number(row.calls)} forecast"
            + (f" ({signed_percent(row.error / row.offered)})" if row.offered else ""),
        )
        for row in days.head(MOST_DAYS).itertuples()
    ]
    return Card(
        "watch", "Days furthest from the forecast", "In brackets the error as a share of calls offered.", points
    )


def _short(view: TrackView) -> Card:
    gap = present_gap(view)
    if view.staffing is None or not gap.notna().any():
        return Card("note", "Agents present", "No agent states: who was there is not known.")
    runs = stretches(view.staffing, gap, view.interval_s)
    runs = runs[runs["sign"] < 0]
    if runs.empty:
        return Card("good", "Agents present", "Every interval had the agents on the phone that the plan required.")
    summary = "Agents present against agents that the plan required on the phone."
    return Card("short", "Short on the day", summary, *run_points(runs, "short"))


def _exceptions(view: TrackView) -> list[Card]:
    if view.adherence is None:
        return []
    if view.exceptions is None:
        return [Card("good", "Largest exceptions", "Nobody was out of adherence.")]
    largest = view.exceptions.sort_values(["minutes", "agent", "start"], ascending=[False, True, True])
    points = [
        Point(
            row.agent,
            f"{day_label(row.start)}, {clock(row.start)}–{clock(row.end)}: {humanise(row.actual).lower()} "
            f"instead of {humanise(row.scheduled).lower()}, {number(row.minutes)} min",
        )
        for row in largest.head(MOST_POINTS).itertuples()
    ]
    hours = short_number(view.exceptions["minutes"].sum() / 60)
    summary = f"{number(len(largest))} stretches out of adherence, {hours} hours together."
    return [Card("watch", "Largest exceptions", summary, points)]
