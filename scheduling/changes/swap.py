"""Two agents exchange shifts, or one takes over another's."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from scheduling.changes.situation import Answer, Situation
from wfm.errors import Finding, InputError

AgentDay = tuple[str, dt.date]


def swap(situation: Situation, one: AgentDay, other: AgentDay, *, tolerance_h: float = 0.0) -> Answer:
    """Give the shift of `one` to the agent of `other`, and the shift of `other`, if any, to the agent of `one`.

    Parameters
    ----------
    situation : Situation
    one, other : (agent, day)
        `one` has a shift on that day; `other` may be free.
    tolerance_h : float
        Agent-hours below the requirement that may be added.

    Returns
    -------
    Answer
        Refused where either would break a rule that was kept: rest, hours of the contract, skills, availability, days
        in a row.

    Raises
    ------
    InputError
        For an unknown agent, or a day on which `one` has no shift.
    """
    first, second = situation.shift_of(*one), situation.shift_of(*other)
    if first is None:
        found, wanted = f"{one[0]} has no shift on {one[1]}", "a shift to swap"
        raise InputError(Finding("swap", "no-shift", found, wanted))
    moved = [first] if second is None else [first, second]
    parts = [situation.without(moved), situation.handed(first, other[0])]
    if second is not None:
        parts.append(situation.handed(second, one[0]))
    return situation.answer(pd.concat(parts, ignore_index=True), tolerance_h=tolerance_h, allowed=())
