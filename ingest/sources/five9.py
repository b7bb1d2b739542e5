"""Five9: call log report."""

import pandas as pd

from ingest.layout import SOURCES, Source


def _outcome(calls: pd.DataFrame) -> pd.DataFrame:
    """Neither abandoned nor talked to an agent: the call ended before it reached a queue."""
    outcome = pd.Series("failed", index=calls.index, dtype=object)
    outcome[calls["talk_s"].fillna(0) > 0] = "answered"
    outcome[calls["was_abandoned"].fillna(False).astype(bool)] = "abandoned"
    return calls.assign(outcome=outcome)


SOURCES.add(
    "five9",
    Source(
        "calls",
        "Five9 call log report.",
        {
            "call_id": "CALL ID",
            "offered_at": "TIMESTAMP | DATE TIME",
            "offered_date": "DATE",
            "offered_clock": "TIME",
            "queue": "SKILL | CAMPAIGN",
            "direction": "CALL TYPE",
            "agent": "AGENT | AGENT NAME | AGENT EMAIL",
            "customer": "ANI | CUSTOMER NAME",
            "topic": "DISPOSITION",
            "wait_s": "QUEUE WAIT TIME",
            "talk_s": "TALK TIME",
            "hold_s": "HOLD TIME",
            "acw_s": "AFTER CALL WORK TIME",
            "was_abandoned": "ABANDONED",
            "parent_call_id": "PARENT SESSION ID",
        },
        required=(("offered_at", "offered_date"), "queue", "talk_s", "acw_s", "was_abandoned"),
        notes=("calls that neither abandoned nor talked to an agent count as failed, not as offered",),
        adapt=_outcome,
    ),
)
