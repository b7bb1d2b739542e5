"""`wfm check`."""

from __future__ import annotations

import click

from commands.inputs import read_history, workspace_or_none
from commands.options import json_option, reading_options
from commands.output import emit_json


@click.command(epilog="Example: wfm check calls_2026-*.csv --timezone Europe/Amsterdam")
@click.argument("files", nargs=-1, type=click.Path())
@reading_options
@json_option
def command(files: tuple[str, ...], as_json: bool, **reading: object) -> int:
    """List every finding in FILES, or in everything that the workspace reads, with file and row."""
    from wfm.errors import EXIT_DONE, EXIT_INPUT, Findings, InputError

    result = read_history(files, reading, strict=False)
    findings = Findings(result.findings)
    if not files and (workspace := workspace_or_none()):
        known = result.frame["queue"].unique().tolist()
        for read in (
            lambda: workspace.check_settings(known),
            workspace.read_agents,
            workspace.read_states,
            workspace.read_state_map,
        ):
            try:
                read()
            except InputError as problem:
                findings.extend(problem.findings)
    if as_json:
        emit_json(findings.to_records())
    else:
        for finding in findings:
            click.echo(f"{finding.severity}: {finding}")
        frame = result.frame
        if not frame.empty:
            first, last = frame["interval_start"].min(), frame["interval_start"].max()
            click.echo(
                f"{result.source}: {frame['offered'].sum():,.0f} calls, queues {', '.join(frame['queue'].unique())}, "
                f"{first:%Y-%m-%d} to {last:%Y-%m-%d}; findings: {len(findings)}",
                err=True,
            )
    return EXIT_INPUT if findings.of("error") else EXIT_DONE
