"""Minimum shift design instances to a proven optimum or the time limit, judged from the rows by code of its own.

Usage: python benchmarks/minimum_shift_design.py [SECONDS] FILE…
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from scheduling import solve_problem
from scheduling.problems import Effort
from scheduling.shiftdesign import evaluate, read_instance


def main() -> None:
    named = sys.argv[1:]
    limit_s = float(named.pop(0)) if named and named[0].isdecimal() else 60.0
    for file in map(Path, named):
        cpu = time.process_time()
        answer = solve_problem(file, Effort(limit_s))
        verdict = evaluate(read_instance(file), answer.table)
        told = "as the judge counts" if verdict.objective == answer.objective else f"judge: {verdict.objective:g}"
        print(
            f"{file.name:24} objective {answer.objective:8g}  bound {answer.bound:8.6g}  gap {answer.gap:6.2%}  "
            f"{answer.elapsed_s:5.1f} s  cpu {time.process_time() - cpu:5.1f} s  {told}, {len(verdict.broken)} broken",
            flush=True,
        )


if __name__ == "__main__":
    main()
