"""Problems that stand in a file of their own: known by their content, solved, and told with a proven bound.

A format is one module in `scheduling/formats/` that registers a `ProblemFormat`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from wfm.errors import Finding, InputError
from wfm.registry import Registry


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a problem may be worked on, and by what means.

    Parameters
    ----------
    time_limit_s : float
    seed : int
    n_jobs : int
        Threads.
    gap : float
        Stop where no solution can be cheaper by more than this share, in formats that search until told to stop.
    progress : callable
        Told in words what was found.
    """

    time_limit_s: float = 60.0
    seed: int = 1
    n_jobs: int = 2
    gap: float = 0.0
    progress: Callable[[str], None] = field(default=lambda message: None)


@dataclass(frozen=True)
class Answer:
    """The best solution found, and how far from the least possible it can be.

    Parameters
    ----------
    table : DataFrame
        The solution in the format's own columns.
    objective, bound : float
        In the units of the instance; no solution has an objective below the bound.
    elapsed_s : float
        Wall clock of reading and solving [s].
    parts : dict of str to float
        What the objective is made of.
    """

    table: pd.DataFrame
    objective: float
    bound: float
    elapsed_s: float
    parts: Mapping[str, float]

    @property
    def gap(self) -> float:
        """(objective - bound) / objective: 0 where the solution is proven optimal."""
        return max(0.0, self.objective - self.bound) / self.objective if self.objective > 0 else 0.0

    @property
    def status(self) -> str:
        return "optimal" if self.gap < 1e-9 else "feasible"


@dataclass(frozen=True, slots=True)
class ProblemFormat:
    """A kind of problem file.

    Parameters
    ----------
    what : str
        In words, for messages.
    suffix : str
        Usual suffix of such files, with its dot.
    recognises : callable
        Whether a text is of this format, faults and all.
    solve : callable
        Reads and solves a file; raises `InputError` with every fault, `InfeasibleError` where nothing was found.
    """

    what: str
    suffix: str
    recognises: Callable[[str], bool]
    solve: Callable[[Path, Effort], Answer]


FORMATS: Registry[ProblemFormat] = Registry("problem format", "scheduling.formats")


def solve_problem(path: str | Path, effort: Effort | None = None) -> Answer:
    """Solve a problem file of any registered format.

    Parameters
    ----------
    path : path
    effort : Effort, optional

    Raises
    ------
    InputError
        If the file can't be read, is of no known format, or is not as its format asks.
    InfeasibleError
        If no solution was found.
    """
    path = Path(path)
    return recognise(path).solve(path, effort or Effort())


def recognise(path: Path) -> ProblemFormat:
    """The format of a file, by its content; formats of its suffix are asked first."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Finding(str(path), "missing-file", "no such file")) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(Finding(str(path), "unreadable-file", str(problem), "UTF-8 text")) from None
    formats = sorted((member for _, member in FORMATS.items()), key=lambda one: one.suffix != path.suffix.lower())
    for member in formats:
        if member.recognises(text):
            return member
    known = "; ".join(f"{member.what} ({member.suffix})" for member in formats)
    raise InputError(Finding(str(path), "unknown-format", "none of the known problem formats", known))
