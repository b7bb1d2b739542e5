"""The sheets that explain the others: what run this is, what words mean, what every column holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reporting.cells import write_cell
from reporting.views import PlanView, TrackView
from reporting.words import model_in_words, share, targets_in_words
from reporting.workbook.book import Book

Lines = Sequence[tuple[str, Any]]
LETTERS_A_LINE, LINE_HEIGHT = 95, 15


def write_lines(book: Book, sheet: Any, lines: Lines) -> None:
    """Two columns of names and values; a line without a value is a heading."""
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90, book.format(text_wrap=True, align="left", valign="top"))
    for row, (name, value) in enumerate(lines):
        if isinstance(value, str) and len(value) > LETTERS_A_LINE:
            sheet.set_row(row, LINE_HEIGHT * -(-len(value) // LETTERS_A_LINE))
        write_cell(sheet, row, 0, name, book.format(bold=value is None, valign="top"))
        write_cell(sheet, row, 1, value, book.format(text_wrap=True, align="left", valign="top"))


def write_columns(book: Book) -> None:
    """The sheet `Columns`: every column of every sheet with its unit and meaning."""
    sheet = book.sheet("Columns")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 2, 22)
    sheet.set_column(3, 3, 90)
    for column, heading in enumerate(("sheet", "column", "unit", "meaning")):
        write_cell(sheet, 0, column, heading, book.format(bold=True))
    for row, (name, field) in enumerate(book.meanings, 1):
        for column, text in enumerate((name, field.name, field.unit, field.doc)):
            write_cell(sheet, row, column, text)


def identity(view: PlanView | TrackView) -> Lines:
    """Whose week this is and which run made the figures."""
    return [
        ("Centre", view.title),
        ("Week", view.week),
        ("Run", view.run_id),
        ("Time zone", view.timezone),
        ("Interval", f"{view.interval_s // 60} min"),
        ("Currency", view.currency),
    ]


def promises(specs: Sequence[Mapping[str, Any]]) -> Lines:
    """Targets, queue model and shrinkage of each queue, in words."""
    return [
        (
            str(spec["queue"]),
            f"{'; '.join(targets_in_words(spec))}; shrinkage {share(float(spec.get('shrinkage') or 0))}; "
            f"{model_in_words(spec.get('model'))}",
        )
        for spec in specs
    ]


TIMES = (
    "Times are the starts of intervals on the local wall clock; the offset from UTC stands beside them, because Excel "
    "knows no time zones and the hour when clocks go back comes twice."
)
