"""Which agent state fits which scheduled activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from wfm.contract import Column, Contract
from wfm.errors import Finding, Findings

LOGGED_OFF = "logged_off"
PHONE = "phone"
TIME_OFF = "time_off"
AVAILABLE_STATES = ("ready",)
HANDLING_STATES = ("on_call", "on_hold", "acw")
PRODUCTIVE_STATES = AVAILABLE_STATES + HANDLING_STATES

IN, OUT, NEUTRAL, UNMAPPED = range(4)
_RULES = {"in": IN, "out": OUT, "neutral": NEUTRAL}
_SAME_NAME = ("break", "lunch", "meeting", "training", "coaching")
_STATE_MAP = Contract(
    "state_map",
    "One row a pair of state and activity; a pair that is not listed is out of adherence.",
    ("state", "activity"),
    (
        Column("state", "text", "", "agent state"),
        Column("activity", "text", "", "scheduled activity"),
        Column("rule", "text", "", "in, out or neutral", choices=tuple(_RULES)),
    ),
)
_STATES = (*PRODUCTIVE_STATES, *_SAME_NAME, "not_ready", LOGGED_OFF)


def _default_rule(state: str, activity: str) -> str:
    if activity == TIME_OFF:
        return "neutral"
    fits = state in PRODUCTIVE_STATES if activity == PHONE else state == activity
    return "in" if fits else "out"


DEFAULT_STATE_MAP = pd.DataFrame(
    [
        (state, activity, _default_rule(state, activity))
        for activity in (PHONE, *_SAME_NAME, TIME_OFF)
        for state in _STATES
    ],
    columns=["state", "activity", "rule"],
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The state map over the names in use: `table[state, activity]` is IN, OUT, NEUTRAL or UNMAPPED."""

    states: pd.Index
    activities: pd.Index
    table: npt.NDArray[np.int8]

    def of(self, state: str) -> npt.NDArray[np.int8]:
        """Rule of one state for each activity."""
        row: npt.NDArray[np.int8] = self.table[self.states.get_loc(state)]
        return row

    def fitting(self, activities: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """States that are `in` for at least one of the activities marked."""
        fits: npt.NDArray[np.bool_] = (self.table[:, activities] == IN).any(axis=1)
        return fits


def read_rules(state_map: pd.DataFrame | None, states: pd.Index, activities: pd.Index, findings: Findings) -> Rules:
    """Lay a state map over the states of a log and the activities of a schedule.

    Parameters
    ----------
    state_map : DataFrame or None
        Columns state, activity, rule (in, out or neutral); `DEFAULT_STATE_MAP` when None.
    states, activities : Index
        Names in use.
    findings : Findings
        Gets a warning for each name that the map does not know in any pair.

    Raises
    ------
    InputError
        If a column is missing, a rule is none of the three, or a pair is listed twice.
    """
    known = DEFAULT_STATE_MAP if state_map is None else _STATE_MAP.validate(state_map)
    table = np.full((len(states), len(activities)), UNMAPPED, dtype=np.int8)
    row, column = states.get_indexer(known["state"]), activities.get_indexer(known["activity"])
    used = (row >= 0) & (column >= 0)
    table[row[used], column[used]] = known["rule"].map(_RULES).to_numpy(np.int8)[used]
    _report_unknown("agent_states", "state", states.drop(LOGGED_OFF), known, findings)
    _report_unknown("schedule", "activity", activities, known, findings)
    return Rules(states, activities, table)


def _report_unknown(source: str, column: str, names: pd.Index, known: pd.DataFrame, findings: Findings) -> None:
    for name in names.difference(pd.Index(known[column])):
        findings.add(
            Finding(
                source,
                f"unmapped-{column}",
                f'"{name}", which the state map does not list',
                fix="counted as out of adherence; add it to the state map",
                column=column,
                severity="warning",
            )
        )
