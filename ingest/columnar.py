"""Parquet files, read by DuckDB with the types they carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ingest.rules import found
from ingest.table import Table
from wfm.errors import Findings


def read_parquet(path: Path, source: str, findings: Findings) -> list[Table]:
    """Read a Parquet file; rows count from 2, as if its header were row 1.

    Instants come back tz-aware in UTC, local timestamps without zone.
    """
    import duckdb

    try:
        with duckdb.connect() as connection:
            relation = connection.read_parquet(str(path))
            aware = {
                name
                for name, kind in zip(relation.columns, relation.types, strict=True)
                if str(kind) == "TIMESTAMP WITH TIME ZONE"
            }
            frame = relation.project(", ".join(_plain(name, name in aware) for name in relation.columns)).df()
    except duckdb.Error as problem:
        reason = str(problem).splitlines()[0]
        fix = "export it again: it was cut off or is no Parquet file"
        findings.add(found("unreadable", source, f"a file that does not open ({reason})", "Parquet", fix))
        return []
    for name in aware:
        frame[name] = pd.to_datetime(frame[name], unit="us", utc=True)
    columns = tuple(frame[name] for name in frame.columns)
    return [Table(source, path.stem, tuple(map(str, frame.columns)), columns, np.arange(2, len(frame) + 2))]


def _plain(name: str, aware: bool) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return f"epoch_us({quoted}) AS {quoted}" if aware else quoted
