"""Required agents of many intervals against pyworkforce in its best case, in the same run; CPU time throughout.

Erlang A is compared where pyworkforce has it (0.5.2 and later, Python 3.12 and newer).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import staffing
from wfm.params import ServiceTarget

INTERVALS, MANY_INTERVALS = 100_000, 1_000_000
PEER_INTERVALS, PEER_A_INTERVALS = 5_000, 100
REPEATS = 3
INTERVAL_MIN = 30
PATIENCE_S = 120.0
TARGET = ServiceTarget(0.8, 20.0, max_occupancy=None)


def workload(intervals: int) -> tuple[np.ndarray, np.ndarray]:
    """Calls per half-hour and AHT [s] of a large operation, mean load about 33 erlangs."""
    random = np.random.default_rng(7)
    return np.exp(random.normal(np.log(80), 1.2, intervals)), random.uniform(120, 600, intervals)


def timed(work: Callable[[], np.ndarray]) -> tuple[np.ndarray, float]:
    """The answer and the least of several times, as other work on the machine only adds."""
    spent = []
    for _ in range(REPEATS):
        start = time.process_time()
        answer = work()
        spent.append(time.process_time() - start)
    return answer, min(spent)


def ours(model: str, calls: np.ndarray, aht_s: np.ndarray) -> tuple[np.ndarray, float]:
    return timed(
        lambda: (
            staffing.required_agents(
                model, calls=calls, interval_s=INTERVAL_MIN * 60, aht_s=aht_s, target=TARGET, patience_s=PATIENCE_S
            ).agents
        )
    )


def points(calls: np.ndarray, aht_s: np.ndarray) -> list[dict[str, list[float]]]:
    return [
        {"transactions": [c], "aht": [a / 60], "interval": [INTERVAL_MIN], "asa": [20 / 60]}
        for c, a in zip(calls.tolist(), aht_s.tolist(), strict=True)
    ]


def peer_c(calls: np.ndarray, aht_s: np.ndarray) -> tuple[np.ndarray, float]:
    from pyworkforce.queuing import MultiErlangC

    peer = MultiErlangC(param_grid=points(calls, aht_s), n_jobs=1)
    return timed(lambda: np.array([r["raw_positions"] for r in peer.required_positions({"service_level": [0.8]})]))


def peer_a(calls: np.ndarray, aht_s: np.ndarray) -> tuple[np.ndarray, float] | None:
    try:
        from pyworkforce.queuing import ErlangA
    except ImportError:
        return None
    peers = [
        ErlangA(patience=PATIENCE_S / 60, **{name: value for name, (value,) in point.items()})
        for point in points(calls, aht_s)
    ]
    return timed(lambda: np.array([peer.required_positions(service_level=0.8)["raw_positions"] for peer in peers]))


def compare(model: str, peer: Callable[..., tuple[np.ndarray, float] | None], peer_intervals: int) -> None:
    calls, aht_s = workload(INTERVALS)
    ours(model, calls, aht_s)  # loads the compiled search
    found, our_s = ours(model, calls, aht_s)
    our_us = our_s / INTERVALS * 1e6
    print(f"{model}: shiftcast    {our_us:10.2f} us an interval ({INTERVALS:,} intervals in {our_s:.3f} s)")
    theirs = peer(calls[:peer_intervals], aht_s[:peer_intervals])
    if theirs is None:
        print(f"{model}: pyworkforce has none here")
        return
    peer_us = theirs[1] / peer_intervals * 1e6
    print(f"{model}: pyworkforce  {peer_us:10.2f} us an interval ({peer_intervals:,} intervals)")
    print(f"{model}: ratio        {peer_us / our_us:10.0f}")
    print(f"{model}: same answer  {np.mean(found[:peer_intervals] == theirs[0]):10.2%}")


def main() -> None:
    compare("erlang_c", peer_c, PEER_INTERVALS)
    _, many_s = ours("erlang_c", *workload(MANY_INTERVALS))
    print(f"erlang_c: {MANY_INTERVALS:,} intervals in {many_s:.2f} s")
    compare("erlang_a", peer_a, PEER_A_INTERVALS)


if __name__ == "__main__":
    main()
