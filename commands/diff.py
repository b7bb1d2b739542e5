"""`wfm diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.options import json_option, quiet_option, timezone_option
from commands.output import emit_json, emit_table
from commands.schedules import named_schedule

if TYPE_CHECKING:
    import pandas as pd

    from planning import NamedSchedule

SHOWN = 60


@click.command(epilog="Example: wfm diff runs/2026-W48 runs/2026-W48.2")
@click.argument("old", type=click.Path(), required=False)
@click.argument("new", type=click.Path(), required=False)
@click.option("-o", "--output", metavar="FILE", help="Write the changes, all of them, to FILE (.csv, .parquet, .xlsx).")
@click.option("--coverage", "coverage_file", metavar="FILE", help="Write the change of staff on the phone by interval.")
@timezone_option
@json_option
@quiet_option
def command(
    old: str | None,
    new: str | None,
    output: str | None,
    coverage_file: str | None,
    timezone: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """What changed from schedule OLD to NEW: files, week grids or run folders.

    With OLD alone, NEW is the workspace's last published plan; with neither, OLD is the version before that.
    """
    import planning
    import reporting

    before, after = _both(old, new, timezone)
    need = after if after.requirement is not None else before
    found = planning.compare_schedules(
        before.schedule,
        after.schedule,
        names=(before.name, after.name),
        requirement=need.requirement,
        interval_s=need.interval_s,
    )
    if output and output != "-":
        reporting.write_frame(found.changes, output)
    if coverage_file:
        reporting.write_frame(found.coverage, coverage_file)
    if as_json:
        frames = {"changes": found.changes, "coverage": found.coverage}
        emit_json(found.facts | {name: reporting.frame_to_json(frame) for name, frame in frames.items()})
    elif output == "-":
        reporting.write_frame(found.changes, "-")
    elif not output:
        _show(found.changes)
    if not quiet:
        for line in reporting.difference_in_words(found.facts, found.coverage):
            click.echo(line, err=True)


def _both(old: str | None, new: str | None, timezone: str | None) -> tuple[NamedSchedule, NamedSchedule]:
    import planning

    after = named_schedule(new, timezone)
    if old is not None:
        return named_schedule(old, timezone), after
    assert after.run is not None
    before = planning.version_before(after.run)
    if before is None:
        raise click.UsageError(f"{after.run.week} has one version; name two schedules, such as runs/2026-W48 new.csv")
    return planning.schedule_of_run(before), after


def _show(changes: pd.DataFrame) -> None:
    import reporting

    if changes.empty:
        click.echo("no shift differs")
        return
    header, rows = reporting.difference_table(changes.head(SHOWN))
    emit_table(rows, header)
    if len(changes) > SHOWN:
        click.echo(f"… and {len(changes) - SHOWN} more; -o FILE writes all {len(changes)}", err=True)
