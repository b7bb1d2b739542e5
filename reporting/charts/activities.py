"""Activities and states in the few groups that a bar of a day can tell apart."""

from __future__ import annotations

OTHER = "Other"
_MEMBERS = {
    "Phone": ("phone", "ready", "on_call", "acw", "hold", "ring"),
    "Break or lunch": ("break", "lunch"),
    "Meeting, training, coaching": ("meeting", "training", "coaching"),
}
ACTIVITY_GROUPS = {
    "Phone": "forecast",
    "Break or lunch": "pause",
    "Meeting, training, coaching": "meeting",
    OTHER: "past",
}
"""Group to the role of its colour in the palette."""


def group_of(activity: str) -> str:
    """Group of an activity or a state."""
    return next((group for group, members in _MEMBERS.items() if activity in members), OTHER)
