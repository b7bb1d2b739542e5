"""Adherence: what agents were scheduled to do against the states they were in."""

from adherence.measure import adherence
from adherence.presence import presence
from adherence.result import AdherenceResult
from adherence.statemap import (
    AVAILABLE_STATES,
    DEFAULT_STATE_MAP,
    HANDLING_STATES,
    LOGGED_OFF,
    PRODUCTIVE_STATES,
)

__all__ = [
    "AVAILABLE_STATES",
    "DEFAULT_STATE_MAP",
    "HANDLING_STATES",
    "LOGGED_OFF",
    "PRODUCTIVE_STATES",
    "AdherenceResult",
    "adherence",
    "presence",
]
