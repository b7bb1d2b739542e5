"""Required agents of many intervals against pyworkforce's MultiErlangC in its best case, in the same run."""

from __future__ import annotations

import time

import numpy as np
from pyworkforce.queuing import MultiErlangC

import staffing
from wfm.params import ServiceTarget

INTERVALS = 100_000
PEER_INTERVALS = 5_000
INTERVAL_MIN = 30
TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)


def workload(intervals: int) -> tuple[np.ndarray, np.ndarray]:
    """Calls per half-hour and AHT [s] of a large operation, mean load about 33 erlangs."""
    random = np.random.default_rng(7)
    return np.exp(random.normal(np.log(80), 1.2, intervals)), random.uniform(120, 600, intervals)


def ours(calls: np.ndarray, aht_s: np.ndarray) -> tuple[np.ndarray, float]:
    start = time.process_time()
    found = staffing.required_agents(
        "erlang_c", calls=calls, interval_s=INTERVAL_MIN * 60, aht_s=aht_s, target=TARGET
    ).agents
    return found, time.process_time() - start


def peer(calls: np.ndarray, aht_s: np.ndarray) -> tuple[np.ndarray, float]:
    grid = [
        {"transactions": [c], "aht": [a / 60], "interval": [INTERVAL_MIN], "asa": [20 / 60]}
        for c, a in zip(calls.tolist(), aht_s.tolist(), strict=True)
    ]
    start = time.process_time()
    rows = MultiErlangC(param_grid=grid, n_jobs=1).required_positions({"service_level": [0.8]})
    return np.array([row["raw_positions"] for row in rows]), time.process_time() - start


def main() -> None:
    calls, aht_s = workload(INTERVALS)
    ours(calls[:10], aht_s[:10])
    found, our_s = ours(calls, aht_s)
    theirs, peer_s = peer(calls[:PEER_INTERVALS], aht_s[:PEER_INTERVALS])
    our_us, peer_us = our_s / INTERVALS * 1e6, peer_s / PEER_INTERVALS * 1e6
    print(f"shiftcast    {our_us:8.2f} us CPU an interval ({INTERVALS:,} intervals in {our_s:.3f} s)")
    print(f"pyworkforce  {peer_us:8.2f} us CPU an interval ({PEER_INTERVALS:,} intervals)")
    print(f"ratio        {peer_us / our_us:8.0f}")
    print(f"agreement    {np.mean(found[:PEER_INTERVALS] == theirs):8.2%}")


if __name__ == "__main__":
    main()
