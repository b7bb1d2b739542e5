"""`wfm init`."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import json_option
from commands.output import emit_json
from commands.types import INTERVAL, TIMEZONE


@click.command(epilog="Example: wfm init acme --timezone Europe/Amsterdam --interval 30min")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--name", help="Name of the centre; the folder's name when left out.")
@click.option("--timezone", type=TIMEZONE, default="UTC", show_default=True, help="Zone of the exports' wall clock.")
@click.option("--interval", type=INTERVAL, default="30min", show_default=True, help="Planning interval.")
@json_option
def command(folder: Path, name: str | None, timezone: str, interval: int, as_json: bool) -> None:
    """Write a commented wfm.toml into FOLDER."""
    import planning

    path = planning.init_workspace(
        folder, name=name or folder.resolve().name, timezone=timezone, interval=f"{interval // 60}min"
    )
    if as_json:
        emit_json({"config": str(path), "data": str(folder / "data")})
    click.echo(f"{path} written; put your exports into {folder / 'data'} and run `wfm check`", err=True)
