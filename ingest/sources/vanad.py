"""Call log of the Rotterdam contact centre VANAD, 2014."""

import pandas as pd

from ingest.layout import SOURCES, Source


def _agent_leaves_at_transfer(calls: pd.DataFrame) -> pd.DataFrame:
    """The agent is free at the transfer where there is one; `hangup` is the customer's end."""
    freed_at = calls["transferred_at"].where(calls["transferred_at"].notna(), calls["ended_at"])
    return calls.assign(
        talk_s=(freed_at - calls["answered_at"]).dt.total_seconds(),
        transferred=calls["transferred_at"].notna().astype("boolean"),
    )


SOURCES.add(
    "vanad",
    Source(
        "calls",
        "VANAD call log: one row a call with the moments of receipt, answer, consultation, transfer and hang-up.",
        {
            "offered_at": "date_received",
            "queue": "queue_name",
            "agent": "agent_number",
            "answered_at": "answered",
            "consulted_at": "consult",
            "transferred_at": "transfer",
            "ended_at": "hangup",
        },
        required=("offered_at", "queue", "answered_at", "transferred_at", "ended_at"),
        notes=("the log holds no after-call work and no hold: handle time is talk time until transfer or hang-up",),
        adapt=_agent_leaves_at_transfer,
    ),
)
