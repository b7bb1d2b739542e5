"""What callers and planners do beyond waiting: call again, be called back, work that fills idle time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from staffing.inputs import refuse_senseless
from staffing.queueing import Array
from staffing.simulation.calls import Demand
from staffing.simulation.distributions import Distribution, Infinite
from wfm.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Redials:
    """Callers who hang up and call again.

    Every caller who abandons calls again with the same probability, after a delay of its own, with patience of its
    own and the handle time of the first call; a redial may be abandoned and followed by another. Redials that would
    fall after the last interval are not made.

    Parameters
    ----------
    probability : float
        That an abandoned attempt is followed by another, in [0, 1).
    delay : Distribution
        From hanging up to calling again.
    most : int, optional
        Most redials of one caller; without it, as many as luck brings.

    Raises
    ------
    InputError
        For a probability outside [0, 1), or `most` that is negative or not whole.
    """

    probability: float
    delay: Distribution
    most: int | None = None

    def __post_init__(self) -> None:
        refuse_senseless("redials", redial=self.probability, most=0 if self.most is None else self.most)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Waiting callers who may hang up and be called back.

    A caller who finds no agent free is offered a callback if the estimated wait is above `if_wait_s`, or more than
    `if_queue` callers wait already; where both are given both must hold, or one with `either`. The estimate is
    (callers waiting + 1) x mean handle time / agents on the phone who have the skill. Who declines waits and hangs up
    as ever.

    With `keep_place` the caller keeps the place in the queue (virtual hold), counts as waiting, and is rung when an
    agent comes to it. Otherwise the callback is owed within `promise_s` and goes to a list of its own, earliest
    promise first: an agent takes from it when no caller waits and more than `reserve` agents of the group are idle;
    from `urgent_before_s` before the promise ends the next agent who is free takes it before any waiting caller.

    The customer answers a try with probability `answer`; a try in vain costs the agent `ring_s` and is repeated after
    `retry_after_s` (kept places then go before all waiting callers), `tries` times at most. After the last interval
    callbacks owed are made without reserve, as soon as no caller waits; tries that would be repeated later are not.

    Parameters
    ----------
    accept : float
        Probability that an offer is accepted, 0 to 1.
    if_wait_s : float, optional
        Estimated wait above which a callback is offered [s].
    if_queue : int, optional
        Callers waiting above which a callback is offered.
    either : bool
        One of two conditions is enough.
    keep_place : bool
    promise_s : float, optional
        Time from the call within which it is called back [s]; for `keep_place` only what counts as late.
    reserve : int
        Agents kept idle for calls.
    urgent_before_s : float, optional
        Time before the end of the promise at which a callback goes before calls [s]; without it never.
    answer : float
        Probability that a try reaches the customer, 0 to 1.
    tries : int
        Most tries, at least 1.
    retry_after_s, ring_s : float
        From a try in vain to the next; agent's time of a try in vain [s].
    handle_factor : float
        Handle time of a callback over that of the call.

    Raises
    ------
    InputError
        For values outside their domain.
    UsageProblem
        Without a condition, or for `urgent_before_s` without `promise_s`.
    """

    accept: float
    if_wait_s: float | None = None
    if_queue: int | None = None
    either: bool = False
    keep_place: bool = True
    promise_s: float | None = None
    reserve: int = 0
    urgent_before_s: float | None = None
    answer: float = 1.0
    tries: int = 3
    retry_after_s: float = 900.0
    ring_s: float = 30.0
    handle_factor: float = 1.0

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in ("if_wait_s", "if_queue", "promise_s", "urgent_before_s")}
        refuse_senseless(
            "callbacks",
            accept=self.accept,
            answer=self.answer,
            reserve=self.reserve,
            tries=self.tries,
            retry_after_s=self.retry_after_s,
            ring_s=self.ring_s,
            handle_factor=self.handle_factor,
            **{name: value for name, value in given.items() if value is not None},
        )
        if self.if_wait_s is None and self.if_queue is None:
            raise UsageProblem("callbacks: found no condition, expected if_wait_s, if_queue or both")
        if self.urgent_before_s is not None and (self.promise_s is None or self.keep_place):
            raise UsageProblem("callbacks: urgent_before_s needs promise_s, and keep_place=False")

    def offer_above(self) -> tuple[float, float]:
        """Wait [s] and queue above which a callback is offered; a condition that is not asked decides nothing."""
        not_asked = np.inf if self.either else -1.0
        wait, queue = (not_asked if v is None else float(v) for v in (self.if_wait_s, self.if_queue))
        return wait, queue

    def promised_s(self) -> float:
        """The promise, without one endless [s]."""
        return np.inf if self.promise_s is None else self.promise_s


@dataclass(frozen=True, slots=True, eq=False)
class Tasks:
    """Work without impatience that fills idle time: e-mail, outbound calls, back office.

    A task is handed out when no call waits for the agent and more than `reserve` agents of the group are idle (the
    threshold policy of Gans and Zhou 2003, and Bhulai and Koole 2003), to the agent idle longest, earliest promise
    first; a task in hand is finished. From `urgent_before_s` before its promise ends the next agent who is free takes
    it before any waiting call. After the last interval no task is begun; those left stay open.

    Parameters
    ----------
    arrivals : array_like, shape (intervals,) or (days, intervals)
        Expected new tasks per interval, a Poisson stream.
    handle : Distribution
    backlog : int
        Tasks there when the day begins.
    promise_s : float, optional
        Time from arrival (for the backlog: from the start of the day) in which a task is to be done [s].
    reserve : int
        Agents kept idle for calls.
    urgent_before_s : float, optional
        Time before the end of the promise at which a task goes before calls [s]; without it never.
    priority : int
        Of several kinds of tasks, the smaller number first.

    Raises
    ------
    InputError
        For values outside their domain.
    UsageProblem
        For `urgent_before_s` without `promise_s`.
    """

    arrivals: ArrayLike
    handle: Distribution
    backlog: int = 0
    promise_s: float | None = None
    reserve: int = 0
    urgent_before_s: float | None = None
    priority: int = 1

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in ("promise_s", "urgent_before_s")}
        refuse_senseless(
            "tasks",
            backlog=self.backlog,
            reserve=self.reserve,
            **{name: value for name, value in given.items() if value is not None},
        )
        object.__setattr__(self, "arrivals", self.demand.calls)
        if self.urgent_before_s is not None and self.promise_s is None:
            raise UsageProblem("tasks: urgent_before_s needs promise_s")

    @property
    def demand(self) -> Demand:
        return Demand(self.arrivals, self.handle, Infinite())

    def promised_s(self) -> float:
        """The promise, without one endless [s]."""
        return np.inf if self.promise_s is None else self.promise_s


def geometric(uniform: Array, probability: float, most: float) -> Array:
    """How often in a row a thing of `probability` happens, at most `most` times, from uniforms in [0, 1)."""
    if probability <= 0:
        return np.zeros(uniform.size)
    if probability >= 1:
        return np.full(uniform.size, most)
    return np.minimum(np.floor(np.log1p(-uniform) / np.log(probability)), most)
