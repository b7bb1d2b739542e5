"""What a known export looks like, and which of the known ones a file is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from ingest.rules import found
from ingest.table import Table
from wfm.errors import Findings
from wfm.registry import Registry

Kind = Literal["calls", "interval_history"]


@dataclass(frozen=True)
class Source:
    """Header map of one export layout.

    Parameters
    ----------
    kind : {"calls", "interval_history"}
        What its rows are.
    doc : str
        The export it maps, in a planner's words.
    columns : mapping of str to str
        Our field <- the spellings of its header, separated by ``|``; case, spaces and punctuation do not matter, the
        first that a file has counts.
    required : tuple of str or of tuple
        Fields that the layout always has; of an inner tuple, any one.
    units_s : mapping of str to float
        Seconds that a plain number counts in a duration column, where it is not 1.
    notes : tuple of str
        What this layout can't tell or means differently; each becomes a note.
    adapt : callable, optional
        Parsed fields -> parsed fields, for what a mapping alone can't say.
    first_row : tuple of str
        Patterns of the first cells of a layout without header; `columns` is then in the order of the cells.
    general : bool
        Whether a layout made for one system is preferred where both fit.
    """

    kind: Kind
    doc: str
    columns: Mapping[str, str]
    required: tuple[str | tuple[str, ...], ...]
    units_s: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    adapt: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    first_row: tuple[str, ...] = ()
    general: bool = False

    def find(self, header: tuple[str, ...]) -> dict[str, int]:
        """Field -> position in `header` of the column that holds it."""
        if self.first_row:
            return {name: place for place, name in enumerate(self.columns) if place < len(header)}
        places: dict[str, int] = {}
        plain = [plain_header(cell) for cell in header]
        for name, spellings in self.columns.items():
            for spelling in [name] * self.general + spellings.split("|"):
                if (wanted := plain_header(spelling)) in plain:
                    places[name] = plain.index(wanted)
                    break
        return places

    def missing(self, header: tuple[str, ...]) -> list[str]:
        """Required fields that `header` lacks, each with its usual spelling."""
        places = self.find(header)
        lacking = []
        for need in self.required:
            options = (need,) if isinstance(need, str) else need
            if not any(option in places for option in options):
                lacking.append(" or ".join(self._usual(option) for option in options))
        return lacking

    def _usual(self, name: str) -> str:
        return name if self.general else self.columns[name].split(" |")[0]

    def fits(self, header: tuple[str, ...]) -> bool:
        if self.first_row:
            enough = len(self.first_row) <= len(header) <= len(self.columns)
            return enough and all(re.fullmatch(p, cell) for p, cell in zip(self.first_row, header, strict=False))
        return not self.missing(header)


SOURCES: Registry[Source] = Registry("source", "ingest.sources")


def plain_header(text: str) -> str:
    """A header without case, spaces and punctuation; the percent sign tells a share from a count."""
    return re.sub(r"[^\w%]|_", "", text.casefold())


def choose(tables: list[Table], name: str, kind: Kind | None, findings: Findings) -> tuple[Table, str] | None:
    """The first table that fits a layout, and that layout's name; a finding where none or several fit.

    Parameters
    ----------
    tables : list of Table
        Sheets of one file.
    name : str
        A layout's name, or ``auto``.
    kind : {"calls", "interval_history"} or None
        Only layouts of this kind; None for any.
    findings : Findings
        Receives the reason where nothing is chosen.
    """
    for table in tables:
        fitting = _fitting(table.header, name, kind)
        if len(fitting) == 1:
            return table, fitting[0]
        if len(fitting) > 1:
            what = f"headers {_listed(table.header)} that fit {_listed(fitting)}"
            findings.add(found("ambiguous-layout", table.source, what, "one layout", "name it with --source"))
            return None
    if tables:
        _refuse(tables[0], name, kind, findings)
    return None


def _candidates(name: str, kind: Kind | None) -> list[str]:
    if name != "auto":
        SOURCES[name]
        return [name]
    return [key for key, source in SOURCES.items() if kind in (None, source.kind)]


def _fitting(header: tuple[str, ...], name: str, kind: Kind | None) -> list[str]:
    """Fitting layouts that use the most columns; ones made for a system before general ones."""
    fitting = [key for key in _candidates(name, kind) if SOURCES[key].fits(header)]
    score = {key: (len(SOURCES[key].find(header)), not SOURCES[key].general) for key in fitting}
    return [key for key in fitting if score[key] == max(score.values())]


def _refuse(table: Table, name: str, kind: Kind | None, findings: Findings) -> None:
    """Name what the nearest layouts miss; for a layout that was asked for, one finding a missing column."""
    if name != "auto":
        for spelling in SOURCES[name].missing(table.header) or ["rows as this layout has them"]:
            what = f"headers {_listed(table.header)}"
            findings.add(found("missing-column", table.source, what, spelling, f"layout {name} needs it"))
        return
    lacking = {key: SOURCES[key].missing(table.header) for key in _candidates(name, kind) if SOURCES[key].columns}
    hits = {key: len(SOURCES[key].find(table.header)) for key in lacking if not SOURCES[key].first_row}
    near = sorted((key for key in hits if hits[key]), key=lambda key: (len(lacking[key]), -hits[key], key))[:3]
    misses = "; ".join(f"{key} misses {_listed(lacking[key])}" for key in near) or "no layout comes near"
    what = f"headers {_listed(table.header)}"
    fix = f"rename the columns, or name the layout with --source: {misses}"
    findings.add(found("unknown-layout", table.source, what, "the columns of a known layout", fix))


def _listed(names: list[str] | tuple[str, ...]) -> str:
    shown = [f'"{name}"' for name in names[:12]]
    return ", ".join(shown) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
