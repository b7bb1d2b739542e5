"""`wfm staff --groups` and `wfm simulate --by-group`: groups of agents who share the queues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from commands.options import jobs_option
from commands.output import emit, emit_json, emit_named, emit_table, narrator

if TYPE_CHECKING:
    import pandas as pd

    from staffing.demand import Demand
    from staffing.skillgroups import SkillGroup
    from staffing.skillproof import SkillProof
    from staffing.skillstaffing import SkillPlan
    from wfm.params import QueueSpec

F = TypeVar("F", bound=Callable[..., Any])

SIMULATED = ("", "calls", "agent hours", "in threshold", "days met", "ASA", "abandoned", "occupancy", "short")
HEADER = ("queue", "calls", "lowest in threshold", "at", "mean in threshold", "abandoned", "short")


priority_option = click.option(
    "--priority", metavar="QUEUES", help="With groups: queues whose waiting calls are taken first, such as vip,sales."
)


def group_options(command: F) -> F:
    """Who serves more than one queue, and how that is searched."""
    for option in (
        jobs_option,
        click.option("--service", type=click.Path(), help="With groups: write what each queue gets, as simulated."),
        click.option(
            "--priority", metavar="QUEUES", help="Queues whose waiting calls are taken first, such as vip,sales."
        ),
        click.option("--agents", "people", type=click.Path(), help="Agents file: one group for each list of skills."),
        click.option(
            "--groups", type=click.Path(), help="Groups of agents who share queues: group, skills, cost, max_agents."
        ),
    ):
        command = option(command)
    return command


def read_groups(
    groups: str | None, people: str | None, queues: Sequence[str], specs: Mapping[str, QueueSpec]
) -> tuple[SkillGroup, ...]:
    """Groups of a groups file, or those that the agents of an agents file make up."""
    import ingest
    from staffing.skillgroups import groups_of, groups_of_agents

    if groups and people:
        raise click.UsageError("--groups and --agents say the same thing: name one of them")
    if groups:
        return groups_of(ingest.read_frame(groups, "skill_groups"), queues, groups)
    return groups_of_agents(ingest.read_frame(str(people), "agents"), queues, specs)


def priorities(text: str | None, queues: Sequence[str]) -> dict[str, int]:
    """Queues named first get the smaller numbers; all others come behind them."""
    named = [part.strip() for part in (text or "").split(",") if part.strip()]
    if unknown := [queue for queue in named if queue not in queues]:
        raise click.UsageError(f'--priority: found "{", ".join(unknown)}", expected some of {", ".join(queues)}')
    return dict.fromkeys(queues, len(named) + 1) | {queue: at for at, queue in enumerate(named, 1)}


def staff_groups(
    frame: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    demand: Demand,
    interval_s: int,
    options: Mapping[str, Any],
    output: str | None,
    as_json: bool,
) -> None:
    """Find the groups of a forecast, write them, and tell what they cost and give."""
    import reporting
    from staffing.skillstaffing import skill_requirement

    queues = list(specs)
    groups = read_groups(options["groups"], options["people"], queues, specs)
    with narrator(options["quiet"], total=frame["interval_start"].nunique()) as say:
        plan = skill_requirement(
            frame,
            specs,
            groups,
            interval_s=interval_s,
            demand=demand,
            priority=priorities(options["priority"], queues),
            seed=1 if options["seed"] is None else options["seed"],
            jobs=options["jobs"],
            say=say,
        )
    if options["service"]:
        reporting.write_frame(plan.queues, options["service"])
    if as_json:
        tables = (("groups", plan.groups), ("queues", plan.queues), ("bounds", plan.bounds))
        emit_json({name: reporting.frame_to_json(table) for name, table in tables})
    if output and output != "-":
        reporting.write_frame(plan.groups, output)
        if not as_json and not options["quiet"]:
            _print(plan, interval_s)
    elif not as_json:
        emit(plan.groups, output, as_json=False)


def _print(plan: SkillPlan, interval_s: int) -> None:
    """What each queue gets over all intervals with calls, and what the groups cost beside the pooled bound."""
    rows = []
    for queue, part in plan.queues[plan.queues["calls"] > 0].groupby("queue", sort=False):
        worst = part.loc[part["service_level"].idxmin()]
        level, lost = (
            float((part[name] * part["calls"]).sum() / part["calls"].sum()) for name in ("service_level", "abandonment")
        )
        rows.append(
            [
                str(queue),
                f"{part['calls'].sum():,.0f}",
                f"{worst['service_level']:.1%}",
                f"{worst['interval_start']:%a %H:%M}",
                f"{level:.1%}",
                f"{lost:.1%}",
                f"{int((~part['met'].astype(bool)).sum())} intervals",
            ]
        )
    emit_table(rows, HEADER)
    hours, total = interval_s / 3600, plan.bounds.sum(numeric_only=True)
    click.echo(
        f"{total['agents'] * hours:,.1f} agent-hours at a cost of {total['cost']:,.1f}; no plan is expected below "
        f"{total['bound_agents'] * hours:,.1f} and {total['bound_cost']:,.1f} (one queue for every set of skills)"
    )


def show_simulated(proof: SkillProof, output: str | None, as_json: bool) -> None:
    """Write the intervals of simulated groups, and print days by queue and by group."""
    import reporting

    emit_named(proof.intervals, output, as_json)
    if as_json:
        tables = (("days", proof.days), ("groups", proof.groups), ("intervals", proof.intervals))
        emit_json({name: reporting.frame_to_json(table) for name, table in tables})
    elif not output:
        _print_simulated(proof)


def _print_simulated(proof: SkillProof) -> None:
    day = proof.intervals["interval_start"].dt.tz_localize(None).dt.normalize()
    missed = ~proof.intervals["met"].astype(bool) & (proof.intervals["calls"] > 0)
    short = missed.groupby([proof.intervals["queue"], day]).sum()
    rows = [
        [
            f"{row.queue}  {row.day:%a %Y-%m-%d}",
            f"{row.calls:,.0f}",
            "",
            f"{row.service_level:.1%}",
            "–" if row.days_met != row.days_met else f"{row.days_met:.0%}",
            f"{row.asa_s:.0f} s",
            f"{row.abandonment:.1%}",
            "",
            f"{int(short[row.queue, row.day])} intervals",
        ]
        for row in proof.days.itertuples()
    ]
    rows += [
        [
            f"group {row.group}  {row.day:%a %Y-%m-%d}",
            "",
            f"{row.agent_hours:,.1f}",
            "",
            "",
            "",
            "",
            f"{row.occupancy:.1%}",
            "",
        ]
        for row in proof.groups.itertuples()
        if row.agent_hours > 0
    ]
    emit_table(rows, SIMULATED)
