"""The query of a table, written from the definitions and run by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kpis.kpi import Measure
from kpis.tables import Loaded

if TYPE_CHECKING:
    import duckdb

NO_NAME = "(none)"
_THREADS = 2


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that sees nothing but the frames it is given."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": _THREADS, "enable_external_access": False})


def query(measures: Mapping[str, Measure], select: str, groups: int) -> str:
    """One aggregation over a table for all its KPIs, with the totals of every level of the groups.

    Parameters
    ----------
    measures : mapping of KPI id to Measure
    select : str
        Typed columns, as `Loaded.select`.
    groups : int
        Number of group columns g0, g1, …

    Returns
    -------
    str
        SQL over the relation ``rows``; names and other text of the user never become part of it.
    """
    names = [f"g{number}" for number in range(groups)]
    columns = ["period_day"]
    columns += [f"CASE WHEN grouping({g}) = 0 THEN coalesce({g}, '{NO_NAME}') END AS {g}" for g in names]
    for number, measure in enumerate(measures.values()):
        parts = {"numerator": measure.numerator, "denominator": measure.denominator or "NULL", "n": measure.n}
        columns += [f"CAST({sql} AS DOUBLE) AS {part}{number}" for part, sql in parts.items()]
    by = f"period_day, ROLLUP({', '.join(names)})" if names else "period_day"
    return f"SELECT {', '.join(columns)} FROM (SELECT {select} FROM rows) GROUP BY {by}"


def aggregate(
    connection: duckdb.DuckDBPyConnection, loaded: Loaded, measures: Mapping[str, Measure], groups: int
) -> pd.DataFrame:
    """Run the query of one table.

    Returns
    -------
    DataFrame
        kpi, g0, g1, … (null for a total, `NO_NAME` for rows without a name), period_day, numerator, denominator, n.
    """
    connection.register("rows", loaded.frame)
    wide = connection.execute(query(measures, loaded.select, groups)).df()
    connection.unregister("rows")
    keys = [*(f"g{number}" for number in range(groups)), "period_day"]
    parts = ["numerator", "denominator", "n"]
    long = [
        wide[keys].assign(kpi=kpi, **{part: wide[f"{part}{number}"].astype("float64") for part in parts})
        for number, kpi in enumerate(measures)
    ]
    return pd.concat(long, ignore_index=True)
