"""`wfm backtest`."""

from __future__ import annotations

from typing import Any

import click

from commands.inputs import forecast_settings, read_history
from commands.options import (
    forecast_options,
    jobs_option,
    json_option,
    output_option,
    quiet_option,
    reading_options,
    seed_option,
)
from commands.output import emit, emit_json, emit_table, narrator

READING = ("interval", "timezone", "source", "date_format")
SHARES = ("wape_interval", "wape_day", "wape_week", "bias", "poisson_floor")


@click.command(epilog="Example: wfm backtest calls.parquet --interval 30min --weeks 6")
@click.argument("files", nargs=-1, type=click.Path())
@reading_options
@click.option("--weeks", type=click.IntRange(1), help="Weekly cut-offs, the last ones; six when left out.")
@forecast_options
@seed_option
@jobs_option
@output_option
@json_option
@quiet_option
def command(
    files: tuple[str, ...],
    weeks: int | None,
    jobs: int,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast each of the last weeks from what was known before it, and print every model's error.

    WAPE is the sum of absolute errors over the sum of calls; the ratio is to seasonal-naive, last week's calls.
    """
    import forecasting
    import reporting

    with narrator(quiet) as say:
        say("reading the history")
        history = read_history(files, {key: options[key] for key in READING})
        settings = forecast_settings(files, options)
        settings.pop("weeks")
        own_weeks = settings.pop("backtest_weeks")
        result = forecasting.backtest(
            history.frame,
            weeks=weeks or own_weeks,
            n_jobs=jobs,
            progress=lambda queue: say(f"{queue}: backtest made"),
            **settings,
        )
    summary, best = result.summary(), result.best()
    if output and not (as_json and output == "-"):
        emit(summary, output, as_json=False)
    if as_json:
        emit_json({"summary": reporting.frame_to_json(summary), "chosen": best.to_dict()})
    elif not output:
        rows = [
            [
                f"{row.queue}  {row.model}{' *' if best[row.queue] == row.model else ''}",
                *(_percent(getattr(row, name)) for name in SHARES),
                f"{row.ratio_to_naive:.3f}" if row.ratio_to_naive == row.ratio_to_naive else "–",
            ]
            for row in summary.itertuples()
        ]
        emit_table(rows, ["queue  model (* chosen)", "interval", "day", "week", "bias", "floor", "ratio"])


def _percent(share: float) -> str:
    return f"{share:.1%}" if share == share else "–"
