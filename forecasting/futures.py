"""Whole futures of one queue, calls and handle times together, for staffing and simulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.distribution import PATHS, Distribution
from forecasting.handletime import HandleTime

HANDLE_TIME_STREAM = 1


@dataclass(frozen=True, slots=True)
class Futures:
    """What draws of calls and of AHT are made from; every call with the same number of paths gives the same draws.

    Parameters
    ----------
    calls : Distribution
    handle_time : HandleTime
    weekday, slot : ndarray of int, shape (intervals,)
    """

    calls: Distribution
    handle_time: HandleTime
    weekday: np.ndarray
    slot: np.ndarray

    def draw(self, paths: int = PATHS) -> tuple[np.ndarray, np.ndarray]:
        """Calls and AHT [s] of each path and interval, both of shape (paths, intervals); AHT is NaN if unknown."""
        calls = self.calls.paths(paths)
        rng = np.random.default_rng(np.random.SeedSequence((*self.calls.seed, HANDLE_TIME_STREAM)))
        return calls, self.handle_time.sample(self.weekday, self.slot, self.calls.day, calls, rng)
