"""The public PwC call-centre workbook: one row a call, no queue and no wait of unanswered calls."""

from ingest.layout import SOURCES, Source

SOURCES.add(
    "pwc",
    Source(
        "calls",
        "PwC call-centre workbook.",
        {
            "call_id": "Call Id",
            "agent": "Agent",
            "offered_date": "Date",
            "offered_clock": "Time",
            "topic": "Topic",
            "was_answered": "Answered (Y/N)",
            "resolved": "Resolved",
            "wait_s": "Speed of answer in seconds",
            "talk_s": "AvgTalkDuration",
        },
        required=("call_id", "offered_date", "offered_clock", "was_answered", "wait_s", "talk_s"),
        notes=("the workbook holds no wait of unanswered calls, no hold and no after-call work",),
    ),
)
