"""From paths to raw tables: whatever a planner names, in whatever of the formats."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from ingest.columnar import read_parquet
from ingest.rules import found
from ingest.table import Table
from ingest.text import read_text
from ingest.workbook import read_workbook
from wfm.errors import Findings

Paths = str | Path | Iterable[str | Path]

PARQUET = (".parquet", ".pq")
EXCEL = (".xlsx", ".xlsm")
TEXT = (".csv", ".tsv", ".txt")


def as_files(paths: Paths, findings: Findings) -> list[Path]:
    """The files that `paths` names, in order; a folder stands for the exports in it, sorted by name."""
    named = [paths] if isinstance(paths, str | Path) else list(paths)
    files: list[Path] = []
    for path in map(Path, named):
        inside = exports_in(path) if path.is_dir() else [path]
        if not inside:
            findings.add(found("not-a-file", str(path), "a folder without exports", "a file", "name the files in it"))
        files += inside
    return files


def exports_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in TEXT + PARQUET + EXCEL)


def read_tables(path: Path, findings: Findings, *, keep_ragged: bool = False) -> list[Table]:
    """Read one file, or standard input for ``-``; `keep_ragged` as in `read_text`.

    Returns
    -------
    list of Table
        One for text and Parquet, one a filled sheet for Excel, none where the file can't be read.
    """
    source = str(path)
    if source == "-":
        return read_text(sys.stdin.buffer.read(), "<stdin>", "stdin", findings, keep_ragged=keep_ragged)
    if path.is_dir():
        findings.add(found("not-a-file", source, "a folder", "a file", "name one file in it"))
        return []
    try:
        if not path.stat().st_size:
            findings.add(found("empty-file", source, "an empty file", "a header and rows", "export it again"))
            return []
        if path.suffix.lower() in PARQUET:
            return read_parquet(path, source, findings)
        if path.suffix.lower() in EXCEL:
            return read_workbook(path, source, findings)
        return read_text(path.read_bytes(), source, path.stem, findings, keep_ragged=keep_ragged)
    except FileNotFoundError:
        findings.add(found("missing-file", source, "no such file", fix="check the path"))
    except OSError as problem:
        findings.add(found("unreadable", source, problem.strerror or str(problem), "a readable file"))
    return []
