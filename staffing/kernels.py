"""Compiled searches of the least agents, an interval at a time; importing this module loads numba.

A limit that is not asked is nan, which no comparison exceeds. Reasons are indices into `targets.REASONS`. Both
loops lie in this one file, because a cached kernel does not notice changes in another.
"""

# mypy: allow-untyped-defs

from __future__ import annotations

import math

import numpy as np
from numba import njit

NONE, STABILITY, SERVICE_LEVEL, ASA, OCCUPANCY, ABANDONMENT = range(6)
_NEGLIGIBLE = 1e-17
_HUGE = 1e250
_STRIDE = 600.0


@njit(cache=True, nogil=True)
def _inverse_blocking(load, n):
    """1/B = sum over k of n! / ((n-k)! A^k); infinite where it is larger than 1e250."""
    term, total, left, per_erlang = 1.0, 1.0, n, 1.0 / load
    while left > 0.0 and term > _NEGLIGIBLE * total:
        term *= left * per_erlang
        total += term
        left -= 1.0
        if total > _HUGE:
            return np.inf
    return total


@njit(cache=True, nogil=True)
def search_erlang_c(load_erl, aht_s, within_s, level, asa_s, occupancy, tolerance):
    """Climb from the least agents that bear the load and the occupancy: 1/B(n+1) = 1 + (n+1)/A 1/B(n)."""
    agents, reasons = np.zeros(load_erl.size, np.int64), np.zeros(load_erl.size, np.int8)
    for i in range(load_erl.size):
        load = load_erl[i]
        if not load > 0.0:
            continue
        late_most, wait_most = 1.0 - level[i] + tolerance, asa_s[i] / aht_s[i] * (1.0 + tolerance)
        busy_most = occupancy[i] * (1.0 + tolerance)
        first = math.floor(load) + 1.0
        n = first if math.isnan(busy_most) else max(first, math.ceil(load / occupancy[i] * (1.0 - tolerance)))
        inverse, reason = _inverse_blocking(load, n), -1
        step = math.exp(-within_s[i] / aht_s[i])
        in_queue = math.exp(-(n - load) * within_s[i] / aht_s[i])
        while True:
            p_wait = n / (load + (n - load) * inverse)
            if p_wait * in_queue > late_most:
                reason = SERVICE_LEVEL
            elif p_wait > wait_most * (n - load):
                reason = ASA
            else:
                break
            n += 1.0
            inverse = 1.0 + n / load * inverse
            in_queue *= step
        agents[i] = int(n)
        reasons[i] = (
            reason
            if reason >= 0
            else _broken_by_one_fewer(
                load, n - 1.0, (inverse - 1.0) * load / n, in_queue / step, late_most, wait_most, busy_most
            )
        )
    return agents, reasons


@njit(cache=True, nogil=True)
def _broken_by_one_fewer(load, n, inverse, in_queue, late_most, wait_most, busy_most):
    if n <= load:
        if n > 0.0:
            return STABILITY
        if not math.isnan(late_most):
            return SERVICE_LEVEL
        if not math.isnan(wait_most):
            return ASA
        return OCCUPANCY if busy_most < 1.0 else NONE
    p_wait = n / (load + (n - load) * inverse)
    if p_wait * in_queue > late_most:
        return SERVICE_LEVEL
    if p_wait > wait_most * (n - load):
        return ASA
    return OCCUPANCY if load > busy_most * n else NONE


@njit(cache=True, nogil=True)
def _erlang_a(load, n, leaving, within):
    """Service level, wait of answered calls, answered and abandoned share; a handle time is the unit of time.

    `leaving` is AHT / patience. States with j callers in queue carry the weights prod A / (n + i leaving), all
    states with an idle agent together 1/B - 1. `late` is the tail of the wait of a caller behind j others who is
    served, a sum over numbers of departures; it starts as e^-600 taken `strides` times where doubles end.
    """
    idle = _inverse_blocking(load, n) - 1.0
    if idle > _HUGE:
        return 1.0, 0.0, 1.0, 0.0
    reach = within if leaving == 0.0 else -math.expm1(-within * leaving) / leaving
    fall = (n + leaving) * within
    strides = float(math.floor(fall / _STRIDE))
    term = math.exp(strides * _STRIDE - fall)
    late = term if strides == 0.0 else 0.0
    weight, total, served_sum, late_sum, wait_sum, gone_sum, serving = 1.0, idle, 0.0, 0.0, 0.0, 0.0, 0.0
    j, forward = 0.0, n + leaving
    while True:
        per_step = 1.0 / forward
        serving += per_step
        served = weight * n * per_step
        total += weight
        served_sum += served
        late_sum += served * min(late, 1.0)
        wait_sum += served * serving
        gone_sum += weight - served
        shrink = load * per_step
        if shrink < 1.0 and weight < _NEGLIGIBLE * total * (1.0 - shrink):
            break
        j += 1.0
        weight *= shrink
        term *= reach * forward / j
        if strides > 0.0 and term > 1.0:
            term *= math.exp(-_STRIDE)
            strides -= 1.0
        if strides == 0.0:
            late += term
        forward += leaving
        if weight > _HUGE:
            idle, weight, total, served_sum = idle / _HUGE, weight / _HUGE, total / _HUGE, served_sum / _HUGE
            late_sum, wait_sum, gone_sum = late_sum / _HUGE, wait_sum / _HUGE, gone_sum / _HUGE
    answered = idle + served_sum
    return (answered - late_sum) / total, wait_sum / answered, answered / total, gone_sum / total


@njit(cache=True, nogil=True)
def _broken(load, n, leaving, within, level, wait_most, busy_most, lost_most):
    """The first limit that n agents break, or none."""
    if n < 1.0:
        in_time, wait, busy, lost = 0.0, np.inf, np.inf, 1.0
    else:
        in_time, wait, answered, lost = _erlang_a(load, n, leaving, within)
        busy = load * answered / n
    if in_time < level:
        return SERVICE_LEVEL
    if wait > wait_most:
        return ASA
    if busy > busy_most:
        return OCCUPANCY
    return ABANDONMENT if lost > lost_most else NONE


@njit(cache=True, nogil=True)
def search_erlang_a(load_erl, aht_s, patience_s, within_s, level, asa_s, occupancy, abandonment, tolerance):
    """Bracket the least agents from the load with doubling steps, then bisect."""
    agents, reasons = np.zeros(load_erl.size, np.int64), np.zeros(load_erl.size, np.int8)
    for i in range(load_erl.size):
        load = load_erl[i]
        if not load > 0.0:
            continue
        leaving, within = aht_s[i] / patience_s[i], within_s[i] / aht_s[i]
        limits = (
            level[i] - tolerance,
            asa_s[i] / aht_s[i] * (1.0 + tolerance),
            occupancy[i] * (1.0 + tolerance),
            abandonment[i] + tolerance,
        )
        fails, holds, trial = 0.0, np.inf, max(1.0, float(math.ceil(load)))
        reason = _broken(load, 0.0, leaving, within, *limits)
        stride = float(math.ceil(math.sqrt(load) / 4.0))
        while holds - fails > 1.0:
            broken = _broken(load, trial, leaving, within, *limits)
            if broken == NONE:
                holds = trial
            else:
                fails, reason = trial, broken
            middle = fails + math.floor((holds - fails) / 2.0)
            trial = fails + stride if holds == np.inf else max(middle, holds - stride)
            stride *= 2.0
        agents[i], reasons[i] = int(holds), reason
    return agents, reasons
