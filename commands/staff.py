"""`wfm staff`."""

from __future__ import annotations

from typing import Any

import click

from commands.inputs import interval_of, read_estimates, read_frame, workspace_or_none
from commands.options import estimates_option, json_option, output_option, target_options, timezone_option
from commands.output import emit
from commands.staffing_options import (
    channel_options,
    handle_times_by_queue,
    queue_specs,
    trait_options,
    waiting_by_queue,
)
from commands.types import DURATION, INTERVAL, RISK, WAITING


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
    default="sipp",
    show_default=True,
    help="Each interval on its own, its calls one handle time later, or calls in hand counted over the day.",
)
@click.option("--risk", type=RISK, help="Probability of meeting the target, such as 0.9, or expected: on average.")
@click.option("--handle-cv", type=float, default=1.0, show_default=True, help="Spread of handle times, for --load mol.")
@click.option("--engine", type=click.Choice(["shiftcast", "pyworkforce"]), default="shiftcast", show_default=True)
@click.option(
    "--over",
    type=click.Choice(["interval", "day"]),
    default="interval",
    show_default=True,
    help="What meets the service level: every interval, or every day with the least agent-hours.",
)
@output_option
@json_option
def command(
    forecast: str | None,
    backlog: tuple[tuple[str, float, float], ...],
    estimates: str | None,
    aht: float | None,
    interval: int | None,
    timezone: str | None,
    load: str,
    risk: float | str | None,
    handle_cv: float,
    engine: str,
    over: str,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Agents per interval that meet every target, from FORECAST or the workspace's last plan.

    Service level is the share of offered calls that are answered within the threshold. Targets named here
    replace all targets of the workspace; without any, the default is 80 % in 20 s at 88 % occupancy. Mail and back
    office wait: their agents keep a promise in hours with the least peak, then the least hours.
    """
    import staffing
    from staffing.demand import Demand
    from wfm.channels import BACKLOG_CHANNELS

    frame = read_frame(forecast, "forecast", timezone)
    if aht is not None:
        frame = frame.assign(aht_s=frame["aht_s"].fillna(aht))
    queues = sorted(frame["queue"].unique())
    workspace = workspace_or_none()
    known = read_estimates(estimates)
    specs = queue_specs(queues, options, workspace.specs(queues) if workspace else {}, known)
    try:
        demand = Demand(load, risk, by_queue=handle_times_by_queue(known, queues, handle_cv))
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    found = staffing.requirement(
        frame,
        specs,
        interval_s=interval or interval_of(frame),
        engine=engine,
        demand=demand,
        over=over,
        backlog=waiting_by_queue(backlog, [queue for queue in queues if specs[queue].channel in BACKLOG_CHANNELS]),
    )
    emit(found, output, as_json)
