"""Shift-rostering instances of Curtois and Qu: our engine beside the best published and a compact CP-SAT model.

    python benchmarks/shift_rostering.py ../shared/data/curtois [--time-limit 60] [--peer 60] [--only 5,6]

FOLDER holds Instance<number>.txt and best_known.csv. Each roster is judged by the independent evaluator. The peer
solves the same arrays as one CP-SAT model of people, days and shifts, with as many threads and as much time.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from pathlib import Path

from scheduling.columns import RosterProblem, solve, solve_compact
from scheduling.shiftrostering.adapter import to_problem, to_roster
from scheduling.shiftrostering.evaluate import evaluate
from scheduling.shiftrostering.instance import Instance
from scheduling.shiftrostering.reading import read_instance

THREADS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--peer", type=float, default=60.0, help="seconds for the peer, 0 to leave it out")
    parser.add_argument("--only", default="", help="numbers of instances, separated by commas")
    options = parser.parse_args()
    best = _best_known(options.folder / "best_known.csv")
    files = {int(re.sub(r"\D", "", path.stem)): path for path in options.folder.glob("Instance*.txt")}
    chosen = [int(number) for number in options.only.split(",") if number] or sorted(files)
    print("instance  objective  best known  to best   bound    gap   time    CPU  CP-SAT  broken rules")
    for number in chosen:
        _one(number, read_instance(files[number]), best.get(number), options.time_limit, options.peer)


def _one(number: int, instance: Instance, best: float | None, time_limit_s: float, peer_s: float) -> None:
    problem = to_problem(instance)
    cpu = time.process_time()
    answer = solve(problem, time_limit_s=time_limit_s, jobs=THREADS)
    cpu = time.process_time() - cpu
    peer = _peer(problem, peer_s) if peer_s else ""
    if answer.roster is None or answer.objective is None:
        print(f"{number:8d}  none found, bound {answer.bound:.0f}")
        return
    verdict = evaluate(instance, to_roster(instance, answer.roster))
    assert verdict.objective == answer.objective
    to_best = f"{answer.objective / best - 1:7.2%}" if best else "      -"
    print(
        f"{number:8d}  {answer.objective:9.0f}  {best or 0:10.0f}  {to_best}  {answer.bound:6.0f}  {answer.gap:5.2%}  "
        f"{answer.elapsed_s:4.0f} s  {cpu:4.0f} s  {peer:>6}  {len(verdict.broken)}",
        flush=True,
    )


def _peer(problem: RosterProblem, time_limit_s: float) -> str:
    found = solve_compact(problem, time_limit_s=time_limit_s, workers=THREADS)
    return "none" if found.roster is None else f"{problem.cost(found.roster):.0f}"


def _best_known(path: Path) -> dict[int, float]:
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {int(row["instance"]): float(row["best_known"]) for row in csv.DictReader(file)}


if __name__ == "__main__":
    main()
