"""Outages, outliers and retrial storms of a history: damped before a model learns from it, each with its record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from forecasting.calendars import NO_CALENDAR, Calendar
from forecasting.notes import about
from forecasting.series import DAY_S, Series
from forecasting.usual import Usual, runs, usual_calls
from wfm.errors import Finding

LOST_SHARE = 0.05
LOST_PROBABILITY = 1e-7
MOST_LOST_DAYS = 7
OUTLIER_SD = 8.0
OUTLIER_RATIO = 3.0
GROSS_RATIO = 20.0
GROSS_QUANTILE = 0.9
DRAWN_SD = 3.0
STORM_RATIO = 1.5
STORM_S = 7200
DAY_OUTLIER_SD = 5.0
SHIFT_SD = 2.5
SHIFT_DAYS = 3
SAME_POSITION_DAYS = 2
SHOWN = 5

OUTAGE, OUTLIER, STORM, DAY_OUTLIER = "outage", "outlier", "retrial-storm", "outlier-day"
TREATMENT = {
    OUTAGE: "taken as lost",
    OUTLIER: "cut to the most that is plausible",
    STORM: "cut to the usual calls",
    DAY_OUTLIER: "drawn in to what is plausible",
}


@dataclass(frozen=True, slots=True)
class Damped:
    """One stretch of a day that the models don't see as it came.

    Parameters
    ----------
    day : datetime64[D]
    first_slot, last_slot : int
        Both included.
    kind : str
        ``outage``, ``outlier``, ``retrial-storm`` or ``outlier-day``.
    found, used : float
        Calls that came and calls that are learned from; `used` is NaN where they are taken as lost.
    usual : float
        Calls that were to be expected; NaN where the history is too short to say.
    interval_s : int
    """

    day: np.datetime64
    first_slot: int
    last_slot: int
    kind: str
    found: float
    used: float
    usual: float
    interval_s: int

    @property
    def words(self) -> str:
        """Such as ``2014-03-05 10:00 to 12:30: 3 calls where 140 were usual``."""
        hours = f"{_clock(self.first_slot * self.interval_s)} to {_clock((self.last_slot + 1) * self.interval_s)}"
        used = "" if np.isnan(self.used) else f", {self.used:.0f} used"
        usual = "" if np.isnan(self.usual) else f" where {self.usual:.0f} were usual"
        return f"{self.day} {hours}: {self.found:.0f} calls{usual}{used}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A history to learn from, and every place where it differs from what came.

    Parameters
    ----------
    series : Series
    trail : tuple of Damped
        In the order of time.
    """

    series: Series
    trail: tuple[Damped, ...] = ()


def cleaning_findings(queue: str, trail: Sequence[Damped]) -> Iterator[Finding]:
    """One warning a kind of damage, with its first stretches."""
    for kind, treatment in TREATMENT.items():
        found = [one.words for one in trail if one.kind == kind]
        if found:
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            yield about(queue, kind, "; ".join(found[:SHOWN]) + more, treatment)


def clean(train: Series, calendar: Calendar = NO_CALENDAR) -> Cleaned:
    """Damp what would mislead a model, and say so.

    In this order, each judged by the midmean of the same weekday and slot within four weeks:

    * **outage**: a stretch of at most 5 % of the usual calls, so few that chance gives them once in ten million
      (negative binomial); also a whole day, unless more than a week of them follow each other. It becomes NaN;
    * **retrial storm**: within two hours after an outage or missing rows, three standard deviations and half above
      the usual calls. It is cut to the usual calls;
    * **outlier**: an interval eight standard deviations above, and three times, what its day lets expect. It is cut
      to three standard deviations; with fewer than three same weekdays to judge by, to twenty times the history's
      90 % quantile;
    * **outlier day**: the log of its total strays more than five robust standard deviations, and neither is one of
      three such days in a row, which is a new level, nor has its like within two days of the same day of another
      month. Its intervals are scaled to three standard deviations.

    Public holidays and the two operating days on either side of a closure are left as they came.

    Parameters
    ----------
    train : Series
        Without the effects of known events.
    calendar : Calendar
        Its public holidays count.
    """
    usual = usual_calls(train, calendar.is_holiday(train.days))
    steps: dict[str, Callable[[np.ndarray, Usual], np.ndarray]] = {
        OUTAGE: _lost,
        STORM: _storms,
        OUTLIER: _outliers,
        DAY_OUTLIER: partial(_outlier_days, days=train.days),
    }
    calls, trail = train.calls, list[Damped]()
    for kind, damp in steps.items():
        damped = damp(calls, usual)
        trail += _records(train, calls, damped, usual, kind)
        calls = damped
    if not trail:
        return Cleaned(train)
    return Cleaned(replace(train, calls=calls), tuple(sorted(trail, key=lambda one: (one.day, one.first_slot))))


def _lost(calls: np.ndarray, usual: Usual) -> np.ndarray:
    """Stretches and days without calls, as NaN."""
    expected = np.minimum(usual.of_day(calls), usual.rates)
    low = (expected > 0) & (calls <= LOST_SHARE * expected)
    stretch = runs(low)
    came, due = (np.bincount(stretch.ravel(), np.where(low, cells, 0.0).ravel()) for cells in (calls, expected))
    lost = low & _negligible(came, due, usual.overdispersion)[stretch]
    return np.where(lost | _lost_days(calls, usual)[:, None], np.nan, calls)


def _lost_days(calls: np.ndarray, usual: Usual) -> np.ndarray:
    came, due = usual.totals(calls)
    empty = (came <= LOST_SHARE * due) & _negligible(came, due, usual.overdispersion) & ~usual.holiday
    operating = np.flatnonzero(due > 0)
    stretch = runs(empty[operating])
    lost = np.zeros(len(calls), dtype=bool)
    lost[operating] = empty[operating] & (np.bincount(stretch)[stretch] <= MOST_LOST_DAYS)
    return lost


def _negligible(came: np.ndarray, due: np.ndarray, overdispersion: float) -> np.ndarray:
    """Whether so few calls, or fewer, are next to impossible: the negative binomial distribution function."""
    from scipy.special import betainc

    size = 1 / overdispersion
    return np.asarray(betainc(size, np.floor(came) + 1, size / (size + due)) < LOST_PROBABILITY)


def _storms(calls: np.ndarray, usual: Usual) -> np.ndarray:
    """Calls that come again after an outage, cut to the usual calls."""
    expected = np.minimum(usual.of_day(calls), usual.rates)
    above = calls > np.maximum(expected + DRAWN_SD * usual.sd(expected), STORM_RATIO * expected)
    opened = np.maximum.accumulate(np.isfinite(calls), axis=1)
    lost = np.isfinite(usual.rates) & ~np.isfinite(calls) & opened
    storm = np.zeros_like(above)
    hit = np.flatnonzero(lost.any(axis=1) & above.any(axis=1))
    left = np.zeros(len(hit), dtype=int)
    for slot in range(calls.shape[1] if len(hit) else 0):
        storm[hit, slot] = above[hit, slot] & (left > 0)
        left = np.where(lost[hit, slot], STORM_S * calls.shape[1] // DAY_S, np.where(storm[hit, slot], left - 1, 0))
    return np.where(storm, expected, calls)


def _outliers(calls: np.ndarray, usual: Usual) -> np.ndarray:
    """Single intervals cut to the most that is plausible on their day, or at all while too little is known of it."""
    expected = usual.of_day(calls)
    bound = np.maximum(expected + OUTLIER_SD * usual.sd(expected), OUTLIER_RATIO * expected)
    plausible = expected + DRAWN_SD * usual.sd(expected)
    unknown = np.isfinite(calls) & np.isnan(bound)
    if unknown.any():
        typical = float(np.quantile(calls[np.isfinite(calls)], GROSS_QUANTILE))
        bound[unknown] = plausible[unknown] = GROSS_RATIO * max(typical, 1.0)
    return np.where(calls > bound, plausible, calls)


def _outlier_days(calls: np.ndarray, usual: Usual, days: np.ndarray) -> np.ndarray:
    """Days scaled to the most, or least, that their total may plausibly be."""
    came, due = usual.totals(calls)
    known = np.flatnonzero((due > 0) & (came > 0))
    if not len(known):
        return calls
    off = np.log(came[known] / due[known])
    off -= np.median(off)
    sd = np.sqrt(usual.day_sd**2 + 1 / due[known])
    far = (np.abs(off) > DAY_OUTLIER_SD * sd) & ~usual.protected[known] & ~_new_level(off / sd)
    factor = np.ones(len(calls))
    for place in np.flatnonzero(far).tolist():
        if not _has_its_like(days[known], off, place):
            plausible = np.sign(off[place]) * DRAWN_SD * sd[place]
            factor[known[place]] = np.exp(plausible - off[place])
    return calls * factor[:, None]


def _new_level(deviations: np.ndarray) -> np.ndarray:
    """Whether a day is one of three or more in a row that stray to the same side."""
    member = np.zeros(len(deviations), dtype=bool)
    for side in (deviations > SHIFT_SD, deviations < -SHIFT_SD):
        stretch = runs(side)
        member |= side & (np.bincount(stretch)[stretch] >= SHIFT_DAYS)
    return member


def _has_its_like(days: np.ndarray, off: np.ndarray, place: int) -> bool:
    """Whether another month has strayed half as far, to the same side, within two days of the same day of it."""
    month = days.astype("datetime64[M]")
    from_first = (days - month.astype("datetime64[D]")).astype(int)
    to_last = ((month + np.timedelta64(1, "M")).astype("datetime64[D]") - days).astype(int)
    close = [np.abs(position - position[place]) <= SAME_POSITION_DAYS for position in (from_first, to_last)]
    alike = (close[0] | close[1]) & (month != month[place])
    return bool((alike & (off * np.sign(off[place]) > abs(off[place]) / 2)).any())


def _records(train: Series, before: np.ndarray, after: np.ndarray, usual: Usual, kind: str) -> Iterator[Damped]:
    """One record for each stretch of a day that was changed."""
    changed = np.isfinite(before) & (before != after)
    days, slots = np.nonzero(changed)
    stretch = runs(changed)[days, slots]
    first, last = np.flatnonzero(np.diff(stretch, prepend=0)), np.flatnonzero(np.diff(stretch, append=0))
    for start, stop in zip(first, last, strict=True):
        cells = days[start : stop + 1], slots[start : stop + 1]
        yield Damped(
            train.days[days[start]],
            int(slots[start]),
            int(slots[stop]),
            kind,
            float(before[cells].sum()),
            float(after[cells].sum()),
            float(usual.rates[cells].sum()),
            train.interval_s,
        )
