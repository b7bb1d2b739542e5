"""Exports that use Shiftcast's own column names or the words most systems share."""

from ingest.layout import SOURCES, Source

SOURCES.add(
    "generic_calls",
    Source(
        "calls",
        "A call log with the contract's column names or common words for them.",
        {
            "call_id": "call id | contact id | interaction id | conversation id | ucid | call",
            "queue": "queue name | skill | skill name | split | csq | service",
            "channel": "media type | media",
            "direction": "call direction | call type",
            "offered_at": "received | received at | arrived | arrival | arrival time | start | start time | call start"
            " | queued at | timestamp | date time | datetime",
            "offered_date": "date | call date | day",
            "offered_clock": "time | time of day | call time",
            "answered_at": "answer time | time answered | connected at",
            "ended_at": "end | end time | ended | hangup | disconnected at | call end",
            "wait_s": "wait | wait time | queue time | waiting time | speed of answer | time in queue",
            "talk_s": "talk | talk time | talking time | conversation time",
            "hold_s": "hold | hold time | time on hold",
            "acw_s": "acw | after call work | after-call work time | wrap-up | wrap-up time | wrap",
            "handle_s": "handle time | handling time | aht",
            "outcome": "disposition | status | result",
            "was_answered": "is answered | answered | answered y/n",
            "was_abandoned": "is abandoned | abandoned | abandon",
            "agent": "agent name | agent id | user",
            "customer": "customer id | caller | ani | caller id",
            "topic": "reason | subject | contact reason",
            "product": "product name",
            "transferred": "transfer | is transferred",
            "resolved": "is resolved | solved",
            "parent_call_id": "parent id | parent contact id | previous contact id",
        },
        required=(
            ("offered_at", "offered_date"),
            ("outcome", "answered_at", "ended_at", "was_answered", "was_abandoned", "talk_s", "handle_s"),
        ),
        general=True,
    ),
)

SOURCES.add(
    "generic_history",
    Source(
        "interval_history",
        "An interval history with the contract's column names or common words for them.",
        {
            "queue": "queue name | skill | skill name | split | csq | service",
            "channel": "media type | media",
            "interval_start": "interval | start | start time | interval start time | date time | datetime | timestamp"
            " | period | from",
            "interval_end": "end | end time | interval end time | to",
            "interval_date": "date | day",
            "interval_clock": "time | time of day | start of interval",
            "offered": "calls | volume | calls offered | contacts | received | offer | calls received",
            "answered": "calls answered | handled | calls handled | answer",
            "abandoned": "calls abandoned | abandons | abandon | lost",
            "short_abandoned": "short abandons | short calls",
            "answered_in_threshold": "answered in sl | answered within threshold | in service level",
            "talk_s": "talk time | total talk time",
            "hold_s": "hold time | total hold time",
            "acw_s": "acw time | total acw time | after call work time",
            "handle_s": "handle time | total handle time",
            "aht_s": "aht | aht(s) | average handle time | avg handle time | average handling time | avg handle",
            "wait_s": "wait time | total wait time",
            "asa_s": "asa | average speed of answer",
            "max_wait_s": "max wait | longest wait | max wait time",
            "avg_talk_s": "average talk time | avg talk time | att",
            "avg_acw_s": "average acw | avg acw time | average after call work time",
        },
        required=(("interval_start", "interval_date"), "offered"),
        general=True,
    ),
)
