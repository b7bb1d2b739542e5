"""Adherence of agents and days, and the exceptions behind it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from reporting.charts import adherence_by_agent, adherence_gantt
from reporting.content import Block, Chart, Column, Details, Paragraph, Section, Table
from reporting.reckon import pool_adherence
from reporting.views import TrackView
from reporting.words import clock, day_label, humanise, number, percent

MOST_AGENTS = 20
MOST_GANTT_AGENTS = 10
MOST_EXCEPTIONS = 25


def adherence_section(view: TrackView) -> Section:
    """Days, then agents with the lowest on top, then the exceptions."""
    if view.adherence is None:
        text = "No agent states were given, so adherence is not known. Add their export as agent_states in wfm.toml."
        return Section("adherence", "Adherence", [Paragraph(text)])
    intro = (
        "Adherence is scheduled time spent in a state that fits the schedule, over scheduled time without neutral "
        "time. Approve or explain the exceptions first: they say more than the percentage."
    )
    blocks: list[Block] = [Paragraph(intro), _days(view.adherence), _agents_chart(view.adherence)]
    if view.exceptions is not None:
        if view.schedule is not None and view.agent_states is not None:
            blocks.append(_gantt(view))
        blocks.append(Details(_exceptions("Exceptions of the week", view.exceptions)))
    return Section("adherence", "Adherence", blocks)


def _days(adherence: pd.DataFrame) -> Table:
    days = pool_adherence(adherence, "day").merge(adherence.groupby("day", as_index=False)["agent"].nunique(), on="day")
    rows = [
        [day_label(row.day), row.agent, row.scheduled_s / 3600, row.adherence, row.exceptions]
        for row in days.itertuples()
    ]
    columns = [
        Column("Day"),
        Column("Agents", "whole"),
        Column("Scheduled hours", "tenth"),
        Column("Adherence", "percent"),
        Column("Exceptions", "whole"),
    ]
    return Table("Adherence by day, sum over sum", columns, rows)


def _agents_chart(adherence: pd.DataFrame) -> Chart:
    pooled = pool_adherence(adherence, "agent").sort_values(["adherence", "agent"])
    measured = pooled["adherence"].notna().sum()
    shown = min(measured, MOST_AGENTS)
    lowest = pooled["adherence"].min()
    label = f"Adherence by agent, the {shown} lowest of {len(pooled)}; the lowest is {percent(lowest)}"
    draw = partial(adherence_by_agent, adherence, most=MOST_AGENTS)
    note = (
        f"The {shown} agents with the lowest adherence of {len(pooled)}; a bar is the share of time out of adherence. "
        "The table has everybody, day by day."
    )
    return Chart("adherence-agents", label, draw, 46 + 21 * max(shown, 2), _agent_days(adherence, pooled), note, 180)


def _agent_days(adherence: pd.DataFrame, pooled: pd.DataFrame) -> Table:
    days = sorted(adherence["day"].unique())
    cells = dict(zip(zip(adherence["agent"], adherence["day"], strict=True), adherence["adherence"], strict=True))
    rows = [[row.agent, row.adherence, *(cells.get((row.agent, day)) for day in days)] for row in pooled.itertuples()]
    columns = [Column("Agent"), Column("Week", "percent"), *(Column(day_label(day), "percent") for day in days)]
    return Table("Adherence by agent and day", columns, rows)


def _gantt(view: TrackView) -> Chart:
    assert view.exceptions is not None
    day = view.exceptions.groupby("day")["minutes"].sum().idxmax()
    of_day = view.exceptions[view.exceptions["day"] == day]
    minutes = of_day.groupby("agent")["minutes"].sum().sort_values(ascending=False, kind="stable")
    agents = list(minutes.index[:MOST_GANTT_AGENTS])
    label = f"Schedule and states on {day_label(day)} of the {len(agents)} agents with most time out of adherence"
    draw = partial(adherence_gantt, view.schedule, view.agent_states, of_day, day=day, agents=agents)
    table = _exceptions("Exceptions of these agents", of_day[of_day["agent"].isin(agents)])
    note = f"{label}. Upper bar: schedule; lower bar: what happened."
    return Chart("adherence-day", label, draw, 60 + 36 * len(agents), table, note, 180)


def _exceptions(caption: str, exceptions: pd.DataFrame) -> Table:
    largest = exceptions.sort_values(["minutes", "agent", "start"], ascending=[False, True, True])
    rows = [
        [
            row.agent,
            day_label(row.day),
            f"{clock(row.start)}–{clock(row.end)}",
            humanise(row.scheduled),
            humanise(row.actual),
            row.minutes,
        ]
        for row in largest.head(MOST_EXCEPTIONS).itertuples()
    ]
    columns = [
        Column("Agent"),
        Column("Day"),
        Column("Time"),
        Column("Scheduled"),
        Column("Actual"),
        Column("Minutes", "tenth"),
    ]
    left_out = f", the {MOST_EXCEPTIONS} longest of {number(len(largest))}" if len(largest) > MOST_EXCEPTIONS else ""
    return Table(caption + left_out, columns, rows)
