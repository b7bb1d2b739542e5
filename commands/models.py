"""`wfm models`."""

from __future__ import annotations

import click

from commands.options import json_option
from commands.output import emit_json, emit_table


@click.command(epilog="Example: wfm models --json")
@json_option
def command(as_json: bool) -> None:
    """List what can be named: forecast models, queue models, schedule rules, problem formats, KPIs and file layouts."""
    import forecasting
    import ingest
    import kpis
    import scheduling
    import staffing
    from scheduling.problems import FORMATS
    from wfm.params import SIMULATION

    registries = (forecasting.MODELS, staffing.MODELS, scheduling.RULES, FORMATS, kpis.KPIS, ingest.SOURCES)
    rows = [(registry.kind, name) for registry in registries for name in registry]
    rows.append((staffing.MODELS.kind, SIMULATION))
    if as_json:
        emit_json([{"kind": kind, "name": name} for kind, name in rows])
    else:
        emit_table(rows, ["kind", "name"])
