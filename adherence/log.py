"""An agent-state log as integers: ended, untangled, and made into a timeline that leaves no moment open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from adherence.statemap import LOGGED_OFF
from adherence.stretches import NO_TIME, Cuts, Ints, Stretches, encode, from_us, names_in, to_us
from wfm.contract import Contract
from wfm.contracts import AGENT_STATES
from wfm.errors import Finding, Findings

_NEEDED = Contract(
    AGENT_STATES.name,
    AGENT_STATES.doc,
    (),
    tuple(AGENT_STATES.column(name) for name in ("agent", "start", "end", "state")),
)


@dataclass(frozen=True, slots=True)
class Log:
    """A state log sorted by agent and start; the stretches of an agent never overlap.

    Parameters
    ----------
    agents : Index
        Names of the agents: the scheduled ones as in the rota, then those without a schedule.
    stretches : Stretches
        Shape (n,): the group is the agent, the label the state.
    states : Index
        Names of the states; `logged_off` is always among them.
    span : tuple of int
        First and last moment in the log [us since 1970 UTC]; both 0 for an empty log.
    """

    agents: pd.Index
    stretches: Stretches
    states: pd.Index
    span: tuple[int, int]

    def of_states(self, chosen: Ints) -> Stretches:
        """The stretches of the states chosen."""
        return self.stretches.take(np.isin(self.stretches.label, chosen))

    def within(self, first: int, last: int) -> Log:
        """The log cut to the time from `first` to `last`."""
        group, start, end, label = self.stretches
        cut = Stretches(group, np.maximum(start, first), np.minimum(end, last), label)
        return replace(self, stretches=cut.take(cut.start < cut.end))

    def of_agents(self, first: int) -> Log:
        """The log of the first agents."""
        return replace(self, agents=self.agents[:first], stretches=self.stretches.take(self.stretches.group < first))

    def timeline(self, first: int) -> Cuts:
        """The state of every agent at every moment from `first` on: `logged_off` wherever the log has no row."""
        group, start, end, label = self.stretches
        everyone = np.arange(len(self.agents))
        off = np.full(len(everyone) + len(group), self.states.get_loc(LOGGED_OFF))
        return Cuts.sorted(
            np.concatenate([everyone, group, group]),
            np.concatenate([np.full(len(everyone), first - 1), end, start]),
            np.concatenate([off, label]),
        )


def read_log(
    states: pd.DataFrame, scheduled: pd.Index, timezone: str, until: pd.Timestamp | None, findings: Findings
) -> Log:
    """Read a state log.

    A state without end lasts until the agent's next one, else until `until`, else until the last moment in
    the log. Of two states that overlap, the later start cuts the earlier one short; of two that start
    together, the later row counts. Stretches that end before they start are left out.

    Parameters
    ----------
    states : DataFrame
        Columns agent, start, end (null while it lasts), state.
    scheduled : Index
        Names of the scheduled agents, which come first in `Log.agents`.
    timezone : str
        IANA name, for moments named in findings.
    until : Timestamp or None
    findings : Findings
        Gets a warning for each rule above that was used.

    Raises
    ------
    InputError
        If a column is missing, a value is null or a time has no zone.
    """
    frame = _NEEDED.validate(states)
    names = pd.Index(sorted({LOGGED_OFF, *frame["state"].unique()}), dtype="str")
    agents = scheduled.append(names_in(frame["agent"]).difference(scheduled))
    rows = Stretches(
        encode(frame["agent"], agents), to_us(frame["start"]), to_us(frame["end"]), encode(frame["state"], names)
    )
    is_open = rows.end == NO_TIME
    _warn(
        findings,
        np.flatnonzero(~is_open & (rows.end < rows.start)),
        "negative-duration",
        "an end before the start",
        "left out",
    )
    order = np.lexsort((rows.start, rows.group))
    row = order[(is_open | (rows.start < rows.end))[order]]
    if not len(row):
        return Log(agents, rows.take(row), names, (0, 0))

    span = int(rows.start.min()), int(max(rows.start.max(), rows.end.max()))
    last = span[1] if until is None else int(to_us(pd.DatetimeIndex([until]))[0])
    rows, is_open = rows.take(row), is_open[row]
    same_agent = np.append(rows.group[1:] == rows.group[:-1], False)
    next_start = np.append(rows.start[1:], 0)
    cut = same_agent & ~is_open & (rows.end > next_start)
    end = np.where(same_agent & (cut | is_open), next_start, np.where(is_open, last, rows.end))

    moment = from_us(np.array([last]), timezone)[0].isoformat()
    _warn(findings, row[is_open], "open-state", "no end", f"ended at the agent's next state, else at {moment}")
    _warn(findings, row[cut], "overlap", "a state that overlaps the agent's next", "ended where the next starts")
    ended = Stretches(rows.group, rows.start, end, rows.label)
    return Log(agents, ended.take(ended.start < end), names, span)


def _warn(findings: Findings, rows: Ints, rule: str, found: str, treated: str) -> None:
    if len(rows):
        findings.add(
            Finding(
                AGENT_STATES.name,
                rule,
                found,
                fix=treated,
                row=int(rows.min()) + 2,
                severity="warning",
                count=len(rows),
            )
        )
