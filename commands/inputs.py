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

    given = {key: value for key, value in reading.items() if value is not None}
    if not files:
        if ignored := sorted(_named(given)):
            raise click.UsageError(f"{', '.join(ignored)} goes with files; the workspace's are read as wfm.toml says")
        return workspace_or_usage("files").read_history(strict=strict)
    if list(files).count("-") > 1:
        raise click.UsageError("- stands for standard input and can be named once")
    interval_s = given.pop("interval", DEFAULT_INTERVAL_S)
    given["timezone"] = timezone_of(given.get("timezone"))
    return ingest.read_history(list(files), interval_s=interval_s, strict=strict, **given)


def read_calls(files: Sequence[str], reading: Mapping[str, Any]) -> Reading:
    """Calls of the logs FILES under the reading options, or of the workspace.

    Parameters
    ----------
    files : sequence of str
    reading : mapping
        timezone, source and date_format as given; None where not.
    """
    import ingest

    given = {key: value for key, value in reading.items() if value is not None}
    if not files:
        if ignored := sorted(_named(given)):
            raise click.UsageError(f"{', '.join(ignored)} goes with files; the workspace's are read as wfm.toml says")
        return workspace_or_usage("a call log").read_calls()
    given["timezone"] = timezone_of(given.get("timezone"))
    return ingest.read_calls(list(files), **given)


def read_estimates(file: str | None) -> pd.DataFrame | None:
    """The estimates that a command is given, or None without a file."""
    import ingest

    return None if file is None else ingest.read_frame(file, "estimates")


def _named(given: Mapping[str, Any]) -> set[str]:
    """Options that stand on the command line; the environment's are the workspace's own."""
    context = click.get_current_context()
    return {
        f"--{key.replace('_', '-')}"
        for key in given
        if context.get_parameter_source(key) is click.core.ParameterSource.COMMANDLINE
    }


def timezone_of(given: str | None) -> str:
    """The zone given, else the workspace's, else UTC, which is said."""
    if given:
        return given
    if workspace := workspace_or_none():
        return workspace.config.timezone
    click.echo("no time zone named: wall-clock times are taken as UTC; --timezone names the centre's", err=True)
    return "UTC"


def interval_of(frame: pd.DataFrame, given: int | None = None) -> int:
    """Interval length of a frame [s], as given or as its starts lie apart.

    A length that would overlap the next row is a usage error. A shorter one is said: it is right where rows were left
    out, and doubles the load where none were.
    """
    from wfm.timeaxis import infer_interval_s, least_step_s

    if given is None:
        try:
            return infer_interval_s(frame["interval_start"], frame["queue"])
        except ValueError as problem:
            raise click.UsageError(str(problem)) from None
    apart_s = least_step_s(frame["interval_start"], frame["queue"]) or given
    apart, told = f"{apart_s / 60:g} min", f"{given / 60:g} min"
    if given > apart_s:
        raise click.UsageError(f"--interval: found {told}, expected at most {apart}: so far apart do the rows start")
    if given < apart_s:
        click.echo(f"rows start {apart} apart and --interval says {told}: each row stands for {told} only", err=True)
    return given


def read_frame(file: str | None, contract: str, timezone: str | None, aht_s: float | None = None) -> pd.DataFrame:
    """A contract frame from FILE, or from the latest published plan of the workspace; `aht_s` where it has none."""
    import ingest
    import planning
    from commands.output import show_findings
    from wfm.minutes import doubtful_columns

    defaults = None if aht_s is None else {"aht_s": aht_s}
    if file:
        here = None if timezone else workspace_or_none()
        zone = here.config.timezone if here else timezone
        frame = ingest.read_frame(file, contract, timezone=zone, defaults=defaults)
        show_findings(doubtful_columns(frame, file))
        return frame
    workspace = workspace_or_usage(f"a {contract} file")
    run = planning.latest_run(workspace.runs, "plan")
    if run is None:
        raise click.UsageError(f"name a {contract} file, or publish a plan with `wfm plan`")
    run.verify()
    zone = workspace.config.timezone
    return ingest.read_frame(run.path / f"{contract}.csv", contract, timezone=zone, defaults=defaults)


def history_interval_s(files: Sequence[str], options: Mapping[str, Any]) -> int:
    """Interval length that the history was read at."""
    if files:
        return options["interval"] or DEFAULT_INTERVAL_S
    return workspace_or_usage("files").config.interval_s


def forecast_settings(files: Sequence[str], options: Mapping[str, Any]) -> dict[str, Any]:
    """Flags win over the workspace, the workspace over the defaults."""
    import ingest

    values: dict[str, Any] = {"weeks": 1, "models": (), "backtest_weeks": 6, "country": None, "region": None, "seed": 1}
    groups: Mapping[str, str] = {}
    events = options.get("events") and ingest.read_frame(options["events"], "events", timezone=None)
    if not files and (workspace := workspace_or_none()):
        config = workspace.config
        events = workspace.read_events() if events is None else events
        groups = config.groups
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
    return values | given | {"events": events, "groups": groups}


def reconciles(files: Sequence[str], flag: bool | None) -> bool:
    """Whether queues are to agree with groups and centre: the flag, else the workspace's setting."""
    if flag is not None or files:
        return bool(flag)
    workspace = workspace_or_none()
    return workspace is not None and workspace.config.forecast.reconcile
