"""Whom to ask for overtime where people are short, and to whom to offer time off where too many are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scheduling.changes.situation import CONSENTED, Situation
from scheduling.rules.force import in_force
from scheduling.worked import Stretch, Worked

COLUMNS = ["kind", "agent", "day", "where", "minutes", "from", "until", "short_h_saved", "paid_h", "worth"]
STEPS_MIN = (30, 60, 90, 120)
GRID_S = 300


@dataclass(frozen=True)
class _Offer:
    """A shift made longer or shorter at one end."""

    kind: str
    where: str
    minutes: int
    start: pd.Timestamp
    end: pd.Timestamp
    queue: str
    changed: Worked

    @property
    def paid_h(self) -> float:
        return self.minutes / 60 * (1 if self.kind == "overtime" else -1)


def offers(
    situation: Situation,
    first: pd.Timestamp,
    last: pd.Timestamp,
    *,
    most_overtime_h: float = 4.0,
    steps_min: tuple[int, ...] = STEPS_MIN,
) -> pd.DataFrame:
    """Longer and shorter shifts worth asking for, best first.

    Overtime lengthens a shift before its start or after its end, on the queue it is nearest to; voluntary time off cuts
    the phone time at an end. Breaks stay where they are. Rest, availability and the other rules of a person hold; hours
    may pass the contract by `most_overtime_h` a week, by consent. Each offer is worth what it is with all the others
    declined: take one, then ask again.

    Parameters
    ----------
    situation : Situation
    first, last : Timestamp
        Shifts that start in [first, last) are looked at.
    most_overtime_h : float
        Most paid hours of an agent's week beyond the contract.
    steps_min : tuple of int
        Lengths tried [min].

    Returns
    -------
    DataFrame
        kind (overtime or time_off), agent, day, where (before or after), minutes, from, until, short_h_saved
        (agent-hours below the requirement that it fills; 0 for time off, which never adds any), paid_h (more or, below
        0, less), worth [currency]: what is saved in understaffing less what is paid. Of the offers that one agent can
        be made on a day the best of each kind is kept.
    """
    floor = _Floor(situation)
    contract_h = dict(zip(situation.agents["agent"], situation.agents["contract_hours"], strict=True))
    week_h: dict[tuple, float] = {}
    for shift in situation.worked:
        week_h[shift.agent, shift.monday] = week_h.get((shift.agent, shift.monday), 0.0) + shift.paid_s / 3600
    rows = []
    for shift in (w for w in situation.worked if first <= w.start < last):
        room_h = contract_h.get(shift.agent, 0.0) + most_overtime_h - week_h[shift.agent, shift.monday]
        for offer in _offers(shift, steps_min):
            if offer.paid_h > room_h + 1e-9:
                continue
            saved_h, harms = floor.effect(offer)
            worth = saved_h * situation.rules.understaffing_cost_per_hour - offer.paid_h * situation.rules.hourly_cost
            wanted = saved_h > 1e-9 if offer.kind == "overtime" else not harms
            if wanted and worth > 1e-9 and _legal(situation, shift, offer):
                span = (offer.minutes, offer.start, offer.end, saved_h, offer.paid_h, worth)
                rows.append((offer.kind, shift.agent, shift.day, offer.where, *span))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = ["worth", "agent", "day", "minutes"]
    frame = frame.sort_values(order, ascending=[False, True, True, True], kind="stable")
    return frame.drop_duplicates(["kind", "agent", "day"]).reset_index(drop=True)


def _offers(shift: Worked, steps_min: tuple[int, ...]) -> Iterator[_Offer]:
    for where in ("before", "after"):
        edge = shift.stretches[0 if where == "before" else -1]
        if edge.queue is None:
            continue
        for minutes in steps_min:
            length = pd.Timedelta(minutes=minutes)
            at = edge.start if where == "before" else edge.end
            outside = (at - length, at) if where == "before" else (at, at + length)
            yield _Offer("overtime", where, minutes, *outside, edge.queue, _moved(shift, where, length))
            if minutes * 60 < edge.length_s:
                inside = (at, at + length) if where == "before" else (at - length, at)
                yield _Offer("time_off", where, minutes, *inside, edge.queue, _moved(shift, where, -length))


def _moved(shift: Worked, where: str, by: pd.Timedelta) -> Worked:
    stretches = list(shift.stretches)
    at = 0 if where == "before" else -1
    edge: Stretch = stretches[at]
    stretches[at] = replace(edge, start=edge.start - by) if where == "before" else replace(edge, end=edge.end + by)
    return Worked(shift.agent, tuple(stretches))


def _legal(situation: Situation, shift: Worked, offer: _Offer) -> bool:
    """Whether the agent's roster breaks no rule that it kept before, hours and shift lengths aside."""
    mine = [w for w in situation.worked if w.agent == shift.agent]
    record = replace(
        situation.record,
        agents=situation.agents[situation.agents["agent"] == shift.agent],
        before=[w for w in situation.record.before if w.agent == shift.agent],
    )
    rulings = [
        r for r in in_force(situation.rules) if r.price is None and not r.rule.shared and r.name not in CONSENTED
    ]

    def broken(worked: list[Worked]) -> set[tuple[str, object]]:
        found = replace(record, worked=worked)
        return {(r.name, b.day) for r in rulings for b in r.rule.check(r.narrow(found), r.settings)}

    changed = sorted((offer.changed if w is shift else w for w in mine), key=lambda w: w.start)
    return broken(changed) <= broken(mine)


class _Floor:
    """People required and on the phone, by queue, on a fine grid."""

    def __init__(self, situation: Situation) -> None:
        rows = situation.requirement
        starts = pd.DatetimeIndex(rows["interval_start"]).as_unit("s").asi8
        phone = situation.schedule[situation.schedule["queue"].notna()]
        begins, ends = (pd.DatetimeIndex(phone[name]).as_unit("s").asi8 for name in ("start", "end"))
        self._origin = int(min([*starts, *begins])) - 86_400
        width = (int(max([*(starts + situation.interval_s), *ends])) + 86_400 - self._origin) // GRID_S + 1
        self._gap: dict[str, np.ndarray] = {}
        per = situation.interval_s // GRID_S
        for queue in rows["queue"].unique():
            gap = np.zeros(width)
            mine = (rows["queue"] == queue).to_numpy()
            need = rows.loc[mine, situation.cover].to_numpy(float)
            for start, wanted in zip(starts[mine], need, strict=True):
                at = (start - self._origin) // GRID_S
                gap[at : at + per] -= wanted
            served = (phone["queue"] == queue).to_numpy()
            for begin, end in zip(begins[served], ends[served], strict=True):
                gap[(begin - self._origin) // GRID_S : (end - self._origin) // GRID_S] += 1
            self._gap[str(queue)] = gap

    def effect(self, offer: _Offer) -> tuple[float, bool]:
        """Agent-hours short that an offer fills, and whether it adds any."""
        a, b = ((int(t.timestamp()) - self._origin) // GRID_S for t in (offer.start, offer.end))
        gap = self._gap.get(offer.queue, np.zeros(0))[a:b]
        if offer.kind == "overtime":
            return float(np.clip(-gap, 0, 1).sum()) * GRID_S / 3600, False
        return 0.0, bool((gap < 1).any())
