"""The workspace's `wfm.toml`, read into frozen parameter objects with every problem found at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from wfm.errors import Finding, Findings, InputError
from wfm.params import BreakRule, QueueSpec, ServiceTarget, ShiftRules, ShiftTemplate, Shrinkage
from wfm.timeaxis import check_timezone, parse_interval_s
from wfm.units import parse_duration_s

CONFIG_NAME = "wfm.toml"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Where the workspace's exports are; globs are relative to the workspace and sorted."""

    calls: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    agents: str | None = None
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


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that `wfm.toml` says.

    Parameters
    ----------
    folder : Path
        The workspace.
    queues : dict of str to QueueSpec
        Queues with a section of their own; `queue()` gives any queue its specification.
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
    default_queue: QueueSpec = field(default_factory=lambda: QueueSpec(""))
    queues: Mapping[str, QueueSpec] = field(default_factory=dict)
    shift_rules: ShiftRules | None = None
    schedule_time_limit_s: float = 60.0

    def queue(self, name: str) -> QueueSpec:
        """Specification of queue `name`: its own section, or the defaults."""
        from dataclasses import replace

        return self.queues.get(name, replace(self.default_queue, queue=name))


class _Section:
    """One TOML table that is emptied key by key, so that what remains is a misspelling."""

    def __init__(self, table: Mapping[str, Any], path: str, source: str, findings: Findings) -> None:
        self._table = dict(table)
        self.path = path
        self._source = source
        self._findings = findings

    def take(self, key: str, read: Callable[[Any], T], default: T) -> T:
        if key not in self._table:
            return default
        value = self._table.pop(key)
        try:
            return read(value)
        except (ValueError, TypeError) as problem:
            self.complain(key, str(problem))
            return default

    def section(self, key: str) -> _Section:
        table = self._table.pop(key, {})
        if not isinstance(table, Mapping):
            self.complain(key, f"found {table!r}, expected a table [{self._join(key)}]")
            table = {}
        return _Section(table, self._join(key), self._source, self._findings)

    def sections(self, key: str) -> list[_Section]:
        tables = self._table.pop(key, [])
        if not isinstance(tables, list) or not all(isinstance(item, Mapping) for item in tables):
            self.complain(key, f"expected a list of tables [[{self._join(key)}]]")
            return []
        return [
            _Section(item, f"{self._join(key)}[{number}]", self._source, self._findings)
            for number, item in enumerate(tables, 1)
        ]

    def names(self) -> list[str]:
        return list(self._table)

    def build(self, make: Callable[..., T], default: T, **values: Any) -> T:
        """Construct a parameter object; what it refuses becomes findings of this section."""
        try:
            return make(**values)
        except ValueError as problem:
            for part in str(problem).split("; "):
                self.complain("", part)
            return default

    def complain(self, key: str, message: str) -> None:
        expected = message.removeprefix("found ").split(", expected ", 1)
        found, wanted = (expected[0], expected[1]) if len(expected) == 2 else ("", message.removeprefix("expected "))
        column = self._join(key) if key else self.path
        self._findings.add(Finding(self._source, "bad-setting", found, wanted, column=column))

    def finish(self) -> None:
        for key in self._table:
            self._findings.add(Finding(self._source, "unknown-setting", "an unknown setting", column=self._join(key)))

    def _join(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


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
    root = _Section(_parse(folder / CONFIG_NAME), "", CONFIG_NAME, findings)
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
    root = _Section(_parse(path), "", path.name, findings)
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


def _apply_environment(root: _Section, environ: Mapping[str, str]) -> None:
    workspace = root._table.setdefault("workspace", {})
    if isinstance(workspace, dict):
        for key, variable in (("timezone", "WFM_TIMEZONE"), ("interval", "WFM_INTERVAL"), ("seed", "WFM_SEED")):
            if variable in environ:
                workspace[key] = environ[variable]


def _read(root: _Section, folder: Path) -> Config:
    workspace = root.section("workspace")
    general: dict[str, Any] = {
        "name": workspace.take("name", _text, "Contact centre"),
        "timezone": workspace.take("timezone", lambda v: check_timezone(_text(v)), "UTC"),
        "interval_s": workspace.take("interval", parse_interval_s, 1800),
        "country": workspace.take("country", _text, None),
        "region": workspace.take("region", _text, None),
        "currency": workspace.take("currency", _currency, "EUR"),
        "seed": workspace.take("seed", _whole, 1),
    }
    workspace.finish()

    data = root.section("data")
    data_config = DataConfig(
        calls=data.take("calls", _texts, ()),
        history=data.take("history", _texts, ()),
        agents=data.take("agents", _text, None),
        agent_states=data.take("agent_states", _texts, ()),
        state_map=data.take("state_map", _text, None),
        source=data.take("source", _text, "auto"),
        date_format=data.take("date_format", _text, None),
    )
    if data_config.calls and data_config.history:
        data.complain("", "found calls and history, expected one of them: the history is made from the calls")
    data.finish()

    forecast = root.section("forecast")
    forecast_config = ForecastConfig(
        weeks=forecast.take("weeks", _positive, 1),
        models=forecast.take("models", _models, ()),
        backtest_weeks=forecast.take("backtest_weeks", _positive, 6),
    )
    forecast.finish()

    default_queue = _queue_spec(root, "", root.section("staffing"), QueueSpec(""))
    queue_table = root.section("queues")
    queues = {name: _queue_spec(root, name, queue_table.section(name), default_queue) for name in queue_table.names()}
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
        default_queue=default_queue,
        queues=queues,
        shift_rules=rules,
        schedule_time_limit_s=limit_s,
    )


def _queue_spec(root: _Section, name: str, table: _Section, base: QueueSpec) -> QueueSpec:
    target = table.build(
        ServiceTarget,
        base.target,
        service_level=table.take("service_level", _optional_number, base.target.service_level),
        answer_within_s=table.take("answer_within", parse_duration_s, base.target.answer_within_s),
        asa_s=table.take("asa", _optional_duration, base.target.asa_s),
        max_occupancy=table.take("max_occupancy", _optional_number, base.target.max_occupancy),
        max_abandonment=table.take("max_abandonment", _optional_number, base.target.max_abandonment),
    )
    spec = table.build(
        QueueSpec,
        base,
        queue=name,
        target=target,
        shrinkage=table.take("shrinkage", Shrinkage, base.shrinkage),
        model=table.take("model", _text, base.model),
        patience_s=table.take("patience", _optional_duration, base.patience_s),
        min_agents=table.take("min_agents", _whole, base.min_agents),
    )
    table.finish()
    return spec


def _shift_rules(schedule: _Section) -> ShiftRules | None:
    found = [_template(item) for item in schedule.sections("shifts")]
    templates = tuple(template for template in found if template is not None)
    values = {
        "min_rest_s": schedule.take("min_rest", _whole_duration, 11 * 3600),
        "max_days_per_week": schedule.take("max_days_per_week", _whole, 5),
        "max_consecutive_days": schedule.take("max_consecutive_days", _whole, 6),
        "min_contract_share": schedule.take("min_contract_share", _number, 0.0),
        "hourly_cost": schedule.take("hourly_cost", _number, 25.0),
        "understaffing_cost_per_hour": schedule.take("understaffing_cost_per_hour", _number, 500.0),
    }
    if len(templates) < len(found):
        return None
    return schedule.build(ShiftRules, None, templates=templates, **values)


def _template(item: _Section) -> ShiftTemplate | None:
    breaks = [_break(rule) for rule in item.sections("breaks")]
    values = {
        "name": item.take("name", _text, item.path),
        "length_s": item.take("length", _whole_duration, 0),
        "earliest_start_s": item.take("earliest_start", _clock, 0),
        "latest_start_s": item.take("latest_start", _clock, 0),
        "start_step_s": item.take("start_step", _whole_duration, 1800),
        "weekdays": item.take("weekdays", _weekdays, tuple(range(7))),
    }
    item.finish()
    if any(rule is None for rule in breaks):
        return None
    return item.build(ShiftTemplate, None, breaks=tuple(breaks), **values)


def _break(rule: _Section) -> BreakRule | None:
    values = {
        "name": rule.take("name", _text, "break"),
        "length_s": rule.take("length", _whole_duration, 0),
        "earliest_s": rule.take("earliest", _whole_duration, 0),
        "latest_s": rule.take("latest", _whole_duration, 0),
        "paid": rule.take("paid", _flag, True),
    }
    rule.finish()
    return rule.build(BreakRule, None, **values)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"found {value!r}, expected text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in (value if isinstance(value, list) else [value]))


def _models(value: Any) -> tuple[str, ...]:
    return () if value == "auto" else _texts(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"found {value!r}, expected a number")
    return value


def _optional_number(value: Any) -> float | None:
    return None if value in ("none", "off") else _number(value)


def _optional_duration(value: Any) -> float | None:
    return None if value in ("none", "off") else parse_duration_s(value)


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"found {value!r}, expected a whole number of 0 or more")
    return value


def _positive(value: Any) -> int:
    if _whole(value) < 1:
        raise ValueError(f"found {value!r}, expected a whole number of 1 or more")
    return _whole(value)


def _whole_duration(value: Any) -> int:
    return round(parse_duration_s(value))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"found {value!r}, expected true or false")
    return value


def _currency(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"found {value!r}, expected an ISO 4217 code such as EUR")
    return value


def _clock(value: Any) -> int:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value))
    if not match:
        raise ValueError(f"found {value!r}, expected a time of day such as 07:30")
    return int(match[1]) * 3600 + int(match[2]) * 60


def _weekdays(value: Any) -> tuple[int, ...]:
    days: set[int] = set()
    for part in re.split(r"[,\s]+", str(value).strip().lower()):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last and last not in WEEKDAYS):
            raise ValueError(f"found {value!r}, expected weekdays such as mon-fri or mon,wed,sat")
        start, stop = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days.update((start + step) % 7 for step in range((stop - start) % 7 + 1))
    return tuple(sorted(days))
