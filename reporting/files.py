"""Whole files only: written beside and renamed into place, so that a reader never sees half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wfm.errors import UsageProblem


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to, and rename it to `target` when the block ends well.

    Parameters
    ----------
    target : Path
        File to make or replace; its folder must exist.

    Raises
    ------
    UsageProblem
        If the folder does not exist or `target` is a folder.
    """
    if not target.parent.is_dir():
        raise UsageProblem(f'can\'t write "{target}": there is no folder "{target.parent}"; make it first')
    if target.is_dir():
        raise UsageProblem(f'can\'t write "{target}": it is a folder; name a file')
    beside = target.with_name(f".{target.stem[:100]}.{os.getpid()}{target.suffix}")
    try:
        yield beside
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
