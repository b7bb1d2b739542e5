"""What simulated days yield: counts by interval of arrival, ratios of sums, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from staffing.queueing import METRICS, Array, Performance, collect
from staffing.simulation.outcomes import CallbackCounts, CallerCounts, ChatTime, Counts, TaskCounts

_BANDED = ("service_level", "asa_s", "occupancy", "abandonment")


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Calls of one queue by the interval in which they arrived, arrays of shape (replications, intervals).

    Redials count as calls; callers who accept a callback are left out, so that all measures are of those who stay.

    Parameters
    ----------
    offered, answered, abandoned : int array
    waiting : int array
        Neither: callers of endless patience whom nobody ever answers. Offered less answered less abandoned.
    answered_within, abandoned_within : int array
        Within the threshold.
    virtual_within : int array
        Calls whose wait would stay within the threshold if they never hung up.
    delayed : int array
        Calls that find no agent free.
    max_queue : int array
        Most callers waiting at a time within the interval, by the clock.
    wait_answered_s, wait_all_s : array
        Sums of waits: of the answered; of the answered and the abandoned [s].
    wait_virtual_s : array
        Sum of the waits that calls would have if they never hung up; inf where one would never be answered [s].
    """

    offered: Counts
    answered: Counts
    answered_within: Counts
    abandoned: Counts
    abandoned_within: Counts
    virtual_within: Counts
    waiting: Counts
    delayed: Counts
    max_queue: Counts
    wait_answered_s: Array
    wait_all_s: Array
    wait_virtual_s: Array


@dataclass(frozen=True, slots=True)
class AgentTime:
    """Seconds of a group of agents by the clock, arrays of shape (replications, intervals).

    Parameters
    ----------
    busy_s : array
        In calls, and in callbacks and tasks if there are any.
    staffed_s : array
        On the phone: as planned, and beyond it for calls in hand when a shift ends.
    """

    busy_s: Array
    staffed_s: Array


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio with its confidence interval, arrays; nan where nothing happened that could be measured."""

    value: Array
    low: Array
    high: Array
    standard_error: Array


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """Simulated days of one queue.

    Every measure has the name and meaning that it has in `Performance`, as a ratio of sums over replications;
    `queue_len` is the time that the interval's arrivals waited over its length. Where calls are `waiting`, waits
    are those of the others.

    Parameters
    ----------
    calls : CallCounts
    agents : AgentTime
    interval_s, answer_within_s : float
        Length of an interval, service-level threshold [s].
    callers, callbacks, tasks, chats : optional
        With redials or callbacks, callbacks, tasks, chats: more counts, whose ratios are measures too.
    """

    calls: CallCounts
    agents: AgentTime
    interval_s: float
    answer_within_s: float
    callers: CallerCounts | None = None
    callbacks: CallbackCounts | None = None
    tasks: TaskCounts | None = None
    chats: ChatTime | None = None

    def measures(self) -> list[str]:
        """The names that `ratio` knows: those of `Performance`, and those of redials, callbacks, tasks and chats."""
        return [*METRICS, *self._more_ratios()]

    def _more_ratios(self) -> dict[str, tuple[Array, Array]]:
        more: dict[str, tuple[Array, Array]] = {}
        for part in (self.callers, self.callbacks, self.tasks, self.chats):
            if part is not None:
                more |= part.ratios(self.interval_s)
        return more

    def ratio(self, measure: str) -> tuple[Array, Array]:
        """Numerator and denominator of one of `measures`, shape (replications, intervals)."""
        c, a = self.calls, self.agents
        parts = {
            "p_wait": (c.delayed, c.offered),
            "service_level": (c.answered_within, c.offered),
            "sl_excl_short_abn": (c.answered_within, c.offered - c.abandoned_within),
            "sl_answered": (c.answered_within, c.answered),
            "sl_incl_short_abn": (c.answered_within + c.abandoned_within, c.offered),
            "sl_virtual": (c.virtual_within, c.offered),
            "asa_s": (c.wait_answered_s, c.answered),
            "wait_all_s": (c.wait_all_s, c.offered - c.waiting),
            "wait_virtual_s": (c.wait_virtual_s, c.offered),
            "occupancy": (a.busy_s, a.staffed_s),
            "abandonment": (c.abandoned, c.offered),
            "blocking": (np.zeros_like(c.offered), c.offered),
            "queue_len": (c.wait_all_s, np.full(c.offered.shape, self.interval_s)),
        }
        numerator, denominator = (parts | self._more_ratios())[measure]
        return np.asarray(numerator, float), np.asarray(denominator, float)

    def by_interval(self, measure: str, confidence: float = 0.95) -> Estimate:
        """A measure per interval, shape (intervals,)."""
        return ratio_estimate(*self.ratio(measure), confidence, most=_most(measure))

    def whole_day(self, measure: str, confidence: float = 0.95) -> Estimate:
        """A measure over all intervals, scalars."""
        numerator, denominator = self.ratio(measure)
        return ratio_estimate(numerator.sum(axis=1), denominator.sum(axis=1), confidence, most=_most(measure))

    def each_day(self, measure: str) -> Array:
        """A measure of every simulated day, shape (replications,): its spread is that of single days."""
        numerator, denominator = self.ratio(measure)
        return _divide(numerator.sum(axis=1), denominator.sum(axis=1))

    def performance(self) -> Performance:
        """All measures per interval; where no call arrived in any replication nobody waits, as in the models."""
        found = {name: _divide(*(part.sum(axis=0) for part in self.ratio(name))) for name in METRICS}
        none = self.calls.offered.sum(axis=0) == 0
        for name, values in found.items():
            if name not in ("occupancy", "queue_len"):
                values[none] = 1.0 if name.startswith(("service_level", "sl_")) else 0.0
        return collect(found)

    def frame(self, confidence: float = 0.95) -> pd.DataFrame:
        """One row an interval: mean counts per replication, every measure, and the confidence interval of some.

        Columns: interval, start_s; the fields of `CallCounts` and `AgentTime` (means; `max_queue` the mean of the
        replications' maxima), those of callers, callbacks, tasks and chats with that prefix; all `measures`; `_low` and
        `_high` for service_level, asa_s, occupancy and abandonment.
        """
        interval = np.arange(self.calls.offered.shape[1])
        columns = {"interval": interval, "start_s": interval * self.interval_s}
        for part in (self.calls, self.agents):
            columns |= {f.name: getattr(part, f.name).mean(axis=0) for f in fields(part) if f.name not in METRICS}
        for name in ("callers", "callbacks", "tasks", "chats"):
            if (more := getattr(self, name)) is not None:
                columns |= {f"{name}_{f.name}": getattr(more, f.name).mean(axis=0) for f in fields(more)}
        for name in self.measures():
            found = self.by_interval(name, confidence)
            columns[name] = found.value
            if name in _BANDED:
                columns |= {f"{name}_low": found.low, f"{name}_high": found.high}
        return pd.DataFrame(columns)

    def summary(self, confidence: float = 0.95) -> pd.DataFrame:
        """The whole day: one row for each of `measures`, columns measure, value, low, high, standard_error."""
        found = {name: self.whole_day(name, confidence) for name in self.measures()}
        rows = [(name, *(float(getattr(e, f.name)) for f in fields(Estimate))) for name, e in found.items()]
        return pd.DataFrame(rows, columns=["measure", *(f.name for f in fields(Estimate))])


def _most(measure: str) -> float:
    """Largest value that a measure can have: 1 for shares of calls."""
    return (
        1.0
        if measure in ("p_wait", "abandonment", "blocking") or measure.startswith(("service_level", "sl_"))
        else np.inf
    )


def ratio_estimate(numerator: Array, denominator: Array, confidence: float, most: float = np.inf) -> Estimate:
    """Ratio of two means over replications (axis 0), with the interval of the delta method.

    The variance of the ratio is that of numerator - ratio x denominator over the squared mean denominator (Law,
    Simulation Modeling and Analysis, 5th ed., 9.3.2); Student's t with replications - 1 degrees of freedom. One
    replication gives no interval. It ends at 0 and at `most`, beyond which the ratio can't be.
    """
    from scipy.special import stdtrit

    replications = len(numerator)
    ratio = _divide(numerator.sum(axis=0), denominator.sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        scatter = ((numerator - ratio * denominator) ** 2).sum(axis=0) / np.float64(replications - 1)
        error = np.sqrt(scatter / replications) / denominator.mean(axis=0)
    reach = stdtrit(replications - 1, (1 + confidence) / 2) * error if replications > 1 else np.full_like(ratio, np.nan)
    return Estimate(ratio, np.maximum(ratio - reach, 0.0), np.minimum(ratio + reach, most), error)


def _divide(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator > 0)
