"""What is asked of the simulated centre, what it hands back, and where its random numbers come from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wfm.timeaxis import INTERVALS_S, check_timezone

Progress = Callable[[str], None]
"""Takes one line of narration a step."""

PURPOSES = (
    "people",
    "week",
    "day",
    "queue_week",
    "queue_day",
    "calls",
    "repeats",
    "sickness",
    "conduct",
    "surveys",
    "sales",
    "cases",
)
CURRENCY = "EUR"
DAY_S = 86400
SLOT_S = 1800
SLOTS_A_DAY = DAY_S // SLOT_S


@dataclass(frozen=True, slots=True)
class DemoSpec:
    """The centre to simulate.

    Parameters
    ----------
    seed : int
        Same seed, same bytes.
    queues : int
        Number of queues; the first three are service, sales and technical.
    agents : int
        Number of people, at least ten a queue; the calls are as many as they can serve.
    weeks : int
        Weeks of history before the live week.
    live_week : date
        Monday of the week that is planned and then lived.
    timezone : str
        IANA name.
    country : str
        ISO 3166 code whose public holidays close the centre.
    interval_s : int
        Planning interval of the workspace [s].
    detail_weeks : int
        Last weeks of the history for which agent states and schedules are kept.

    Raises
    ------
    ValueError
        Naming every field out of range.
    """

    seed: int = 1
    queues: int = 3
    agents: int = 80
    weeks: int = 52
    live_week: dt.date = dt.date(2026, 11, 9)
    timezone: str = "Europe/Amsterdam"
    country: str = "NL"
    interval_s: int = 1800
    detail_weeks: int = 13

    def __post_init__(self) -> None:
        from holidays import list_supported_countries

        problems = []
        if self.seed < 0:
            problems.append(f"seed: found {self.seed}, expected 0 or more")
        if not 1 <= self.queues <= 99:
            problems.append(f"queues: found {self.queues}, expected 1 to 99")
        if not 10 * self.queues <= self.agents <= 9999:
            problems.append(f"agents: found {self.agents}, expected at least ten a queue and at most 9999")
        if not 1 <= self.weeks <= 520:
            problems.append(f"weeks: found {self.weeks}, expected 1 to 520")
        if self.live_week.weekday() != 0:
            problems.append(f"live_week: found {self.live_week}, expected a Monday")
        if self.country not in list_supported_countries():
            problems.append(f"country: found {self.country}, expected an ISO 3166 code such as NL")
        if self.interval_s not in INTERVALS_S:
            problems.append(f"interval_s: found {self.interval_s}, expected one of {INTERVALS_S}")
        if self.detail_weeks < 1:
            problems.append(f"detail_weeks: found {self.detail_weeks}, expected 1 or more")
        if problems:
            raise ValueError("; ".join(problems))
        check_timezone(self.timezone)

    @property
    def first_day(self) -> dt.date:
        """First day of the history, a Monday."""
        return self.live_week - dt.timedelta(weeks=self.weeks)

    def rng(self, purpose: str, *keys: int) -> np.random.Generator:
        """A generator of its own for a purpose and, say, a queue and a day.

        What one purpose draws never shifts what another draws, so that a day of calls is the same
        whichever days are generated around it and whatever schedule is followed.
        """
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(PURPOSES.index(purpose), *keys)))


@dataclass(frozen=True, slots=True)
class DemoTables:
    """What the systems of the centre recorded; each frame keeps the contract of its name."""

    calls: pd.DataFrame
    agent_states: pd.DataFrame
    schedule: pd.DataFrame
    surveys: pd.DataFrame
    sales: pd.DataFrame
    cases: pd.DataFrame
    costs: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive local days.

    Parameters
    ----------
    first : date
    days : int
    timezone : str
    """

    first: dt.date
    days: int
    timezone: str

    @property
    def dates(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=day) for day in range(self.days)]

    @property
    def end(self) -> pd.Timestamp:
        """Midnight after the last day."""
        return pd.Timestamp(self.first + dt.timedelta(days=self.days), tz=self.timezone)

    def instants(self, day: np.ndarray, clock_s: np.ndarray) -> np.ndarray:
        """Unix seconds of wall-clock times, `clock_s` seconds after midnight of the `day`-th day."""
        wall = np.datetime64(self.first, "s") + (np.asarray(day) * DAY_S + clock_s).astype("timedelta64[s]")
        return unix_seconds(pd.DatetimeIndex(wall).tz_localize(self.timezone))


def unix_seconds(times: pd.DatetimeIndex | pd.Series) -> np.ndarray:
    """Whole seconds since 1970 of tz-aware instants."""
    utc = pd.DatetimeIndex(times).tz_convert("UTC").tz_localize(None)
    seconds: np.ndarray = utc.to_numpy("datetime64[s]").astype(np.int64)
    return seconds


def unix_second(time: pd.Timestamp) -> int:
    """Whole seconds since 1970 of one instant."""
    return int(time.timestamp())


def local_times(seconds: np.ndarray, timezone: str) -> pd.DatetimeIndex:
    """The tz-aware instants of Unix seconds, in microseconds as every contract frame has them."""
    index = pd.DatetimeIndex(seconds.astype("datetime64[s]").astype("datetime64[us]"), tz="UTC")
    return index.tz_convert(timezone)


def texts(names: list[str], codes: np.ndarray) -> pd.Series:
    """Text column of `names[code]`; a code of -1 is null."""
    lookup = np.array([*names, None], dtype=object)
    return pd.Series(lookup[codes], dtype="str")


def clock(seconds: float) -> str:
    """Time of day, such as ``08:30``."""
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}"


def small_spec(seed: int = 1) -> DemoSpec:
    """One queue, 12 agents and 10 weeks, for fast tests."""
    return DemoSpec(seed=seed, queues=1, agents=12, weeks=10)


def silent(_line: str) -> None:
    """Narrate nothing."""
