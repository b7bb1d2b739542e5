"""The weekly plan: history -> forecast -> requirement -> schedule, published as one run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning.changes import difference_from_before
from planning.earlier import earlier_schedule
from planning.runs import Run, hash_inputs, list_runs, next_run, publish, refuse_changed_inputs, workspace_lock
from planning.tables import write_tables
from planning.views import RECENT_WEEKS, latest_track_view, plan_view, run_facts, spec_record
from planning.workspace import Workspace, next_week
from wfm.errors import Finding, Findings, InputError, UsageProblem
from wfm.params import Horizon, QueueSpec
from wfm.timeaxis import week_label

if TYPE_CHECKING:
    from forecasting import ForecastResult
    from ingest import Reading
    from scheduling import ScheduleResult

Say = Callable[[str], None]


def silent(_message: str) -> None:
    """Narrate nothing."""


@dataclass(frozen=True)
class Plan:
    """Everything that planning a week made.

    Parameters
    ----------
    horizon : Horizon
    history : DataFrame
        Interval history before the horizon.
    forecast : ForecastResult
    specs : dict of str to QueueSpec
        What each queue was staffed by, estimated patience included.
    requirement : DataFrame
    schedule : ScheduleResult or None
        None where the workspace has neither agents nor shifts.
    findings : Findings
        Warnings and notes of all steps.
    """

    horizon: Horizon
    history: pd.DataFrame
    forecast: ForecastResult
    specs: Mapping[str, QueueSpec]
    requirement: pd.DataFrame
    schedule: ScheduleResult | None
    findings: Findings

    def tables(self) -> dict[str, pd.DataFrame]:
        """The frames of the run folder by contract name."""
        start = self.history["interval_start"].max() - pd.Timedelta(weeks=RECENT_WEEKS)
        tables = {
            "forecast": self.forecast.frame,
            "requirement": self.requirement,
            "selection": self.forecast.selection,
            "backtest": self.forecast.backtest.summary(),
            "explanation": self.forecast.explanation,
            "interval_history": self.history[self.history["interval_start"] >= start],
        }
        if self.schedule is not None:
            tables |= {
                "schedule": self.schedule.schedule,
                "coverage": self.schedule.coverage,
                "agents": self.schedule.agents,
            }
        return tables


def make_plan(
    workspace: Workspace,
    *,
    reading: Reading | None = None,
    week: dt.date | None = None,
    version: str = "draft",
    published_at: pd.Timestamp | None = None,
    n_jobs: int = 1,
    say: Say = silent,
) -> Plan:
    """Plan a week without publishing it.

    Parameters
    ----------
    workspace : Workspace
    reading : Reading, optional
        The workspace's history where it is read already.
    week : date, optional
        Monday of the first week; the first week that the history has not begun when left out. History from
        that Monday on is not looked at.
    version : str
        Name of the schedule's version.
    published_at : Timestamp, optional
        Written to the schedule.
    n_jobs : int
        Processes for forecasting and scheduling; the result is the same for any number.
    say : callable
        Takes one line of narration a step.

    Raises
    ------
    InputError
        With everything that is wrong in the workspace's files.
    InfeasibleError
        If no schedule can obey the rules.
    """
    import staffing
    from staffing.demand import Demand

    config = workspace.config
    reading = reading or workspace.read_history()
    first_day = week or next_week(reading.frame)
    history = _before(workspace, reading, first_day)
    workspace.check_settings(history["queue"].unique().tolist())
    horizon = Horizon(first_day, 7 * config.forecast.weeks, config.interval_s, config.timezone)
    say("forecasting")
    forecast = _forecast(workspace, history, horizon, n_jobs, say)
    say("staffing to the targets")
    queues = sorted(forecast.frame["queue"].unique())
    findings = Findings([*reading.findings, *forecast.findings])
    start = pd.Timestamp(first_day).tz_localize(config.timezone)
    specs = workspace.specs(queues, before=start, findings=findings)
    trials = staffing.Trials(seed=config.seed, threads=n_jobs, say=say, findings=findings)
    demand = Demand(config.staffing.load, config.staffing.risk)
    requirement = staffing.requirement(
        forecast.frame, specs, interval_s=config.interval_s, demand=demand, trials=trials
    )
    schedule = _schedule(workspace, requirement, horizon, version, published_at, n_jobs, say)
    if schedule is not None:
        findings.extend(schedule.findings)
    return Plan(horizon, history, forecast, specs, requirement, schedule, findings)


def run_plan(
    workspace: Workspace,
    *,
    week: dt.date | None = None,
    force: bool = False,
    now: pd.Timestamp,
    n_jobs: int = 1,
    say: Say = silent,
) -> Run:
    """Plan a week and publish it under `runs/`.

    Parameters
    ----------
    workspace, week, n_jobs, say
        As for `make_plan`.
    force : bool
        Publish a new version where the week has one already; the earlier one stays.
    now : Timestamp
        Moment of publication, tz-aware.

    Raises
    ------
    UsageProblem
        If the week has a published plan and `force` is not given.
    """
    with workspace_lock(workspace.runs):
        say("reading the history")
        inputs = hash_inputs(workspace.folder, workspace.input_files())
        reading = workspace.read_history()
        monday = week or next_week(reading.frame)
        run = next_run(workspace.runs, "plan", week_label(monday))
        if run.number > 1 and not force:
            earlier = list_runs(workspace.runs, "plan", run.week)[-1]
            raise UsageProblem(
                f"runs/{earlier.path.name} is published; --force makes version {run.number} beside it and keeps it"
            )
        plan = make_plan(
            workspace, reading=reading, week=monday, version=run.version, published_at=now, n_jobs=n_jobs, say=say
        )
        refuse_changed_inputs(workspace.folder, inputs)
        say("writing the report and the workbook")
        facts = _facts(workspace, run, plan, now, inputs)
        tables = plan.tables()
        if (difference := difference_from_before(run, tables)) is not None:
            changes = {"schedule_changes": difference.changes, "coverage_changes": difference.coverage}
            tables |= {name: frame for name, frame in changes.items() if len(frame)}
            facts["change_facts"] = difference.facts
        return publish(run, lambda folder: _fill(workspace, run, tables, facts, folder))


def _fill(
    workspace: Workspace, run: Run, made: Mapping[str, pd.DataFrame], facts: dict[str, Any], folder: Path
) -> dict[str, Any]:
    import reporting

    tables = write_tables(made, folder)
    view = plan_view(facts, tables)
    reporting.render_report(view, latest_track_view(workspace.runs, before=run.week)).write(folder / "report.html")
    reporting.write_plan_workbook(view, folder / "plan.xlsx")
    return facts


def _before(workspace: Workspace, reading: Reading, first_day: dt.date) -> pd.DataFrame:
    """The history that was known when the week began; counted anew, as opening hours are learned from all calls."""
    start = pd.Timestamp(first_day).tz_localize(workspace.config.timezone)
    if reading.frame["interval_start"].max() < start:
        return reading.frame
    if reading.calls is not None:
        earlier = workspace.count(reading.calls[reading.calls["offered_at"] < start])
    else:
        earlier = reading.frame[reading.frame["interval_start"] < start].reset_index(drop=True)
    if earlier.empty:
        label = week_label(first_day)
        raise InputError(Finding("history", "no-history", f"no interval before {label}", "history before the week"))
    return earlier


def _forecast(workspace: Workspace, history: pd.DataFrame, horizon: Horizon, n_jobs: int, say: Say) -> ForecastResult:
    import forecasting

    config = workspace.config
    return forecasting.forecast(
        history,
        horizon,
        models=config.forecast.models,
        backtest_weeks=config.forecast.backtest_weeks,
        events=workspace.read_events(),
        country=config.country,
        region=config.region,
        groups=config.groups,
        reconcile=config.forecast.reconcile,
        seed=config.seed,
        n_jobs=n_jobs,
        progress=lambda queue: say(f"{queue}: forecast made"),
    )


def _schedule(
    workspace: Workspace,
    requirement: pd.DataFrame,
    horizon: Horizon,
    version: str,
    published_at: pd.Timestamp | None,
    n_jobs: int,
    say: Say,
) -> ScheduleResult | None:
    import scheduling

    config = workspace.config
    if config.shift_rules is None:
        return None
    return scheduling.build_schedule(
        requirement,
        workspace.read_agents(),
        config.shift_rules,
        horizon=horizon,
        version=version,
        published_at=published_at,
        seed=config.seed,
        time_limit_s=config.schedule_time_limit_s,
        n_jobs=n_jobs,
        progress=lambda part: say(f"scheduling {part}"),
        history=earlier_schedule(workspace, horizon.first_day),
        time_off=workspace.read_time_off(),
    )


def _facts(workspace: Workspace, run: Run, plan: Plan, now: pd.Timestamp, inputs: Mapping[str, str]) -> dict[str, Any]:
    """The manifest's entries of a plan."""
    models = plan.forecast.selection[["queue", "model", "words"]]
    return run_facts(workspace, now, inputs) | {
        "run_id": run.version,
        "first_day": plan.horizon.first_day.isoformat(),
        "days": plan.horizon.days,
        "cutoff": plan.forecast.frame["cutoff"].max().isoformat(),
        "models": {row.queue: {"model": row.model, "why": row.words} for row in models.itertuples()},
        "staffed_for": {"load": workspace.config.staffing.load, "risk": workspace.config.staffing.risk},
        "specs": [spec_record(spec) for spec in plan.specs.values()],
        "schedule_facts": _schedule_facts(plan),
        "warnings": plan.findings.to_records(),
    }


def _schedule_facts(plan: Plan) -> dict[str, Any]:
    if (made := plan.schedule) is None:
        return {}
    return {
        "paid_hours": made.paid_hours,
        "cost": made.cost,
        "bound": made.bound,
        "gap": made.gap,
        "status": made.status,
        "understaffed_hours": made.understaffed_hours,
        "overstaffed_hours": made.overstaffed_hours,
        "agents": made.schedule["agent"].nunique(),
    }
