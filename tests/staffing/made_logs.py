"""Call logs whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from staffing.simulation import Exponential, Lognormal
from staffing.simulation.calls import Demand, DrawnDays
from staffing.simulation.serving import serve
from staffing.simulation.staff import staff_steps

AGENTS, INTERVALS = 16, 8


def simulated_log(patience_s: float, days: int, seed: int, queue: str = "sales") -> pd.DataFrame:
    """A log as an ACD would write it: the patience of answered callers and the calls of lost ones never show."""
    demand = Demand([120.0] * INTERVALS, Lognormal(240.0, 0.7), Exponential(patience_s))
    drawn = DrawnDays(demand, 1800.0, days, np.random.SeedSequence(seed)).draw(slice(0, days))
    served = serve(drawn, staff_steps([AGENTS] * INTERVALS, 1800.0))
    wait = served.start_s - drawn.arrival_s
    lost = drawn.patience_s < wait
    day = np.repeat(np.arange(days), np.diff(drawn.first))
    return pd.DataFrame(
        {
            "call_id": [f"{queue}{i}" for i in range(len(wait))],
            "queue": queue,
            "offered_at": pd.Timestamp("2026-03-02 08:00", tz="Europe/Amsterdam")
            + pd.to_timedelta(day * 86400 + drawn.arrival_s, unit="s"),
            "wait_s": np.minimum(wait, drawn.patience_s),
            "talk_s": np.where(lost, np.nan, drawn.handle_s),
            "outcome": np.where(lost, "abandoned", "answered"),
        }
    )
