"""`wfm forecast`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from commands.inputs import forecast_settings, history_interval_s, read_history, reconciles
from commands.options import (
    forecast_options,
    jobs_option,
    json_option,
    output_option,
    quiet_option,
    reading_options,
    seed_option,
)
from commands.output import emit, emit_json, narrator, show_findings
from commands.types import DURATION


@click.command(epilog="Example: wfm forecast calls.parquet --interval 30min --weeks 2 -o forecast.csv")
@click.argument("files", nargs=-1, type=click.Path())
@reading_options
@click.option("--weeks", type=click.IntRange(1, 104), help="Weeks to forecast, from the Monday after the history.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="First day instead; later history is not looked at.")
@forecast_options
@click.option("--backtest-weeks", type=click.IntRange(1), help="Weekly cut-offs that choose the model.")
@click.option("--reconcile/--no-reconcile", default=None, help="Make queues agree with their groups and the centre.")
@click.option("--explain", nargs=2, metavar="QUEUE DAY", help="Say why the forecast of a queue and day is what it is.")
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
    reconcile: bool | None,
    explain: tuple[str, str] | None,
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
    from wfm.errors import Finding, InputError
    from wfm.params import Horizon

    day = _day(explain[1]) if explain else None
    with narrator(quiet) as say:
        say("reading the history")
        history = read_history(files, {key: options[key] for key in ("interval", "timezone", "source", "date_format")})
        frame = history.frame
        first_day = start.date() if start else next_week(frame)
        zone = str(frame["interval_start"].dt.tz)
        frame = frame[frame["interval_start"].dt.tz_localize(None) < str(first_day)].reset_index(drop=True)
        if frame.empty:
            raise InputError(Finding("history", "no-history", f"no interval before {first_day}", "earlier calls"))
        settings = forecast_settings(files, options)
        own_weeks = settings.pop("weeks")
        horizon = Horizon(first_day, 7 * (weeks or own_weeks), history_interval_s(files, options), zone)
        say("forecasting")
        result = forecasting.forecast(
            frame,
            horizon,
            reconcile=reconciles(files, reconcile),
            n_jobs=jobs,
            progress=lambda queue: say(f"{queue}: forecast made"),
            **settings,
        )
    made = result.frame
    if aht is not None:
        made = made.assign(aht_s=made["aht_s"].fillna(aht))
    if explain and day:
        _tell(result, explain[0], day, as_json)
    if output or not explain:
        emit(made, output, as_json and not explain)
    if not quiet:
        show_findings([*history.findings.of("warning"), *result.findings], output)
        for row in result.selection.itertuples():
            click.echo(f"{row.queue}: {row.model} {row.words}", err=True)


def _tell(result: Any, queue: str, day: dt.date, as_json: bool) -> None:
    """The explanation in words, or its rows as JSON."""
    import reporting

    words = result.explain(queue, day)
    if not as_json:
        click.echo(words)
        return
    rows = result.explanation
    emit_json(reporting.frame_to_json(rows[(rows["queue"] == queue) & (rows["day"] == str(day))]))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f'found "{text}", expected a day such as 2026-11-30', param_hint="--explain") from None
