"""The opening of a week that has happened, and its forecast and staffing against the plan."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from reporting.reckon import pool_adherence
from reporting.charts import forecast_vs_actual, staffing_present
from reporting.content import (
    FORMATS,
    Block,
    Card,
    Cards,
    Chart,
    Column,
    Group,
    Paragraph,
    Point,
    Section,
    Table,
    Tile,
    Tiles,
)
from reporting.sections.grids import week_grid
from reporting.sections.opening import MOST_POINTS, findings_card
from reporting.reckon import hours_of, stretches
from reporting.views import TrackView
from reporting.words import (
    clock, day_label, humanise, known, number, percent, short_number, signed_percent,
)  # fmt: skip
from wfm.timeaxis import local_day

KEY = ["queue", "interval_start"]


def tracked_opening(view: TrackView) -> Section:
    """The week at a glance, then what was missed and where to look."""
    cards = [_missed(view), _forecast_off(view), *_short(view), *_exceptions(view), findings_card(view.findings)]
    return Section("happened", "What happened", [Tiles(_tiles(view)), Cards(cards)])


def _total(view: TrackView, level: str) -> pd.Series | None:
    rows = view.accuracy[(view.accuracy["level"] == level) & (view.accuracy["measure"] == "calls")]
    total = rows[rows["queue"].isna()] if rows["queue"].isna().any() else rows
    return total.iloc[0] if len(total) == 1 else None


def _tiles(view: TrackView) -> list[Tile]:
    offered = float(view.actual["offered"].sum())
    tiles = [Tile("Calls offered", number(offered))]
    if (total := _total(view, "interval")) is not None:
        tiles[0] = Tile("Calls offered", number(offered), f"forecast {signed_percent(total['bias'])}")
        tiles.append(Tile("Forecast error", percent(total["wape"]), "WAPE per interval"))
    if view.adherence is None:
        tiles.append(Tile("Adherence", "–", "no agent states"))
    else:
        pooled = pool_adherence(view.adherence.assign(all=0), "all")["adherence"].iloc[0]
        tiles.append(Tile("Adherence", percent(pooled), "time in adherence / scheduled, neutral time left out"))
    gap = _present_gap(view)
    if gap.notna().any():
        short_h, _, intervals = hours_of(gap.dropna(), view.interval_s)
        tone = "short" if intervals else "good"
        tiles.append(
            Tile("Agent-hours short", short_number(short_h), f"present, in {number(intervals)} intervals", tone)
        )
    if view.scorecard is not None and "status" in view.scorecard:
        judged = view.scorecard["status"].dropna()
        missed = int((judged == "missed").sum())
        tiles.append(Tile("Targets missed", number(missed), f"of {len(judged)}", "short" if missed else "good"))
    return tiles


def _missed(view: TrackView) -> Card:
    if view.scorecard is None or "status" not in view.scorecard:
        return Card("note", "Targets", "No scorecard in this run.")
    missed = view.scorecard[view.scorecard["status"] == "missed"]
    if missed.empty:
        return Card("good", "Targets", "Every target that was set was met.")
    points = [
        Point(
            row["queue"] if known(row.get("queue")) else "All queues",
            f"{humanise(row['kpi'])} {kpi_value(row['value'], row['unit'])}, target {kpi_value(row['target'], row['unit'])}",
        )
        for _, row in missed.iterrows()
    ]
    more = f"{len(points) - MOST_POINTS} more in the scorecard" if len(points) > MOST_POINTS else ""
    return Card("short", "Targets missed", f"{len(missed)} missed.", points[:MOST_POINTS], more)


def kpi_value(value: object, unit: str) -> str:
    """A figure of the scorecard in its unit."""
    kind = {"1": "percent", "s": "duration", "calls": "whole"}.get(unit)
    if kind:
        return FORMATS[kind](value)
    return f"{short_number(value)} {unit}".strip()


def _forecast_off(view: TrackView) -> Card:
    both = view.forecast[[*KEY, "calls"]].merge(view.actual[[*KEY, "offered"]], on=KEY)
    days = both.groupby([both["queue"], local_day(both["interval_start"])])[["calls", "offered"]].sum().reset_index()
    days = days.assign(error=days["calls"] - days["offered"]).rename(columns={"interval_start": "day"})
    days = days.reindex(days["error"].abs().sort_values(ascending=False, kind="stable").index)
    points = [
        Point(
            row.queue,
            f"{day_label(row.day)}: {number(row.offered)} calls offered, {number(row.calls)} forecast"
            + (f" ({signed_percent(row.error / row.offered)})" if row.offered else ""),
        )
        for row in days.head(4).itertuples()
    ]
    return Card("watch", "Days furthest from the forecast", "Forecast minus offered, as a share of offered.", points)


def _present_gap(view: TrackView) -> pd.Series:
    if view.staffing is None:
        return pd.Series(dtype=float)
    return (view.staffing["present"] - view.staffing["required_agents"]).astype(float)


def _short(view: TrackView) -> list[Card]:
    gap = _present_gap(view)
    if not gap.notna().any() or view.staffing is None:
        return [Card("note", "Agents present", "No agent states: who was there is not known.")]
    runs = stretches(view.staffing, gap, view.interval_s)
    runs = runs[runs["sign"] < 0]
    if runs.empty:
        return [Card("good", "Agents present", "Every interval had the agents that the plan required on the phone.")]
    points = [
        Point(
            run.queue,
            f"{day_label(run.start)}, {clock(run.start)}–{clock(run.end)}: up to {short_number(run.most)} short, "
            f"{short_number(run.hours)} agent-hours",
        )
        for run in runs.head(MOST_POINTS).itertuples()
    ]
    rest = len(runs) - len(points)
    summary = "Agents present against agents required on the phone by the plan."
    return [Card("short", "Short on the day", summary, points, f"{rest} more stretches" if rest else "")]


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
    total = view.exceptions["minutes"].sum() / 60
    summary = f"{number(len(largest))} stretches out of adherence, {short_number(total)} hours."
    return [Card("watch", "Largest exceptions", summary, points)]


def accuracy_section(view: TrackView) -> Section:
    """Errors at every level, then each queue's week against its bands."""
    intro = (
        "The forecast as it was locked, against the calls offered. WAPE is the sum of absolute errors over the sum of "
        "actuals; bias is the sum of errors, forecast minus actual, over the same sum: positive means too high."
    )
    blocks: list[Block] = [Paragraph(intro), _accuracy(view.accuracy)]
    queues = sorted({*view.forecast["queue"], *view.actual["queue"]})
    blocks += [Group(queue, [_forecast_chart(view, queue, rank)]) for rank, queue in enumerate(queues)]
    return Section("accuracy", "Forecast against actual", blocks)


def _accuracy(accuracy: pd.DataFrame) -> Table:
    levels, measures = ("interval", "day", "week"), ("calls", "aht", "workload")
    ranked = accuracy.assign(
        name=accuracy["queue"].fillna(""),
        measure_rank=accuracy["measure"].map({name: rank for rank, name in enumerate(measures)}),
        level_rank=accuracy["level"].map({name: rank for rank, name in enumerate(levels)}),
    ).sort_values(["measure_rank", "name", "level_rank"])
    rows = [
        [
            row["queue"] if known(row["queue"]) else "All queues",
            humanise(row["measure"]), row["level"], _amount(row["forecast"], row["measure"]),
            _amount(row["actual"], row["measure"]), row["bias"], row["wape"], row["coverage80"], row["n"],
        ]
        for _, row in ranked.iterrows()
    ]  # fmt: skip
    columns = [
        Column("Queue"), Column("Measure"), Column("Level"), Column("Forecast", "figure"), Column("Actual", "figure"),
        Column("Bias", "signed_percent"), Column("WAPE", "percent"), Column("In the 80 % band", "percent"),
        Column("n", "whole"),
    ]  # fmt: skip
    return Table("Accuracy of the locked forecast", columns, rows)


def _amount(value: object, measure: str) -> str:
    return kpi_value(value, "s" if measure == "aht" else "calls")


def _forecast_chart(view: TrackView, queue: str, rank: int) -> Chart:
    forecast, actual = (frame[frame["queue"] == queue] for frame in (view.forecast, view.actual))
    both = forecast[[*KEY, "calls"]].merge(actual[[*KEY, "offered"]], how="outer", on=KEY)
    cells = [
        f"{short_number(came)} ({short_number(expected)})"
        for came, expected in zip(both["offered"], both["calls"], strict=True)
    ]
    label = (
        f"Calls offered and forecast for {queue}: {number(both['offered'].sum())} against {number(both['calls'].sum())}"
    )
    table = week_grid(f"Calls offered (forecast), {queue}", both["interval_start"], cells)
    return Chart(f"actual-{rank}", label, partial(forecast_vs_actual, forecast, actual), 250, table)


def staffing_section(view: TrackView) -> Section:
    """Required, scheduled and present agents through the week."""
    if view.staffing is None:
        return Section(
            "staffing", "Required, scheduled, present", [Paragraph("The run holds no staffing of the week.")]
        )
    intro = (
        "Required are the agents on the phone that the plan needed, before shrinkage; scheduled agents therefore lie "
        "above them; present are agents ready or handling calls, weighted by time."
    )
    if view.staffing["present"].isna().all():
        intro += " There are no agent states: who was present is not known."
    blocks: list[Block] = [Paragraph(intro), _hours(view)]
    queues = sorted(view.staffing["queue"].unique())
    blocks += [Group(queue, [_staffing_chart(view.staffing, queue, rank)]) for rank, queue in enumerate(queues)]
    return Section("staffing", "Required, scheduled, present", blocks)


def _hours(view: TrackView) -> Table:
    assert view.staffing is not None
    hours = view.interval_s / 3600
    fields = ["required_agents", "required_staff", "scheduled", "present"]
    sums = view.staffing.groupby("queue", sort=True)[fields].sum(min_count=1) * hours
    rows = [[queue, *row] for queue, row in zip(sums.index, sums.to_numpy(dtype=float), strict=True)]
    columns = [
        Column("Queue"), Column("Required on the phone", "tenth"), Column("Required with shrinkage", "tenth"),
        Column("Scheduled", "tenth"), Column("Present", "tenth"),
    ]  # fmt: skip
    return Table("Agent-hours of the week", columns, rows)


def _staffing_chart(staffing: pd.DataFrame, queue: str, rank: int) -> Chart:
    rows = staffing[staffing["queue"] == queue]
    cells = [
        " / ".join(short_number(value) for value in values)
        for values in zip(rows["required_agents"], rows["scheduled"], rows["present"], strict=True)
    ]
    caption = f"Required / scheduled / present agents, {queue}"
    table = week_grid(caption, rows["interval_start"], cells)
    return Chart(f"staffing-{rank}", f"{caption}, by interval", partial(staffing_present, rows), 230, table)
