"""The workspace's `wfm.toml`, read into frozen parameter objects with every problem found at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wfm.breaklaw import breaks_by_law
from wfm.errors import Finding, Findings, InputError
from wfm.params import BreakRule, Premium, QueueSpec, RuleSetting, ServiceTarget, ShiftRules, ShiftTemplate, Shrinkage
from wfm.settings import (
    Section,
    read_clock,
    read_clock_window,
    read_currency,
    read_durations,
    read_flag,
    read_load,
    read_models,
    read_number,
    read_optional_duration,
    read_optional_number,
    read_patience,
    read_positive,
    read_risk,
    read_share,
    read_text,
    read_texts,
    read_weekdays,
    read_whole,
    read_whole_duration,
)
from wfm.timeaxis import check_timezone, parse_interval_s
from wfm.units import parse_duration_s

CONFIG_NAME = "wfm.toml"


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Where the workspace's exports are; globs are relative to the workspace and sorted."""

    calls: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    agents: str | None = None
    events: str | None = None
    time_off: str | None = None
    agent_states: tuple[str, ...] = ()
    state_map: str | None = None
    source: str = "auto"
    date_format: str | None = None


@dataclass(frozen=True, slots=True)
class ForecastConfig:
    """How the workspace forecasts."""

    weeks: int = 1
    models: tuple[str, ...] = ()
    backtest_weeks: int = 6
    reconcile: bool = False


@dataclass(frozen=True, slots=True)
class StaffingConfig:
    """What load the workspace staffs for, and how sure; see `staffing.demand.Demand`."""

    load: str = "sipp"
    risk: float | str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `wfm.toml` says.

    Parameters
    ----------
    folder : Path
        The workspace.
    queues : dict of str to QueueSpec
        Queues with a section of their own; `queue()` gives any queue its specification.
    groups : dict of str to str
        Skill group of each queue that has one.
    shift_rules : ShiftRules or None
        None where the file has no `[schedule]` section.
    """

    folder: Path
    name: str = "Contact centre"
    timezone: str = "UTC"
    interval_s: int = 1800
    country: str | None = None
    region: str | None = None
    currency: str = "EUR"
    seed: int = 1
    short_abandon_s: float = 5.0
    data: DataConfig = field(default_factory=DataConfig)
    forecast: ForecastConfig = field(default_factory=ForecastConfig)
    staffing: StaffingConfig = field(default_factory=StaffingConfig)
    default_queue: QueueSpec = field(default_factory=lambda: QueueSpec(""))
    queues: Mapping[str, QueueSpec] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    shift_rules: ShiftRules | None = None
    schedule_time_limit_s: float = 60.0

    def queue(self, name: str) -> QueueSpec:
        """Specification of queue `name`: its own section, or the defaults."""
        return self.queues.get(name, replace(self.default_queue, queue=name))


def find_workspace(start: Path) -> Path | None:
    """The folder at or above `start` that holds a `wfm.toml`, or None."""
    return next((folder for folder in (start, *start.parents) if (folder / CONFIG_NAME).is_file()), None)


def load_config(folder: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read `wfm.toml` of a workspace; `WFM_TIMEZONE`, `WFM_INTERVAL` and `WFM_SEED` in `environ` win over the file.

    Parameters
    ----------
    folder : Path
        Folder that holds the file.
    environ : mapping
        Environment variables.

    Raises
    ------
    InputError
        With one finding per unreadable, unknown or contradictory setting.
    """
    findings = Findings()
    root = Section(_parse(folder / CONFIG_NAME), "", CONFIG_NAME, findings)
    _apply_environment(root, environ)
    config = _read(root, folder)
    findings.raise_for_errors()
    return config


def load_shift_rules(path: Path) -> ShiftRules:
    """Read the `[schedule]` section of a TOML file, such as a `wfm.toml`.

    Raises
    ------
    InputError
        With one finding per unreadable, unknown or contradictory setting, or where there is no shift.
    """
    findings = Findings()
    root = Section(_parse(path), "", path.name, findings)
    schedule = root.section("schedule")
    rules = _shift_rules(schedule)
    schedule.take("time_limit", parse_duration_s, 0.0)
    schedule.finish()
    findings.raise_for_errors()
    assert rules is not None
    return rules


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        fix = "run `wfm init` to write one, or `wfm demo`" if path.name == CONFIG_NAME else ""
        raise InputError(Finding(str(path), "missing-file", "no such file", fix=fix)) from None
    except OSError as problem:
        raise InputError(Finding(str(path), "unreadable-file", problem.strerror or "", "a TOML file")) from None
    except UnicodeDecodeError as problem:
        raise InputError(Finding(str(path), "bad-encoding", str(problem), "UTF-8 text")) from None
    except tomllib.TOMLDecodeError as problem:
        raise InputError(Finding(str(path), "bad-toml", str(problem), "TOML")) from None


def _apply_environment(root: Section, environ: Mapping[str, str]) -> None:
    workspace = root.table.setdefault("workspace", {})
    if isinstance(workspace, dict):
        for key, variable in (("timezone", "WFM_TIMEZONE"), ("interval", "WFM_INTERVAL"), ("seed", "WFM_SEED")):
            if variable in environ:
                workspace[key] = environ[variable]


def _read(root: Section, folder: Path) -> Config:
    workspace = root.section("workspace")
    general: dict[str, Any] = {
        "name": workspace.take("name", read_text, "Contact centre"),
        "timezone": workspace.take("timezone", lambda v: check_timezone(read_text(v)), "UTC"),
        "interval_s": workspace.take("interval", parse_interval_s, 1800),
        "country": workspace.take("country", read_text, None),
        "region": workspace.take("region", read_text, None),
        "currency": workspace.take("currency", read_currency, "EUR"),
        "seed": workspace.take("seed", read_whole, 1),
    }
    workspace.finish()

    data = root.section("data")
    data_config = DataConfig(
        calls=data.take("calls", read_texts, ()),
        history=data.take("history", read_texts, ()),
        agents=data.take("agents", read_text, None),
        events=data.take("events", read_text, None),
        time_off=data.take("time_off", read_text, None),
        agent_states=data.take("agent_states", read_texts, ()),
        state_map=data.take("state_map", read_text, None),
        source=data.take("source", read_text, "auto"),
        date_format=data.take("date_format", read_text, None),
    )
    if data_config.calls and data_config.history:
        data.complain("", "found calls and history, expected one of them: the history is made from the calls")
    data.finish()

    forecast = root.section("forecast")
    forecast_config = ForecastConfig(
        weeks=forecast.take("weeks", read_positive, 1),
        models=forecast.take("models", read_models, ()),
        backtest_weeks=forecast.take("backtest_weeks", read_positive, 6),
        reconcile=forecast.take("reconcile", read_flag, False),
    )
    forecast.finish()

    staffing = root.section("staffing")
    staffing_config = StaffingConfig(
        load=staffing.take("load", read_load, "sipp"), risk=staffing.take("risk", read_risk, None)
    )
    default_queue = _queue_spec(root, "", staffing, QueueSpec(""))
    queue_table = root.section("queues")
    queues = {name: _queue_spec(root, name, queue_table.section(name), default_queue) for name in queue_table.names()}
    groups = _groups(root.section("groups"))
    short_abandon_s = root.take("short_abandon", parse_duration_s, 5.0)

    has_schedule = "schedule" in root.names()
    schedule = root.section("schedule")
    rules = _shift_rules(schedule) if has_schedule else None
    limit_s = schedule.take("time_limit", parse_duration_s, 60.0)
    schedule.finish()
    root.finish()
    return Config(
        folder=folder,
        **general,
        short_abandon_s=short_abandon_s,
        data=data_config,
        forecast=forecast_config,
        staffing=staffing_config,
        default_queue=default_queue,
        queues=queues,
        groups=groups,
        shift_rules=rules,
        schedule_time_limit_s=limit_s,
    )


def _groups(table: Section) -> dict[str, str]:
    """Group of each queue; a queue belongs to one."""
    groups, nobody = dict[str, str](), tuple[str, ...]()
    for group in table.names():
        for queue in table.take(group, read_texts, nobody):
            if groups.setdefault(queue, group) != group:
                table.complain(group, f'found queue "{queue}", which is in group {groups[queue]} already')
    return groups


def _queue_spec(root: Section, name: str, table: Section, base: QueueSpec) -> QueueSpec:
    target = table.build(
        ServiceTarget,
        base.target,
        service_level=table.take("service_level", read_optional_number, base.target.service_level),
        answer_within_s=table.take("answer_within", parse_duration_s, base.target.answer_within_s),
        asa_s=table.take("asa", read_optional_duration, base.target.asa_s),
        max_occupancy=table.take("max_occupancy", read_optional_number, base.target.max_occupancy),
        max_abandonment=table.take("max_abandonment", read_optional_number, base.target.max_abandonment),
    )
    patience_s, patience_from = table.take("patience", read_patience, (base.patience_s, base.patience_from))
    spec = table.build(
        QueueSpec,
        base,
        queue=name,
        target=target,
        shrinkage=table.take("shrinkage", Shrinkage, base.shrinkage),
        model=table.take("model", read_text, base.model),
        patience_s=patience_s,
        patience_from=patience_from,
        min_agents=table.take("min_agents", read_whole, base.min_agents),
        lines=table.take("lines", read_whole, base.lines),
        sources=table.take("sources", read_whole, base.sources),
        redial=table.take("redial", read_number, base.redial),
        concurrency=table.take("chats_aht", read_durations, base.concurrency),
        channel=table.take("channel", read_text, base.channel),
        agent_hours=table.take("agent_hours", read_text, base.agent_hours),
        promise_runs=table.take("promise_runs", read_text, base.promise_runs),
        blend_with=table.take("blend_with", read_texts, base.blend_with),
    )
    table.finish()
    return spec


def _shift_rules(schedule: Section) -> ShiftRules | None:
    found = [template for item in schedule.sections("shifts") for template in _templates(item)]
    templates = tuple(template for template in found if template is not None)
    values = {
        "min_rest_s": schedule.take("min_rest", read_whole_duration, 11 * 3600),
        "max_days_per_week": schedule.take("max_days_per_week", read_whole, 5),
        "max_consecutive_days": schedule.take("max_consecutive_days", read_whole, 6),
        "min_contract_share": schedule.take("min_contract_share", read_number, 0.0),
        "hourly_cost": schedule.take("hourly_cost", read_number, 25.0),
        "understaffing_cost_per_hour": schedule.take("understaffing_cost_per_hour", read_number, 500.0),
    }
    settings = [_rule_setting(item) for item in schedule.sections("rules")]
    premiums = [_premium(item) for item in schedule.sections("premiums")]
    if len(templates) < len(found) or None in settings or None in premiums:
        return None
    extra = {"rules": tuple(settings), "premiums": tuple(premiums)}
    return schedule.build(ShiftRules, None, templates=templates, **extra, **values)


def _premium(item: Section) -> Premium | None:
    start_s, end_s = item.take("hours", read_clock_window, (0, 86_400))
    values = {
        "share": item.take("share", read_share, 0.0),
        "weekdays": item.take("weekdays", read_weekdays, tuple(range(7))),
    }
    item.finish()
    return item.build(Premium, None, start_s=start_s, end_s=end_s, **values)


def _rule_setting(item: Section) -> RuleSetting | None:
    """What the rule itself reads stays as it is: the register of rules checks it."""
    nobody = tuple[str, ...]()
    common = {
        "rule": item.take("rule", read_text, ""),
        "price": item.take("price", read_optional_number, None),
        **{name: item.take(name, read_texts, nobody) for name in ("teams", "sites", "agents")},
    }
    if not common["rule"]:
        item.complain("rule", "expected the name of a rule; `wfm models` lists them")
        return None
    return item.build(RuleSetting, None, values=dict(item.table), **common)


def _templates(item: Section) -> list[ShiftTemplate | None]:
    """The shift of one length, or one of each length of a flexible shift; breaks listed, or by the name of a law."""
    law = item.table.pop("breaks") if isinstance(item.table.get("breaks"), str) else None
    breaks = [] if law else [_break(rule) for rule in item.sections("breaks")]
    shortest = item.take("length", read_whole_duration, 0)
    longest = item.take("longest", read_whole_duration, shortest)
    step = item.take("length_step", read_whole_duration, 1800)
    lengths = range(shortest, longest + 1, step) if step > 0 and shortest <= longest else []
    if not lengths:
        item.complain("longest", "expected no less than length, and a length_step of more than 0")
    name = item.take("name", read_text, item.path)
    values = {
        "earliest_start_s": item.take("earliest_start", read_clock, 0),
        "latest_start_s": item.take("latest_start", read_clock, 0),
        "start_step_s": item.take("start_step", read_whole_duration, 1800),
        "weekdays": item.take("weekdays", read_weekdays, tuple(range(7))),
    }
    item.finish()
    if any(rule is None for rule in breaks):
        return [None]
    made: list[ShiftTemplate | None] = []
    for length_s in lengths:
        called = name if len(lengths) == 1 else f"{name} {length_s / 3600:g} h"
        try:
            pauses = breaks_by_law(law, length_s) if law else tuple(breaks)
        except ValueError as problem:
            item.complain("breaks", str(problem))
            return [None]
        made.append(item.build(ShiftTemplate, None, name=called, length_s=length_s, breaks=pauses, **values))
    return made or [None]


def _break(rule: Section) -> BreakRule | None:
    values = {
        "name": rule.take("name", read_text, "break"),
        "length_s": rule.take("length", read_whole_duration, 0),
        "earliest_s": rule.take("earliest", read_whole_duration, 0),
        "latest_s": rule.take("latest", read_whole_duration, 0),
        "paid": rule.take("paid", read_flag, True),
    }
    rule.finish()
    return rule.build(BreakRule, None, **values)
