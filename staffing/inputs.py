"""What each parameter of a queue may be; senseless values are refused together, in one message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wfm.errors import Finding, InputError

LARGEST = 1e12  # of any parameter
MOST_ERLANGS = 1e6


@dataclass(frozen=True, slots=True)
class Domain:
    """Legal values of one parameter, as a test and in words. Infinite and missing values are never legal."""

    expected: str
    holds: Callable[[NDArray[np.float64]], NDArray[np.bool_]]

    def broken_by(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        return ~(np.isfinite(values) & self.holds(values) & (np.abs(values) <= LARGEST))

    def wanted(self, value: float) -> str:
        """What is expected instead of a value that breaks it."""
        return f"{self.expected}, at most {LARGEST:g}" if LARGEST < abs(value) < np.inf else self.expected


_SECONDS = Domain("seconds >= 0", lambda v: v >= 0)
_POSITIVE_SECONDS = Domain("seconds > 0", lambda v: v > 0)

DOMAINS = {
    "calls": Domain("a number of calls >= 0", lambda v: v >= 0),
    "interval_s": _POSITIVE_SECONDS,
    "aht_s": _SECONDS,
    "patience_s": _POSITIVE_SECONDS,
    "lines": Domain(
        "a whole number of lines from 1 to 1,000,000", lambda v: (v >= 1) & (v <= 1e6) & (v == np.floor(v))
    ),
    "sources": Domain("a whole number of people >= 1", lambda v: (v >= 1) & (v == np.floor(v))),
    "concurrency": Domain("handle times > 0, one for each number of chats at hand", lambda v: v > 0),
    "redial": Domain("a share of at least 0 and below 1, such as 0.4", lambda v: (v >= 0) & (v < 1)),
    "reserve": Domain("a whole number of agents >= 0", lambda v: (v >= 0) & (v == np.floor(v))),
    "share": Domain("a share of at least 0 and below 1, such as 0.9", lambda v: (v >= 0) & (v < 1)),
    "accept": Domain("a probability from 0 to 1, such as 0.5", lambda v: (v >= 0) & (v <= 1)),
    "answer": Domain("a probability from 0 to 1, such as 0.7", lambda v: (v >= 0) & (v <= 1)),
    "most": Domain("a whole number of redials >= 0", lambda v: (v >= 0) & (v == np.floor(v))),
    "tries": Domain("a whole number of tries >= 1", lambda v: (v >= 1) & (v == np.floor(v))),
    "backlog": Domain("a whole number of tasks >= 0", lambda v: (v >= 0) & (v == np.floor(v))),
    "if_queue": Domain("a whole number of callers >= 0", lambda v: (v >= 0) & (v == np.floor(v))),
    "if_wait_s": _SECONDS,
    "promise_s": _SECONDS,
    "urgent_before_s": _SECONDS,
    "retry_after_s": _SECONDS,
    "ring_s": _SECONDS,
    "handle_factor": Domain("a factor > 0, such as 1.1", lambda v: v > 0),
    "max_blocking": Domain("a share above 0 and below 1, such as 0.01", lambda v: (v > 0) & (v < 1)),
    "agents": Domain("a whole number of agents >= 0", lambda v: (v >= 0) & (v == np.floor(v))),
    "min_agents": Domain("a whole number of agents >= 0", lambda v: (v >= 0) & (v == np.floor(v))),
    "answer_within_s": _SECONDS,
    "threshold_s": _SECONDS,
    "target_sl": Domain("a share above 0 and below 1, such as 0.8", lambda v: (v > 0) & (v < 1)),
    "target_threshold_s": _SECONDS,
    "target_asa_s": _POSITIVE_SECONDS,
    "target_occupancy": Domain("a share above 0 and at most 1, such as 0.85", lambda v: (v > 0) & (v <= 1)),
    "shrinkage": Domain("a share of at least 0 and below 1, such as 0.3", lambda v: (v >= 0) & (v < 1)),
}


def refuse_senseless(source: str, **values: ArrayLike) -> None:
    """Raise `InputError` with one finding per parameter outside its domain.

    Parameters
    ----------
    source : str
        Named in the findings.
    **values : array_like
        Parameters by the names in `DOMAINS`.
    """
    findings = []
    for name, value in values.items():
        array = _numbers(value)
        broken = array[DOMAINS[name].broken_by(array)]
        if broken.size:
            findings.append(
                Finding(
                    source,
                    "bad-number",
                    f"{broken[0]:g}",
                    DOMAINS[name].wanted(broken[0]),
                    column=name,
                    count=broken.size,
                )
            )
    if findings:
        raise InputError(findings)


def _numbers(value: ArrayLike) -> NDArray[np.float64]:
    if isinstance(value, np.ndarray) and value.dtype == object:
        return np.array([number for profile in set(value.ravel().tolist()) for number in profile], float)
    return np.atleast_1d(np.asarray(value, float))
