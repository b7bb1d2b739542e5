"""What agents have to bear: the forecast's calls, the load of calls still in hand, and how sure to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from staffing.demandrisk import calls_at_risk, calls_share, load_spread
from staffing.handletimes import HandleTimes
from staffing.offeredload import METHODS, offered_load
from staffing.queueing import Array

EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class Demand:
    """How a forecast becomes the load that is staffed for.

    Parameters
    ----------
    load : str
        ``sipp`` (each interval on its own), ``lagged`` or ``mol`` (calls in hand counted over the day).
    risk : float or str, optional
        A probability with which the target is to be met in each interval, or ``expected``: the target is to be met
        on average over what the demand may be. None takes the mean for certain.
    handle_times : HandleTimes
        Their shape, for ``mol``.
    by_queue : mapping of str to HandleTimes
        Shape of the queues whose own is known.

    Raises
    ------
    ValueError
        If the load is unknown or the risk is no probability.
    """

    load: str = "sipp"
    risk: float | str | None = None
    handle_times: HandleTimes = field(default_factory=HandleTimes)
    by_queue: Mapping[str, HandleTimes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.load not in METHODS:
            raise ValueError(f'load: found "{self.load}", expected one of {", ".join(METHODS)}')
        if isinstance(self.risk, str) and self.risk != EXPECTED:
            raise ValueError(f'risk: found "{self.risk}", expected a probability such as 0.9, or expected')
        if isinstance(self.risk, float) and not 0 < self.risk < 1:
            raise ValueError(f"risk: found {self.risk}, expected a probability between 0 and 1")

    def spread(self, forecast: pd.DataFrame) -> Array:
        """Coefficient of variation of the load in each row; 0 where the mean is taken for certain."""
        if self.risk is None:
            return np.zeros(len(forecast))
        return load_spread(forecast, self._handle_cv(forecast))

    def calls_share(self, forecast: pd.DataFrame) -> Array:
        """Part of the load's variance that calls make, in each row."""
        return calls_share(forecast, self._handle_cv(forecast))

    def _handle_cv(self, forecast: pd.DataFrame) -> list[float]:
        return [self.by_queue.get(queue, self.handle_times).cv for queue in forecast["queue"].astype(str)]

    def of_queue(self, part: pd.DataFrame, interval_s: int) -> tuple[Array, Array, Array, Array]:
        """Calls to bear, calls to staff for, their handle time [s] and the spread of their rate, shape (rows,).

        The calls to bear are those that would bring the interval's load; an interval into which only calls in hand
        reach takes the queue's handle time. `part` holds the forecast of one queue, in the order of time.
        """
        calls = part["calls"].to_numpy(float)
        aht = part["aht_s"].fillna(0.0).to_numpy(float)
        if self.load != "sipp":
            starts = (part["interval_start"] - part["interval_start"].iloc[0]).dt.total_seconds().to_numpy(float)
            shape = self.by_queue.get(str(part["queue"].iloc[0]), self.handle_times)
            load = offered_load(calls, aht, starts, interval_s, method=self.load, handle_times=shape)
            usual = float(np.average(aht, weights=calls)) if calls.sum() > 0 else 0.0
            aht = np.where((load > 0) & ~((calls > 0) & (aht > 0)), usual, aht)
            calls = np.divide(load * interval_s, aht, out=calls.copy(), where=aht > 0)
        spread = self.spread(part)
        sure = calls if self.risk in (None, EXPECTED) else calls_at_risk(calls, spread, float(self.risk or 0))
        return calls, sure, aht, spread
