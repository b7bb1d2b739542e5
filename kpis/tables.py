"""Contract frames as the SQL engine takes them: checked, exact, and with the local calendar beside each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kpis.kpi import Measure
from kpis.periods import period_of
from wfm.contract import Column, Contract
from wfm.contracts import CONTRACTS
from wfm.errors import Finding, InputError
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
_MOST = 1e11


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


def recorded_columns(frame: pd.DataFrame) -> set[str]:
    """Columns that hold at least one value; every column of an empty table."""
    return {column for column in frame if frame.empty or frame[column].notna().any()}


def load(
    name: str,
    frame: pd.DataFrame,
    measures: Iterable[Measure],
    groups: Sequence[str],
    calendar: Calendar,
    answer_within_s: AnswerWithin,
) -> Loaded:
    """Take from a table what the measures read.

    Raises
    ------
    InputError
        If a column that is read is not what its contract says, or a number is not finite.
    """
    contract, time = TABLES[name], _TIME_OF_ROW[name]
    read = {column for measure in measures for column in (*measure.needs, *measure.uses)}
    used = tuple(column for column in contract.columns if column.name in {time, *read})
    Contract(name, contract.doc, (), used).validate(frame)
    texts = sorted(column.name for column in used if column.kind == "text")
    numbers = sorted(read - {column.name for column in used if column.kind != "number"})

    data = {column: frame[column].array for column in texts if column in frame}
    data |= {column: _number(name, frame, column, answer_within_s) for column in numbers}
    days = _local_days(frame[time], calendar.timezone)
    data |= {"period_day": period_of(days, calendar.period), "local_day": period_of(days, "day")}
    data |= {f"g{number}": frame[column].array for number, column in enumerate(groups)}
    select = [f"CAST({column if column in data else 'NULL'} AS VARCHAR) AS {column}" for column in texts]
    select += [f"CAST({column} AS DECIMAL(18, 6)) AS {column}" for column in numbers]
    select += [f"CAST(g{number} AS VARCHAR) AS g{number}" for number in range(len(groups))]
    return Loaded(pd.DataFrame(data), ", ".join([*select, "period_day", "local_day"]))


def _number(name: str, frame: pd.DataFrame, column: str, answer_within_s: AnswerWithin) -> npt.NDArray[np.float64]:
    """A number column, or one that follows from others, as floats that fit the engine's decimals."""
    match column:
        case "answer_within_s":
            values = _thresholds(frame, answer_within_s)
        case "duration_s":
            values = (frame["end"] - frame["start"]).dt.total_seconds()
        case "handled_s":
            values = frame["aht_s"] * frame["answered"]
        case _:
            values = frame.get(column, pd.Series(np.nan, index=frame.index))
    floats = np.asarray(values.to_numpy("float64", na_value=np.nan))
    beyond = np.flatnonzero(~np.isnan(floats) & ~(np.abs(floats) < _MOST))
    if len(beyond):
        first = int(beyond[0])
        found, expected = f"{floats[first]:g}", f"a number below {_MOST:g}"
        raise InputError(Finding(name, "bad-value", found, expected, row=first + 2, column=column, count=len(beyond)))
    return floats


def _thresholds(calls: pd.DataFrame, answer_within_s: AnswerWithin) -> pd.Series:
    if not isinstance(answer_within_s, Mapping):
        return pd.Series(float(answer_within_s), index=calls.index)
    own = calls["queue"].astype(object).map(dict(answer_within_s)).astype("float64")
    return own.fillna(answer_within_s.get("", DEFAULT_ANSWER_WITHIN_S))


def _local_days(times: pd.Series, timezone: str) -> pd.DatetimeIndex:
    moments = pd.DatetimeIndex(times)
    return moments.normalize() if moments.tz is None else local_day(moments.tz_convert(timezone))
