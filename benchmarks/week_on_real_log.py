"""Read a real call log, then plan two weeks of each of its queues: forecast, requirement, schedule.

Usage: python benchmarks/week_on_real_log.py CALLS [QUEUE ...]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import forecasting
import ingest
import scheduling
import staffing
from planning.workspace import next_week
from wfm.params import Horizon, QueueSpec, ServiceTarget, Shrinkage

INTERVAL_S = 1800
JOBS = 2


@contextmanager
def clock(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:<42}{time.perf_counter() - start:8.2f} s")


def plan_queue(history, queue: str) -> None:
    """Forecast, staff and schedule one queue's next week."""
    own = history[history["queue"] == queue].reset_index(drop=True)
    horizon = Horizon(next_week(own), 7, INTERVAL_S, str(own["interval_start"].dt.tz))
    with clock(f"queue {queue}: forecast and backtest"):
        forecast = forecasting.forecast(own, horizon, n_jobs=JOBS)
    spec = QueueSpec(queue, ServiceTarget(0.8, 20.0, max_occupancy=None), Shrinkage("0.3"))
    with clock(f"queue {queue}: requirement"):
        requirement = staffing.requirement(forecast.frame, {queue: spec}, interval_s=INTERVAL_S)
    with clock(f"queue {queue}: schedule"):
        made = scheduling.build_schedule(
            requirement, None, scheduling.default_rules(), horizon=horizon, version="benchmark", n_jobs=JOBS
        )
    print(f"  peak {requirement['staff'].max()} staff, {len(made.agents)} agents, gap {made.gap:.2%}, {made.status}")


def main(path: str, queues: list[str]) -> None:
    with clock("reading"):
        history = ingest.read_history([path], interval_s=INTERVAL_S).frame
    for queue in queues or sorted(history["queue"].unique()):
        with clock(f"queue {queue}: the whole plan"):
            plan_queue(history, queue)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
