"""`wfm staff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.inputs import interval_of, read_estimates, read_frame, workspace_or_none
from commands.options import (
    estimates_option,
    json_option,
    output_option,
    quiet_option,
    seed_option,
    target_options,
    timezone_option,
)
from commands.output import emit, narrator, show_findings
from commands.skill_staffing import group_options, staff_groups
from commands.staffing_options import (
    channel_options,
    given_among,
    handle_times_by_queue,
    queue_specs,
    refuse_idle_target,
    refuse_unread,
    trait_options,
    waiting_by_queue,
)
from commands.types import DURATION, INTERVAL, RISK, WAITING
from wfm.params import SIMULATION

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 12
SHOWN = {
    "service_level": ("service_level", "{:.1%} answered in time"),
    "asa": ("asa_s", "an average wait of {:.0f} s"),
    "occupancy": ("occupancy", "an occupancy of {:.1%}"),
    "abandonment": ("abandonment", "{:.1%} abandoned"),
}


@click.command(
    epilog="Example: wfm staff forecast.csv --service-level 0.8 --answer-within 20s --shrinkage 0.3 -o requirement.csv"
)
@click.argument("forecast", type=click.Path(), required=False)
@target_options
@trait_options
@channel_options
@click.option(
    "--backlog",
    type=WAITING,
    multiple=True,
    metavar="[QUEUE=]ITEMS[@AGE]",
    help="Mail that waits when the forecast begins, such as 120@3h; as much as a week alike would leave when left out.",
)
@estimates_option
@click.option("--aht", type=DURATION, help="Handle time to use where the forecast has none.")
@click.option("--interval", type=INTERVAL, help="Interval length; read from the forecast when left out.")
@timezone_option
@click.option("--min-agents", type=click.IntRange(0), help="Fewest agents on the phone while calls are expected.")
@click.option(
    "--load",
    type=click.Choice(["sipp", "lagged", "mol"]),
    help="Each interval on its own (sipp, or as the workspace says), its calls one handle time later, or calls in hand "
    "counted over the day.",
)
@click.option("--risk", type=RISK, help="Probability of meeting the target, such as 0.9, or expected: on average.")
@click.option(
    "--handle-cv",
    type=float,
    default=1.0,
    show_default=True,
    help="Spread of handle times, for --load mol and simulation.",
)
@click.option("--engine", type=click.Choice(["shiftcast", "pyworkforce"]), default="shiftcast", show_default=True)
@click.option(
    "--over",
    type=click.Choice(["interval", "day"]),
    default="interval",
    show_default=True,
    help="What meets the service level: every interval, or every day with the least agent-hours.",
)
@click.option("--verify", is_flag=True, help="Simulate the plan and say what falls short of the targets.")
@click.option(
    "--days",
    type=click.IntRange(8),
    help="Simulated days that prove each date, for --verify and --model simulation; 500 to 8000 by size when left out.",
)
@group_options
@seed_option
@output_option
@json_option
@quiet_option
def command(
    forecast: str | None,
    backlog: tuple[tuple[str, float, float], ...],
    estimates: str | None,
    aht: float | None,
    interval: int | None,
    timezone: str | None,
    load: str | None,
    risk: float | str | None,
    handle_cv: float,
    engine: str,
    over: str,
    verify: bool,
    days: int | None,
    seed: int | None,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Agents per interval that meet every target, from FORECAST or the workspace's last plan.

    Service level is the share of offered calls that are answered within the threshold. Targets named here
    replace all targets of the workspace; without any, the default is 80 % in 20 s at 88 % occupancy. The model
    `simulation` moves agents until simulated days hold: patience as given, or callers who wait until answered. Mail
    and back office wait: their agents keep a promise in hours with the least peak, then the least hours.

    With --groups (or --agents) the agents of each group are found who share the queues at least cost, so that every
    queue meets its targets in simulation; an occupancy target limits every group.
    """
    import staffing
    from staffing.demand import Demand
    from wfm.channels import BACKLOG_CHANNELS
    from wfm.config import StaffingConfig

    frame = read_frame(forecast, "forecast", timezone, aht)
    queues = sorted(frame["queue"].unique())
    workspace = workspace_or_none()
    known = read_estimates(estimates)
    specs = queue_specs(queues, options, workspace.specs(queues) if workspace else {}, known)
    config = workspace.config.staffing if workspace else StaffingConfig()
    load, risk = load or config.load, config.risk if risk is None else risk
    try:
        demand = Demand(load, risk, by_queue=handle_times_by_queue(known, queues, handle_cv))
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    interval_s = interval_of(frame, interval)
    if options["groups"] or options["people"]:
        _refuse_beside_groups(engine, over, verify, days, backlog)
        staff_groups(frame, specs, demand, interval_s, options | {"seed": seed, "quiet": quiet}, output, as_json)
        return
    for spec in specs.values():
        refuse_idle_target(spec)
        if spec.channel not in BACKLOG_CHANNELS:
            refuse_unread(spec.model, ("redial", "lines", "sources", "concurrency"))
    _refuse_unused(load, options, verify or any(spec.model == SIMULATION for spec in specs.values()))
    waiting = waiting_by_queue(backlog, [queue for queue in queues if specs[queue].channel in BACKLOG_CHANNELS])
    with narrator(quiet) as say:
        trials = staffing.Trials(days=days, seed=1 if seed is None else seed, say=say)
        settings: dict[str, Any] = {"interval_s": interval_s, "demand": demand, "over": over, "trials": trials}
        found = staffing.requirement(frame, specs, engine=engine, backlog=waiting, **settings)
        proof = staffing.verify(frame, found, specs, **settings) if verify else None
    emit(found, output, as_json)
    show_findings(list(trials.findings))
    if proof is not None:
        _tell(proof, over)


def _refuse_unused(load: str, options: dict[str, Any], simulates: bool) -> None:
    """A usage error for options that would do nothing."""
    if told := given_among(("service", "priority", "jobs")):
        raise click.UsageError(f"{', '.join(told)}: only with --groups or --agents")
    if not simulates and (told := given_among(("days", "seed"))):
        raise click.UsageError(f"{told[0]} goes with --verify or --model {SIMULATION}: formulas draw nothing")
    if not simulates and load != "mol" and given_among(("handle_cv",)):
        raise click.UsageError(f"--handle-cv goes with --load mol, --verify or --model {SIMULATION}")
    if options.get("model") == SIMULATION and given_among(("load",)) and load != "sipp":
        raise click.UsageError(f"--load {load}: simulation counts calls in hand itself, leave it out")


def _refuse_beside_groups(engine: str, over: str, *others: Any) -> None:
    """A usage error for options that groups do not have."""
    if engine != "shiftcast" or over != "interval" or any(others):
        raise click.UsageError(
            "groups are staffed by simulation, for every interval: leave out --engine, --over day, --verify, --days "
            "and --backlog"
        )


def _tell(proof: pd.DataFrame, over: str) -> None:
    """What falls short, day by day, on standard error: the requirement has standard output."""
    for queue, own in proof.groupby("queue", sort=True):
        for day, part in own.groupby(own["interval_start"].dt.tz_localize(None).dt.normalize()):
            short = part[part["missed"] != "none"]
            held = "every target is kept" if short.empty else f"short in {len(short)} of {len(part)} intervals"
            if over == "day" and len(short) == len(part):
                held = "short over the day, or in every interval"
            click.echo(f"{queue}  {day:%a %Y-%m-%d}  {held}", err=True)
            for row in short.nsmallest(MOST_SHOWN, "slack").sort_values("interval_start").itertuples():
                column, words = SHOWN[row.missed]
                what = words.format(getattr(row, column))
                click.echo(f"  {row.interval_start:%H:%M}  {row.agents} agents: {what}", err=True)
            if len(short) > MOST_SHOWN:
                click.echo(f"  … and {len(short) - MOST_SHOWN} more that miss by less", err=True)
