"""What if: the same forecast with other volumes, handle times and targets, side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from staffing.capacity import HiringClass, HiringRules, Workforce, plan_hires, project, weekly_requirement
from staffing.requirement import requirement
from staffing.verified import stand_in
from wfm.channels import BACKLOG_CHANNELS
from wfm.params import QueueSpec

BASE = "as planned"
CHANGE = re.compile(r"(volume|aht|attrition)\s*([+-]\d+(?:\.\d+)?)\s*%")
LEVEL = re.compile(r"service level\s*(\d+(?:\.\d+)?)\s*%(?:\s*in\s*(\d+(?:\.\d+)?)\s*s)?")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One alternative.

    Parameters
    ----------
    name : str
    volume, aht : float
        Factors on calls and on handle time.
    attrition : float
        Factor on the share of people who leave.
    service_level, answer_within_s : float, optional
        Replace those of every queue but mail and back office.
    """

    name: str
    volume: float = 1.0
    aht: float = 1.0
    attrition: float = 1.0
    service_level: float | None = None
    answer_within_s: float | None = None

    def spec(self, spec: QueueSpec) -> QueueSpec:
        """The targets of a queue in this scenario; a promise in hours stays, and the times of chats change with AHT."""
        if spec.channel in BACKLOG_CHANNELS:
            return spec
        if spec.concurrency and spec.concurrency[0] != 1:
            spec = replace(spec, concurrency=tuple(time * self.aht for time in spec.concurrency))
        changes = {"service_level": self.service_level, "answer_within_s": self.answer_within_s}
        return replace(spec, target=replace(spec.target, **{k: v for k, v in changes.items() if v is not None}))


def parse_scenario(text: str) -> Scenario:
    """Read ``volume +10%, aht -5%, service level 90% in 10s``; the text is the name.

    Raises
    ------
    ValueError
        Where a part is none of these.
    """
    changes: dict[str, float] = {}
    for part in (one.strip().lower() for one in text.split(",")):
        if found := CHANGE.fullmatch(part):
            changes[found[1]] = 1 + float(found[2]) / 100
        elif found := LEVEL.fullmatch(part):
            changes["service_level"] = float(found[1]) / 100
            if found[2]:
                changes["answer_within_s"] = float(found[2])
        else:
            expected = "volume +10%, aht -5%, attrition +20% or service level 90% in 10s, separated by commas"
            raise ValueError(f'found "{part}", expected {expected}')
    if min(changes.get(name, 1.0) for name in ("volume", "aht", "attrition")) < 0:
        raise ValueError(f'found "{text}", expected no change below -100 %')
    return Scenario(text.strip(), **changes)


@dataclass(frozen=True)
class CapacityPlan:
    """A year of people in one scenario.

    Parameters
    ----------
    scenario : Scenario
    requirement : DataFrame
        As `weekly_requirement` gives it.
    people : DataFrame
        As `project` gives it, with the classes hired.
    classes : tuple of HiringClass
    """

    scenario: Scenario
    requirement: pd.DataFrame
    people: pd.DataFrame
    classes: tuple[HiringClass, ...]


def capacity_plan(
    forecast: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    workforce: Workforce,
    rules: HiringRules,
    *,
    interval_s: int,
    scenario: Scenario | None = None,
) -> CapacityPlan:
    """From a long forecast to people and hire dates.

    A first or last week of which the forecast holds a part counts with that part only.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``, usually of 52 weeks.
    specs : mapping of str to QueueSpec
        Targets and shrinkage by queue; one of model ``simulation`` is staffed by the nearest formula for the year.
    workforce : Workforce
    rules : HiringRules
    interval_s : int
    scenario : Scenario, optional
        The forecast as it is when None.

    Raises
    ------
    InputError
        As `requirement`.
    """
    chosen = scenario or Scenario(BASE)
    changed = forecast.assign(calls=forecast["calls"] * chosen.volume, aht_s=forecast["aht_s"] * chosen.aht)
    own = {queue: stand_in(chosen.spec(spec)) for queue, spec in specs.items()}
    staff = requirement(changed, own, interval_s=interval_s)
    table = weekly_requirement(staff, interval_s, workforce.hours_per_week)
    leaving = min(workforce.annual_attrition * chosen.attrition, 0.99)
    people = replace(workforce, annual_attrition=leaving)
    weeks = table[table["queue"].isna()]
    classes = plan_hires(weeks, people, rules)
    return CapacityPlan(chosen, table, project(weeks, people, classes), classes)


def compare(plans: Sequence[CapacityPlan]) -> pd.DataFrame:
    """One row a scenario.

    Returns
    -------
    DataFrame
        scenario, calls, paid_h, mean_fte, peak_fte, peak_week, hires, classes, first_class, worst_gap_fte, worst_week,
        short_weeks (weeks that lack more than half an FTE).
    """
    rows = []
    for plan in plans:
        weeks = plan.requirement[plan.requirement["queue"].isna()]
        gap = plan.people["gap_fte"]
        rows.append(
            {
                "scenario": plan.scenario.name,
                "calls": weeks["calls"].sum(),
                "paid_h": weeks["paid_h"].sum(),
                "mean_fte": weeks["fte"].mean(),
                "peak_fte": weeks["fte"].max(),
                "peak_week": weeks.loc[weeks["fte"].idxmax(), "week"],
                "hires": sum(one.people for one in plan.classes),
                "classes": len(plan.classes),
                "first_class": pd.Timestamp(min(one.start for one in plan.classes)) if plan.classes else pd.NaT,
                "worst_gap_fte": gap.min(),
                "worst_week": plan.people.loc[gap.idxmin(), "week"],
                "short_weeks": int((gap < -0.5).sum()),
            }
        )
    return pd.DataFrame(rows)


def weeks_of(plans: Sequence[CapacityPlan]) -> pd.DataFrame:
    """The people of every scenario below each other; columns of `project` behind the scenario's name."""
    return pd.concat(
        [plan.people.assign(scenario=plan.scenario.name)[["scenario", *plan.people.columns]] for plan in plans],
        ignore_index=True,
    )
