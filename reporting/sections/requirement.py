"""The requirement: what callers are promised, and the staff it takes."""

from __future__ import annotations

from functools import partial

import pandas as pd

from reporting.charts import requirement_vs_schedule
from reporting.content import Block, Chart, Column, Details, Group, Paragraph, Section, Table
from reporting.sections.grids import week_grid
from reporting.views import PlanView
from reporting.words import BINDING, humanise, in_text, known, model_in_words, number, share, targets_in_words
from wfm.channels import BACKLOG_MODEL
from wfm.units import format_duration


def requirement_section(view: PlanView) -> Section:
    """Promises and staff by queue, which target decided, and the staff of every interval."""
    intro = (
        "For each interval the least agents on the phone that meet every target of the queue; staff adds shrinkage: "
        "agents / (1 − shrinkage), rounded up. Service level, wait and occupancy are those expected with exactly "
        "these agents. Breaks that the schedule places are not part of shrinkage."
    )
    intro += _certainty(view)
    queues = sorted(view.requirement["queue"].unique())
    blocks: list[Block] = [Paragraph(intro), _promises(view), _staff(view), _binding(view)]
    if view.coverage is None:
        blocks += [Group(queue, [_chart(view, queue, rank)]) for rank, queue in enumerate(queues)]
    else:
        blocks += [Details(_grid(view, queue)) for queue in queues]
    return Section("requirement", "Requirement", blocks)


def _certainty(view: PlanView) -> str:
    """For which load, and how surely, the targets are to be met; nothing where each interval's mean was staffed for."""
    asked = view.staffed_for or {}
    load, risk = asked.get("load", "sipp"), asked.get("risk")
    words = {
        "mol": " Calls still in hand from earlier intervals are counted in (modified offered load).",
        "lagged": " The calls of one handle time earlier are staffed for.",
    }.get(load, "")
    if risk == "expected":
        return words + " The targets are met on average over what the demand may be, busy days counting most."
    return words + (f" The targets are met with a probability of {share(float(risk))}." if risk is not None else "")


def _promises(view: PlanView) -> Table:
    rows = []
    for spec in sorted(view.specs, key=lambda item: str(item["queue"])):
        model = model_in_words(spec["model"])
        if spec["model"] == BACKLOG_MODEL:
            model += f"; agents work {spec.get('agent_hours') or 'in every interval'}"
            model += ", and only then the promise runs" if spec.get("promise_runs") == "agent_hours" else ""
        elif known(spec.get("patience_s")):
            source = ", estimated from the calls" if spec.get("patience_from") == "calls" else ""
            model += f"; mean patience {format_duration(float(spec['patience_s']))}{source}"
        shrinkage = float(spec.get("shrinkage") or 0)
        rows.append([spec["queue"], "; ".join(targets_in_words(spec)), share(shrinkage), model])
    columns = [Column("Queue"), Column("Promise"), Column("Shrinkage"), Column("Queue model")]
    return Table("What callers are promised, and how the staff for it is computed", columns, rows)


def _staff(view: PlanView) -> Table:
    hours = view.interval_s / 3600
    rows = [
        [
            queue,
            group["load_erl"].max(),
            group["agents"].max(),
            group["staff"].max(),
            group["agents"].sum() * hours,
            group["staff"].sum() * hours,
            _weighted(group["service_level"], group["calls"]),
            _weighted(group["asa_s"], group["calls"]),
            _weighted(group["occupancy"], group["agents"]),
        ]
        for queue, group in view.requirement.groupby("queue", sort=True)
    ]
    columns = [
        Column("Queue"),
        Column("Peak load (erl)", "tenth"),
        Column("Peak agents", "whole"),
        Column("Peak staff", "whole"),
        Column("Agent-hours", "tenth"),
        Column("Staff hours", "tenth"),
        Column("Service level", "percent"),
        Column("ASA", "duration"),
        Column("Occupancy", "percent"),
    ]
    caption = (
        "Staff required; service level of calls offered, each queue with its own threshold, weighted by calls; "
        "occupancy weighted by agents"
    )
    return Table(caption, columns, rows)


def _weighted(values: pd.Series, weights: pd.Series) -> float | None:
    weights = weights.where(values.notna()).astype(float)
    total = weights.sum()
    return float((values * weights).sum() / total) if total > 0 else None


def _binding(view: PlanView) -> Table:
    counts = view.requirement.groupby(["queue", "binding"], sort=True).size().unstack(fill_value=0)
    order = [name for name in BINDING if name in counts.columns]
    order += sorted(set(counts.columns) - set(order))
    shares = counts[order].div(counts.sum(axis=1), axis=0)
    columns = [Column("Queue"), *(Column(_capital(BINDING.get(name, humanise(name))), "percent") for name in order)]
    rows = [[queue, *row] for queue, row in zip(shares.index, shares.to_numpy(), strict=True)]
    return Table("Which target decided: share of intervals", columns, rows)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _grid(view: PlanView, queue: str) -> Table:
    rows = view.requirement[view.requirement["queue"] == queue]
    return week_grid(f"Staff required for {in_text(queue)}", rows["interval_start"], rows["staff"].tolist(), "whole")


def _chart(view: PlanView, queue: str, rank: int) -> Chart:
    rows = view.requirement[view.requirement["queue"] == queue]
    label = f"Staff required for {in_text(queue)} through the week, {number(rows['staff'].max())} at the peak"
    return Chart(
        f"requirement-{rank}",
        label,
        partial(requirement_vs_schedule, view.requirement, queue=queue),
        220,
        _grid(view, queue),
    )
