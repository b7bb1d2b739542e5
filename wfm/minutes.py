"""Numbers without a unit that are few for seconds and usual for minutes: they are asked about, never changed."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
import pandas as pd

from wfm.errors import Finding

# Seconds below which a positive number of each quantity is a doubtful one.
_LEAST_S = {"aht": 10, "chats_aht": 10, "patience": 10, "answer_within": 3, "threshold": 3, "asa": 1, "interval": 61}
_COLUMN = {
    "aht_s": "aht",
    "patience_s": "patience",
    "threshold_s": "threshold",
    "target_threshold_s": "threshold",
    "target_asa_s": "asa",
    "interval_s": "interval",
}


def is_doubtful(name: str, value: float) -> bool:
    """Whether so many seconds for a quantity, written without a unit, look like minutes."""
    return 0 < value < _LEAST_S.get(name, 0)


def refuse_doubtful(name: str, text: str, seconds: float) -> None:
    """Raise `ValueError` that asks back where `text` names no unit and its seconds look like minutes."""
    if text.strip().replace(",", ".").replace(".", "", 1).isdigit() and is_doubtful(name, seconds):
        raise ValueError(f'found "{text}", which is {seconds:g} seconds: write {seconds:g}min or {seconds:g}s')


def doubtful_columns(table: pd.DataFrame, source: str, leave_out: Container[int | None] = ()) -> list[Finding]:
    """A warning for each column of seconds that holds such numbers.

    Parameters
    ----------
    table : DataFrame
        Numbers or text, rows in the order of the file.
    source : str
        Named in the findings.
    leave_out : container of int
        Rows of the file, the header being row 1, that are not looked at.
    """
    findings = []
    for name in (column for column in _COLUMN if column in table.columns):
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(float)
        doubts = [is_doubtful(_COLUMN[name], v) and row not in leave_out for row, v in enumerate(values.tolist(), 2)]
        if (rows := np.flatnonzero(doubts)).size:
            found = f"{values[rows[0]]:g} seconds, as if minutes were meant"
            fix = f"{values[rows[0]]:g} min are {60 * values[rows[0]]:g}; computed as they stand"
            place: dict[str, Any] = {"row": int(rows[0]) + 2, "column": name, "count": rows.size}
            findings.append(Finding(source, "minutes", found, "seconds", fix, severity="warning", **place))
    return findings
