"""Seconds a queue-forecast takes and how a thousand queues fan out, against one ETS fit of statsmodels a queue.

python benchmarks/forecast_speed.py [--queues 1000] [--jobs 2]
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import resource
import time

import numpy as np
import pandas as pd

import forecasting
from forecasting.calendars import Calendar
from forecasting.models import MODELS
from forecasting.opengrid import future_grid
from forecasting.reading import read_history
from wfm.params import Horizon

MONDAY = dt.date(2024, 1, 1)
WEEKS = 30
ZONE = "Europe/Amsterdam"
SINGLE = 20


def history(queues: int, seed: int = 1) -> pd.DataFrame:
    """Thirty weeks of half-hours, 08:00 to 20:00 on six days, volumes from 5 to 5,000 calls a day."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(MONDAY, periods=7 * WEEKS)
    days = days[days.day_of_week < 6]
    shape = np.exp(-(((np.arange(24) - 9) / 7.0) ** 2))
    shape /= shape.sum()
    starts = (days.to_numpy()[:, None] + np.arange(16, 40) * np.timedelta64(30, "m")).ravel()
    frames = []
    for queue in range(queues):
        level = 5 * 1000 ** rng.uniform()
        weekday = np.array([1.2, 1.05, 1.0, 0.95, 0.9, 0.5])[days.day_of_week]
        rates = level * weekday * np.exp(0.1 * rng.standard_normal(len(days)))
        calls = rng.poisson(rates[:, None] * shape).ravel().astype(float)
        frames.append(pd.DataFrame({"queue": f"q{queue:04d}", "interval_start": starts, "offered": calls}))
    frame = pd.concat(frames, ignore_index=True)
    instants = pd.DatetimeIndex(frame["interval_start"]).tz_localize(ZONE)
    return frame.assign(interval_start=instants, answered=frame["offered"], abandoned=0.0, aht_s=240.0)


def single(frame: pd.DataFrame) -> tuple[float, float]:
    """CPU seconds of one tuned forecast, and of one damped ETS fit of day totals, of the same queue."""
    all_series = read_history(frame).series[:SINGLE]
    spent = []
    for model in ("top_down", "ets"):
        MODELS[model](all_series[0], future_grid(all_series[0], 14, Calendar()), Calendar())
        begun = time.process_time()
        for one in all_series:
            MODELS[model](one, future_grid(one, 14, Calendar()), Calendar())
        spent.append((time.process_time() - begun) / len(all_series))
    return spent[0], spent[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queues", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    frame = history(asked.queues)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        ours, peer = single(frame)
    print(f"one queue, {WEEKS} weeks: tuned forecast {ours:.3f} s, damped ETS {peer:.3f} s, ratio {ours / peer:.2f}")
    horizon = Horizon(MONDAY + dt.timedelta(weeks=WEEKS), 14, 1800, ZONE)
    begun, cpu = time.perf_counter(), time.process_time()
    result = forecasting.forecast(frame, horizon, n_jobs=asked.jobs)
    wall = time.perf_counter() - begun
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 + children.ru_maxrss / 1024
    print(
        f"{asked.queues} queues with a six-week backtest on {asked.jobs} processes: {wall:.0f} s wall, "
        f"{wall * asked.jobs / asked.queues:.3f} s a queue and process, {time.process_time() - cpu:.0f} s of it in the "
        f"parent, about {memory:.0f} MB"
    )
    digest = hashlib.sha256(result.frame.to_csv(index=False).encode()).hexdigest()
    print(f"{len(result.frame)} rows, sha256 {digest[:16]}")


if __name__ == "__main__":
    main()
