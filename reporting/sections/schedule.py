"""The schedule and how it covers the requirement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from reporting.charts import coverage_heatmap, requirement_vs_schedule, schedule_gantt
from reporting.charts.schedule_gantt import MOST_NAMED, STRIP_ROWS
from reporting.charts.week_axis import WeekAxis
from reporting.content import Block, Chart, Column, Group, Paragraph, Section, Table, Tile, Tiles
from reporting.reckon import hours_of, shifts
from reporting.sections.grids import week_grid
from reporting.views import PlanView
from reporting.words import clock, day_label, humanise, in_text, known, number, percent, short_number

ROW_HEIGHT = 15


def schedule_section(view: PlanView) -> Section:
    """What the schedule costs, who works when, and every queue's coverage."""
    if view.coverage is None:
        text = "No schedule was made in this run. Shifts in wfm.toml and a list of agents are what it needs."
        return Section("schedule", "Schedule and coverage", [Paragraph(text)])
    blocks: list[Block] = [Paragraph(_solution(view))]
    if view.schedule_facts:
        blocks.append(Tiles(_tiles(view)))
    if view.schedule is not None:
        blocks += [_days(view.schedule), gantt(view)]
    queues = sorted(view.coverage["queue"].unique())
    blocks += [Group(queue, _queue_blocks(view, queue, rank)) for rank, queue in enumerate(queues)]
    return Section("schedule", "Schedule and coverage", blocks)


def _solution(view: PlanView) -> str:
    gap = (view.schedule_facts or {}).get("gap")
    if not known(gap):
        proof = "How far the schedule is from the cheapest possible is not known."
    else:
        least = f"be more than {percent(gap, 2)} cheaper" if gap > 0 else "be cheaper"
        proof = f"No schedule of these people under these rules can {least}: that is proved."
    return f"{proof} Coverage counts agents on the phone, without breaks and lunch, weighted by time."


def _tiles(view: PlanView) -> list[Tile]:
    facts = view.schedule_facts or {}
    exact = "to the minute, so that a break can't hide in its interval"
    return [
        Tile("Agents", number(facts.get("agents"))),
        Tile("Paid hours", number(facts.get("paid_hours"))),
        Tile(f"Cost ({view.currency})", number(facts.get("cost")), "paid hours and hours short, at their prices"),
        Tile(f"Least possible ({view.currency})", number(facts.get("bound")), f"gap {percent(facts.get('gap'), 2)}"),
        Tile("Hours short", short_number(facts.get("understaffed_hours")), exact),
        Tile("Hours over", short_number(facts.get("overstaffed_hours")), exact),
    ]


def _days(schedule: pd.DataFrame) -> Table:
    rows = [
        [day_label(day), group["agent"].nunique(), group["paid_h"].sum(), group["phone_h"].sum()]
        for day, group in shifts(schedule).groupby("day", sort=True)
    ]
    columns = [Column("Day"), Column("Agents", "whole"), Column("Paid hours", "tenth"), Column("Phone hours", "tenth")]
    return Table("The schedule by day on which the shift starts", columns, rows)


def gantt(view: PlanView) -> Chart:
    """The day with most people: who works when, and everybody's shift in the table."""
    assert view.schedule is not None
    found = shifts(view.schedule)
    people = found.groupby("day")["agent"].nunique()
    day = people.idxmax()
    shown = -(-people[day] // -(-people[day] // MOST_NAMED))
    some = "" if shown == people[day] else f", {number(shown)} of them drawn at even steps"
    label = f"Shifts and breaks of the {number(people[day])} people of {day_label(day)}, the busiest day{some}"
    draw = partial(schedule_gantt, view.schedule, view.coverage, day=day, most=MOST_NAMED)
    height = 60 + ROW_HEIGHT * (shown + STRIP_ROWS)
    note = f"{label}; by start. Below: staff required and on the phone, all queues together."
    return Chart("schedule-day", label, draw, height, _day_table(view.schedule, found, day), note, 180)


def _day_table(schedule: pd.DataFrame, found: pd.DataFrame, day: pd.Timestamp) -> Table:
    of_day = found[found["day"] == day].sort_values(["start", "end", "agent"])
    rest = schedule[~schedule["productive"].astype(bool)]
    away = dict(list(rest.groupby("agent")))
    rows = []
    for shift in of_day.itertuples():
        mine = away.get(shift.agent, rest.iloc[:0])
        inside = mine[(mine["start"] >= shift.start) & (mine["end"] <= shift.end)].sort_values("start")
        breaks = ", ".join(
            f"{humanise(row.activity)} {clock(row.start)}–{clock(row.end)}" for row in inside.itertuples()
        )
        rows.append([shift.agent, f"{clock(shift.start)}–{clock(shift.end)}", breaks, shift.paid_h])
    columns = [Column("Agent"), Column("Shift"), Column("Breaks and the like"), Column("Paid hours", "tenth")]
    return Table(f"Everybody on {day_label(day)}", columns, rows)


def _queue_blocks(view: PlanView, queue: str, rank: int) -> Sequence[Block]:
    assert view.coverage is not None
    rows = view.coverage[view.coverage["queue"] == queue]
    short_h, over_h, short_n = hours_of(rows["gap"], view.interval_s)
    facts = f"{short_number(short_h)} agent-hours short in {number(short_n)} intervals, {short_number(over_h)} over"
    both = [
        f"{short_number(there)} of {short_number(needed)}"
        for there, needed in zip(rows["scheduled"], rows["required"], strict=True)
    ]
    days = len(WeekAxis.of(view.coverage["interval_start"]).days)
    return [
        Chart(
            f"coverage-{rank}",
            f"Staff required and scheduled for {in_text(queue)}: {facts}",
            partial(requirement_vs_schedule, view.coverage, queue=queue),
            220,
            week_grid(f"Scheduled of required staff, {in_text(queue)}", rows["interval_start"], both),
            f"{facts[:1].upper()}{facts[1:]}.",
        ),
        Chart(
            f"heatmap-{rank}",
            f"Net staffing of {in_text(queue)} by day and interval: {facts}",
            partial(coverage_heatmap, view.coverage, queue=queue),
            70 + 27 * days,
            week_grid(f"Net staffing of {in_text(queue)}", rows["interval_start"], rows["gap"].tolist(), "gap"),
            "Net staffing: scheduled minus required, in agents; where there is no cell, the queue is closed.",
            left=88,
        ),
    ]
