"""The kinds of queue that the centre runs, and how many of each a specification has."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from demo.spec import SLOT_S, SLOTS_A_DAY, DemoSpec


@dataclass(frozen=True, slots=True)
class Topic:
    """What callers ask about.

    Parameters
    ----------
    name : str
    share : float
        Share of the queue's calls.
    resolved : float
        Probability that one call settles it.
    length : float
        Handle time relative to the queue's mean.
    """

    name: str
    share: float
    resolved: float
    length: float


@dataclass(frozen=True, slots=True)
class QueueKind:
    """How the callers of one queue behave and when it is open.

    Parameters
    ----------
    name : str
    agent_share : float
        Agents relative to the other queues.
    opens_h, closes_h : float
        Opening hours [h after midnight], the same on each open weekday.
    weekday : tuple of float
        Volume by weekday relative to the mean, 0 where closed.
    peaks : tuple of (hour, width, height)
        Bumps of the day's profile on a level of 1 [h, h, 1].
    season, season_peak : float, int
        Amplitude of the yearly season and the day of the year of its top.
    growth : float
        Growth a year.
    billing : float
        Height of the bump around the invoice run of each month.
    campaign : float
        Height of a marketing campaign.
    outage : float
        Volume multiple while the network is down.
    aht_s, aht_late : float
        Mean handle time [s] and its rise from opening to close.
    patience_s : float
        Mean patience [s].
    fit : float
        Share of rostered phone time that falls where it is needed; less where opening hours are long.
    conversion : float
        Share of answered calls that sell.
    service_level, answer_within_s : float
        What the planner promises.
    topics : tuple of Topic
    """

    name: str
    agent_share: float
    opens_h: float
    closes_h: float
    weekday: tuple[float, ...]
    peaks: tuple[tuple[float, float, float], ...]
    season: float
    season_peak: int
    growth: float
    billing: float
    campaign: float
    outage: float
    aht_s: float
    aht_late: float
    patience_s: float
    fit: float
    conversion: float
    service_level: float
    answer_within_s: float
    topics: tuple[Topic, ...]

    @property
    def open_slots(self) -> slice:
        return slice(int(self.opens_h * 3600) // SLOT_S, int(self.closes_h * 3600) // SLOT_S)

    def profile(self) -> np.ndarray:
        """Share of the day's calls by weekday and slot, shape (7, 48); Mondays lean early, Fridays too."""
        hours = (np.arange(SLOTS_A_DAY) + 0.5) * SLOT_S / 3600
        level = 1 + sum(height * np.exp(-0.5 * ((hours - at) / width) ** 2) for at, width, height in self.peaks)
        lean = np.array([0.10, 0.02, 0.0, 0.0, 0.12, 0.05, -0.08])[:, None]
        middle = (self.opens_h + self.closes_h) / 2
        is_open = np.zeros(SLOTS_A_DAY)
        is_open[self.open_slots] = 1
        shape: np.ndarray = level * np.exp(-lean * (hours - middle) / 3) * is_open
        shape /= shape.sum(axis=1, keepdims=True)
        return shape

    def aht_by_slot(self) -> np.ndarray:
        """Mean handle time by slot [s], shape (48,)."""
        hours = (np.arange(SLOTS_A_DAY) + 0.5) * SLOT_S / 3600
        return self.aht_s * (1 + self.aht_late * ((hours - self.opens_h) / (self.closes_h - self.opens_h) - 0.5))


SERVICE = QueueKind(
    name="service",
    agent_share=0.42,
    opens_h=8,
    closes_h=20,
    weekday=(1.20, 1.08, 1.02, 1.00, 0.95, 0.75, 0.0),
    peaks=((10.3, 1.4, 0.6), (14.0, 1.8, 0.4), (18.8, 0.9, 0.1)),
    season=0.07,
    season_peak=20,
    growth=0.05,
    billing=0.18,
    campaign=0.05,
    outage=2.0,
    aht_s=520,
    aht_late=0.08,
    patience_s=240,
    fit=1.0,
    conversion=0.015,
    service_level=0.80,
    answer_within_s=20,
    topics=(
        Topic("invoice", 0.34, 0.82, 0.95),
        Topic("moving house", 0.18, 0.74, 1.25),
        Topic("change of contract", 0.24, 0.80, 1.10),
        Topic("question", 0.24, 0.90, 0.72),
    ),
)
SALES = replace(
    SERVICE,
    name="sales",
    agent_share=0.20,
    closes_h=18,
    weekday=(1.12, 1.04, 1.00, 0.96, 0.88, 0.0, 0.0),
    peaks=((11.0, 1.5, 0.6), (15.0, 1.6, 0.5)),
    season=0.06,
    season_peak=330,
    growth=0.03,
    billing=0.0,
    campaign=0.28,
    outage=1.0,
    aht_s=640,
    aht_late=0.05,
    patience_s=180,
    fit=1.18,
    conversion=0.21,
    service_level=0.90,
    answer_within_s=15,
    topics=(
        Topic("new contract", 0.48, 0.88, 1.15),
        Topic("offer", 0.32, 0.92, 0.85),
        Topic("upgrade", 0.20, 0.86, 0.88),
    ),
)
TECHNICAL = replace(
    SERVICE,
    name="technical",
    agent_share=0.38,
    closes_h=22,
    weekday=(1.22, 1.10, 1.04, 1.02, 1.00, 0.90, 0.72),
    peaks=((10.2, 1.6, 0.45), (14.5, 1.8, 0.35), (19.3, 1.3, 0.35)),
    season=0.05,
    season_peak=5,
    growth=0.06,
    billing=0.0,
    campaign=0.03,
    outage=4.0,
    aht_s=790,
    aht_late=0.10,
    patience_s=240,
    fit=0.88,
    conversion=0.004,
    topics=(
        Topic("no internet", 0.38, 0.76, 1.10),
        Topic("slow internet", 0.26, 0.70, 1.15),
        Topic("television", 0.22, 0.82, 0.85),
        Topic("installation", 0.14, 0.80, 0.69),
    ),
)
KINDS = (SERVICE, SALES, TECHNICAL)
FEWEST_AGENTS = 8
PRODUCTS = ("fibre", "mobile", "television", "bundle")


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue of the centre, with as many calls as its agents can serve.

    Parameters
    ----------
    index, name : int, str
    kind : QueueKind
    agents : int
        People whose first skill it is.
    """

    index: int
    name: str
    kind: QueueKind
    agents: int

    @property
    def room(self) -> int:
        """Callers who can wait at once; the next one hears the busy tone."""
        return 3 + self.agents // 8


def queues_of(spec: DemoSpec) -> list[Queue]:
    """The queues of a centre: the three kinds in turn, numbered from the fourth on."""
    kinds = [KINDS[index % len(KINDS)] for index in range(spec.queues)]
    names = [kind.name if index < len(KINDS) else f"queue_{index + 1:02d}" for index, kind in enumerate(kinds)]
    shares = np.array([kind.agent_share for kind in kinds])
    bounds = np.round(np.cumsum(shares) / shares.sum() * (spec.agents - FEWEST_AGENTS * spec.queues)).astype(int)
    people = FEWEST_AGENTS + np.diff(bounds, prepend=0)
    return [Queue(index, names[index], kinds[index], int(people[index])) for index in range(spec.queues)]


def closed_days(spec: DemoSpec, first: dt.date, last: dt.date) -> set[dt.date]:
    """Public holidays of the centre's country, both ends included."""
    from holidays import country_holidays

    years = range(first.year, last.year + 1)
    return {day for day in country_holidays(spec.country, years=years) if first <= day <= last}
