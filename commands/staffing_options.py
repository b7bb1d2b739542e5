"""Staffing targets of the command line on top of those of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from commands.types import DURATIONS, SHARE
from wfm.params import SIMULATION

if TYPE_CHECKING:
    import pandas as pd

    from staffing.fifo import Waiting
    from staffing.handletimes import HandleTimes
    from wfm.params import QueueSpec, ServiceTarget, Shrinkage

F = TypeVar("F", bound=Callable[..., Any])

TARGETS = {
    "service_level": "service_level",
    "asa": "asa_s",
    "max_occupancy": "max_occupancy",
    "max_abandonment": "max_abandonment",
}


def trait_options(command: F) -> F:
    """What models beyond Erlang C and A read of callers and lines."""
    for option in (
        click.option(
            "--chats-aht",
            "concurrency",
            type=DURATIONS,
            metavar="DURATIONS",
            help="Handle times of a chat whose agent has 1, 2, … chats, such as 400s,520s,660s, or ratios 1,1.3,1.65; "
            "makes the model chat.",
        ),
        click.option("--redial", type=SHARE, help="Share of lost calls that call again; erlang_x or extended_b."),
        click.option("--sources", type=click.IntRange(1), help="People who may call; makes the model engset."),
        click.option("--lines", type=click.IntRange(1), help="Lines in all; makes the model limited_lines."),
    ):
        command = option(command)
    return command


def channel_options(command: F) -> F:
    """What a queue of mail or back office reads besides targets."""
    for option in (
        click.option(
            "--promise-runs",
            type=click.Choice(["always", "agent_hours"]),
            help="Whether the promise to mail runs always, or while agents work only.",
        ),
        click.option("--agent-hours", metavar="HOURS", help='When agents work on mail, such as "mon-fri 08:00-18:00".'),
        click.option(
            "--channel",
            type=click.Choice(["phone", "chat", "email", "backoffice"]),
            help="Channel of every queue; email and backoffice promise an answer in hours (--answer-within 24h).",
        ),
    ):
        command = option(command)
    return command


def waiting_by_queue(told: Sequence[tuple[str, float, float]], queues: Sequence[str]) -> dict[str, list[Waiting]]:
    """Backlog of each queue named; a queue may be left out where there is one only."""
    from staffing.fifo import Waiting

    found: dict[str, list[Waiting]] = {}
    for queue, items, age_s in told:
        if not queue and len(queues) != 1:
            known = ", ".join(queues) or "none here"
            raise click.UsageError(
                f"--backlog: found no queue, expected one of email or backoffice ({known}), mail=120"
            )
        found.setdefault(queue or queues[0], []).append(Waiting(items, age_s))
    return found


def queue_specs(
    queues: Sequence[str],
    options: Mapping[str, Any],
    base: Mapping[str, QueueSpec],
    estimates: pd.DataFrame | None = None,
) -> dict[str, QueueSpec]:
    """Specification of each queue: the flags given, else the workspace's, else the default 80 % in 20 s.

    Parameters
    ----------
    queues : sequence of str
    options : mapping
        The target options as click gives them; None where not given.
    base : mapping of str to QueueSpec
        What the workspace says of each queue; empty without one.
    estimates : DataFrame, optional
        Contract ``estimates``: each queue's patience, as if --patience gave it; --patience wins.
    """
    from wfm.params import QueueSpec

    own = {} if estimates is None or options.get("patience") is not None else _patience(estimates, queues)
    told = {queue: dict(options) | ({"patience": own[queue]} if queue in own else {}) for queue in queues}
    return {queue: spec_of(queue, told[queue], base.get(queue, QueueSpec(queue))) for queue in queues}


def _patience(estimates: pd.DataFrame, queues: Sequence[str]) -> dict[str, float]:
    from staffing.estimates import patience_of

    found = patience_of(estimates, queues)
    for queue in sorted(set(queues) - set(found)):
        click.echo(f"queue {queue}: the estimates know no patience, callers are taken to wait", err=True)
    return found


def handle_times_by_queue(
    estimates: pd.DataFrame | None, queues: Sequence[str], handle_cv: float
) -> dict[str, HandleTimes]:
    """Handle times of each queue: as estimated, else lognormal with `handle_cv`, which wins where it is given."""
    from staffing.estimates import handle_times_of
    from staffing.handletimes import HandleTimes

    given = bool(given_among(("handle_cv",)))
    try:
        usual = dict.fromkeys(queues, HandleTimes(cv=handle_cv))
    except ValueError as problem:
        raise click.UsageError(f"--handle-cv: {problem}") from None
    return usual if estimates is None or given else usual | handle_times_of(estimates, queues)


def given_among(names: Sequence[str]) -> list[str]:
    """Flags of the current command that stand on the command line, of the parameters `names`."""
    context = click.get_current_context()
    flags = {parameter.name: parameter.opts[0] for parameter in context.command.params}
    return [
        flags[name]
        for name in names
        if name in flags and context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]


def spec_of(queue: str, options: Mapping[str, Any], base: QueueSpec) -> QueueSpec:
    """One queue's specification; flags that contradict each other are a usage error."""
    patience_s = base.patience_s if options.get("patience") is None else options["patience"]
    model = options.get("model") or _model_of(options) or base.model
    changes: dict[str, Any] = {"target": target_of(options, base.target), "model": model, "patience_s": patience_s}
    if options.get("shrinkage") is not None:
        changes["shrinkage"] = shrinkage_of(options["shrinkage"])
    for name in ("min_agents", "lines", "sources", "redial", "concurrency", "channel", "agent_hours", "promise_runs"):
        if options.get(name) is not None:
            changes[name] = options[name]
    try:
        return replace(base, queue=queue, **changes)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def refuse_unread(model: str, names: Sequence[str]) -> None:
    """A usage error for flags, of the traits `names`, that stand on the command line and `model` does not read."""
    from staffing import MODELS

    reads = {"patience_s"} if model not in MODELS else {*MODELS[model].needs, *MODELS[model].takes}
    unread = given_among([name for name in names if {"patience": "patience_s"}.get(name, name) not in reads])
    if unread:
        raise click.UsageError(f"model {model} does not read {', '.join(unread)}: leave out, or name another --model")


def refuse_idle_target(spec: QueueSpec) -> None:
    """A usage error where abandonment is the only target and nobody hangs up: any number of agents would keep it."""
    from staffing import MODELS

    target = spec.target
    alone = target.max_abandonment is not None and target.service_level is target.asa_s is target.max_occupancy is None
    waits = spec.patience_s is None and spec.model in ("chat", SIMULATION)
    if alone and (waits or (spec.model in MODELS and not MODELS[spec.model].loses_calls)):
        named = f"queue {spec.queue}: " if spec.queue else ""
        raise click.UsageError(
            f"{named}found --max-abandonment as the only target, and callers who never hang up in model {spec.model}; "
            "give --patience, or another target"
        )


def _model_of(options: Mapping[str, Any]) -> str | None:
    """The model that reads what the flags tell of callers and lines."""
    told = {n for n in ("concurrency", "lines", "sources", "redial", "patience") if options.get(n) is not None}
    if "concurrency" in told:
        return "chat"
    if "lines" in told:
        return "limited_lines"
    if "sources" in told:
        return "engset"
    if "redial" in told:
        return "erlang_x" if "patience" in told else "extended_b"
    return "erlang_a" if told else None


def target_of(options: Mapping[str, Any], base: ServiceTarget) -> ServiceTarget:
    """The targets named by flags, and no other; `base` where no flag names one."""
    from wfm.params import ServiceTarget

    threshold = options.get("answer_within")
    given = {field: options[flag] for flag, field in TARGETS.items() if options.get(flag) is not None}
    try:
        if not given:
            return base if threshold is None else replace(base, answer_within_s=threshold)
        threshold = base.answer_within_s if threshold is None else threshold
        return ServiceTarget(**({"service_level": None, "max_occupancy": None} | given), answer_within_s=threshold)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def shrinkage_of(text: str) -> Shrinkage:
    """Shrinkage from `0.3` or `30%`, exact."""
    from fractions import Fraction

    from wfm.params import Shrinkage

    try:
        return Shrinkage(Fraction(text.removesuffix("%").strip()) / (100 if text.endswith("%") else 1))
    except (ValueError, ZeroDivisionError):
        raise click.UsageError(f'--shrinkage: found "{text}", expected a share below 1 such as 0.3 or 30%') from None
