"""Schedules written by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

ZONE = "Europe/Amsterdam"


def schedule(rows: list[tuple[str, str, str, str, str | None]]) -> pd.DataFrame:
    """Rows of agent, start, end, activity, queue in local time; phone stretches are productive, lunch is not paid."""
    agent, start, end, activity, queue = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "version": "v1",
            "agent": agent,
            "start": pd.DatetimeIndex(start).tz_localize(ZONE, ambiguous=np.ones(len(rows), bool)),
            "end": pd.DatetimeIndex(end).tz_localize(ZONE, ambiguous=np.ones(len(rows), bool)),
            "activity": activity,
            "queue": queue,
            "paid": [a != "lunch" for a in activity],
            "productive": [a == "phone" for a in activity],
        }
    )
