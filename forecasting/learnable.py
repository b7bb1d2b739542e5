"""The past that models learn from: without the planner's events, and with damage damped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.calendars import Calendar
from forecasting.cleaning import Damped, clean
from forecasting.eventeffects import EventEffect, without_events
from forecasting.eventestimate import estimate_effects
from forecasting.series import Series


@dataclass(frozen=True, slots=True)
class Learnable:
    """A history to learn from, and what was taken out of it.

    Parameters
    ----------
    series : Series
    effects : tuple of EventEffect
        To be put on the forecast again.
    trail : tuple of Damped
        What was damped.
    damping : ndarray, shape (days, slots)
        What is left of each interval's calls after damping, the events apart; NaN where they were lost.
    """

    series: Series
    effects: tuple[EventEffect, ...]
    trail: tuple[Damped, ...]
    damping: np.ndarray

    def damped(self, calls: np.ndarray) -> np.ndarray:
        """The calls that came, events included, without what no forecast could be held to; shape (days, slots)."""
        return np.asarray(calls * self.damping)


def learnable(train: Series, calendar: Calendar) -> Learnable:
    """Take out the planner's events, then damp outages, retrial storms and outliers."""
    effects = estimate_effects(train, calendar) if calendar.events else ()
    ordinary = without_events(train, effects)
    cleaned = clean(ordinary, calendar)
    before, after = ordinary.calls, cleaned.series.calls
    kept = np.divide(after, before, out=np.ones_like(before), where=before > 0)
    damping = np.where(np.isfinite(before) & ~np.isfinite(after), np.nan, np.where(np.isfinite(kept), kept, 1.0))
    return Learnable(cleaned.series, effects, cleaned.trail, damping)
