"""What a KPI is: a definition in words and the sums it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wfm.registry import Registry

Better = Literal["higher", "lower", "context"]


@dataclass(frozen=True, slots=True)
class Measure:
    """How a KPI is computed from one table.

    The expressions are aggregates over the rows of a group, in SQL that DuckDB, PostgreSQL and Spark share.
    Number columns are exact decimals. Beside the table's own columns there is always `local_day`, the row's
    calendar day; `uses` may ask for `answer_within_s` (calls: the queue's threshold), `handled_s`
    (interval_history: aht_s x answered) and `duration_s` (agent_states: end - start).

    Parameters
    ----------
    table : str
        Contract name, or ``presence``.
    needs : tuple of str
        Columns that must be recorded.
    numerator : str
    denominator : str or None
        None where the numerator is the value.
    n : str
        Observations behind the figure.
    uses : tuple of str
        Further columns: derived ones, and such that are null where the table does not have them.
    """

    table: str
    needs: tuple[str, ...]
    numerator: str
    denominator: str | None
    n: str
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kpi:
    """One key figure of the scorecard.

    Parameters
    ----------
    name : str
        Id.
    words : str
        Definition, for a reader of the report.
    measures : tuple of Measure
        Ways to compute it, best first; the first whose table and columns are given is used.
    unit : str
        ``1`` for a fraction, ``s``, ``calls/day``.
    better : {"higher", "lower", "context"}
        Which direction is better; a target on a context figure has no status.
    why_null : str
        Reason given where the denominator is zero or nothing is known.
    source : str
        Whose definition it is.
    not_by : tuple of str
        Groupings that would mislead: a caller who abandons has no agent.
    """

    name: str
    words: str
    measures: tuple[Measure, ...]
    unit: str
    better: Better
    why_null: str
    source: str
    not_by: tuple[str, ...] = ()


KPIS: Registry[Kpi] = Registry("KPI", "kpis.definitions")


def define(kpi: Kpi) -> None:
    """Register a KPI under its own name."""
    KPIS.add(kpi.name, kpi)
