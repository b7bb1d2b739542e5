"""The forecast of the coming week: what is expected, how sure it is, and why this model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from reporting.charts import forecast_bands
from reporting.content import Block, Chart, Column, Details, Group, Paragraph, Section, Table
from reporting.reckon import recent_week_calls, weeks_in
from reporting.sections.grids import week_grid
from reporting.views import PlanView
from reporting.words import (
    day_label,
    in_text,
    known,
    model_in_words,
    model_name,
    moment_label,
    number,
    percent,
    short_number,
)
from wfm.timeaxis import local_day


def forecast_section(view: PlanView) -> Section:
    """All queues in one table, then each with its bands and its model."""
    queues = sorted(view.forecast["queue"].unique())
    intro = (
        f"Calls offered per interval of {view.interval_s // 60} minutes, forecast from the calls up to "
        f"{moment_label(view.cutoff.tz_convert(view.timezone))}. The 80 % band runs from the 10 % to the 90 % "
        "quantile: four intervals in five should fall inside it."
    )
    blocks: list[Block] = [Paragraph(intro), _overview(view)]
    blocks += [Group(queue, _queue_blocks(view, queue, rank)) for rank, queue in enumerate(queues)]
    return Section("forecast", "Forecast", blocks)


def _overview(view: PlanView) -> Table:
    forecast = view.forecast.assign(work_s=view.forecast["calls"] * view.forecast["aht_s"])
    measured = forecast["calls"].where(forecast["aht_s"].notna())
    sums = forecast.assign(measured=measured).groupby("queue")[["calls", "work_s", "measured"]].sum()
    recent = recent_week_calls(view.recent_history) * weeks_in(view.forecast)
    errors = {} if view.selection is None else view.selection.set_index("queue").to_dict("index")
    rows = []
    for queue, row in sums.iterrows():
        chosen = errors.get(queue, {})
        usual = recent.get(queue, 0.0)
        rows.append(
            [
                queue,
                row["calls"],
                row["calls"] / usual - 1 if usual else None,
                row["work_s"] / row["measured"] if row["measured"] else None,
                row["work_s"] / 3600,
                model_name(chosen.get("model")),
                chosen.get("wape"),
                chosen.get("baseline_wape"),
            ]
        )
    columns = [
        Column("Queue"),
        Column("Calls", "whole"),
        Column("Against recent weeks", "signed_percent"),
        Column("AHT", "duration"),
        Column("Work (hours)", "tenth"),
        Column("Model"),
        Column("Backtest WAPE", "percent"),
        Column("WAPE of the average", "percent"),
    ]
    return Table("Forecast by queue; WAPE = sum of absolute errors / calls, in the backtest", columns, rows)


def _queue_blocks(view: PlanView, queue: str, rank: int) -> Sequence[Block]:
    forecast = view.forecast[view.forecast["queue"] == queue]
    total = forecast["calls"].sum()
    days = forecast.groupby(local_day(forecast["interval_start"]))["calls"].sum()
    most = f", most on {day_label(days.idxmax())} ({number(days.max())})" if total else ""
    label = f"Forecast of {in_text(queue)}: {number(total)} calls{most}"
    caption = f"Expected calls of {in_text(queue)}, with the 80 % band"
    chart = Chart(
        f"forecast-{rank}",
        label,
        partial(forecast_bands, view.forecast, view.recent_history, queue=queue),
        250,
        week_grid(caption, forecast["interval_start"], _cells(forecast)),
        "Thin lines are the calls of the same weekdays in the last weeks.",
    )
    return [Paragraph(_why(view, queue)), chart, *_explanation(view, queue), *_backtest(view, queue)]


def _cells(forecast: pd.DataFrame) -> list[str]:
    if "calls_p10" not in forecast or "calls_p90" not in forecast:
        return [short_number(calls) for calls in forecast["calls"]]
    return [
        f"{short_number(calls)} ({number(low)}–{number(high)})" if known(low) and known(high) else short_number(calls)
        for calls, low, high in zip(forecast["calls"], forecast["calls_p10"], forecast["calls_p90"], strict=True)
    ]


def _why(view: PlanView, queue: str) -> str:
    chosen = None if view.selection is None else view.selection[view.selection["queue"] == queue]
    if chosen is None or chosen.empty:
        rows = view.forecast[view.forecast["queue"] == queue]
        names = rows["model"].dropna().unique() if "model" in rows else []
        return f"Model: {', '.join(map(model_in_words, names)) or 'not named'}. No backtest in this run."
    row = chosen.iloc[0]
    sentence = f"Model: {model_in_words(row['model'])}."
    if not known(row["wape"]):
        return f"{sentence} No backtest was possible."
    sentence += (
        f" In the backtest over {row['origins']} cut-offs its error by {row['level']} (WAPE) was {percent(row['wape'])}"
    )
    if known(row["baseline_wape"]) and row["model"] != row["baseline"]:
        sentence += f", against {percent(row['baseline_wape'])} for {model_name(row['baseline']).lower()}"
        if known(row.get("ratio_low")):
            gains = 1 - row["ratio_high"], 1 - row["ratio_low"]
            sentence += f" ({percent(gains[0])} to {percent(gains[1])} less, 90 % interval)"
    return f"{sentence}."


def _explanation(view: PlanView, queue: str) -> list[Block]:
    """What makes each day's calls, the largest parts first."""
    if view.explanation is None:
        return []
    rows = view.explanation[view.explanation["queue"] == queue]
    if rows.empty:
        return []
    parts = rows.assign(size=rows["calls"].abs()).groupby("part", sort=True)["size"].sum()
    shown = [name for name in parts.sort_values(ascending=False, kind="stable").index if parts[name] >= 0.5]
    columns = [Column("Day"), Column("Calls", "whole"), Column("Against six-week average", "signed_percent")]
    columns += [Column(name[0].upper() + name[1:], "whole") for name in shown]
    cells = []
    for day, of_day in rows.groupby("day", sort=True):
        calls = of_day.set_index("part")["calls"]
        average = of_day["average_calls"].iloc[0]
        against = calls.sum() / average - 1 if known(average) and average > 0 else None
        cells.append([day_label(day), calls.sum(), against, *(calls.get(name) for name in shown)])
    caption = f"What makes the calls of each day of {in_text(queue)}: a typical day and what is added to it"
    return [Details(Table(caption, columns, cells))]


def _backtest(view: PlanView, queue: str) -> list[Block]:
    if view.backtest_summary is None:
        return []
    rows = view.backtest_summary[view.backtest_summary["queue"] == queue].sort_values(["wape_interval", "model"])
    if rows.empty:
        return []
    columns = [
        Column("Model"),
        Column("WAPE per interval", "percent"),
        Column("per day", "percent"),
        Column("per week", "percent"),
        Column("Bias", "signed_percent"),
        Column("Against six-week average", "percent"),
        Column("Least possible WAPE", "percent"),
    ]
    fields = ["wape_interval", "wape_day", "wape_week", "bias", "ratio_to_average", "poisson_floor"]
    cells = [[model_name(row["model"]), *(row[name] for name in fields)] for _, row in rows.iterrows()]
    return [Details(Table(f"Backtest of every model for {in_text(queue)}", columns, cells))]
