"""How customers reach the centre, and what a chat or a mail adds to the parameters of a queue."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

CHANNELS = ("phone", "chat", "email", "backoffice")
BACKLOG_CHANNELS = ("email", "backoffice")  # work that waits until somebody has time
BACKLOG_MODEL = "backlog"
PROMISE_CLOCKS = ("always", "agent_hours")

Problem = tuple[str, str]


def concurrency_problem(times: Sequence[float]) -> Problem | None:
    """What is wrong with handle times of a chat whose agent holds 1, 2, … chats, as found and expected; or None.

    A chat takes no less time beside others, and an agent ends no fewer chats an hour with more of them at hand;
    otherwise fewer chats would be the better limit, and more agents could serve worse.
    """
    told = ", ".join(f"{time:g}" for time in times)
    if not times or not all(0 < time < float("inf") for time in times):
        return told or "none", "handle times > 0, one for each number of chats at hand"
    if any(more < fewer for fewer, more in pairwise(times)):
        return told, "handle times that do not fall with more chats at hand"
    for chats, (fewer, more) in enumerate(pairwise(times), 1):
        if (chats + 1) / more < chats / fewer * (1 - 1e-12):
            return told, f"at most {chats} at once: with {chats + 1} an agent ends fewer chats an hour"
    return None


def model_of_channel(channel: str, model: str) -> str:
    """The model that staffs a queue: the channel's own, or for calls the one that was named."""
    if channel in BACKLOG_CHANNELS:
        return BACKLOG_MODEL
    return "chat" if channel == "chat" else model


def channel_problems(
    channel: str, model: str, agent_hours: str | None, promise_runs: str, blend_with: Sequence[str]
) -> list[str]:
    """Settings of a queue's channel that are unknown or contradict each other, in words."""
    from wfm.weekhours import parse_week_hours

    problems = []
    if channel not in CHANNELS:
        problems.append(f'channel: found "{channel}", expected one of {", ".join(CHANNELS)}')
    if model == BACKLOG_MODEL and channel not in BACKLOG_CHANNELS:
        problems.append(f"model: found {model}, expected channel {' or '.join(BACKLOG_CHANNELS)} with it")
    if promise_runs not in PROMISE_CLOCKS:
        problems.append(f'promise_runs: found "{promise_runs}", expected one of {", ".join(PROMISE_CLOCKS)}')
    if agent_hours is not None:
        try:
            parse_week_hours(agent_hours)
        except ValueError as problem:
            problems.append(f"agent_hours: {problem}")
    if channel not in BACKLOG_CHANNELS:
        told = {"agent_hours": agent_hours is not None, "promise_runs": promise_runs != "always"}
        problems += [
            f"{name}: found it with channel {channel}, expected it with {' or '.join(BACKLOG_CHANNELS)} only"
            for name, given in (told | {"blend_with": bool(blend_with)}).items()
            if given
        ]
    return problems
