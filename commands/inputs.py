"""Where a command takes its frames from: files named on the command line, or the workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from ingest import Reading
    from planning import Workspace

DEFAULT_INTERVAL_S = 1800


def workspace_or_none() -> Workspace | None:
    """The workspace that the current folder belongs to, if any."""
    import planning
    from wfm.config import find_workspace

    return planning.Workspace.open() if find_workspace(Path.cwd()) else None


def workspace_or_usage(what: str) -> Workspace:
    """The current workspace, or a usage error that asks for `what`."""
    workspace = workspace_or_none()
    if workspace is None:
        raise click.UsageError(f"name {what}, or run this in a workspace (wfm init, wfm demo)")
    return workspace


def read_history(files: Sequence[str], reading: Mapping[str, Any], *, strict: bool = True) -> Reading:
    """Interval history of FILES under the reading options, or of the workspace.

    Parameters
    ----------
    files : sequence of str
    reading : mapping
        interval, timezone, source and date_format as given; None where not.
    """
    import ingest

    if not files:
        return workspace_or_usage("files").read_history(strict=strict)
    given = {key: value for key, value in reading.items() if value is not None and key != "interval"}
    return ingest.read_history(
        list(files), interval_s=reading.get("interval") or DEFAULT_INTERVAL_S, strict=strict, **given
    )


def read_frame(file: str | None, contract: str, timezone: str | None) -> pd.DataFrame:
    """A contract frame from FILE, or from the latest published plan of the workspace."""
    import ingest
    import planning

    if file:
        return ingest.read_frame(file, contract, timezone=timezone)
    workspace = workspace_or_usage(f"a {contract} file")
    run = planning.latest_run(workspace.runs, "plan")
    if run is None:
        raise click.UsageError(f"name a {contract} file, or publish a plan with `wfm plan`")
    run.verify()
    return ingest.read_frame(run.path / f"{contract}.csv", contract, timezone=workspace.config.timezone)


def check_single_stdin(files: Sequence[str]) -> None:
    """Refuse `-` named twice: standard input can be read once."""
    if list(files).count("-") > 1:
        raise click.UsageError("- stands for standard input and can be named once")
