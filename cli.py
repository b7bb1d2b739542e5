"""The `wfm` command: finds the command asked for, runs it, and turns what went wrong into a line and an exit code."""

from __future__ import annotations

import importlib
import itertools
import os
import sys
import traceback

import click

from wfm import __version__
from wfm.errors import EXIT_BUG, EXIT_USAGE, InfeasibleError, InputError, ShiftcastError

COMMANDS = {
    "init": "write a wfm.toml for your own exports",
    "demo": "simulate a contact centre and run its planner's week",
    "check": "list everything that is odd in the exports",
    "forecast": "forecast calls and AHT per queue and interval",
    "backtest": "hold the forecast models against the past",
    "estimate": "tell patience and handle times from a call log",
    "staff": "turn a forecast into required agents",
    "simulate": "run a staffing plan against many simulated days",
    "capacity": "plan people for the year: FTE, attrition, classes to hire",
    "erlang": "answer a single staffing question, or a table of them",
    "design": "choose least-cost shifts with breaks, in counts without people",
    "schedule": "choose shifts and breaks that cover a requirement",
    "export": "hand a schedule out: Excel week grid, calendars, JSON",
    "diff": "what changed between two schedules",
    "change": "swaps, time off, absences, offers, meetings and breaks after publication",
    "plan": "plan the next week and publish it",
    "track": "hold a published week against what happened",
    "report": "write the page of a week again",
    "models": "list forecast models, queue models, rules, KPIs and layouts",
}
INTERRUPTED = 130

# One thread for each numerical library: the work is spread over processes, and idle threads cost more than they give.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


class _LazyGroup(click.Group):
    """Imports only the command that runs, so that `wfm --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"commands.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        if args[0] not in COMMANDS and (near := difflib.get_close_matches(args[0], COMMANDS, n=1)):
            ctx.fail(f'No such command "{args[0]}". Did you mean "{near[0]}"?')
        return super().resolve_command(ctx, args)


@click.group(
    cls=_LazyGroup,
    context_settings={"auto_envvar_prefix": "WFM", "help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Start with `wfm demo`: it needs no data. Every command ends its own --help with an example.",
)
@click.version_option(__version__, prog_name="wfm")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
def group(debug: bool) -> None:
    """Shiftcast plans a contact centre's week: forecast, staffing, schedule, and what really happened."""


def main(args: list[str] | None = None) -> None:
    """Run `wfm` and exit with the code that docs/design.md promises."""
    argv = sys.argv[1:] if args is None else args
    debug = "--debug" in argv or os.environ.get("WFM_DEBUG", "") not in ("", "0")
    try:
        code = group.main(argv, prog_name="wfm", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as problem:
        problem.show()
        sys.exit(EXIT_USAGE)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except ShiftcastError as problem:
        if debug:
            traceback.print_exc()
        _explain(problem, argv)
        sys.exit(problem.exit_code)
    except OSError as problem:
        if debug:
            traceback.print_exc()
        click.echo(f"wfm: {problem.filename or 'a file'}: {problem.strerror or problem}", err=True)
        sys.exit(EXIT_USAGE)
    except Exception as problem:
        if debug:
            traceback.print_exc()
        click.echo(f"wfm: a bug: {type(problem).__name__}: {problem} (wfm --debug shows the trace)", err=True)
        sys.exit(EXIT_BUG)


def _explain(problem: ShiftcastError, argv: list[str]) -> None:
    if isinstance(problem, InputError):
        from commands.output import show_findings

        show_findings(problem.findings, _output_of(argv))
    elif isinstance(problem, InfeasibleError):
        for reason in problem.reasons:
            click.echo(f"infeasible: {reason}", err=True)
    else:
        click.echo(f"wfm: {problem}", err=True)


def _output_of(argv: list[str]) -> str | None:
    after = dict(itertools.pairwise(argv))
    return after.get("-o") or after.get("--output")


if __name__ == "__main__":
    main()
