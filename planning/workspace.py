"""A planner's folder: `wfm.toml`, the exports it names, and the runs."""

from __future__ import annotations

import datetime as dt
import glob
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning.patience import with_estimated_patience
from wfm.channels import BACKLOG_CHANNELS
from wfm.config import CONFIG_NAME, Config, find_workspace, load_config
from wfm.errors import Finding, Findings, InputError, UsageProblem
from wfm.params import SIMULATION, QueueSpec
from wfm.timeaxis import monday_of

if TYPE_CHECKING:
    from ingest import Reading


@dataclass(frozen=True)
class Workspace:
    """The folder that holds `wfm.toml`, with what it says.

    Parameters
    ----------
    folder : Path
    config : Config
    """

    folder: Path
    config: Config
    _readings: dict[Any, Reading] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def open(cls, start: Path | str = ".") -> Workspace:
        """Open the workspace at or above `start`.

        Raises
        ------
        UsageProblem
            If there is none.
        InputError
            If its `wfm.toml` can't be used.
        """
        folder = find_workspace(Path(start).resolve())
        if folder is None:
            raise UsageProblem(f"no {CONFIG_NAME} in {Path(start).resolve()} or above; `wfm init` writes one")
        return cls(folder, load_config(folder))

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    def files(self, patterns: Sequence[str], setting: str) -> list[Path]:
        """Files that the globs of a setting match, sorted; raises InputError for a glob without a file."""
        paths, missing = set(), []
        for pattern in patterns:
            matches = [Path(match) for match in glob.glob(str(self.folder / pattern), recursive=True)]
            paths.update(matches)
            if not matches:
                missing.append(Finding(CONFIG_NAME, "missing-file", f'no file for "{pattern}"', column=setting))
        if missing:
            raise InputError(missing)
        return sorted(paths)

    def file(self, pattern: str, setting: str) -> Path:
        """The one file that a setting names; raises InputError where there is none or several."""
        paths = self.files([pattern], setting)
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            raise InputError(Finding(CONFIG_NAME, "several-files", names, "one file", column=setting))
        return paths[0]

    def history_files(self) -> list[Path]:
        """The call logs or interval histories that the workspace plans from."""
        data = self.config.data
        if not (data.calls or data.history):
            raise InputError(
                Finding(CONFIG_NAME, "missing-setting", "neither calls nor history", "one of them", column="data")
            )
        return self.files(data.calls or data.history, "data.calls" if data.calls else "data.history")

    def read_history(self, *, strict: bool = True) -> Reading:
        """Interval history of every queue at the workspace's interval length; unchanged files are read once."""
        files = self.history_files()
        known = (self.config.interval_s, self.config.timezone, tuple(sorted(self._thresholds_s().items())))
        key = (strict, known, *((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files))
        if key not in self._readings:
            self._readings.clear()
            self._readings[key] = self._read(files, strict)
        return self._readings[key]

    def _read(self, files: list[Path], strict: bool) -> Reading:
        import ingest

        config = self.config
        reading = ingest.read_history(
            files,
            interval_s=config.interval_s,
            timezone=config.timezone,
            source=config.data.source,
            date_format=config.data.date_format,
            answer_within_s=self._thresholds_s(),
            short_abandon_s=config.short_abandon_s,
            strict=strict,
        )
        return replace(reading, findings=Findings(self._relative(finding) for finding in reading.findings))

    def read_calls(self) -> Reading:
        """The calls behind the history.

        Raises
        ------
        InputError
            If the workspace names interval histories, which do not know single calls.
        """
        reading = self.read_history()
        if reading.calls is None:
            what, wanted = "interval histories, no calls", "the call log"
            raise InputError(Finding(CONFIG_NAME, "no-calls", what, wanted, column="data.calls"))
        return replace(reading, frame=reading.calls, kind="calls")

    def count(self, calls: pd.DataFrame) -> pd.DataFrame:
        """Interval history of some of the calls, counted as `read_history` counts them all."""
        import ingest

        return ingest.calls_to_history(
            calls,
            self.config.interval_s,
            answer_within_s=self._thresholds_s(),
            short_abandon_s=self.config.short_abandon_s,
        )

    def _thresholds_s(self) -> dict[str, float]:
        own = {name: spec.target.answer_within_s for name, spec in self.config.queues.items()}
        return own | {"": self.config.default_queue.target.answer_within_s}

    def read_agents(self) -> pd.DataFrame | None:
        """The agents frame, or None where the workspace names no agents file."""
        import ingest

        if self.config.data.agents is None:
            return None
        path = self.file(self.config.data.agents, "data.agents")
        return ingest.read_frame(path, "agents", timezone=self.config.timezone)

    def read_events(self) -> pd.DataFrame | None:
        """The planner's events, or None where the workspace names no events file."""
        import ingest

        if self.config.data.events is None:
            return None
        path = self.file(self.config.data.events, "data.events")
        return ingest.read_frame(path, "events", timezone=self.config.timezone)

    def read_time_off(self) -> pd.DataFrame | None:
        """Approved and requested absences, or None where the workspace names no such file."""
        import ingest

        if self.config.data.time_off is None:
            return None
        path = self.file(self.config.data.time_off, "data.time_off")
        return ingest.read_frame(path, "time_off", timezone=self.config.timezone)

    def read_states(self) -> pd.DataFrame | None:
        """Agent states of all files, or None where the workspace names none."""
        import ingest

        if not self.config.data.agent_states:
            return None
        files = self.files(self.config.data.agent_states, "data.agent_states")
        frames = [ingest.read_frame(path, "agent_states", timezone=self.config.timezone) for path in files]
        return pd.concat(frames, ignore_index=True)

    def read_state_map(self) -> pd.DataFrame | None:
        """The planner's `(state, activity) -> in | out | neutral`, or None for the built-in one."""
        import ingest

        if self.config.data.state_map is None:
            return None
        path = self.file(self.config.data.state_map, "data.state_map")
        return ingest.read_state_map(path)

    def input_files(self) -> list[Path]:
        """Every file that a plan reads, `wfm.toml` first."""
        data = self.config.data
        named = [(data.agents, "data.agents"), (data.events, "data.events"), (data.time_off, "data.time_off")]
        extra = [path for name, setting in named if name for path in self.files([name], setting)]
        return [self.folder / CONFIG_NAME, *self.history_files(), *extra]

    def _relative(self, finding: Finding) -> Finding:
        """Name files as the planner does, so that a run does not depend on where the workspace lies."""
        return replace(finding, source=finding.source.replace(f"{self.folder}{os.sep}", ""))

    def specs(
        self, queues: Sequence[str], *, before: pd.Timestamp | None = None, findings: Findings | None = None
    ) -> dict[str, QueueSpec]:
        """Staffing specification of each queue, with the patience that `wfm.toml` wants estimated from the calls.

        Parameters
        ----------
        queues : sequence of str
        before : Timestamp, optional
            Only calls offered earlier count; all when None.
        findings : Findings, optional
            Gets what makes an estimated patience less sure than it looks.

        Raises
        ------
        InputError
            If a patience is to be estimated and the workspace has no calls, or nobody hung up in a queue whose model
            needs it.
        """
        specs = {queue: self.config.queue(queue) for queue in queues}
        open_ = {queue: s for queue, s in specs.items() if s.patience_from == "calls" and s.patience_s is None}
        if not open_:
            return specs
        calls = self.read_calls().frame
        known = calls if before is None else calls[calls["offered_at"] < before]
        return specs | with_estimated_patience(open_, known, Findings() if findings is None else findings)

    def check_settings(self, queues: Sequence[str]) -> None:
        """Raise InputError for every setting that the history or the registries do not know.

        Parameters
        ----------
        queues : sequence of str
            Queues of the history.
        """
        findings = [*self._unknown_names(), *self._unknown_queues(queues)]
        if self.config.data.agents and self.config.shift_rules is None:
            wanted = "a [schedule] section with at least one [[schedule.shifts]]"
            rule = "agents-without-shifts"
            findings.append(Finding(CONFIG_NAME, rule, "agents but no shift", wanted, column="schedule.shifts"))
        findings += self._bad_rules()
        if findings:
            raise InputError(findings)

    def _bad_rules(self) -> list[Finding]:
        import scheduling

        try:
            scheduling.in_force(self.config.shift_rules) if self.config.shift_rules else None
        except InputError as problem:
            return list(problem.findings)
        return []

    def _unknown_names(self) -> list[Finding]:
        import forecasting
        import ingest
        import staffing

        config = self.config
        specs = {"staffing.model": config.default_queue} | {f"queues.{q}.model": s for q, s in config.queues.items()}
        named: list[tuple[str, str, Collection[str]]] = [
            ("forecast.models", name, forecasting.MODELS) for name in config.forecast.models if name != "all"
        ]
        models = (*staffing.MODELS, SIMULATION)
        named += [
            (setting, spec.model, models) for setting, spec in specs.items() if spec.channel not in BACKLOG_CHANNELS
        ]
        named += [("data.source", config.data.source, ingest.SOURCES)] if config.data.source != "auto" else []
        return [
            Finding(CONFIG_NAME, "unknown-name", f'"{name}"', f"one of {', '.join(known)}", column=setting)
            for setting, name, known in named
            if name not in known
        ]

    def _unknown_queues(self, queues: Sequence[str]) -> list[Finding]:
        known = ", ".join(sorted(queues))
        return [
            Finding(CONFIG_NAME, "queue-without-history", "no call of it", f"one of {known}", column=f"queues.{queue}")
            for queue in sorted(set(self.config.queues) - set(queues))
        ]


def next_week(history: pd.DataFrame) -> dt.date:
    """Monday of the first week that the history has not begun."""
    return monday_of(history["interval_start"].max()) + dt.timedelta(days=7)
