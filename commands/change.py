"""`wfm change`: requests and mishaps after publication."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from commands.options import json_option, output_option, seed_option, timezone_option

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from scheduling.changes import Answer, Situation

F = TypeVar("F", bound=Callable[..., Any])
DAY = click.DateTime(["%Y-%m-%d"])
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


def situation_options(command: F) -> F:
    """What is published, and what it has to cover and to obey."""
    for option in (
        click.option("--time-off", "time_off_file", type=click.Path(), help="Approved and requested absences."),
        click.option("--history", type=click.Path(), help="Schedule of the weeks before."),
        click.option("--shifts", type=click.Path(path_type=Path), help="TOML file with a [schedule] section."),
        click.option("--agents", type=click.Path(), help="Agents; the last plan's when left out."),
        click.option("--requirement", type=click.Path(), help="Requirement; the last plan's when left out."),
        click.option("--schedule", type=click.Path(), help="Schedule; the last plan's when left out."),
        timezone_option,
        output_option,
        json_option,
    ):
        command = option(command)
    return command


tolerance_option = click.option(
    "--tolerance", type=click.FloatRange(0), default=0.0, show_default=True, help="Agent-hours short that may be added."
)


@click.group(epilog="Example: wfm change swap ann 2026-12-01 bob 2026-12-02")
def command() -> None:
    """Swaps, time off, absences, offers, meetings and breaks on a published schedule, judged against cover and rules.

    Nothing is published: -o writes the schedule as it would be, and `wfm schedule --locked` or the planner takes it on.
    """


@command.command(epilog="Example: wfm change swap ann 2026-12-01 bob 2026-12-02 -o swapped.csv")
@click.argument("agent")
@click.argument("day", type=DAY)
@click.argument("other")
@click.argument("other_day", type=DAY)
@tolerance_option
@situation_options
def swap(
    agent: str, day: dt.datetime, other: str, other_day: dt.datetime, tolerance: float, **options: Any
) -> int | None:
    """May AGENT's shift of DAY be exchanged for OTHER's of OTHER_DAY, or taken over if OTHER is free?"""
    from scheduling import changes

    situation = _situation(options)
    answer = changes.swap(situation, (agent, day.date()), (other, other_day.date()), tolerance_h=tolerance)
    return _tell(answer, options)


@command.command("time-off", epilog="Example: wfm change time-off ann 2026-12-01 2026-12-02")
@click.argument("agent")
@click.argument("start", type=MOMENT)
@click.argument("end", type=MOMENT)
@click.option("--most-away", type=click.IntRange(1), help="Allotment: agents away at one moment.")
@tolerance_option
@situation_options
def time_off(
    agent: str, start: dt.datetime, end: dt.datetime, most_away: int | None, tolerance: float, **options: Any
) -> int | None:
    """May AGENT be off from START to END, and if not, when instead?"""
    from scheduling import changes

    situation = _situation(options)
    span = (_local(situation, start), _local(situation, end))
    answer = changes.time_off_request(situation, agent, *span, tolerance_h=tolerance, most_away=most_away)
    return _tell(answer, options)


@command.command(epilog="Example: wfm change absence ann 2026-12-01 2026-12-03 -o mended.csv")
@click.argument("agent")
@click.argument("start", type=MOMENT)
@click.argument("end", type=MOMENT)
@click.option("--change-price", type=float, default=20.0, show_default=True, help="Price of moving one other shift.")
@seed_option
@situation_options
def absence(
    agent: str, start: dt.datetime, end: dt.datetime, change_price: float, seed: int | None, **options: Any
) -> None:
    """AGENT is absent from START to END: who else moves, with as few changes as pay?"""
    import pandas as pd

    import reporting
    from scheduling import changes

    situation = _situation(options)
    situation.shift_of(agent, start.date())
    span = {"start": [_local(situation, start)], "end": [_local(situation, end)]}
    mended = changes.mend_absence(
        situation, pd.DataFrame({"agent": [agent], **span}), change_price=change_price, seed=1 if seed is None else seed
    )
    _write(mended.schedule, options["output"])
    hours = {
        "published_short_h": mended.published_short_h,
        "unmended_short_h": mended.unmended_short_h,
        "short_h": mended.short_h,
    }
    if options["as_json"]:
        _json(hours | {"changes": reporting.frame_to_json(mended.changes), "broken": list(mended.broken)})
        return
    for row in mended.changes.itertuples():
        click.echo(f"{row.agent}  {row.day:%a %Y-%m-%d}  {row.was or 'free'} -> {row.now or 'free'}")
    click.echo(
        f"{len(mended.changes)} changes; agent-hours short: {mended.published_short_h:.1f} as published, "
        f"{mended.unmended_short_h:.1f} with nothing done, {mended.short_h:.1f} mended"
    )


@command.command(epilog="Example: wfm change offers 2026-12-01 2026-12-02")
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@click.option("--most-overtime", type=float, default=4.0, show_default=True, help="Hours a week beyond the contract.")
@situation_options
def offers(first: dt.datetime, last: dt.datetime, most_overtime: float, **options: Any) -> None:
    """Overtime and voluntary time off worth offering on the days FIRST to LAST, best first."""
    import pandas as pd

    import reporting
    from commands.output import emit_table
    from scheduling import changes

    situation = _situation(options)
    until = _local(situation, last) + pd.DateOffset(days=1)
    found = changes.offers(situation, _local(situation, first), until, most_overtime_h=most_overtime)
    _write(found, options["output"])
    if options["as_json"]:
        _json(reporting.frame_to_json(found))
    elif not options["output"]:
        rows = [
            [
                row.kind.replace("_", " "),
                row.agent,
                f"{row.day:%a %Y-%m-%d}",
                f"{row[6]:%H:%M}–{row.until:%H:%M}",
                f"{row.short_h_saved:.1f} h",
                f"{row.paid_h:+.1f} h",
                f"{row.worth:,.0f}",
            ]
            for row in found.itertuples()
        ]
        emit_table(rows, ["offer", "agent", "day", "from–until", "cover", "paid", "worth"])


@command.command(epilog="Example: wfm change activities meetings.csv -o schedule.csv")
@click.argument("activities", type=click.Path())
@click.option("--after", type=MOMENT, help="Nothing earlier moves, for a day under way.")
@situation_options
def activities(activities: str, after: dt.datetime | None, **options: Any) -> None:
    """Place the meetings, training and coaching of ACTIVITIES into shifts at least loss of service.

    ACTIVITIES has name, activity, agents (separated by |), length_s, earliest, latest and together. Breaks of those who
    take part move within their windows where that helps.
    """
    import ingest

    _place(ingest.read_frame(activities, "activities", timezone=options["timezone"]), after, options)


@command.command(epilog="Example: wfm change breaks --after '2026-12-01 11:00' -o schedule.csv")
@click.option("--after", type=MOMENT, help="Nothing earlier moves, for a day under way.")
@situation_options
def breaks(after: dt.datetime | None, **options: Any) -> None:
    """Move breaks within their windows to where most people can be spared."""
    _place(None, after, options)


def _place(wanted: pd.DataFrame | None, after: dt.datetime | None, options: dict[str, Any]) -> None:
    import reporting
    from scheduling import changes

    situation = _situation(options)
    placed = changes.place(situation, wanted, after=None if after is None else _local(situation, after))
    _write(placed.schedule, options["output"])
    if options["as_json"]:
        hours = {"moved": placed.moved, "short_h_before": placed.short_h_before, "short_h": placed.short_h}
        _json(hours | {"places": reporting.frame_to_json(placed.places)})
        return
    for row in placed.places.itertuples():
        click.echo(f"{row.name}  {row.agent}  {row.start:%a %Y-%m-%d %H:%M}–{row.end:%H:%M}")
    hours_short = f"{placed.short_h_before:.1f} before, {placed.short_h:.1f} now"
    click.echo(f"{placed.moved} breaks moved; agent-hours short: {hours_short}")


def _situation(options: dict[str, Any]) -> Situation:
    import ingest
    import scheduling
    from commands.inputs import interval_of, read_frame, workspace_or_none
    from scheduling.changes import Situation
    from wfm.config import load_shift_rules

    zone, workspace = options["timezone"], workspace_or_none()
    requirement = read_frame(options["requirement"], "requirement", zone)
    if options["shifts"]:
        rules = load_shift_rules(options["shifts"])
    else:
        rules = (workspace and workspace.config.shift_rules) or scheduling.default_rules()

    def given(path: str | None, contract: str) -> pd.DataFrame | None:
        return ingest.read_frame(path, contract, timezone=zone) if path else None

    time_off = given(options["time_off_file"], "time_off")
    if time_off is None and workspace:
        time_off = workspace.read_time_off()
    return Situation(
        read_frame(options["schedule"], "schedule", zone),
        requirement,
        read_frame(options["agents"], "agents", zone),
        rules,
        interval_of(requirement),
        history=given(options["history"], "schedule"),
        time_off=time_off,
    )


def _local(situation: Situation, moment: dt.datetime) -> pd.Timestamp:
    import pandas as pd

    zone = situation.schedule["start"].dt.tz
    return pd.Timestamp(moment).tz_localize(zone, ambiguous=True, nonexistent="shift_forward")


def _tell(answer: Answer, options: dict[str, Any]) -> int | None:
    """Yes or no with reasons and alternatives; a refusal is exit code 4."""
    import reporting
    from wfm.errors import EXIT_INFEASIBLE

    others = answer.alternatives
    if answer.granted:
        _write(answer.schedule, options["output"])
    if options["as_json"]:
        facts = {"granted": answer.granted, "reasons": list(answer.reasons), "extra_short_h": answer.extra_short_h}
        _json(facts if others is None else facts | {"alternatives": reporting.frame_to_json(others)})
    else:
        click.echo(f"{'yes' if answer.granted else 'no'}: {answer.extra_short_h:+.2f} agent-hours short")
        for reason in answer.reasons:
            click.echo(f"  {reason}")
        for row in others.itertuples() if others is not None else ():
            word = "yes" if row.granted else "no"
            click.echo(f"  instead {row.start:%a %Y-%m-%d %H:%M}: {word}, {row.extra_short_h:+.2f} agent-hours short")
    return None if answer.granted else EXIT_INFEASIBLE


def _write(frame: pd.DataFrame, output: str | None) -> None:
    import reporting

    if output:
        reporting.write_frame(frame, output)


def _json(value: Any) -> None:
    from commands.output import emit_json

    emit_json(value)
