"""Calabrio WFM: forecast file without header, which its users also keep history in."""

import pandas as pd

from ingest.layout import SOURCES, Source

_MOMENT = r"\d{8} \d\d:\d\d"
_NUMBER = r"\d+(?:\.\d+)?"


def _task_and_after_work(history: pd.DataFrame) -> pd.DataFrame:
    return history.assign(aht_s=history["avg_talk_s"] + history["avg_acw_s"])


SOURCES.add(
    "calabrio",
    Source(
        "interval_history",
        "Calabrio WFM forecast file: skill, start, end, volume, task time, after-task work, agents; no header.",
        dict.fromkeys(("queue", "interval_start", "interval_end", "offered", "avg_talk_s", "avg_acw_s", "agents"), ""),
        required=(),
        adapt=_task_and_after_work,
        first_row=(r".+", _MOMENT, _MOMENT, _NUMBER, _NUMBER, _NUMBER),
    ),
)
