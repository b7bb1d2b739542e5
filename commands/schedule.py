"""`wfm schedule`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.inputs import interval_of, read_frame, workspace_or_none
from commands.options import jobs_option, json_option, output_option, quiet_option, seed_option, timezone_option
from commands.output import emit, narrator, show_findings
from commands.problem import refuse_others, solve_problem_file
from commands.types import DURATION, INTERVAL, SHARE

if TYPE_CHECKING:
    import pandas as pd

    from planning import Workspace
    from scheduling import ScheduleResult
    from wfm.params import Horizon, ShiftRules

DEAREST = 8


@click.command(epilog="Example: wfm schedule requirement.csv --agents agents.csv --shifts wfm.toml -o schedule.csv")
@click.argument("requirement", type=click.Path(), required=False)
@click.option("--agents", type=click.Path(), help="Agents frame; as many people as the cover needs when left out.")
@click.option("--shifts", type=click.Path(path_type=Path), help="TOML file with a [schedule] section.")
@click.option(
    "--history", type=click.Path(), help="Schedule of the weeks before, for rest, days in a row and weekends."
)
@click.option("--locked", type=click.Path(), help="Schedule whose shifts stay as they are.")
@click.option("--time-off", type=click.Path(), help="Absences: agent, start, end, kind (approved or requested).")
@click.option("--problem", type=click.Path(), help="Solve a benchmark's own file instead, such as RandomExample1.dzn.")
@click.option(
    "--gap", type=SHARE, help="With --problem: stop once it is proven that no more can be saved, such as 0.5%."
)
@click.option("--cover", type=click.Choice(["staff", "agents"]), default="staff", show_default=True, help="Column.")
@click.option("--coverage", "coverage_file", type=click.Path(), help="Write staff against requirement to this file.")
@click.option("--name", "version", default="draft", show_default=True, help="Version written into the schedule.")
@timezone_option
@click.option("--interval", type=INTERVAL, help="Interval length; read from the requirement when left out.")
@click.option(
    "--time-limit", type=DURATION, help="How hard to search: about so long on an ordinary machine, 60s when left out."
)
@click.option("--explain", is_flag=True, help="Tell dear intervals, who paid for priced rules, what each rule costs.")
@click.option("--fail-on", type=click.Choice(["coverage"]), help="Exit 5 if any interval stays short.")
@seed_option
@jobs_option
@output_option
@json_option
@quiet_option
def command(
    requirement: str | None,
    agents: str | None,
    shifts: Path | None,
    history: str | None,
    locked: str | None,
    time_off: str | None,
    problem: str | None,
    gap: float | None,
    cover: str,
    coverage_file: str | None,
    version: str,
    timezone: str | None,
    interval: int | None,
    time_limit: float | None,
    explain: bool,
    fail_on: str | None,
    seed: int | None,
    jobs: int,
    output: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Shifts with lunch and breaks that cover REQUIREMENT (or the workspace's last plan) at least cost."""
    import reporting
    import scheduling
    from wfm.errors import TargetMissedError

    if problem:
        refuse_others(
            {
                "REQUIREMENT": requirement,
                "--agents": agents,
                "--shifts": shifts,
                "--history": history,
                "--locked": locked,
                "--time-off": time_off,
                "--coverage": coverage_file,
            }
        )
        solve_problem_file(
            problem,
            time_limit=time_limit,
            gap=gap or 0.0,
            seed=seed,
            jobs=jobs,
            output=output,
            as_json=as_json,
            quiet=quiet,
        )
        return
    if gap is not None:
        raise click.UsageError("--gap goes with --problem")
    workspace = workspace_or_none()
    frame = read_frame(requirement, "requirement", timezone)
    if time_limit is None:
        time_limit = workspace.config.schedule_time_limit_s if workspace else 60.0
    if seed is None:
        seed = workspace.config.seed if workspace else 1
    people, rules = _agents(agents, requirement, timezone, workspace), rules_of(shifts, workspace)
    with narrator(quiet) as say:
        build = partial(
            scheduling.build_schedule,
            frame,
            people,
            horizon=horizon_of(frame, interval_of(frame, interval)),
            version=version,
            cover=cover,
            seed=seed,
            time_limit_s=time_limit,
            n_jobs=jobs,
            progress=lambda part: say(f"scheduling {part}"),
            history=_given(history, "schedule", timezone),
            locked=_given(locked, "schedule", timezone),
            time_off=_given(time_off, "time_off", timezone),
        )
        result = build(rules=rules)
        costs = scheduling.rule_costs(lambda fewer: build(rules=fewer), rules, result) if explain else None
    emit(result.schedule, output, as_json)
    if coverage_file:
        reporting.write_frame(result.coverage, coverage_file)
    if not quiet:
        show_findings(list(result.findings), output)
        above = "" if result.gap is None else f", at most {result.gap:.1%} above the least possible"
        click.echo(
            f"{len(result.agents)} agents, {result.paid_hours:,.1f} paid hours, cost {result.cost:,.0f}{above}; "
            f"{result.understaffed_hours:,.1f} agent-hours short, {result.overstaffed_hours:,.1f} over",
            err=True,
        )
    if costs is not None:
        _explain(result, costs)
    if fail_on and result.understaffed_hours > 0:
        raise TargetMissedError(f"coverage: {result.understaffed_hours:,.1f} agent-hours short of the requirement")


def _explain(result: ScheduleResult, costs: pd.DataFrame) -> None:
    """Dear intervals, who paid, and what each rule costs, on standard error: the schedule is the data."""
    import scheduling

    for row in result.shadow_prices.nlargest(DEAREST, "price").itertuples():
        if row.price > 0:
            when = f"{row.interval_start:%a %Y-%m-%d %H:%M}"
            click.echo(f"queue {row.queue} {when}: one agent less required saves {row.price:,.0f}", err=True)
    for row in scheduling.who_paid(result.breaches).head(DEAREST).itertuples():
        click.echo(f"{row.rule}: {row.agent} {row.amount:g} {row.unit}, priced {row.price:,.0f}", err=True)
    for row in costs.itertuples():
        what = f"{row.rule} ({row.setting})" if row.setting else row.rule
        saved = f"{row.paid_hours:+.1f} paid hours, {row.understaffed_hours:+.1f} agent-hours short"
        click.echo(f"{what}: costs {row.cost:,.0f} ({saved})", err=True)


def _agents(
    agents: str | None, requirement: str | None, timezone: str | None, workspace: Workspace | None
) -> pd.DataFrame | None:
    import ingest

    if agents:
        return ingest.read_frame(agents, "agents", timezone=timezone)
    return workspace.read_agents() if workspace and not requirement else None


def _given(path: str | None, contract: str, timezone: str | None) -> pd.DataFrame | None:
    import ingest

    return ingest.read_frame(path, contract, timezone=timezone) if path else None


def rules_of(shifts: Path | None, workspace: Workspace | None) -> ShiftRules:
    import scheduling
    from wfm.config import load_shift_rules

    if shifts:
        return load_shift_rules(shifts)
    return (workspace and workspace.config.shift_rules) or scheduling.default_rules()


def horizon_of(requirement: pd.DataFrame, interval_s: int) -> Horizon:
    from wfm.params import Horizon
    from wfm.timeaxis import local_day

    days, zone = local_day(requirement["interval_start"]), str(requirement["interval_start"].dt.tz)
    try:
        return Horizon(days.min().date(), (days.max() - days.min()).days + 1, interval_s, zone)
    except ValueError as problem:
        raise click.UsageError(f"the times of the requirement: {problem}; name the zone with --timezone") from None
