"""What a queue model answers, the register of models, and the conventions where a queue has no work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from wfm.registry import Registry

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Performance:
    """What callers and agents experience; arrays of one shape.

    Service levels differ in what they do with callers who give up; a target means `service_level`.
    Calls lost are those abandoned (``erlang_a``) or turned away at once (``erlang_b``).

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
        Mean wait of a call that never gives up [s].
    occupancy : array
        Share of their time on the phone that agents handle calls; nan without agents who could.
    abandonment : array
        Calls lost / offered.
    queue_len : array
        Mean number of callers waiting.
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


METRICS = tuple(field.name for field in fields(Performance))
_NO_WAIT = {name: 1.0 if name.startswith(("service_level", "sl_")) else 0.0 for name in METRICS}


@dataclass(frozen=True, slots=True)
class QueueModel:
    """One way to see a queue.

    Parameters
    ----------
    title : str
        Name and assumption, for people.
    performance : callable
        ``performance(load_erl, agents, *, aht_s, patience_s, answer_within_s) -> Performance``: arrays that
        broadcast, `load_erl` > 0 [erl], `agents` whole numbers >= 0, `aht_s` > 0 [s]. Service level, waits,
        occupancy and abandonment never get worse with one agent more.
    least_agents : callable
        Fewest agents for a load [erl] with which the queue is in balance, at least one.
    loses_calls : bool
        Whether some callers leave unserved, so that no number of agents brings abandonment to 0.
    needs_patience : bool
        Whether `patience_s` is read.
    search : callable, optional
        ``search(work, limits) -> agents``: a faster way than bisection to the same least agents, for loads > 0.
    """

    title: str
    performance: Callable[..., Performance]
    least_agents: Callable[[Array], NDArray[np.int64]]
    loses_calls: bool
    needs_patience: bool = False
    search: Callable[..., NDArray[np.int64]] | None = None


MODELS: Registry[QueueModel] = Registry("queue model", "staffing.models")


def performance(
    model: str,
    *,
    calls: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    patience_s: ArrayLike | None = None,
    answer_within_s: ArrayLike = 20.0,
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
    patience_s : array_like, optional
        Mean patience of callers [s]; needed by models with abandonment.
    answer_within_s : array_like
        Service-level threshold [s].

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
    return steady_state(queue, sound_workload(model, calls, interval_s, aht_s, patience_s), agents, answer_within_s)


@dataclass(frozen=True, slots=True)
class Workload:
    """What callers bring; arrays of one shape.

    Parameters
    ----------
    calls : array
        Calls offered in the interval.
    interval_s, aht_s, patience_s : array
        Interval length, mean handle time and mean patience [s].
    """

    calls: Array
    interval_s: Array
    aht_s: Array
    patience_s: Array

    @classmethod
    def of(cls, *parts: ArrayLike) -> Workload:
        return cls(*np.broadcast_arrays(*(np.asarray(part, float) for part in parts)))

    def at(self, where: Any) -> Workload:
        return Workload(self.calls[where], self.interval_s[where], self.aht_s[where], self.patience_s[where])

    @property
    def load_erl(self) -> Array:
        """Offered load [erl], calls x AHT / interval.

        A load that is whole in decimals is whole here: Erlang C turns from unstable to stable just above a
        whole number, and decimal factors would land on either side of it.
        """
        load = self.calls * self.aht_s / self.interval_s
        whole = np.rint(load)
        return np.where(np.abs(load - whole) <= 4 * np.spacing(whole), whole, load)


def sound_workload(
    model: str, calls: ArrayLike, interval_s: ArrayLike, aht_s: ArrayLike, patience_s: ArrayLike | None
) -> Workload:
    """The workload of a queue, or an `InputError` with a finding per senseless or missing parameter."""
    given = {"calls": calls, "interval_s": interval_s, "aht_s": aht_s}
    if MODELS[model].needs_patience:
        given["patience_s"] = np.nan if patience_s is None else patience_s
    refuse_senseless(model, **given)
    return Workload.of(calls, interval_s, aht_s, given.get("patience_s", np.inf))


def steady_state(queue: QueueModel, work: Workload, agents: ArrayLike, answer_within_s: ArrayLike) -> Performance:
    """`performance` of sound parameters that broadcast, with the conventions for a queue without work."""
    given = (*(getattr(work, name) for name in Workload.__dataclass_fields__), agents, answer_within_s)
    calls, interval_s, aht_s, patience_s, agents, within_s = np.broadcast_arrays(*(np.asarray(v, float) for v in given))
    working = (calls > 0) & ((aht_s > 0) | (agents == 0))
    # Without agents nobody is served, so that calls that take no time may be given any length.
    length_s = np.where(aht_s > 0, aht_s, 1.0)
    busy = Workload(calls, interval_s, length_s, patience_s).at(working)
    found = queue.performance(
        busy.load_erl, agents[working], aht_s=busy.aht_s, patience_s=busy.patience_s, answer_within_s=within_s[working]
    )
    return Performance(**{name: _fill(working, getattr(found, name), _NO_WAIT[name]) for name in METRICS})


def _fill(where: NDArray[np.bool_], values: Array, otherwise: float) -> Array:
    filled = np.full(where.shape, otherwise)
    filled[where] = values
    return filled


def collect(values: dict[str, Any]) -> Performance:
    """A `Performance` from arrays that broadcast, as views."""
    return Performance(*np.broadcast_arrays(*(values[name] for name in METRICS)))
