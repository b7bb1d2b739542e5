"""The minimum shift design benchmarks of TU Wien as a problem file."""

from __future__ import annotations

from pathlib import Path

from scheduling.problems import FORMATS, Answer, Effort, ProblemFormat
from scheduling.shiftdesign.reading import is_instance


def _solve(path: Path, effort: Effort) -> Answer:
    from scheduling.shiftdesign import solve

    return solve(path, effort)


FORMATS.add("shift_design", ProblemFormat("minimum shift design, MiniZinc data", ".dzn", is_instance, _solve))
