"""Would time off be possible, and if not, when?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from scheduling.changes.situation import Answer, Situation
from wfm.errors import Finding, InputError

COLUMNS = ["start", "end", "granted", "extra_short_h", "paid_h_off", "why"]


def time_off_request(
    situation: Situation,
    agent: str,
    start: pd.Timestamp,
    end: pd.Timestamp,
    *,
    tolerance_h: float = 0.0,
    most_away: int | None = None,
    alternatives: int = 5,
) -> Answer:
    """Try an absence on the published schedule.

    Parameters
    ----------
    situation : Situation
    agent : str
    start, end : Timestamp
        The absence; every shift that it touches is given up whole.
    tolerance_h : float
        Agent-hours below the requirement that may be added.
    most_away : int, optional
        Allotment: agents with approved time off at any moment of the absence, this one included.
    alternatives : int
        How many other dates are told, the nearest of the best.

    Returns
    -------
    Answer
        `alternatives` holds the same absence on other days of the schedule: start, end, granted, extra_short_h,
        paid_h_off and why, those granted first, then by agent-hours short and by distance.

    Raises
    ------
    InputError
        For an unknown agent or an absence that ends before it starts.
    """
    if not start < end:
        raise InputError(Finding("time-off", "bad-time", f"{start} to {end}", "an end after the start"))
    situation.shift_of(agent, start.date())
    asked = _try(situation, agent, start, end, tolerance_h, most_away)
    others = []
    first, last = min(w.day for w in situation.worked), max(w.day for w in situation.worked)
    for shift in range((first - start.date()).days, (last - start.date()).days + 1):
        if shift:
            offset = pd.DateOffset(days=shift)
            others.append((abs(shift), start + offset, end + offset))
    tried = [(apart, a, b, _try(situation, agent, a, b, tolerance_h, most_away)) for apart, a, b in others]
    ranked = sorted(tried, key=lambda row: (not row[3].granted, max(row[3].extra_short_h, 0.0), row[0], row[1]))
    rows = [
        (a, b, found.granted, found.extra_short_h, _paid_h(situation, agent, a, b), "; ".join(found.reasons))
        for _, a, b, found in ranked[:alternatives]
    ]
    return replace(asked, alternatives=pd.DataFrame(rows, columns=COLUMNS))


def _try(
    situation: Situation,
    agent: str,
    start: pd.Timestamp,
    end: pd.Timestamp,
    tolerance_h: float,
    most_away: int | None,
) -> Answer:
    given_up = [w for w in situation.worked if w.agent == agent and w.start < end and w.end > start]
    answer = situation.answer(situation.without(given_up), tolerance_h=tolerance_h)
    away = _away(situation, agent, start, end) + 1
    if most_away is not None and away > most_away:
        reasons = (*answer.reasons, f"{away} would be away at once, the allotment is {most_away}")
        return replace(answer, granted=False, reasons=reasons)
    return answer


def _away(situation: Situation, agent: str, start: pd.Timestamp, end: pd.Timestamp) -> int:
    """Most other agents with approved time off at one moment of an absence."""
    if situation.time_off is None:
        return 0
    rows = situation.time_off
    rows = rows[(rows["kind"] == "approved") & (rows["agent"] != agent) & (rows["start"] < end) & (rows["end"] > start)]
    moments = [start, *rows["start"][rows["start"] > start]]
    return max(((rows["start"] <= at) & (rows["end"] > at)).sum() for at in moments)


def _paid_h(situation: Situation, agent: str, start: pd.Timestamp, end: pd.Timestamp) -> float:
    return sum(w.paid_s for w in situation.worked if w.agent == agent and w.start < end and w.end > start) / 3600
