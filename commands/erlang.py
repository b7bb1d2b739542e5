"""`wfm erlang`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.options import json_option, output_option, quiet_option, target_options
from commands.output import emit, emit_json, emit_named, emit_table, show_findings
from commands.staffing_options import given_among, refuse_idle_target, refuse_unread, spec_of, trait_options
from commands.types import DURATION, INTERVAL

if TYPE_CHECKING:
    import pandas as pd

    from wfm.params import QueueSpec


@click.command(
    epilog="Example: wfm erlang --calls 100 --interval 30min --aht 180s --service-level 0.8 --answer-within 20s"
)
@click.argument("cases", type=click.Path(), required=False)
@click.option("--calls", type=click.FloatRange(0), help="Calls offered in the interval.")
@click.option("--interval", type=INTERVAL, default="30min", show_default=True, help="Interval length.")
@click.option("--aht", type=DURATION, help="Average handle time.")
@click.option("--capacity", type=click.IntRange(0), metavar="AGENTS", help="Most calls that so many agents can take.")
@target_options
@trait_options
@output_option
@json_option
@quiet_option
def command(
    cases: str | None,
    calls: float | None,
    interval: int,
    aht: float | None,
    capacity: int | None,
    output: str | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Agents for one interval and the trade-off around the answer, or a table of CASES.

    Service level is the share of offered calls that are answered within the threshold.
    """
    if cases:
        here = ("cases", "output", "as_json", "quiet")
        if named := given_among([name for name in click.get_current_context().params if name not in here]):
            raise click.UsageError(f"{', '.join(named)}: for a single question only; a table says it in its columns")
        return _table(cases, output, as_json, quiet)
    aht = _aht_of(aht, options["concurrency"])
    if aht is None or (calls is None) == (capacity is None):
        raise click.UsageError("name --aht and either --calls or --capacity, or a file of cases")
    if capacity is not None:
        _capacity(capacity, interval, aht, options, output, as_json)
    else:
        assert calls is not None
        _question(calls, interval, aht, options, output, as_json)
    return 0


def _aht_of(aht: float | None, concurrency: tuple[float, ...] | None) -> float | None:
    """The handle time named, or that of a chat alone where the handle times of chats are in seconds."""
    if concurrency is None or concurrency[0] == 1:
        return aht
    if aht is not None:
        raise click.UsageError("--chats-aht in seconds says the handle times: leave out --aht, or give ratios to it")
    return concurrency[0]


def _table(cases: str, output: str | None, as_json: bool, quiet: bool) -> int:
    import ingest
    import staffing
    from wfm.errors import EXIT_DONE, EXIT_INPUT, Findings
    from wfm.minutes import doubtful_columns

    ragged = Findings()
    table = ingest.read_table(cases, ragged)
    answers, findings = staffing.solve_cases(table, source=cases, known=ragged)
    findings.extend(doubtful_columns(table, cases, {finding.row for finding in findings.of("error")}))
    emit(answers, output, as_json)
    show_findings(findings.of("error") if quiet else list(findings), output)
    return EXIT_INPUT if findings.of("error") else EXIT_DONE


def _spec(options: dict[str, Any]) -> QueueSpec:
    from wfm.params import QueueSpec, ServiceTarget

    spec = spec_of("", options, QueueSpec("", target=ServiceTarget(max_occupancy=None)))
    refuse_unread(spec.model, ("patience", "redial", "lines", "sources", "concurrency"))
    refuse_idle_target(spec)
    return spec


def _capacity(
    agents: int, interval_s: int, aht_s: float, options: dict[str, Any], output: str | None, as_json: bool
) -> None:
    import pandas as pd

    import staffing

    spec = _spec(options)
    asked: dict[str, Any] = {"agents": agents, "interval_s": interval_s, "aht_s": aht_s}
    most = [
        staffing.call_capacity(spec.model, target=spec.target, fractional=fractional, **asked, **spec.traits)
        for fractional in (False, True)
    ]
    calls, parts = (float(value) for value in most)
    row = asked | {
        "model": spec.model,
        "calls": calls,
        "fractional_calls": parts,
        "load_erl": parts * aht_s / interval_s,
    }
    emit(pd.DataFrame([row]), output, as_json)


def _question(
    calls: float, interval_s: int, aht_s: float, options: dict[str, Any], output: str | None, as_json: bool
) -> None:
    import reporting
    import staffing

    spec = _spec(options)
    curve = staffing.trade_off(
        spec.model,
        calls=calls,
        interval_s=interval_s,
        aht_s=aht_s,
        target=spec.target,
        shrinkage=spec.shrinkage,
        **spec.traits,
    )
    emit_named(curve, output, as_json)
    if as_json:
        answer = reporting.frame_to_json(curve[curve["is_answer"]])
        question = {
            "calls": calls,
            "interval_s": interval_s,
            "aht_s": aht_s,
            "load_erl": calls * aht_s / interval_s,
            "model": spec.model,
            "service_level_definition": f"answered within {spec.target.answer_within_s:g} s, of calls offered",
        }
        if staffing.MODELS[spec.model].continuous:
            parts = staffing.fractional_agents(
                spec.model, calls=calls, interval_s=interval_s, aht_s=aht_s, target=spec.target, **spec.traits
            )
            question["fractional_agents"] = float(parts)
        emit_json(question | {"answer": answer[0] if answer else None, "trade_off": reporting.frame_to_json(curve)})
    elif not output:
        _print_curve(curve, spec.target.answer_within_s)


def _print_curve(curve: pd.DataFrame, answer_within_s: float) -> None:
    from wfm.units import format_duration

    chats = "chats_at_hand" in curve.columns
    rows = [
        [
            f"{row.agents}{' <' if row.is_answer else ''}",
            f"{row.staff}",
            f"{row.service_level:.1%}",
            format_duration(row.asa_s),
            f"{row.occupancy:.1%}",
            f"{row.abandonment:.1%}",
            *([f"{row.chats_at_hand:.2f}"] if chats else []),
            "yes" if row.meets else "no",
        ]
        for row in curve.itertuples()
    ]
    within = f"in {answer_within_s:g} s"
    extra = ["chats at hand"] if chats else []
    emit_table(rows, ["agents", "staff", within, "ASA", "occupancy", "abandoned", *extra, "meets"])
