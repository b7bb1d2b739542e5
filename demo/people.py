"""The people of the centre: contract, skills, availability, and the talents no table shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from demo.centre import Queue, queues_of
from demo.shifts import FULL_DAY, SHORT_DAY, Shift
from demo.spec import DemoSpec, clock, texts
from wfm.contracts import AGENTS

CONTRACT_HOURS = (40, 32, 24)
CONTRACT_SHARES = (0.45, 0.20, 0.35)
TWO_SKILLS = 0.30
SHORT_WEEK = 0.3
TEAM_SIZE = 14
SITES = ("Rotterdam", "Zwolle")
PART_WEEKS = ((0, 1, 2, 3), (1, 2, 3, 4), (0, 1, 2, 4), (0, 1, 3, 4))
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Crew:
    """Everybody, one position an agent.

    Parameters
    ----------
    names : list of str
    queue : array of int
        First skill.
    second : array of int
        Second skill, -1 where there is none.
    contract_h : array of int
        Paid hours a week.
    days : array of bool, shape (agents, 7)
        Weekdays on which the agent can work.
    speed : array of float
        Handle time relative to the centre's.
    tact, sells, solves : array of float
        Effect on survey scores, conversion multiple, effect on the share of queries resolved.
    hired_on : list of date
    """

    names: list[str]
    queue: np.ndarray
    second: np.ndarray
    contract_h: np.ndarray
    days: np.ndarray
    speed: np.ndarray
    tact: np.ndarray
    sells: np.ndarray
    solves: np.ndarray
    hired_on: list[dt.date]

    @property
    def short(self) -> np.ndarray:
        """Who works short days."""
        short: np.ndarray = self.contract_h == min(CONTRACT_HOURS)
        return short

    @property
    def shifts_a_week(self) -> np.ndarray:
        return np.where(self.short, self.contract_h // 6, self.contract_h // 8)

    @property
    def phone_h(self) -> np.ndarray:
        """Hours on the phone in a full week [h]."""
        per_shift = [shift.length_s * shift.on_phone / 3600 for shift in (FULL_DAY, SHORT_DAY)]
        return self.shifts_a_week * np.where(self.short, per_shift[1], per_shift[0])

    def shift_of(self, short: bool) -> Shift:
        return SHORT_DAY if short else FULL_DAY

    def shift(self, agent: int) -> Shift:
        return self.shift_of(bool(self.contract_h[agent] == min(CONTRACT_HOURS)))


def crew_of(spec: DemoSpec) -> Crew:
    """The crew of a centre; new colleagues are a little slower, and everyone was hired before the history starts."""
    rng = spec.rng("people")
    queues = queues_of(spec)
    n = spec.agents
    first = np.repeat([queue.index for queue in queues], [queue.agents for queue in queues])
    other = (first + rng.integers(1, max(spec.queues, 2), n)) % spec.queues
    second = np.where((rng.random(n) < TWO_SKILLS) & (other != first), other, -1)
    contract = rng.choice(CONTRACT_HOURS, size=n, p=CONTRACT_SHARES)
    tenure = (60 + rng.gamma(1.5, 700, n)).astype(int)
    newness = np.exp(-tenure / 250)
    speed = np.exp(rng.normal(0, 0.10, n)) * (1 + 0.25 * newness)
    return Crew(
        names=[f"A{number:04d}" for number in range(1, n + 1)],
        queue=first,
        second=second,
        contract_h=contract,
        days=_working_days(queues, first, contract, rng),
        speed=speed / speed.mean(),
        tact=rng.normal(0, 0.25, n),
        sells=np.exp(rng.normal(0, 0.25, n)),
        solves=rng.normal(0, 0.03, n) - 0.05 * newness,
        hired_on=[spec.first_day - dt.timedelta(days=int(days)) for days in tenure],
    )


def _working_days(queues: list[Queue], first: np.ndarray, contract: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    opens = np.array([np.array(queue.kind.weekday) > 0 for queue in queues])[first]
    short = (contract < max(CONTRACT_HOURS)) & (rng.random(len(first)) < SHORT_WEEK)
    part = np.zeros((len(PART_WEEKS), 7), dtype=bool)
    for row, days in enumerate(PART_WEEKS):
        part[row, list(days)] = True
    chosen = part[rng.integers(0, len(PART_WEEKS), len(first))]
    can: np.ndarray = np.where(short[:, None], chosen & opens, opens)
    return can


def agents(spec: DemoSpec) -> pd.DataFrame:
    """The centre's people, as its personnel system exports them.

    Returns
    -------
    DataFrame
        Contract `agents`. `availability` is null for those who can work whenever their queue is open.
    """
    crew = crew_of(spec)
    queues = queues_of(spec)
    names = [queue.name for queue in queues]
    opens = np.array([np.array(queue.kind.weekday) > 0 for queue in queues])[crew.queue]
    rank = np.concatenate([np.arange(queue.agents) for queue in queues])
    frame = pd.DataFrame(
        {
            "agent": pd.Series(crew.names, dtype="str"),
            "skills": pd.Series(
                [
                    "|".join(names[skill] for skill in (first, second) if skill >= 0)
                    for first, second in zip(crew.queue, crew.second, strict=True)
                ],
                dtype="str",
            ),
            "team": pd.Series(
                [f"{names[q]} {r // TEAM_SIZE + 1}" for q, r in zip(crew.queue, rank, strict=True)], dtype="str"
            ),
            "site": texts(list(SITES), (rank // TEAM_SIZE) % len(SITES)),
            "contract_hours": crew.contract_h.astype(float),
            "availability": pd.Series(
                [
                    None if (can == may).all() else _availability(can, queues[q])
                    for can, may, q in zip(crew.days, opens, crew.queue, strict=True)
                ],
                dtype="str",
            ),
            "hired_on": pd.Series(crew.hired_on).astype("datetime64[us]"),
        }
    )
    return AGENTS.validate(frame)


def _availability(days: np.ndarray, queue: Queue) -> str:
    """Such as ``mon-wed,fri 08:00-20:00``."""
    can = np.flatnonzero(days)
    runs = np.split(can, np.flatnonzero(np.diff(can) > 1) + 1)
    names = ",".join("-".join(DAY_NAMES[day] for day in sorted({run[0], run[-1]})) for run in runs)
    return f"{names} {clock(queue.kind.opens_h * 3600)}-{clock(queue.kind.closes_h * 3600)}"
