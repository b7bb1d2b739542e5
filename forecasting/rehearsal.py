"""One past week as a model would have forecast it, against what came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.series import span


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One week forecast from one cut-off.

    Parameters
    ----------
    cutoff : datetime64[D]
        First day that was not known.
    lead_weeks : int
        1 for the week that follows the cut-off.
    actual : ndarray, shape (7, slots)
        NaN in cells that are not scored.
    predicted : ndarray, shape (7, slots)
    """

    cutoff: np.datetime64
    lead_weeks: int
    actual: np.ndarray
    predicted: np.ndarray

    @property
    def first_day(self) -> np.datetime64:
        return span(self.cutoff, 7 * self.lead_weeks)[-7]
