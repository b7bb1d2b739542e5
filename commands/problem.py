"""`wfm schedule --problem FILE`: a problem file solved, its result told and its solution written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from commands.output import emit_json, narrator

TIME_LIMIT_S = 60.0


def solve_problem_file(
    file: str,
    *,
    time_limit: float | None,
    seed: int | None,
    jobs: int,
    gap: float,
    output: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Objective, bound, gap and time on standard output; the solution in OUTPUT, or on standard output by itself."""
    import reporting
    import scheduling
    from scheduling.problems import Effort

    with narrator(quiet) as say:
        effort = Effort(TIME_LIMIT_S if time_limit is None else time_limit, 1 if seed is None else seed, jobs, gap, say)
        answer = scheduling.solve_problem(file, effort)
    to_file = output is not None and output != "-"
    if to_file or not as_json:
        reporting.write_frame(answer.table, output or "-")
    if as_json:
        emit_json(
            {
                "objective": answer.objective,
                "bound": answer.bound,
                "gap": answer.gap,
                "status": answer.status,
                "elapsed_s": round(answer.elapsed_s, 3),
                "parts": dict(answer.parts),
            }
        )
        return
    parts = ", ".join(f"{name} {value:.10g}" for name, value in answer.parts.items())
    click.echo(
        f"objective {answer.objective:.10g}, bound {answer.bound:.10g}, gap {answer.gap:.2%}, "
        f"{answer.elapsed_s:.1f} s, {answer.status}; {parts}",
        err=not to_file,
    )


def refuse_others(given: Mapping[str, Any]) -> None:
    """A usage error for options that say nothing about a problem file."""
    if others := sorted(name for name, value in given.items() if value):
        raise click.UsageError(f"--problem is a whole problem by itself: leave out {', '.join(others)}")
