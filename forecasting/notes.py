"""Small helpers of speech: findings about a queue, midnights as instants."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wfm.errors import Finding, Severity


def about(queue: str, rule: str, found: str, treatment: str, severity: Severity = "warning") -> Finding:
    """A finding about one queue: what is there and what is done about it."""
    return Finding(f"queue {queue}", rule, found, fix=treatment, severity=severity)


def midnight(day: np.datetime64, timezone: str) -> pd.Timestamp:
    """Start of a local day as an instant."""
    return pd.Timestamp(day).as_unit("us").tz_localize(timezone)
