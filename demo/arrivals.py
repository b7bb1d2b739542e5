"""The calls that come in, with everything that the caller brings along; no schedule has a part in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

import numpy as np

from demo.centre import PRODUCTS, Queue, queues_of
from demo.demand import expected_calls, outage_factor
from demo.people import Crew
from demo.sizing import volumes
from demo.spec import SLOT_S, SLOTS_A_DAY, DemoSpec, Span

WEEK_SD, QUEUE_WEEK_SD = 0.030, 0.030
DAY_SD, QUEUE_DAY_SD = 0.045, 0.045
SLOT_VARIANCE = 0.008
AHT_DAY_SD = 0.03
HANDLE_SIGMA = 0.65
HOLD_SHARE = 0.22
TRANSFERRED = 0.06
CUSTOMERS_PER_AGENT = 3000
REPEAT_SHARE = 0.15
REPEAT_DAYS = np.array([0.38, 0.24, 0.15, 0.10, 0.07, 0.06])
LOOK_BACK_DAYS = len(REPEAT_DAYS) + 1


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Calls in the order in which they come in, one position a call.

    Parameters
    ----------
    day : array of int
        Day of the span.
    offered : array of int
        Moment the call enters the queue, Unix seconds.
    queue : array of int
    patience, talk, hold, acw : array of int
        How long the caller would wait, and how long an agent of average speed would need [s].
    customer, topic, product : array of int
    settled : array of float
        Uniform draw; one call settles the query when it is below the topic's share.
    transferred : array of bool
    """

    day: np.ndarray
    offered: np.ndarray
    queue: np.ndarray
    patience: np.ndarray
    talk: np.ndarray
    hold: np.ndarray
    acw: np.ndarray
    customer: np.ndarray
    topic: np.ndarray
    product: np.ndarray
    settled: np.ndarray
    transferred: np.ndarray

    def __len__(self) -> int:
        return len(self.offered)

    def take(self, rows: np.ndarray) -> Arrivals:
        """The calls at the given positions."""
        return Arrivals(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def arrivals_of(spec: DemoSpec, crew: Crew, first: dt.date, days: int) -> Arrivals:
    """The calls of `days` days from `first` on, the same whatever lies around these days.

    Counts are Poisson with a gamma rate for each half-hour and log-normal factors for each week and day,
    half of them shared by all queues. Some calls are repeats: they take customer, topic and product of a
    call of the last six days that one conversation would not settle.
    """
    span = Span(first - dt.timedelta(days=LOOK_BACK_DAYS), days + LOOK_BACK_DAYS, spec.timezone)
    shared = [_shared_factor(spec, day) for day in span.dates]
    parts = []
    for queue, volume in zip(queues_of(spec), volumes(spec, crew), strict=True):
        rates = expected_calls(spec, queue, volume, span) * outage_factor(spec, queue, span)
        rates *= np.array([f * _own_factor(spec, queue, d) for f, d in zip(shared, span.dates, strict=True)])[:, None]
        fresh = [_calls_of_day(spec, queue, span, day, rates[day]) for day in range(span.days)]
        parts += _with_repeats(spec, queue, span, fresh)
    calls = _joined(parts)
    calls = calls.take(np.lexsort((calls.queue, calls.offered)))
    calls = calls.take(np.flatnonzero(calls.day >= LOOK_BACK_DAYS))
    calls.day[:] -= LOOK_BACK_DAYS
    return calls


def _joined(parts: list[Arrivals]) -> Arrivals:
    return Arrivals(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Arrivals)})


def _lognormal(rng: np.random.Generator, sd: float) -> float:
    return float(np.exp(rng.normal(-(sd**2) / 2, sd)))


def _monday(day: dt.date) -> int:
    return day.toordinal() - day.weekday()


def _shared_factor(spec: DemoSpec, day: dt.date) -> float:
    return _lognormal(spec.rng("week", _monday(day)), WEEK_SD) * _lognormal(spec.rng("day", day.toordinal()), DAY_SD)


def _own_factor(spec: DemoSpec, queue: Queue, day: dt.date) -> float:
    week = spec.rng("queue_week", queue.index, _monday(day))
    return _lognormal(week, QUEUE_WEEK_SD) * _lognormal(
        spec.rng("queue_day", queue.index, day.toordinal()), QUEUE_DAY_SD
    )


def _calls_of_day(spec: DemoSpec, queue: Queue, span: Span, day: int, rates: np.ndarray) -> Arrivals:
    kind = queue.kind
    rng = spec.rng("calls", queue.index, span.dates[day].toordinal())
    aht = kind.aht_by_slot() * _lognormal(rng, AHT_DAY_SD)
    counts = rng.poisson(rates * rng.gamma(1 / SLOT_VARIANCE, SLOT_VARIANCE, SLOTS_A_DAY))
    n = counts.sum()
    slot = np.repeat(np.arange(SLOTS_A_DAY), counts)
    clock = np.sort(slot * SLOT_S + rng.integers(0, SLOT_S, n))
    topic = rng.choice(len(kind.topics), size=n, p=[topic.share for topic in kind.topics])
    length = np.array([topic.length for topic in kind.topics])
    handle = (aht[slot] * length[topic]) * rng.lognormal(-(HANDLE_SIGMA**2) / 2, HANDLE_SIGMA, n)
    wrap = handle * rng.beta(3, 14, n)
    hold = (handle - wrap) * np.where(rng.random(n) < HOLD_SHARE, rng.beta(2, 7, n), 0.0)
    return Arrivals(
        day=np.full(n, day),
        offered=span.instants(np.full(n, day), clock),
        queue=np.full(n, queue.index),
        patience=np.ceil(rng.exponential(kind.patience_s, n)).astype(np.int64),
        talk=np.ceil(handle - wrap - hold).astype(np.int64),
        hold=np.rint(hold).astype(np.int64),
        acw=np.rint(wrap).astype(np.int64),
        customer=rng.integers(0, CUSTOMERS_PER_AGENT * spec.agents, n),
        topic=topic,
        product=rng.integers(0, len(PRODUCTS), n),
        settled=rng.random(n),
        transferred=rng.random(n) < TRANSFERRED,
    )


def _with_repeats(spec: DemoSpec, queue: Queue, span: Span, days: list[Arrivals]) -> list[Arrivals]:
    """The same days, where some callers are those of an earlier day whose query is still open.

    Only first calls are looked back to, so that a week needs no more history than the days of REPEAT_DAYS.
    """
    resolved = np.array([topic.resolved for topic in queue.kind.topics])
    open_queries = [calls.take(np.flatnonzero(calls.settled >= resolved[calls.topic])) for calls in days]
    return [
        _repeat(
            spec.rng("repeats", queue.index, date.toordinal()),
            calls,
            open_queries[max(day - len(REPEAT_DAYS), 0) : day],
        )
        for day, (date, calls) in enumerate(zip(span.dates, days, strict=True))
    ]


def _repeat(rng: np.random.Generator, calls: Arrivals, earlier: list[Arrivals]) -> Arrivals:
    n = len(calls)
    back = rng.choice(len(REPEAT_DAYS), size=n, p=REPEAT_DAYS)
    repeats = rng.random(n) < REPEAT_SHARE
    pick = rng.random(n)
    for days_back, source in enumerate(reversed(earlier)):
        rows = np.flatnonzero(repeats & (back == days_back) & (len(source) > 0))
        chosen = (pick[rows] * len(source)).astype(int)
        for column in ("customer", "topic", "product"):
            getattr(calls, column)[rows] = getattr(source, column)[chosen]
    return calls
