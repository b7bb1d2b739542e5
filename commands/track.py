"""`wfm track`."""

from __future__ import annotations

import datetime as dt

import click

from commands.inputs import workspace_or_usage
from commands.options import json_option, quiet_option
from commands.output import emit_json, narrator, show_findings
from commands.types import WEEK


@click.command(epilog="Example: wfm track --week 2026-W47 --fail-on service_level")
@click.option("--week", type=WEEK, help="ISO week or a day in it; the last one begun and not tracked yet.")
@click.option("--force", is_flag=True, help="Track again although no file has changed.")
@click.option("--fail-on", metavar="KPI", help="Exit 5 if this KPI missed its target in any queue.")
@json_option
@quiet_option
def command(week: dt.date | None, force: bool, fail_on: str | None, as_json: bool, quiet: bool) -> None:
    """Hold a published week against its calls and agent states, and publish the comparison under runs/."""
    import pandas as pd

    import kpis
    import planning
    from wfm.errors import Finding, TargetMissedError
    from wfm.timeaxis import week_label

    if fail_on:
        kpis.KPIS[fail_on]
    workspace = workspace_or_usage("a workspace")
    with narrator(quiet) as say:
        run = planning.run_track(
            workspace, week=week_label(week) if week else None, now=pd.Timestamp.now("UTC"), force=force, say=say
        )
    if as_json:
        emit_json(run.manifest)
    else:
        if not quiet:
            warnings = [Finding(**record) for record in run.manifest["warnings"] if record["severity"] != "note"]
            show_findings(warnings, str(run.path))
        click.echo(str(run.path / "report.html"))
    if fail_on:
        scores = planning.read_tables(run)["scorecard"]
        judged = scores[(scores["kpi"] == fail_on) & scores["status"].notna()]
        if judged.empty:
            raise click.UsageError(f"--fail-on {fail_on}: nothing was judged: it has no target, or was not measured")
        missed = judged[judged["status"] == "missed"]
        if len(missed):
            queues = ", ".join(str(queue) for queue in missed["queue"].fillna("all queues"))
            raise TargetMissedError(f"{fail_on} missed its target in {queues}")
