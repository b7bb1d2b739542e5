"""A plan put to the test before the week begins: every queue and day simulated many times with the agents planned."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from staffing.demandrisk import load_spread, missing_bands
from staffing.handletimes import HandleTimes
from staffing.queueing import METRICS, Array
from wfm.contracts import FORECAST, REQUIREMENT
from wfm.errors import Finding, InputError
from wfm.params import QueueSpec
from wfm.timeaxis import local_day

if TYPE_CHECKING:
    from staffing.simulation import Callbacks, Demand, SimulationResult

COLUMNS = [
    "queue",
    "interval_start",
    "agents",
    "calls",
    "service_level",
    "service_level_low",
    "service_level_high",
    "asa_s",
    "occupancy",
    "abandonment",
    "target",
    "met",
]


def simulate_plan(
    forecast: pd.DataFrame,
    requirement: pd.DataFrame,
    specs: Mapping[str, QueueSpec],
    *,
    interval_s: int,
    replications: int = 200,
    uncertain: bool = False,
    handle_times: HandleTimes | Mapping[str, HandleTimes] | None = None,
    redial_after_s: float = 600.0,
    callbacks: Callbacks | None = None,
    seed: int = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Simulate each queue and local day of a forecast with the agents of a requirement.

    Calls arrive as a Poisson stream at the forecast's rate, handle times scatter around the day's AHT, patience is
    exponential with the mean of the queue's specification and endless without one. Where it tells a share of redials
    the forecast is of first calls, and those who hang up call again after exponential delays; where it tells handle
    times of several chats at once, agents have so many, and seconds told there replace the forecast's AHT. A day
    begins empty; an agent whose time ends finishes the call in hand.

    Parameters
    ----------
    forecast : DataFrame
        Contract ``forecast``.
    requirement : DataFrame
        Contract ``requirement``; `agents` are on the phone.
    specs : mapping of str to QueueSpec
    interval_s : int
    replications : int
        Simulated days of each queue and date.
    uncertain : bool
        Let the rate of each simulated day stray as the quantiles of the forecast say, by one factor a day.
    handle_times : HandleTimes or mapping of str to HandleTimes, optional
        Shape of the handle times, of all queues or of those named; else lognormal with a coefficient of variation of 1.
    redial_after_s : float
        Mean delay until a redial [s].
    callbacks : Callbacks, optional
        Rule of callbacks on the queues of phone calls.
    seed : int
        The same seed brings the same callers, whatever the agents.

    Returns
    -------
    intervals : DataFrame
        queue, interval_start, agents, calls (forecast), service_level (answered within the threshold / offered) with
        its 95 % interval, asa_s, occupancy, abandonment, target (service level), met; all but the calls who accept a
        callback, and redials as calls.
    days : DataFrame
        queue, day, calls, agent_hours, service_level, asa_s, abandonment, occupancy over the day, and days_met, the
        share of simulated days whose service level reached the target; where there are any, the measures of redials,
        callbacks (and `callbacks`, how many accept one) and chats.

    Raises
    ------
    InputError
        If the two frames hold different intervals, an interval with calls has no handle time, or an uncertain
        demand has no quantiles.
    """
    from staffing.requirement import with_chat_times

    forecast = with_chat_times(FORECAST.validate(forecast.reset_index(drop=True)), specs).assign(spread=load_spread)
    if uncertain and (findings := missing_bands(forecast)):
        raise InputError(findings)
    plan = REQUIREMENT.validate(requirement.reset_index(drop=True))[["queue", "interval_start", "agents"]]
    both = forecast.merge(plan, on=["queue", "interval_start"], how="outer", indicator=True)
    if len(apart := both[both["_merge"] != "both"]):
        one, first = ("forecast" if apart["_merge"].iloc[0] == "left_only" else "requirement"), apart.iloc[0]
        found = (
            f"{len(apart)} intervals that only one of forecast and requirement has, first "
            f"{first['interval_start']:%Y-%m-%d %H:%M} of queue {first['queue']} in the {one}"
        )
        raise InputError(Finding("requirement", "other-intervals", found, "the requirement of this forecast"))
    if unknown := int((both["aht_s"].isna() & (both["calls"] > 0)).sum()):
        first = both.loc[both["aht_s"].isna() & (both["calls"] > 0)].iloc[0]
        found = (
            f"nothing in {unknown} intervals, first {first['interval_start']:%Y-%m-%d %H:%M} of queue {first['queue']}"
        )
        raise InputError(Finding("forecast", "missing-aht", found, "seconds", "give --aht 180s", column="aht_s"))
    if both.empty:
        raise InputError(Finding("forecast", "no-rows", "no interval", "at least one open interval"))
    both = both.assign(day=local_day(pd.DatetimeIndex(both["interval_start"])))
    parts, days = [], []
    for (queue, day), part in both.sort_values("interval_start").groupby(["queue", "day"], sort=True, observed=True):
        key = (seed, zlib.crc32(str(queue).encode()), day.toordinal())
        shape = handle_times.get(str(queue)) if isinstance(handle_times, Mapping) else handle_times
        spec, rules = specs[str(queue)], (redial_after_s, callbacks)
        intervals, total = _of_day(part, spec, rules, interval_s, replications, uncertain, shape or HandleTimes(), key)
        parts.append(intervals.assign(queue=queue))
        days.append({"queue": queue, "day": day} | total)
    return pd.concat(parts, ignore_index=True)[COLUMNS], pd.DataFrame(days)


def _of_day(
    part: pd.DataFrame,
    spec: QueueSpec,
    rules: tuple[float, Callbacks | None],
    interval_s: int,
    replications: int,
    uncertain: bool,
    handle_times: HandleTimes,
    key: tuple[int, ...],
) -> tuple[pd.DataFrame, dict[str, float]]:
    from staffing.simulation import Demand

    calls, place = part["calls"].to_numpy(float), places(part, interval_s)
    agents = np.zeros(place[-1] + 1, dtype=int)
    agents[place] = part["agents"].to_numpy(int)
    demand = expected_day(part, spec, interval_s, handle_times)
    spread = day_spread(part) if uncertain else 0.0
    if spread > 0:
        rates = np.asarray(demand.calls) * _day_factors(spread, replications, key)[:, None]
        demand = Demand(rates, demand.handle, demand.patience)
    seed = int(np.random.SeedSequence(key).generate_state(1)[0])
    found = _simulated(demand, agents, spec, *rules, interval_s, replications, seed)
    seen, level = found.performance(), found.by_interval("service_level")
    target = spec.target.service_level
    columns = {
        "interval_start": part["interval_start"].to_numpy(),
        "agents": part["agents"].to_numpy(),
        "calls": calls,
        **{name: getattr(seen, name)[place] for name in ("service_level", "asa_s", "occupancy", "abandonment")},
        "service_level_low": level.low[place],
        "service_level_high": level.high[place],
        "target": np.nan if target is None else target,
        "met": True if target is None else seen.service_level[place] >= target,
    }
    intervals = pd.DataFrame(columns).assign(interval_start=pd.DatetimeIndex(part["interval_start"]))
    each = found.each_day("service_level")
    each = each[np.isfinite(each)]
    reached = np.nan if target is None or not each.size else float(np.mean(each >= target))
    total = {"calls": calls.sum(), "agent_hours": float(agents.sum() * interval_s / 3600)}
    total |= {m: float(found.whole_day(m).value) for m in ("service_level", "asa_s", "abandonment", "occupancy")}
    total |= {"days_met": reached}
    total |= {m: float(found.whole_day(m).value) for m in found.measures() if m not in METRICS}
    if found.callbacks is not None:
        total["callbacks"] = float(found.callbacks.accepted.sum() / replications)
    return intervals, total


def _simulated(
    demand: Demand,
    agents: np.ndarray,
    spec: QueueSpec,
    redial_after_s: float,
    callbacks: Callbacks | None,
    interval_s: int,
    replications: int,
    seed: int,
) -> SimulationResult:
    """One queue and day, as chat where agents have several at once, else as calls."""
    from staffing.simulation import Exponential, Redials, simulate, simulate_chat

    within = spec.target.answer_within_s
    if spec.channel == "chat" and spec.concurrency is not None:
        return simulate_chat(
            demand,
            agents,
            concurrency=spec.concurrency,
            interval_s=interval_s,
            answer_within_s=within,
            replications=replications,
            seed=seed,
        )
    redials = Redials(spec.redial, Exponential(redial_after_s)) if spec.redial else None
    return simulate(
        demand,
        agents,
        interval_s=interval_s,
        answer_within_s=within,
        redials=redials,
        callbacks=callbacks,
        replications=replications,
        seed=seed,
    )


def expected_day(part: pd.DataFrame, spec: QueueSpec, interval_s: int, handle_times: HandleTimes) -> Demand:
    """What the callers of one queue and day bring, as they are simulated; closed hours have no calls.

    Parameters
    ----------
    part : DataFrame
        The day's rows of a forecast, in the order of time.
    spec : QueueSpec
    interval_s : int
    handle_times : HandleTimes
        Their shape; their mean is that of the day.
    """
    from staffing.simulation import Demand, Exponential, Infinite

    calls, place = part["calls"].to_numpy(float), places(part, interval_s)
    rates = np.zeros(place[-1] + 1)
    rates[place] = calls
    aht_s = float(np.average(part["aht_s"].fillna(0.0), weights=calls)) if calls.sum() > 0 else 1.0
    patience = Exponential(spec.patience_s) if spec.patience_s else Infinite()
    return Demand(rates, handle_times.sampler(max(aht_s, 1e-3)), patience)


def day_spread(part: pd.DataFrame) -> float:
    """Coefficient of variation of the factor that all calls of a day share; `part` has `spread` a row."""
    calls = part["calls"].to_numpy(float)
    return float(np.average(part["spread"], weights=calls)) if calls.sum() > 0 else 0.0


def places(part: pd.DataFrame, interval_s: int) -> np.ndarray:
    """Position of each interval after the first one of the day; closed hours between them have no calls."""
    since = (part["interval_start"] - part["interval_start"].iloc[0]).dt.total_seconds().to_numpy()
    return np.asarray(np.rint(since / interval_s).astype(int))


def _day_factors(cv: float, days: int, key: tuple[int, ...]) -> Array:
    """Gamma factors of mean 1, one a day."""
    rng = np.random.default_rng(np.random.SeedSequence((*key, 1)))
    return np.asarray(rng.standard_gamma(1 / cv**2, days) * cv**2)
