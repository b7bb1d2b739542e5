"""Schedules named on the command line, or the workspace's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from commands.inputs import timezone_of, workspace_or_none, workspace_or_usage

if TYPE_CHECKING:
    from planning import NamedSchedule


def named_schedule(target: str | None, timezone: str | None) -> NamedSchedule:
    """The schedule that TARGET names, or that of the workspace's last published plan."""
    import planning

    if target is None:
        return planning.last_schedule(workspace_or_usage("a schedule file").runs)
    here = None if timezone else workspace_or_none()
    return planning.load_schedule(target, timezone=here.config.timezone if here else timezone)


def with_zone(named: NamedSchedule, timezone: str | None) -> NamedSchedule:
    """The schedule with an IANA zone: the one given, its own, or else the workspace's or UTC, which is said."""
    from zoneinfo import available_timezones

    if timezone is None and named.timezone in available_timezones():
        return named
    return replace(named, timezone=timezone_of(timezone))


def written(path: str, what: str) -> None:
    """Say on standard error what was written where."""
    click.echo(f"{what}: {path}", err=True)
