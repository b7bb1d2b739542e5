"""Counts of callers rather than calls, of callbacks and of tasks, with their ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from staffing.queueing import Array

Counts = NDArray[np.int64]
Ratios = dict[str, tuple[Array, Array]]


@dataclass(frozen=True, slots=True)
class CallerCounts:
    """Callers by the interval of their first call, redials by the interval of the redial; (replications, intervals).

    Parameters
    ----------
    callers : int array
        First calls. Each ends answered, called_back, lost, or neither: still waiting or owed a callback.
    answered, called_back : int array
        Answered at whatever attempt; reached by a callback.
    lost : int array
        Hung up for good, or called back in vain.
    redials, redials_answered, redials_abandoned : int array
        Attempts after the first.
    """

    callers: Counts
    answered: Counts
    called_back: Counts
    lost: Counts
    redials: Counts
    redials_answered: Counts
    redials_abandoned: Counts

    def ratios(self, _interval_s: float) -> Ratios:
        """lost_callers: of callers; attempts_per_caller: calls, first and further, per caller."""
        return {
            "lost_callers": _floats(self.lost, self.callers),
            "attempts_per_caller": _floats(self.callers + self.redials, self.callers),
            "redials_abandonment": _floats(self.redials_abandoned, self.redials),
        }


@dataclass(frozen=True, slots=True)
class CallbackCounts:
    """Callbacks by the interval in which the caller called, arrays of shape (replications, intervals).

    Parameters
    ----------
    offered, accepted : int array
    completed : int array
        Customer reached and served.
    unreached : int array
        Given up after the last try.
    open : int array
        Accepted and at the end of the day neither.
    late : int array
        First tried after the promise, or never.
    tried : int array
        Tried at least once.
    wait_s : array
        Sum of times from the call to the first try [s].
    """

    offered: Counts
    accepted: Counts
    completed: Counts
    unreached: Counts
    open: Counts
    late: Counts
    tried: Counts
    wait_s: Array

    def ratios(self, _interval_s: float) -> Ratios:
        """Acceptance of those offered; completed and late of those accepted; mean time to the first try [s]."""
        return {
            "callback_acceptance": _floats(self.accepted, self.offered),
            "callback_completion": _floats(self.completed, self.accepted),
            "callback_lateness": _floats(self.late, self.accepted),
            "time_to_callback_s": _floats(self.wait_s, self.tried),
        }


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Tasks of one kind, arrays of shape (replications, intervals).

    Parameters
    ----------
    arrived, done, done_in_time : int array
        By the interval of arrival, the backlog in the first; arrived less done stays open.
    wait_s : array
        Sum of times from arrival to the beginning of those done [s].
    begun : int array
        By the interval of the clock in which they were begun.
    busy_s : array
        Agents' time in tasks by the clock [s].
    """

    arrived: Counts
    done: Counts
    done_in_time: Counts
    wait_s: Array
    begun: Counts
    busy_s: Array

    def ratios(self, interval_s: float) -> Ratios:
        """Tasks begun per hour of the clock; done in time of those that arrived; mean wait of those done [s]."""
        return {
            "tasks_per_hour": _floats(self.begun, np.full(self.begun.shape, interval_s / 3600)),
            "tasks_in_time": _floats(self.done_in_time, self.arrived),
            "task_wait_s": _floats(self.wait_s, self.done),
        }


@dataclass(frozen=True, slots=True)
class ChatTime:
    """Agents' time with chats by the clock, arrays of shape (replications, intervals).

    Parameters
    ----------
    engaged_s : array
        With at least one chat [s].
    spent_s : array
        The same, each second as often as there are chats [s].
    staffed_s : array
        On duty [s].
    handle_s : array
        Sum of the times from answer to end of the chats that arrived in the interval [s].
    handled : int array
        How many those are.
    """

    engaged_s: Array
    spent_s: Array
    staffed_s: Array
    handle_s: Array
    handled: Counts

    def ratios(self, _interval_s: float) -> Ratios:
        """Share of time with at least one chat; mean number of chats in that time; mean handle time [s]."""
        return {
            "engagement": _floats(self.engaged_s, self.staffed_s),
            "chats_at_once": _floats(self.spent_s, self.engaged_s),
            "aht_s": _floats(self.handle_s, self.handled),
        }


def _floats(numerator: Array | Counts, denominator: Array | Counts) -> tuple[Array, Array]:
    return np.asarray(numerator, float), np.asarray(denominator, float)
