"""What a page says, as plain data: the HTML page and its JSON twin are made from the same objects."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from reporting.words import gap_label, known, number, percent, signed_percent
from wfm.units import format_duration


def _text(value: Any) -> str:
    return str(value) if known(value) else ""


FORMATS: dict[str, Callable[[Any], str]] = {
    "text": _text,
    "status": _text,
    "figure": _text,
    "whole": number,
    "tenth": lambda value: number(value, 1),
    "percent": percent,
    "signed_percent": signed_percent,
    "gap": gap_label,
    "duration": lambda value: format_duration(float(value)) if known(value) else "–",
}


@dataclass(frozen=True)
class Column:
    """Heading of a table column and how its cells are printed (a key of `FORMATS`)."""

    label: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows of raw values, one a column; the first cell of a row names it."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Chart:
    """A figure with the words that stand for it and the numbers behind it.

    Parameters
    ----------
    id : str
        Unique on the page.
    label : str
        What the figure shows, for those who don't see it.
    draw : callable
        Draws on the Axes that it is given as ``ax``.
    height : float
        Of 1000 units of width.
    table : Table
    note : str
        How to read it.
    left : float
        Room for the names left of the axes, of 1000 units of width.
    """

    id: str
    label: str
    draw: Callable[..., Any]
    height: float
    table: Table
    note: str = ""
    left: float = 56


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Tile:
    """One figure to read at a glance."""

    label: str
    value: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Tiles:
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class Point:
    """One line of a card: whom or what it is about (may be empty), and what there is to know."""

    about: str
    text: str


@dataclass(frozen=True)
class Card:
    """Something to decide or to look into, with its points in order of weight."""

    tone: str
    title: str
    summary: str
    points: Sequence[Point] = ()
    more: str = ""


@dataclass(frozen=True)
class Cards:
    cards: Sequence[Card]


@dataclass(frozen=True)
class Details:
    """A table that is folded away until asked for."""

    table: Table


@dataclass(frozen=True)
class Group:
    """Blocks about one queue."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Part:
    """A week as planned, or a week as it happened."""

    id: str
    title: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]


Block = Paragraph | Tiles | Cards | Table | Details | Chart | Group


_DRAWING = ("draw", "height", "left")


def to_json(item: Any) -> Any:
    """Content as `json.dumps` takes it; a figure is its words and its table."""
    if isinstance(item, Table):
        return _table_json(item)
    if is_dataclass(item):
        kept = {field.name: to_json(getattr(item, field.name)) for field in fields(item) if field.name not in _DRAWING}
        return {"type": type(item).__name__.lower(), **kept}
    if isinstance(item, list | tuple):
        return [to_json(each) for each in item]
    return _plain(item)


def _table_json(table: Table) -> dict[str, Any]:
    return {
        "type": "table",
        "caption": table.caption,
        "columns": [{"label": column.label, "kind": column.kind} for column in table.columns],
        "rows": [[_plain(cell) for cell in row] for row in table.rows],
    }


def _plain(value: Any) -> Any:
    if not known(value) or (isinstance(value, float) and math.isinf(value)):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
