"""The past that models learn from: without the planner's events, and with damage damped."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    series: Series
    effects: tuple[EventEffect, ...]
    trail: tuple[Damped, ...]


def learnable(train: Series, calendar: Calendar) -> Learnable:
    """Take out the planner's events, then damp outages, retrial storms and outliers."""
    effects = estimate_effects(train, calendar) if calendar.events else ()
    cleaned = clean(without_events(train, effects), calendar)
    return Learnable(cleaned.series, effects, cleaned.trail)
