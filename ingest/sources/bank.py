"""Five-minute volumes of a North American bank, 2003."""

import pandas as pd

from ingest.layout import SOURCES, Source


def _handled_is_offered(history: pd.DataFrame) -> pd.DataFrame:
    return history.assign(answered=history["offered"])


SOURCES.add(
    "bank",
    Source(
        "interval_history",
        "Volumes only: one row an interval with the calls handled in it.",
        {"interval_start": "DateTime", "offered": "Calls"},
        required=("interval_start", "offered"),
        notes=("Calls are calls handled: callers who hung up are not in them, and the file holds no handle time",),
        adapt=_handled_is_offered,
    ),
)
