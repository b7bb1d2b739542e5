"""Option groups that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import click

from commands.types import DURATION, INTERVAL, SHARE, TIMEZONE

F = TypeVar("F", bound=Callable[..., Any])


def _stack(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def apply(command: F) -> F:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply


def _table(_context: click.Context, _parameter: click.Parameter, file: str | None) -> str | None:
    """The file, checked before anything is computed or written."""
    import reporting

    return file if file in (None, "-") else str(reporting.check_table(file))


def _figure(_context: click.Context, _parameter: click.Parameter, file: str | None) -> str | None:
    import reporting

    return None if file is None else str(reporting.check_figure(file))


output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    callback=_table,
    help="Write to FILE (.csv, .parquet, .xlsx); - or nothing is standard output.",
)
plot_option = partial(click.option, "--plot", metavar="FILE", callback=_figure)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
jobs_option = click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Processes to use.")
seed_option = click.option("--seed", type=click.IntRange(0), help="Seed of everything random.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No narration on standard error.")

timezone_option = click.option(
    "--timezone",
    type=TIMEZONE,
    envvar="WFM_TIMEZONE",
    help="Zone of the centre's wall clock, such as Europe/Amsterdam; the workspace's, or else UTC, when left out.",
)

calls_options = _stack(
    timezone_option,
    click.option("--source", help="Layout of the files; recognised from the header when left out."),
    click.option("--date-format", help="Date format such as %d/%m/%Y %H:%M, where the files leave it open."),
)

reading_options = _stack(
    click.option(
        "--interval", type=INTERVAL, envvar="WFM_INTERVAL", help="Interval length: 5min, 10min, 15min, 30min or 60min."
    ),
    calls_options,
)

estimates_option = click.option(
    "--estimates", type=click.Path(), help="Patience and handle times by queue, from `wfm estimate`."
)

target_options = _stack(
    click.option("--service-level", type=SHARE, help="Share of offered calls answered within --answer-within."),
    click.option("--answer-within", type=DURATION, help="Service-level threshold, such as 20s."),
    click.option("--asa", type=DURATION, help="Longest average wait of answered calls."),
    click.option("--max-occupancy", type=SHARE, help="Largest share of phone time spent handling calls."),
    click.option("--max-abandonment", type=SHARE, help="Largest share of offered calls that abandon."),
    click.option("--patience", type=DURATION, help="Mean patience of callers; makes the model erlang_a."),
    click.option("--model", help="Queue model, such as erlang_c, erlang_a or erlang_x; `wfm models` lists them."),
    click.option("--shrinkage", metavar="SHARE", help="Share of scheduled time people are away, such as 0.3 or 30%."),
)

forecast_options = _stack(
    click.option("--models", help="Forecast models to choose from, separated by commas, or all of them with `all`."),
    click.option("--events", type=click.Path(), help="The planner's events (campaigns, mailings, outages) as a table."),
    click.option("--country", help="Country code of the public holidays, such as NL."),
    click.option("--region", help="Region of that country, where holidays differ."),
)
