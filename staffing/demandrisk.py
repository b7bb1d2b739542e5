"""Staffing for a demand that is not known: the forecast's spread beyond chance moves the load of a whole interval."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from staffing.queueing import METRICS, MODELS, Array, Performance, performance
from staffing.targets import TARGETS, Limits, refuse_unreachable
from wfm.errors import Finding, InputError
from wfm.params import ServiceTarget
from wfm.timeaxis import local_day

NODES = 40
FARTHEST = 5.0
TENTH = 1.2815515655446004  # the 90 % quantile of a standard normal
WEIGHTED_BY_CALLS = ("p_wait", "service_level", "sl_incl_short_abn", "sl_virtual", "abandonment", "blocking")
WEIGHTED_BY_WAITS = ("wait_all_s", "wait_virtual_s")


def rate_spread(forecast: pd.DataFrame) -> Array:
    """Coefficient of variation of the calls' rate in each row, read from the quantiles of a forecast.

    Quantiles are of counts, and a queue model draws its own chance around a rate: so the Poisson variance is taken
    off. The variance of a count is ((p90 - p10) / 2.56)^2; that of the rate is pooled over the intervals of a queue
    and day, sum(variance - mean) / sum(mean^2), as one interval's quantiles are too coarse.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``, with calls_p10 and calls_p90.

    Returns
    -------
    ndarray, shape (rows,)
        0 where the calls scatter no more than chance, and for queues that `missing_bands` names.
    """
    if not {"calls_p10", "calls_p90"} <= set(forecast):
        return np.zeros(len(forecast))
    mean = forecast["calls"].astype(float)
    variance = ((forecast["calls_p90"] - forecast["calls_p10"]).astype(float) / (2 * TENTH)) ** 2
    # Whole-numbered quantiles carry a rounding variance of a twelfth each, whatever the distribution.
    excess = (variance - mean - 2 / (12 * (2 * TENTH) ** 2)).where(variance.notna(), 0.0)
    groups = [forecast["queue"].astype(str), pd.Series(local_day(forecast["interval_start"]), forecast.index)]
    sums = pd.DataFrame({"excess": excess, "squares": mean**2}).groupby(groups).transform("sum")
    share = sums["excess"] / sums["squares"].where(sums["squares"] > 0)
    return np.sqrt(share.clip(lower=0.0).fillna(0.0)).to_numpy(float)


def aht_spread(forecast: pd.DataFrame, handle_cv: ArrayLike = 1.0) -> Array:
    """Coefficient of variation of the mean handle time in each row, read from the quantiles of a forecast.

    An interval's handle time scatters by the chance of its calls too, which a queue model draws itself: its variance,
    (cv x AHT)^2 / calls, is taken off. What is left is pooled over the calls of a queue and day.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``, with aht_p10_s and aht_p90_s.
    handle_cv : array_like
        Coefficient of variation of single handle times, for all rows or row by row.

    Returns
    -------
    ndarray, shape (rows,)
        0 where handle times scatter no more than chance, or the quantiles are missing.
    """
    if not {"aht_p10_s", "aht_p90_s"} <= set(forecast):
        return np.zeros(len(forecast))
    calls, aht = forecast["calls"].astype(float), forecast["aht_s"].astype(float).fillna(0.0)
    variance = ((forecast["aht_p90_s"] - forecast["aht_p10_s"]).astype(float) / (2 * TENTH)) ** 2
    excess = variance - (np.asarray(handle_cv, float) * aht) ** 2 / calls.where(calls > 0)
    known = excess.notna() & (calls > 0)
    groups = [forecast["queue"].astype(str), pd.Series(local_day(forecast["interval_start"]), forecast.index)]
    weighed = pd.DataFrame({"excess": calls * excess.where(known, 0.0), "squares": calls.where(known, 0.0) * aht**2})
    sums = weighed.groupby(groups).transform("sum")
    share = sums["excess"] / sums["squares"].where(sums["squares"] > 0)
    return np.sqrt(share.clip(lower=0.0).fillna(0.0)).to_numpy(float)


def load_spread(forecast: pd.DataFrame, handle_cv: ArrayLike = 1.0) -> Array:
    """Coefficient of variation of the load in each row: of calls and handle times that stray independently.

    With coefficients a and b that of the product is sqrt((1 + a^2) (1 + b^2) - 1). A longer handle time weighs on a
    queue as more calls do, and is carried as such; `calls_share` tells the two apart where callers are counted.

    Parameters
    ----------
    forecast, handle_cv
        As in `rate_spread` and `aht_spread`.

    Returns
    -------
    ndarray, shape (rows,)
    """
    return np.sqrt((1 + rate_spread(forecast) ** 2) * (1 + aht_spread(forecast, handle_cv) ** 2) - 1)


def calls_share(forecast: pd.DataFrame, handle_cv: ArrayLike = 1.0) -> Array:
    """Part of the load's variance that calls make, shape (rows,); 1 where nothing strays."""
    calls, aht = rate_spread(forecast) ** 2, aht_spread(forecast, handle_cv) ** 2
    return np.divide(calls, calls + aht, out=np.ones(len(forecast)), where=calls + aht > 0)


def missing_bands(forecast: pd.DataFrame) -> list[Finding]:
    """One finding for each queue whose spread can't be read: not one interval with calls has both quantiles.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``.
    """
    bands = ["calls_p10", "calls_p90"]
    known = forecast.reindex(columns=bands).notna().all(axis=1) & (forecast["calls"] > 0)
    queues = forecast.loc[forecast["calls"] > 0, "queue"].astype(str)
    bare = sorted(set(queues) - set(forecast.loc[known, "queue"].astype(str)))
    fix = "forecast again with `wfm forecast`, or staff for the mean without a risk"
    return [
        Finding("forecast", "no-bands", f"no calls_p10 and calls_p90 of queue {queue}", "a spread to read", fix)
        for queue in bare
    ]


def factors(cv: ArrayLike) -> tuple[Array, Array]:
    """Nodes and weights of a gamma factor with mean 1 and coefficient of variation `cv`.

    The trapezoidal rule over a normal variable, carried through its distribution and the gamma quantile: service
    drops within a few per cent of the load of a large centre, where Gauss nodes would lie too far apart. For the
    random rate see Whitt 2006, Operations Research 54:643.

    Parameters
    ----------
    cv : array_like, shape (rows,)

    Returns
    -------
    nodes : ndarray, shape (rows, nodes)
    weights : ndarray, shape (nodes,)
    """
    from scipy.special import gammaincinv, ndtr

    z = np.linspace(-FARTHEST, FARTHEST, NODES)
    weights = np.exp(-(z**2) / 2)
    spread = np.asarray(cv, float)
    shape = 1 / np.where(spread > 0, spread, 1.0) ** 2
    drawn = gammaincinv(shape[:, None], ndtr(z)) / shape[:, None]
    return np.where(spread[:, None] > 0, drawn, 1.0), weights / weights.sum()


def expected_performance(
    model: str,
    *,
    calls: ArrayLike,
    cv: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    answer_within_s: float = 20.0,
    calls_share: ArrayLike = 1.0,
    **traits: float | None,
) -> Performance:
    """Performance over many days whose rate differs: what callers get on average, busy days having more of them.

    Shares and waits of callers are weighted by the calls of each rate, E[L SL(L)] / E[L] (Jongbloed and Koole 2001,
    Applied Stochastic Models 17:307; Steckley, Henderson and Mehrotra 2009, Operations Research 57:1189); occupancy
    and queue length are means over time.

    Parameters
    ----------
    model : str
        Name in `MODELS`.
    calls : array_like, shape (rows,)
        Expected calls.
    cv : array_like, shape (rows,)
        Coefficient of variation of the load.
    interval_s, aht_s, agents, answer_within_s, **traits
        As in `performance`.
    calls_share : array_like, shape (rows,)
        Part of the load's variance that calls make; the rest are handle times, which bring no more callers to a busy
        day.
    """
    rows = [np.asarray(v, float) for v in np.broadcast_arrays(calls, cv, aht_s, agents, calls_share)]
    nodes, weights = factors(rows[1].ravel())
    found = performance(
        model,
        calls=rows[0].ravel()[:, None] * nodes,
        interval_s=interval_s,
        aht_s=rows[2].ravel()[:, None],
        agents=rows[3].ravel()[:, None],
        answer_within_s=answer_within_s,
        **traits,
    )
    mixed = _mixed(found, weights * (1 + rows[4].ravel()[:, None] * (nodes - 1)), weights)
    return Performance(**{name: values.reshape(rows[0].shape) for name, values in mixed.items()})


def _mixed(found: Performance, by_calls: Array, by_time: Array) -> dict[str, Array]:
    """Ratios of expectations, shape (rows,); a mean over answered calls weighs a rate by its answered calls."""
    answered = by_calls * (1 - found.abandonment)
    in_time = (by_calls * found.service_level).sum(axis=1)
    lost_early = found.sl_incl_short_abn - found.service_level
    mixed = {name: (by_calls * getattr(found, name)).sum(axis=1) for name in WEIGHTED_BY_CALLS + WEIGHTED_BY_WAITS}
    mixed["sl_answered"] = _over(in_time, answered.sum(axis=1))
    mixed["sl_excl_short_abn"] = _over(in_time, (by_calls * (1 - lost_early)).sum(axis=1))
    mixed["asa_s"] = _over(np.where(answered > 0, answered * found.asa_s, 0.0).sum(axis=1), answered.sum(axis=1))
    mixed["occupancy"] = found.occupancy @ by_time
    mixed["queue_len"] = found.queue_len @ by_time
    assert set(mixed) == set(METRICS) == {field.name for field in fields(Performance)}
    return mixed


def _over(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.full_like(numerator, np.nan), where=denominator > 0)


def agents_for_expected(
    model: str,
    *,
    calls: ArrayLike,
    cv: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    target: ServiceTarget,
    min_agents: int = 0,
    calls_share: ArrayLike = 1.0,
    **traits: float | None,
) -> NDArray[np.int64]:
    """Least agents with which the expected performance meets every target, shape (rows,).

    Parameters
    ----------
    As in `expected_performance` and `required_agents`.

    Raises
    ------
    InputError
        For targets that no number of agents meets, and models in which more agents stop to help.
    """
    calls, cv, aht, part = (np.asarray(v, float) for v in np.broadcast_arrays(calls, cv, aht_s, calls_share))
    refuse_unreachable(MODELS[model], model, target)
    if MODELS[model].most_agents is not None:
        raise InputError(
            Finding("risk", "bounded-model", model, "a model whose agents have no upper bound", "give a probability")
        )
    limits = Limits.of(target, calls.shape)
    work = (calls > 0) & (aht > 0)
    found = np.where(calls > 0, 1, 0).astype(np.int64)
    rows = np.flatnonzero(work)

    def meets(at: NDArray[np.int64], agents: NDArray[np.int64]) -> NDArray[np.bool_]:
        mixed = expected_performance(
            model,
            calls=calls[at],
            cv=cv[at],
            interval_s=interval_s,
            aht_s=aht[at],
            agents=agents,
            answer_within_s=target.answer_within_s,
            calls_share=part[at],
            **traits,
        )
        return limits.at(at).met(mixed)

    found[rows] = _least(partial(meets), rows, calls[rows] * aht[rows] / interval_s)
    return np.maximum(found, np.where(calls > 0, min_agents, 0))


def expected_binding(
    model: str,
    *,
    calls: ArrayLike,
    cv: ArrayLike,
    interval_s: float,
    aht_s: ArrayLike,
    agents: ArrayLike,
    target: ServiceTarget,
    min_agents: int = 0,
    calls_share: ArrayLike = 1.0,
    **traits: float | None,
) -> NDArray[np.str_]:
    """The target that one agent fewer would break on average; ``minimum`` or ``none`` where none would."""
    calls, agents = np.asarray(calls, float), np.asarray(agents)
    mixed = expected_performance(
        model,
        calls=calls,
        cv=cv,
        interval_s=interval_s,
        aht_s=aht_s,
        agents=np.maximum(agents - 1, 0),
        answer_within_s=target.answer_within_s,
        calls_share=calls_share,
        **traits,
    )
    missed = Limits.of(target, calls.shape).missed(mixed)
    reasons = {"none": calls == 0} | {name: missed[name] for name in TARGETS} | {"minimum": agents == min_agents}
    return np.select(list(reasons.values()), list(reasons), "none")


def _least(meets: partial[NDArray[np.bool_]], rows: NDArray[np.int64], load_erl: Array) -> NDArray[np.int64]:
    """Least n of each row that meets, by doubling and bisection on all rows at once."""
    low = np.zeros(len(rows), np.int64)
    high = np.ceil(load_erl).astype(np.int64) + 1
    open_rows = np.arange(len(rows))
    while open_rows.size:
        short = open_rows[~meets(rows[open_rows], high[open_rows])]
        low[short] = high[short]
        high[short] = np.ceil(high[short] * 1.3).astype(np.int64) + 1
        open_rows = short
    while (apart := np.flatnonzero(high - low > 1)).size:
        middle = (low[apart] + high[apart]) // 2
        good = meets(rows[apart], middle)
        high[apart[good]], low[apart[~good]] = middle[good], middle[~good]
    return high


def calls_at_risk(calls: ArrayLike, cv: ArrayLike, probability: float) -> Array:
    """Calls whose rate is not exceeded with the given probability: agents for them meet the target that often.

    A target that is met at some load is met at every lower one, so that the probability of meeting it is that of
    the load staying below.

    Parameters
    ----------
    calls, cv : array_like, shape (rows,)
    probability : float
        In (0, 1).

    Raises
    ------
    ValueError
        If the probability is not between 0 and 1.
    """
    from scipy.special import gammaincinv

    if not 0 < probability < 1:
        raise ValueError(f"found {probability}, expected a probability between 0 and 1, such as 0.9")
    mean, spread = np.broadcast_arrays(np.asarray(calls, float), np.asarray(cv, float))
    shape = 1 / np.where(spread > 0, spread, 1.0) ** 2
    return np.where(spread > 0, mean * gammaincinv(shape, probability) / shape, mean)
