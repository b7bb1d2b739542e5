"""The planner's side of the centre: the text of its `wfm.toml` and its map of states to activities."""

from __future__ import annotations

import pandas as pd

from demo.centre import SERVICE, Queue, queues_of
from demo.shifts import FULL_DAY, LUNCH, MEETING, SHORT_DAY, Shift
from demo.spec import CURRENCY, DemoSpec, clock

HANDLING = ("on_call", "acw")
AT_THE_PHONE = ("ready", *HANDLING)
AWAY = ("break", "lunch", "meeting", "training", "coaching")
STATES = (*AT_THE_PHONE, *AWAY, "not_ready", "logged_off")

HEAD = """\
# The workspace of a simulated contact centre. Change a line, then run `wfm plan` again.
# Durations are written 20s, 3min, 8h30min, m:ss or in seconds.

[workspace]
name = "Demo centre"
timezone = "{timezone}"
interval = "{interval_min}min"
country = "{country}"                  # its public holidays are known to the forecast
currency = "{currency}"
seed = {seed}

[data]                          # files relative to this folder; * matches several
calls = ["data/calls*"]
agents = "data/agents.csv"
agent_states = ["data/agent_states*"]
state_map = "data/state_map.csv"

[forecast]
weeks = 1
models = "auto"                 # chosen per queue by backtest
backtest_weeks = 6

[staffing]                      # every queue, unless its own section below says otherwise
service_level = {service_level:.2f}            # share of offered calls ...
answer_within = "{answer_within}s"           # ... answered within this time
max_occupancy = 0.88            # busier agents burn out
model = "erlang_a"              # counts with callers who hang up
patience = "{patience_min}min"               # how long they wait on average
shrinkage = 0.10                # absence, lateness, pauses; breaks are placed by the schedule and not part of it
"""

SCHEDULE_HEAD = """
[schedule]
# min_rest = "11h"              # between the end of a shift and the start of the next
max_days_per_week = 5
max_consecutive_days = 6
hourly_cost = 25.0
time_limit = "5s"               # how hard to search; 60s when left out
understaffing_cost_per_hour = 500.0    # an agent-hour short; far dearer than a paid hour, so gaps are a last resort
"""


def workspace_toml(spec: DemoSpec) -> str:
    """Text of the workspace's `wfm.toml`, with comments for the planner."""
    queues = queues_of(spec)
    head = HEAD.format(
        timezone=spec.timezone,
        interval_min=spec.interval_s // 60,
        country=spec.country,
        currency=CURRENCY,
        seed=spec.seed,
        service_level=SERVICE.service_level,
        answer_within=format(SERVICE.answer_within_s, "g"),
        patience_min=format(SERVICE.patience_s / 60, "g"),
    )
    opens = min(queue.kind.opens_h for queue in queues) * 3600
    closes = max(queue.kind.closes_h for queue in queues) * 3600
    shifts = [
        _shift_section("full", FULL_DAY, opens, closes),
        _shift_section("short", SHORT_DAY, opens, closes),
    ]
    return "".join([head, *(_queue_section(queue) for queue in queues), SCHEDULE_HEAD, *shifts])


def _queue_section(queue: Queue) -> str:
    """The section of a queue, with what differs from the service queue; empty where nothing does."""
    kind = queue.kind
    lines = []
    if kind.service_level != SERVICE.service_level or kind.answer_within_s != SERVICE.answer_within_s:
        lines.append(f"service_level = {kind.service_level:.2f}")
        lines.append(f'answer_within = "{kind.answer_within_s:g}s"')
    if kind.patience_s != SERVICE.patience_s:
        lines.append(f'patience = "{kind.patience_s / 60:g}min"')
    return "\n".join([f"\n[queues.{queue.name}]", *lines, ""]) if lines else ""


def _shift_section(name: str, shift: Shift, opens_s: float, closes_s: float) -> str:
    breaks = [
        f'  {{ name = "{"lunch" if activity == LUNCH else "break"}", length = "{_duration(length)}", '
        f'earliest = "{_duration(min(starts))}", latest = "{_duration(max(starts))}"'
        f"{', paid = false' if activity == LUNCH else ''} }},"
        for activity, length, starts in shift.away
        if activity != MEETING
    ]
    return "\n".join(
        [
            "\n[[schedule.shifts]]",
            f'name = "{name}"',
            f'length = "{_duration(shift.length_s)}"',
            f'earliest_start = "{clock(opens_s)}"',
            f'latest_start = "{clock(closes_s - shift.length_s)}"',
            'start_step = "30min"',
            "breaks = [                      # each starts between these times after the shift does",
            *breaks,
            "]",
            "",
        ]
    )


def _duration(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}min" if minutes or not hours else "")


def state_map(spec: DemoSpec) -> pd.DataFrame:
    """Which agent state fits which scheduled activity in this centre.

    A call or its after-call work that runs into a break counts neither way; time off that is spent at the
    phone does not either.

    Returns
    -------
    DataFrame
        Columns state, activity, rule (in, out or neutral); every pair once.
    """
    pairs = [(state, activity) for activity in ("phone", *AWAY, "time_off") for state in STATES]
    frame = pd.DataFrame(pairs, columns=["state", "activity"], dtype="str")
    return frame.assign(rule=pd.Series([_rule(state, activity) for state, activity in pairs], dtype="str"))


def _rule(state: str, activity: str) -> str:
    if activity == "time_off":
        return "neutral"
    if activity == "phone":
        return "in" if state in AT_THE_PHONE else "out"
    if state in HANDLING:
        return "neutral"
    return "in" if state == activity else "out"
