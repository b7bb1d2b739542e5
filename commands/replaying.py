"""`wfm simulate --calls`: real days replayed against planned agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from commands.inputs import DEFAULT_INTERVAL_S, interval_of, read_calls, read_estimates, workspace_or_none
from commands.output import emit_json, emit_named, emit_table, narrator, show_findings
from commands.staffing_options import queue_specs

if TYPE_CHECKING:
    import pandas as pd

    from staffing.replaying import Replay
    from wfm.params import QueueSpec

HEADER = (
    "queue  day",
    "calls",
    "agent hours",
    "paid hours",
    "in threshold",
    "in the log",
    "ASA",
    "in the log",
    "abandoned",
    "in the log",
    "occupancy",
    "short",
)


def replay_calls(
    log: Sequence[str],
    staff: str | None,
    estimates: str | None,
    options: Mapping[str, Any],
    days: int,
    timezone: str | None,
    seed: int | None,
    output: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Replay the calls of LOG with the agents of STAFF and print what they deliver beside what the log says."""
    import reporting
    from staffing.replaying import over_days, replay_days

    calls = read_calls(log, {"timezone": timezone}).frame
    plan, interval_s = _read_staff(staff, str(calls["offered_at"].dt.tz))
    with narrator(quiet) as say:
        say(f"replaying every day {days} times")
        queues = sorted(set(calls["queue"]) & set(plan["queue"].dropna()))
        specs = _specs(queues, options, estimates, calls)
        done = replay_days(
            calls, plan, specs, interval_s=interval_s, replications=days, seed=1 if seed is None else seed
        )
    show_findings(list(done.findings), output)
    emit_named(done.intervals, output, as_json)
    total = over_days(done.days)
    if as_json:
        tables = {"days": done.days, "total": total, "intervals": done.intervals}
        emit_json({name: reporting.frame_to_json(table) for name, table in tables.items()})
    elif not output:
        _print(done, total, specs)


def _read_staff(file: str | None, timezone: str) -> tuple[pd.DataFrame, int]:
    """The schedule or the agents by interval, and the interval length to tell the result in."""
    import ingest
    import planning

    workspace = workspace_or_none()
    if file is None:
        run = planning.latest_run(workspace.runs, "plan") if workspace else None
        if run is None:
            raise click.UsageError("name --staff, a schedule or agents by interval, or publish a plan with `wfm plan`")
        run.verify()
        names = [run.path / f"{name}.csv" for name in ("schedule", "requirement")]
        file = str(next(name for name in names if name.exists()))
    header = {str(cell).strip().lower() for cell in ingest.read_table(file).columns}
    contract = "schedule" if "activity" in header else "agents_on_phone"
    frame = ingest.read_frame(file, contract, timezone=timezone)
    if contract == "agents_on_phone":
        return frame, interval_of(frame)
    return frame, workspace.config.interval_s if workspace else DEFAULT_INTERVAL_S


def _specs(
    queues: Sequence[str], options: Mapping[str, Any], estimates: str | None, calls: pd.DataFrame
) -> dict[str, QueueSpec]:
    """Targets and patience: the flag, else the estimates, else the workspace, else the estimate of these calls."""
    from staffing.patience import estimate_patience
    from wfm.units import format_duration

    workspace = workspace_or_none()
    base = workspace.specs(queues) if workspace else {}
    specs = queue_specs(queues, options, base, read_estimates(estimates))
    unknown = [queue for queue, spec in specs.items() if spec.patience_s is None]
    if not unknown:
        return specs
    rows = estimate_patience(calls[calls["queue"].isin(unknown)])[0].set_index("queue")["patience_s"].dropna()
    for queue in unknown:
        if queue in rows.index and rows[queue] > 0:
            specs[queue] = replace(specs[queue], patience_s=float(rows[queue]))
            click.echo(f"queue {queue}: mean patience {format_duration(rows[queue])}, told from these calls", err=True)
        else:
            click.echo(f"queue {queue}: nobody hung up in these calls, callers are taken to wait", err=True)
    return specs


def _print(done: Replay, total: pd.DataFrame, specs: Mapping[str, QueueSpec]) -> None:
    rows = [_cells(f"{row['queue']}  {row['day']:%a %Y-%m-%d}", row) for _, row in done.days.iterrows()]
    rows += [_cells(f"{row['queue']}  {row['days']} days", row) for _, row in total.iterrows() if row["days"] > 1]
    emit_table(rows, HEADER)
    tell_threshold(specs)


def tell_threshold(specs: Mapping[str, QueueSpec]) -> None:
    """Which service level the columns of a table mean."""
    within = ", ".join(sorted({f"{spec.target.answer_within_s:g} s" for spec in specs.values()}))
    click.echo(
        f"In threshold: share of offered calls answered within {within}; short: intervals with calls below target."
    )


def _cells(name: str, row: pd.Series) -> list[str]:
    def share(value: float) -> str:
        return "–" if value != value else f"{value:.1%}"

    def wait(value: float) -> str:
        return "–" if value != value else f"{value:.0f} s"

    return [
        name,
        f"{row['offered']:,.0f}",
        f"{row['agent_hours']:,.1f}",
        "–" if row["paid_hours"] != row["paid_hours"] else f"{row['paid_hours']:,.1f}",
        share(row["service_level"]),
        share(row["log_service_level"]),
        wait(row["asa_s"]),
        wait(row["log_asa_s"]),
        share(row["abandonment"]),
        share(row["log_abandonment"]),
        share(row["occupancy"]),
        f"{row['short_intervals']:.0f} of {row['intervals']:.0f}",
    ]
