"""`wfm demo`."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import jobs_option, json_option, quiet_option
from commands.output import emit_json, narrator

STEPS = 40


@click.command(epilog="Example: wfm demo && cd shiftcast-demo && wfm report")
@click.argument("folder", type=click.Path(path_type=Path), default="shiftcast-demo")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, another centre.")
@jobs_option
@json_option
@quiet_option
def command(folder: Path, seed: int, jobs: int, as_json: bool, quiet: bool) -> None:
    """Simulate a year of a contact centre in FOLDER, track its last week and plan the next."""
    import demo
    import planning

    with narrator(quiet, total=STEPS) as say:
        _, track, plan = planning.run_demo(folder, demo.DemoSpec(seed=seed), n_jobs=jobs, say=say)
    if as_json:
        emit_json({"ahead": str(plan.path / "report.html"), "behind": str(track.path / "report.html")})
        return
    click.echo(f"the week ahead:  {plan.path / 'report.html'}")
    click.echo(f"the week behind: {track.path / 'report.html'}")
