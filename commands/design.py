"""`wfm design`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.inputs import interval_of, read_frame, workspace_or_none
from commands.options import jobs_option, json_option, output_option, quiet_option, seed_option, timezone_option
from commands.output import emit, narrator, show_findings
from commands.schedule import horizon_of, rules_of
from commands.types import DURATION, INTERVAL, SHARE

if TYPE_CHECKING:
    from scheduling import ShiftDesign


@click.command(epilog="Example: wfm design requirement.csv --shifts wfm.toml --max-shifts 12 -o shifts.csv")
@click.argument("requirement", type=click.Path(), required=False)
@click.option("--shifts", type=click.Path(path_type=Path), help="TOML file with a [schedule] section.")
@click.option("--cover", type=click.Choice(["staff", "agents"]), default="staff", show_default=True, help="Column.")
@click.option("--coverage", "coverage_file", type=click.Path(), help="Write staff against requirement to this file.")
@click.option("--cyclic", is_flag=True, help="The horizon repeats: its last night runs into its first morning.")
@click.option("--max-shifts", type=click.IntRange(1), help="Most different shifts (template and start) of a queue.")
@click.option("--cost-per-shift", type=click.FloatRange(0), default=0.0, help="Price of each different shift.")
@click.option("--min-staff", type=click.IntRange(0), default=0, help="Fewest people on a shift that is used on a day.")
@click.option("--max-staff", type=click.IntRange(1), help="Most people on a shift on a day.")
@click.option("--overstaffing-cost", type=click.FloatRange(0), default=0.0, help="Price of an agent-hour too many.")
@click.option(
    "--engine",
    type=click.Choice(["shiftcast", "pyworkforce", "pyworkforce-difference"]),
    default="shiftcast",
    show_default=True,
    help="Who chooses; pyworkforce's MinRequiredResources or MinAbsDifference place no breaks.",
)
@timezone_option
@click.option("--interval", type=INTERVAL, help="Interval length; read from the requirement when left out.")
@click.option("--gap", type=SHARE, default="0.1%", show_default=True, help="Stop when proven this near the least cost.")
@click.option("--time-limit", type=DURATION, default="60s", show_default=True, help="How hard to search at most.")
@click.option("--fail-on", type=click.Choice(["coverage"]), help="Exit 5 if any interval stays short.")
@seed_option
@jobs_option
@output_option
@json_option
@quiet_option
def command(
    requirement: str | None,
    shifts: Path | None,
    cover: str,
    coverage_file: str | None,
    engine: str,
    timezone: str | None,
    interval: int | None,
    gap: float,
    time_limit: float,
    fail_on: str | None,
    seed: int | None,
    jobs: int,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Least-cost shifts with their breaks for REQUIREMENT (or the workspace's last plan), in counts, without people."""
    import reporting
    import scheduling
    from wfm.errors import TargetMissedError

    workspace = workspace_or_none()
    frame = read_frame(requirement, "requirement", timezone)
    options["overstaffing_cost_per_hour"] = options.pop("overstaffing_cost")
    try:
        wishes = scheduling.DesignOptions(**options)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    if seed is None:
        seed = workspace.config.seed if workspace else 1
    with narrator(quiet) as say:
        design = scheduling.design_shifts(
            frame,
            rules_of(shifts, workspace),
            horizon=horizon_of(frame, interval_of(frame, interval)),
            options=wishes,
            cover=cover,
            engine=engine,
            gap=gap,
            seed=seed,
            time_limit_s=time_limit,
            n_jobs=jobs,
            progress=say,
        )
    emit(design.shifts, output, as_json)
    if coverage_file:
        reporting.write_frame(design.coverage, coverage_file)
    if not quiet:
        show_findings(list(design.findings), output)
        click.echo(_in_words(design), err=True)
    if fail_on and design.understaffed_hours > 0:
        raise TargetMissedError(f"coverage: {design.understaffed_hours:,.1f} agent-hours short of the requirement")


def _in_words(design: ShiftDesign) -> str:
    gap = ""
    if design.gap is not None:
        gap = f", bound {design.bound:,.0f}, at most {design.gap:.2%} above the least possible"
    return (
        f"{design.shifts['agents'].sum():,} shifts of {design.different_shifts} kinds, {design.paid_hours:,.1f} paid "
        f"hours, cost {design.cost:,.0f}{gap}; {design.understaffed_hours:,.1f} agent-hours short, "
        f"{design.overstaffed_hours:,.1f} over"
    )
