"""How large the effects of the planner's events are, estimated from their past occurrences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from forecasting.calendars import Calendar
from forecasting.eventeffects import LEAST_MULTIPLIER, EventEffect, removed, union
from forecasting.events import Event
from forecasting.series import Series

REFERENCE_DAYS = 6
LEAST_REFERENCE_DAYS = 2
REFERENCE_WEEKS = 8
SWEEPS = 3
MOST_RATIO = 10.0
TYPICAL_SD = 0.10
LEAST_SD = 0.03
LEAST_NOISE_DAYS = 10
FREE_PRIOR_SD = 0.5
PRIOR_SHARE = 0.5
Z80 = NormalDist().inv_cdf(0.9)


def estimate_effects(train: Series, calendar: Calendar) -> tuple[EventEffect, ...]:
    """What each of the calendar's events does to a queue.

    Each past occurrence is compared with the same weekdays around it that no event touched: up to six within eight
    weeks, none of them a holiday. Events that overlap are estimated in turn, each with the others taken out. The
    occurrences' (log) effects are averaged by their precision, their variance being that of Poisson counts and of
    ordinary days, plus the variance between occurrences (DerSimonian and Laird 1986, Controlled Clinical Trials
    7:177), and shrunk as normal means towards what the planner expects, or towards no effect.

    Parameters
    ----------
    train : Series
    calendar : Calendar
        Only its events known at the cut-off, `calendar.known_before(cutoff)` in a backtest.

    Returns
    -------
    tuple of EventEffect
        One a name, in the order of the file; `value` is None without a comparable occurrence and an expectation.
    """
    effects = [_expected(name, rows) for name, rows in _by_name(train.queue, calendar.events).items()]
    cells = {effect.name: effect.cells(train.days, train.calls.shape[1]) for effect in effects}
    masks = {name: union(occurrences) for name, occurrences in cells.items()}
    present = [mask for mask in masks.values() if mask is not None]
    if not present:
        return tuple(effects)
    events_at_once = np.sum(present, axis=0)
    holiday = calendar.is_holiday(train.days)
    clean = train.present & (events_at_once == 0) & ~holiday[:, None]
    day_sd = _day_sd(np.where(clean.any(axis=1) & ~events_at_once.any(axis=1), train.totals, np.nan))
    outages = [effect for effect in effects if effect.kind == "outage"]
    affected = np.isfinite(removed(train.calls, outages, masks)) & ~holiday[:, None]
    past = {name: [_affected_days(train.calls, clean, m & affected) for m in one] for name, one in cells.items()}
    for _ in range(SWEEPS if (events_at_once > 1).any() else 1):
        for place, effect in enumerate(effects):
            if effect.kind != "outage":
                others = effects[:place] + effects[place + 1 :]
                calls = removed(train.calls, [o for o in others if o.kind == "additive"], masks)
                factor = _factor(train.calls.shape, others, masks)
                compared = [_compared(calls, factor, days) for days in past[effect.name]]
                effects[place] = _estimated(effect, [c for c in compared if c.usual > 0], day_sd)
    return tuple(effects)


def _factor(
    shape: tuple[int, ...], effects: Sequence[EventEffect], masks: Mapping[str, np.ndarray | None]
) -> np.ndarray:
    """Product of the multiplicative effects."""
    factor = np.ones(shape)
    for effect in effects:
        mask = masks[effect.name]
        if effect.kind == "multiplicative" and effect.value and mask is not None:
            factor[mask] *= max(1 + effect.value, LEAST_MULTIPLIER)
    return factor


def _by_name(queue: str, events: Sequence[Event]) -> dict[str, tuple[Event, ...]]:
    names = dict.fromkeys(event.name for event in events if event.concerns(queue))
    return {name: tuple(e for e in events if e.name == name and e.concerns(queue)) for name in names}


def _expected(name: str, rows: tuple[Event, ...]) -> EventEffect:
    """The effect as far as the planner tells it; the expectation of the latest row counts."""
    told = [e.effect for e in sorted(rows, key=lambda e: e.first_day) if e.effect is not None]
    expectation = told[-1] if told else None
    return EventEffect(name, rows[0].kind, rows, value=expectation, expectation=expectation)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One past occurrence: its calls, those to be expected without it, and its days."""

    calls: float
    usual: float
    days: int


@dataclass(frozen=True, slots=True)
class AffectedDay:
    """Intervals of one day that an event touched, and their calls on comparable days.

    Parameters
    ----------
    day : int
    slots : ndarray of int, shape (slots,)
    reference : ndarray, shape (days, slots)
        Calls of the same weekdays around it.
    """

    day: int
    slots: np.ndarray
    reference: np.ndarray


def _affected_days(calls: np.ndarray, clean: np.ndarray, mask: np.ndarray) -> list[AffectedDay]:
    """Days of one occurrence with two comparable days at least: the nearest on which all its slots are clean."""
    weeks = np.arange(1, REFERENCE_WEEKS + 1)
    nearest = 7 * np.column_stack([-weeks, weeks]).ravel()
    days = []
    for day in np.flatnonzero(mask.any(axis=1)).tolist():
        slots, around = np.flatnonzero(mask[day]), day + nearest
        around = around[(around >= 0) & (around < len(calls))]
        around = around[clean[np.ix_(around, slots)].all(axis=1)][:REFERENCE_DAYS]
        if len(around) >= LEAST_REFERENCE_DAYS:
            days.append(AffectedDay(day, slots, calls[np.ix_(around, slots)]))
    return days


def _compared(calls: np.ndarray, factor: np.ndarray, days: Sequence[AffectedDay]) -> Comparison:
    """One occurrence against the days around it.

    Parameters
    ----------
    calls, factor : ndarray, shape (days, slots)
        The history without the other additive events, and what the other multiplicative ones did to it.
    days : sequence of AffectedDay
    """
    came = sum(float(calls[one.day, one.slots].sum()) for one in days)
    usual = 0.0
    for one in days:
        reference = one.reference @ factor[one.day, one.slots]
        usual += float(_drawn_in(reference, np.sqrt(np.median(reference))).mean())
    return Comparison(came, usual, len(days))


def _drawn_in(values: np.ndarray, least_sd: float) -> np.ndarray:
    """Values clipped at three robust standard deviations around their median."""
    median = np.median(values)
    reach = 3 * max(1.4826 * float(np.median(np.abs(values - median))), least_sd)
    return np.clip(values, median - reach, median + reach)


def _day_sd(totals: np.ndarray) -> float:
    """Robust standard deviation of the log of a day's total around the mean of its neighbours a week away."""
    before, after = totals[:-14], totals[14:]
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.log(totals[7:-7] / ((before + after) / 2))
    off = off[np.isfinite(off)]
    if len(off) < LEAST_NOISE_DAYS:
        return TYPICAL_SD
    poisson = 1.5 / np.nanmean(totals)
    variance = (1.4826 * float(np.median(np.abs(off)))) ** 2 - poisson
    return max(float(np.sqrt(max(variance, 0.0) / 1.5)), LEAST_SD)


def _estimated(effect: EventEffect, past: Sequence[Comparison], day_sd: float) -> EventEffect:
    if not past:
        return effect
    usual, days = np.array([c.usual for c in past]), np.array([c.days for c in past])
    calls = np.clip([c.calls for c in past], usual / MOST_RATIO, np.maximum(usual * MOST_RATIO, 1.0))
    relative = 1 / usual + day_sd**2 * (0.5 + 0.5 / days)
    expectation = effect.expectation
    if effect.kind == "multiplicative":
        told = None if expectation is None else np.log(max(1 + expectation, LEAST_MULTIPLIER))
        mean, sd = _shrunk(np.log((calls + 0.5) / (usual + 0.5)), relative, told, 1.0)
        value, low, high = (float(np.expm1(mean + z * sd)) for z in (0, -Z80, Z80))
    else:
        per_day = usual / days
        mean, sd = _shrunk((calls - usual) / days, relative * per_day**2, expectation, float(per_day.mean()))
        value, low, high = (float(mean + z * sd) for z in (0, -Z80, Z80))
    return replace(effect, occurrences=len(past), value=value, low=low, high=high)


def _shrunk(effects: np.ndarray, variances: np.ndarray, told: float | None, scale: float) -> tuple[float, float]:
    """Posterior mean and standard deviation of the effect; `scale` is what 100 % means.

    The prior is the planner's expectation with half of it, at least 10 %, as its standard deviation, or no effect
    with a standard deviation of 50 %.
    """
    effects = _drawn_in(effects, float(np.sqrt(np.median(variances))))
    precise = 1 / variances
    between = (TYPICAL_SD * scale) ** 2
    if len(effects) > 1:
        spread = precise @ (effects - np.average(effects, weights=precise)) ** 2 - (len(effects) - 1)
        between = max(spread / (precise.sum() - precise @ precise / precise.sum()), 0.0)
    sd = FREE_PRIOR_SD * scale if told is None else max(PRIOR_SHARE * abs(told), TYPICAL_SD * scale)
    weights = 1 / (variances + between)
    precision = 1 / sd**2 + weights.sum()
    return float(((told or 0.0) / sd**2 + weights @ effects) / precision), float(precision**-0.5)
