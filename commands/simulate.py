"""`wfm simulate`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from commands.inputs import interval_of, read_estimates, read_frame, workspace_or_none
from commands.options import (
    estimates_option,
    json_option,
    output_option,
    quiet_option,
    seed_option,
    target_options,
    timezone_option,
)
from commands.output import emit_json, emit_named, emit_table, narrator
from commands.replaying import replay_calls, tell_threshold
from commands.skill_staffing import priorities, priority_option, show_simulated
from commands.staffing_options import given_among, handle_times_by_queue, queue_specs
from commands.types import DURATION, DURATIONS, INTERVAL, SHARE

if TYPE_CHECKING:
    import pandas as pd

    from staffing.simulation import Callbacks
    from wfm.params import QueueSpec

HEADER = ("queue  day", "calls", "agent hours", "in threshold", "days met", "ASA", "abandoned", "occupancy", "short")

UNREAD_BY_REPLAY = (
    "aht",
    "interval",
    "uncertain",
    "handle_cv",
    "redial",
    "redial_after",
    "callback_after",
    "callback_accept",
    "callback_answer",
    "callback_within",
    "callback_reserve",
    "concurrency",
)
MORE = (
    ("callers lost", "lost_callers", "{:.1%}"),
    ("called back", "callbacks", "{:,.0f}"),
    ("after", "time_to_callback_s", "{:,.0f} s"),
    ("late", "callback_lateness", "{:.1%}"),
    ("chats at once", "chats_at_once", "{:.2f}"),
)


@click.command(epilog="Example: wfm simulate forecast.csv requirement.csv --patience 3min --service-level 0.8")
@click.argument("forecast", type=click.Path(), required=False)
@click.argument("requirement", type=click.Path(), required=False)
@target_options
@estimates_option
@click.option("--calls", "log", multiple=True, type=click.Path(), help="Call log to replay; can be repeated.")
@click.option("--staff", type=click.Path(), help="Schedule, or agents by interval, to replay it with.")
@click.option("--by-group", is_flag=True, help="REQUIREMENT is of groups that share the queues (wfm staff --groups).")
@priority_option
@click.option("--aht", type=DURATION, help="Handle time to use where the forecast has none.")
@click.option("--interval", type=INTERVAL, help="Interval length; read from the forecast when left out.")
@click.option("--days", type=click.IntRange(2), default=200, show_default=True, help="Simulated days of each date.")
@click.option(
    "--uncertain", is_flag=True, help="Let the demand of each simulated day stray as the forecast's bands do."
)
@click.option("--handle-cv", type=float, default=1.0, show_default=True, help="Spread of handle times.")
@click.option(
    "--redial", type=SHARE, help="Share of callers who hang up that call again; the forecast is of first calls."
)
@click.option("--redial-after", type=DURATION, default="10min", show_default=True, help="Mean time until they do.")
@click.option("--callback-after", type=DURATION, help="Offer a callback to callers whose estimated wait is longer.")
@click.option("--callback-accept", type=SHARE, help="Share of them who accept it; 0.5 without.")
@click.option("--callback-answer", type=SHARE, help="Share of tries to call back that are answered; all without.")
@click.option(
    "--callback-within", type=DURATION, help="Call back in idle time, at the latest after this; else in turn."
)
@click.option("--callback-reserve", type=click.IntRange(0), help="Agents kept idle for calls meanwhile; none without.")
@click.option(
    "--chats-aht",
    "concurrency",
    type=DURATIONS,
    metavar="DURATIONS",
    help="Handle times of a chat whose agent has 1, 2, … chats, such as 400s,520s,660s; makes the queue chat.",
)
@timezone_option
@seed_option
@output_option
@json_option
@quiet_option
def command(
    forecast: str | None,
    requirement: str | None,
    estimates: str | None,
    log: tuple[str, ...],
    staff: str | None,
    by_group: bool,
    priority: str | None,
    aht: float | None,
    interval: int | None,
    days: int,
    uncertain: bool,
    handle_cv: float,
    redial_after: float,
    timezone: str | None,
    seed: int | None,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Run the agents of REQUIREMENT against FORECAST many times, call by call, before the week begins.

    Service level is the share of offered calls that are answered within the threshold. Without files the workspace's
    last plan is simulated. The table is by day; -o writes every interval. With callbacks, all but the calls are of
    callers who stay on the line.

    With --calls or --staff real days are replayed instead: every call comes when it came and is handled as long as it
    was, and only patience is drawn, --days times. Agents are those of a schedule, breaks out, or of a requirement; an
    agent whose time ends finishes the call in hand. Without --staff they are those of the workspace's last plan.
    """
    if (priority and not by_group) or (by_group and not requirement):
        raise click.UsageError("--priority goes with --by-group, and --by-group with the file of the groups")
    if log or staff:
        if forecast or requirement:
            raise click.UsageError("--calls and --staff replay real days: leave out FORECAST and REQUIREMENT")
        if unread := given_among(UNREAD_BY_REPLAY):
            raise click.UsageError(f"--calls and --staff replay calls as they came: leave out {', '.join(unread)}")
        replay_calls(log, staff, estimates, options, days, timezone, seed, output, as_json, quiet)
        return
    import staffing.proof
    import staffing.skillproof

    contract = "group_requirement" if by_group else "requirement"
    frame, plan = read_frame(forecast, "forecast", timezone, aht), read_frame(requirement, contract, timezone)
    queues = sorted(frame["queue"].unique())
    workspace = workspace_or_none()
    known = read_estimates(estimates)
    specs = queue_specs(queues, options, workspace.specs(queues) if workspace else {}, known)
    frame, plan = _without_mail(frame, plan, specs)
    handle_times = handle_times_by_queue(known, queues, handle_cv)
    callbacks = _callbacks(options)
    if given_among(("redial_after",)) and not any(spec.redial for spec in specs.values()):
        raise click.UsageError("--redial-after needs --redial")
    if unread := [queue for queue, spec in specs.items() if spec.redial and not spec.patience_s]:
        raise click.UsageError(f"--redial: nobody hangs up in {', '.join(unread)}: give --patience too")
    asked: dict[str, Any] = {
        "interval_s": interval_of(frame, interval),
        "replications": days,
        "uncertain": uncertain,
        "handle_times": handle_times,
        "seed": 1 if seed is None else seed,
    }
    with narrator(quiet) as say:
        say(f"simulating {days} days of each date and queue")
        if by_group:
            if callbacks or any(spec.redial or spec.channel != "phone" for spec in specs.values()):
                raise click.UsageError("--by-group simulates calls without redials, callbacks and chats")
            asked["priority"] = priorities(priority, queues)
            show_simulated(staffing.skillproof.simulate_groups(frame, plan, specs, **asked), output, as_json)
            if not (output or as_json):
                tell_threshold(specs)
            return
        asked |= {"redial_after_s": redial_after, "callbacks": callbacks}
        intervals, by_day = staffing.proof.simulate_plan(frame, plan, specs, **asked)
    emit_named(intervals, output, as_json)
    if as_json:
        _print_json(intervals, by_day)
    elif not output:
        _print(intervals, by_day)
        tell_threshold(specs)


def _without_mail(
    frame: pd.DataFrame, plan: pd.DataFrame, specs: Mapping[str, QueueSpec]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecast and requirement of the queues of calls and chat; the others are named."""
    from wfm.channels import BACKLOG_CHANNELS

    others = sorted(queue for queue, spec in specs.items() if spec.channel in BACKLOG_CHANNELS)
    if len(others) == len(specs):
        raise click.UsageError(f"calls and chats are simulated: found {', '.join(others)} of mail only")
    for queue in others:
        click.echo(f"queue {queue}: {specs[queue].channel} is not simulated, calls and chats are", err=True)
    kept = plan[~plan["queue"].isin(others)] if "queue" in plan else plan
    return frame[~frame["queue"].isin(others)], kept


def _callbacks(options: Mapping[str, Any]) -> Callbacks | None:
    """The rule that the flags tell; with a promise, the last quarter of it (at most ten minutes) presses."""
    from staffing.simulation import Callbacks

    told = {name: options[f"callback_{name}"] for name in ("after", "accept", "answer", "within", "reserve")}
    given = {name: value for name, value in told.items() if value is not None}
    for name, needed in (("accept", "after"), ("answer", "after"), ("within", "after"), ("reserve", "within")):
        if name in given and needed not in given:
            raise click.UsageError(f"--callback-{name} needs --callback-{needed}")
    if "after" not in given:
        return None
    rule = Callbacks(given.get("accept", 0.5), if_wait_s=given["after"], answer=given.get("answer", 1.0))
    if (within_s := given.get("within")) is None:
        return rule
    presses_s, reserve = min(within_s / 4, 600.0), given.get("reserve", 0)
    return replace(rule, keep_place=False, promise_s=within_s, urgent_before_s=presses_s, reserve=reserve)


def _print_json(intervals: pd.DataFrame, by_day: pd.DataFrame) -> None:
    import reporting

    emit_json({"days": reporting.frame_to_json(by_day), "intervals": reporting.frame_to_json(intervals)})


def _print(intervals: pd.DataFrame, by_day: pd.DataFrame) -> None:
    day = intervals["interval_start"].dt.tz_localize(None).dt.normalize()
    short = (~intervals["met"].astype(bool) & (intervals["calls"] > 0)).groupby([intervals["queue"], day]).sum()
    more = [(head, name, form) for head, name, form in MORE if name in by_day and by_day[name].notna().any()]
    rows = [
        [
            f"{row.queue}  {row.day:%a %Y-%m-%d}",
            f"{row.calls:,.0f}",
            f"{row.agent_hours:,.1f}",
            f"{row.service_level:.1%}",
            "–" if row.days_met != row.days_met else f"{row.days_met:.0%}",
            f"{row.asa_s:.0f} s",
            f"{row.abandonment:.1%}",
            f"{row.occupancy:.1%}",
            f"{int(short[row.queue, row.day])} intervals",
            *("–" if (value := getattr(row, name)) != value else form.format(value) for _, name, form in more),
        ]
        for row in by_day.itertuples()
    ]
    emit_table(rows, (*HEADER, *(head for head, _, _ in more)))
