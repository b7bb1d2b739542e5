"""`wfm export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from commands.options import quiet_option, timezone_option
from commands.output import emit_json
from commands.schedules import named_schedule, with_zone, written

if TYPE_CHECKING:
    import pandas as pd

    from planning import NamedSchedule


@click.command(epilog="Example: wfm export schedule.csv --grid week.xlsx --ics calendars/ --json schedule.json")
@click.argument("schedule", type=click.Path(), required=False)
@click.option(
    "-o", "--output", metavar="FILE", help="The schedule frame, as other commands read it (.csv, .parquet, .xlsx)."
)
@click.option(
    "--long", metavar="FILE", help="One row a stretch: agent, date, activity, queue, start, end, hours, paid."
)
@click.option(
    "--grid", metavar="FILE.xlsx", help="Week grid in colours, which can be changed and read back as SCHEDULE."
)
@click.option("--ics", metavar="FOLDER", help="A calendar an agent, into a folder or a .zip.")
@click.option(
    "--events",
    type=click.Choice(["shifts", "activities"]),
    default="shifts",
    show_default=True,
    help="Whether calendars have breaks in the description of the shift only, or as events of their own too.",
)
@click.option("--since", metavar="SCHEDULE", help="What agents have in their calendars; shifts gone are cancelled.")
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    is_flag=False,
    flag_value="-",
    help="JSON to a .json file; alone or -, printed.",
)
@click.option("--agents", type=click.Path(), help="Agents frame: contract hours, and people without a shift.")
@timezone_option
@quiet_option
def command(
    schedule: str | None,
    output: str | None,
    long: str | None,
    grid: str | None,
    ics: str | None,
    events: Literal["shifts", "activities"],
    since: str | None,
    json_file: str | None,
    agents: str | None,
    timezone: str | None,
    quiet: bool,
) -> None:
    """Hand out SCHEDULE (a file, a changed week grid, a run folder, or the workspace's last plan).

    Without a target the long rows are printed.
    """
    import reporting

    _check_json(json_file)
    if since and not ics:
        raise click.UsageError("--since goes with --ics: it cancels shifts in calendars")
    named = with_zone(named_schedule(schedule, timezone), timezone)
    rows, zone, done = named.schedule, named.timezone, []
    if output:
        reporting.write_frame(rows, output, timezone=zone)
        done.append(("schedule", output))
    if grid:
        people = _agents(agents, named)
        run = named.run.path.name if named.run else None
        reporting.write_grid_workbook(rows, grid, timezone=zone, agents=people, title=named.title, run_id=run)
        done.append(("week grid", grid))
    if ics:
        before = named_schedule(since, timezone).schedule if since else None
        count = reporting.write_calendars(rows, ics, timezone=zone, events=events, title=named.title, earlier=before)
        done.append((f"{count} calendars", ics))
    if json_file:
        _write_json(reporting.roster_json(rows, timezone=zone, title=named.title), json_file)
        done.append(("JSON", json_file))
    if long or not done:
        reporting.write_frame(reporting.roster_frame(rows, timezone=zone), long or "-")
        done.append(("rows", long or "-"))
    for what, where in done:
        if not quiet and where != "-":
            written(where, what)


def _agents(agents: str | None, named: NamedSchedule) -> pd.DataFrame | None:
    import ingest

    return ingest.read_frame(agents, "agents", timezone=named.timezone) if agents else named.agents


def _check_json(target: str | None) -> None:
    if target not in (None, "-") and Path(str(target)).suffix.lower() != ".json":
        raise click.UsageError(f'--json: found "{target}", expected a file that ends with .json; --json - prints it')


def _write_json(document: dict[str, object], target: str) -> None:
    import json

    from reporting.files import written_beside

    if target == "-":
        emit_json(document)
        return
    with written_beside(Path(target)) as beside:
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
