"""Data on standard output, narration on standard error."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from wfm.errors import Finding

SHOWN = 20


def emit(frame: pd.DataFrame, output: str | None, as_json: bool) -> None:
    """Write a result frame where the user asked for it."""
    import reporting

    if output and output != "-":
        reporting.write_frame(frame, output)
    if as_json:
        emit_json(reporting.frame_to_json(frame))
    elif not output or output == "-":
        reporting.write_frame(frame, "-")


def emit_named(frame: pd.DataFrame, output: str | None, as_json: bool) -> None:
    """Write a frame to the file that -o names; for - to standard output, unless JSON has it."""
    if output and not (as_json and output == "-"):
        emit(frame, output, as_json=False)


def emit_json(value: Any) -> None:
    """Print a value as JSON, without NaN and with names as they are written."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str))


def emit_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Print a small table, columns aligned: the first to the left, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        first, *rest = (
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        click.echo("  ".join([first, *rest]).rstrip())


def show_findings(findings: Sequence[Finding], beside: str | None = None) -> None:
    """Print findings on standard error: twenty, and the rest into a file beside the output."""
    for finding in findings[:SHOWN]:
        click.echo(str(finding), err=True)
    if len(findings) > SHOWN:
        path = write_issues(findings, beside)
        click.echo(f"… and {len(findings) - SHOWN} more; all {len(findings)} are in {path}", err=True)


def write_issues(findings: Sequence[Finding], beside: str | None) -> str:
    """Write every finding to a CSV beside `beside` and return its name."""
    import csv
    from dataclasses import asdict, fields

    from wfm.errors import Finding

    path = f"{beside}.issues.csv" if beside and beside != "-" else "wfm-issues.csv"
    if not os.access(os.path.dirname(path) or ".", os.W_OK):
        path = os.path.join(tempfile.mkdtemp(prefix="wfm-"), "wfm-issues.csv")
    with open(path, "w", newline="", encoding="utf-8-sig") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Finding)])
        writer.writeheader()
        writer.writerows(asdict(finding) for finding in findings)
    return path


@contextmanager
def narrator(quiet: bool = False, total: int | None = None) -> Iterator[Callable[[str], None]]:
    """Give a function that narrates one step: a progress bar on a terminal, lines elsewhere."""
    if quiet:
        yield lambda _message: None
    elif not sys.stderr.isatty():
        yield lambda message: click.echo(message, err=True)
    else:
        with _progress(total) as say:
            yield say


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=total)

        def say(message: str) -> None:
            progress.update(task, description=message, advance=1)

        yield say
