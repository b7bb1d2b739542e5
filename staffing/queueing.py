"""What a queue model answers, the register of models, and the conventions where a queue has no work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import MOST_ERLANGS, refuse_senseless
from wfm.errors import Finding, InputError
from wfm.registry import Registry

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Performance:
    """What callers and agents experience; arrays of one shape.

    Service levels differ in what they do with callers who give up; a target means `service_level`.
    Calls lost are those that abandon and those that are turned away at once.

    Parameters
    ----------
    p_wait : array
        Share of calls offered that find every agent busy and join the queue.
    service_level : array
        Answered within the threshold / offered (``sl_offered``).
    sl_excl_short_abn : array
        Answered within the threshold / (offered - lost within the threshold).
    sl_answered : array
        Answered within the threshold / answered; nan where nobody is answered.
    sl_incl_short_abn : array
        (Answered + lost within the threshold) / offered.
    sl_virtual : array
        Share of calls whose wait would stay within the threshold if they never gave up.
    asa_s : array
        Mean wait of answered calls [s]; nan where nobody is answered.
    wait_all_s : array
        Mean wait of calls offered [s].
    wait_virtual_s : array
        Mean wait of a call that never gives up [s]; calls turned away count as waits of 0 s.
    occupancy : array
        Share of their time on the phone that agents handle calls; nan without agents who could.
    abandonment : array
        Calls lost / offered.
    queue_len : array
        Mean number of callers waiting.
    blocking : array
        Calls turned away at once / offered; part of `abandonment`.
    """

    p_wait: Array
    service_level: Array
    sl_excl_short_abn: Array
    sl_answered: Array
    sl_incl_short_abn: Array
    sl_virtual: Array
    asa_s: Array
    wait_all_s: Array
    wait_virtual_s: Array
    occupancy: Array
    abandonment: Array
    queue_len: Array
    blocking: Array

    @property
    def wait_of_waiting_s(self) -> Array:
        """Mean time in queue of calls that wait at all [s]; nan where none does."""
        return np.divide(self.wait_all_s, self.p_wait, out=np.full_like(self.p_wait, np.nan), where=self.p_wait > 0)


METRICS = tuple(field.name for field in fields(Performance))
_NO_WAIT = {name: 1.0 if name.startswith(("service_level", "sl_")) else 0.0 for name in METRICS}


# What a model may read of callers and lines besides calls and handle time, and what holds where it is not given.
TRAITS: dict[str, Any] = {
    "patience_s": np.inf,
    "lines": np.inf,
    "sources": np.inf,
    "redial": 0.0,
    "concurrency": (1.0,),
}
PROFILES = ("concurrency",)  # traits that are a list of numbers for every interval


def trait_array(name: str, value: Any) -> NDArray[Any]:
    """A trait as an array, one element an interval; an element of a profile is a tuple of numbers."""
    if name not in PROFILES:
        return np.asarray(value, float)
    if isinstance(value, np.ndarray) and value.dtype == object:
        return value
    cell = np.empty((), object)
    cell[()] = tuple(float(number) for number in np.atleast_1d(value))
    return cell


@dataclass(frozen=True, slots=True)
class QueueModel:
    """One way to see a queue.

    Parameters
    ----------
    title : str
        Name and assumption, for people.
    performance : callable
        ``performance(load_erl, agents, *, aht_s, answer_within_s, **traits) -> Performance``: arrays that
        broadcast, `load_erl` > 0 [erl], `agents` >= 0, `aht_s` > 0 [s], and the traits that it needs and takes.
        Service level, waits, occupancy and abandonment never get worse with one agent more.
    least_agents : callable
        ``least_agents(work)``: fewest agents with which the queue is in balance, at least one.
    loses_calls : bool
        Whether some callers leave unserved, so that no number of agents brings abandonment to 0.
    needs : tuple of str
        Names in `TRAITS` that must be given.
    takes : tuple of str
        Names in `TRAITS` that may be left out.
    continuous : bool
        Whether `performance` has a meaning between whole numbers of agents.
    most_agents : callable, optional
        ``most_agents(work)``: agents beyond which only occupancy changes, where there are such.
    refuse : callable, optional
        ``refuse(source, work)`` raises `InputError` for parameters that contradict each other.
    search : callable, optional
        ``search(load_erl, work, limits) -> (agents, reasons)``, arrays of shape (n,): least agents and, as indices
        into `targets.REASONS`, what one agent fewer would break; a way faster than bisection to the same answer,
        for loads > 0.
    search_from : int
        Fewest intervals for which `search` pays the loading of its compiler.
    """

    title: str
    performance: Callable[..., Performance]
    least_agents: Callable[[Workload], NDArray[np.int64]]
    loses_calls: bool
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    continuous: bool = False
    most_agents: Callable[[Workload], Array] | None = None
    refuse: Callable[[str, Workload], None] | None = None
    search: Callable[..., tuple[NDArray[np.int64], NDArray[np.int8]]] | None = None
    search_from: int = 0


MODELS: Registry[QueueModel] = Registry("queue model", "staffing.models")


def performance(
    model: str,
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    answer_within_s: ArrayLike = 20.0,
    **traits: ArrayLike | None,
) -> Performance:
    """Steady-state performance of a queue, interval by interval.

    Parameters
    ----------
    model : str
        Name in `MODELS`.
    calls : array_like
        Calls offered in the interval.
    interval_s : float
        Interval length [s].
    aht_s : array_like
        Mean handle time [s].
    agents : array_like of int
        Agents on the phone.
    answer_within_s : array_like
        Service-level threshold [s].
    **traits : array_like or None
        Those of `TRAITS` that the model reads; others are ignored. `patience_s`: mean patience of callers [s];
        `lines`: lines for calls in service and in queue; `sources`: people who may call; `redial`: share of lost
        calls that call again; `concurrency`: handle times of a chat whose agent holds 1, 2, ... chats, of which the
        first is `aht_s` and the others are in proportion (a tuple, or an array of tuples).

    Returns
    -------
    Performance
        Arrays of the broadcast shape. Without calls, or with calls that take no time and at least one agent,
        nobody waits and the service level is 1.

    Raises
    ------
    InputError
        One finding per parameter that is negative, not finite or missing.
    """
    queue = MODELS[model]
    refuse_senseless(model, agents=agents, answer_within_s=answer_within_s)
    return steady_state(queue, sound_workload(model, calls, interval_s, aht_s, traits), agents, answer_within_s)


@dataclass(frozen=True, slots=True)
class Workload:
    """What callers bring; arrays of one shape.

    Parameters
    ----------
    calls : array
        Calls offered in the interval.
    interval_s, aht_s : array
        Interval length and mean handle time [s].
    traits : mapping of str to array
        By the names in `TRAITS`, as far as the model reads them.
    """

    calls: Array
    interval_s: Array
    aht_s: Array
    traits: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, calls: ArrayLike, interval_s: ArrayLike, aht_s: ArrayLike, **traits: ArrayLike) -> Workload:
        numbers = (np.asarray(part, float) for part in (calls, interval_s, aht_s))
        parts = np.broadcast_arrays(*numbers, *(trait_array(name, value) for name, value in traits.items()))
        return cls(parts[0], parts[1], parts[2], dict(zip(traits, parts[3:], strict=True)))

    def at(self, where: Any) -> Workload:
        traits = {name: values[where] for name, values in self.traits.items()}
        return Workload(self.calls[where], self.interval_s[where], self.aht_s[where], traits)

    @property
    def load_erl(self) -> Array:
        """Offered load [erl], calls x AHT / interval.

        A load that is whole in decimals is whole here: Erlang C turns from unstable to stable just above a
        whole number, and decimal factors would land on either side of it.
        """
        with np.errstate(over="ignore"):  # a load too large to be one is refused
            load = self.calls * self.aht_s / self.interval_s
        whole = np.rint(load)
        return np.where(np.abs(load - whole) <= 4 * np.spacing(whole), whole, load)


def sound_workload(
    model: str, calls: ArrayLike, interval_s: ArrayLike, aht_s: ArrayLike, traits: Mapping[str, ArrayLike | None]
) -> Workload:
    """The workload of a queue, or an `InputError` with a finding per senseless or missing parameter."""
    if unknown := sorted(set(traits) - set(TRAITS)):
        raise TypeError(f"unknown trait {', '.join(unknown)}, expected one of {', '.join(TRAITS)}")
    queue = MODELS[model]
    given = {name: traits.get(name) for name in (*queue.needs, *queue.takes)}
    read = {name: np.nan if value is None else value for name, value in given.items() if name in queue.needs}
    read |= {name: value for name, value in given.items() if value is not None}
    refuse_senseless(model, calls=calls, interval_s=interval_s, aht_s=aht_s, **read)
    work = Workload.of(calls, interval_s, aht_s, **{name: TRAITS[name] for name in given} | read)
    if (over := work.load_erl > MOST_ERLANGS).any():
        found, wanted = f"{work.load_erl[over].max():g} erlangs", f"at most {MOST_ERLANGS:,.0f}"
        raise InputError(Finding(model, "too-much-load", found, wanted, column="calls", count=int(over.sum())))
    if queue.refuse is not None:
        queue.refuse(model, work)
    return work


def steady_state(queue: QueueModel, work: Workload, agents: ArrayLike, answer_within_s: ArrayLike) -> Performance:
    """`performance` of sound parameters that broadcast, with the conventions for a queue without work."""
    numbers = (np.asarray(v, float) for v in (work.calls, work.interval_s, work.aht_s, agents, answer_within_s))
    calls, interval_s, aht_s, agents, within_s, *traits = np.broadcast_arrays(*numbers, *work.traits.values())
    working = (calls > 0) & ((aht_s > 0) | (agents == 0))
    # Without agents nobody is served, so that calls that take no time may be given any length.
    length_s = np.where(aht_s > 0, aht_s, 1.0)
    busy = Workload(calls, interval_s, length_s, dict(zip(work.traits, traits, strict=True))).at(working)
    found = queue.performance(
        busy.load_erl, agents[working], aht_s=busy.aht_s, answer_within_s=within_s[working], **busy.traits
    )
    return Performance(**{name: _fill(working, getattr(found, name), _NO_WAIT[name]) for name in METRICS})


def _fill(where: NDArray[np.bool_], values: Array, otherwise: float) -> Array:
    filled = np.full(where.shape, otherwise)
    filled[where] = values
    return filled


def collect(values: dict[str, Any]) -> Performance:
    """A `Performance` from arrays that broadcast, as views."""
    return Performance(*np.broadcast_arrays(*(values[name] for name in METRICS)))
