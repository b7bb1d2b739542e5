"""`wfm backtest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.inputs import forecast_settings, read_history
from commands.options import (
    forecast_options,
    jobs_option,
    json_option,
    output_option,
    plot_option,
    quiet_option,
    reading_options,
    seed_option,
)
from commands.output import emit, emit_json, emit_table, narrator, show_findings
from commands.types import WEEKS_AHEAD

if TYPE_CHECKING:
    import pandas as pd

READING = ("interval", "timezone", "source", "date_format")
HEADER = {
    "wape_interval": "interval",
    "wape_day": "day",
    "wape_week": "week",
    "bias": "bias",
    "poisson_floor": "floor",
    "ratio_to_average": "ratio",
    "mase": "MASE",
    "wql": "wQL",
    "coverage80_interval": "in 80 %",
    "coverage80_day": "days 80 %",
    "coverage95_day": "days 95 %",
}
LEAST_HISTORY = "two weeks before the first week that is scored, so at least three in all"
NUMBERS = ("ratio_to_average", "mase")


@click.command(epilog="Example: wfm backtest calls.parquet --interval 30min --weeks 6 --plot errors.png")
@click.argument("files", nargs=-1, type=click.Path())
@reading_options
@click.option("--weeks", type=click.IntRange(1), help="Weekly cut-offs, the last ones; six when left out.")
@click.option("--leads", type=WEEKS_AHEAD, default="1,2,4", show_default=True, help="Weeks ahead that are scored.")
@click.option("--by-lead", is_flag=True, help="One row a lead as well.")
@forecast_options
@plot_option(help="Draw the errors as FILE (.png, .svg, .pdf).")
@seed_option
@jobs_option
@output_option
@json_option
@quiet_option
def command(
    files: tuple[str, ...],
    weeks: int | None,
    leads: tuple[int, ...],
    by_lead: bool,
    plot: str | None,
    jobs: int,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast each of the last weeks from what was known before it, and print every model's error.

    WAPE is the sum of absolute errors over the sum of calls; the ratio is to the average of the last six same
    weekdays. MASE is scaled by the error of repeating the week before; wQL is the weighted loss of seven quantiles;
    the last columns are the shares of intervals and days within their bands.
    """
    import forecasting
    import reporting
    from wfm.errors import Finding, InputError

    with narrator(quiet) as say:
        say("reading the history")
        history = read_history(files, {key: options[key] for key in READING})
        settings = forecast_settings(files, options)
        settings.pop("weeks")
        own_weeks = settings.pop("backtest_weeks")
        result = forecasting.backtest(
            history.frame,
            weeks=weeks or own_weeks,
            leads=leads,
            n_jobs=jobs,
            progress=lambda queue: say(f"{queue}: backtest made"),
            **settings,
        )
    if not quiet:
        show_findings([*history.findings.of("warning"), *result.findings.of("warning")], output)
    if result.scores.empty:
        raise InputError(Finding("history", "short-history", "too few weeks to hold a forecast against", LEAST_HISTORY))
    summary = result.summary(by_lead)
    chosen = result.selection.set_index("queue")
    if plot:
        reporting.save_figure(reporting.charts.backtest_errors(result.summary()), plot)
    if output and not (as_json and output == "-"):
        emit(summary, output, as_json=False)
    if as_json:
        selection = reporting.frame_to_json(result.selection)
        emit_json({"summary": reporting.frame_to_json(summary), "chosen": chosen["model"].to_dict(), "why": selection})
    elif not output:
        _print(summary, chosen["model"].to_dict())
        for row in result.selection.itertuples():
            click.echo(f"{row.queue}: {row.model} {row.words}")


def _print(summary: pd.DataFrame, chosen: dict[str, str]) -> None:
    rows = []
    for row in summary.to_dict("records"):
        lead = f" +{row['lead_weeks']}" if "lead_weeks" in row else ""
        star = " *" if chosen.get(row["queue"]) == row["model"] else ""
        cells = [_figure(name, row[name]) for name in HEADER]
        rows.append([f"{row['queue']}{lead}  {row['model']}{star}", *cells])
    emit_table(rows, ["queue  model (* chosen)", *HEADER.values()])


def _figure(name: str, value: float) -> str:
    if value != value:
        return "–"
    return f"{value:.3f}" if name in NUMBERS else f"{value:.1%}"
