"""`wfm forecast`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from commands.inputs import read_history, workspace_or_none
from commands.options import (
    forecast_options,
    jobs_option,
    json_option,
    output_option,
    quiet_option,
    reading_options,
    seed_option,
)
from commands.output import emit, narrator, show_findings
from commands.types import DURATION


@click.command(epilog="Example: wfm forecast calls.parquet --interval 30min --weeks 2 -o forecast.csv")
@click.argument("files", nargs=-1, type=click.Path())
@reading_options
@click.option("--weeks", type=click.IntRange(1, 104), help="Weeks to forecast, from the Monday after the history.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day instead; later history is not looked at.")
@forecast_options
@click.option("--backtest-weeks", type=click.IntRange(1), help="Weekly cut-offs that choose the model.")
@click.option("--aht", type=DURATION, help="Handle time to use where the history records none.")
@seed_option
@jobs_option
@output_option
@json_option
@quiet_option
def command(
    files: tuple[str, ...],
    weeks: int | None,
    start: dt.datetime | None,
    aht: float | None,
    jobs: int,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast calls and AHT of every queue in FILES (call logs or interval histories), or in the workspace."""
    import forecasting
    from planning.workspace import next_week
    from wfm.params import Horizon
    from wfm.timeaxis import infer_interval_s

    with narrator(quiet) as say:
        say("reading the history")
        history = read_history(files, {key: options[key] for key in ("interval", "timezone", "source", "date_format")})
        frame = history.frame
        first_day = start.date() if start else next_week(frame)
        zone = str(frame["interval_start"].dt.tz)
        frame = frame[frame["interval_start"].dt.tz_localize(None) < str(first_day)].reset_index(drop=True)
        settings = _settings(files, options)
        horizon = Horizon(
            first_day,
            7 * (weeks or settings.pop("weeks")),
            infer_interval_s(frame["interval_start"], frame["queue"]),
            zone,
        )
        settings.pop("weeks", None)
        say("forecasting")
        result = forecasting.forecast(
            frame, horizon, n_jobs=jobs, progress=lambda queue: say(f"{queue}: forecast made"), **settings
        )
    made = result.frame
    if aht is not None:
        made = made.assign(aht_s=made["aht_s"].fillna(aht))
    emit(made, output, as_json)
    if not quiet:
        show_findings([*history.findings.of("warning"), *result.findings], output)
        for row in result.selection.itertuples():
            click.echo(f"{row.queue}: {row.model} {row.words}", err=True)


def _settings(files: tuple[str, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Flags win over the workspace, the workspace over the defaults."""
    values: dict[str, Any] = {"weeks": 1, "models": (), "backtest_weeks": 6, "country": None, "region": None, "seed": 1}
    if not files and (workspace := workspace_or_none()):
        config = workspace.config
        values |= {
            "weeks": config.forecast.weeks,
            "models": config.forecast.models,
            "backtest_weeks": config.forecast.backtest_weeks,
            "country": config.country,
            "region": config.region,
            "seed": config.seed,
        }
    given = {key: options[key] for key in values if options.get(key) is not None}
    if "models" in given:
        given["models"] = tuple(name.strip() for name in given["models"].split(","))
    return values | given
