"""Erlang C as the package pyworkforce computes it, so that a planner can compare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from staffing.queueing import Array
from wfm.errors import UsageProblem
from wfm.params import QueueSpec


def refuse_unknown_targets(spec: QueueSpec) -> None:
    """Raise `UsageProblem` where pyworkforce's ErlangC can't answer what `spec` asks."""
    asked = {
        f"model {spec.model}": spec.model != "erlang_c",
        "asa_s": spec.target.asa_s is not None,
        "max_abandonment": spec.target.max_abandonment is not None,
        "no service_level": spec.target.service_level is None,
    }
    if unknown := [name for name, found in asked.items() if found]:
        raise UsageProblem(
            f"queue {spec.queue}: engine pyworkforce: found {', '.join(unknown)}, expected model erlang_c with a "
            "service_level and, if wanted, max_occupancy; use engine shiftcast"
        )


def pyworkforce_agents(
    calls: Array, aht_s: Array, interval_s: int, spec: QueueSpec
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Agents on the phone by ``pyworkforce.queuing.MultiErlangC``, one point an interval.

    Parameters
    ----------
    calls, aht_s : array, shape (n,)
        Calls offered and mean handle time [s].
    interval_s : int
        Interval length [s].
    spec : QueueSpec
        Its target is read; `min_agents` is not.

    Returns
    -------
    agents : int array, shape (n,)
        0 where pyworkforce gives no answer.
    answered : bool array, shape (n,)
        False where it refuses: no calls, no handle time, or a threshold of 0 s.
    """
    from pyworkforce.queuing import MultiErlangC

    target = spec.target
    agents = np.zeros(calls.shape, np.int64)
    answered = (calls > 0) & (aht_s > 0) & (target.answer_within_s > 0)
    if answered.any():
        fixed = {"interval": [interval_s / 60], "asa": [target.answer_within_s / 60]}
        points = [
            {"transactions": [count], "aht": [length / 60]} | fixed
            for count, length in zip(calls[answered].tolist(), aht_s[answered].tolist(), strict=True)
        ]
        asked = {"service_level": [target.service_level], "max_occupancy": [target.max_occupancy or 1.0]}
        solutions = MultiErlangC(points, n_jobs=1).required_positions(asked)
        agents[answered] = [solution["raw_positions"] for solution in solutions]
    return agents, answered
