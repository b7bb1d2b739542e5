"""The shift-scheduling benchmarks of Curtois and Qu as a problem file."""

from __future__ import annotations

from pathlib import Path

from scheduling.problems import FORMATS, Answer, Effort, ProblemFormat
from scheduling.shiftrostering.reading import is_instance


def _solve(path: Path, effort: Effort) -> Answer:
    from scheduling.shiftrostering.solving import solve_file

    return solve_file(path, effort)


FORMATS.add(
    "shift_rostering", ProblemFormat("rosters as in the instances of Curtois and Qu", ".txt", is_instance, _solve)
)
