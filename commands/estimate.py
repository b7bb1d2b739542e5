"""`wfm estimate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.inputs import read_calls
from commands.options import calls_options, json_option, output_option, quiet_option
from commands.output import emit, emit_table, show_findings

if TYPE_CHECKING:
    import pandas as pd

HEADER = (
    "queue",
    "offered",
    "abandoned",
    "patience",
    "90 % interval",
    "wait on 1 min",
    "3 min",
    "handled",
    "AHT",
    "90 % interval",
    "CV",
    "shape",
)


@click.command(epilog="Example: wfm estimate calls.parquet --timezone Europe/Amsterdam --weeks 13 -o estimates.csv")
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--weeks", type=click.IntRange(1), help="Only the last weeks of the log.")
@calls_options
@output_option
@json_option
@quiet_option
def command(
    files: tuple[str, ...], weeks: int | None, output: str | None, as_json: bool, quiet: bool, **reading: Any
) -> None:
    """Estimate patience and handle times of each queue from the call logs FILES, or the workspace's.

    Patience is the wait of all callers over the number who hung up, as Erlang A wants it; beside it the share who would
    still wait (Kaplan-Meier). CV is the spread of handle times over their mean. `wfm staff` and `wfm simulate` take
    the result as --estimates.
    """
    import staffing

    calls = read_calls(files, reading).frame
    if weeks:
        import pandas as pd

        calls = calls[calls["offered_at"] > calls["offered_at"].max() - pd.Timedelta(weeks=weeks)]
    table, findings = staffing.estimate(calls)
    if not quiet:
        show_findings(list(findings), output)
    if as_json or output:
        emit(table, output, as_json)
    else:
        emit_table([_row(row) for _, row in table.iterrows()], HEADER)


def _row(row: pd.Series) -> list[str]:
    from wfm.units import format_duration as time

    def known(name: str, form: str) -> str:
        return "–" if row[name] != row[name] or row[name] is None else format(row[name], form)

    patience = f"{time(row['patience_low_s'])} to {time(row['patience_high_s'])}"
    return [
        row["queue"],
        f"{row['offered']:,}",
        f"{row['abandoned']:,}",
        time(row["patience_s"]),
        patience,
        known("waiting_60s", ".1%"),
        known("waiting_180s", ".1%"),
        f"{row['handled']:,}",
        time(row["aht_s"]),
        f"{time(row['aht_low_s'])} to {time(row['aht_high_s'])}",
        known("handle_cv", ".2f"),
        row["handle_shape"] or "–",
    ]
