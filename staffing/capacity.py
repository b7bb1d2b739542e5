"""The capacity plan: from the weeks' requirement to people, with those who leave, who learn and who are to be hired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.contracts import REQUIREMENT
from wfm.errors import UsageProblem
from wfm.timeaxis import local_day

WEEK = pd.Timedelta(days=7)
WEEKS_A_YEAR = 365.25 / 7


@dataclass(frozen=True, slots=True)
class Workforce:
    """The people there are and how they come and go.

    Parameters
    ----------
    fte : float
        Fully productive FTE when the plan begins.
    hours_per_week : float
        Paid hours of one FTE a week.
    annual_attrition : float
        Share of people who leave within a year, 0 to below 1; people leave evenly.
    training_weeks : int
        Weeks from the first day of a class until its people take calls.
    ramp : tuple of float
        Productivity in each week after training, 0 to 1; full afterwards.
    early_attrition : float
        Share of a class that leaves before the end of its training, 0 to below 1.

    Raises
    ------
    ValueError
        Naming every field out of range.
    """

    fte: float
    hours_per_week: float = 38.0
    annual_attrition: float = 0.25
    training_weeks: int = 4
    ramp: tuple[float, ...] = (0.6, 0.8)
    early_attrition: float = 0.0

    def __post_init__(self) -> None:
        sound = {
            "fte": (0 <= self.fte < np.inf, "FTE of 0 or more"),
            "hours_per_week": (0 < self.hours_per_week <= 80, "hours above 0, at most 80"),
            "annual_attrition": (0 <= self.annual_attrition < 1, "a share from 0 to below 1"),
            "training_weeks": (0 <= self.training_weeks <= 104, "weeks from 0 to 104"),
            "ramp": (all(0 <= share <= 1 for share in self.ramp), "shares from 0 to 1"),
            "early_attrition": (0 <= self.early_attrition < 1, "a share from 0 to below 1"),
        }
        problems = [
            f"{name}: found {getattr(self, name)}, expected {what}" for name, (ok, what) in sound.items() if not ok
        ]
        if problems:
            raise ValueError("; ".join(problems))

    @property
    def weekly_stay(self) -> float:
        """Share of people still there after one week."""
        return float((1 - self.annual_attrition) ** (1 / WEEKS_A_YEAR))

    def contribution(self, weeks_since: np.ndarray) -> np.ndarray:
        """Productive FTE of one person hired so many weeks ago; 0 before and during training."""
        since = np.asarray(weeks_since)
        after = since - self.training_weeks
        productivity = np.ones(since.shape)
        for week, share in enumerate(self.ramp):
            productivity = np.where(after == week, share, productivity)
        stayed = (1 - self.early_attrition) * self.weekly_stay ** np.maximum(after, 0)
        return np.where(after >= 0, productivity * stayed, 0.0)


@dataclass(frozen=True, slots=True)
class HiringClass:
    """People who begin their training together on a Monday."""

    start: dt.date
    people: int


@dataclass(frozen=True, slots=True)
class HiringRules:
    """How classes may be hired.

    Parameters
    ----------
    smallest, largest : int
        People in one class.
    notice_weeks : int
        Weeks from the first week of the plan until a class can begin.
    most_a_week : int
        Classes that may begin in the same week.
    """

    smallest: int = 1
    largest: int = 20
    notice_weeks: int = 4
    most_a_week: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.smallest <= self.largest or self.notice_weeks < 0 or self.most_a_week < 1:
            raise ValueError(
                f"found classes of {self.smallest} to {self.largest} after {self.notice_weeks} weeks, "
                f"{self.most_a_week} a week; expected 1 <= smallest <= largest, notice >= 0, at least one a week"
            )


def weekly_requirement(requirement: pd.DataFrame, interval_s: float, hours_per_week: float) -> pd.DataFrame:
    """Paid hours and FTE that each whole or part week of a requirement asks for.

    Parameters
    ----------
    requirement : DataFrame
        Contract ``requirement``; `staff` holds the shrinkage already.
    interval_s : float
    hours_per_week : float
        Paid hours of one FTE a week.

    Returns
    -------
    DataFrame
        week (Monday), queue (null for all), calls, workload_h (handle time), paid_h, fte. Sorted by week and queue,
        the row of all queues first.
    """
    frame = REQUIREMENT.validate(requirement.reset_index(drop=True))
    day = pd.DatetimeIndex(local_day(pd.DatetimeIndex(frame["interval_start"])))
    hours = frame["staff"] * interval_s / 3600
    sums = pd.DataFrame(
        {
            "week": day - pd.to_timedelta(day.day_of_week, "D"),
            "queue": frame["queue"].astype(str).to_numpy(),
            "calls": frame["calls"].to_numpy(float),
            "workload_h": frame["load_erl"].to_numpy(float) * interval_s / 3600,
            "paid_h": hours.to_numpy(float),
        }
    )
    by_queue = sums.groupby(["week", "queue"], as_index=False).sum()
    total = by_queue.drop(columns="queue").groupby("week", as_index=False).sum().assign(queue=None)
    table = pd.concat([total, by_queue], ignore_index=True)
    table["fte"] = table["paid_h"] / hours_per_week
    order = ["week", "queue", "calls", "workload_h", "paid_h", "fte"]
    return table[order].sort_values(["week", "queue"], na_position="first", ignore_index=True)


def project(weeks: pd.DataFrame, workforce: Workforce, classes: Sequence[HiringClass] = ()) -> pd.DataFrame:
    """People, week by week, against what is required.

    Parameters
    ----------
    weeks : DataFrame
        week (Mondays, increasing) and fte, such as the rows of all queues of `weekly_requirement`.
    workforce : Workforce
    classes : sequence of HiringClass

    Returns
    -------
    DataFrame
        week, required_fte, productive_fte, in_training (people), hired (people who begin), leavers (people who left
        in the week before), people (on the payroll), gap_fte (productive - required).
    """
    mondays = pd.DatetimeIndex(weeks["week"])
    since_start = _weeks_between(mondays[0], mondays) if len(mondays) else np.zeros(0)
    stay = workforce.weekly_stay
    productive = workforce.fte * stay**since_start
    people = productive.copy()
    training, hired = np.zeros(len(mondays)), np.zeros(len(mondays))
    for one in classes:
        since = _weeks_between(pd.Timestamp(one.start), mondays)
        productive += one.people * workforce.contribution(since)
        learns = (since >= 0) & (since < workforce.training_weeks)
        graduated = (1 - workforce.early_attrition) * stay ** np.maximum(since - workforce.training_weeks, 0)
        training += one.people * learns
        people += one.people * np.where(learns, 1.0, np.where(since >= 0, graduated, 0.0))
        hired += one.people * (since == 0)
    required = weeks["fte"].to_numpy(float)
    before = np.concatenate([people[:1], people[:-1]])
    return pd.DataFrame(
        {
            "week": mondays,
            "required_fte": required,
            "productive_fte": productive,
            "in_training": training,
            "hired": hired,
            "leavers": np.maximum(before + hired - people, 0.0) if len(people) else before,
            "people": people,
            "gap_fte": productive - required,
        }
    )


def plan_hires(
    weeks: pd.DataFrame, workforce: Workforce, rules: HiringRules, tolerance_fte: float = 0.5
) -> tuple[HiringClass, ...]:
    """Classes that close every gap as far as notice and class sizes allow, none earlier than it has to be.

    From the first week on: where more than `tolerance_fte` is missing, a class begins as late as lets it be fully
    productive by that week, or else as early as it may; what one class can't give, the next does.

    Parameters
    ----------
    weeks : DataFrame
        As in `project`.
    workforce : Workforce
    rules : HiringRules
    tolerance_fte : float
        Gap that is left alone.

    Returns
    -------
    tuple of HiringClass
        In the order of their start; gaps that no class can close any more stay in `project`.
    """
    if tolerance_fte < 0:
        raise UsageProblem(f"found a tolerance of {tolerance_fte} FTE, expected 0 or more")
    mondays = pd.DatetimeIndex(weeks["week"])
    required = weeks["fte"].to_numpy(float)
    sizes = np.zeros((len(mondays), rules.most_a_week), dtype=int)
    since = np.arange(len(mondays))
    given = workforce.fte * workforce.weekly_stay ** (_weeks_between(mondays[0], mondays) if len(mondays) else since)
    for week in range(len(mondays)):
        latest = week - workforce.training_weeks - len(workforce.ramp)
        in_time = range(latest, rules.notice_weeks - 1, -1)
        half_ready = range(max(latest + 1, rules.notice_weeks), week - workforce.training_weeks + 1)
        for start in (*in_time, *half_ready):
            missing = required[week] - given[week]
            if missing <= tolerance_fte:
                break
            worth = float(workforce.contribution(np.array([week - start]))[0])
            room = np.flatnonzero(sizes[start] < rules.largest)
            for place in room if worth > 0 else ():
                wanted = int(np.ceil((required[week] - given[week] - tolerance_fte) / worth - 1e-9))
                if wanted <= 0:
                    break
                before = sizes[start, place]
                sizes[start, place] = min(max(before + wanted, rules.smallest), rules.largest)
                given = given + (sizes[start, place] - before) * workforce.contribution(since - start)
    return tuple(
        HiringClass(mondays[start].date(), int(people)) for start, row in enumerate(sizes) for people in row if people
    )


def _weeks_between(first: pd.Timestamp, mondays: pd.DatetimeIndex) -> np.ndarray:
    return np.round((mondays - first) / WEEK).to_numpy().astype(int)
