"""`wfm staff`."""

from __future__ import annotations

from typing import Any

import click

from commands.inputs import interval_of, read_frame, workspace_or_none
from commands.options import json_option, output_option, target_options, timezone_option
from commands.output import emit
from commands.staffing_options import queue_specs
from commands.types import DURATION, INTERVAL


@click.command(
    epilog="Example: wfm staff forecast.csv --service-level 0.8 --answer-within 20s --shrinkage 0.3 -o requirement.csv"
)
@click.argument("forecast", type=click.Path(), required=False)
@target_options
@click.option("--aht", type=DURATION, help="Handle time to use where the forecast has none.")
@click.option("--interval", type=INTERVAL, help="Interval length; read from the forecast when left out.")
@timezone_option
@click.option("--min-agents", type=click.IntRange(0), help="Fewest agents on the phone while calls are expected.")
@click.option("--engine", type=click.Choice(["shiftcast", "pyworkforce"]), default="shiftcast", show_default=True)
@output_option
@json_option
def command(
    forecast: str | None,
    aht: float | None,
    interval: int | None,
    timezone: str | None,
    engine: str,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Agents per interval that meet every target, from FORECAST or the workspace's last plan.

    Service level is the share of offered calls that are answered within the threshold. Targets named here
    replace all targets of the workspace; without any, the default is 80 % in 20 s at 88 % occupancy.
    """
    import staffing

    frame = read_frame(forecast, "forecast", timezone)
    if aht is not None:
        frame = frame.assign(aht_s=frame["aht_s"].fillna(aht))
    queues = sorted(frame["queue"].unique())
    workspace = workspace_or_none()
    specs = queue_specs(queues, options, workspace.specs(queues) if workspace else {})
    interval_s = interval or interval_of(frame)
    emit(staffing.requirement(frame, specs, interval_s=interval_s, engine=engine), output, as_json)
