"""Whole files only: written beside and renamed into place, so that a reader never sees half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wfm.errors import UsageProblem

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIGURE_FORMATS = (".png", ".svg", ".pdf")


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
    check_place(target)
    beside = target.with_name(f".{target.stem[:100]}.{os.getpid()}{target.suffix}")
    try:
        yield beside
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def save_figure(ax: Axes, target: str | Path) -> None:
    """Write the figure of `ax` as PNG, SVG or PDF, without the moment it was made, and close it.

    Raises
    ------
    UsageProblem
        If the suffix is another one or the folder does not exist.
    """
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    target = check_figure(target)
    figure = ax.get_figure(root=True)
    assert figure is not None
    when = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[target.suffix.lower()]
    with written_beside(target) as beside, mpl.rc_context({"svg.hashsalt": "shiftcast"}):
        figure.savefig(beside, dpi=150, metadata=when)
    plt.close(figure)


def check_figure(target: str | Path) -> Path:
    """The path, or `UsageProblem` where no figure can be written to it."""
    path = Path(target)
    if path.suffix.lower() not in FIGURE_FORMATS:
        raise UsageProblem(f'can\'t draw "{path.name}": name a file that ends with {", ".join(FIGURE_FORMATS)}')
    check_place(path)
    return path


def check_place(path: Path) -> None:
    """Raise `UsageProblem` where no file can be made: no such folder, or a folder of that name."""
    if not path.parent.is_dir():
        raise UsageProblem(f'can\'t write "{path}": there is no folder "{path.parent}"; make it first')
    if path.is_dir():
        raise UsageProblem(f'can\'t write "{path}": it is a folder; name a file')
