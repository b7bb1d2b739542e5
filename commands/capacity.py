"""`wfm capacity`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.inputs import interval_of, read_frame, workspace_or_none
from commands.options import json_option, output_option, plot_option, target_options, timezone_option
from commands.output import emit_json, emit_named, emit_table
from commands.staffing_options import queue_specs, refuse_idle_target
from commands.types import DURATION, INTERVAL, SHARE, SHARES

if TYPE_CHECKING:
    from staffing.scenarios import CapacityPlan

HEADER = (
    "scenario",
    "calls",
    "paid hours",
    "mean FTE",
    "peak FTE",
    "in week of",
    "hires",
    "first class",
    "worst gap",
    "weeks short",
)


@click.command(
    epilog='Example: wfm capacity year.csv --fte 80 --attrition 30% --what-if "volume +10%" -o capacity.xlsx'
)
@click.argument("forecast", type=click.Path())
@click.option("--fte", type=click.FloatRange(0), required=True, help="Fully productive FTE when the plan begins.")
@click.option("--hours", type=float, default=38.0, show_default=True, help="Paid hours of one FTE a week.")
@click.option("--attrition", type=SHARE, default="25%", show_default=True, help="Share of people who leave in a year.")
@click.option("--training", type=int, default=4, show_default=True, help="Weeks of training before the first call.")
@click.option(
    "--ramp", type=SHARES, default="60%,80%", show_default=True, help="Productivity in each week after training."
)
@click.option("--early-attrition", type=SHARE, default="0", show_default=True, help="Share lost during training.")
@click.option("--class-size", type=click.IntRange(1), default=15, show_default=True, help="Most people in a class.")
@click.option(
    "--least-class", type=click.IntRange(1), default=1, show_default=True, help="Fewest people a class is held for."
)
@click.option("--notice", type=click.IntRange(0), default=4, show_default=True, help="Weeks until a class can begin.")
@click.option("--what-if", multiple=True, metavar="TEXT", help='Such as "volume +10%, aht -5%"; can be repeated.')
@target_options
@click.option("--aht", type=DURATION, help="Handle time to use where the forecast has none.")
@click.option("--interval", type=INTERVAL, help="Interval length; read from the forecast when left out.")
@timezone_option
@plot_option(help="Draw required and productive FTE as FILE (.png, .svg, .pdf).")
@output_option
@json_option
def command(
    forecast: str,
    aht: float | None,
    interval: int | None,
    timezone: str | None,
    what_if: tuple[str, ...],
    plot: str | None,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """People for the year: FTE required each week, who is left, which classes to hire and when they begin.

    FORECAST holds the weeks to plan (`wfm forecast --weeks 52`). Attrition takes people week by week; a class begins as
    late as lets it be fully productive when it is needed. With -o, .xlsx holds every table, .csv the weeks.
    """
    import reporting

    frame = read_frame(forecast, "forecast", timezone, aht)
    queues = sorted(frame["queue"].unique())
    workspace = workspace_or_none()
    specs = queue_specs(queues, options, workspace.specs(queues) if workspace else {})
    for spec in specs.values():
        refuse_idle_target(spec)
    plans = _plans(frame, specs, what_if, interval_of(frame, interval), options)
    if plot:
        reporting.save_figure(reporting.charts.capacity_gap([(p.scenario.name, p.people) for p in plans]), plot)
    _emit(plans, output, as_json)


def _plans(
    frame: Any, specs: Any, what_if: tuple[str, ...], interval_s: int, options: dict[str, Any]
) -> list[CapacityPlan]:
    from staffing.capacity import HiringRules, Workforce
    from staffing.scenarios import BASE, Scenario, capacity_plan, parse_scenario

    try:
        workforce = Workforce(
            options["fte"],
            options["hours"],
            options["attrition"],
            options["training"],
            options["ramp"],
            options["early_attrition"],
        )
        rules = HiringRules(options["least_class"], options["class_size"], options["notice"])
        scenarios = [Scenario(BASE), *(parse_scenario(text) for text in what_if)]
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    return [
        capacity_plan(frame, specs, workforce, rules, interval_s=interval_s, scenario=scenario)
        for scenario in scenarios
    ]


def _emit(plans: list[CapacityPlan], output: str | None, as_json: bool) -> None:
    import reporting
    from staffing.scenarios import compare, weeks_of

    summary, weeks = compare(plans), weeks_of(plans)
    if output and output.endswith(".xlsx"):
        classes = [(p.scenario.name, one.start, one.people) for p in plans for one in p.classes]
        reporting.write_capacity_workbook(summary, weeks, classes, output)
    else:
        emit_named(weeks, output, as_json)
    if as_json:
        emit_json({name: reporting.frame_to_json(frame) for name, frame in (("scenarios", summary), ("weeks", weeks))})
    elif not output:
        _print(plans, summary)


def _print(plans: list[CapacityPlan], summary: Any) -> None:
    rows = [
        [
            row.scenario,
            f"{row.calls:,.0f}",
            f"{row.paid_h:,.0f}",
            f"{row.mean_fte:,.1f}",
            f"{row.peak_fte:,.1f}",
            str(row.peak_week.date()),
            str(row.hires),
            str(row.first_class.date()) if row.hires else "–",
            f"{row.worst_gap_fte:+,.1f}",
            str(row.short_weeks),
        ]
        for row in summary.itertuples()
    ]
    emit_table(rows, HEADER)
    for plan in plans:
        told = ", ".join(f"{one.people} on {one.start}" for one in plan.classes) or "nobody"
        click.echo(f"{plan.scenario.name}: hire {told}")
