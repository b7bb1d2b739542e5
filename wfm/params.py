"""Frozen parameter objects that validate themselves; the rooms take these and frames, nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from wfm.channels import channel_problems, concurrency_problem, model_of_channel
from wfm.timeaxis import INTERVALS_S, check_timezone


def _require(problems: list[str]) -> None:
    if problems:
        raise ValueError("; ".join(problems))


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """What callers are promised; every target that is set must hold.

    Parameters
    ----------
    service_level : float or None
        Share of calls offered that is answered within `answer_within_s`, in (0, 1].
    answer_within_s : float
        Service-level threshold [s].
    asa_s : float or None
        Longest average wait of answered calls [s].
    max_occupancy : float or None
        Largest share of phone time spent handling calls, in (0, 1].
    max_abandonment : float or None
        Largest share of calls offered that abandon, in [0, 1).

    Raises
    ------
    ValueError
        Naming every field out of range.
    """

    service_level: float | None = 0.80
    answer_within_s: float = 20.0
    asa_s: float | None = None
    max_occupancy: float | None = 0.88
    max_abandonment: float | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.service_level is not None and not 0 < self.service_level <= 1:
            problems.append(f"service_level: found {self.service_level}, expected a fraction such as 0.8")
        if not 0 <= self.answer_within_s < float("inf"):
            problems.append(f"answer_within_s: found {self.answer_within_s}, expected seconds >= 0")
        if self.asa_s is not None and not 0 < self.asa_s < float("inf"):
            problems.append(f"asa_s: found {self.asa_s}, expected seconds > 0")
        if self.max_occupancy is not None and not 0 < self.max_occupancy <= 1:
            problems.append(f"max_occupancy: found {self.max_occupancy}, expected a fraction such as 0.88")
        if self.max_abandonment is not None and not 0 <= self.max_abandonment < 1:
            problems.append(f"max_abandonment: found {self.max_abandonment}, expected a fraction such as 0.05")
        if all(t is None for t in (self.service_level, self.asa_s, self.max_occupancy, self.max_abandonment)):
            problems.append(
                "found no target at all, expected at least one of service_level, asa_s, max_occupancy, max_abandonment"
            )
        _require(problems)


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Share of scheduled time in which people are not available, kept as an exact fraction.

    It covers what the schedule does not place itself: absence, lateness, unscheduled meetings. Breaks that
    the schedule places are not part of it, or they would be counted twice.

    Parameters
    ----------
    rate : Fraction
        In [0, 1). Text, int and float are read as the decimal they print as, so that 0.3 is 3/10.
    """

    rate: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        try:
            exact = self.rate if isinstance(self.rate, Fraction) else Fraction(str(self.rate))
        except ValueError:
            raise ValueError(f"shrinkage: found {self.rate}, expected a fraction such as 0.3") from None
        if not 0 <= exact < 1:
            raise ValueError(f"shrinkage: found {self.rate}, expected at least 0 and less than 1, such as 0.3 for 30 %")
        object.__setattr__(self, "rate", exact)


TRAITS = {
    "patience_s": "the mean patience in seconds",
    "lines": "the number of lines",
    "sources": "the number of people who may call",
    "redial": "the share of lost calls that call again",
    "concurrency": "the handle times of a chat by the number of chats at an agent's hand",
}
SIMULATION = "simulation"
"""Stands where a queue model stands: plans are simulated and repaired, with patience where it is given."""
NEEDED_TRAITS = {
    "erlang_a": ("patience_s",),
    "erlang_x": ("patience_s", "redial"),
    "extended_b": ("redial",),
    "engset": ("sources",),
    "limited_lines": ("lines",),
    "chat": ("concurrency",),
}


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """How one queue is staffed.

    Parameters
    ----------
    queue : str
    target : ServiceTarget
    shrinkage : Shrinkage
    model : str
        Queue model of the registry, such as ``erlang_c`` or ``erlang_a``, or ``simulation``.
    patience_s : float or None
        Mean patience of callers [s]; needed by ``erlang_a`` and ``erlang_x``.
    lines : int or None
        Lines for calls in service and in queue; needed by ``limited_lines``.
    sources : int or None
        People who may call; needed by ``engset``.
    redial : float or None
        Share of lost calls that call again, in [0, 1); needed by ``erlang_x`` and ``extended_b``.
    concurrency : tuple of float or None
        Handle times of a chat whose agent holds 1, 2, … chats, so many as an agent takes at most; needed by ``chat``.
        Seconds, which replace the forecast's handle time; or, where the first is 1, ratios to it.
    channel : str
        ``phone``; ``chat``, whose model is ``chat``; ``email`` or ``backoffice``, whose work waits as a ``backlog``.
    agent_hours : str or None
        Hours of the week in which agents work a backlog, such as ``mon-fri 08:00-18:00``; None: in every interval of
        the forecast.
    promise_runs : str
        Whether the `answer_within_s` of a backlog runs ``always`` or in ``agent_hours`` only.
    blend_with : tuple of str
        Queues of calls whose agents work this backlog while they would be idle.
    min_agents : int
        Fewest agents on the phone in any open interval that expects calls.
    patience_from : str
        ``given``, or ``calls`` where the mean is estimated from the call log; until then `patience_s` is None.
    """

    queue: str
    target: ServiceTarget = field(default_factory=ServiceTarget)
    shrinkage: Shrinkage = field(default_factory=Shrinkage)
    model: str = "erlang_c"
    patience_s: float | None = None
    min_agents: int = 0
    lines: int | None = None
    sources: int | None = None
    redial: float | None = None
    patience_from: str = "given"
    concurrency: tuple[float, ...] | None = None
    channel: str = "phone"
    agent_hours: str | None = None
    promise_runs: str = "always"
    blend_with: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"queue {self.queue}: " if self.queue else ""
        if self.concurrency is not None:
            object.__setattr__(self, "concurrency", tuple(float(time) for time in self.concurrency))
        object.__setattr__(self, "channel", "chat" if self.model == "chat" else self.channel)
        object.__setattr__(self, "model", model_of_channel(self.channel, self.model))
        of_channel = (self.channel, self.model, self.agent_hours, self.promise_runs, self.blend_with)
        problems = [f"{where}{problem}" for problem in channel_problems(*of_channel)]
        if self.patience_from not in ("given", "calls"):
            problems.append(f"{where}patience_from: found {self.patience_from}, expected given or calls")
        if self.patience_s is not None and not self.patience_s > 0:
            problems.append(f"{where}patience_s: found {self.patience_s}, expected seconds > 0")
        for name in ("lines", "sources"):
            if (count := getattr(self, name)) is not None and count < 1:
                problems.append(f"{where}{name}: found {count}, expected 1 or more")
        if self.redial is not None and not 0 <= self.redial < 1:
            problems.append(f"{where}redial: found {self.redial}, expected a share below 1 such as 0.4")
        told = {"patience_s"} if self.patience_from == "calls" else set()
        for name in (n for n in NEEDED_TRAITS.get(self.model, ()) if getattr(self, n) is None and n not in told):
            problems.append(f"{where}model {self.model}: found no {name}, expected {TRAITS[name]}")
        if self.concurrency is not None and (problem := concurrency_problem(self.concurrency)):
            problems.append(f"{where}concurrency: found {problem[0]}, expected {problem[1]}")
        if self.min_agents < 0:
            problems.append(f"{where}min_agents: found {self.min_agents}, expected 0 or more")
        _require(problems)

    @property
    def traits(self) -> dict[str, Any]:
        """What queue models may read of callers and lines, by name; None where it is not known."""
        return {name: getattr(self, name) for name in TRAITS}


@dataclass(frozen=True, slots=True)
class Horizon:
    """The days that are planned.

    Parameters
    ----------
    first_day : date
        First local day.
    days : int
        Number of local days.
    interval_s : int
        Interval length [s].
    timezone : str
        IANA name.
    """

    first_day: dt.date
    days: int
    interval_s: int
    timezone: str

    def __post_init__(self) -> None:
        problems = []
        if not 1 <= self.days <= 731:
            problems.append(f"days: found {self.days}, expected 1 to 731")
        if self.interval_s not in INTERVALS_S:
            problems.append(f"interval_s: found {self.interval_s}, expected one of {INTERVALS_S}")
        _require(problems)
        check_timezone(self.timezone)


@dataclass(frozen=True, slots=True)
class BreakRule:
    """A break inside a shift.

    Parameters
    ----------
    name : str
        Activity written to the schedule: ``lunch`` or ``break``.
    length_s : int
        Length [s].
    earliest_s, latest_s : int
        Window of the break's start, counted from the start of the shift [s].
    paid : bool
    """

    name: str
    length_s: int
    earliest_s: int
    latest_s: int
    paid: bool = True

    def __post_init__(self) -> None:
        problems = []
        if self.length_s <= 0:
            problems.append(f"break {self.name}: length: found {self.length_s} s, expected more than 0")
        if not 0 <= self.earliest_s <= self.latest_s:
            problems.append(
                f"break {self.name}: window: found {self.earliest_s} to {self.latest_s} s after shift start, "
                "expected earliest <= latest"
            )
        _require(problems)


@dataclass(frozen=True, slots=True)
class ShiftTemplate:
    """A family of shifts that differ only by start time.

    Parameters
    ----------
    name : str
    length_s : int
        From first to last minute, breaks included [s].
    earliest_start_s, latest_start_s : int
        Window of the start on the local wall clock, seconds after midnight.
    start_step_s : int
        Grid of starts within the window [s].
    breaks : tuple of BreakRule
        In the order in which they fall; they never overlap.
    weekdays : tuple of int
        Days on which the shift may start, 0 = Monday.
    """

    name: str
    length_s: int
    earliest_start_s: int
    latest_start_s: int
    start_step_s: int = 1800
    breaks: tuple[BreakRule, ...] = ()
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.length_s <= 86400:
            problems.append(f"shift {self.name}: length: found {self.length_s} s, expected up to 24 h")
        if not 0 <= self.earliest_start_s <= self.latest_start_s < 86400:
            problems.append(
                f"shift {self.name}: start window: found {self.earliest_start_s} to {self.latest_start_s} s after "
                "midnight, expected earliest <= latest within the day"
            )
        if self.start_step_s <= 0:
            problems.append(f"shift {self.name}: start step: found {self.start_step_s} s, expected more than 0")
        if not self.weekdays or set(self.weekdays) - set(range(7)):
            problems.append(f"shift {self.name}: weekdays: found {self.weekdays}, expected numbers 0 (Monday) to 6")
        for rule in self.breaks:
            if rule.latest_s + rule.length_s > self.length_s:
                problems.append(f"shift {self.name}: break {rule.name}: its window ends after the shift does")
        _require(problems)

    @property
    def paid_s(self) -> int:
        """Paid time of one such shift [s]."""
        return self.length_s - sum(rule.length_s for rule in self.breaks if not rule.paid)


@dataclass(frozen=True, slots=True)
class Premium:
    """What time at unsocial hours costs beyond its wage.

    Parameters
    ----------
    share : float
        Of the wage, such as 0.25.
    start_s, end_s : int
        Hours on the local wall clock, seconds after midnight; an end beyond 24 h lies on the next day.
    weekdays : tuple of int
        Days on which the hours begin, 0 = Monday.
    """

    share: float
    start_s: int = 0
    end_s: int = 86_400
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def __post_init__(self) -> None:
        problems = []
        if not 0 < self.share <= 5:
            problems.append(f"premium: share: found {self.share}, expected more than 0, such as 0.25")
        if not 0 <= self.start_s < self.end_s <= 172_800:
            problems.append("premium: hours: expected an end after the start")
        if not self.weekdays or set(self.weekdays) - set(range(7)):
            problems.append(f"premium: weekdays: found {self.weekdays}, expected numbers 0 (Monday) to 6")
        _require(problems)


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One rule of the roster beyond those that always hold, as the planner sets it.

    Parameters
    ----------
    rule : str
        Name in the register of schedule rules.
    values : mapping of str to object
        The rule's own settings, as TOML gives them; read and checked by the rule.
    price : float or None
        Price of one breach in the rule's unit [currency]; None means that the rule must hold.
    teams, sites, agents : tuple of str
        Whom it concerns; everybody where all are empty.
    """

    rule: str
    values: Mapping[str, Any] = field(default_factory=dict)
    price: float | None = None
    teams: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.price is not None and not 0 < self.price < float("inf"):
            _require([f"rule {self.rule}: price: found {self.price}, expected more than 0, or none for a rule to hold"])


@dataclass(frozen=True, slots=True)
class ShiftRules:
    """What every roster must obey.

    Parameters
    ----------
    templates : tuple of ShiftTemplate
    min_rest_s : int
        Least time between the end of a shift and the start of the next [s].
    max_days_per_week : int
        Most days worked in the week.
    max_consecutive_days : int
        Most days worked in a row.
    min_contract_share : float
        Least share of the contract hours that an agent is given in the week; the contract is the most.
    hourly_cost : float
        Cost of a paid hour, in the currency of the workspace.
    understaffing_cost_per_hour : float
        Price of one agent-hour short of the requirement; far above `hourly_cost`, so that gaps are a last resort.
    rules : tuple of RuleSetting
        Further rules, each held or priced.
    premiums : tuple of Premium
        They add up where they meet.
    """

    templates: tuple[ShiftTemplate, ...]
    min_rest_s: int = 11 * 3600
    max_days_per_week: int = 5
    max_consecutive_days: int = 6
    min_contract_share: float = 0.0
    hourly_cost: float = 25.0
    understaffing_cost_per_hour: float = 500.0
    rules: tuple[RuleSetting, ...] = ()
    premiums: tuple[Premium, ...] = ()

    def __post_init__(self) -> None:
        problems = []
        if not self.templates:
            problems.append("schedule.shifts: found no shift, expected at least one")
        if names := sorted({t.name for t in self.templates if [o.name for o in self.templates].count(t.name) > 1}):
            problems.append(f"schedule.shifts: found {', '.join(names)} more than once, expected each name once")
        if not 0 <= self.min_rest_s <= 86400:
            problems.append(f"schedule.min_rest: found {self.min_rest_s} s, expected 0 to 24 h")
        if not 1 <= self.max_days_per_week <= 7:
            problems.append(f"schedule.max_days_per_week: found {self.max_days_per_week}, expected 1 to 7")
        if not 1 <= self.max_consecutive_days <= 14:
            problems.append(f"schedule.max_consecutive_days: found {self.max_consecutive_days}, expected 1 to 14")
        if not 0 <= self.min_contract_share <= 1:
            problems.append(f"schedule.min_contract_share: found {self.min_contract_share}, expected 0 to 1")
        if not 0 < self.hourly_cost < self.understaffing_cost_per_hour:
            problems.append("schedule.hourly_cost: expected above 0 and below understaffing_cost_per_hour")
        _require(problems)
