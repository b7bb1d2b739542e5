"""`wfm report`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from commands.inputs import workspace_or_usage
from commands.options import json_option
from commands.output import emit_json
from commands.types import WEEK


@click.command(epilog="Example: wfm report 2026-W48 -o monday.html")
@click.argument("week", type=WEEK, required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="report.html",
    show_default=True,
    help="Page; - is standard output.",
)
@json_option
def command(week: dt.date | None, output: Path, as_json: bool) -> None:
    """Write the page of WEEK (the last planned one) with what is known of it now."""
    import planning
    import reporting
    from wfm.errors import UsageProblem
    from wfm.timeaxis import week_label

    workspace = workspace_or_usage("a workspace")
    plan, track = planning.report_views(workspace.runs, week_label(week) if week else None)
    if plan is None and track is None:
        raise UsageProblem("nothing is planned or tracked yet; run `wfm plan`")
    page = reporting.render_report(plan, track)
    if as_json:
        emit_json(page.json())
    elif str(output) == "-":
        click.echo(page.html())
    else:
        page.write(output)
        click.echo(str(output))
