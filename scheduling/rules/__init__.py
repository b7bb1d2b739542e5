"""What a roster must obey: one file a rule, with what the model adds and what an independent check reads.

`add` speaks to the solver, `check` reads a finished schedule and shares nothing with `add` but the parameters. A rule
that the planner sets is held, or priced: then its breaches cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from wfm.params import RuleSetting, ShiftRules
from wfm.registry import Registry

if TYPE_CHECKING:
    from scheduling.problem import Shift, Team
    from scheduling.rules.rows import Rows
    from scheduling.worked import Worked


@dataclass(frozen=True, slots=True)
class Choice:
    """Variable `at` is 1 when the person at `Team.people[person]` works `shift`."""

    person: int
    shift: Shift
    at: int


Choices = Mapping[int, Sequence[Choice]]


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule broken.

    Parameters
    ----------
    agent : str
        Whose roster it is; empty where it is nobody's alone.
    day : date or None
    amount : float
        How much, in the rule's unit.
    words : str
        What was found and what the rule allows.
    """

    agent: str
    day: dt.date | None
    amount: float
    words: str

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Record:
    """A finished schedule as checks read it.

    Parameters
    ----------
    worked : sequence of Worked
        Shifts of the horizon, by agent and start.
    agents : DataFrame
        The agents contract.
    rules : ShiftRules
    before : sequence of Worked
        Shifts worked before the horizon.
    time_off : DataFrame or None
        The time_off contract.
    first_day, last_day : date or None
        Ends of the horizon; None is the first and the last day worked.
    past : sequence of Worked
        Shifts before the horizon of everybody whom the rule concerns, where `before` holds those of some.
    published : mapping of (agent, date) to (start, end), or None
        Shifts of the version that is made again, as Unix times [s].
    known : dict
        What checks made of agents and the past, kept for the next record of the same people.
    """

    worked: Sequence[Worked]
    agents: pd.DataFrame
    rules: ShiftRules
    before: Sequence[Worked] = ()
    time_off: pd.DataFrame | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    past: Sequence[Worked] = ()
    published: Mapping[tuple[str, dt.date], tuple[int, int]] | None = None
    known: dict[object, Any] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if not self.past:
            object.__setattr__(self, "past", self.before)

    @property
    def mondays(self) -> list[dt.date]:
        """Of the ISO weeks that the horizon touches."""
        if not (self.first_day and self.last_day):
            return sorted({shift.monday for shift in self.worked})
        first = self.first_day - dt.timedelta(days=self.first_day.weekday())
        return [first + dt.timedelta(weeks=number) for number in range((self.last_day - first).days // 7 + 1)]

    def excess(
        self, shifts: Sequence[Worked], most: float, size: Callable[[Worked], float] = lambda _shift: 1
    ) -> float:
        """By how much shifts exceed `most`; what shifts before the horizon exceed alone is a fact."""
        facts = sum(size(shift) for shift in shifts if not self.judges(shift))
        return sum(size(shift) for shift in shifts) - max(most, facts)

    def judges(self, shift: Worked) -> bool:
        """Whether a shift is of the horizon, and not a fact from before it."""
        return shift.day >= self.first_day if self.first_day else shift not in self.before


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the roster.

    Parameters
    ----------
    doc : str
        What it demands, in a planner's words.
    check : callable
        ``check(record, settings) -> list of Breach``, by agent and day.
    add : callable, optional
        ``add(rows, choices, team, settings)`` adds the rule's rows for the people of `choices`; None where the offer
        of shifts already keeps it.
    settings : type, optional
        Frozen dataclass of what the planner may set; its fields are made with `scheduling.rules.settings.setting`.
        None for a rule that always holds and reads `ShiftRules` alone.
    unit : str
        What a price buys: one such breach.
    shared : bool
        Whether it looks at what several people work in the horizon.
    alike : callable, optional
        ``alike(shift, team, settings, record)``: all that `add` reads of a shift beside its day and paid time. Shifts
        that look the same are one variable in the relaxed horizon, which bounds the cost; a rule that does not say is
        left out of it.
    """

    doc: str
    check: Callable[[Record, Any], list[Breach]]
    add: Callable[[Rows, Choices, Team, Any], None] | None = None
    settings: type | None = None
    unit: str = "breach"
    shared: bool = False
    alike: Callable[[Shift, Team, Any, Record | None], Hashable] | None = None


def by_day(_shift: Shift, _team: Team, _settings: object, _record: Record | None) -> Hashable:
    """For rules that read nothing of a shift but its day and its paid time."""
    return None


RULES: Registry[Rule] = Registry("schedule rule", "scheduling.rules.kinds")


@dataclass(frozen=True)
class Ruling:
    """A rule in force.

    Parameters
    ----------
    name : str
    rule : Rule
    settings : object
        Instance of the rule's settings; None for a rule that always holds.
    setting : RuleSetting or None
        How the planner set it.
    """

    name: str
    rule: Rule
    settings: Any = None
    setting: RuleSetting | None = None

    @property
    def price(self) -> float | None:
        return self.setting.price if self.setting else None

    @property
    def concerns_all(self) -> bool:
        return self.setting is None or not (self.setting.teams or self.setting.sites or self.setting.agents)

    def concerns(self, agent: str, team: str | None, site: str | None) -> bool:
        if self.setting is None or self.concerns_all:
            return True
        return agent in self.setting.agents or team in self.setting.teams or site in self.setting.sites

    def narrow(self, record: Record) -> Record:
        """The record of the people whom the rule concerns."""
        if self.concerns_all:
            return record
        agents = record.agents
        nobody = pd.Series(None, agents.index, dtype=object)
        teams, sites = (agents.get(name, nobody) for name in ("team", "site"))
        mine = [self.concerns(a, t, s) for a, t, s in zip(agents["agent"], teams, sites, strict=True)]
        names = set(agents["agent"][mine])
        return replace(
            record,
            agents=agents[mine],
            worked=[shift for shift in record.worked if shift.agent in names],
            before=[shift for shift in record.before if shift.agent in names],
            past=[shift for shift in record.past if shift.agent in names],
            known={},
        )
