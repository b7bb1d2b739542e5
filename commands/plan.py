"""`wfm plan`."""

from __future__ import annotations

import datetime as dt

import click

from commands.inputs import workspace_or_usage
from commands.options import jobs_option, json_option, quiet_option
from commands.output import emit_json, narrator, show_findings
from commands.types import WEEK

STEPS = 20


@click.command(epilog="Example: wfm plan --week 2026-W48")
@click.option("--week", type=WEEK, help="ISO week or a day in it; the week after the history when left out.")
@click.option("--force", is_flag=True, help="Publish a new version beside the published one, which stays.")
@click.option("--dry-run", is_flag=True, help="Say what would be read and written, and stop.")
@click.option("--fail-on", type=click.Choice(["coverage"]), help="Exit 5 if any interval stays short of its staff.")
@jobs_option
@json_option
@quiet_option
def command(
    week: dt.date | None, force: bool, dry_run: bool, fail_on: str | None, jobs: int, as_json: bool, quiet: bool
) -> None:
    """Forecast, staff and schedule a week of the workspace and publish it under runs/."""
    import pandas as pd

    import planning
    from planning.workspace import next_week
    from wfm.errors import Finding, TargetMissedError
    from wfm.timeaxis import week_label

    workspace = workspace_or_usage("a workspace")
    if fail_on and workspace.config.shift_rules is None:
        raise click.UsageError("--fail-on coverage needs a [schedule] section in wfm.toml: nothing is covered without")
    if dry_run:
        monday = week or next_week(workspace.read_history().frame)
        run = planning.next_run(workspace.runs, "plan", week_label(monday))
        read, write = [str(path) for path in workspace.input_files()], f"{run.path.relative_to(workspace.folder)}/"
        if as_json:
            emit_json({"read": read, "write": write})
        else:
            click.echo("\n".join([*(f"read  {path}" for path in read), f"write {write}"]))
        return
    with narrator(quiet, total=STEPS) as say:
        run = planning.run_plan(workspace, week=week, force=force, now=pd.Timestamp.now("UTC"), n_jobs=jobs, say=say)
    facts = run.manifest
    if as_json:
        emit_json(facts)
    else:
        if not quiet:
            warnings = [Finding(**record) for record in facts["warnings"] if record["severity"] != "note"]
            show_findings(warnings, str(run.path))
        click.echo(str(run.path / "report.html"))
    short = facts["schedule_facts"].get("understaffed_hours", 0)
    if fail_on and short > 0:
        raise TargetMissedError(f"coverage: {short:,.1f} agent-hours short of the requirement")
