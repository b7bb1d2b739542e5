"""The opening of a planned week: what to decide before it is published."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from reporting.content import Card, Cards, Point, Section, Tile, Tiles
from reporting.reckon import closed_days, days_at_risk, hours_of, recent_week_calls, stretches, weeks_in
from reporting.views import PlanView
from reporting.words import clock, day_label, known, model_name, number, percent, short_number, signed_percent
from wfm.errors import Finding

MOST_POINTS = 6
MOST_DAYS = 3
NOTABLE_CHANGE = 0.15
NOTABLE_BIAS = 0.05


def opening(view: PlanView) -> Section:
    """Figures at a glance, then what is short, over, at risk, doubtful, and found on the way."""
    cards = [*_coverage_cards(view), *_risk_card(view), watch_outs(view), findings_card(view.findings)]
    return Section("decide", "What to decide", [Tiles(_tiles(view)), Cards(cards)])


def _tiles(view: PlanView) -> list[Tile]:
    calls = float(view.forecast["calls"].sum())
    recent = recent_week_calls(view.recent_history).sum() * weeks_in(view.forecast)
    change = f"{signed_percent(calls / recent - 1)} against recent weeks" if recent else ""
    staff_h = float(view.requirement["staff"].sum()) * view.interval_s / 3600
    tiles = [
        Tile("Calls expected", number(calls), change),
        Tile("Staff hours required", number(staff_h), "on the phone, shrinkage included"),
    ]
    if view.coverage is None:
        return [*tiles, Tile("Schedule", "none", "nothing was scheduled in this run")]
    short_h, over_h, short_n = hours_of(view.coverage["gap"], view.interval_s)
    tiles += [
        Tile(
            "Agent-hours short",
            short_number(short_h),
            f"in {number(short_n)} intervals",
            "short" if short_n else "good",
        ),
        Tile("Agent-hours over", short_number(over_h), "scheduled above the requirement", "over" if over_h else ""),
    ]
    facts = view.schedule_facts or {}
    if known(paid := facts.get("paid_hours")):
        tiles.append(Tile("Paid hours", number(paid), f"{number(facts.get('agents'))} agents"))
    if known(cost := facts.get("cost")):
        tiles.append(Tile(f"Cost ({view.currency})", number(cost), "paid hours and hours short"))
    return tiles


def _coverage_cards(view: PlanView) -> list[Card]:
    if view.coverage is None:
        text = "No schedule was made: the workspace names no shifts or no agents."
        return [Card("note", "No schedule", text)]
    runs = stretches(view.coverage, view.coverage["gap"], view.interval_s)
    short_h, over_h, short_n = hours_of(view.coverage["gap"], view.interval_s)
    short, over = runs[runs["sign"] < 0], runs[runs["sign"] > 0]
    covered = f"{percent(1 - short_n / len(view.coverage))} of intervals have the staff they require."
    if short.empty:
        short_card = Card("good", "Short of staff", "Every interval has the staff it requires.")
    else:
        summary = f"{short_number(short_h)} agent-hours short. {covered}"
        short_card = Card("short", "Short of staff", summary, *run_points(short, "short"))
    if over.empty:
        return [short_card, Card("good", "More staff than required", "No interval has more staff than it requires.")]
    summary = f"{short_number(over_h)} agent-hours over: room for training, meetings or time off."
    return [short_card, Card("over", "More staff than required", summary, *run_points(over, "over"))]


def run_points(runs: pd.DataFrame, word: str) -> tuple[list[Point], str]:
    """The weightiest stretches as points, and what the others come to."""
    points = [
        Point(
            run.queue,
            f"{day_label(run.start)}, {clock(run.start)}–{clock(run.end)}: up to {short_number(run.most)} {word}, "
            f"{short_number(run.hours)} agent-hours",
        )
        for run in runs.head(MOST_POINTS).itertuples()
    ]
    rest = runs.iloc[MOST_POINTS:]
    more = f"{len(rest)} more stretches, {short_number(rest['hours'].sum())} agent-hours together" if len(rest) else ""
    return points, more


def _risk_card(view: PlanView) -> list[Card]:
    if view.coverage is None or "calls_p90" not in view.forecast or view.forecast["calls_p90"].isna().all():
        return []
    risk = days_at_risk(view.forecast, view.coverage, view.specs, view.interval_s)
    risk = risk[risk["short_h"] > 0].head(MOST_DAYS)
    points = [
        Point(
            row.queue,
            f"{day_label(row.day)}: on a busy day {percent(row.share, 0)} of the staff needed would be missing "
            f"({short_number(row.short_h)} agent-hours)",
        )
        for row in risk.itertuples()
    ]
    if not points:
        return [Card("good", "Riskiest days", "The schedule would cover even a day at the upper end of the 80 % band.")]
    summary = "Where a busy day (every interval at the upper end of its 80 % band) would hurt most."
    return [Card("risk", "Riskiest days", summary, points)]


def watch_outs(view: PlanView) -> Card:
    """Forecasts that deserve a second look: a jump in volume, no gain over naive, bias, closed days."""
    points = [*_volume_points(view), *_model_points(view), *_closed_points(view)]
    if not points:
        return Card("good", "Forecast watch-outs", "No jump in volume, no model behind naive, no bias above 5 %.")
    return Card("watch", "Forecast watch-outs", "Worth a look before the week is published.", points)


def _volume_points(view: PlanView) -> list[Point]:
    recent = recent_week_calls(view.recent_history)
    ahead = view.forecast.groupby("queue")["calls"].sum() / weeks_in(view.forecast)
    change = (ahead / recent[recent > 0] - 1).dropna().sort_index()
    return [
        Point(queue, f"{percent(abs(value), 0)} {'more' if value > 0 else 'fewer'} calls than in recent weeks")
        for queue, value in change.items()
        if abs(value) >= NOTABLE_CHANGE
    ] + [
        Point(queue, "no calls in recent weeks to compare with")
        for queue in sorted(set(ahead[ahead > 0].index) - set(recent[recent > 0].index))
        if len(recent)
    ]


def _model_points(view: PlanView) -> list[Point]:
    points = []
    if view.selection is not None:
        for row in view.selection.sort_values("queue").itertuples():
            if known(row.ratio) and row.ratio >= 1:
                points.append(Point(row.queue, f"no model was better than the {model_name(row.baseline).lower()}"))
    if view.backtest_summary is not None and view.selection is not None:
        chosen = view.backtest_summary.merge(view.selection[["queue", "model"]], on=["queue", "model"])
        for row in chosen.sort_values("queue").itertuples():
            if known(row.bias) and abs(row.bias) >= NOTABLE_BIAS:
                side = "too high" if row.bias > 0 else "too low"
                points.append(Point(row.queue, f"its model was {percent(abs(row.bias))} {side} in the backtest"))
    return points


def _closed_points(view: PlanView) -> list[Point]:
    closed = closed_days(view.forecast, view.recent_history)
    return [
        Point(queue, f"no calls expected on {', '.join(day_label(day) for day in days)}: closed or a holiday?")
        for queue, days in closed.groupby("queue")["day"]
    ]


def findings_card(findings: Sequence[Finding]) -> Card:
    """What was noticed in the input and by the steps, errors before warnings before notes."""
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(findings, key=lambda item: order[item.severity])
    if not ranked:
        return Card("good", "Found on the way", "Nothing to report.")
    points = [Point(item.severity, str(item)) for item in ranked[:MOST_POINTS]]
    rest = len(ranked) - len(points)
    return Card(
        "note", "Found on the way", _count(ranked), points, f"{rest} more, listed in the workbook" if rest else ""
    )


def _count(findings: Sequence[Finding]) -> str:
    counts = [(word, sum(item.severity == word for item in findings)) for word in ("error", "warning", "note")]
    return ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts if n) + "."
