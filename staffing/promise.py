"""Targets held against simulated days: by how much each is kept, interval by interval or over the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staffing.queueing import Array
from staffing.simulation.windows import Seen
from staffing.targets import TARGETS
from wfm.params import ServiceTarget

ASA_POINTS = 0.15
"""How a wait of nothing instead of the longest allowed compares with points of service level."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The measures that targets speak of, arrays of shape (intervals,); nan where nothing happened.

    Parameters
    ----------
    service_level, asa_s, occupancy, abandonment : array
        As in `Performance`.
    """

    service_level: Array
    asa_s: Array
    occupancy: Array
    abandonment: Array


def figures(seen: Seen, *, weighted: bool = False) -> Figures:
    """Ratios of sums over the days: every day alike, or by the weights that take chance out."""
    weights = seen.weights if weighted else np.ones(seen.weights.shape)
    o = seen.outcome
    offered, within, abandoned, answered, wait, busy, staffed = (
        np.einsum("di,di->i", weights, part)
        for part in (o.offered, o.within, o.abandoned, o.answered, o.wait_answered_s, o.busy_s, o.staffed_s)
    )
    return Figures(_over(within, offered), _over(wait, answered), _over(busy, staffed), _over(abandoned, offered))


@dataclass(frozen=True, slots=True)
class Promise:
    """What a plan must keep.

    Parameters
    ----------
    target : ServiceTarget
    over : {"interval", "day"}
        Where the service level must hold; the other targets hold in every interval.
    """

    target: ServiceTarget
    over: str = "interval"

    def slack(self, seen: Seen) -> Array:
        """By how much each target is kept, shape (targets, intervals), in shares of calls or of time.

        Rows are in the order of `TARGETS`; a service level over the day stands in every interval; inf where nothing
        is asked or no call expected. Negative is missed. A mean wait of 0 s counts as `ASA_POINTS`; where calls came
        and none was answered, or nobody was there, wait and occupancy are missed.
        """
        found, asked = figures(seen, weighted=True), self.target
        offered = np.einsum("di->i", seen.outcome.offered) > 0
        kept = np.full((len(TARGETS), seen.rates.size), np.inf)
        if asked.service_level is not None:
            level = found.service_level
            if self.over == "day" and seen.rates.sum() > 0:
                level = np.full(level.shape, np.nansum(level * seen.rates) / seen.rates[offered].sum())
            kept[0] = level - asked.service_level
        if asked.asa_s is not None:
            kept[1] = ASA_POINTS * (1 - found.asa_s / asked.asa_s)
        if asked.max_occupancy is not None:
            kept[2] = asked.max_occupancy - found.occupancy
        if asked.max_abandonment is not None:
            kept[3] = asked.max_abandonment - found.abandonment
        kept[np.isnan(kept)] = -ASA_POINTS
        kept[:, ~(offered & (seen.rates > 0))] = np.inf
        return kept


def _over(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator > 0)
