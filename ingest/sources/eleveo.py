"""Eleveo WFM: history import file."""

from ingest.layout import SOURCES, Source

SOURCES.add(
    "eleveo",
    Source(
        "interval_history",
        "Eleveo history: one row a queue and quarter of an hour with volume and AHT.",
        {
            "interval_start": "DateTime",
            "acd_id": "ACD ID",
            "queue": "Queue",
            "offered": "Offered",
            "aht_s": "AHT(s) | AHT",
        },
        required=("interval_start", "acd_id", "queue", "offered", "aht_s"),
    ),
)
