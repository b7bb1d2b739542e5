"""How the agents' time was spent: occupancy, adherence and conformance."""

from __future__ import annotations

from kpis.kpi import Kpi, Measure, define
from kpis.sql import count, known, total

_busy = known("handling_s", "available_s")
_handling = "state IN ('on_call', 'on_hold', 'acw')"
_on_queue = "state IN ('ready', 'on_call', 'on_hold', 'acw')"
define(
    Kpi(
        name="occupancy",
        words="Time handling calls (talk, hold, after-call work) / (time handling + time available). A stretch in an "
        "agent-state log belongs to the period it starts in.",
        measures=(
            Measure(
                "presence",
                ("handling_s", "available_s"),
                total("handling_s", _busy),
                total("handling_s + available_s", _busy),
                count(_busy),
            ),
            Measure(
                "agent_states",
                ("state", "end"),
                total("duration_s", _handling),
                total("duration_s", _on_queue),
                count(f"{_on_queue} AND {known('duration_s')}"),
                ("duration_s",),
            ),
        ),
        unit="1",
        better="lower",
        why_null="nobody handled calls or was available",
        source="Amazon Connect, occupancy: on contact / (on contact + idle)",
    )
)

_measured = known("scheduled_s", "in_adherence_s", "neutral_s")
define(
    Kpi(
        name="adherence",
        words="Scheduled time in a state that fits the activity / (scheduled time - neutral time).",
        measures=(
            Measure(
                "adherence",
                ("scheduled_s", "in_adherence_s", "neutral_s"),
                total("in_adherence_s", _measured),
                total("scheduled_s - neutral_s", _measured),
                count(_measured),
            ),
        ),
        unit="1",
        better="higher",
        why_null="no scheduled time that counts",
        source="Calabrio, historical adherence",
    )
)

_productive = known("productive_worked_s", "productive_scheduled_s")
define(
    Kpi(
        name="conformance",
        words="Productive time worked, in or out of shift / productive time scheduled; may exceed 100 %.",
        measures=(
            Measure(
                "adherence",
                ("productive_worked_s", "productive_scheduled_s"),
                total("productive_worked_s", _productive),
                total("productive_scheduled_s", _productive),
                count(_productive),
            ),
        ),
        unit="1",
        better="context",
        why_null="no productive time scheduled",
        source="Genesys Cloud and CX Central, conformance",
    )
)
