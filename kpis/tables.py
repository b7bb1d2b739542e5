"""Contract frames as the SQL engine takes them: checked, exact, and with the local calendar beside each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpis.kpi import Measure
from kpis.periods import period_of
from wfm.contract import Column, Contract
from wfm.contracts import CONTRACTS
from wfm.errors import Finding, Findings
from wfm.timeaxis import local_day

AnswerWithin = Mapping[str, float] | float

PRESENCE = Contract(
    "presence",
    "One row a queue and interval: how busy the agents were who were present.",
    (),
    (
        Column("queue", "text", "", "queue; null for agents that no schedule gives one", nullable=True),
        Column("interval_start", "time", "", "start of the half-open interval"),
        Column("handling_s", "number", "s", "time handling calls", nullable=True, least=0.0),
        Column("available_s", "number", "s", "time available", nullable=True, least=0.0),
    ),
)
TABLES = CONTRACTS | {PRESENCE.name: PRESENCE}

_TIME_OF_ROW = {
    "calls": "offered_at",
    "interval_history": "interval_start",
    "presence": "interval_start",
    "adherence": "day",
    "agent_states": "start",
}
DEFAULT_ANSWER_WITHIN_S = 20.0
_MOST = 1e12


@dataclass(frozen=True, slots=True)
class Calendar:
    """Into which periods rows are counted."""

    period: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A frame ready for the engine and the SQL that reads it.

    Parameters
    ----------
    frame : DataFrame
        Group columns as g0, g1, ...; period_day and local_day in days since 1970; the columns needed.
    select : str
        Expressions that give each column its SQL type: exact decimals for numbers.
    """

    frame: pd.DataFrame
    select: str


def enrich(name: str, frame: pd.DataFrame, answer_within_s: AnswerWithin) -> pd.DataFrame:
    """Add the columns that follow from a table's own: `duration_s` of states, `answer_within_s` of calls."""
    if name == "calls":
        return frame.assign(answer_within_s=_thresholds(frame, answer_within_s))
    if name == "agent_states" and {"start", "end"} <= set(frame):
        return frame.assign(duration_s=(frame["end"] - frame["start"]).dt.total_seconds())
    return frame


def _thresholds(calls: pd.DataFrame, answer_within_s: AnswerWithin) -> pd.Series | float:
    if not isinstance(answer_within_s, Mapping):
        return float(answer_within_s)
    default = answer_within_s.get("", DEFAULT_ANSWER_WITHIN_S)
    return calls["queue"].astype(object).map(answer_within_s).astype("float64").fillna(default)


def recorded_columns(frame: pd.DataFrame) -> set[str]:
    """Columns that hold at least one value; every column of an empty table."""
    return {column for column in frame if frame.empty or frame[column].notna().any()}


def load(
    name: str, frame: pd.DataFrame, measures: Iterable[Measure], groups: Sequence[str], calendar: Calendar
) -> Loaded:
    """Take from a table what the measures read.

    Raises
    ------
    InputError
        If a column that is read is not what its contract says, or a number is not finite.
    """
    contract, time = TABLES[name], _TIME_OF_ROW[name]
    columns = sorted({column for measure in measures for column in (*measure.needs, *measure.uses)})
    kinds = {column.name: column.kind for column in contract.columns}
    types = {column: "VARCHAR" if kinds.get(column) == "text" else "DECIMAL(18, 6)" for column in columns}
    _validate(contract, frame, {time, *columns}, [column for column in columns if types[column] != "VARCHAR"])

    present = [column for column in columns if column in frame]
    days = _local_days(frame[time], calendar.timezone)
    data = {column: frame[column].array for column in present}
    data |= {"period_day": period_of(days, calendar.period), "local_day": period_of(days, "day")}
    data |= {f"g{number}": frame[column].array for number, column in enumerate(groups)}
    select = [f"CAST({column if column in present else 'NULL'} AS {types[column]}) AS {column}" for column in columns]
    select += [f"CAST(g{number} AS VARCHAR) AS g{number}" for number in range(len(groups))]
    return Loaded(pd.DataFrame(data), ", ".join([*select, "period_day", "local_day"]))


def _validate(contract: Contract, frame: pd.DataFrame, used: set[str], numbers: Sequence[str]) -> None:
    columns = tuple(column for column in contract.columns if column.name in used)
    Contract(contract.name, contract.doc, (), columns).validate(frame)
    findings = Findings()
    for column in numbers:
        if column not in frame:
            continue
        values = frame[column].to_numpy("float64", na_value=np.nan)
        beyond = np.flatnonzero(~np.isnan(values) & ~(np.abs(values) < _MOST))
        if len(beyond):
            found = f"{values[beyond[0]]:g}"
            findings.add(
                Finding(
                    contract.name,
                    "bad-value",
                    found,
                    f"a number below {_MOST:g}",
                    row=int(beyond[0]) + 2,
                    column=column,
                    count=len(beyond),
                )
            )
    findings.raise_for_errors()


def _local_days(times: pd.Series, timezone: str) -> pd.DatetimeIndex:
    moments = pd.DatetimeIndex(times)
    return moments.normalize() if moments.tz is None else local_day(moments.tz_convert(timezone))
