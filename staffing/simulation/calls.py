"""The calls of many days, drawn from rates and distributions or given."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import ArrayLike, NDArray

from staffing.inputs import refuse_senseless
from staffing.queueing import Array
from staffing.simulation.distributions import Distribution
from wfm.errors import Finding, InputError, UsageProblem


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of some days, one behind the other in order of arrival.

    Parameters
    ----------
    first : int array, shape (days + 1,)
        Day d owns the calls from first[d] to before first[d + 1].
    arrival_s, handle_s, patience_s : array
        Seconds since the start of the day, handle time and patience [s].
    """

    first: NDArray[np.int64]
    arrival_s: Array
    handle_s: Array
    patience_s: Array


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What callers bring, as a Poisson stream whose rate is constant within an interval.

    Parameters
    ----------
    calls : array_like, shape (intervals,) or (days, intervals)
        Expected calls per interval; with a row a day the days differ, as draws of a forecast do.
    handle, patience : Distribution
        Handle time and patience, the same all day.

    Raises
    ------
    InputError
        For calls that are negative or not finite.
    UsageProblem
        For calls without an interval.
    """

    calls: ArrayLike
    handle: Distribution
    patience: Distribution

    def __post_init__(self) -> None:
        refuse_senseless("demand", calls=self.calls)
        calls = np.atleast_2d(np.array(self.calls, dtype=float))
        if calls.ndim != 2 or not calls.size:
            raise UsageProblem("demand: expected calls of shape (intervals,) or (days, intervals)")
        calls.flags.writeable = False
        object.__setattr__(self, "calls", calls)

    @property
    def intervals(self) -> int:
        return np.asarray(self.calls).shape[1]


class DrawnDays:
    """Days of a demand, drawn in batches from four streams: how many calls, when, how long, how patient.

    The streams depend on the seed and the demand alone, so that two plans meet the very same callers; the first days
    of a longer run are those of a shorter one.
    """

    def __init__(self, demand: Demand, interval_s: float, days: int, seed: SeedSequence) -> None:
        self._demand, self._interval_s = demand, interval_s
        rates = np.asarray(demand.calls)
        if len(rates) not in (1, days):
            raise UsageProblem(f"demand: found the calls of {len(rates)} days, expected 1 or as many as replications")
        self._cumulative = np.pad(rates.cumsum(axis=1), ((0, 0), (1, 0)))
        counts, *self._streams = (default_rng(stream) for stream in seed.spawn(4))
        self.calls_per_day = counts.poisson(self._cumulative[:, -1], days)

    def draw(self, days: slice) -> Calls:
        """The calls of the next days; batches must follow each other from the first day on."""
        from staffing.simulation.kernels import place_arrivals

        when, how_long, how_patient = self._streams
        first = np.concatenate([[0], self.calls_per_day[days].cumsum()])
        size = int(first[-1])
        arrival = np.empty(size)
        gaps = when.standard_exponential(size + first.size - 1)
        rates = self._cumulative[days] if len(self._cumulative) > 1 else self._cumulative
        place_arrivals(first, gaps, rates, float(self._interval_s), arrival)
        handle = _handle_times(self._demand.handle, how_long, size)
        return Calls(first, arrival, handle, self._demand.patience.draw(how_patient, size))


class GivenDays:
    """A day as it was, again and again; only what is not known differs, drawn anew every time."""

    def __init__(
        self,
        arrival_s: Array,
        handle_s: Array,
        handle: Distribution | None,
        patience: Distribution,
        days: int,
        seed: SeedSequence,
    ) -> None:
        self._arrival, self._handle = arrival_s, handle_s
        self._draw_handle, self._draw_patience = handle, patience
        self._streams: tuple[Generator, ...] = tuple(default_rng(stream) for stream in seed.spawn(2))
        self.calls_per_day = np.full(days, arrival_s.size)

    def draw(self, days: slice) -> Calls:
        """The calls of the next days; batches must follow each other from the first day on."""
        how_long, how_patient = self._streams
        first = np.concatenate([[0], self.calls_per_day[days].cumsum()])
        handle = np.tile(self._handle, first.size - 1)
        unknown = np.isnan(handle)
        if self._draw_handle is not None:
            handle[unknown] = _handle_times(self._draw_handle, how_long, int(unknown.sum()))
        return Calls(
            first, np.tile(self._arrival, first.size - 1), handle, self._draw_patience.draw(how_patient, handle.size)
        )


def _handle_times(handle: Distribution, random: Generator, size: int) -> Array:
    drawn = handle.draw(random, size)
    if size and not (drawn.min() >= 0 and drawn.max() < np.inf):
        raise InputError(Finding("demand", "bad-number", "handle times without end", "seconds >= 0", column="handle"))
    return drawn


def given_days(
    arrival_s: ArrayLike,
    handle_s: ArrayLike,
    handle: Distribution | None,
    patience: Distribution,
    horizon_s: float,
    days: int,
    seed: SeedSequence,
) -> GivenDays:
    """Check the calls of a real day and put them in order of arrival.

    Raises
    ------
    InputError
        For arrivals outside the day, and handle times that are negative, infinite or missing without `handle`.
    """
    arrival, length = np.broadcast_arrays(np.asarray(arrival_s, float), np.asarray(handle_s, float))
    outside = ~((arrival >= 0) & (arrival < horizon_s))
    bad = (length < 0) | np.isinf(length) | (np.isnan(length) & (handle is None))
    checks = (
        ("arrival_s", arrival, outside, f"seconds from 0 to before {horizon_s:g}", ""),
        ("handle_s", length, bad, "seconds >= 0", "give a distribution for handle times that are not known"),
    )
    findings = [
        Finding("calls", "bad-number", f"{values[where][0]:g}", expected, fix, column=name, count=int(where.sum()))
        for name, values, where, expected, fix in checks
        if where.any()
    ]
    if findings:
        raise InputError(findings)
    order = np.argsort(arrival, kind="stable")
    return GivenDays(arrival[order], length[order], handle, patience, days, seed)


def batches(calls_per_day: NDArray[np.int64], calls_at_once: int = 1 << 15) -> Iterator[slice]:
    """Runs of whole days of about `calls_at_once` calls, at least a day each: what fits the processor's cache."""
    part = calls_per_day.cumsum() // calls_at_once
    edges = np.concatenate([[0], np.flatnonzero(np.diff(part)) + 1, [part.size]])
    return (slice(int(begin), int(end)) for begin, end in itertools.pairwise(edges))
