"""Genesys Cloud: interval export of the queue performance view."""

from ingest.layout import SOURCES, Source

_MILLISECONDS = 0.001

SOURCES.add(
    "genesys",
    Source(
        "interval_history",
        "Genesys Cloud queue performance, exported by interval.",
        {
            "interval_start": "Interval Start",
            "interval_end": "Interval End",
            "queue": "Queue Name | Queue",
            "channel": "Media Type | Media",
            "offered": "Offer | Offered",
            "answered": "Answer | Answered",
            "abandoned": "Abandon | Abandoned",
            "short_abandoned": "Short Abandon",
            "aht_s": "Avg Handle",
            "asa_s": "ASA",
            "max_wait_s": "Max Wait",
        },
        required=("interval_start", "interval_end", "queue", "offered", "aht_s"),
        units_s={"aht_s": _MILLISECONDS, "asa_s": _MILLISECONDS, "max_wait_s": _MILLISECONDS},
        notes=(
            "Avg Hold and Avg ACW are per held call and per call with after-call work, so sums are left unknown; "
            "Genesys counts handle time in the interval in which after-call work ends",
        ),
    ),
)
